// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestTheSampleBrandsAreTenAndPlainlySamples(t *testing.T) {
	t.Parallel()
	list := tabi.SampleBrands()
	var currencies []string
	seen := map[string]bool{}
	for i, b := range list {
		currencies = append(currencies, b.Currency.String())
		if !strings.HasSuffix(b.Name, "(sample)") || b.Routing != i+1 || seen[b.ID] || seen[b.ClientID] ||
			b.BasePath() != "/"+b.ID || b.Limits.PaymentMax <= 0 || b.Limits.DayMax < b.Limits.PaymentMax {
			t.Errorf("%+v", b)
		}
		seen[b.ID], seen[b.ClientID] = true, true
	}
	if got := strings.Join(currencies, " "); got != "CNY HKD KRW TWD THB MYR PHP SGD IDR JPY" {
		t.Errorf("currencies %s", got)
	}
}

func TestABrandThatCannotBeRunIsRefusedByField(t *testing.T) {
	t.Parallel()
	good := func() tabi.Brand {
		b := tabi.SampleBrands()[0]
		b.Key, b.KeyVersion, b.PlatformURL = key(t, 1), 1, "https://net.test"
		b.PlatformKeys = map[int]wire.PublicKey{1: key(t, 2).Public()}
		return b
	}
	open := func(brands ...tabi.Brand) error {
		file := filepath.Join(t.TempDir(), "tabi.db")
		s, err := tabi.Open(file, brands, time.Now, rand.NewChaCha8([32]byte{}), tabi.Outside{})
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := open(good()); err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string]func(*tabi.Brand){
		"ID must be 1":         func(b *tabi.Brand) { b.ID = "a/b" },
		"ID must be at most":   func(b *tabi.Brand) { b.ID = strings.Repeat("a", 33) },
		"Name is":              func(b *tabi.Brand) { b.Name = " " },
		"Region must":          func(b *tabi.Brand) { b.Region = "cn" },
		"Currency is":          func(b *tabi.Brand) { b.Currency = 0 },
		"Routing must":         func(b *tabi.Brand) { b.Routing = 1000 },
		"ClientID is":          func(b *tabi.Brand) { b.ClientID = "a.b" },
		"PlatformURL must":     func(b *tabi.Brand) { b.PlatformURL = "https://net.test/" },
		"PlatformKeys is":      func(b *tabi.Brand) { b.PlatformKeys = nil },
		"Key was":              func(b *tabi.Brand) { b.Key = wire.PrivateKey{} },
		"KeyVersion must":      func(b *tabi.Brand) { b.KeyVersion = 0 },
		"Limits must":          func(b *tabi.Brand) { b.Limits.DayMax = -1 },
		"MarkupBasisPoints mu": func(b *tabi.Brand) { b.MarkupBasisPoints = 1001 },
		"Prefetch must":        func(b *tabi.Brand) { b.Prefetch = 11 },
		"RefundDays must":      func(b *tabi.Brand) { b.RefundDays = 365 },
	} {
		b := good()
		edit(&b)
		if err := open(b); fault.CodeOf(err) != tabi.CodeBrandMalformed || !strings.HasPrefix(fault.DetailOf(err), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := open(good(), good()); fault.DetailOf(err) != "ID is used twice" {
		t.Errorf("twice: %v", err)
	}
}

func TestBrandsAreAddedAndNeverLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands = w.brands[:2] })
	w.user(1, 100_00)
	all := w.brands
	reopen := func(brands []tabi.Brand) error {
		s, err := tabi.Open(w.file, brands, w.clock.now, rand.NewChaCha8([32]byte{}), w.out)
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := w.issuer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := reopen(all[:1]); fault.CodeOf(err) != book.CodeBrandUnknown {
		t.Errorf("without the second brand: %v", err)
	}
	changed := []tabi.Brand{all[0], all[1]}
	changed[0].Currency = money.KRW
	if err := reopen(changed); fault.CodeOf(err) != book.CodeBrandDiffers {
		t.Errorf("in another currency: %v", err)
	}
	third := all[1]
	third.ID = "tabi-new"
	w.brands = []tabi.Brand{all[0], all[1], third}
	w.open()
	if _, err := w.issuer.AddUser("tabi-new", 1); err != nil {
		t.Error(err)
	}
	if got := w.issuer.Brands(); len(got) != 3 || got[2].ID != "tabi-new" {
		t.Errorf("brands %v", got)
	}
	w.wantBalance("tabi-cny-000001", 100_00)
}
