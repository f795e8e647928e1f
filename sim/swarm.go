// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// knob is something that goes wrong, or is out of the ordinary, with a probability that the seed decides.
type knob int

// The knobs.
const (
	tillLoses       knob = iota // a message between a till and the house is lost
	tillDelays                  // … or comes seconds to a day later
	tillRepeats                 // … or comes twice
	callLoses                   // a call to a wallet is lost
	answerLoses                 // a wallet's answer is lost
	callDelays                  // a call comes seconds to a day later
	callRepeats                 // a call comes twice
	answersLate                 // a wallet answers when nobody waits any more
	answersOpen                 // U, for some polls or for a while
	forgets                     // ORDER_NOT_EXIST for a while, though it was asked
	declines                    // F
	forges                      // an answer that is not signed by the wallet
	lax                         // a wallet takes a code twice
	otherName                   // S, then S with another id
	chargesTwice                // and takes the money twice
	tellsWrong                  // S with an amount or currency that is not ours
	chargesWrong                // and takes that amount
	regrets                     // F, and the money is taken later
	deafCancel                  // a cancel is answered with U for a while
	earlyWindow                 // CANCEL_WINDOW_EXCEED before the window has ended
	liesAboutCancel             // S to a cancel, and the money is taken again later
	keepsMoney                  // S to a cancel, and the money is kept
	stallsRefund                // a refund is U for a while, up to hours
	declinesRefund              // F to a refund
	refundsWrong                // S to a refund with another amount
	notifies                    // a wallet notifies, up to eight times
	goesDown                    // a wallet is down, up to three days
	kills                       // the house is killed at any event, up to twenty times a day
	killsCommit                 // … after a commit, before anybody hears of it
	lapses                      // the connection is lost during a commit
	takesOver                   // a second desk takes the lanes while the first goes on
	steps                       // the house's clock steps by seconds, or is minutes off after a start
	walletSkew                  // a wallet's clock is off by minutes
	tillSkew                    // a till's clock is off by up to a day
	doubleClick                 // a till sends the same request twice
	twoTills                    // two tills scan one code
	newName                     // a till tries again under a new request id
	otherTerms                  // a till repeats a request id with another amount
	overtakes                   // a cancel leaves before its pay
	cancels                     // a cancel of what was paid
	atTheEdge                   // … near the end of the window
	refunds                     // refunds in parts, in parallel, too much, too late
	races                       // a refund and a cancel at once
	pollsHard                   // an inquiry twenty times a second
	returns                     // a till asks again days later
	peeks                       // another client asks about, cancels or refunds it
	operates                    // an operator suspends a shop or a wallet for a while
	feedFails                   // a rate is missing, frozen, inverted or ten times what it was
	knobs
)

// knobSettings are the names and the largest probabilities.
//
// Source: reference/reliability.md 2.2 and 2.4.
var knobSettings = [knobs]struct {
	name string
	most float64
}{
	tillLoses: {"till loses", 0.15}, tillDelays: {"till delays", 0.04}, tillRepeats: {"till repeats", 0.10},
	callLoses: {"call loses", 0.30}, answerLoses: {"answer loses", 0.30}, callDelays: {"call delays", 0.05},
	callRepeats: {"call repeats", 0.10}, answersLate: {"answers late", 0.10}, answersOpen: {"answers open", 0.20},
	forgets: {"forgets", 0.10}, declines: {"declines", 0.12}, forges: {"forges", 0.10}, lax: {"lax", 1},
	otherName: {"other name", 0.05}, chargesTwice: {"charges twice", 0.03}, tellsWrong: {"tells wrong", 0.06},
	chargesWrong: {"charges wrong", 0.004}, regrets: {"regrets", 0.06}, deafCancel: {"deaf cancel", 0.30},
	earlyWindow: {"early window", 0.20}, liesAboutCancel: {"lies about cancel", 0.15},
	keepsMoney: {"keeps money", 0.05}, operates: {"operates", 1}, stallsRefund: {"stalls refund", 0.60},
	declinesRefund: {"declines refund", 0.20}, refundsWrong: {"refunds wrong", 0.06}, notifies: {"notifies", 0.60},
	goesDown: {"goes down", 0.60}, kills: {"kills", 1}, killsCommit: {"kills commit", 0.012}, lapses: {"lapses", 0.02},
	takesOver: {"takes over", 0.80}, steps: {"steps", 1}, walletSkew: {"wallet skew", 0.70}, tillSkew: {"till skew", 0.08},
	doubleClick: {"double click", 0.12}, twoTills: {"two tills", 0.10}, newName: {"new name", 0.10},
	otherTerms: {"other terms", 0.05}, overtakes: {"overtakes", 0.06}, cancels: {"cancels", 0.14},
	atTheEdge: {"at the edge", 0.05}, refunds: {"refunds", 0.25}, races: {"races", 0.08}, pollsHard: {"polls hard", 0.02},
	returns: {"returns", 0.10}, peeks: {"peeks", 0.04}, feedFails: {"feed fails", 0.20},
}

