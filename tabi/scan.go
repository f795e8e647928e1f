// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// offerLife is how long a scanned code can be confirmed where the platform sets no end.
const offerLife = 5 * time.Minute

// Scan asks the platform what a code stands for that a user scanned at a shop, and keeps the answer for Confirm. Amount is
// what the user typed for a code that carries none, in the currency of the shop; else the zero Amount.
//
// Errors: NotFound user_missing; Unavailable wallet_down, platform_unreachable, platform_answer_untrusted; Conflict or
// Unavailable platform_refused; Conflict wallet_payment_state; Invalid wallet_amount_malformed.
func (s *Issuer) Scan(ctx context.Context, user, code string, amount money.Amount) (Payment, error) {
	const op = "tabi.Scan"
	b, err := s.up(op, user)
	if err != nil {
		return Payment{}, err
	}
	var out aps.UserInitiatedPayResponse
	question := aps.UserInitiatedPayRequest{CodeValue: wire.Text(code), CustomerID: wire.Text(user),
		Amount: wire.AmountOf(amount)}
	if err := s.call(ctx, errand{brand: b, path: aps.PathUserInitiatedPay}, question, &out); err != nil {
		return Payment{}, err
	}
	if out.Result.Status() != wire.Succeeded {
		return Payment{}, refused(op, b, out.Result)
	}
	offer := book.Offer{User: user, Request: string(out.PaymentRequestID), Merchant: merchantOf(out.Order), At: s.now(),
		Terms: b.terms()}
	if offer.Price, err = out.PaymentAmount.Money("paymentAmount"); err != nil {
		return Payment{}, fault.Wrap(op, err)
	}
	if offer.Payer, err = out.PayToAmount.Money("payToAmount"); err != nil {
		return Payment{}, fault.Wrap(op, err)
	}
	if offer.Expires, err = timeOf(out.PaymentExpiryTime); err != nil {
		return Payment{}, fault.Wrap(op, err)
	}
	if offer.Expires.IsZero() {
		offer.Expires = offer.At.Add(offerLife)
	}
	return s.books.Offer(offer)
}

// Confirm is the user's word to pay what Scan found. The payment is paid, failed with its Result, or still pending; the
// platform is told by Step. Repeated, it changes nothing.
//
// Errors: NotFound user_missing, wallet_payment_missing; Unavailable wallet_down.
func (s *Issuer) Confirm(user, paymentRequestID string) (Payment, error) {
	b, err := s.up("tabi.Confirm", user)
	if err != nil {
		return Payment{}, err
	}
	now := s.now()
	return s.books.Confirm(book.Confirmation{User: user, Request: paymentRequestID, At: now, Terms: b.terms(),
		Whim: b.mood.fate(now).whim})
}

// Withdraw is the user's word not to pay what Scan found. A payment that was confirmed stays as it is.
//
// Errors: NotFound user_missing, wallet_payment_missing.
func (s *Issuer) Withdraw(user, paymentRequestID string) error {
	return s.books.Withdraw(user, paymentRequestID, s.now())
}
