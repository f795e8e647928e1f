// SPDX-License-Identifier: Apache-2.0

package house

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// CodeNoAnswer is the code of a movement whose outcome the caller could not wait for.
const CodeNoAnswer fault.Code = "no_answer_in_time"

// replied is an outcome or an error.
type replied struct {
	outcome flow.Outcome
	err     error
}

// Do queues a movement and waits for what it comes to, no longer than the context lasts.
//
// Errors: the movement's own; Unavailable overloaded, waited_too_long, stopping; Unknown no_answer_in_time: it may have
// happened.
func (h *House) Do(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
	return h.do(ctx, m, func(flow.Outcome, error) {})
}

// do is Do; first is called with the outcome even when the caller has gone.
func (h *House) do(ctx context.Context, m flow.Movement, first flow.Reply) (flow.Outcome, error) {
	if err := h.enter(); err != nil {
		first(flow.Outcome{}, err)
		return flow.Outcome{}, err
	}
	defer h.callers.Done()
	reply := make(chan replied, 1)
	err := h.submitted(ctx, m, func(o flow.Outcome, err error) {
		first(o, err)
		reply <- replied{o, err}
	})
	if err != nil {
		first(flow.Outcome{}, err)
		return flow.Outcome{}, err
	}
	select {
	case r := <-reply:
		return r.outcome, r.err
	case <-ctx.Done():
		return flow.Outcome{}, &fault.Error{Op: "house.Do", Kind: fault.Unknown, Code: CodeNoAnswer, Err: ctx.Err()}
	}
}

// submit queues a movement and wakes its lane's teller.
func (h *House) submit(m flow.Movement, now time.Time, reply flow.Reply) error {
	return h.submitted(h.calls, m, reply)
}

func (h *House) submitted(ctx context.Context, m flow.Movement, reply flow.Reply) error {
	if err := h.admits(m); err != nil {
		return err
	}
	if err := h.desk.Submit(ctx, m, h.config.Now(), reply); err != nil {
		return err
	}
	h.wake(m.Lane())
	return nil
}

func (h *House) wake(lane ident.Lane) {
	select {
	case h.wakes[lane] <- struct{}{}:
	default:
	}
}

// Pay makes a payment's intent durable, sends it to its wallet, and waits for the answer no longer than the context lasts.
// The call to the wallet runs on after that, and its answer counts all the same. A payment that was made before under the
// same name is waited for, never sent again.
//
// Errors: as Do. A payment that is still Sent or Unknown is no error: it is not known yet.
func (h *House) Pay(ctx context.Context, p flow.Pay, c wallet.Charge) (*payment.Payment, error) {
	changed := make(chan *payment.Payment, 4)
	stop := h.relay.Watch(p.ID, func(p *payment.Payment) {
		select {
		case changed <- p:
		default:
		}
	})
	defer stop()
	if err := h.claim(ctx, &p); err != nil {
		return nil, err
	}
	h.relay.Hold(p.Fingerprint, c)
	o, err := h.do(ctx, p, func(o flow.Outcome, err error) {
		if err != nil || !o.Fresh || o.Payment.State != payment.Sent {
			h.relay.Drop(p.ID, p.Fingerprint)
		}
	})
	if err != nil {
		return nil, err
	}
	return h.awaited(ctx, o.Payment, changed, func(p *payment.Payment) bool { return p.State != payment.Sent }), nil
}

// claim spends the payer's code in its wallet's home lane, where that is another than the payment's. A repeat claims nothing:
// it may come days later, or name another code.
func (h *House) claim(ctx context.Context, p *flow.Pay) error {
	if p.Wallet == "" || p.WalletLane == p.ID.Lane || p.Refusal != "" {
		return nil
	}
	if seen, err := h.Reader().Payment(ctx, p.ID); err != nil || seen != nil {
		return err
	}
	_, err := h.Do(ctx, flow.Claim{In: p.WalletLane, Payment: p.ID, Marks: p.Marks})
	switch {
	case fault.CodeOf(err) == flow.CodeSpent:
		p.Claim = flow.ClaimTaken
		return nil
	case err != nil:
		return err
	}
	p.Claim = flow.ClaimMade
	return nil
}

// Await waits until a payment is as done wants it, no longer than the context lasts, and gives it as it then is.
func (h *House) Await(ctx context.Context, p *payment.Payment, done func(*payment.Payment) bool) *payment.Payment {
	changed := make(chan *payment.Payment, 4)
	stop := h.relay.Watch(p.ID, func(p *payment.Payment) {
		select {
		case changed <- p:
		default:
		}
	})
	defer stop()
	if found, err := h.Reader().Payment(ctx, p.ID); err == nil && found != nil {
		p = found // what was committed between the caller's look and the watch
	}
	return h.awaited(ctx, p, changed, done)
}

func (h *House) awaited(ctx context.Context, p *payment.Payment, changed <-chan *payment.Payment,
	done func(*payment.Payment) bool) *payment.Payment {
	h.awaiting.Add(1)
	defer h.awaiting.Add(-1)
	for !done(p) {
		select {
		case next := <-changed:
			if next.Last > p.Last {
				p = next
			}
		case <-ctx.Done():
			return p
		}
	}
	return p
}
