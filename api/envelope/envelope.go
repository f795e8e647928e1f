// SPDX-License-Identifier: Apache-2.0

// Package envelope is the kit of both APIs: what must be proved of a caller before its request is read, and how every
// answer is signed.
//
// A Gate takes requests in the order of the specification, the cheap questions first: is there room, method, path,
// client, key, rate, and only then the body, the signature and the clock. What passes is a Call; the dialect answers
// it. Every answer is 200 and signed over exactly the bytes that are sent, errors too; a bare 503 says that nothing
// was done, or that it cannot be said. Answers to callers that prove nothing are signed from a budget.
//
// Read envelope.go, then gate.go, then answer.go.
package envelope

import (
	"context"
	"log/slog"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// House is what a gate must know of the network behind it.
type House interface {
	// Now is the house's time.
	Now() time.Time
	// Facts is the catalogue: clients, their keys and their rates.
	Facts() *store.Catalogue
}

// Realm is one network behind a gate, with the keys that sign for it.
type Realm struct {
	House House
	// Keys gives our private key of a version; ok is false when there is none.
	Keys func(version int) (key wire.PrivateKey, ok bool)
	// Key is the version that signs for callers who are not known, as things are now.
	Key func() int
}

// Side says which realm a request belongs to.
type Side uint8

// The sides.
const (
	Live Side = iota
	Sandbox
)

// String is the side in lower case.
func (s Side) String() string {
	if s == Sandbox {
		return "sandbox"
	}
	return "live"
}

// Route is what a path asks for.
type Route struct {
	Operation uint8 // the dialect's own number
	Name      string
	Sandbox   bool // the path exists in the sandbox only
	Served    bool // false: it is defined, and not done here
	Urgent    bool // it takes back what is under way: it is let in when nothing else is
}

// Dialect is one of the two APIs, as a gate sees it.
type Dialect struct {
	// Find is what a path asks for, compared byte for byte as it was sent; known is false for one that was never
	// defined.
	Find func(path string) (r Route, known bool)
	// Admits reports whether a client that has proved itself may use this API at all.
	Admits func(s Side, c access.Client) bool
	// Serve answers a call. It ends by the context's deadline; whatever is not known by then is answered U.
	Serve func(ctx context.Context, c *Call) Answer
}

// Call is a request whose caller is proved and whose bytes are exactly what the caller signed.
type Call struct {
	Side   Side
	Route  Route
	Client access.Client
	Body   []byte
	Now    time.Time // the house's, when the request came, in UTC and whole microseconds
}

// Limits bound what one process takes on. Zero fields have the default that is named beside them.
type Limits struct {
	InFlightMax  int           // requests at once, 1024; an eighth more for those that are urgent
	Budget       time.Duration // from the first byte of a request to its answer, 3.7 s
	RequestsMax  int           // a minute and client, unless the client has its own, 6000
	StrangersMax int           // failed proofs a minute, client and address, 60
	ErrorsMax    int           // answers a second that are signed for callers who have proved nothing, 50
	Silence      time.Duration // how long the sandbox keeps a caller waiting that asks for no answer, 30 s
}

// Source: decisions A13, B25, B31.
var defaults = Limits{InFlightMax: 1024, Budget: 3700 * time.Millisecond, RequestsMax: 6000, StrangersMax: 60,
	ErrorsMax: 50, Silence: 30 * time.Second}

func (l Limits) filled() Limits {
	l.InFlightMax = positive(l.InFlightMax, defaults.InFlightMax)
	l.Budget = positive(l.Budget, defaults.Budget)
	l.RequestsMax = positive(l.RequestsMax, defaults.RequestsMax)
	l.StrangersMax = positive(l.StrangersMax, defaults.StrangersMax)
	l.ErrorsMax = positive(l.ErrorsMax, defaults.ErrorsMax)
	l.Silence = positive(l.Silence, defaults.Silence)
	return l
}

func positive[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// Config says how a gate is built.
type Config struct {
	Live    Realm
	Sandbox *Realm // nil: no client of the sandbox is known
	Dialect Dialect
	Limits  Limits
	Zone    *time.Location // of the times we write; nil: Japan's
	Log     *slog.Logger   // of what an operator must see; nil: nowhere
	Watch   func(Event)    // is told of what costs and what came of it; it must not wait; may be nil
	// Alarm is told what an operator must know: a name and what it is about. May be nil.
	Alarm func(name, about string)
	// Busy reports whether the process has more to do than it can, with so many requests under way here: then only urgent ones
	// are let in. May be nil.
	Busy func(underWay int) bool
}

// AlarmForgery is the alarm of a client under whose name requests come that it did not sign.
const AlarmForgery = "forgery"

// Step is a point that a request reaches.
type Step uint8

// The steps an Event tells of.
const (
	Verifying Step = iota // a signature is about to be verified: everything that may refuse before has passed
	Signing               // an answer is about to be signed
	Answered              // the answer is on its way
)

// Event tells what became of a request. It holds no field of the request's body.
type Event struct {
	Step   Step
	Side   Side
	Route  string // the operation; empty for a path that was never defined
	Client string // the client id as it was claimed; proved once Proved is set
	Proved bool
	Status int             // of HTTP, once Answered
	Code   wire.ResultCode // of the result, once Answered; empty for a bare status
	Took   time.Duration   // once Answered
}

// Japan is where the shops are: no daylight saving since 1951, so a fixed offset is exact.
var Japan = time.FixedZone("JST", 9*60*60)
