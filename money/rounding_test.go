// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/money"
)

func TestRoundingNamesAreReadBackAndNoOtherTextIs(t *testing.T) {
	t.Parallel()
	names := map[money.Rounding]string{
		money.HalfEven: "half_even", money.HalfUp: "half_up", money.Down: "down", money.Up: "up"}
	for m, name := range names {
		got, ok := money.ParseRounding(name)
		if m.String() != name || got != m || !ok || !m.Valid() {
			t.Errorf("%s: written %v, read %v %v", name, m, got, ok)
		}
	}
	for _, name := range []string{"", "invalid", "HALF_EVEN", "half even", "floor", "down "} {
		if got, ok := money.ParseRounding(name); ok || got.Valid() {
			t.Errorf("%q was read as %v", name, got)
		}
	}
}

func TestUnnamedRoundingIsInvalid(t *testing.T) {
	t.Parallel()
	for _, m := range []money.Rounding{0, money.Up + 1, 255} {
		if m.Valid() || m.String() != "invalid" {
			t.Errorf("rounding %d is %v", uint8(m), m)
		}
	}
}
