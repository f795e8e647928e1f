// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// A clock that is set back over midnight shows a code that was spent under tomorrow's key. Found by simulation.
func TestACodeIsSpentOnceWhicheverWayTheClockCrossesMidnight(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name          string
		first, second time.Time // by the clocks of those who ask
	}{
		{"forwards", midnight.Add(-time.Second), midnight.Add(time.Second)},
		{"backwards", midnight.Add(time.Second), midnight.Add(-3 * time.Minute)},
		{"backwards by nearly an hour", midnight.Add(time.Second), midnight.Add(-59 * time.Minute)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.now = midnight.Add(time.Minute) // the lane's time never goes back
			secret := wallet.NewSecret([32]byte{1})
			for i, at := range []time.Time{c.first, c.second} {
				p := w.pay([]string{"p-1", "p-2"}[i], []string{"o-1", "o-2"}[i], 1000)
				p.Marks = wallet.ClaimMarks(secret, "283000000000000000000001", at)
				o, err := w.do(p)
				want := []payment.State{payment.Sent, payment.Failed}[i]
				if err != nil || o.Payment.State != want || i == 1 && o.Payment.Result != wire.ExpiredCode {
					t.Fatalf("pay %d: %+v, %v", i+1, o.Payment, err)
				}
			}
		})
	}
}
