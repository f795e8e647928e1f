// SPDX-License-Identifier: Apache-2.0

package ecb_test

import (
	"context"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/ecb"
)

// serve is a source at a server that answers as told.
func serve(t *testing.T, answer http.HandlerFunc) *ecb.Source {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return ecb.New(server.Client(), server.URL)
}

func TestFetchedRatesCrossFromYenToHongKongDollars(t *testing.T) {
	t.Parallel()
	source := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("the file was asked for with %s", r.Method)
		}
		_, _ = w.Write(archive(t, []string{"eurofxref.csv"}, daily))
	})
	var contract fx.Source = source
	readings, err := contract.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	published := time.Date(2026, time.November, 20, 15, 0, 0, 0, time.UTC)
	terms, board := ecb.Terms(1, money.BasisPoints(1_000), money.BasisPoints(200)), fx.Board{}
	for _, r := range readings {
		if changed, err := board.Accept(terms, r, published); err != nil || !changed {
			t.Fatalf("%v: %v, %v", r, changed, err)
		}
	}
	tuesday := published.AddDate(0, 0, 4)
	rate, p, err := board.Rate(money.JPY, money.HKD, tuesday)
	if err != nil || p.Source != ecb.ID || p.Route != fx.Crossed {
		t.Fatalf("%v from %+v, %v", rate, p, err)
	}
	num, den := rate.Price().Terms()
	want := new(big.Rat).Quo(big.NewRat(82_216, 10_000), big.NewRat(16_345, 100))
	if big.NewRat(num, den).Cmp(want) != 0 {
		t.Errorf("JPY/HKD is %v, not %v", rate, want)
	}
	_, _, err = board.Rate(money.JPY, money.HKD, published.AddDate(0, 0, 8))
	if fault.CodeOf(err) != fx.CodeRateStale {
		t.Errorf("after more than five business days: %v", err)
	}
}

func TestWhatCannotBeFetchedIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"not found":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"overloaded":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"no content":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"half a file": func(w http.ResponseWriter, _ *http.Request) { half(w) },
	} {
		readings, err := serve(t, answer).Fetch(t.Context())
		if len(readings) != 0 || fault.CodeOf(err) != ecb.CodeUnreachable || !fault.KindOf(err).Retryable() {
			t.Errorf("%s: %d readings, %v", name, len(readings), err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	source := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a cancelled fetch reached the server") })
	if _, err := source.Fetch(cancelled); fault.CodeOf(err) != ecb.CodeUnreachable {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := ecb.New(http.DefaultClient, "://nowhere").Fetch(t.Context()); fault.CodeOf(err) != ecb.CodeUnreachable {
		t.Errorf("no address: %v", err)
	}
}

// half promises a file and breaks off.
func half(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(daily))
}

func TestAFileThatDoesNotEndIsNotRead(t *testing.T) {
	t.Parallel()
	source := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat("2026-11-20,1.0567\n", 4_000))
		for range 1_000 {
			if _, err := w.Write(block); err != nil {
				return // the reader has hung up
			}
		}
	})
	if _, err := source.Fetch(t.Context()); fault.CodeOf(err) != ecb.CodeFileTooLarge || fault.KindOf(err) != fault.Invalid {
		t.Errorf("it is read: %v", err)
	}
}
