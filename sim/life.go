// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// quarter is the distance between two seals.
const quarter = 15 * time.Minute

// restartMax is how long a killed house stays down. The others are how often things happen in a day of a run whose knob is
// at one; kills and take-overs come besides after any event, so often in a thousand events, but no more than strikesMax in a
// day: a house that starts asks about everything that is open, which are events too, and a wallet that is down for days would
// otherwise have it killed a hundred times a day for nothing new.
const (
	restartMax        = time.Minute
	killsMax          = 5
	killsPerThousand  = 0.8
	takeoversMax      = 3
	takeoversThousand = 0.3
	strikesMax        = 20
	stepsMax          = 12
	operatesMax       = 6
)

// live plans what comes by itself: visits, storms, quarters, outages, kills, take-overs and clocks.
func (w *world) live() {
	for day := range w.options.Days {
		w.after(time.Duration(day)*24*time.Hour, w.planDay)
	}
	w.quarterly()
}

func (w *world) planDay() {
	w.strikes = 0
	w.planVisits()
	for range w.swarm.storms {
		w.after(w.moment(), w.storm)
	}
	for range w.often(kills, killsMax) {
		w.after(w.moment(), func() { w.killHouse("at a time of the day") })
	}
	for range w.often(takesOver, takeoversMax) {
		w.after(w.moment(), w.takeOver)
	}
	for range w.often(steps, stepsMax) {
		w.after(w.moment(), w.stepClock)
	}
	for range w.often(operates, operatesMax) {
		w.after(w.moment(), w.operate)
	}
	for _, p := range w.purses {
		if w.wallets.hit(w.swarm.chance[goesDown]) {
			w.after(w.process.lasting(0, 24*time.Hour), p.goDown)
		}
	}
}

// strike kills the house, or lets another take over, after any event: where much happens, much is struck.
func (w *world) strike() {
	if w.calm || w.house == nil || w.strikes >= strikesMax {
		return
	}
	switch u := w.process.Float64() * 1000; {
	case u < killsPerThousand*w.swarm.chance[kills]:
		w.killHouse("at any event")
	case u > 1000-takeoversThousand*w.swarm.chance[takesOver]:
		w.takeOver()
	default:
		return
	}
	w.strikes++
}

// often is how many times something happens today.
func (w *world) often(k knob, most int) int {
	return int(float64(most)*w.swarm.chance[k]*w.process.Float64() + 0.5)
}

// moment is a time of the day: any, or near one of the edges of the network's day, where rules change.
func (w *world) moment() time.Duration {
	if w.process.hit(0.6) {
		return w.process.lasting(0, 24*time.Hour)
	}
	// 15:45, 16:00, 16:15 and 16:30 UTC are 23:45, midnight, 00:15 and 00:30 in UTC+8; 24:00 UTC changes the marks' key.
	edge := oneOf(w.process, []time.Duration{15*time.Hour + 45*time.Minute, 16 * time.Hour, 16*time.Hour + 15*time.Minute,
		16*time.Hour + 30*time.Minute, 24 * time.Hour})
	return max(0, edge+w.process.lasting(-90*time.Second, 40*time.Second))
}

// quarterly wakes every lane at each quarter hour, so that idle ones are sealed, and lets the workers work.
func (w *world) quarterly() {
	next := calendar.Quarter(w.time()).Add(quarter).UnixNano()
	w.events.plan(next, func() {
		w.market.move(w)
		w.oracle.neglected()
		for lane := range w.swarm.lanes {
			if h := w.house; h != nil {
				h.wake(lane, h.w.process.lasting(0, 250*time.Millisecond))
			}
		}
		w.after(w.process.lasting(time.Second, time.Minute), w.work)
		w.quarterly()
	})
}

// work steps what runs by itself beside the relay: the pricer, and the removal of old claims.
func (w *world) work() {
	h := w.house
	if h == nil || h.dead {
		return
	}
	if err := h.pricer.Step(w.ctx, h.clock()); err != nil {
		w.note("pricer", ident.ID{}, err.Error())
	}
	for lane := range ident.Lane(w.swarm.lanes) {
		hour, ok, err := w.db.Reader().OldestClaim(w.ctx, lane)
		if err == nil && ok && !h.dead && hour < store.HourOf(h.clock())-store.ClaimHours {
			_ = h.submit(flow.Unclaim{In: lane, Hour: hour}, func(flow.Outcome, error) {}) // the next quarter tries again
		}
	}
}

