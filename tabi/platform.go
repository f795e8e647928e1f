// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// codeLeft is how long a code must still be good for when it is shown: the till needs the time to scan it.
const codeLeft = 10 * time.Second

// errand is one call to the platform: whose, where to, and how it goes wrong.
type errand struct {
	brand *brand
	path  string
	fate  fate
}

// call asks the platform something and reads its answer, which counts only with the platform's signature.
//
// Errors: Unavailable platform_unreachable, platform_answer_untrusted.
func (s *Issuer) call(ctx context.Context, to errand, message any, into interface{ Validate() error }) error {
	const op = "tabi.call"
	b, path := to.brand, to.path
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	body, err := wire.Encode(message)
	if err != nil {
		return err
	}
	e := wire.Envelope{Method: http.MethodPost, Path: wire.SignedPath(b.PlatformURL + path), ClientID: b.ClientID,
		Time: wire.FormatTime(s.now(), networkZone), Body: body}
	headers, err := b.sign(wire.SealRequest, e, to.fate)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, e.Method, b.PlatformURL+path, bytes.NewReader(body))
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, h := range headers {
		r.Header[h.Name] = []string{h.Value}
	}
	response, err := s.client.Do(r)
	if err != nil {
		return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodePlatformUnreachable, Subject: b.ID, Err: err}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, wire.BodyMax+1))
	if err != nil || response.StatusCode != http.StatusOK {
		return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodePlatformUnreachable, Subject: b.ID,
			Detail: "the platform answered " + response.Status, Err: err}
	}
	e.Time, e.Body = response.Header.Get(wire.HeaderResponseTime), answer
	if err := trusted(b, e, response.Header.Get(wire.HeaderSignature), into); err != nil {
		return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodePlatformAnswer, Subject: b.ID, Err: err}
	}
	return nil
}

// trusted reads an answer that the platform signed.
func trusted(b *brand, e wire.Envelope, signature string, into interface{ Validate() error }) error {
	if err := wire.Open(e, signature, b.platformKey); err != nil {
		return err
	}
	if err := wire.Decode(e.Body, into); err != nil {
		return err
	}
	return into.Validate()
}

// up refuses what a wallet that is down can't do.
//
// Errors: NotFound user_missing; Unavailable wallet_down.
func (s *Issuer) up(op, user string) (*brand, error) {
	u, err := s.books.User(user)
	if err != nil {
		return nil, err
	}
	b, err := s.brand(op, u.Brand)
	if err != nil {
		return nil, err
	}
	if b.mood.current().Down {
		return nil, &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodeWalletDown, Subject: b.ID,
			Detail: "the wallet is down"}
	}
	return b, nil
}

// refused is the platform's F or U as an error.
func refused(op string, b *brand, r wire.Result) error {
	kind := fault.Unavailable
	if r.Status() == wire.Failed {
		kind = fault.Conflict
	}
	return &fault.Error{Op: op, Kind: kind, Code: CodePlatformRefused, Subject: b.ID,
		Detail: "the platform answered " + string(r.ResultCode)}
}

// Code is a payment code the user can show, never shown before, and until when it is good. Codes are fetched from the
// platform several at a time and kept.
//
// Errors: NotFound user_missing; Unavailable wallet_down, platform_unreachable, platform_answer_untrusted; Conflict or
// Unavailable platform_refused.
func (s *Issuer) Code(ctx context.Context, user string) (code string, validUntil time.Time, err error) {
	const op = "tabi.Code"
	b, err := s.up(op, user)
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now()
	kept, ok, err := s.books.Show(user, now, codeLeft)
	if err != nil || ok {
		return kept.Value, kept.Ends, err
	}
	if err := s.fetchCodes(ctx, b, user); err != nil {
		return "", time.Time{}, err
	}
	kept, ok, err = s.books.Show(user, now, codeLeft)
	if err == nil && !ok {
		err = &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodePlatformRefused, Subject: b.ID,
			Detail: "the platform's codes are not good for long enough"}
	}
	return kept.Value, kept.Ends, err
}

// fetchCodes asks the platform for codes for a user.
func (s *Issuer) fetchCodes(ctx context.Context, b *brand, user string) error {
	now := s.now()
	var out aps.GetPaymentCodeResponse
	question := aps.GetPaymentCodeRequest{Region: wire.Text(b.Region), CustomerID: wire.Text(user),
		CodeQuantity: wire.Count(b.Prefetch)}
	if err := s.call(ctx, errand{brand: b, path: aps.PathGetPaymentCode}, question, &out); err != nil {
		return err
	}
	if out.Result.Status() != wire.Succeeded {
		return refused("tabi.Code", b, out.Result)
	}
	var codes []book.Code
	for _, info := range out.PaymentCodeInfoList {
		begins, err := timeOf(info.CodeValidityStartTime)
		if err != nil {
			return err
		}
		ends, err := timeOf(info.CodeExpiryTime)
		if err != nil {
			return err
		}
		if begins.IsZero() {
			begins = now
		}
		codes = append(codes, book.Code{Value: string(info.PaymentCode), Begins: begins, Ends: ends})
	}
	return s.books.Stock(user, codes)
}
