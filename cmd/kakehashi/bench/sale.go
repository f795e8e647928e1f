// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// sale is one payment as its till sees it, from when it should have begun to its end.
//
// The till keeps the rules of the dialect: what is answered 503 is sent again, the same; what is answered U is asked about;
// what stays open is cancelled, until the cancel is answered.
//
// Source: reference/alipay-wire-api.md 2.10.
type sale struct {
	number uint64
	due    time.Time
	doing  ams.Operation // Pay, then InquiryPayment or Cancel
	tries  int           // of what it is doing
	letter letter        // that says so, as it is sent again and again; without a path: not written yet
	tally  *tally
}

// end is how a sale ended for its till; the zero end is none yet.
type end uint8

// The ends.
const (
	open      end = iota
	paid          // for certain
	declined      // for certain
	turned        // away: every try was answered 503, and the till gave up
	cancelled     // for certain, or never made
	doubtful      // even the cancels were not answered: a person must look
)

// How patient a till is.
const (
	payTries    = 4 // the first, and three more, about 0.4, 0.8 and 1.6 s after the answer before
	askTries    = 4 // inquiries
	cancelTries = 6
	askEvery    = 3 * time.Second
	carefulOf   = 20 // one in so many tills that were turned away cancels all the same: 503 is not signed
	regretOf    = 50 // one in so many payers changes its mind: the payment is cancelled once it is made
)

// hear takes the answer to what the sale is doing: its end, or how long until it does the next thing.
func (s *sale) hear(h heard) (e end, wait time.Duration) {
	s.tries++
	switch s.doing {
	case ams.Pay:
		return s.hearPay(h)
	case ams.InquiryPayment:
		return s.hearInquiry(h)
	}
	switch {
	case h.result == wire.Succeeded || h.result == wire.Failed:
		return cancelled, 0
	case s.tries >= cancelTries:
		return doubtful, 0
	}
	return open, askEvery
}

func (s *sale) hearPay(h heard) (end, time.Duration) {
	switch {
	case h.result == wire.Succeeded:
		return paid, 0
	case h.result == wire.Failed:
		return declined, 0
	case h.served():
		return s.turn(ams.InquiryPayment, askEvery)
	case s.tries < payTries:
		return open, s.spread(200 * time.Millisecond << s.tries)
	case mixed(s.number)%carefulOf == 0:
		return s.turn(ams.Cancel, 0)
	}
	return turned, 0
}

func (s *sale) hearInquiry(h heard) (end, time.Duration) {
	switch h.became {
	case ams.PaymentSuccess:
		return paid, 0
	case ams.PaymentFail, ams.PaymentCancelled:
		return declined, 0
	}
	if s.tries < askTries {
		return open, askEvery
	}
	return s.turn(ams.Cancel, 0)
}

// turn goes over to something else.
func (s *sale) turn(to ams.Operation, wait time.Duration) (end, time.Duration) {
	s.doing, s.tries, s.letter = to, 0, letter{}
	return open, wait
}

// regrets reports whether the payer of a payment that was made changes its mind.
func (s *sale) regrets() bool { return mixed(s.number+1)%regretOf == 0 }

// spread is a pause between three and five quarters as long, so that those who were turned away together do not come back
// together.
func (s *sale) spread(pause time.Duration) time.Duration {
	return pause*3/4 + time.Duration(mixed(s.number+uint64(s.tries))%uint64(pause/2))
}
