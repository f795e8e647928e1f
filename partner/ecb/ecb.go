// SPDX-License-Identifier: Apache-2.0

// Package ecb reads the euro foreign exchange reference rates of the European Central Bank as a source of fx.
//
// The bank publishes one rate per currency and TARGET business day, against the euro; other pairs are crossed
// through the euro. It calls them information and discourages dealing at them, so they serve as a second opinion
// on a live feed, and as the rate of wallets whose contract says so. The file comes as comma-separated values,
// the day's or all since 1999, plain or zipped. A file is believed whole or not at all.
package ecb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors of this package.
const (
	CodeUnreachable   fault.Code = "ecb_unreachable"
	CodeFileMalformed fault.Code = "ecb_file_malformed"
	CodeFileTooLarge  fault.Code = "ecb_file_too_large"
)

// ID names the source.
const ID fx.SourceID = "ecb"

// DailyURL is where the bank publishes the rates of the last business day.
//
// Source: European Central Bank, euro foreign exchange reference rates, downloads.
const DailyURL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref.zip"

// ageDaysMax is how many business days a rate is used when no newer one comes.
const ageDaysMax = 5

// fetchedMax is the largest file that is read. All rates since 1999 are 600 KiB, zipped. Units: bytes.
const fetchedMax = 1 << 20

// Terms are the terms on which the rates are believed: on the bank's own calendar, crossed through the euro.
func Terms(priority int, band, tolerance money.Ratio) fx.SourceTerms {
	return fx.SourceTerms{ID: ID, Priority: priority, AgeMax: ageDaysMax * 24 * time.Hour, Calendar: calendar.Target,
		Pivot: money.EUR, Band: band, Tolerance: tolerance}
}

// Source fetches the rates from an address. It is a fx.Source.
//
// Concurrency: safe for any number of callers.
type Source struct {
	client *http.Client
	url    string
}

// New is the source at an address, DailyURL as a rule; the client's limits on redirects and time apply.
func New(client *http.Client, url string) *Source { return &Source{client: client, url: url} }

// Fetch is what the file at the address says, the oldest day first. It never returns readings beside an error.
//
// Errors: Unavailable ecb_unreachable; Invalid ecb_file_too_large, ecb_file_malformed.
func (s *Source) Fetch(ctx context.Context) ([]fx.Reading, error) {
	raw, err := s.get(ctx)
	if err != nil {
		return nil, err
	}
	return Parse(raw)
}

func (s *Source) get(ctx context.Context) ([]byte, error) {
	unreachable := &fault.Error{Op: "ecb.Fetch", Kind: fault.Unavailable, Code: CodeUnreachable,
		Detail: "the reference rates could not be fetched"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		unreachable.Err = err
		return nil, unreachable
	}
	response, err := s.client.Do(request)
	if err != nil {
		unreachable.Err = err
		return nil, unreachable
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		unreachable.Err = errors.New(response.Status)
		return nil, unreachable
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, fetchedMax+1))
	if err != nil {
		unreachable.Err = err
		return nil, unreachable
	}
	if len(raw) > fetchedMax {
		return nil, tooLarge("the file is larger than 1 MiB")
	}
	return raw, nil
}

func tooLarge(detail string) error {
	return &fault.Error{Op: "ecb.Fetch", Kind: fault.Invalid, Code: CodeFileTooLarge, Detail: detail}
}
