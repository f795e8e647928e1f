// SPDX-License-Identifier: Apache-2.0

// Package signin lets people in: it proves who they are, keeps their sessions, and stands at the door of every page.
//
// The rules are package people's; here are the hash of passwords, authenticator codes, passkeys, cookies and the
// pages. What must last is behind Keeper, what must be sealed behind Sealer; challenges of an open ceremony are kept
// in memory, bounded, and are lost with the process. A Gate serves one site. Commands sign in through Gate.SignIn,
// as the pages do.
//
// Invariant: nothing that is answered tells a name that nobody has from a wrong password.
//
// Read signin.go, prove.go and door.go, then password.go, totp.go, passkey.go, cookie.go and the pages.
package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/look"
)

//go:embed assets
var assetFiles embed.FS

//go:embed page
var pageFiles embed.FS

// Keeper is what must last.
//
// Invariant: what Save has saved, the reading methods tell from then on.
// Concurrency: safe for any number of callers.
type Keeper interface {
	// Session is the session under a secret's digest.
	Session(ctx context.Context, id people.Digest) (people.Session, bool, error)
	// Account is everything about a person.
	Account(ctx context.Context, person ident.ID) (people.Account, bool, error)
	// AccountOf is everything about the person who signs in with a name.
	AccountOf(ctx context.Context, handle people.Digest) (people.Account, bool, error)
	// Invitation is the invitation under a token's digest.
	Invitation(ctx context.Context, id people.Digest) (people.Invitation, bool, error)
	// Recovery is the recovery under a token's digest.
	Recovery(ctx context.Context, id people.Digest) (people.Recovery, bool, error)
	// Recoveries are those of a person that are neither used nor stopped.
	Recoveries(ctx context.Context, person ident.ID) ([]people.Recovery, error)
	// Throttle is how often attempts under a key failed; one that never did has the key and nothing else.
	Throttle(ctx context.Context, key people.Digest) (people.Throttle, error)
	// Save saves everything or nothing. Errors: Conflict changes_overtaken, handle_taken.
	Save(ctx context.Context, changes people.Changes) error
}

// Sealer keeps names of people and secrets of authenticators from whoever reads the store.
//
// Invariant: what was sealed for one name opens for no other.
type Sealer interface {
	// Seal makes a record of a text.
	Seal(name, text []byte) (record []byte, err error)
	// Open gives the text of a record.
	Open(name, record []byte) (text []byte, err error)
}

// Config says how a site lets people in.
type Config struct {
	Keeper  Keeper
	Sealer  Sealer
	Hasher  *Hasher       // one for the process: it bounds how much memory passwords take
	Title   string        // the site's name, and what authenticators call the account
	Origin  string        // "https://console.example.jp"; plain http on loopback only, for a demo
	Relying string        // the relying-party id of passkeys; empty: the host of Origin
	Strict  bool          // the cookie does not come along from other sites' links: for the console
	Home    string        // where one goes after signing in; empty: "/"
	Key     people.Secret // keys the digests of names and addresses: at least 32 random bytes, never changed
	Zone    *time.Location
	Entropy io.Reader
	Now     func() time.Time

	// Lane is the home of the people of a holder or of the House.
	Lane func(holder ident.Holder) ident.Lane
	// QR draws a text as a two-dimensional code in SVG.
	QR func(text string) (svg []byte, err error)
	// Address is where a request comes from; nil: the peer of the connection.
	Address func(r *http.Request) string
	// Fail is told what the operator must look at: what was being done, and how it failed; nil: nobody is.
	Fail func(err error)
}

// Codes of the errors of this package.
const (
	CodeConfig      fault.Code = "sign_in_config_malformed"
	CodeNotProved   fault.Code = "sign_in_refused" // name, password or code: which is not said
	CodeBusy        fault.Code = "sign_in_busy"
	CodeNoChallenge fault.Code = "challenge_missing" // never asked, answered already, or too late
	CodeFields      fault.Code = "sign_in_field_malformed"
	CodePasskey     fault.Code = "passkey_refused"
)

// keyBytesMin is the shortest key of digests. Units: bytes.
const keyBytesMin = 32

// Gate is where a site lets people in.
//
// Concurrency: safe for any number of callers.
type Gate struct {
	Config
	kit     *look.Kit
	cookie  cookie
	passkey *webauthn.WebAuthn
	asked   *waiting
	pages   http.Handler
}

// New is the gate of a site.
//
// Errors: Invalid sign_in_config_malformed, naming the field.
func New(c Config) (*Gate, error) {
	origin, err := url.Parse(c.Origin)
	loopback := err == nil && (origin.Hostname() == "localhost" || net.ParseIP(origin.Hostname()).IsLoopback())
	switch {
	case err != nil || origin.Host == "" || origin.Path != "" || origin.RawQuery != "" || origin.User != nil:
		return nil, malformed("Origin must be a scheme and a host")
	case origin.Scheme != "https" && (origin.Scheme != "http" || !loopback):
		return nil, malformed("Origin must be https, or http on loopback")
	case len(c.Key.Reveal()) < keyBytesMin:
		return nil, malformed("Key must be at least 32 bytes")
	case c.Keeper == nil || c.Sealer == nil || c.Hasher == nil || c.Entropy == nil || c.Now == nil || c.Lane == nil ||
		c.QR == nil:
		return nil, malformed("Keeper, Sealer, Hasher, Entropy, Now, Lane and QR must be given")
	}
	if c.Relying == "" {
		c.Relying = origin.Hostname()
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Home = Local(c.Home); c.Address == nil {
		c.Address = peer
	}
	if c.Fail == nil {
		c.Fail = func(error) {}
	}
	g := &Gate{Config: c, cookie: cookieOf(origin, c.Strict), asked: newWaiting(),
		kit: look.NewKit(look.Site{Name: c.Title, Pages: pageFiles, Words: words, Assets: assetFiles, Zone: c.Zone})}
	if g.passkey, err = relyingParty(c); err != nil {
		return nil, &fault.Error{Op: "signin.New", Kind: fault.Invalid, Code: CodeConfig,
			Detail: "Relying must fit Origin", Err: err}
	}
	g.pages = g.routes()
	return g, nil
}

func malformed(detail string) error {
	return &fault.Error{Op: "signin.New", Kind: fault.Invalid, Code: CodeConfig, Detail: detail}
}

// peer is the address of the other end of the connection.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// networkBits is how much of an IPv6 address one subscriber cannot choose.
const networkBits = 64

// network is an address as far as it tells one caller from another.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		return netip.PrefixFrom(a, networkBits).Masked().String()
	}
	return a.String()
}

// digest is what is kept of a name or an address: without the key nobody can try texts against it.
func (g *Gate) digest(kind, text string) people.Digest {
	mac := hmac.New(sha256.New, []byte(g.Key.Reveal()))
	mac.Write([]byte(kind + "\x00" + text))
	return people.Digest(mac.Sum(nil))
}

// Handle is what is kept of the name that a person signs in with.
func (g *Gate) Handle(name string) people.Digest { return g.digest("name", plainName(name)) }

// From is what the audit row keeps of where a request comes from.
func (g *Gate) From(r *http.Request) people.From {
	return people.From{Address: g.digest("address", network(g.Address(r))), Agent: g.digest("agent", r.UserAgent())}
}

// now is the time of a request, as the store keeps times.
func (g *Gate) now() time.Time { return g.Now().UTC().Truncate(time.Microsecond) }