// swarm is everything about a run that its seed decides beforehand.
type swarm struct {
	lanes, shops, wallets int
	batch, checkpoint     int // movements in a batch; rows between two checkpoints
	visits, storms        int // a day
	chance                [knobs]float64
	begins                time.Time
}

// shareOff is how likely a knob is off in a run, and shareCalm how likely nearly all of them are.
const (
	shareOff  = 0.35
	shareCalm = 0.08
)

// swarmOf draws the options of a seed.
func swarmOf(seed uint64) swarm {
	c := newChance(seed, 1)
	s := swarm{lanes: c.between(1, 3), shops: c.between(2, 5), wallets: c.between(2, 5), visits: c.between(340, 375),
		storms: c.between(2, 8), batch: oneOf(c, []int{1, 2, 7, 64, 512}),
		checkpoint: oneOf(c, []int{10, 20, 20, 60, 60, 200, 1000}),
		begins:     time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, c.IntN(400))}
	calm := c.hit(shareCalm)
	for k := range s.chance {
		u, off := c.Float64(), c.hit(shareOff)
		if !off && (!calm || c.hit(0.1)) {
			s.chance[k] = knobSettings[k].most * u
		}
	}
	return s
}

// String is the options in a few lines.
func (s *swarm) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "lanes %d, shops %d, wallets %d, batch %d, checkpoint %d, visits %d, storms %d, from %s", s.lanes,
		s.shops, s.wallets, s.batch, s.checkpoint, s.visits, s.storms, s.begins.Format(time.DateOnly))
	for k, p := range s.chance {
		if p > 0 {
			fmt.Fprintf(&b, ", %s %.3f", knobSettings[k].name, p)
		}
	}
	return b.String()
}

// currencies of the wallets, with the price of one yen where nothing has moved yet. The first is in every run.
var currencies = []struct {
	currency money.Currency
	price    float64
}{
	{money.JPY, 1}, {money.HKD, 0.0512}, {money.CNY, 0.0467}, {money.KRW, 9.31}, {money.USD, 0.0066}, {money.KWD, 0.00201},
	{money.TWD, 0.2091}, {money.THB, 0.2144}, {money.SGD, 0.00854},
}

// timersOf draws how patiently a wallet is asked. A wallet that may be down for days is asked less often.
func timersOf(c chance, mayBeDown bool) wallet.Timers {
	t := wallet.DefaultTimers()
	if c.hit(0.5) {
		t.Deadline = c.lasting(5*time.Second, 10*time.Second).Truncate(time.Millisecond)
		t.InquiryEvery = c.lasting(2*time.Second, 3*time.Second).Truncate(time.Millisecond)
		t.InquiryMax = c.between(10, 20)
	}
	if mayBeDown || c.hit(0.3) {
		t.CancelMax = c.lasting(5*time.Minute, 15*time.Minute).Truncate(time.Second)
	}
	return t
}
