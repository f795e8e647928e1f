// SPDX-License-Identifier: Apache-2.0

package money

// Rounding names what happens to the part of a result that is smaller than one minor unit. There is no
// default: the zero value is refused, so that no arithmetic can forget to say.
type Rounding uint8

// The roundings. All amounts that are rounded here are zero or positive.
const (
	_        Rounding = iota
	HalfEven          // to the nearest, ties to the even neighbour ("banker's rounding")
	HalfUp            // to the nearest, ties upwards
	Down              // towards zero: Japanese commercial custom for tax and fees
	Up                // away from zero
)

var roundingNames = [...]string{"", "half_even", "half_up", "down", "up"}

// String is the rounding's name in configuration and contracts.
func (r Rounding) String() string {
	if r.Valid() {
		return roundingNames[r]
	}
	return "invalid"
}

// Valid reports whether r is one of the named roundings.
func (r Rounding) Valid() bool { return r >= HalfEven && r <= Up }

// ParseRounding reads the name of a rounding; ok is false for any other text.
func ParseRounding(name string) (r Rounding, ok bool) {
	for i := HalfEven; i <= Up; i++ {
		if roundingNames[i] == name {
			return i, true
		}
	}
	return 0, false
}
