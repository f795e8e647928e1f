// SPDX-License-Identifier: Apache-2.0

package signin

// What tests in the other package look at.
var (
	CodeAt           = codeAt
	StepOf           = stepOf
	MatchCode        = matchCode
	AuthenticatorURL = authenticatorURL
	Words            = words
	Network          = network
)

// ParsePHC reads and writes a hash.
func ParsePHC(text string) (string, error) {
	p, err := parsePHC(text)
	return p.String(), err
}

// Occupy takes a seat of the hasher until free is called.
func (h *Hasher) Occupy() (free func()) {
	h.seats <- struct{}{}
	return func() { <-h.seats }
}
