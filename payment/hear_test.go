// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// standing is a payment in each place where an answer can find it.
func standing(t *testing.T) map[string]*book {
	story := func(steps ...func(b *book)) *book {
		b := sent(t, converted())
		for _, step := range steps {
			step(b)
		}
		return b
	}
	hears := func(answers ...wallet.Answer) func(*book) {
		return func(b *book) {
			for _, a := range answers {
				b.write(b.p.Hear(a)...)
			}
		}
	}
	return map[string]*book{
		"sent": story(), "unknown": story(hears(nothing)), "success": story(hears(yes)), "failed": story(hears(no)),
		"cancelling": story(intended), "held": story(credited), "cancelled": story(intended, confirmed.arrive),
		"undone":    story(credited, confirmed.arrive),
		"stray":     story(hears(no, yes)),
		"reversed":  story(hears(no, yes), gone.arrive),
		"refunding": story(intended, stands.arrive), "refunding held": story(credited, stands.arrive),
		"returned": story(intended, stands.arrive, gone.arrive),
	}
}

// short is the kinds of some changes: "payment.unknown payment.contradiction".
func short(changes []payment.Change) string {
	var kinds []string
	for _, c := range changes {
		kinds = append(kinds, c.Kind.String())
	}
	return strings.Join(kinds, " ")
}

// with is an answer that also tells amounts.
func with(a wallet.Answer, price, payer money.Amount) wallet.Answer {
	a.Price, a.Payer = price, payer
	return a
}

// What an answer about the charge changes, by where it finds the payment. A place that is not named is left as it is.
func TestHearChangesOnlyWhatTheAnswerSays(t *testing.T) {
	t.Parallel()
	const unknown, contradiction, stray = "payment.unknown", "payment.contradiction", "payment.stray"
	doubt := map[string]string{"sent": unknown}
	other := func() map[string]string {
		out := map[string]string{"sent": unknown + " " + contradiction}
		for place := range standing(t) {
			if place != "sent" {
				out[place] = contradiction
			}
		}
		return out
	}
	success := func(extra map[string]string) map[string]string {
		out := map[string]string{"sent": "payment.succeeded", "unknown": "payment.succeeded", "failed": stray,
			"cancelled": stray}
		for place, kinds := range extra {
			out[place] = kinds
		}
		return out
	}
	nameless := yes
	nameless.Partner = ""
	for _, c := range []struct {
		what   string
		answer wallet.Answer
		want   map[string]string
	}{
		{"silence", nothing, doubt},
		{"U", processing, doubt},
		{"never seen", never, doubt},
		{"F", no, map[string]string{"sent": "payment.failed", "unknown": "payment.failed", "success": contradiction}},
		{"S", yes, success(nil)},
		{"S with our amounts", with(yes, yen(1000), hkd(5150)), success(nil)},
		{"S of a second charge", again, success(map[string]string{"success": contradiction, "held": contradiction,
			"refunding": contradiction, "refunding held": contradiction, "stray": contradiction, "reversed": stray,
			"undone": stray, "returned": stray})},
		{"S of another price", with(yes, yen(1001), hkd(5150)), other()},
		{"S of another currency", with(yes, hkd(1000), hkd(5150)), other()},
		{"S of another payer's amount", with(yes, money.Amount{}, hkd(5151)), other()},
		{"S without an id", nameless, other()},
	} {
		for place, b := range standing(t) {
			got := b.p.Hear(c.answer)
			if short(got) != c.want[place] {
				t.Errorf("%s, %s: %q, not %q", place, c.what, short(got), c.want[place])
			}
			b.write(got...)
			if repeated := b.p.Hear(c.answer); len(repeated) > 0 {
				t.Errorf("%s, %s, heard again: %q", place, c.what, short(repeated))
			}
		}
	}
}