// kill ends the process at once: whatever waits, is under way or was about to be answered is lost.
func (h *house) kill(when string) {
	w := h.w
	h.dead = true
	w.note("killed", ident.ID{}, strconv.Itoa(h.number), when)
	if !h.inStep {
		h.desk.Close()
	}
	if w.house == h {
		w.house = nil
		down := w.process.lasting(0, restartMax)
		w.oracle.crashed(h)
		w.after(down, func() {
			if w.house == nil {
				w.start()
			}
		})
	}
}

func (w *world) killHouse(when string) {
	if h := w.house; h != nil && !h.dead && !w.calm {
		w.oracle.metAll(f01)
		h.kill(when)
	}
}

// takeOver starts a second process while the first goes on as before, until it finds out.
func (w *world) takeOver() {
	old := w.house
	if old == nil || w.calm {
		return
	}
	w.oracle.metAll(f08)
	w.note("taken over", ident.ID{}, strconv.Itoa(old.number))
	w.oracle.crashed(old)
	w.house = nil
	w.older = append(w.older, old)
	w.start()
	// It is paused for a while, as by SIGSTOP; then it renews its lanes, and hears that it has lost them.
	w.after(w.process.spread(100*time.Millisecond, 2*time.Minute), func() {
		if !old.dead {
			old.renew()
		}
	})
}

func (h *house) renew() {
	for _, t := range h.tellers {
		if err := t.Renew(h.w.ctx, h.clock()); fault.CodeOf(err) == store.CodeLaneLost {
			h.fenced()
			return
		}
	}
	h.w.after(time.Second, func() {
		if !h.dead {
			h.renew()
		}
	})
}

// fenced is the end of a process whose lanes another has.
func (h *house) fenced() {
	w := h.w
	w.note("fenced", ident.ID{}, strconv.Itoa(h.number))
	w.cover.happened(fencedBatch)
	h.dead = true
	h.desk.Close()
	if w.house == h {
		w.fail("I-20", ident.ID{}, "house %d lost its lanes although nobody has taken them", h.number)
	}
}

// operate lets an operator suspend a shop or a wallet, and take that back some hours later.
func (w *world) operate() {
	c := w.process
	if c.hit(0.5) {
		m := oneOf(c, w.facts.Merchants)
		m.Status = merchant.Suspended
		w.put("suspend merchant", store.Facts{Merchants: []merchant.Merchant{m}})
		m.Status = merchant.Live
		w.after(c.spread(time.Minute, 3*time.Hour), func() {
			w.put("resume merchant", store.Facts{Merchants: []merchant.Merchant{m}})
		})
		return
	}
	p := oneOf(c, w.facts.Wallets)
	p.Status = wallet.Suspended
	w.put("suspend wallet", store.Facts{Wallets: []wallet.Wallet{p}})
	p.Status = wallet.Live
	w.after(c.spread(time.Minute, 3*time.Hour), func() { w.put("resume wallet", store.Facts{Wallets: []wallet.Wallet{p}}) })
}

// put writes facts, and tries again a minute later where nobody is there to write them.
func (w *world) put(what string, facts store.Facts) {
	again := func() { w.after(time.Minute, func() { w.put(what, facts) }) }
	if w.house == nil {
		again()
		return
	}
	err := w.house.submit(flow.Put{Person: "operator", What: what, Facts: facts}, func(_ flow.Outcome, err error) {
		if err != nil {
			again()
		}
	})
	if err != nil {
		again()
	}
}

// stepClock lets the house's clock jump, by less than what would stop the house.
func (w *world) stepClock() {
	if h := w.house; h != nil && !w.calm {
		w.oracle.metAll(f18)
		h.offset += w.process.lasting(-4900*time.Millisecond, 4900*time.Millisecond)
		w.note("clock steps", ident.ID{}, h.offset.String())
		w.oracle.obstructAll()
		h.look()
	}
}

// lapseOf decides what becomes of the connection of a commit or a read. Reads are many: most of them go well.
func (w *world) lapseOf(commit bool) store.Lapse {
	p := w.swarm.chance[lapses]
	if !commit {
		p /= 20
		if w.acting != nil && w.acting.lapsed {
			p = w.swarm.chance[lapses] * 5 // troubles come together
		}
	}
	if w.calm || !w.process.hit(p) {
		return store.NoLapse
	}
	if w.acting != nil {
		w.acting.lapsed = true
	}
	w.lapse = oneOf(w.process, []store.Lapse{store.NotSent, store.NotAnswered})
	return w.lapse
}
