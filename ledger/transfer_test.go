// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/money"
)

// bytesOf reads hexadecimal with spaces between what belongs together.
func bytesOf(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// violates fails the test unless f breaks an invariant.
func violates(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if _, ok := recover().(invariant.Violation); !ok {
			t.Errorf("%s breaks no invariant", what)
		}
	}()
	f()
}

var (
	receivable = ledger.Account{Purpose: ledger.WalletReceivable, Holder: "hk", Currency: money.HKD}
	spread     = ledger.Account{Purpose: ledger.SpreadIncome, Currency: money.HKD}
	payable    = ledger.Account{Purpose: ledger.MerchantPayable, Holder: "cafe", Currency: money.JPY}
)

func TestPostIsOnePostingBetweenTwoAccountsOfTheAmountsCurrency(t *testing.T) {
	t.Parallel()
	got := ledger.Post(ledger.FXSpread, receivable, spread, money.New(30, money.HKD))
	want := []ledger.Posting{{Debit: receivable, Credit: spread, Amount: money.New(30, money.HKD), Code: ledger.FXSpread}}
	if !slices.Equal(got, want) {
		t.Errorf("posted %v", got)
	}
	if got := ledger.Post(ledger.FXSpread, receivable, spread, money.Zero(money.HKD)); got != nil {
		t.Errorf("an amount of nothing is posted: %v", got)
	}
}

func TestPostRefusesWhatIsNoPosting(t *testing.T) {
	t.Parallel()
	cent := money.New(1, money.HKD)
	for what, post := range map[string]func(){
		"a negative amount":   func() { ledger.Post(ledger.Sale, receivable, spread, money.New(-1, money.HKD)) },
		"another currency":    func() { ledger.Post(ledger.Sale, receivable, payable, cent) },
		"an account twice":    func() { ledger.Post(ledger.Sale, receivable, receivable, cent) },
		"a code of no name":   func() { ledger.Post(0, receivable, spread, cent) },
		"a code after all":    func() { ledger.Post(15, receivable, spread, cent) },
		"a purpose of nobody": func() { ledger.Post(ledger.Sale, ledger.Account{Currency: money.HKD}, spread, cent) },
	} {
		violates(t, what, post)
	}
}

// The bytes of format 1. They are in journals: this table only ever grows.
var transfersGolden = []struct {
	column    string
	transfers []ledger.Transfer
}{
	{"", nil},
	{"01 01  01 01 02 01", []ledger.Transfer{{Code: ledger.Sale, Debit: 1, Credit: 2, Minor: 1}}},
	{"01 04  02 01 02 8028  03 01 03 1e  04 04 05 e807  05 05 06 14", []ledger.Transfer{
		{Code: ledger.FXSell, Debit: 1, Credit: 2, Minor: 5120},
		{Code: ledger.FXSpread, Debit: 1, Credit: 3, Minor: 30},
		{Code: ledger.FXBuy, Debit: 4, Credit: 5, Minor: 1000},
		{Code: ledger.MerchantFee, Debit: 5, Credit: 6, Minor: 20},
	}},
	{"01 01  0e ffffffff0f feffffff0f ffffffffffffffff7f", []ledger.Transfer{
		{Code: ledger.StrayReversal, Debit: math.MaxUint32, Credit: math.MaxUint32 - 1, Minor: math.MaxInt64}}},
}

func TestTransfersOfFormatOneAreReadForEver(t *testing.T) {
	t.Parallel()
	for _, g := range transfersGolden {
		column := bytesOf(t, g.column)
		if got := ledger.AppendTransfers(nil, g.transfers); !bytes.Equal(got, column) {
			t.Errorf("%v is written as %x", g.transfers, got)
		}
		got, err := ledger.ParseTransfers(column)
		if err != nil || !slices.Equal(got, g.transfers) {
			t.Errorf("%s is read as %v, %v", g.column, got, err)
		}
	}
}

