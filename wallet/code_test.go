// SPDX-License-Identifier: Apache-2.0

package wallet_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

func TestMintedCodeIsTheOneThatItsEntropyMakes(t *testing.T) {
	t.Parallel()
	all := [16]byte{}
	for i := range all {
		all[i] = 0xff
	}
	for _, c := range []struct {
		routing int
		entropy [16]byte
		want    string
	}{
		{1, [16]byte{}, "281001" + "000000000000000000"},
		{10, [16]byte{15: 1}, "281010" + "000000000000000001"},
		{999, [16]byte{7: 1}, "281999" + "446744073709551616"}, // 2^64 mod 10^18
		{22, all, "281022" + "374607431768211455"},             // 2^128 - 1 mod 10^18
	} {
		if got := wallet.MintCode(c.routing, c.entropy); got != c.want {
			t.Errorf("%d, %x: %s, not %s", c.routing, c.entropy, got, c.want)
		}
	}
}

func TestMintedCodeIsRoutedToItsWallet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entropy := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "entropy"))
		routing := rapid.IntRange(1, 999).Draw(t, "routing")
		code := wallet.MintCode(routing, entropy)
		if normal, err := wallet.NormalCode(code); err != nil || normal != code || len(code) != 24 {
			t.Fatalf("%s: %q, %v", code, normal, err)
		}
		line := wallet.Route{ID: "own", Prefix: code[:6], LengthMin: 24, LengthMax: 24, Wallet: "own"}
		if got, err := wallet.Candidates([]wallet.Route{line}, code, noon); err != nil || got[0] != "own" {
			t.Fatalf("%s: %v, %v", code, got, err)
		}
		want := new(big.Int).Mod(new(big.Int).SetBytes(entropy[:]), big.NewInt(1_000_000_000_000_000_000)).String()
		if strings.TrimLeft(code[6:], "0") != strings.TrimLeft(want, "0") {
			t.Fatalf("%x makes %s, not %s", entropy, code, want)
		}
	})
}

// Every digit at every place comes up about as often: chi-squared over ten digits, 18 places, 20,000 codes of fixed entropy.
func TestMintedDigitsAreEven(t *testing.T) {
	t.Parallel()
	const codes = 20_000
	var counts [18][10]int
	for i := range codes {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		for place, digit := range wallet.MintCode(1, [16]byte(sum[:16]))[6:] {
			counts[place][digit-'0']++
		}
	}
	for place, row := range counts {
		squares := 0
		for _, n := range row {
			squares += (n - codes/10) * (n - codes/10)
		}
		// 33.7 is passed by one place in ten thousand of an even source with nine degrees of freedom.
		if squares*10 > 337*codes/10 {
			t.Errorf("the digits at place %d come up %v times", place+7, row)
		}
	}
}

func TestCodeIsMintedForAWalletWithARoutingNumber(t *testing.T) {
	t.Parallel()
	for _, routing := range []int{-1, 0, 1000} {
		func() {
			defer func() {
				if _, ok := recover().(invariant.Violation); !ok {
					t.Errorf("a code is minted for %d", routing)
				}
			}()
			wallet.MintCode(routing, [16]byte{})
		}()
	}
}
