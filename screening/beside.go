// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"slices"
	"strings"
)

// What is known beside the name lifts or lowers the name's score, in ten-thousandths. What one side doesn't know counts
// nothing: no default invents a fact.
const (
	birthSame     = 500
	birthFits     = 200    // as far as both are known: a year against a day of that year
	birthNear     = -200   // day and month swapped, or one year off: how registers differ
	birthOther    = -1_200 // two people
	countrySame   = 200
	countryOther  = -400
	kindOther     = -400   // a person against a company: shops bear their owners' names
	thingOther    = -1_500 // a ship, an aircraft, a wallet address: no merchant
	liftMax       = birthSame + countrySame
	identified    = 9_900 // a shared identifier with a name that comes near
	nearEnough    = 5_000 // how near
	identifiedMin = 8_600 // a shared identifier under a wholly other name: somebody must look
)

// besideName is what counted beside the names.
type besideName struct {
	lift       int
	identifier bool
	agrees     bool // an identifier or a date of birth agrees: enough to block where a single word is the same
	reasons    []string
}

// on is the score of a name with all that is known beside it.
func (b *besideName) on(score int, limits Thresholds) int {
	lifted := max(0, min(full, score+b.lift))
	switch {
	case b.identifier && score >= nearEnough:
		return max(lifted, identified)
	case b.identifier:
		return max(lifted, identifiedMin, limits.Review)
	}
	return lifted
}

func (b *besideName) add(lift int, reason string) {
	b.lift += lift
	b.reasons = append(b.reasons, reason)
}

func besides(s *Subject, e *Entry) besideName {
	var b besideName
	for _, identifier := range s.Identifiers {
		key := identifierKey(identifier)
		if key != "" && slices.ContainsFunc(e.Identifiers, sameIdentifier(key)) {
			b.identifier, b.agrees = true, true
			b.reasons = append(b.reasons, "an identifier is the same")
			break
		}
	}
	if len(s.Births) > 0 && len(e.Births) > 0 {
		b.birth(s.Births, e.Births)
	}
	if len(s.Countries) > 0 && len(e.Countries) > 0 {
		shared := func(c string) bool { return slices.ContainsFunc(e.Countries, sameCountry(c)) }
		if slices.ContainsFunc(s.Countries, shared) {
			b.add(countrySame, "a country is the same")
		} else {
			b.add(countryOther, "no country is the same")
		}
	}
	switch entryKind(e.Schema) {
	case Anything:
		b.add(thingOther, "the entry is neither a person nor a company but "+e.Schema)
	case Person:
		if s.Kind == Company {
			b.add(kindOther, "the entry is a person, the subject a company")
		}
	case Company:
		if s.Kind == Person {
			b.add(kindOther, "the entry is a company, the subject a person")
		}
	}
	return b
}

func sameIdentifier(key string) func(string) bool {
	return func(other string) bool { return identifierKey(other) == key }
}

func sameCountry(country string) func(string) bool {
	return func(other string) bool { return strings.EqualFold(country, other) }
}

// entryKind is Anything for what can't be a merchant at all. Schemas we don't know are taken for companies: they may
// be.
//
// Source: FollowTheMoney, the schemata of targets.
func entryKind(schema string) Kind {
	switch schema {
	case "Person":
		return Person
	case "Vessel", "Airplane", "Vehicle", "CryptoWallet", "Security", "Address", "Position":
		return Anything
	}
	return Company
}

func (b *besideName) birth(ours, theirs []string) {
	best := birthOther
	for _, one := range ours {
		for _, two := range theirs {
			best = max(best, birthLift(one, two))
		}
	}
	b.agrees = b.agrees || best > 0
	b.add(best, map[int]string{birthSame: "the date of birth is the same",
		birthFits: "the date of birth fits as far as it is known", birthNear: "the date of birth is nearly the same",
		birthOther: "the date of birth is another"}[best])
}

func birthLift(a, b string) int {
	short := min(len(a), len(b))
	switch {
	case a == b && len(a) == len("1970-01-31"):
		return birthSame
	case short >= 4 && a[:short] == b[:short]:
		return birthFits
	case swapped(a) == b && b != "" || yearOff(a, b):
		return birthNear
	}
	return birthOther
}

// swapped is a date with day and month in each other's place, or empty.
func swapped(date string) string {
	if len(date) != len("1970-01-31") {
		return ""
	}
	return date[:5] + date[8:] + "-" + date[5:7]
}

// yearOff reports whether two dates are the same day of neighbouring years, or two bare years are neighbours.
func yearOff(a, b string) bool {
	if len(a) < 4 || len(b) < 4 || a[4:] != b[4:] {
		return false
	}
	one, ok1 := yearOf(a)
	two, ok2 := yearOf(b)
	return ok1 && ok2 && (one-two == 1 || two-one == 1)
}

func yearOf(date string) (int, bool) {
	year := 0
	for _, digit := range date[:4] {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		year = year*10 + int(digit-'0')
	}
	return year, true
}
