// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"strconv"
	"unicode/utf8"
)

// class is the set of characters that a value may hold.
type class uint8

const (
	anyText   class = iota // S of the specification: any character of Unicode
	printable              // ans: ASCII from the space to the tilde
	digits                 // N
	capitals               // A to Z
	letters                // A to Z and a to z
)

var classNames = [...]string{"characters", "printable characters of ASCII", "digits", "capital letters", "letters"}

// checkText says what is wrong with a value of at most so many characters, or nothing.
func checkText(value string, allowed class, lengthMax int) string {
	if utf8.RuneCountInString(value) > lengthMax {
		return "must have at most " + strconv.Itoa(lengthMax) + " " + classNames[allowed]
	}
	if !allowed.holds(value) {
		return "must be " + classNames[allowed]
	}
	return ""
}

// checkExact says what is wrong with a value of exactly so many characters, or nothing.
func checkExact(value string, allowed class, length int) string {
	if utf8.RuneCountInString(value) != length || !allowed.holds(value) {
		return "must be " + strconv.Itoa(length) + " " + classNames[allowed]
	}
	return ""
}

// holds reports whether every character belongs to the class.
func (c class) holds(value string) bool {
	if c == anyText {
		return true
	}
	for i := range len(value) {
		b := value[i]
		capital, small := b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z'
		switch {
		case c == printable && b >= 0x20 && b <= 0x7E:
		case c == digits && b >= '0' && b <= '9':
		case c == capitals && capital:
		case c == letters && (capital || small):
		default:
			return false
		}
	}
	return true
}

// The objects whose identifiers the rules name.
const (
	idFormat     ID = 0
	idInitiation ID = 1
	idAccounts   ID = 2 // 02 to 51
	idTemplates  ID = 26
	idCategory   ID = 52
	idCurrency   ID = 53
	idAmount     ID = 54
	idTip        ID = 55
	idFee        ID = 56
	idPercent    ID = 57
	idCountry    ID = 58
	idName       ID = 59
	idCity       ID = 60
	idPostal     ID = 61
	idAdditional ID = 62
	idChecksum   ID = 63
	idLanguage   ID = 64
	idReserved   ID = 65 // 65 to 79
	idUnreserved ID = 80 // 80 to 99

	idRequest         ID = 9  // 62.09
	idTaxID           ID = 10 // 62.10
	idChannel         ID = 11 // 62.11
	idMoreReserved    ID = 12 // 62.12 to 62.49
	idSystems         ID = 50 // 62.50 to 62.99
	idPreference      ID = 0  // 64.00
	idOtherName       ID = 1  // 64.01
	idOtherCity       ID = 2  // 64.02
	idReservedForText ID = 3  // 64.03 to 64.99
)

// formatVersion is the value of 00, and with it the beginning of every merchant-presented code.
const formatVersion = "01"

// The rank of an object is the place of its kind in Encode's own order: objects that stand in one slice share one.
func rootRank(id ID) ID {
	switch {
	case id >= idUnreserved:
		return idUnreserved
	case id >= idReserved:
		return idReserved
	case id >= idAccounts && id < idCategory:
		return idAccounts
	}
	return id
}

func additionalRank(id ID) ID {
	switch {
	case id >= idSystems:
		return idSystems
	case id >= idMoreReserved:
		return idMoreReserved
	}
	return id
}

func languageRank(id ID) ID { return min(id, idReservedForText) }

// ranks tells whether the objects of a level came in Encode's order. Most do, so that nothing is kept of them.
type ranks struct {
	last  ID
	mixed bool
}

func (r *ranks) add(rank ID) {
	r.mixed = r.mixed || rank < r.last
	r.last = rank
}

// checkRequest says what is wrong with a request for data about the consumer, or nothing.
func checkRequest(value string) string {
	asked := 0
	for i := range len(value) {
		bit := 0
		switch value[i] {
		case 'A':
			bit = 1
		case 'M':
			bit = 2
		case 'E':
			bit = 4
		}
		if bit == 0 || asked&bit != 0 {
			return "must be the letters A, M and E, each at most once"
		}
		asked |= bit
	}
	return ""
}
