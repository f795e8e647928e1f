// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"crypto/rand"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// The versions of keys. The wallet has two; the older one is still good. Ours has the number of the wallet's newer one, so
// that nobody tells them apart by it.
const (
	ourVersion    = 2
	walletVersion = 2
	walletOlder   = 1
	walletNever   = 9
)

// prefix stands in front of the dialect's paths and is part of what is signed.
const prefix = "/sample-wallet"

// Misbehaving is a wallet of the Alipay+ dialect that does with a request what it is told, and what an honest wallet does
// when it is told nothing. Its exported fields are what a connector needs to reach and to believe it.
//
// Concurrency: safe for any number of callers.
type Misbehaving struct {
	URL        string          // with a path in front of those of the dialect
	ClientID   string          // our name at the wallet
	AcquirerID string          // the network's id of our end
	PspID      string          // the network's id of the wallet
	OurKey     wire.PrivateKey // with which requests are signed
	OurVersion int
	Roots      *x509.CertPool // the authority to trust when URL is https

	keys keys
	book *book

	mutex    sync.Mutex
	does     behaviour
	dial     dialing
	deadline *deadline
	count    tally
	unhappy  []string
}

// tally counts what arrived.
type tally struct{ requests, connections int }

// keys are the keys of one run.
type keys struct{ ours, wallet, older, stranger wire.PrivateKey }

// generate makes new keys. Only the two that sign every message have the algorithm asked for if that one is slow to make.
func generate(t testing.TB, algorithm wire.Algorithm) keys {
	t.Helper()
	fresh := func(a wire.Algorithm) wire.PrivateKey {
		generator := wire.GenerateEd25519
		if a == wire.RSA256 {
			generator = wire.GenerateRSA
		}
		key, err := generator(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	return keys{ours: fresh(algorithm), wallet: fresh(algorithm), older: fresh(wire.Ed25519), stranger: fresh(wire.Ed25519)}
}

// Start is an honest wallet on this machine, with keys of an algorithm on both sides; it ends with the test.
func Start(t testing.TB, algorithm wire.Algorithm) *Misbehaving {
	t.Helper()
	return start(t, generate(t, algorithm), plainly)
}

func start(t testing.TB, keys keys, reached reach) *Misbehaving {
	t.Helper()
	m := &Misbehaving{ClientID: "SAMPLE_NETWORK", AcquirerID: "ACQ-1", PspID: "PSP-1", OurKey: keys.ours,
		OurVersion: ourVersion, keys: keys, book: newBook()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(m.serve))
	server.Listener = &listener{Listener: server.Listener, server: m}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if reached == plainly || reached == nobodyListens || reached == plainBehindHTTPS {
		server.Start()
	} else {
		server.TLS, m.Roots = reached.secured(t)
		server.StartTLS()
	}
	m.URL = server.URL + prefix
	switch reached {
	case plainBehindHTTPS:
		m.URL = strings.Replace(m.URL, "http://", "https://", 1)
	case nobodyListens:
		server.Close()
		return m
	}
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return m
}

// Now is the time at which every specification plays.
func (m *Misbehaving) Now() time.Time { return now }

// Key is the key with which requests are signed, and its version.
func (m *Misbehaving) Key() (wire.PrivateKey, int) { return m.OurKey, m.OurVersion }

// WalletKey is the wallet's public key of a version, as it was registered with us; 0 is the one in use.
func (m *Misbehaving) WalletKey(version int) (wire.PublicKey, bool) {
	switch version {
	case 0, walletVersion:
		return m.keys.wallet.Public(), true
	case walletOlder:
		return m.keys.older.Public(), true
	}
	return wire.PublicKey{}, false
}

// prepare says what is done with the next request.
func (m *Misbehaving) prepare(s step, d *deadline) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.does, m.dial, m.deadline = s.does, s.dial, d
}

func (m *Misbehaving) seen() tally {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.count
}

// complaints are what an honest wallet finds wrong with the requests that arrived.
func (m *Misbehaving) complaints() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.unhappy
}

func (m *Misbehaving) complain(what string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.unhappy = append(m.unhappy, "the request: "+what)
}

// expire makes the deadline of the call under way pass.
func (m *Misbehaving) expire() {
	m.mutex.Lock()
	d := m.deadline
	m.mutex.Unlock()
	if d != nil {
		d.pass()
	}
}

// serve reads a request whole, checks it as an honest wallet would, and does with it what it was told.
func (m *Misbehaving) serve(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	m.count.requests++
	does := m.does
	m.mutex.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		m.complain("its body could not be read")
		return
	}
	x := &exchange{writer: w, request: r, body: body, server: m}
	m.check(x)
	if does == nil {
		does = honest
	}
	does(x)
}

// check looks at a request as an honest wallet does before it does anything.
func (m *Misbehaving) check(x *exchange) {
	r := x.request
	operation, known := aps.Lookup(strings.TrimPrefix(r.URL.Path, prefix))
	switch {
	case r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, prefix) || !known || !operation.ServedByWallet():
		m.complain(r.Method + " " + r.URL.Path + " is nothing that a wallet serves")
		return
	case r.Header.Get(wire.HeaderClientID) != m.ClientID:
		m.complain("its client-id is " + r.Header.Get(wire.HeaderClientID))
	case r.Header.Get("Accept-Encoding") != "identity":
		m.complain("it allows the answer to be compressed")
	case wire.CheckContentType(r.Header.Get(wire.HeaderContentType)) != nil:
		m.complain("its media type is " + r.Header.Get(wire.HeaderContentType))
	case r.Header.Get("Idempotency-Key") != "" || r.Header.Get("X-Idempotency-Key") != "":
		m.complain("it lets the standard library send it again")
	}
	e := wire.Envelope{Method: r.Method, Path: r.URL.RequestURI(), ClientID: m.ClientID,
		Time: r.Header.Get(wire.HeaderRequestTime), Body: x.body}
	err := wire.Open(e, r.Header.Get(wire.HeaderSignature), func(version int) (wire.PublicKey, bool) {
		return m.OurKey.Public(), version == m.OurVersion
	})
	if err != nil {
		m.complain(err.Error())
	}
	sent, err := wire.ParseTime(e.Time)
	if err != nil || wire.CheckClock(sent, now, time.Second) != nil {
		m.complain("its request-time is " + e.Time)
	}
	x.operation = operation
	if err := x.decode(); err != nil {
		m.complain(err.Error())
	}
}

// dialing is what is done with a connection before anything is read from it; false ends it there.
type dialing func(c net.Conn) (serve bool)

// listener counts connections.
type listener struct {
	net.Listener
	server *Misbehaving
}

// Accept is the next connection that is to be served.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.server.mutex.Lock()
		l.server.count.connections++
		dial := l.server.dial
		l.server.mutex.Unlock()
		if dial == nil || dial(c) {
			return c, nil
		}
	}
}
