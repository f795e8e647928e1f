// SPDX-License-Identifier: Apache-2.0

package ident_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
)

func TestTextIsReadBackAsTheSameIdentifier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := ident.ID{Lane: ident.Lane(rapid.IntRange(0, ident.LanesMax-1).Draw(t, "lane"))}
		copy(id.Digest[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "digest"))
		text := id.String()
		if len(text) != ident.TextLength {
			t.Fatalf("%q has %d characters", text, len(text))
		}
		got, err := ident.Parse(text)
		if err != nil || got != id {
			t.Fatalf("%q was read as %v, %v", text, got, err)
		}
	})
}

func TestMalformedTextsAreRefused(t *testing.T) {
	t.Parallel()
	good := ident.Name(3, ident.Payment, "c", "", "r").String()
	for _, text := range []string{"", good[:27], good + "0", "I" + good[1:], good[:27] + "l", "00" + "8" + good[3:],
		"00ZZZZZZZZZZZZZZZZZZZZZZZZZZ"} {
		if id, err := ident.Parse(text); err == nil {
			t.Errorf("%q was read as %v", text, id)
		}
	}
}

func TestPartsOfANameDoNotRunTogether(t *testing.T) {
	t.Parallel()
	names := [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"abc", ""}, {"", "abc"}, {"ab", "", "c"}}
	seen := map[ident.Digest][]string{}
	for _, parts := range names {
		d := ident.DigestOf(ident.Payment, parts...)
		if other, ok := seen[d]; ok {
			t.Errorf("%q and %q have one digest", parts, other)
		}
		seen[d] = parts
	}
	if ident.DigestOf(ident.Payment, "x") == ident.DigestOf(ident.Refund, "x") {
		t.Error("two kinds share a name")
	}
}

// A change of this text would make every stored name unfindable.
func TestDigestNeverChanges(t *testing.T) {
	t.Parallel()
	got := ident.Name(5, ident.Payment, "SHOP_1", "", "p-0001").String()
	if want := "054908CZN371V9MHVGNS467ZF17F"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestLaneKeysFillShardsEvenly(t *testing.T) {
	t.Parallel()
	for _, shards := range []uint64{16, 32, 64, 128} {
		for lanes := shards; lanes <= ident.LanesMax; lanes *= 2 {
			counts := make([]int, shards)
			for l := range lanes {
				token := uint64(ident.HashInt8(ident.Lane(l).Key()) + (1 << 31))
				counts[token*shards>>32]++
			}
			for shard, n := range counts {
				if uint64(n) != lanes/shards {
					t.Fatalf("%d lanes over %d shards: shard %d has %d", lanes, shards, shard, n)
				}
			}
		}
	}
}

func TestLaneKeysAreDistinctPositiveAndFoundAgain(t *testing.T) {
	t.Parallel()
	seen := map[int64]bool{}
	for l := range ident.Lane(ident.LanesMax) {
		key := l.Key()
		if key <= 0 || seen[key] {
			t.Fatalf("lane %d has key %d", l, key)
		}
		seen[key] = true
		if got, ok := ident.LaneOf(key); !ok || got != l {
			t.Fatalf("key %d is lane %d, found %d %v", key, l, got, ok)
		}
	}
	if _, ok := ident.LaneOf(1); ok {
		t.Fatal("1 is no lane key")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ident.Name(0, ident.Payment, "a").String())
	f.Add("00ZZZZZZZZZZZZZZZZZZZZZZZZZZ")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ident.Parse(text)
		if err == nil && id.String() != text {
			t.Fatalf("%q is printed as %q", text, id.String())
		}
	})
}
