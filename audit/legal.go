// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// from are the states in which a kind of row may stand; kinds that are not here have rules of their own.
//
// Source: reference/reliability.md 2.1, decisions B21.
var from = map[ledger.Kind][]state{
	ledger.PaymentSent:       {none},
	ledger.PaymentRefused:    {none},
	ledger.PaymentTombstone:  {none},
	ledger.PaymentUnknown:    {sent},
	ledger.PaymentSucceeded:  {sent, unknown},
	ledger.PaymentFailed:     {sent, unknown},
	ledger.PaymentCancelling: {sent, unknown, success},
	ledger.PaymentCancelled:  {cancelling, refunding},
	ledger.PaymentRefunding:  {cancelling},
	ledger.PaymentStray:      {failed, cancelled},
	ledger.RefundSent:        {success},
	ledger.RefundRefused:     {sent, unknown, success, failed, cancelling, cancelled, refunding},
}

// told is the result code that callers hear after a kind of row.
//
// Source: decisions B19, B21, B22, B25.
var told = map[ledger.Kind]wire.ResultCode{
	ledger.PaymentSucceeded:  wire.Success,
	ledger.PaymentUnknown:    wire.PaymentInProcess,
	ledger.PaymentCancelling: wire.PaymentInProcess,
	ledger.PaymentRefunding:  wire.PaymentInProcess,
	ledger.PaymentCancelled:  wire.OrderIsCanceled,
	ledger.PaymentTombstone:  wire.OrderIsCanceled,
	ledger.RefundSucceeded:   wire.Success,
	ledger.RefundUnknown:     wire.RefundInProcess,
}

// refusing reports whether callers hear a definite no after a kind of row, for a reason of its own.
func refusing(k ledger.Kind) bool {
	return k == ledger.PaymentRefused || k == ledger.PaymentFailed || k == ledger.RefundRefused ||
		k == ledger.RefundFailed
}

// causes are who or what may bring a kind of row about; what is not here any of them may.
var causes = map[ledger.Kind][]string{
	ledger.PaymentSucceeded:     {"wallet"},
	ledger.PaymentFailed:        {"wallet"}, // never from a timeout
	ledger.PaymentStray:         {"wallet"},
	ledger.PaymentStrayReversed: {"wallet", "operator"},
	ledger.PaymentRefunding:     {"wallet"},
	ledger.RefundSucceeded:      {"wallet"},
	ledger.RefundFailed:         {"wallet"},
}

var anyCause = []string{"caller", "wallet", "clock", "operator"}

// legal checks that a row may follow the rows of its family before it, and reports whether it may.
func (a *Auditor) legal(f *family, r *record) bool {
	row := place(f.lane.id, r.N)
	if ofRefund(r.Kind) {
		if !a.legalRefund(f, r) {
			return false
		}
	} else if r.Subject != f.id {
		a.found(OneOutcome, "journal", row, "it speaks of "+idText(f.lane.id, r.Subject)+", and its family is "+f.name())
		return false
	}
	states, bound := from[r.Kind]
	switch {
	case bound && !slices.Contains(states, f.state) && r.Kind == ledger.PaymentSucceeded && f.intent:
		a.money(Absorbed, row, f, r.Kind.String()+" after a cancel of "+f.name()+" was intended")
	case bound && !slices.Contains(states, f.state):
		a.money(OneOutcome, row, f, r.Kind.String()+" of "+f.name()+", which is "+stateNames[f.state])
	case !bound && (f.state == none || f.state == tombstone):
		a.money(OneOutcome, row, f, r.Kind.String()+" of "+f.name()+", which is "+stateNames[f.state])
	case r.Kind == ledger.PaymentStray && f.stray != "":
		a.money(OneOutcome, row, f, "a second stray charge of "+f.name()+" while one must be given back")
	case r.Kind == ledger.PaymentStrayReversed && f.stray == "":
		a.money(OneOutcome, row, f, "a stray charge of "+f.name()+" is given back, and there is none")
	case r.Kind == ledger.PaymentCancelling && f.sumOf(refundState.live).price > 0:
		a.money(Bounded, row, f, "a cancel of "+f.name()+", of which something was given back")
	default:
		a.says(f, r)
		return true
	}
	return false
}

func (a *Auditor) legalRefund(f *family, r *record) bool {
	is := refundNone
	if g := f.refund(r.Subject); g != nil {
		is = g.state
	}
	ok := is == refundNone
	switch r.Kind {
	case ledger.RefundUnknown:
		ok = is == refundSent
	case ledger.RefundSucceeded, ledger.RefundFailed:
		ok = is.open()
	}
	if !ok {
		a.money(OneOutcome, place(f.lane.id, r.N), f, r.Kind.String()+" of the refund "+idText(f.lane.id, r.Subject)+
			", which is "+refundNames[is])
	}
	return ok
}

// money is a finding about a payment's row in the journal, with the payment's price.
func (a *Auditor) money(invariant, row string, f *family, message string) {
	a.add(Finding{invariant, "journal", row, sum(f.terms.price, f.terms.currency), message})
}

func (f *family) name() string { return "payment " + ident.ID{Lane: f.lane.id, Digest: f.id}.String() }

// says checks what a row says besides its kind: what callers hear, who brought it about, and the wallet's own id.
func (a *Auditor) says(f *family, r *record) {
	row, b := place(f.lane.id, r.N), &r.body
	heard := wire.ResultCode(b.result)
	if want, fixed := told[r.Kind]; fixed && heard != want {
		a.money(OneOutcome, row, f, r.Kind.String()+" tells callers "+quoted(b.result)+" instead of "+string(want))
	}
	if refusing(r.Kind) && (heard == "" || heard == wire.Success) {
		a.money(OneOutcome, row, f, r.Kind.String()+" tells callers "+quoted(b.result)+", which is no refusal")
	}
	allowed, ok := causes[r.Kind]
	if !ok {
		allowed = anyCause
	}
	if !slices.Contains(allowed, b.cause) {
		a.money(OneOutcome, row, f, r.Kind.String()+" is brought about by "+quoted(b.cause))
	}
	switch r.Kind {
	case ledger.PaymentSucceeded, ledger.PaymentRefunding, ledger.PaymentStray:
		if b.partner == "" {
			a.money(Faithful, row, f, r.Kind.String()+" does not say the wallet's own id of the charge")
		}
	case ledger.PaymentStrayReversed:
		if b.partner != f.stray {
			a.money(Faithful, row, f,
				"the charge given back is "+quoted(b.partner)+", and the stray one "+quoted(f.stray))
		}
	}
}

func quoted(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
