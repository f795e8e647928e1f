// SPDX-License-Identifier: Apache-2.0

package jpqr

import (
	"fmt"
	"io"

	"github.com/kakehashi-pay/kakehashi/qr"
)

// Payer is what a payer-presented code of the profile says. It hides itself wherever it is printed: the number spends
// money.
//
// That both are digits of ASCII rests on one library that is not the council's.
type Payer struct {
	Provider string // the code of the provider that issued it, 5 to 16 digits; it has no fixed length
	Number   string // the payer's number at the provider, at most 19 digits
	// More are the other objects of the application, in order: the provider's own.
	More []qr.Element
}

// Format hides the payer.
func (p Payer) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[jpqr payer]") }

// Code is the payer as a code to show.
//
// Errors: those of ReadPayer, and of qr.PayerCode.Encode.
func (p Payer) Code() (qr.PayerCode, error) {
	objects := []qr.Element{{Tag: qr.TagAID, Value: p.Provider}, {Tag: qr.TagTrack2, Value: p.Number}}
	data, err := qr.NewDataSet(append(objects, p.More...)...)
	if err != nil {
		return qr.PayerCode{}, err
	}
	code := qr.PayerCode{Indicator: qr.JPQR, Applications: []qr.DataSet{data}}
	if _, err := ReadPayer(code); err != nil {
		return qr.PayerCode{}, err
	}
	if _, err := code.Encode(); err != nil {
		return qr.PayerCode{}, err
	}
	return code, nil
}

// The bounds of a payer's parts: those that EMVCo sets the objects in which they stand.
const (
	providerMin, providerMax = 5, 16
	numberMax                = 19
)

// ReadPayer says which provider issued a payer-presented code, and for which number. It looks at the first application.
//
// Errors: Invalid jpqr_provider_malformed also for a code that is not of the profile, jpqr_number_malformed.
func ReadPayer(code qr.PayerCode) (Payer, error) {
	const op = "jpqr.ReadPayer"
	if code.Indicator != qr.JPQR || len(code.Applications) == 0 {
		return Payer{}, refuse(op, CodeProviderMalformed, qr.TagFormat.String(), "must be JPQR1")
	}
	var p Payer
	for _, e := range code.Applications[0].Elements() {
		switch e.Tag {
		case qr.TagAID:
			p.Provider = e.Value
		case qr.TagTrack2:
			p.Number = e.Value
		default:
			p.More = append(p.More, e)
		}
	}
	if len(p.Provider) < providerMin || len(p.Provider) > providerMax || !digitsOnly(p.Provider) {
		return Payer{}, refuse(op, CodeProviderMalformed, "61.4F", "must be the 5 to 16 digits of a provider")
	}
	if len(p.Number) > numberMax || !digitsOnly(p.Number) {
		return Payer{}, refuse(op, CodeNumberMalformed, "61.57", "must be the 1 to 19 digits of a payer's code")
	}
	return p, nil
}
