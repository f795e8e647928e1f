// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// CodeBroken is the code of a defect that was caught while an answer was made.
const CodeBroken fault.Code = "answer_broken"

// send writes an answer: signed, or bare when it has no message or may not be signed.
func (g *Gate) send(ctx context.Context, x *exchange, a Answer) {
	switch {
	case a.Silent:
		g.stay(x)
		return
	case a.Message == nil:
		g.bare(x)
		return
	}
	sealed, code, ok := g.seal(ctx, x, a)
	if !ok {
		g.bare(x)
		return
	}
	h := x.w.Header()
	for _, header := range sealed.headers {
		h[header.Name] = []string{header.Value} // as it is written: two SDKs find it in lower case only
	}
	h["Content-Length"] = []string{strconv.Itoa(len(sealed.body))}
	g.tell(x, Event{Step: Answered, Status: http.StatusOK, Code: code})
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(sealed.body) // a caller that has gone asks again
	if a.After != nil {
		_ = http.NewResponseController(x.w).Flush()
	}
}

// bare says that nothing was done, or that it cannot be said.
func (g *Gate) bare(x *exchange) {
	g.tell(x, Event{Step: Answered, Status: http.StatusServiceUnavailable})
	x.w.Header()["Content-Length"] = []string{"0"}
	x.w.WriteHeader(http.StatusServiceUnavailable)
}

// seal is the answer as it is sent; ok is false when it may not be signed, or cannot be.
func (g *Gate) seal(ctx context.Context, x *exchange, a Answer) (sealed signed, code wire.ResultCode, ok bool) {
	now := x.desk.House.Now()
	once := a.Once
	if !x.proved {
		once = onceOf(a.Result)
	}
	if once == "" {
		sealed, err := g.sign(ctx, x, a, now)
		return g.settled(x, a, sealed, err)
	}
	p := &x.desk.press
	if a.Refused || !x.proved {
		p = &x.desk.refusals
	}
	m, allowed := p.take(keyOf(x.r.Method, x.path, x.echo, strconv.Itoa(x.key), once), now, func() bool {
		return x.proved || x.desk.errors.Take("", Rate{Max: g.limits.ErrorsMax, Per: time.Second}, now)
	})
	if !allowed {
		return signed{}, "", false
	}
	m.once.Do(func() { m.answer, m.err = g.sign(ctx, x, a, now) })
	return g.settled(x, a, m.answer, m.err)
}

func (g *Gate) settled(x *exchange, a Answer, sealed signed, err error) (signed, wire.ResultCode, bool) {
	if err != nil {
		g.log.Error("an answer cannot be signed", "operation", x.call.Route.Name, "client", x.echo, "cause", err.Error())
		return signed{}, "", false
	}
	return sealed, a.Result.ResultCode, true
}

// sign encodes and signs an answer at a time. A defect on the way is an error.
func (g *Gate) sign(ctx context.Context, x *exchange, a Answer, now time.Time) (sealed signed, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &fault.Error{Op: "envelope.Sign", Kind: fault.Internal, Code: CodeBroken, Err: fmt.Errorf("%v", v)}
		}
	}()
	message, err := a.Message(ctx)
	if err != nil {
		return signed{}, err
	}
	body, err := wire.Encode(message)
	if err != nil {
		return signed{}, err
	}
	key, ok := x.desk.Keys(x.key)
	if !ok {
		return signed{}, &fault.Error{Op: "envelope.Sign", Kind: fault.Internal, Code: wire.CodeKeyNotFound,
			Subject: strconv.Itoa(x.key), Detail: "there is no key of ours of this version"}
	}
	g.tell(x, Event{Step: Signing})
	headers, err := wire.SealResponse(key, x.key, wire.Envelope{Method: method(x.r.Method), Path: x.path,
		ClientID: x.echo, Time: wire.FormatTime(now, g.zone), Body: body})
	return signed{headers: headers, body: body}, err
}

// method is what stands in the signed text for a request's method: a method that no signed text can hold stands as
// POST.
func method(m string) string {
	for i := range len(m) {
		if m[i] < 'A' || m[i] > 'Z' {
			return http.MethodPost
		}
	}
	return m
}

// stay keeps a caller of the sandbox waiting until it gives up, and then hangs up without a word.
func (g *Gate) stay(x *exchange) {
	g.room.leave() // it waits outside
	defer g.room.back()
	if g.waiting.enter(false) {
		defer g.waiting.leave()
		timer := time.NewTimer(g.limits.Silence)
		defer timer.Stop()
		select {
		case <-x.r.Context().Done():
		case <-timer.C:
		}
	}
	connection, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		g.bare(x)
		return
	}
	g.tell(x, Event{Step: Answered})
	_ = connection.Close()
}
