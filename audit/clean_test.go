// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
)

// KAKEHASHI_AUDIT_SEEDS says how many stores are told and audited.
func TestNothingIsFoundInCleanStoresOfAnySeed(t *testing.T) {
	t.Parallel()
	seeds := uint64(100)
	if testing.Short() || raced {
		seeds = 8
	}
	if n, err := strconv.ParseUint(os.Getenv("KAKEHASHI_AUDIT_SEEDS"), 10, 64); err == nil {
		seeds = n
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			location := "memory:" + t.Name()
			w := newWorld(t, location, seed, 1+int(seed%3))
			w.tell(60)
			r := full(t, location, audit.Options{})
			if !r.OK() {
				t.Fatalf("\n%s", r.String())
			}
			if r.Counts.Payments == 0 || r.Counts.Transfers == 0 || r.Counts.Conversions == 0 {
				t.Fatalf("little was checked: %+v", r.Counts)
			}
		})
	}
}
