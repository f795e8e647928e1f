// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The bodies are in journals: they never change.
func TestBodyOfAChangeIsTheSameForEver(t *testing.T) {
	t.Parallel()
	b := sent(t, converted())
	r := b.refund(1, yen(300))
	success := b.p.Hear(yes)[0]
	b.write(success)
	reserved := b.p.RefundReserved(r)
	reserved.Bound, reserved.Sealed = payment.Commitment{}, payment.Commitment{1}
	for _, g := range []struct {
		what   string
		change payment.Change
		body   string
	}{
		{"succeeded", success, "01" + text(2, "SUCCESS") + text(3, "W1") + "0400" + "8098dbbfce9f9803" + text(10, "wallet")},
		{"contradiction", payment.Change{Kind: ledger.PaymentContradiction, Cause: payment.ByWallet, Detail: "why"},
			"01" + text(10, "wallet") + text(11, "why")},
		{"reserved", reserved, "01" + "0600ac02" + "0700890c" + "0800800c" + "090006" + text(10, "caller") + "0f008803" +
			text(18, "\x01"+strings.Repeat("\x00", 31)) + text(19, "SHOP")},
	} {
		if got := hex.EncodeToString(g.change.Body()); got != g.body {
			t.Errorf("%s is written as\n%s, not\n%s", g.what, got, g.body)
		}
	}
}

// text is a field that holds a short text, in hexadecimal.
func text(tag byte, value string) string {
	return hex.EncodeToString(append([]byte{tag, 1, byte(len(value))}, value...))
}

// number is a field that holds a number below 128, in hexadecimal.
func number(tag, value byte) string { return hex.EncodeToString([]byte{tag, 0, value}) }

