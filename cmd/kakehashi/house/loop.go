// SPDX-License-Identifier: Apache-2.0

package house

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/relay"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// The pauses of the loops.
const (
	idle       = 250 * time.Millisecond // a teller with nothing to do looks for the quarter hour's end
	renewal    = time.Second            // an idle lane says that its holder lives
	retryFirst = 20 * time.Millisecond  // after a step that failed; doubles
	retryMax   = time.Second
	askEvery   = 25 * time.Millisecond // the relay looks for what is due
)

// tend steps a teller whenever something waits.
func (h *House) tend(t *flow.Teller) {
	retry, renewed := retryFirst, h.config.Now()
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		worked, err := t.Step(h.calls, h.config.Now())
		switch {
		case fault.CodeOf(err) == store.CodeLaneLost:
			h.fail(err)
			return
		case err != nil:
			h.config.Alarm("step", err.Error())
			if !h.pause(retry) {
				return
			}
			retry = min(2*retry, retryMax)
			continue
		}
		retry = retryFirst
		if worked {
			select {
			case <-h.quit:
				return
			default:
				continue
			}
		}
		if now := h.config.Now(); now.Sub(renewed) >= renewal {
			if err := t.Renew(h.calls, now); fault.CodeOf(err) == store.CodeLaneLost {
				h.fail(err)
				return
			}
			renewed = now
		}
		timer.Reset(idle)
		select {
		case <-h.wakes[t.Lane()]:
		case <-timer.C:
		case <-h.quit:
			return
		}
	}
}

func (h *House) pause(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-h.quit:
		return false
	}
}

func (h *House) fail(err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.failed == nil {
		h.failed = err
	}
}

// committed is told of every batch before its callers are answered: what must leave, leaves.
func (h *House) committed(rows []ledger.Row, changed []*payment.Payment) {
	now := h.config.Now()
	h.relay.Committed(changed, now)
	h.settle(changed)
	h.dispatch(h.relay.Step(now))
	h.mutex.Lock()
	followers := h.followers
	h.mutex.Unlock()
	for _, tell := range followers {
		tell(rows, changed)
	}
}

// ask makes the calls that time brings.
func (h *House) ask() {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.dispatch(h.relay.Step(h.config.Now()))
		case <-h.quit:
			return
		}
	}
}

// dispatch makes calls, each by itself: one slow wallet keeps nobody waiting.
func (h *House) dispatch(calls []relay.Call) {
	for _, c := range calls {
		if c.Act == relay.GiveUp {
			h.relay.Answered(c, wallet.Answer{}, h.config.Now())
			continue
		}
		h.calling.Add(1)
		go func() {
			defer h.calling.Add(-1)
			h.relay.Answered(c, h.make(c), h.config.Now())
		}()
	}
}

func (h *House) make(c relay.Call) wallet.Answer {
	connector := h.connector(c.Wallet)
	if connector == nil {
		return wallet.Answer{Detail: "the wallet is not connected"}
	}
	return c.Make(h.calls, connector)
}

// connector is the wallet's connector, made anew when the wallet's facts have changed.
func (h *House) connector(id wallet.ID) wallet.Connector {
	facts, ok := h.Facts().Wallet(id)
	if !ok {
		return nil
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if c, ok := h.connectors[id]; ok && c.facts == facts {
		return c.connector
	}
	c := h.config.Connect(facts)
	h.connectors[id] = connected{facts: facts, connector: c}
	return c
}
