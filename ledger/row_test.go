// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

func sampleRow() ledger.Row {
	return ledger.Row{Lane: 3, N: 4711, At: 1_785_571_200_000_000, Kind: ledger.PaymentSucceeded,
		Subject: ident.DigestOf(ident.Payment, "SHOP", "", "p-1"), Origin: 4700, Previous: 4701,
		Body: []byte{1, 2, 1, 7, 'S', 'U', 'C', 'C', 'E', 'S', 'S'}, Transfers: []byte{1, 1, 1, 1, 2, 1}}
}

// The hashes are in journals, on statements and with witnesses: they never change.
func TestSumOfARowIsTheSameForEver(t *testing.T) {
	t.Parallel()
	row := sampleRow()
	for _, g := range []struct {
		previous ledger.Hash
		row      ledger.Row
		want     string
	}{
		{ledger.Hash{}, ledger.Row{}, "c0ab3ce17d2293739bba2219d7be07ca7e1e6b6f2d7dff05f33a050a612ca5a8"},
		{ledger.Hash{}, row, "34ab66b1c10c55e4475d823c55f8e72e517276ca4007cee72058c076e3154248"},
		{sha256.Sum256([]byte("the row before")), row, "864e06d108f3d860fe4245f87998368f8d6a9050f237487da258f35842b5fb8c"},
	} {
		if got := g.row.Sum(g.previous); hex.EncodeToString(got[:]) != g.want {
			t.Errorf("the sum of %+v is %x", g.row, got)
		}
	}
}

// Sum must be what the description says, written out by hand: it covers every stored byte in one unambiguous way.
func TestSumIsTheHashOfTheStoredParts(t *testing.T) {
	t.Parallel()
	row, previous := sampleRow(), ledger.Hash(sha256.Sum256([]byte("the row before")))
	text := fmt.Sprintf("%x%016x%016x%016x%02x%x%016x%016x%08x%x%08x%x", previous, uint64(row.Lane.Key()), row.N, row.At,
		uint8(row.Kind), row.Subject, row.Origin, row.Previous, len(row.Body), row.Body, len(row.Transfers), row.Transfers)
	if got, want := row.Sum(previous), sha256.Sum256(bytesOf(t, text)); got != want {
		t.Errorf("the sum is %x, not %x", got, want)
	}
}

// spoilt are copies of a row, each with one bit of one field changed. A field that is added to Row must be added here, and
// to Sum.
func spoilt(t testing.TB, row ledger.Row) map[string]ledger.Row {
	t.Helper()
	out := map[string]ledger.Row{}
	whole := reflect.TypeFor[ledger.Row]()
	for i := range whole.NumField() {
		name := whole.Field(i).Name
		if name == "Hash" {
			continue // it is the sum itself
		}
		width := map[reflect.Kind]int{reflect.Uint16: 10, reflect.Uint8: 8, reflect.Int64: 63}[whole.Field(i).Type.Kind()]
		for bit := range width {
			changed := row
			field := reflect.ValueOf(&changed).Elem().Field(i)
			if field.CanInt() {
				field.SetInt(field.Int() ^ 1<<bit)
			} else {
				field.SetUint(field.Uint() ^ 1<<bit)
			}
			out[fmt.Sprintf("%s, bit %d", name, bit)] = changed
		}
		if width > 0 {
			continue
		}
		for place := range reflect.ValueOf(row).Field(i).Len() {
			changed := row
			field := reflect.ValueOf(&changed).Elem().Field(i)
			if field.Kind() == reflect.Slice {
				field.SetBytes(append([]byte(nil), field.Bytes()...))
			}
			at := field.Index(place)
			at.SetUint(at.Uint() ^ 1)
			out[fmt.Sprintf("%s, byte %d", name, place)] = changed
		}
	}
	if len(out) < 10+8+3*63+16+2 {
		t.Fatalf("only %d copies", len(out))
	}
	return out
}

func TestSumChangesWithEveryByteOfTheRow(t *testing.T) {
	t.Parallel()
	row, previous := sampleRow(), ledger.Hash{}
	seen := map[ledger.Hash]string{row.Sum(previous): "the row itself"}
	add := func(what string, sum ledger.Hash) {
		if other, there := seen[sum]; there {
			t.Errorf("%s has the sum of %s", what, other)
		}
		seen[sum] = what
	}
	for what, changed := range spoilt(t, row) {
		add(what, changed.Sum(previous))
	}
	for place := range previous {
		changed := previous
		changed[place] ^= 0x80
		add(fmt.Sprintf("the row before, byte %d", place), row.Sum(changed))
	}
	row.Hash = ledger.Hash{1}
	if sampled := sampleRow(); row.Sum(previous) != sampled.Sum(previous) {
		t.Error("the sum depends on the field that keeps it")
	}
}

// No byte may wander from the body to the transfers, nor any row be read in two ways.
func TestSumTellsTheBodyFromTheTransfers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 2000).Draw(t, "data")
		cut := rapid.IntRange(0, len(data)).Draw(t, "cut")
		other := rapid.IntRange(0, len(data)).Filter(func(n int) bool { return n != cut }).Draw(t, "other")
		one, two := ledger.Row{Body: data[:cut], Transfers: data[cut:]}, ledger.Row{Body: data[:other], Transfers: data[other:]}
		if one.Sum(ledger.Hash{}) == two.Sum(ledger.Hash{}) {
			t.Fatalf("cut at %d and at %d the row has one sum", cut, other)
		}
	})
}
