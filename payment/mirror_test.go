// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// model is the machine of reliability.md 2.1 with decisions B21, written down once more from there. It knows nothing of
// changes, rows or postings: its balances follow from where it stands.
type model struct {
	request  payment.Request
	place    string // SENT UNKNOWN SUCCESS FAILED CANCELLING CANCELLED REFUNDING
	charge   string // the wallet's id of the charge that the payment stands for
	credited bool   // the merchant had been credited when the cancel began
	stray    string // a charge after the end, to be reversed
	reversed []string
	breaks   int
	refunds  map[ident.Digest]*modelRefund
	told     []string // what callers were told that is definite: S, F or C
}

type modelRefund struct {
	place  string // RESERVED UNKNOWN DONE FAILED
	shares payment.Shares
}

func newModel(r payment.Request) *model {
	return &model{request: r, place: "SENT", refunds: map[ident.Digest]*modelRefund{}}
}

// contradicts reports whether an S is no answer, because it speaks of another payment than ours.
func (m *model) contradicts(a wallet.Answer) bool {
	none := money.Amount{}
	return a.Price != none && a.Price != m.request.Price || a.Payer != none && a.Payer != m.request.Payer || a.Partner == ""
}

// hear takes an answer to pay, an answer to an inquiry, or a notification.
func (m *model) hear(a wallet.Answer) {
	switch {
	case a.Verdict == wallet.Succeeded && !m.contradicts(a):
		m.charged(a.Partner)
	case a.Verdict == wallet.Declined && a.Code != "ORDER_NOT_EXIST":
		switch m.place {
		case "SENT", "UNKNOWN":
			m.place = "FAILED"
		case "SUCCESS":
			m.breaks++
		}
	default: // silence, U, never seen, or an S that is no answer
		if a.Verdict == wallet.Succeeded {
			m.breaks++
		}
		if m.place == "SENT" {
			m.place = "UNKNOWN"
		}
	}
}

func (m *model) charged(id string) {
	switch m.place {
	case "SENT", "UNKNOWN":
		m.place, m.charge = "SUCCESS", id
	case "SUCCESS", "CANCELLING", "REFUNDING":
		if m.charge != "" && id != m.charge {
			m.breaks++
		}
	case "FAILED", "CANCELLED":
		switch {
		case id == m.charge || id == m.stray || slices.Contains(m.reversed, id):
		case m.stray != "":
			m.breaks++
		default:
			m.stray = id
		}
	}
}

// cancellable: whatever the wallet may have charged can be cancelled, unless something was given back.
func (m *model) cancellable() bool {
	for _, r := range m.refunds {
		if r.place != "FAILED" {
			return false
		}
	}
	return m.place == "SENT" || m.place == "UNKNOWN" || m.place == "SUCCESS"
}

func (m *model) cancel() {
	m.credited = m.place == "SUCCESS"
	m.place = "CANCELLING"
}

// cancelled takes the wallet's answer to a cancel: only S counts.
func (m *model) cancelled(a wallet.Answer) {
	if m.place == "CANCELLING" && a.Verdict == wallet.Succeeded {
		m.place = "CANCELLED"
	}
}

// afterWindow takes the inquiry after a cancel that came too late: F or never existed ends, S is given back. A wallet that
// has forgotten a charge it signed, or calls it otherwise, gives no answer.
func (m *model) afterWindow(a wallet.Answer) {
	if m.place != "CANCELLING" || a.Verdict == wallet.Unknown {
		return
	}
	forgets := a.Verdict == wallet.Declined && a.Code == "ORDER_NOT_EXIST"
	other := a.Verdict == wallet.Succeeded && (m.contradicts(a) || m.credited && a.Partner != m.charge)
	switch {
	case forgets && m.credited, other:
		m.breaks++
	case a.Verdict == wallet.Declined:
		m.place = "CANCELLED"
	default:
		m.place, m.charge = "REFUNDING", a.Partner
	}
}

// givenBack takes the answer to a refund of our own.
func (m *model) givenBack(a wallet.Answer) {
	none := money.Amount{}
	other := a.Price != none && a.Price != m.request.Price || a.Payer != none && a.Payer != m.request.Payer
	switch {
	case m.place != "REFUNDING" && m.stray == "" || a.Verdict == wallet.Unknown:
	case m.place == "REFUNDING" && m.stray == "" && a.Verdict == wallet.Declined && a.Code == "ORDER_IS_CANCELED":
		m.place = "CANCELLED"
	case a.Verdict == wallet.Declined || other:
		m.breaks++
	case m.place == "REFUNDING":
		m.place = "CANCELLED"
	default:
		m.reversed, m.stray = append(m.reversed, m.stray), ""
	}
}

