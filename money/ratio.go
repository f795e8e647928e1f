// SPDX-License-Identifier: Apache-2.0

package money

import (
	"cmp"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Ratio is an exact fraction, zero or positive, in lowest terms. The zero Ratio is not a number: Valid is
// false, and arithmetic with it is a programmer's error.
type Ratio struct {
	num, den int64
}

// One is the ratio that changes nothing.
var One = Ratio{num: 1, den: 1}

// RatioOf is num ÷ den in lowest terms.
//
// Errors: Invalid ratio_malformed when num is negative or den is not positive.
func RatioOf(num, den int64) (Ratio, error) {
	if num < 0 || den <= 0 {
		return Ratio{}, &fault.Error{Op: "money.RatioOf", Kind: fault.Invalid, Code: CodeRatioMalformed,
			Detail: "a ratio needs a numerator of at least 0 and a denominator above 0"}
	}
	g := gcd(num, den)
	return Ratio{num: num / g, den: den / g}, nil
}

// BasisPoints is n hundredths of a per cent: 198 is 1.98 %.
//
// Invariant: n is not negative.
func BasisPoints(n int64) Ratio {
	r, err := RatioOf(n, 10_000)
	invariant.Check(err == nil, "money: %d basis points", n)
	return r
}

// ParseRatio reads a plain decimal number ("0.0512", "7") exactly: no sign, no exponent, at most 18 digits,
// of which at most 18 after the point. Zeros in front, and at the end of the decimals, do not count.
//
// Errors: Invalid ratio_malformed, ratio_out_of_range.
func ParseRatio(text string) (Ratio, error) {
	whole, fraction, point := strings.Cut(text, ".")
	if !plainDigits(whole) || (point && !plainDigits(fraction)) {
		return Ratio{}, &fault.Error{Op: "money.ParseRatio", Kind: fault.Invalid, Code: CodeRatioMalformed,
			Detail: "a rate must be a plain decimal number"}
	}
	fraction = strings.TrimRight(fraction, "0")
	digits := strings.TrimLeft(whole+fraction, "0")
	if len(digits) > 18 || len(fraction) > 18 {
		return Ratio{}, &fault.Error{Op: "money.ParseRatio", Kind: fault.Invalid, Code: CodeRatioRange,
			Detail: "a rate may have at most 18 digits"}
	}
	num, _ := strconv.ParseInt("0"+digits, 10, 64) // at most 18 digits: cannot fail
	return RatioOf(num, pow10(len(fraction)))
}

// Valid reports whether r was made by one of the constructors.
func (r Ratio) Valid() bool { return r.den > 0 }

// IsZero reports whether r is nothing.
func (r Ratio) IsZero() bool { return r.num == 0 }

// Terms are the numerator and the denominator in lowest terms.
func (r Ratio) Terms() (num, den int64) { return r.num, r.den }

// Mul is r × s, exactly.
//
// Invariant: both are set.
// Errors: Invalid ratio_out_of_range when the product in lowest terms does not fit 63 bits.
func (r Ratio) Mul(s Ratio) (Ratio, error) {
	invariant.Check(r.Valid() && s.Valid(), "money: product of a ratio that was never set")
	g, h := gcd(r.num, s.den), gcd(s.num, r.den)
	num, okNum := mul63(r.num/g, s.num/h)
	den, okDen := mul63(r.den/h, s.den/g)
	if !okNum || !okDen {
		return Ratio{}, &fault.Error{Op: "money.Mul", Kind: fault.Invalid, Code: CodeRatioRange,
			Detail: "the rate has too many digits"}
	}
	return Ratio{num: num, den: den}, nil
}

// Inverse is 1 ÷ r.
//
// Invariant: r is set.
// Errors: Invalid ratio_out_of_range for zero.
func (r Ratio) Inverse() (Ratio, error) {
	invariant.Check(r.Valid(), "money: inverse of a ratio that was never set")
	if r.num == 0 {
		return Ratio{}, &fault.Error{Op: "money.Inverse", Kind: fault.Invalid, Code: CodeRatioRange,
			Detail: "zero has no inverse"}
	}
	return Ratio{num: r.den, den: r.num}, nil
}

// Compare is −1, 0 or +1 as r is less than, equal to or more than s.
//
// Invariant: both are set.
func (r Ratio) Compare(s Ratio) int {
	invariant.Check(r.Valid() && s.Valid(), "money: comparing a ratio that was never set")
	leftHigh, leftLow := bits.Mul64(uint64(r.num), uint64(s.den))
	rightHigh, rightLow := bits.Mul64(uint64(s.num), uint64(r.den))
	if leftHigh != rightHigh {
		return cmp.Compare(leftHigh, rightHigh)
	}
	return cmp.Compare(leftLow, rightLow)
}

// Decimal writes r with exactly so many decimals, rounded once. It is for people and wires; books keep the
// terms.
//
// Invariant: r is set, 0 ≤ places ≤ 18 and m is named.
func (r Ratio) Decimal(places int, m Rounding) string {
	invariant.Check(r.Valid() && places >= 0 && places <= 18, "money: a ratio in %d decimals", places)
	if places == 0 {
		whole, _ := mulDiv(r.num, 1, r.den, m) // at most num: always fits
		return strconv.FormatInt(whole, 10)
	}
	// Shifted as one number a large ratio would not fit; whole and fraction apart always do.
	whole, rest, one := r.num/r.den, r.num%r.den, pow10(places)
	fraction, _ := mulDiv(rest, one, r.den, m)
	if fraction == one {
		whole, fraction = whole+1, 0
	}
	digits := strconv.FormatInt(fraction, 10)
	return strconv.FormatInt(whole, 10) + "." + strings.Repeat("0", places-len(digits)) + digits
}

// String is the fraction: "16/3125".
func (r Ratio) String() string {
	return strconv.FormatInt(r.num, 10) + "/" + strconv.FormatInt(r.den, 10)
}

// mulDiv is a × num ÷ den with one rounding; ok is false when the result does not fit 63 bits.
func mulDiv(a, num, den int64, m Rounding) (result int64, ok bool) {
	if !m.Valid() {
		invariant.Unreachable("money: arithmetic without a named rounding")
	}
	if a < 0 || num < 0 || den <= 0 {
		invariant.Unreachable("money: %d × %d ÷ %d", a, num, den)
	}
	high, low := bits.Mul64(uint64(a), uint64(num))
	if high >= uint64(den) {
		return 0, false
	}
	quotient, remainder := bits.Div64(high, low, uint64(den))
	if quotient > math.MaxInt64 {
		return 0, false
	}
	if roundsUp(quotient, remainder, uint64(den), m) {
		quotient++ // cannot wrap: 2⁶³ is still an uint64
	}
	return int64(quotient), quotient <= math.MaxInt64
}

// roundsUp reports whether remainder ÷ den, which is below one, takes quotient to its upper neighbour.
func roundsUp(quotient, remainder, den uint64, m Rounding) bool {
	if remainder == 0 {
		return false
	}
	rest := den - remainder // comparing with the rest instead of one half needs no doubling, so nothing overflows
	switch m {
	case HalfEven:
		return remainder > rest || (remainder == rest && quotient&1 == 1)
	case HalfUp:
		return remainder >= rest
	case Up:
		return true
	}
	return false // Down
}

func mul63(a, b int64) (int64, bool) {
	high, low := bits.Mul64(uint64(a), uint64(b))
	return int64(low), high == 0 && low <= math.MaxInt64
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