func TestDamagedTransfersAreRefused(t *testing.T) {
	t.Parallel()
	for what, column := range map[string]string{
		"format 0":                      "00 01 01 01 02 01",
		"a newer format":                "02 01 01 01 02 01",
		"a format alone":                "01",
		"no transfers":                  "01 00",
		"a count in two bytes for one":  "01 8100 01 01 02 01",
		"a count that does not end":     "01 80",
		"more than 64 transfers":        "01 41" + strings.Repeat("01010201", 65),
		"a count above the transfers":   "01 02 01 01 02 01",
		"a count below the transfers":   "01 01 01 01 02 01 01 01 02 01",
		"a byte after the last":         "01 01 01 01 02 01 00",
		"no amount":                     "01 01 01 01 02",
		"an amount that does not end":   "01 01 01 01 02 ff",
		"an amount of nothing":          "01 01 01 01 02 00",
		"an amount of 64 bits":          "01 01 01 01 02 ffffffffffffffffff01",
		"an amount of 70 bits":          "01 01 01 01 02 ffffffffffffffffff7f",
		"an amount longer than need be": "01 01 01 01 02 8100",
		"code 0":                        "01 01 00 01 02 01",
		"code 15":                       "01 01 0f 01 02 01",
		"code 257, not code 1":          "01 01 8102 01 02 01",
		"account 0 on the left":         "01 01 01 00 02 01",
		"account 0 on the right":        "01 01 01 01 00 01",
		"one account on both sides":     "01 01 01 02 02 01",
		"account 2^32 + 1, not 1":       "01 01 01 8180808010 02 01",
		"account 2^32 + 2, not 2":       "01 01 01 01 8280808010 01",
	} {
		got, err := ledger.ParseTransfers(bytesOf(t, column))
		if fault.CodeOf(err) != ledger.CodeTransfersMalformed || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s is read as %v, %v", what, got, err)
		}
	}
}

func TestTransfersThatAreNoneAreNotWritten(t *testing.T) {
	t.Parallel()
	good := ledger.Transfer{Code: ledger.Sale, Debit: 1, Credit: 2, Minor: 1}
	for what, spoil := range map[string]func(*ledger.Transfer){
		"no code":         func(t *ledger.Transfer) { t.Code = 0 },
		"no debit":        func(t *ledger.Transfer) { t.Debit = 0 },
		"no credit":       func(t *ledger.Transfer) { t.Credit = 0 },
		"itself":          func(t *ledger.Transfer) { t.Credit = 1 },
		"nothing":         func(t *ledger.Transfer) { t.Minor = 0 },
		"less than that":  func(t *ledger.Transfer) { t.Minor = -1 },
		"an unknown code": func(t *ledger.Transfer) { t.Code = 15 },
	} {
		bad := good
		spoil(&bad)
		violates(t, what, func() { ledger.AppendTransfers(nil, []ledger.Transfer{good, bad}) })
	}
	violates(t, "65 transfers", func() { ledger.AppendTransfers(nil, slices.Repeat([]ledger.Transfer{good}, 65)) })
	if got := ledger.AppendTransfers(nil, slices.Repeat([]ledger.Transfer{good}, 64)); len(got) != 2+64*4 {
		t.Errorf("64 transfers take %d bytes", len(got))
	}
}

func drawTransfer(t *rapid.T) ledger.Transfer {
	debit := rapid.Uint32Range(1, math.MaxUint32).Draw(t, "debit")
	credit := rapid.Uint32Range(1, math.MaxUint32).Filter(func(n uint32) bool { return n != debit }).Draw(t, "credit")
	return ledger.Transfer{Debit: ledger.Number(debit), Credit: ledger.Number(credit),
		Minor: rapid.Int64Range(1, math.MaxInt64).Draw(t, "minor"),
		Code:  ledger.Code(rapid.Uint8Range(1, 14).Draw(t, "code"))}
}

func TestTransfersComeBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		transfers := rapid.SliceOfN(rapid.Custom(drawTransfer), 0, 64).Draw(t, "transfers")
		before := rapid.SliceOf(rapid.Byte()).Draw(t, "before")
		column := ledger.AppendTransfers(slices.Clone(before), transfers)
		if !bytes.HasPrefix(column, before) {
			t.Fatalf("what stood before became %x", column)
		}
		column = column[len(before):]
		got, err := ledger.ParseTransfers(column)
		if err != nil || !slices.Equal(got, transfers) {
			t.Fatalf("%v came back as %v, %v", transfers, got, err)
		}
		if second, ok := secondTransfers(column); !ok || !slices.Equal(second, got) {
			t.Fatalf("the second decoder reads %v", second)
		}
		for cut := 1; cut < len(column); cut++ {
			if got, err := ledger.ParseTransfers(column[:cut]); err == nil {
				t.Fatalf("%d of %d bytes are read as %v", cut, len(column), got)
			}
		}
	})
}

func FuzzParseTransfers(f *testing.F) {
	for _, g := range transfersGolden {
		f.Add(bytesOf(f, g.column))
	}
	f.Add(bytesOf(f, "01 01 01 01 02 8100"))
	f.Add(bytesOf(f, "01 41"))
	f.Fuzz(func(t *testing.T, column []byte) {
		got, err := ledger.ParseTransfers(column)
		second, ok := secondTransfers(column)
		if ok != (err == nil) || !slices.Equal(second, got) {
			t.Fatalf("%x is %v, %v to one decoder and %v, %v to the other", column, got, err, second, ok)
		}
		if err == nil && !bytes.Equal(ledger.AppendTransfers(nil, got), column) {
			t.Fatalf("%x is written again as %x", column, ledger.AppendTransfers(nil, got))
		}
	})
}
