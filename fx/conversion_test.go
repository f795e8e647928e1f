// SPDX-License-Identifier: Apache-2.0

package fx_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

func yen(minor int64) money.Amount { return money.New(minor, money.JPY) }

func TestAPaymentInTheWalletsOwnCurrencyHasNoQuote(t *testing.T) {
	t.Parallel()
	c := fx.Same(yen(1_000))
	if c.Exchanges() || c.Price != yen(1_000) || c.Payer != yen(1_000) || c.Base != yen(1_000) || c.Spread != yen(0) {
		t.Errorf("it is %+v", c)
	}
}
