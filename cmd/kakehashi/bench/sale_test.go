// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"net/http"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

var (
	busy    = heard{status: http.StatusServiceUnavailable}
	yes     = heard{http.StatusOK, wire.Succeeded, ""}
	no      = heard{http.StatusOK, wire.Failed, ""}
	unknown = heard{http.StatusOK, wire.Unknown, ""}
)

func became(status wire.Text) heard { return heard{http.StatusOK, wire.Succeeded, status} }

// numbered is the first sale whose till cancels, or does not, after it was turned away.
func numbered(careful bool) *sale {
	s := &sale{doing: ams.Pay}
	for mixed(s.number)%carefulOf == 0 != careful {
		s.number++
	}
	return s
}

func TestATillKeepsTheRulesOfTheDialect(t *testing.T) {
	t.Parallel()
	asked := []heard{unknown, busy, busy, busy, busy}
	for name, c := range map[string]struct {
		careful bool
		hears   []heard
		end     end
		doing   ams.Operation
	}{
		"paid":                        {false, []heard{yes}, paid, ams.Pay},
		"declined":                    {false, []heard{no}, declined, ams.Pay},
		"busy, then paid":             {false, []heard{busy, busy, yes}, paid, ams.Pay},
		"turned away":                 {false, []heard{busy, busy, busy, busy}, turned, ams.Pay},
		"turned away, and careful":    {true, []heard{busy, busy, busy, busy, busy, no}, cancelled, ams.Cancel},
		"not known, then paid":        {false, []heard{unknown, no, became("SUCCESS")}, paid, ams.InquiryPayment},
		"not known, then failed":      {false, []heard{unknown, became("FAIL")}, declined, ams.InquiryPayment},
		"never there, then cancelled": {false, []heard{unknown, no, no, no, no, yes}, cancelled, ams.Cancel},
		"a cancel under way":          {false, append(asked[:5:5], unknown, yes), cancelled, ams.Cancel},
		"a silent cancel": {false, append(asked[:5:5], busy, busy, unknown, busy, busy, busy), doubtful,
			ams.Cancel},
	} {
		s := numbered(c.careful)
		for i, h := range c.hears {
			e, wait := s.hear(h)
			last := i == len(c.hears)-1
			if last != (e != open) || e != open && wait != 0 || wait > slotCount*slotWidth {
				t.Errorf("%s: after answer %d the end is %d, the wait %v", name, i+1, e, wait)
			}
			if last && (e != c.end || s.doing != c.doing) {
				t.Errorf("%s: ends with %d, doing %v", name, e, s.doing)
			}
		}
	}
}

func TestAgendaGivesEachSaleOnceAndNotBeforeItIsDue(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	a := newAgenda(noon)
	waits := []time.Duration{0, time.Millisecond, 10 * time.Millisecond, time.Second, 6 * time.Second, -time.Second}
	for i, wait := range waits {
		a.put(&sale{number: uint64(i)}, noon.Add(wait))
	}
	seen := map[uint64]int{}
	for now := noon; now.Before(noon.Add(7 * time.Second)); now = now.Add(7 * time.Millisecond) {
		for _, s := range a.take(now) {
			seen[s.number]++
			due := noon.Add(max(waits[s.number], 0))
			if now.Before(due.Truncate(slotWidth)) || now.Sub(due) > 3*slotWidth {
				t.Errorf("due at %v, taken at %v", due, now)
			}
		}
	}
	for i := range waits {
		if seen[uint64(i)] != 1 {
			t.Errorf("sale %d was taken %d times", i, seen[uint64(i)])
		}
	}
}
