// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/signin"
)

// memory keeps everything in memory, as the contract of Keeper says.
type memory struct {
	mutex       sync.Mutex
	accounts    map[ident.ID]people.Account
	sessions    map[people.Digest]people.Session
	invitations map[people.Digest]people.Invitation
	recoveries  map[people.Digest]people.Recovery
	throttles   map[people.Digest]people.Throttle
	audit       []people.Row
}

func newMemory() *memory {
	return &memory{accounts: map[ident.ID]people.Account{}, sessions: map[people.Digest]people.Session{},
		invitations: map[people.Digest]people.Invitation{}, recoveries: map[people.Digest]people.Recovery{},
		throttles: map[people.Digest]people.Throttle{}}
}

func (m *memory) Session(_ context.Context, id people.Digest) (people.Session, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	s, ok := m.sessions[id]
	return s, ok, nil
}

func (m *memory) Account(_ context.Context, person ident.ID) (people.Account, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	a, ok := m.accounts[person]
	return a, ok, nil
}

func (m *memory) AccountOf(_ context.Context, handle people.Digest) (people.Account, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, a := range m.accounts {
		if a.Person.Handle == handle {
			return a, true, nil
		}
	}
	return people.Account{}, false, nil
}

func (m *memory) Invitation(_ context.Context, id people.Digest) (people.Invitation, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	i, ok := m.invitations[id]
	return i, ok, nil
}

func (m *memory) Recovery(_ context.Context, id people.Digest) (people.Recovery, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	r, ok := m.recoveries[id]
	return r, ok, nil
}

func (m *memory) Recoveries(_ context.Context, person ident.ID) ([]people.Recovery, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var list []people.Recovery
	for _, r := range m.recoveries {
		if r.Person == person && r.Used.IsZero() && r.Objected.IsZero() {
			list = append(list, r)
		}
	}
	return list, nil
}

func (m *memory) Throttle(_ context.Context, key people.Digest) (people.Throttle, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	t := m.throttles[key]
	t.Key = key
	return t, nil
}

func (m *memory) Save(_ context.Context, c people.Changes) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	overtaken := &fault.Error{Op: "memory.Save", Kind: fault.Conflict, Code: people.CodeOvertaken}
	for _, a := range c.Accounts {
		if m.accounts[a.Person.ID].Revision != a.Revision {
			return overtaken
		}
		for _, other := range m.accounts {
			if other.Person.Handle == a.Person.Handle && other.Person.ID != a.Person.ID {
				return &fault.Error{Op: "memory.Save", Kind: fault.Conflict, Code: people.CodeHandleTaken}
			}
		}
	}
	if fits(m.sessions, c.Sessions, func(s people.Session) (people.Digest, int64) { return s.ID, s.Revision }) &&
		fits(m.invitations, c.Invitations, func(i people.Invitation) (people.Digest, int64) {
			return i.ID,
				i.Revision
		}) &&
		fits(m.recoveries, c.Recoveries, func(r people.Recovery) (people.Digest, int64) { return r.ID, r.Revision }) &&
		fits(m.throttles, c.Throttles, func(t people.Throttle) (people.Digest, int64) { return t.Key, t.Revision }) {
		m.keep(c)
		return nil
	}
	return overtaken
}

func fits[T any](kept map[people.Digest]T, rows []T, of func(T) (people.Digest, int64)) bool {
	return !slices.ContainsFunc(rows, func(row T) bool {
		id, revision := of(row)
		_, stored := of(kept[id])
		return stored != revision
	})
}

func (m *memory) keep(c people.Changes) {
	for _, a := range c.Accounts {
		a.Revision++
		m.accounts[a.Person.ID] = a
	}
	for _, s := range c.Sessions {
		s.Revision++
		m.sessions[s.ID] = s
	}
	for _, i := range c.Invitations {
		i.Revision++
		m.invitations[i.ID] = i
	}
	for _, r := range c.Recoveries {
		r.Revision++
		m.recoveries[r.ID] = r
	}
	for _, t := range c.Throttles {
		t.Revision++
		m.throttles[t.Key] = t
	}
	m.audit = append(m.audit, c.Audit...)
}