func TestBodyThatNoChangeWritesIsRefused(t *testing.T) {
	t.Parallel()
	request := converted()
	tombstone := payment.Request{ID: request.ID}
	refund := number(6, 100) + number(7, 90) + number(8, 80) + number(9, 2) + text(10, "caller")
	yenTag := "0f008803"
	for _, c := range []struct {
		what    string
		kind    ledger.Kind
		request payment.Request
		body    string
		ok      bool
	}{
		{"a refund", ledger.RefundSent, request, "01" + refund + yenTag, true},
		{"a refund in no currency", ledger.RefundSent, request, "01" + refund, false},
		{"a refund in dollars", ledger.RefundSent, request, "01" + refund + "0f00d802", false},
		{"a refund in currency 1", ledger.RefundSent, request, "01" + refund + "0f0001", false},
		{"a refund in currency 65928", ledger.RefundSent, request, "01" + refund + "0f00888304", false},
		{"a refund of a tombstone", ledger.RefundSent, tombstone, "01" + refund + yenTag, false},
		{"a refund without its parts", ledger.RefundSent, request, "01" + number(6, 100) + yenTag, false},
		{"a refund without its fee", ledger.RefundSent, request,
			"01" + number(6, 100) + number(7, 90) + number(8, 80) + yenTag, false},
		{"the parts of a refund elsewhere", ledger.RefundSucceeded, request, "01" + refund + yenTag, false},
		{"an amount in no currency", ledger.RefundRefused, request, "01" + number(6, 100), false},
		{"a currency without an amount", ledger.RefundRefused, request, "01" + yenTag, false},
		{"an amount that is a text", ledger.RefundRefused, request, "01" + text(6, "100") + yenTag, false},
		{"a currency that is a text", ledger.RefundRefused, request, "01" + number(6, 100) + text(15, "JPY"), false},
		{"nothing at all", ledger.PaymentUnknown, request, "", true},
		{"a result that is a number", ledger.PaymentUnknown, request, "01" + number(2, 1), false},
		{"a partner that is a number", ledger.PaymentUnknown, request, "01" + number(3, 1), false},
		{"a cause that is a number", ledger.PaymentUnknown, request, "01" + number(10, 1), false},
		{"a detail that is a number", ledger.PaymentUnknown, request, "01" + number(11, 1), false},
		{"a time that is a text", ledger.PaymentUnknown, request, "01" + text(4, "1"), false},
		{"a time of nothing", ledger.PaymentUnknown, request, "01" + number(4, 0), false},
		{"a commitment of 31 bytes", ledger.PaymentUnknown, request, "01" + text(5, strings.Repeat("x", 31)), false},
		{"a commitment of 33 bytes", ledger.PaymentUnknown, request, "01" + text(5, strings.Repeat("x", 33)), false},
		{"a commitment of zeros", ledger.PaymentUnknown, request, "01" + text(5, strings.Repeat("\x00", 32)), false},
		{"a commitment that is a number", ledger.PaymentUnknown, request, "01" + number(5, 1), false},
		{"a sealed record of 1 byte", ledger.PaymentUnknown, request, "01" + text(18, "x"), false},
		{"an account's purpose", ledger.PaymentUnknown, request, "01" + number(13, 1), false},
		{"a tag of the future", ledger.PaymentUnknown, request, "01" + number(19, 1), false},
	} {
		row := ledger.Row{Kind: c.kind, Body: unhex(t, c.body)}
		change, err := payment.ChangeOf(&row, &c.request)
		if c.ok && (err != nil || !bytes.Equal(change.Body(), row.Body)) {
			t.Errorf("%s: %+v, %v", c.what, change, err)
		}
		if !c.ok && (fault.CodeOf(err) != payment.CodeIllegalChange || fault.KindOf(err) != fault.Internal) {
			t.Errorf("%s is read as %+v, %v", c.what, change, err)
		}
	}
	damaged := ledger.Row{Kind: ledger.PaymentUnknown, Body: []byte{2}}
	if _, err := payment.ChangeOf(&damaged, &request); fault.CodeOf(err) != ledger.CodeFieldsMalformed {
		t.Errorf("a newer format: %v", err)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRequestThatWasChangedShows(t *testing.T) {
	t.Parallel()
	request := converted()
	tombstone := payment.Request{ID: request.ID, Client: "SHOP", RequestID: "p-1", At: noon}
	for kind, first := range map[ledger.Kind]payment.Change{
		ledger.PaymentSent: request.SentBy(), ledger.PaymentRefused: request.RefusedFor(wire.ExpiredCode, "why"),
		ledger.PaymentTombstone: tombstone.Buried(),
	} {
		committed := request
		if kind == ledger.PaymentTombstone {
			committed = tombstone
		}
		row := ledger.Row{Kind: kind, Subject: request.ID.Digest, Body: first.Body()}
		if got, err := payment.ChangeOf(&row, &committed); err != nil || !reflect.DeepEqual(got, first) {
			t.Errorf("%v: %+v, %v", kind, got, err)
		}
		committed.Order = "o-2"
		if _, err := payment.ChangeOf(&row, &committed); fault.CodeOf(err) != payment.CodeRequestAltered {
			t.Errorf("%v of another order: %v", kind, err)
		}
	}
}

// A wallet may sign any time it likes; what the books cannot hold is no time.
func TestWalletsTimeIsKeptAsTheBooksKeepTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ told, kept time.Time }{
		{noon, noon},
		{time.Time{}, time.Time{}},
		{time.Unix(0, 0), time.Time{}},
		{time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), time.Time{}},
		{noon.Add(1999).In(time.FixedZone("JST", 9*60*60)), noon.Add(1000)},
	} {
		b := sent(t, converted())
		a := yes
		a.PartnerAt = c.told
		b.write(b.p.Hear(a)...)
		if !b.p.PartnerAt.Equal(c.kept) || b.p.State != payment.Success {
			t.Errorf("%v is kept as %v", c.told, b.p.PartnerAt)
		}
	}
}

// What we say ourselves is told to callers; what a wallet says is written down, and told to nobody.
func TestOnlyOurOwnSentenceIsTold(t *testing.T) {
	t.Parallel()
	b := open(t, converted())
	b.write(b.p.RefusedFor(wire.ExpiredCode, "the payment code was used before"))
	if b.p.Detail != "the payment code was used before" || b.p.Result != wire.ExpiredCode || b.p.Cause != payment.ByCaller {
		t.Errorf("refused: %+v", b.p)
	}
	b = sent(t, converted())
	silent, declining := nothing, no
	silent.Detail, declining.Detail = "dial tcp 192.0.2.1: refused", "user 4711 is poor"
	b.write(b.p.Hear(silent)...)
	if b.p.State != payment.Unknown || b.p.Detail != "" {
		t.Errorf("unknown: %+v", b.p)
	}
	b.write(b.p.Hear(declining)...)
	if b.p.State != payment.Failed || b.p.Detail != "" || b.p.Result != wire.UserBalanceNotEnough {
		t.Errorf("failed: %+v", b.p)
	}
	if !bytes.Contains(b.rows[2].Body, []byte(declining.Detail)) {
		t.Error("the journal does not hold the wallet's reason")
	}
}

