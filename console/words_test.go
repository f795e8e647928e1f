// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
)

func TestEverythingThatCanHappenHasItsWords(t *testing.T) {
	t.Parallel()
	words := console.Words()
	var keys []string
	for k := ledger.PaymentSent; k <= ledger.RefundFailed; k++ {
		if name := k.String(); !strings.HasPrefix(name, "kind ") {
			keys = append(keys, "event."+name)
		}
	}
	for c := ledger.Code(1); c.Valid(); c++ {
		keys = append(keys, "code."+c.String())
	}
	for p := ledger.Purpose(1); p.Valid(); p++ {
		keys = append(keys, "account."+string('0'+rune(p)))
	}
	for _, c := range []payment.Cause{payment.ByCaller, payment.ByWallet, payment.ByClock, payment.ByOperator} {
		keys = append(keys, "cause."+string(c))
	}
	for _, c := range console.Choices() {
		keys = append(keys, "demo."+string(c))
		if c != console.Normal {
			keys = append(keys, "demo."+string(c)+".present")
		}
	}
	for _, key := range keys {
		if _, ok := words[key]; !ok {
			t.Errorf("there is no phrase %q", key)
		}
	}
	if len(keys) < 40 {
		t.Fatalf("only %d things can happen", len(keys))
	}
	unspoken(t, keys)
}

// unspoken fails the test for every phrase that nothing says: neither by its key, nor by one of some keys.
func unspoken(t *testing.T, spoken []string) {
	t.Helper()
	var source strings.Builder
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "words.go") || strings.HasSuffix(path, "_test.go") ||
			!strings.HasSuffix(path, ".go") && !strings.HasPrefix(path, "page/") {
			return err
		}
		data, err := os.ReadFile(path)
		source.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range console.Words() {
		stem := key
		for _, end := range []string{".one", ".nth", ".once", ".if"} {
			stem = strings.TrimSuffix(stem, end)
		}
		if !slices.Contains(spoken, key) && !strings.Contains(source.String(), `"`+stem+`"`) {
			t.Errorf("nothing says %q", key)
		}
	}
}
