// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// clockAllowed is how far a caller's clock may be off. Source: decisions E.
const clockAllowed = 10 * time.Minute

// signingTime is kept of the budget for encoding, signing and sending.
const signingTime = 100 * time.Millisecond

// silentMax bounds how many callers the sandbox keeps waiting at once.
const silentMax = 256

// Gate is the handler of one API.
//
// Concurrency: safe for any number of callers.
type Gate struct {
	dialect Dialect
	limits  Limits
	zone    *time.Location
	log     *slog.Logger
	watch   func(Event)
	alarm   func(name, about string)
	busy    func(underWay int) bool
	room    door // requests under way
	waiting door // callers who asked for no answer
	live    *desk
	sandbox *desk // nil: there is no sandbox
}

// desk is a realm with what the gate remembers of its callers and answers.
type desk struct {
	Realm
	side      Side
	requests  *Meter // of a client
	strangers *Meter // failed proofs of a client and address
	forgeries *Meter // failed proofs of a client, for the alarm
	alarms    *Meter // of a client
	errors    *Meter // answers to callers who proved nothing
	press     press
	refusals  press // answers that hold nothing but a result
}

func newDesk(r Realm, side Side) *desk {
	return &desk{Realm: r, side: side, requests: NewMeter(), strangers: NewMeter(), forgeries: NewMeter(),
		alarms: NewMeter(), errors: NewMeter(), press: press{span: time.Second},
		refusals: press{span: refusalSpan}}
}

// New is a gate.
func New(c Config) *Gate {
	g := &Gate{dialect: c.Dialect, limits: c.Limits.filled(), zone: c.Zone, log: c.Log, watch: c.Watch,
		alarm: c.Alarm, busy: c.Busy, live: newDesk(c.Live, Live)}
	if c.Sandbox != nil {
		g.sandbox = newDesk(*c.Sandbox, Sandbox)
	}
	g.room.most, g.waiting.most = int64(g.limits.InFlightMax), silentMax
	if g.zone == nil {
		g.zone = Japan
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.watch == nil {
		g.watch = func(Event) {}
	}
	if g.alarm == nil {
		g.alarm = func(string, string) {}
	}
	if g.busy == nil {
		g.busy = func(int) bool { return false }
	}
	return g
}

// exchange is one request on its way through the gate, and its answer.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	began  time.Time // by the process's clock
	path   string    // as it was sent, with its query: this is what is signed
	known  bool      // the path is defined
	echo   string    // the client id that the answer is signed for
	desk   *desk
	key    int // the version of ours that signs the answer
	caller caller
	proved bool // the signature is the caller's
	call   Call
}

// ServeHTTP answers one request: 200 and signed, or a bare 503.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r, began: time.Now(), path: signedPath(r)}
	x.call.Route, x.known = g.dialect.Find(x.path)
	urgent := x.call.Route.Urgent
	if !urgent && g.busy(int(g.room.inside.Load())) || !g.room.enter(urgent) {
		x.desk = g.live
		g.bare(x)
		return
	}
	defer g.room.leave()
	ctx, cancel := context.WithTimeout(r.Context(), g.limits.Budget-signingTime)
	defer cancel()
	answer := g.answer(ctx, x)
	g.send(ctx, x, answer)
	if answer.After != nil {
		g.after(x, answer)
	}
}

// after does what follows from an answer that is on its way, or lost: it does not depend on the caller's staying.
func (g *Gate) after(x *exchange, a Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), g.limits.Budget)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			g.log.Error("what follows an answer broke", "operation", x.call.Route.Name, "cause", fmt.Sprint(v))
		}
	}()
	a.After(ctx)
}

// answer asks for proof, then the dialect. A defect in either is U: it may have happened.
func (g *Gate) answer(ctx context.Context, x *exchange) (a Answer) {
	defer func() {
		if v := recover(); v != nil {
			g.log.Error("a request broke", "operation", x.call.Route.Name, "client", x.echo, "cause", fmt.Sprint(v))
			a = Refuse(wire.UnknownException, "")
		}
	}()
	g.identify(ctx, x)
	for _, question := range [...]func(*Gate, context.Context, *exchange) *Answer{
		(*Gate).askMethod, (*Gate).askPath, (*Gate).askClient, (*Gate).askKey, (*Gate).askRate, (*Gate).askBody,
		(*Gate).askSignature, (*Gate).askClock, (*Gate).askAccess, (*Gate).askForm,
	} {
		if refused := question(g, ctx, x); refused != nil {
			return *refused
		}
	}
	return g.dialect.Serve(ctx, &x.call)
}

// signedPath is the path of a request as its sender wrote and signed it, query included. One SDK writes the absolute
// form.
func signedPath(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.RequestURI() // a request that came over no wire
	}
	return wire.SignedPath(r.RequestURI)
}

// deskOf is the desk of a caller who claims a client id. A client of the sandbox acts on the sandbox whatever path it
// writes; nobody else is known on a path of the sandbox.
func (g *Gate) deskOf(id ident.Client) *desk {
	if id.Sandbox() {
		return g.sandbox
	}
	return g.live
}

func (x *exchange) refuse(code wire.ResultCode, detail string) *Answer {
	a := Refuse(code, detail)
	return &a
}

func (g *Gate) askMethod(_ context.Context, x *exchange) *Answer {
	if x.r.Method != http.MethodPost {
		return x.refuse(wire.MethodNotSupported, "")
	}
	return nil
}

func (g *Gate) askPath(_ context.Context, x *exchange) *Answer {
	if !x.known {
		return x.refuse(wire.NoInterfaceDef, "")
	}
	return nil
}

// askBody reads no more than a body may hold, and no longer than the answer's budget lasts.
func (g *Gate) askBody(_ context.Context, x *exchange) *Answer {
	tooLarge := fmt.Sprintf("the body is larger than %d bytes", wire.BodyMax)
	if x.r.ContentLength > wire.BodyMax {
		return x.refuse(wire.ParamIllegal, tooLarge)
	}
	control := http.NewResponseController(x.w)
	_ = control.SetReadDeadline(x.began.Add(g.limits.Budget)) // without it the server's own deadline holds
	body, err := io.ReadAll(io.LimitReader(x.r.Body, wire.BodyMax+1))
	_ = control.SetReadDeadline(time.Time{})
	switch {
	case err != nil:
		busy := Busy()
		return &busy
	case len(body) > wire.BodyMax:
		return x.refuse(wire.ParamIllegal, tooLarge)
	}
	x.call.Body = body
	return nil
}

// askAccess lets in whom the dialect is for. An agent acts for somebody else: whose token we gave to nobody, acts for
// nobody.
func (g *Gate) askAccess(_ context.Context, x *exchange) *Answer {
	switch {
	case !g.dialect.Admits(x.desk.side, x.call.Client):
		return x.refuse(wire.AccessDenied, "")
	case x.r.Header.Get(wire.HeaderAgentToken) != "":
		return x.refuse(wire.OAuthFailed, "")
	case !x.call.Route.Served:
		return x.refuse(wire.BusinessNotSupport, "")
	}
	return nil
}

func (g *Gate) askForm(_ context.Context, x *exchange) *Answer {
	if err := wire.CheckContentType(x.r.Header.Get(wire.HeaderContentType)); err != nil {
		a := Failed(err)
		return &a
	}
	return nil
}

// tell reports what became of a request.
func (g *Gate) tell(x *exchange, e Event) {
	e.Side, e.Route, e.Client, e.Proved = x.desk.side, x.call.Route.Name, x.echo, x.proved
	if e.Step == Answered {
		e.Took = time.Since(x.began)
	}
	g.watch(e)
}
