// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/internal/golden"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// reasons are the codes of transfers in plain words.
var reasons = map[ledger.Code]string{
	ledger.Sale:           "the price",
	ledger.FXSell:         "the price at the base rate",
	ledger.FXSpread:       "what the customer rate adds",
	ledger.FXBuy:          "the merchant is owed the price",
	ledger.MerchantFee:    "less our fee",
	ledger.Hold:           "the merchant's part waits",
	ledger.HoldFee:        "our fee waits with it",
	ledger.Unhold:         "what waited goes back",
	ledger.RefundSale:     "the payer has it back",
	ledger.RefundFXBuy:    "the price leaves the merchant",
	ledger.RefundFXSell:   "the payer has the base part back",
	ledger.RefundFXSpread: "and the spread",
	ledger.StrayCharge:    "no payment stands for it",
	ledger.StrayReversal:  "it was given back",
}

// storyteller writes a story down: what happens, what it moves, and what stands on the accounts afterwards.
type storyteller struct {
	*book
	out strings.Builder
}

func (s *storyteller) line(format string, args ...any) {
	s.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// happens is a step of the story with the sentence that tells it.
func (s *storyteller) happens(sentence string, changes ...payment.Change) {
	s.t.Helper()
	s.line("\n%s", sentence)
	if len(changes) == 0 {
		s.line("\n      nothing new")
	}
	s.write(changes...)
}

// record is told of every change.
func (s *storyteller) record(c *payment.Change) {
	about := ""
	if c.Detail != "" {
		about = ": " + c.Detail
	}
	s.line("\n%4d  %v, by %s%s", len(s.rows), c.Kind, c.Cause, about)
	if len(c.Postings) == 0 {
		s.line("      moves nothing")
		return
	}
	s.line("      %13s   %-43s%s", "amount", "debit → credit", "why")
	for _, p := range c.Postings {
		s.line("      %v %9s   %-43s%v: %s", p.Amount.Currency(), p.Amount.Major(),
			p.Debit.Purpose.String()+" → "+p.Credit.Purpose.String(), p.Code, reasons[p.Code])
	}
	s.accounts()
}

// accounts are the balances, by currency, with their sums.
func (s *storyteller) accounts() {
	type side struct {
		purpose ledger.Purpose
		debits  int64
	}
	quiet := true
	for _, c := range []money.Currency{money.HKD, money.JPY} {
		var sides []side
		for purpose := ledger.WalletReceivable; purpose.Valid(); purpose++ {
			if own := s.side(purpose, c); own != 0 {
				if !purpose.DebitNormal() {
					own = -own
				}
				sides = append(sides, side{purpose, own})
			}
		}
		if len(sides) == 0 {
			continue
		}
		if quiet {
			s.line("\n      %-35s%12s%12s", "afterwards", "debit", "credit")
			quiet = false
		}
		var sum int64
		for _, one := range sides {
			if one.debits > 0 {
				sum += one.debits
				s.line("      %v  %-30v%12s", c, one.purpose, money.New(one.debits, c).Major())
			} else {
				s.line("      %v  %-30v%12s%12s", c, one.purpose, "", money.New(-one.debits, c).Major())
			}
		}
		total := money.New(sum, c).Major()
		s.line("      %-35s%12s%12s", "", "= "+total, "= "+total)
	}
	if quiet {
		s.line("\n      afterwards every account is back where it was")
	}
}

// tell begins a story.
func tell(t *testing.T, title string, r payment.Request, opening string) *storyteller {
	s := &storyteller{book: open(t, r)}
	s.listen = s.record
	s.line("%s\n%s\n\n%s", title, strings.Repeat("=", len(title)), opening)
	return s
}

// end compares the story with the one that a person has read.
func (s *storyteller) end(t *testing.T, name string) {
	t.Helper()
	s.checkSums()
	s.line("\nIn the end: %v.", s.p.State)
	golden.Equal(t, name, s.out.String())
}

const (
	border = "The shop is owed 1,000 yen. The visitor's wallet pays HKD 51.50 for them: HKD 51.20 at the base rate, and\n" +
		"HKD 0.30 of spread. Our fee is 20 yen, and refunds give their part of it back."
	asksTheWallet = "The till asks for the payment. Before any byte leaves for the wallet, the intent is durable."
	charges       = "The wallet answers that it has charged the payer: W1."
	silent        = "The wallet does not answer in time. It may have charged, or not: nobody knows."
)

func TestStoryOfAPaymentInOneCurrency(t *testing.T) {
	t.Parallel()
	s := tell(t, "Paid", sameCurrency(), "The shop is owed 1,000 yen, and the wallet counts in yen too. Our fee is 20 yen.")
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	s.happens("The wallet also sends its notification, which says the same.", s.p.Hear(notified)...)
	s.end(t, "paid.txt")
}

func TestStoryOfAPaymentAcrossABorder(t *testing.T) {
	t.Parallel()
	s := tell(t, "Paid across a border", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	s.end(t, "paid_across_a_border.txt")
}

func TestStoryOfARefundInThreeParts(t *testing.T) {
	t.Parallel()
	s := tell(t, "Given back in three parts", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	for i, yens := range []int64{333, 333, 334} {
		r := s.refund(i+1, yen(yens))
		s.happens(fmt.Sprintf("The shop gives %d yen back. They leave its credit before the wallet is asked.", yens),
			s.p.RefundReserved(r))
		s.happens("The wallet answers that it has given "+s.p.Refund(r.ID.Digest).Amounts.Payer.String()+" back.",
			s.p.HearRefund(r.ID.Digest, returned)...)
	}
	s.checkEmpty()
	s.end(t, "refund_in_three_parts.txt")
}

func TestStoryOfARefundThatFailsInBetween(t *testing.T) {
	t.Parallel()
	s := tell(t, "A refund fails in between", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	first, second, third := s.refund(1, yen(333)), s.refund(2, yen(333)), s.refund(3, yen(667))
	s.happens("The shop gives 333 yen back.", s.p.RefundReserved(first))
	s.happens("At once it gives another 333 yen back.", s.p.RefundReserved(second))
	s.happens("The wallet does not answer about the first.", s.p.HearRefund(first.ID.Digest, nothing)...)
	s.happens("It answers that it has given the second one back.", s.p.HearRefund(second.ID.Digest, returned)...)
	s.happens("Asked about the first one again, it declines.", s.p.HearRefund(first.ID.Digest, refused)...)
	s.happens("The shop gives back all that is left: the shares of the failed refund are in it.", s.p.RefundReserved(third))
	s.happens("The wallet answers that it has given it back.", s.p.HearRefund(third.ID.Digest, returned)...)
	s.checkEmpty()
	s.end(t, "refund_fails_in_between.txt")
}

func TestStoryOfACancelOfWhatWasPaid(t *testing.T) {
	t.Parallel()
	s := tell(t, "Cancelled after it was paid", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	s.happens("The shop cancels. From here on nothing credits it; what it had waits where neither side has it.",
		s.p.CancelIntended(payment.ByCaller))
	s.happens("The wallet confirms that nothing is charged any more.", s.p.CancelConfirmed(payment.ByWallet))
	s.checkEmpty()
	s.end(t, "cancelled_after_paid.txt")
}

func TestStoryOfAnUnknownPaymentThatIsCancelled(t *testing.T) {
	t.Parallel()
	s := tell(t, "Unknown, then cancelled", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(silent, s.p.Hear(nothing)...)
	s.happens("For a minute it is asked every few seconds. It has never seen the payment, it says, which may change.",
		s.p.Hear(never)...)
	s.happens("Our clock gives up, and intends a cancel.", s.p.CancelIntended(payment.ByClock))
	s.happens("A late answer says that it has charged after all. It is too late: it credits nobody.", s.p.Hear(yes)...)
	s.happens("The wallet confirms the cancel.", s.p.CancelConfirmed(payment.ByWallet))
	s.end(t, "unknown_then_cancelled.txt")
}

func TestStoryOfACancelThatComesTooLate(t *testing.T) {
	t.Parallel()
	s := tell(t, "Too late to cancel", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(silent, s.p.Hear(nothing)...)
	s.happens("Our clock gives up, and intends a cancel.", s.p.CancelIntended(payment.ByClock))
	s.happens("The wallet answers that the window for cancels has closed. Asked once more what happened, it says that it\n"+
		"has charged: W1. The merchant is not credited any more, so a refund of our own must give the money back.",
		s.p.HearAfterWindow(yes)...)
	s.happens("The wallet does not answer to the refund. It is asked again under the same id.", s.p.HearReturn(nothing)...)
	s.happens("The wallet answers that it has given the money back.", s.p.HearReturn(returned)...)
	s.checkEmpty()
	s.end(t, "too_late_to_cancel.txt")
}

// A cancel that was on its way for long reaches the wallet after the next one was refused. Found by simulation.
func TestStoryOfACancelThatArrivesAfterAll(t *testing.T) {
	t.Parallel()
	s := tell(t, "Too late to cancel, it was said", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(silent, s.p.Hear(nothing)...)
	s.happens("Our clock gives up, and intends a cancel.", s.p.CancelIntended(payment.ByClock))
	s.happens("The wallet answers that the window for cancels has closed. Asked once more what happened, it says that it\n"+
		"has charged: W1.", s.p.HearAfterWindow(yes)...)
	cancelled := wallet.Answer{Verdict: wallet.Declined, Code: wire.OrderIsCanceled}
	s.happens("Meanwhile the first cancel has reached the wallet. Asked to give the money back, it declines: the payment is\n"+
		"cancelled.", s.p.HearReturn(cancelled)...)
	s.checkEmpty()
	s.end(t, "cancel_arrives_after_all.txt")
}

func TestStoryOfAPaidPaymentThatIsTooLateToCancel(t *testing.T) {
	t.Parallel()
	s := tell(t, "Paid, and too late to cancel at the wallet", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens(charges, s.p.Hear(yes)...)
	s.happens("The shop cancels in the last second of its window.", s.p.CancelIntended(payment.ByCaller))
	s.happens("When the wallet is asked, its own window has closed. It says that the charge W1 stands.",
		s.p.HearAfterWindow(yes)...)
	s.happens("The wallet answers that it has given the money back.", s.p.HearReturn(returned)...)
	s.checkEmpty()
	s.end(t, "paid_too_late_to_cancel.txt")
}

func TestStoryOfAStrayCharge(t *testing.T) {
	t.Parallel()
	s := tell(t, "A charge after the end", converted(), border)
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens("The wallet declines: the payer's balance is not enough. The shop is told so, and that is final.",
		s.p.Hear(no)...)
	s.happens("An hour later the wallet notifies that it has charged the payer: W1. The payment stays failed; the charge\n"+
		"is a break, and must go back.", s.p.Hear(yes)...)
	s.happens("The same notification comes again.", s.p.Hear(yes)...)
	s.happens("Asked to give the charge back, the wallet declines. An operator is told; the wallet is asked again.",
		s.p.HearReturn(refused)...)
	s.happens("The wallet answers that it has given the money back.", s.p.HearReturn(returned)...)
	s.happens("Even now the notification comes again.", s.p.Hear(yes)...)
	s.checkEmpty()
	s.end(t, "stray_charge_reversed.txt")
}

func TestStoryOfTwoChargesForOnePayment(t *testing.T) {
	t.Parallel()
	s := tell(t, "Charged twice, it says", sameCurrency(), "The shop is owed 1,000 yen; the wallet contradicts itself.")
	other := wallet.Answer{Verdict: wallet.Succeeded, Partner: "W1", Price: yen(100)}
	s.happens(asksTheWallet, s.p.SentBy())
	s.happens("The wallet answers that it has charged 100 yen. That is not what it was asked: no answer, but a break.",
		s.p.Hear(other)...)
	s.happens("An inquiry says that it has charged as it was asked: W1.", s.p.Hear(yes)...)
	s.happens("Then a notification tells another charge: W2. One payment is credited once.", s.p.Hear(again)...)
	s.happens("And an inquiry says that the payment was declined. What was signed first stands.", s.p.Hear(no)...)
	s.end(t, "contradictions.txt")
}