// rows is how often the audit log tells of an event with an outcome.
func (m *memory) rows(what people.Event, outcome fault.Code) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	n := 0
	for _, r := range m.audit {
		if r.What == what && r.Outcome == outcome {
			n++
		}
	}
	return n
}

// envelope seals by binding a text to its name, in the open: it keeps no secret, and needs none here.
type envelope struct{}

func (envelope) Seal(name, text []byte) ([]byte, error) {
	sum := sha256.Sum256(name)
	return append(sum[:], text...), nil
}

func (envelope) Open(name, record []byte) ([]byte, error) {
	sum := sha256.Sum256(name)
	if len(record) < len(sum) || !bytes.Equal(record[:len(sum)], sum[:]) {
		return nil, &fault.Error{Op: "envelope.Open", Kind: fault.Internal, Code: "record_forged"}
	}
	return record[len(sum):], nil
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const shop ident.Holder = "sample-shop"

// light is a cost that tests can pay.
var light = signin.Cost{Memory: 64, Passes: 1, Threads: 1}

// entropy draws the same bytes each time; it may be read by many.
type entropy struct {
	mutex  sync.Mutex
	stream io.Reader
}

func (e *entropy) Read(p []byte) (int, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.stream.Read(p)
}

func entropyOf(seed uint64) io.Reader {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	return &entropy{stream: rand.NewChaCha8(key)}
}

// site is a sample site with its gate: every page says who is in.
type site struct {
	t      *testing.T
	gate   *signin.Gate
	keeper *memory
	server *httptest.Server
	mutex  sync.Mutex
	at     time.Time
	broken []error
}

// open opens a site. Its clock stands still.
func open(t *testing.T, set ...func(*signin.Config)) *site {
	t.Helper()
	s := &site{t: t, keeper: newMemory(), at: noon}
	hasher, err := signin.NewHasher(light, entropyOf(1), 2)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w,
			r)
	}))
	t.Cleanup(s.server.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.server.URL, "http://"), ":")
	s.server.URL = "http://localhost:" + port
	c := signin.Config{Keeper: s.keeper, Sealer: envelope{}, Hasher: hasher, Title: "Sample",
		Origin: s.server.URL, Key: people.NewSecret(strings.Repeat("k", 32)), Entropy: entropyOf(2), Now: s.now,
		Lane: func(ident.Holder) ident.Lane { return 3 },
		QR:   func(string) ([]byte, error) { return []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil },
		Fail: func(err error) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.broken = append(s.broken, err)
		}}
	for _, change := range set {
		change(&c)
	}
	if s.gate, err = signin.New(c); err != nil {
		t.Fatal(err)
	}
	handler = s.gate.Around(s.pages())
	t.Cleanup(func() {
		for _, err := range s.broken {
			t.Errorf("the operator was told: %v", err)
		}
	})
	return s
}

func (s *site) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at
}

func (s *site) later(d time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.at = s.at.Add(d)
}

// pages are those of a sample site: one for whoever is in, and acts at a shop.
func (s *site) pages() http.Handler {
	mux := http.NewServeMux()
	done := func(w http.ResponseWriter, _ *http.Request, who signin.Who) {
		_, _ = io.WriteString(w, "in as "+who.Account.Person.ID.String())
	}
	at := func(r *http.Request) (people.Scope, bool) {
		return people.Scope{Holder: ident.Holder(r.PathValue("holder")), Store: r.PathValue("store")}, true
	}
	mux.Handle("/{$}", s.gate.Door(signin.Need{}, done))
	mux.Handle("/page", s.gate.Door(signin.Need{}, done))
	mux.Handle("/{holder}/today/{store}", s.gate.Door(signin.Need{Act: people.SeeToday, Where: at}, done))
	mux.Handle("/{holder}/refund/{store}", s.gate.Door(signin.Need{Act: people.Refund, Where: at}, done))
	mux.Handle("/{holder}/bank", s.gate.Door(signin.Need{Act: people.ChangeBank, Where: at}, done))
	mux.Handle("/{holder}/till/{store}", s.gate.Door(signin.Need{Act: people.BindTill, Where: at},
		func(w http.ResponseWriter, r *http.Request, who signin.Who) {
			where, _ := at(r)
			if err := s.gate.BindTill(w, r, who, where); err != nil {
				s.t.Error(err)
			}
		}))
	return mux
}

