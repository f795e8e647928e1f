// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wallet"
)

// play asks a connector what a specification says, and returns what is wrong with its answers.
func play(t testing.TB, s spec, keys keys, build func(testing.TB, *Misbehaving) wallet.Connector) (problems []string) {
	server := start(t, keys, s.reached)
	if s.seen {
		server.book.charge(payment.String(), price, payer)
	}
	connector := build(t, server)
	for i, step := range s.steps {
		for _, problem := range server.ask(t.Context(), connector, step) {
			problems = append(problems, fmt.Sprintf("call %d, %s: %s", i+1, step.asks, problem))
		}
	}
	if m := server.book.moved(); s.moved != nil && m != *s.moved {
		problems = append(problems, fmt.Sprintf("the payer was charged %d times and given back %d times, not %d and %d",
			m.charges, m.returns, s.moved.charges, s.moved.returns))
	}
	return append(problems, server.complaints()...)
}

// ask makes the call of a step.
func (m *Misbehaving) ask(ctx context.Context, connector wallet.Connector, s step) []string {
	d := &deadline{Context: ctx, passed: make(chan struct{})}
	ctx = d
	if s.within != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(d.Context, s.within)
		defer cancel()
	}
	m.prepare(s, d)
	before := m.seen()
	charge, giveBack := sampleCharge(), sampleReturn()
	if s.change != nil {
		s.change(&charge, &giveBack)
	}
	var a wallet.Answer
	switch s.asks {
	case pay:
		a = connector.Pay(ctx, charge)
	case inquire:
		a = connector.Inquire(ctx, charge.Payment)
	case cancel:
		a = connector.Cancel(ctx, charge.Payment)
	case refund:
		a = connector.Refund(ctx, giveBack)
	}
	return append(s.want.differences(a), m.traffic(before, s.want.arrivals)...)
}

// differences are what an answer must be and is not.
func (w want) differences(a wallet.Answer) (problems []string) {
	say := func(what string, got, must any) {
		problems = append(problems, fmt.Sprintf("%s is %v, not %v", what, got, must))
	}
	if a.Verdict != w.verdict {
		say("the verdict", a.Verdict.String()+" ("+a.Detail+")", w.verdict)
	}
	if a.Code != w.code {
		say("the code", fmt.Sprintf("%q (%s)", a.Code, a.Detail), fmt.Sprintf("%q", w.code))
	}
	if a.Partner != w.partner {
		say("the wallet's id", a.Partner, w.partner)
	}
	if !a.PartnerAt.Equal(w.at) {
		say("the wallet's time", a.PartnerAt, w.at)
	}
	if a.Price != w.price {
		say("the price", a.Price, w.price)
	}
	if a.Payer != w.payer {
		say("the payer's amount", a.Payer, w.payer)
	}
	if w.verdict == wallet.Unknown && a.Detail == "" {
		problems = append(problems, "nothing says why it is unknown")
	}
	if shown := fmt.Sprintf("%+v", a); strings.Contains(shown, canary) || strings.Contains(shown, sampleAbout) {
		problems = append(problems, "the answer shows the payer's code, or a part of the body: "+shown)
	}
	return problems
}

// traffic is what left of the connector since before, as far as it is too much or too little.
func (m *Misbehaving) traffic(before tally, expected arrivals) (problems []string) {
	after := m.seen()
	requests, connections := after.requests-before.requests, after.connections-before.connections
	if requests > 1 || connections > 1 {
		problems = append(problems, fmt.Sprintf("%d requests over %d connections for one call", requests, connections))
	}
	if expected == once && requests != 1 || expected == none && requests != 0 {
		problems = append(problems, fmt.Sprintf("%d requests arrived", requests))
	}
	return problems
}

// deadline is a context whose deadline passes when somebody says so.
type deadline struct {
	context.Context
	passed chan struct{}
	once   sync.Once
}

func (d *deadline) pass() { d.once.Do(func() { close(d.passed) }) }

// Deadline is far away.
func (d *deadline) Deadline() (time.Time, bool) { return time.Now().Add(time.Hour), true }

// Done is closed when the deadline has passed.
func (d *deadline) Done() <-chan struct{} { return d.passed }

// Err is DeadlineExceeded once the deadline has passed.
func (d *deadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