// What the answers to our later questions change.
func TestLaterAnswersChangeOnlyTheirOwnQuestion(t *testing.T) {
	t.Parallel()
	const contradiction, cancelled, reversed = "payment.contradiction", "payment.cancelled", "payment.stray_reversed"
	undone := wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderIsCanceled}
	ask := map[string]func(p *payment.Payment, a wallet.Answer) []payment.Change{
		"after the window": (*payment.Payment).HearAfterWindow, "give back": (*payment.Payment).HearReturn,
		"stray": (*payment.Payment).HearOfStray}
	for _, c := range []struct {
		question string
		what     string
		answer   wallet.Answer
		want     map[string]string
	}{
		{"after the window", "silence", nothing, nil},
		{"after the window", "F", undone, map[string]string{"cancelling": cancelled, "held": cancelled}},
		{"after the window", "never seen", never, map[string]string{"cancelling": cancelled, "held": contradiction}},
		{"after the window", "S", yes, map[string]string{"cancelling": "payment.refunding", "held": "payment.refunding"}},
		{"after the window", "S of another charge", again, map[string]string{"cancelling": "payment.refunding",
			"held": contradiction}},
		{"after the window", "S of another price", with(yes, yen(1), hkd(5150)), map[string]string{
			"cancelling": contradiction, "held": contradiction}},
		{"give back", "silence", nothing, nil},
		{"give back", "S", returned, map[string]string{"refunding": cancelled, "refunding held": cancelled, "stray": reversed}},
		{"give back", "F", refused, map[string]string{"refunding": contradiction, "refunding held": contradiction,
			"stray": contradiction}},
		{"give back", "S of a part", with(returned, yen(999), hkd(5150)), map[string]string{"refunding": contradiction,
			"refunding held": contradiction, "stray": contradiction}},
		{"give back", "S of all", with(returned, yen(1000), hkd(5150)), map[string]string{"refunding": cancelled,
			"refunding held": cancelled, "stray": reversed}},
		{"stray", "silence", nothing, nil},
		{"stray", "S", yes, nil},
		{"stray", "F", undone, map[string]string{"stray": reversed}},
		{"stray", "never seen", never, map[string]string{"stray": contradiction}},
	} {
		for place, b := range standing(t) {
			got := ask[c.question](b.p, c.answer)
			if short(got) != c.want[place] {
				t.Errorf("%s, %s, %s: %q, not %q", place, c.question, c.what, short(got), c.want[place])
			}
			b.write(got...)
			if repeated := ask[c.question](b.p, c.answer); len(repeated) > 0 {
				t.Errorf("%s, %s, %s, heard again: %q", place, c.question, c.what, short(repeated))
			}
		}
	}
}

// refundIn is a paid payment whose refund of 300 yen stands in a place.
func refundIn(t *testing.T, place string) (*book, ident.Digest) {
	t.Helper()
	b := sent(t, converted())
	b.write(b.p.Hear(yes)...)
	if place == "refused" {
		r := b.refund(1, yen(300))
		b.write(r.RefundRefused(wire.RefundAmountExceed, "too much"))
		return b, r.ID.Digest
	}
	id := b.reserve(1, yen(300))
	if a, ok := map[string]wallet.Answer{"unknown": nothing, "success": returned, "failed": refused}[place]; ok {
		b.write(b.p.HearRefund(id, a)...)
	}
	return b, id
}

// What an answer about a refund changes, by where it finds the refund.
func TestHearRefundChangesOnlyWhatTheAnswerSays(t *testing.T) {
	t.Parallel()
	const contradiction, doubt, done, failed = "payment.contradiction", "refund.unknown", "refund.succeeded", "refund.failed"
	tells := func(price, payer int64) wallet.Answer { return with(returned, yen(price), hkd(payer)) }
	for _, c := range []struct {
		what   string
		answer wallet.Answer
		want   map[string]string
	}{
		{"silence", nothing, map[string]string{"sent": doubt}},
		{"S", returned, map[string]string{"sent": done, "unknown": done, "failed": contradiction, "refused": contradiction}},
		{"S with our amounts", tells(300, 1545), map[string]string{"sent": done, "unknown": done, "failed": contradiction,
			"refused": contradiction}},
		{"F", refused, map[string]string{"sent": failed, "unknown": failed, "success": contradiction}},
		{"never seen", never, map[string]string{"sent": failed, "unknown": failed, "success": contradiction}},
		{"S of another amount", tells(301, 1545), map[string]string{"sent": doubt + " " + contradiction,
			"unknown": contradiction, "success": contradiction, "failed": contradiction, "refused": contradiction}},
		{"S of another payer's amount", with(returned, money.Amount{}, hkd(1546)), map[string]string{
			"sent": doubt + " " + contradiction, "unknown": contradiction, "success": contradiction, "failed": contradiction,
			"refused": contradiction}},
	} {
		for _, place := range []string{"sent", "unknown", "success", "failed", "refused"} {
			b, id := refundIn(t, place)
			got := b.p.HearRefund(id, c.answer)
			if want := c.want[place]; short(got) != want {
				t.Errorf("%s, %s: %q, not %q", place, c.what, short(got), want)
			}
			b.write(got...)
			if repeated := b.p.HearRefund(id, c.answer); len(repeated) > 0 {
				t.Errorf("%s, %s, heard again: %q", place, c.what, short(repeated))
			}
		}
	}
	b := sent(t, converted())
	if got := b.p.HearRefund(ident.DigestOf(ident.Refund, "another"), returned); got != nil {
		t.Errorf("a refund that is not there: %q", short(got))
	}
}