// strayAsked takes the inquiry about a stray charge.
func (m *model) strayAsked(a wallet.Answer) {
	switch {
	case m.stray == "" || a.Verdict != wallet.Declined:
	case a.Code == "ORDER_NOT_EXIST":
		m.breaks++
	default:
		m.reversed, m.stray = append(m.reversed, m.stray), ""
	}
}

func (m *model) refundHeard(id ident.Digest, a wallet.Answer) {
	r := m.refunds[id]
	if r == nil {
		return
	}
	open := r.place == "RESERVED" || r.place == "UNKNOWN"
	none := money.Amount{}
	other := a.Price != none && a.Price != r.shares.Price || a.Payer != none && a.Payer != r.shares.Payer
	switch {
	case a.Verdict == wallet.Succeeded && other:
		m.breaks++
		if open {
			r.place = "UNKNOWN"
		}
	case open && a.Verdict == wallet.Succeeded:
		r.place = "DONE"
	case open && a.Verdict == wallet.Declined:
		r.place = "FAILED"
	case open:
		r.place = "UNKNOWN"
	case r.place == "DONE" && a.Verdict == wallet.Declined, r.place == "FAILED" && a.Verdict == wallet.Succeeded:
		m.breaks++
	}
}

// sum adds up one part of the refunds that stand in some places.
func (m *model) sum(part func(payment.Shares) money.Amount, places ...string) (minor int64) {
	for _, r := range m.refunds {
		if slices.Contains(places, r.place) {
			minor += part(r.shares).Minor()
		}
	}
	return minor
}

func price(s payment.Shares) money.Amount   { return s.Price }
func payer(s payment.Shares) money.Amount   { return s.Payer }
func theBase(s payment.Shares) money.Amount { return s.Base }
func margin(s payment.Shares) money.Amount  { return s.Spread() }
func fee(s payment.Shares) money.Amount     { return s.Fee }

// balances are what stands on each account of the payment, by its place alone.
func (m *model) balances() map[ledger.Purpose]int64 {
	r := m.request
	live := []string{"RESERVED", "UNKNOWN", "DONE"}
	out := map[ledger.Purpose]int64{}
	switch {
	case m.place == "SUCCESS":
		out[ledger.WalletReceivable] = r.Payer.Minor() - m.sum(payer, "DONE")
		out[ledger.MerchantPayable] = r.Price.Minor() - r.Fee.Minor() - m.sum(price, live...) + m.sum(fee, live...)
		out[ledger.FeeIncome] = r.Fee.Minor() - m.sum(fee, live...)
		out[ledger.MerchantSuspense] = m.sum(price, "RESERVED", "UNKNOWN")
		out[ledger.SpreadIncome] = r.Payer.Minor() - r.Base.Minor() - m.sum(margin, "DONE")
	case m.credited && (m.place == "CANCELLING" || m.place == "REFUNDING"):
		out[ledger.WalletReceivable] = r.Payer.Minor()
		out[ledger.MerchantSuspense] = r.Price.Minor()
		out[ledger.SpreadIncome] = r.Payer.Minor() - r.Base.Minor()
	case m.place == "REFUNDING" || m.stray != "":
		out[ledger.WalletReceivable] = r.Payer.Minor()
		out[ledger.WalletSuspense] = r.Payer.Minor()
	}
	return out
}

// liquidity is our position in the payer's and the merchant's currency: what was bought less what was sold.
func (m *model) liquidity() (inPayer, inPrice int64) {
	switch {
	case m.place == "SUCCESS":
		return m.request.Base.Minor() - m.sum(theBase, "DONE"), -m.request.Price.Minor() + m.sum(price, "DONE")
	case m.credited && (m.place == "CANCELLING" || m.place == "REFUNDING"):
		return m.request.Base.Minor(), -m.request.Price.Minor()
	}
	return 0, 0
}

// answer is what a caller is told: PROCESSING, which is U, until the end. Decisions B19, B21.
func (m *model) answer() string {
	return map[string]string{"SUCCESS": "S", "FAILED": "F", "CANCELLED": "C"}[m.place]
}
