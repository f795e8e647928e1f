// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// load is the tills of an overload, each a sale long.
//
// Concurrency: safe for any number of callers.
type load struct {
	letters  *letters
	counter  counter
	agenda   *agenda
	number   atomic.Uint64 // of the next sale
	signed   func() int64  // by the network, so far
	underWay sync.WaitGroup
	broken   atomic.Pointer[error]
}

// tend lets sales do the next thing when it is due, until the context ends.
func (l *load) tend(ctx context.Context) {
	tick := time.NewTicker(slotWidth)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for _, s := range l.agenda.take(now) {
				l.begin(s)
			}
		}
	}
}

func (l *load) begin(s *sale) {
	l.underWay.Add(1)
	go func() {
		defer l.underWay.Done()
		l.step(s)
	}()
}

// sale is the next one, which should begin at a time.
func (l *load) sale(t *tally, due time.Time) *sale {
	t.begun.Add(1)
	return &sale{number: l.number.Add(1), due: due, doing: ams.Pay, tally: t}
}

// step does the next thing of a sale, and puts the one after that on the agenda.
func (l *load) step(s *sale) {
	if wait, more := l.do(s); more {
		l.agenda.put(s, time.Now().Add(wait))
	}
}

// do does the next thing of a sale: how long until the one after that, if there is one.
func (l *load) do(s *sale) (wait time.Duration, more bool) {
	if err := l.write(s); err != nil {
		l.broken.Store(&err)
		return 0, false
	}
	did, atOnce := s.doing, s.doing == ams.Pay && s.tries == 0
	h := l.counter.hand(s.letter)
	s.tally.note(did, h)
	e, wait := s.hear(h)
	switch {
	case e == open:
		return wait, true
	case e == paid:
		s.tally.pay(s.due, time.Now(), atOnce)
		if s.regrets() {
			s.turn(ams.Cancel, 0)
			return 0, true
		}
	}
	s.tally.ends[e].Add(1)
	return 0, false
}

// write writes what the sale says, unless it is written.
func (l *load) write(s *sale) (err error) {
	switch {
	case s.letter.path != "":
	case s.doing == ams.Pay:
		s.letter, err = l.letters.pay(s.number)
	default:
		s.letter, err = l.letters.about(s.doing, s.number)
	}
	return err
}

// note counts an answer.
func (t *tally) note(did ams.Operation, h heard) {
	switch did {
	case ams.Cancel:
		t.cancels.sent.Add(1)
		if h.served() {
			t.cancels.served.Add(1)
		}
		return
	case ams.InquiryPayment:
		t.inquiries.Add(1)
	}
	if !h.served() {
		t.busy.Add(1)
	}
}

// prepare signs what so many sales will say first.
func (l *load) prepare(sales int) error {
	return l.letters.sign(l.number.Load()+1, sales, runtime.GOMAXPROCS(0), time.Now())
}

// peak is what so many tills see that begin the next sale as soon as the one before has ended.
func (l *load) peak(ctx context.Context, tills int, length time.Duration) *tally {
	t, stop := l.measured(length)
	var wait sync.WaitGroup
	for range tills {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for now := time.Now(); now.Before(t.until) && ctx.Err() == nil; now = time.Now() {
				s := l.sale(t, now)
				for wait, more := l.do(s); more; wait, more = l.do(s) {
					time.Sleep(wait)
				}
			}
		}()
	}
	wait.Wait()
	stop()
	return t
}

// measured is the tally of a stretch of time that begins now; stop tells it what was used meanwhile.
func (l *load) measured(length time.Duration) (t *tally, stop func()) {
	cpu, signed := usage("").cpu, l.signed()
	t = newTally(time.Now(), length)
	return t, func() { t.cpu, t.signed = usage("").cpu-cpu, l.signed()-signed }
}

// arrive begins so many sales a second at random moments, whoever is answered. tally gives the one of a moment; where it
// gives none the load ends.
func (l *load) arrive(ctx context.Context, perSecond float64, tally func(due time.Time) *tally) {
	luck := rand.New(rand.NewPCG(l.letters.stamp, l.number.Load()))
	next := time.Now()
	for ctx.Err() == nil {
		for now := time.Now(); !next.After(now); {
			t := tally(next)
			if t == nil {
				return
			}
			l.begin(l.sale(t, next))
			next = next.Add(time.Duration(luck.ExpFloat64() / perSecond * float64(time.Second)))
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// stretch is a load of one rate and length, seen as a whole.
func (l *load) stretch(ctx context.Context, perSecond float64, length time.Duration) *tally {
	t, stop := l.measured(length)
	l.arrive(ctx, perSecond, func(due time.Time) *tally {
		if due.After(t.until) {
			return nil
		}
		return t
	})
	stop()
	return t
}

// seconds is a load of one rate, seen second by second, a moment after the last.
func (l *load) seconds(ctx context.Context, perSecond float64, count int) []*tally {
	began, all := time.Now(), make([]*tally, count)
	for i := range all {
		all[i] = newTally(began.Add(time.Duration(i)*time.Second), time.Second)
	}
	l.arrive(ctx, perSecond, func(due time.Time) *tally {
		if i := int(due.Sub(began) / time.Second); i < count {
			return all[i]
		}
		return nil
	})
	time.Sleep(time.Second)
	return all
}
