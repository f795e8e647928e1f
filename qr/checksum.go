// SPDX-License-Identifier: Apache-2.0

package qr

// Checksum is CRC-16/CCITT-FALSE over the bytes of a text: polynomial 0x1021, initial value 0xFFFF, nothing
// reflected and nothing inverted. A merchant-presented code ends in it, over everything before its four digits.
//
// Source: ISO/IEC 13239; reference/japan.md 1.7.
func Checksum(text string) uint16 {
	sum := uint16(0xFFFF)
	for ; len(text) >= 4; text = text[4:] {
		// Four tables side by side do not wait for one another as four steps through one table would.
		first := sum ^ (uint16(text[0])<<8 | uint16(text[1]))
		sum = remainders[3][first>>8] ^ remainders[2][first&0xFF] ^ remainders[1][text[2]] ^ remainders[0][text[3]]
	}
	for i := range len(text) {
		sum = sum<<8 ^ remainders[0][byte(sum>>8)^text[i]]
	}
	return sum
}

const polynomial = 0x1021

// remainders holds, for n from 0 to 3, what each byte leaves when n bytes of zero follow it.
var remainders = remaindersOf(polynomial)

func remaindersOf(polynomial uint16) (table [4][256]uint16) {
	for b := range 256 {
		sum := uint16(b) << 8
		for range 8 {
			carried := sum&0x8000 != 0
			sum <<= 1
			if carried {
				sum ^= polynomial
			}
		}
		table[0][b] = sum
	}
	for b := range 256 {
		for n := 1; n < len(table); n++ {
			before := table[n-1][b]
			table[n][b] = before<<8 ^ table[0][before>>8]
		}
	}
	return table
}

// appendChecksum writes a checksum as codes have it: four hexadecimal digits, upper case, with leading zeros.
func appendChecksum(text []byte, sum uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(text, digits[sum>>12], digits[sum>>8&0xF], digits[sum>>4&0xF], digits[sum&0xF])
}

// parseChecksum reads four hexadecimal digits of either case.
func parseChecksum(text string) (sum uint16, ok bool) {
	if len(text) != 4 {
		return 0, false
	}
	for i := range len(text) {
		digit := text[i]
		switch {
		case digit >= '0' && digit <= '9':
			digit -= '0'
		case digit >= 'A' && digit <= 'F':
			digit -= 'A' - 10
		case digit >= 'a' && digit <= 'f':
			digit -= 'a' - 10
		default:
			return 0, false
		}
		sum = sum<<4 | uint16(digit)
	}
	return sum, true
}