// illegal builds, for each rule, a payment and a change that breaks it.
func illegal(t *testing.T) map[string]func() (*payment.Payment, payment.Change) {
	at := func(before func(b *book), c payment.Change) func() (*payment.Payment, payment.Change) {
		return func() (*payment.Payment, payment.Change) {
			b := sent(t, converted())
			before(b)
			if c.Subject == (ident.Digest{}) {
				c.Subject = b.p.ID.Digest
			}
			return b.p, c
		}
	}
	paid := func(b *book) { b.write(b.p.Hear(yes)...) }
	fails := func(b *book) { b.write(b.p.Hear(no)...) }
	strays := func(b *book) { fails(b); b.write(b.p.Hear(yes)...) }
	refunds := func(b *book) { paid(b); b.reserve(1, yen(900)) }
	first := open(t, converted()).refund(1, yen(900)).ID.Digest
	shares := func(price, payer, base, fee int64) payment.Change {
		return payment.Change{Kind: ledger.RefundSent, Subject: ident.DigestOf(ident.Refund, "another"), Asked: yen(price),
			Amounts: payment.Shares{Price: yen(price), Payer: hkd(payer), Base: hkd(base), Fee: yen(fee)}}
	}
	kind := func(k ledger.Kind) payment.Change { return payment.Change{Kind: k} }
	return map[string]func() (*payment.Payment, payment.Change){
		"a seal":                           at(paid, kind(ledger.Seal)),
		"a kind of the future":             at(paid, kind(99)),
		"sent twice":                       at(func(*book) {}, kind(ledger.PaymentSent)),
		"refused after it was sent":        at(func(*book) {}, kind(ledger.PaymentRefused)),
		"unknown after success":            at(paid, kind(ledger.PaymentUnknown)),
		"failed after success":             at(paid, kind(ledger.PaymentFailed)),
		"success after failure":            at(fails, kind(ledger.PaymentSucceeded)),
		"success after a cancel":           at(intended, kind(ledger.PaymentSucceeded)),
		"cancelled before it was intended": at(paid, kind(ledger.PaymentCancelled)),
		"refunding before a cancel":        at(paid, kind(ledger.PaymentRefunding)),
		"cancelling what was given back":   at(refunds, kind(ledger.PaymentCancelling)),
		"a stray of a success":             at(paid, payment.Change{Kind: ledger.PaymentStray, Partner: "W2"}),
		"a stray without an id":            at(fails, kind(ledger.PaymentStray)),
		"a second stray":                   at(strays, payment.Change{Kind: ledger.PaymentStray, Partner: "W2"}),
		"the reversal of no stray":         at(fails, payment.Change{Kind: ledger.PaymentStrayReversed, Partner: "W1"}),
		"the reversal of another stray":    at(strays, payment.Change{Kind: ledger.PaymentStrayReversed, Partner: "W2"}),
		"a refund of what is only sent":    at(func(*book) {}, shares(1, 1, 1, 0)),
		"a refund after a cancel":          at(credited, shares(1, 1, 1, 0)),
		"a refund sent twice":              at(refunds, payment.Change{Kind: ledger.RefundSent, Subject: first}),
		"a refund refused after it was sent": at(refunds,
			payment.Change{Kind: ledger.RefundRefused, Subject: first}),
		"a refund failed before it was sent": at(refunds, payment.Change{Kind: ledger.RefundFailed,
			Subject: ident.DigestOf(ident.Refund, "another")}),
		"a refund above the price":         at(refunds, shares(101, 515, 512, 2)),
		"a refund above the payer's money": at(refunds, shares(100, 516, 512, 2)),
		"a refund above the base":          at(refunds, shares(100, 515, 513, 2)),
		"a refund above the spread":        at(refunds, shares(100, 515, 511, 2)),
		"a refund above the fee":           at(refunds, shares(100, 515, 512, 3)),
		"a refund of nothing":              at(paid, shares(0, 0, 0, 0)),
		"a refund whose base is too large": at(paid, shares(10, 5, 6, 0)),
		"a refund whose fee is too large":  at(paid, shares(10, 50, 50, 11)),
	}
}

func TestChangeThatBreaksARuleIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	for what, build := range illegal(t) {
		p, c := build()
		before := *p
		err := p.Apply(&c, 99, noon)
		if fault.CodeOf(err) != payment.CodeIllegalChange || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %v", what, err)
		}
		if !reflect.DeepEqual(*p, before) {
			t.Errorf("%s changed the payment to %+v", what, p)
		}
	}
	for _, kind := range []ledger.Kind{ledger.PaymentContradiction, ledger.PaymentStray, ledger.RefundRefused,
		ledger.PaymentSucceeded, ledger.PaymentFailed, ledger.PaymentCancelling, ledger.Seal} {
		p := payment.Payment{Request: converted()}
		if err := p.Apply(&payment.Change{Kind: kind, Partner: "W1"}, 1, noon); fault.CodeOf(err) != payment.CodeIllegalChange {
			t.Errorf("%v as the first row: %v", kind, err)
		}
	}
}

// Without the fee going back, a refund that takes a part of it is refused.
func TestFeeThatStaysIsNotGivenBack(t *testing.T) {
	t.Parallel()
	request := converted()
	request.FeeBack = false
	b := sent(t, request)
	b.write(b.p.Hear(yes)...)
	c := b.p.RefundReserved(b.refund(1, yen(100)))
	if !c.Amounts.Fee.IsZero() {
		t.Fatalf("%+v", c.Amounts)
	}
	c.Amounts.Fee = yen(1)
	if err := b.p.Apply(&c, 99, noon); fault.CodeOf(err) != payment.CodeIllegalChange {
		t.Errorf("%v", err)
	}
}

// A payment that was copied keeps its own lists: a view and the drafts of it never see each other's changes.
func TestChangesOfTwoCopiesDoNotMeet(t *testing.T) {
	t.Parallel()
	b := sent(t, converted())
	b.write(b.p.Hear(yes)...)
	first := b.reserve(1, yen(300))
	for _, id := range []string{"W2", "W3", "W4"} { // a list of three has room for a fourth
		a := again
		a.Partner = id
		b.write(b.p.Hear(a)...)
	}
	before := *b.p
	before.Refunds, before.Contradictions = slices.Clone(before.Refunds), slices.Clone(before.Contradictions)
	left, right := b.fork(), b.fork()
	left.write(left.p.Hear(no)...)
	right.write(right.p.HearRefund(first, returned)...)
	right.write(right.p.HearRefund(first, refused)...)
	left.write(left.p.HearRefund(first, refused)...)
	if !reflect.DeepEqual(*b.p, before) {
		t.Errorf("the original became %+v", b.p)
	}
	if l, r := left.p.Contradictions[3], right.p.Contradictions[3]; l == r || !strings.Contains(r, "refund") {
		t.Errorf("both say %q", l)
	}
	if left.p.Refunds[0].State != payment.RefundFailed || right.p.Refunds[0].State != payment.RefundSuccess {
		t.Errorf("%v and %v", left.p.Refunds, right.p.Refunds)
	}
}

func TestDecisionsThatForgetARuleStop(t *testing.T) {
	t.Parallel()
	b := sent(t, converted())
	b.write(b.p.Hear(yes)...)
	b.reserve(1, yen(900))
	for what, decide := range map[string]func(){
		"a cancel of what was given back":  func() { b.p.CancelIntended(payment.ByCaller) },
		"a cancel that nobody intended":    func() { b.p.CancelConfirmed(payment.ByWallet) },
		"a refund above what is left":      func() { b.p.SharesOf(yen(101)) },
		"a refund of nothing":              func() { b.p.SharesOf(yen(0)) },
		"a refund of less than nothing":    func() { b.p.SharesOf(yen(-1)) },
		"a refund that takes another part": func() { (&payment.Change{Kind: ledger.RefundSent, Asked: yen(1)}).Body() },
		"a refund in another currency":     func() { b.p.SharesOf(money.New(1, money.USD)) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(invariant.Violation); !ok {
					t.Errorf("%s breaks no invariant", what)
				}
			}()
			decide()
		}()
	}
}
