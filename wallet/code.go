// SPDX-License-Identifier: Apache-2.0

package wallet

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

// The parts of a payment code that the network mints for a wallet: 28, agreement 1, three digits that name the wallet, and
// 18 digits that nobody can guess.
//
// Source: reference/alipay-wire-api.md 3.7, CGCP code; reference/japan.md 2.1.
const (
	mintedPrefix    = "28"
	mintedAgreement = "1"
	routingDigits   = 3
	routingMax      = 999
	uniqueDigits    = 18
	uniqueCount     = 1_000_000_000_000_000_000 // 10^18
)

// MintCode is the payment code of 24 digits that entropy makes for the wallet with a routing number: 28 1 rrr and 18 digits.
//
// The 18 digits are entropy, as one number of 128 bits, modulo 10^18. So each value has a probability that is off 10^-18 by
// less than one part in 10^20: no number of codes that will ever be shown tells them from uniform ones.
//
// Invariant: routing is 1 to 999, and entropy is fresh and uniformly random. The code is a bearer token: nothing keeps,
// logs or prints it.
func MintCode(routing int, entropy [16]byte) string {
	invariant.Check(routing >= 1 && routing <= routingMax, "wallet: routing number %d", routing)
	high, low := binary.BigEndian.Uint64(entropy[:8]), binary.BigEndian.Uint64(entropy[8:])
	unique := bits.Rem64(high, low, uniqueCount)
	return mintedPrefix + mintedAgreement + digits(uint64(routing), routingDigits) + digits(unique, uniqueDigits)
}

// digits is a number in decimal with zeros before it.
func digits(number uint64, width int) string {
	text := strconv.FormatUint(number, 10)
	return strings.Repeat("0", width-len(text)) + text
}
