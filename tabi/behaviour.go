// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Chance is how often something happens. Units: thousandths.
type Chance int

// always is the largest Chance.
const always Chance = 1000

// NoticesMax is how often a payment can be told though nobody asked.
//
// Source: reference/reliability.md 2.4.
const NoticesMax = 8

// pollsMax bounds the counts of inquiries.
const pollsMax = 1000

// Behaviour is how a brand misbehaves: independent knobs, all of which may be on at once. The zero Behaviour is honest.
type Behaviour struct {
	Down        bool   // takes no request, sends none, hands out no codes
	DropRequest Chance // closes the connection and does nothing
	DropAnswer  Chance // does it, then closes the connection
	ServerError Chance // does it, then answers a bare 500
	Slow        Chance // answers only after SlowFor
	SlowFor     time.Duration

	WrongAmount     Chance // an answer or message tells one minor unit too much of payToAmount or refundFromAmount
	WrongID         Chance // an answer or message tells another paymentId or refundId
	WrongSignature  Chance // the signature is over other bytes
	WrongKeyVersion Chance // the signature names a version that the platform does not have

	Declines    Chance // pay: F RISK_REJECT for no reason; what waits (Polls, Late) ends so
	Polls       Chance // pay: U, until PollsCount inquiries were answered U
	PollsCount  int
	Late        Chance // pay: U, and decided LateFor later, even when the payment has expired by then
	LateFor     time.Duration
	Contradicts Chance // pay: F PROCESS_FAIL although the money was taken; inquiries say S
	Hides       Chance // pay: HidesCount inquiries say ORDER_NOT_EXIST
	HidesCount  int

	CancelLies  Chance // cancel: S, and the money is kept
	CancelWaits Chance // cancel: U, nothing is done
	CancelLate  Chance // cancel: F CANCEL_WINDOW_EXCEED, nothing is done
	RefundWaits Chance // refund: U for RefundFor, then done
	RefundFor   time.Duration

	Notices       int           // up to so many messages about each payment nobody asked for, 0 to 8
	NoticesWithin time.Duration // when they come, in any order, once the payment is decided
	NoticeFirst   Chance        // one more comes before the answer to pay
}

// Normal is a brand that behaves.
func Normal() Behaviour { return Behaviour{} }

// Misbehave tells a brand how to behave from now on, until it is told otherwise or the issuer is opened anew. What was
// already begun under another behaviour ends as it was to end. The dice start anew: the same behaviour and the same
// requests in the same order give the same answers.
//
// Errors: NotFound brand_unknown; Invalid behaviour_malformed.
func (s *Issuer) Misbehave(brand string, b Behaviour) error {
	own, err := s.brand("tabi.Misbehave", brand)
	if err != nil {
		return err
	}
	if !b.valid() {
		return &fault.Error{Op: "tabi.Misbehave", Kind: fault.Invalid, Code: CodeBehaviourMalformed, Subject: brand,
			Detail: "chances are 0 to 1000, Notices 0 to 8, counts 0 to 1000, and durations not negative"}
	}
	own.mood.set(b)
	return nil
}

// Behaviour is how a brand behaves at present.
//
// Errors: NotFound brand_unknown.
func (s *Issuer) Behaviour(brand string) (Behaviour, error) {
	own, err := s.brand("tabi.Behaviour", brand)
	if err != nil {
		return Behaviour{}, err
	}
	return own.mood.current(), nil
}

func (b Behaviour) valid() bool {
	for _, c := range []Chance{b.DropRequest, b.DropAnswer, b.ServerError, b.Slow, b.WrongAmount, b.WrongID,
		b.WrongSignature, b.WrongKeyVersion, b.Declines, b.Polls, b.Late, b.Contradicts, b.Hides, b.CancelLies,
		b.CancelWaits, b.CancelLate, b.RefundWaits, b.NoticeFirst} {
		if c < 0 || c > always {
			return false
		}
	}
	return b.Notices >= 0 && b.Notices <= NoticesMax && b.PollsCount >= 0 && b.PollsCount <= pollsMax &&
		b.HidesCount >= 0 && b.HidesCount <= pollsMax && min(b.SlowFor, b.LateFor, b.RefundFor, b.NoticesWithin) >= 0
}

// mood is a brand's behaviour with its dice.
//
// Concurrency: safe for any number of callers; with several, the order of their dice is theirs.
type mood struct {
	seed [32]byte

	mutex     sync.Mutex // guards what is below
	behaviour Behaviour
	dice      *rand.Rand
}

func newMood(seed [32]byte) *mood {
	m := &mood{seed: seed}
	m.set(Normal())
	return m
}

func (m *mood) set(b Behaviour) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.behaviour, m.dice = b, rand.New(rand.NewChaCha8(m.seed))
}

func (m *mood) current() Behaviour {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.behaviour
}

// fate is what the dice say about one request or message.
type fate struct {
	vanishes, dropsAnswer, serverError                    bool
	slow                                                  time.Duration
	wrongAmount, wrongID, wrongSignature, wrongKeyVersion bool
	contradicts, noticeFirst                              bool
	cancelLies, cancelWaits, cancelLate                   bool
	refundDue                                             time.Time
	whim                                                  book.Whim
}

// fate throws the dice. Every knob has its own throw, thrown whether the knob is on or not, so that turning one does not
// change what the others do.
func (m *mood) fate(now time.Time) fate {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	b := m.behaviour
	if b == Normal() {
		return fate{}
	}
	happens := func(c Chance) bool { return Chance(m.dice.IntN(int(always))) < c }
	f := fate{vanishes: happens(b.DropRequest) || b.Down, dropsAnswer: happens(b.DropAnswer),
		serverError: happens(b.ServerError), wrongAmount: happens(b.WrongAmount), wrongID: happens(b.WrongID),
		wrongSignature: happens(b.WrongSignature), wrongKeyVersion: happens(b.WrongKeyVersion),
		contradicts: happens(b.Contradicts), cancelLies: happens(b.CancelLies), cancelWaits: happens(b.CancelWaits),
		cancelLate: happens(b.CancelLate), noticeFirst: happens(b.NoticeFirst)}
	if happens(b.Slow) {
		f.slow = b.SlowFor
	}
	if happens(b.RefundWaits) {
		f.refundDue = now.Add(b.RefundFor)
	}
	if happens(b.Declines) {
		f.whim.Declines = wire.RiskReject
	}
	if happens(b.Hides) {
		f.whim.Hidden = b.HidesCount
	}
	polls, late := happens(b.Polls), happens(b.Late)
	switch {
	case late:
		f.whim.Due, f.whim.Undue = now.Add(b.LateFor), true
	case polls:
		f.whim.Polls = b.PollsCount
	}
	f.whim.Notices = m.notices(b, now)
	return f
}

// notices throws the dice for as many messages as there can be.
func (m *mood) notices(b Behaviour, now time.Time) []time.Time {
	count := 0
	if throw := m.dice.IntN(1 << 30); b.Notices > 0 {
		count = throw % (b.Notices + 1)
	}
	var due []time.Time
	for i := range NoticesMax {
		throw := time.Duration(m.dice.Int64N(1 << 62))
		if i < count {
			due = append(due, now.Add(throw%(b.NoticesWithin+1)))
		}
	}
	return due
}
