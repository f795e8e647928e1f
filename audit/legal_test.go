// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// followers are the kinds of rows that may follow in each state, as reference/reliability.md 2.1 and decisions B21,
// B22 and B29 have them. A contradiction may be written down whenever somebody was asked, or could have been.
var followers = map[state][]ledger.Kind{
	none: {ledger.PaymentSent, ledger.PaymentRefused, ledger.PaymentTombstone},
	sent: {ledger.PaymentUnknown, ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.PaymentCancelling,
		ledger.PaymentContradiction, ledger.RefundRefused},
	unknown: {ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.PaymentCancelling, ledger.PaymentContradiction,
		ledger.RefundRefused},
	success:    {ledger.PaymentCancelling, ledger.PaymentContradiction, ledger.RefundSent, ledger.RefundRefused},
	failed:     {ledger.PaymentStray, ledger.PaymentContradiction, ledger.RefundRefused},
	cancelling: {ledger.PaymentCancelled, ledger.PaymentRefunding, ledger.PaymentContradiction, ledger.RefundRefused},
	cancelled:  {ledger.PaymentStray, ledger.PaymentContradiction, ledger.RefundRefused},
	refunding:  {ledger.PaymentCancelled, ledger.PaymentContradiction, ledger.RefundRefused},
	tombstone:  {},
}

// proper is a body that says what a row of its kind must.
func proper(k ledger.Kind) body {
	b := body{cause: "wallet", partner: "W", result: string(told[k])}
	if refusing(k) {
		b.result = string(wire.ProcessFail)
	}
	return b
}

func TestEachKindOfRowFollowsOnlyTheStatesOfTheDocuments(t *testing.T) {
	t.Parallel()
	for s := none; s <= tombstone; s++ {
		for k := ledger.PaymentSent; k <= ledger.RefundRefused; k++ {
			if k > ledger.PaymentStrayReversed && k < ledger.RefundSent || k == ledger.PaymentStrayReversed {
				continue
			}
			may := false
			for _, follower := range followers[s] {
				may = may || follower == k
			}
			a := (&Books{}).Auditor(Options{})
			f := &family{lane: &lane{}, id: ident.Digest{1}, state: s}
			r := &record{Row: ledger.Row{N: 9, Kind: k, Subject: f.id}, body: proper(k)}
			if ofRefund(k) {
				r.Subject = ident.Digest{2}
			}
			if got := a.legal(f, r); got != may || may != (len(a.findings.all) == 0) {
				t.Errorf("%v in state %s: %v %v", k, stateNames[s], got, a.findings.all)
			}
		}
	}
}

func TestARefundEndsOnce(t *testing.T) {
	t.Parallel()
	may := map[ledger.Kind]map[refundState]bool{
		ledger.RefundSent:      {refundNone: true},
		ledger.RefundRefused:   {refundNone: true},
		ledger.RefundUnknown:   {refundSent: true},
		ledger.RefundSucceeded: {refundSent: true, refundUnknown: true},
		ledger.RefundFailed:    {refundSent: true, refundUnknown: true},
	}
	for k, states := range may {
		for s := refundNone; s <= refundFailed; s++ {
			a := (&Books{}).Auditor(Options{})
			f := &family{lane: &lane{}, state: success}
			if s != refundNone {
				f.refunds = []refund{{state: s}}
			}
			r := &record{Row: ledger.Row{N: 9, Kind: k}, body: proper(k)}
			if got := a.legal(f, r); got != states[s] || got != (len(a.findings.all) == 0) {
				t.Errorf("%v of a refund that is %s: %v %v", k, refundNames[s], got, a.findings.all)
			}
		}
	}
}

func TestAStrayChargeIsOpenOnceAndGoesBackAsItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind           ledger.Kind
		stray, partner string
		may            bool
	}{
		{ledger.PaymentStray, "", "S", true}, {ledger.PaymentStray, "S", "T", false},
		{ledger.PaymentStrayReversed, "", "S", false}, {ledger.PaymentStrayReversed, "S", "S", true},
		{ledger.PaymentStrayReversed, "S", "T", false},
	} {
		a := (&Books{}).Auditor(Options{})
		f := &family{lane: &lane{}, state: failed, stray: c.stray}
		r := &record{Row: ledger.Row{N: 9, Kind: c.kind}, body: body{cause: "wallet", partner: c.partner}}
		a.legal(f, r)
		if (len(a.findings.all) == 0) != c.may {
			t.Errorf("%v of %q while %q is open: %v", c.kind, c.partner, c.stray, a.findings.all)
		}
	}
}