// visitor is a browser without script.
type visitor struct {
	t    *testing.T
	site *site
	jar  *cookiejar.Jar
	http *http.Client
}

func (s *site) visitor(t *testing.T) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, site: s, jar: jar, http: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer with its body.
type page struct {
	*http.Response
	body string
}

func (v *visitor) do(r *http.Request) page {
	v.t.Helper()
	answer, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return page{answer, string(body)}
}

func (v *visitor) get(path string) page {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.site.server.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	return v.do(r)
}

// post sends a form from a page of the site.
func (v *visitor) post(path string, fields ...string) page {
	v.t.Helper()
	r := v.request(path, fields...)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}

func (v *visitor) request(path string, fields ...string) *http.Request {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, v.site.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	return r
}

// cookie is the secret that the browser has.
func (v *visitor) cookie() string {
	at, _ := url.Parse(v.site.server.URL)
	for _, c := range v.jar.Cookies(at) {
		if strings.HasPrefix(c.Name, "kakehashi") {
			return c.Value
		}
	}
	return ""
}

// wants fails the test unless a page has a status and, for one that leads elsewhere, an address.
func (p page) wants(t *testing.T, status int, to ...string) page {
	t.Helper()
	if p.StatusCode != status || len(to) > 0 && p.Header.Get("Location") != to[0] {
		t.Fatalf("%s: %d to %q, want %d to %v\n%s", p.Request.URL, p.StatusCode, p.Header.Get("Location"), status, to,
			p.body)
	}
	return p
}

var (
	tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)
	keyField   = regexp.MustCompile(`id="key">([A-Z2-7]+)<`)
)

// person is somebody with a password and an authenticator.
type person struct {
	name, password string
	secret         []byte
}

const samplePassword = "a bridge between two shores"

// invite offers a place, by somebody who may.
func (s *site) invite(t *testing.T, place people.Place) people.Secret {
	t.Helper()
	by := people.Account{Person: people.Person{ID: ident.Name(0, "person", "inviter"), Status: people.Active}}
	by.Memberships = []people.Membership{{Holder: people.House, Roles: []people.Role{people.Administrator}}}
	i, token, err := people.Invite(by, place, s.now(),
		rand.NewChaCha8(sha256.Sum256([]byte(t.Name()+string(place.Holder)+strings.Join(place.Stores, ",")))))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.keeper.Save(context.Background(), people.Changes{Invitations: []people.Invitation{i}}); err != nil {
		t.Fatal(err)
	}
	return token
}

// join accepts an invitation with a password and an authenticator.
func (v *visitor) join(token people.Secret, name string) person {
	v.t.Helper()
	at := "/signin/invitation/" + token.Reveal()
	asked := v.get(at).wants(v.t, http.StatusOK)
	p := person{name: name, password: samplePassword, secret: secretOn(v.t, asked)}
	v.post(at, "name", name, "shown", "A sample person", "password", p.password, "token", tokenOn(v.t, asked),
		"code", p.code(v.site.now())).wants(v.t, http.StatusSeeOther, "/signin/ways")
	return p
}

func tokenOn(t *testing.T, p page) string {
	t.Helper()
	found := tokenField.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("no token on the page:\n%s", p.body)
	}
	return found[1]
}

// enter is somebody with a place, signed in.
func (s *site) enter(t *testing.T, place people.Place) (*visitor, person) {
	t.Helper()
	v := s.visitor(t)
	return v, v.join(s.invite(t, place), "sample@example.jp")
}

// owner is the place that most tests need.
var owner = people.Place{Holder: shop, Roles: []people.Role{people.Owner}}

// signIn sends the form.
func (v *visitor) signIn(p person) page {
	v.t.Helper()
	return v.post("/signin", "name", p.name, "password", p.password, "code", p.code(v.site.now()))
}