// A payment that was never sent, or never priced, cannot have been charged.
func TestChargeOfWhatWasNeverSentIsAContradiction(t *testing.T) {
	t.Parallel()
	refused := converted()
	refused.Payer, refused.Base, refused.Quote = yen(0), yen(0), ident.Digest{}
	b := open(t, refused)
	b.write(b.p.RefusedFor(wire.InvalidPaymentCode, "nobody's code"))
	buried := open(t, payment.Request{ID: refused.ID, Client: "SHOP", RequestID: "p-1", At: noon})
	buried.write(buried.p.Buried())
	for _, b := range []*book{b, buried} {
		state := b.p.State
		b.write(b.p.Hear(yes)...)
		if b.p.State != state || b.p.Stray != "" || len(b.p.Contradictions) != 1 || b.p.Open() {
			t.Errorf("%v became %+v", state, b.p)
		}
		b.checkEmpty()
	}
}

// A liar fills no journal: eight contradictions of one payment are written down, each once.
func TestContradictionsAreBounded(t *testing.T) {
	t.Parallel()
	b := sent(t, converted())
	b.write(b.p.Hear(yes)...)
	for round := range 3 {
		for n := range 20 {
			b.write(b.p.Hear(with(yes, yen(int64(n)), hkd(5150)))...)
		}
		if len(b.p.Contradictions) != 8 || len(b.rows) != 2+8 {
			t.Fatalf("round %d: %d rows, %q", round, len(b.rows), b.p.Contradictions)
		}
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(b.p.Contradictions))); len(sorted) != 8 {
		t.Errorf("some were written twice: %q", b.p.Contradictions)
	}
}

// A stray charge that the wallet has forgotten stays open: if it were closed, the same charge told again would be taken for
// one that went back.
func TestForgottenStrayStaysOpenUntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	b := sent(t, converted())
	b.write(b.p.Hear(no)...)
	b.write(b.p.Hear(yes)...)
	b.write(b.p.HearOfStray(never)...)
	if b.p.Stray != "W1" || !b.p.Open() || b.side(ledger.WalletSuspense, money.HKD) != 5150 {
		t.Fatalf("stray %q, open %v", b.p.Stray, b.p.Open())
	}
	b.write(b.p.HearReturn(returned)...)
	b.checkEmpty()
	if got := b.p.Hear(yes); got != nil || b.p.Open() || !slices.Equal(b.p.Reversed, []string{"W1"}) {
		t.Errorf("%q; reversed %q", short(got), b.p.Reversed)
	}
}

func TestPayableIsTheMerchantsAccount(t *testing.T) {
	t.Parallel()
	r := converted()
	want := ledger.Account{Purpose: ledger.MerchantPayable, Holder: r.Merchant.String(), Currency: money.JPY}
	if r.Payable() != want || fmt.Sprint(r.Net()) != "JPY 980" || r.Spread() != hkd(30) || !r.Converted() {
		t.Errorf("%v, net %v, spread %v", r.Payable(), r.Net(), r.Spread())
	}
}
