// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// The numbers are in journals: these tables only ever grow.
func TestStoredNumbersKeepTheirMeaning(t *testing.T) {
	t.Parallel()
	purposes := []string{"purpose 0", "wallet receivable", "merchant payable", "fx liquidity", "fx spread income",
		"acquiring fee income", "merchant suspense", "wallet suspense", "purpose 8"}
	for n, want := range purposes {
		p := ledger.Purpose(n)
		if p.String() != want || p.Valid() != (n > 0 && n < 8) {
			t.Errorf("purpose %d is %q, valid %v", n, p, p.Valid())
		}
		if p.DebitNormal() != (want == "wallet receivable") {
			t.Errorf("%v is debit-normal: %v", p, p.DebitNormal())
		}
	}
	codes := []string{"code_0", "sale", "fx_sell", "fx_spread", "fx_buy", "merchant_fee", "hold", "hold_fee", "unhold",
		"refund_sale", "refund_fx_sell", "refund_fx_spread", "refund_fx_buy", "stray_charge", "stray_reversal", "code_15"}
	for n, want := range codes {
		if c := ledger.Code(n); c.String() != want || c.Valid() != (n > 0 && n < 15) {
			t.Errorf("code %d is %q, valid %v", n, c, c.Valid())
		}
	}
	kinds := map[ledger.Kind]string{1: "seal", 2: "account.opened", 3: "acted", 10: "payment.sent", 11: "payment.refused",
		12: "payment.unknown", 13: "payment.succeeded", 14: "payment.failed", 15: "payment.cancelling",
		16: "payment.cancelled", 17: "payment.refunding", 18: "payment.tombstone", 19: "payment.contradiction",
		20: "payment.stray", 21: "payment.stray_reversed", 30: "refund.sent", 31: "refund.refused", 32: "refund.unknown",
		33: "refund.succeeded", 34: "refund.failed", 99: "kind 99"}
	for k, want := range kinds {
		if k.String() != want {
			t.Errorf("kind %d is %q", uint8(k), k)
		}
	}
	tags := []ledger.Tag{ledger.TagState, ledger.TagResult, ledger.TagPartner, ledger.TagPartnerAt, ledger.TagCommitment,
		ledger.TagAmount, ledger.TagPayer, ledger.TagBase, ledger.TagFee, ledger.TagCause, ledger.TagDetail,
		ledger.TagNumber, ledger.TagPurpose, ledger.TagHolder, ledger.TagCurrency, ledger.TagQuarter, ledger.TagPerson,
		ledger.TagSealed}
	for i, tag := range tags {
		if int(tag) != i+1 {
			t.Errorf("tag %d stands for the %dth field", tag, i+1)
		}
	}
}

func TestAccountIsNamedInPlainWords(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]ledger.Account{
		"merchant payable cafe, JPY": {Purpose: ledger.MerchantPayable, Holder: "cafe", Currency: money.JPY},
		"fx liquidity, HKD":          {Purpose: ledger.Liquidity, Currency: money.HKD},
	} {
		if a.String() != want {
			t.Errorf("%q is not %q", a, want)
		}
	}
}

func TestBalanceIsCountedOnItsPurposesSide(t *testing.T) {
	t.Parallel()
	b := ledger.Balance{Debits: 100, Credits: 30}
	for p := ledger.WalletReceivable; p.Valid(); p++ {
		want := int64(-70)
		if p == ledger.WalletReceivable {
			want = 70
		}
		if got := b.Of(p); got != want {
			t.Errorf("%v: %d", p, got)
		}
	}
}
