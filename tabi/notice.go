// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"context"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// noticesPerStep is how many messages one Step sends.
const noticesPerStep = 64

// The pauses before a message is sent again double from the first to the last of these.
const (
	pauseFirst = time.Second
	pauseMax   = time.Minute
)

// notHeard are the refusals that say nothing about the payment: the message did not get through, and is sent again.
var notHeard = []wire.ResultCode{wire.ParamIllegal, wire.AccessDenied, wire.InvalidAPI, wire.NoInterfaceDef,
	wire.InvalidClient, wire.InvalidClientStatus, wire.InvalidSignature, wire.KeyNotFound, wire.MethodNotSupported,
	wire.MediaTypeNotAcceptable, wire.OAuthFailed, wire.BusinessNotSupport, wire.SystemError}

// Step does what is due: it decides payments, carries out refunds, and sends the platform the messages that wait, each
// until it was heard. A payment that the platform then refuses is given back. It returns when something is due next, zero
// when nothing waits.
//
// Concurrency: a second call while one is under way returns at once.
// Errors: those of the books; what the platform answers is no error.
func (s *Issuer) Step(ctx context.Context) (next time.Time, err error) {
	if !s.stepping.TryLock() {
		return s.books.Next()
	}
	defer s.stepping.Unlock()
	now := s.now()
	if err := s.books.Ripen(now); err != nil {
		return time.Time{}, err
	}
	notices, err := s.books.Notices(now, noticesPerStep)
	if err != nil {
		return time.Time{}, err
	}
	for _, n := range notices {
		if ctx.Err() != nil {
			break
		}
		b, err := s.brand("tabi.Step", n.Payment.Brand)
		if err != nil {
			return time.Time{}, err
		}
		reply, tries := book.Silent, n.Tries
		if !b.mood.current().Down {
			reply, tries = s.tell(ctx, b, n), n.Tries+1
		}
		if err := s.books.Replied(n.N, reply, s.now(), s.now().Add(pause(n.Tries)), tries); err != nil {
			return time.Time{}, err
		}
	}
	return s.books.Next()
}

// pause is how long a message waits after so many tries.
func pause(tries int) time.Duration { return min(pauseFirst<<min(tries, 10), pauseMax) }

// tell sends one message and says what came of it.
func (s *Issuer) tell(ctx context.Context, b *brand, n book.Notice) book.Reply {
	result := wire.NewResult(n.Result, "")
	message := aps.NotifyPaymentRequest{PaymentResult: &result, PaymentRequestID: wire.Text(n.Payment.Request)}
	f := b.mood.fate(s.now())
	t := told(n.Payment, b, f)
	message.PaymentAmount, message.PayToAmount, message.CustomerID = t.price, t.payer, t.customer
	if result.Status() == wire.Succeeded {
		message.PaymentID, message.PaymentTime = t.id, t.at
	}
	var out aps.NotifyPaymentResponse
	if err := s.call(ctx, errand{b, aps.PathNotifyPayment, f}, message, &out); err != nil {
		return book.Silent
	}
	switch {
	case out.Result.Status() == wire.Succeeded:
		return book.Heard
	case out.Result.Status() == wire.Failed && !slices.Contains(notHeard, out.Result.ResultCode):
		return book.GiveBack
	}
	return book.Silent
}
