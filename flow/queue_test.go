// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
)

// queued submits so many pays and gives the answers that came, after one more step at a later time.
func (w *world) queued(pays int, later time.Duration) (refused int, answers map[fault.Code]int) {
	w.t.Helper()
	answers = map[fault.Code]int{}
	for i := range pays {
		name := fmt.Sprint("p-", i)
		err := w.desk.Submit(context.Background(), w.pay(name, name, 100), w.now, func(_ flow.Outcome, err error) {
			answers[fault.CodeOf(err)]++
		})
		switch fault.CodeOf(err) {
		case "":
		case flow.CodeOverloaded:
			refused++
		default:
			w.t.Fatal(err)
		}
	}
	w.now = w.now.Add(later)
	if _, err := w.desk.Tellers()[0].Step(context.Background(), w.now); err != nil {
		w.t.Fatal(err)
	}
	return refused, answers
}

// A13: past its bound a queue takes nothing, and nothing of what it refused happens.
func TestAFullQueueRefusesPays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if refused, answers := w.queued(8192+3, 0); refused != 3 || answers[""] != 512 {
		t.Errorf("%d were refused, and a step answered %v", refused, answers)
	}
	if _, err := w.desk.Tellers()[0].Step(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
	if _, second, _ := w.desk.Tellers()[0].Waiting(); second != 8192-2*512 {
		t.Errorf("%d still wait", second)
	}
}

// A13: a pay that has waited for more than half a second is refused before any row.
func TestAPayThatWaitedTooLongIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, answers := w.queued(3, 500*time.Millisecond); answers[""] != 3 {
		t.Errorf("after half a second: %v", answers)
	}
	w = setup(t)
	before := w.desk.Tellers()[0].Row().N
	if _, answers := w.queued(3, 501*time.Millisecond); answers[flow.CodeWaitedTooLong] != 3 {
		t.Errorf("later: %v", answers)
	}
	if n := w.desk.Tellers()[0].Row().N; n != before {
		t.Errorf("the journal grew from %d to %d", before, n)
	}
}

// A clock that was hours ahead has written a row and is right again: the lane's time stands still until then, and how long a
// pay has waited has nothing to do with it.
func TestPaysAreServedWhileTheLaneIsAheadOfTheClock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	right := w.now
	w.now = right.Add(17 * time.Hour)
	ahead := w.pay("ahead", "ahead", 100)
	if _, err := w.do(flow.Cancel{ID: ahead.ID, Client: ahead.Client, RequestID: ahead.RequestID}); err != nil {
		t.Fatal(err)
	}
	w.now = right
	if _, answers := w.queued(3, 100*time.Millisecond); answers[""] != 3 {
		t.Errorf("after a tenth of a second: %v", answers)
	}
	if _, answers := w.queued(3, 501*time.Millisecond); answers[flow.CodeWaitedTooLong] != 3 {
		t.Errorf("after half a second: %v", answers)
	}
}

// Without its bounds a queue takes whatever comes and serves it however late: what the bench's control runs on.
func TestUnboundedQueuesTakeEverything(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.desk.Tellers()[0].Unbounded()
	if refused, answers := w.queued(8192+3, time.Minute); refused != 0 || answers[""] != 512 {
		t.Errorf("%d were refused, and a step answered %v", refused, answers)
	}
}
