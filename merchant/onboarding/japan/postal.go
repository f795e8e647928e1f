// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodePostal is the code of a text that is no postal code.
const CodePostal fault.Code = "postal_code_malformed"

// PostalCode is seven digits. The zero PostalCode is none.
type PostalCode string

// ParsePostalCode reads a postal code in either width, with or without 〒 and hyphen.
//
// Errors: Invalid postal_code_malformed.
func ParsePostalCode(text string) (PostalCode, error) {
	if len(text) <= textMax {
		text = strings.TrimSpace(norm.NFKC.String(text))
		for _, mark := range []string{"〒", "〶"} {
			text = strings.TrimPrefix(text, mark)
		}
		if number, ok := digits(text); ok && len(number) == 7 {
			return PostalCode(number), nil
		}
	}
	return "", malformed("ParsePostalCode", CodePostal, "postal code must be 7 digits")
}

// String is the code as people write it: 100-0001.
func (p PostalCode) String() string {
	if len(p) != 7 {
		return string(p)
	}
	return string(p[:3] + "-" + p[3:])
}

// Prefectures are the prefectures in which the code's area can lie, ascending; none when no area has such a code.
// Mostly it is one; an area at a border has two or three.
func (p PostalCode) Prefectures() []int {
	if len(p) != 7 {
		return nil
	}
	prefix := 0
	for i := range 3 {
		if p[i] < '0' || p[i] > '9' {
			return nil
		}
		prefix = prefix*10 + int(p[i]-'0')
	}
	i, found := slices.BinarySearchFunc(areas[:], prefix, func(a area, prefix int) int {
		switch {
		case a.last < prefix:
			return -1
		case a.first > prefix:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return slices.Clone(areas[i].prefectures)
}
