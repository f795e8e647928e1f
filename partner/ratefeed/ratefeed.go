// SPDX-License-Identifier: Apache-2.0

// Package ratefeed is the network's own signed feed of exchange rates: a source of fx, and its server.
//
// The answer to a GET is one sheet, at most 64 KiB of strict JSON:
//
//	{"source":"sample","at":"2026-11-20T12:00:00Z","sequence":7,
//	 "rates":[{"pair":"JPY/HKD","bid":"0.0511","ask":"0.0513"}]}
//
// at is when the rates were taken; sequence grows with each new sheet. One unit of the left currency is bought at
// bid and sold at ask: plain decimals above zero, at most 12 digits; the reading is their exact mean. The headers
// client-id, response-time and signature are those of package wire, and the signature covers
// "GET <path>\n<client-id>.<response-time>.<body>". Read sheet.go first.
package ratefeed

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Codes of the errors of this package.
const (
	CodeUnreachable    fault.Code = "ratefeed_unreachable"
	CodeSheetMalformed fault.Code = "ratefeed_sheet_malformed"
	CodeSheetOrder     fault.Code = "ratefeed_sheet_out_of_order"
	CodeLineRefused    fault.Code = "ratefeed_line_refused"
)

// skewMax is how far the time of an answer may lie from ours: a recorded answer is of no use after that.
const skewMax = time.Minute

// Terms are how one feed is reached and whom it is believed to be.
type Terms struct {
	ID       fx.SourceID                              // what the sheets must say
	URL      string                                   // where they are
	ClientID string                                   // who asks; the answer is signed for no one else
	Keys     func(version int) (wire.PublicKey, bool) // the feed's keys; version 0 is the one in use
}

// Source fetches the sheets of one feed. It is a fx.Source.
//
// It remembers the last sheet, so that none is followed by an older one. The first sheet after a start has nothing to
// follow; whatever it says, fx.Board knows the time of the last reading.
// Concurrency: safe for any number of callers.
type Source struct {
	client *http.Client
	terms  Terms
	now    func() time.Time

	mu       sync.Mutex
	sequence int64
	at       time.Time
	digest   [sha256.Size]byte
}

// New is the source on these terms; the client's limits on redirects and time apply.
//
// Invariant: client, keys and clock are given.
func New(client *http.Client, terms Terms, now func() time.Time) *Source {
	invariant.Check(client != nil && terms.Keys != nil && now != nil, "ratefeed: a source without client, keys or clock")
	return &Source{client: client, terms: terms, now: now}
}

// Fetch is what the feed says now. A line that cannot be believed is left out and named in the error, beside the
// readings of the others; a sheet that cannot be believed gives no reading.
//
// Errors: Unavailable ratefeed_unreachable; those of wire.Open, and Invalid clock_skew, for an answer that is
// not the feed's; those of Parse; Conflict ratefeed_sheet_out_of_order; Invalid ratefeed_line_refused, joined.
func (s *Source) Fetch(ctx context.Context) ([]fx.Reading, error) {
	body, err := s.get(ctx)
	if err != nil {
		return nil, err
	}
	sheet, err := Parse(body)
	if err != nil {
		return nil, err
	}
	if sheet.Source != s.terms.ID {
		return nil, malformed("source", "the sheet is of another source")
	}
	if err := s.follow(sheet, sha256.Sum256(body)); err != nil {
		return nil, err
	}
	return sheet.Readings()
}

// get is the body of an answer that the feed signed for us just now.
func (s *Source) get(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.terms.URL, nil)
	if err != nil {
		return nil, unreachable(err)
	}
	request.Header[wire.HeaderClientID] = []string{s.terms.ClientID}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, unreachable(errors.New(response.Status))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, wire.BodyMax+1))
	if err != nil {
		return nil, unreachable(err)
	}
	envelope := wire.Envelope{Method: http.MethodGet, Path: request.URL.RequestURI(), ClientID: s.terms.ClientID,
		Time: response.Header.Get(wire.HeaderResponseTime), Body: body}
	if err := wire.Open(envelope, response.Header.Get(wire.HeaderSignature), s.terms.Keys); err != nil {
		return nil, fault.Wrap("ratefeed.Fetch", err)
	}
	answered, err := wire.ParseTime(envelope.Time)
	if err == nil {
		err = wire.CheckClock(answered, s.now(), skewMax)
	}
	return body, fault.Wrap("ratefeed.Fetch", err)
}

// follow refuses a sheet that comes before the last one, and a second sheet of the same number.
func (s *Source) follow(sheet Sheet, digest [sha256.Size]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	problem := ""
	switch {
	case sheet.Sequence < s.sequence:
		problem = "the sequence goes back"
	case sheet.Sequence == s.sequence && digest != s.digest:
		problem = "the feed has said something else under this sequence"
	case sheet.At.Before(s.at):
		problem = "the sheet is older than the last one"
	}
	if problem != "" {
		return &fault.Error{Op: "ratefeed.Fetch", Kind: fault.Conflict, Code: CodeSheetOrder,
			Subject: string(s.terms.ID), Detail: problem}
	}
	s.sequence, s.at, s.digest = sheet.Sequence, sheet.At, digest
	return nil
}

func unreachable(cause error) error {
	return &fault.Error{Op: "ratefeed.Fetch", Kind: fault.Unavailable, Code: CodeUnreachable,
		Detail: "the feed could not be fetched", Err: cause}
}
