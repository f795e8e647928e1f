// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// DecodePayer reads the Base64 text of a payer-presented code, by the rules of EMVCo or of JPQR.
//
// It accepts Base64 without padding or in the alphabet for addresses, and objects that the specification does not
// name, at every level. Everything else that breaks a rule is refused.
//
// Errors: Invalid qr_too_long, qr_base64_malformed, qr_malformed, qr_object_missing, qr_object_repeated,
// qr_object_misplaced, qr_object_malformed. The subject is the path of tags ("61.57"), the sentence says at which
// byte the tag stands. No error holds a value: the code is a bearer token.
func DecodePayer(text string) (PayerCode, error) { return decodePayer("qr.DecodePayer", text) }

func decodePayer(op, text string) (PayerCode, error) {
	var room [CharactersMax]byte
	data, err := decodeBase64(op, text, room[:])
	if err != nil {
		return PayerCode{}, err
	}
	d := payerDecoder{op: op, data: string(data)}
	var order ranks
	var came []byte
	for at := 0; at < len(d.data); {
		o, err := d.next("", at, len(d.data))
		if err != nil {
			return PayerCode{}, err
		}
		if o.at == 0 || o.tag == TagFormat {
			err = d.readIndicator(o)
		} else {
			order.add(payerRank(o.tag))
			came = append(came, byte(payerRank(o.tag)))
			err = d.readRoot(o)
		}
		if err != nil {
			return PayerCode{}, err
		}
		at = o.to
	}
	switch {
	case d.code.Indicator == 0:
		return PayerCode{}, refuseByte(op, CodeObjectMissing, TagFormat.String(), 0, "is missing: it must come first")
	case len(d.code.Applications) == 0:
		return PayerCode{}, refuseByte(op, CodeObjectMissing, TagApplication.String(), len(d.data), "is missing")
	}
	if order.mixed {
		d.code.order = string(came)
	}
	return d.code, nil
}

// decodeBase64 reads Base64 with or without padding, in either alphabet but not in both at once.
func decodeBase64(op, text string, room []byte) ([]byte, error) {
	if len(text) > CharactersMax {
		return nil, refuseText(op, CodeTooLong, CharactersMax, "must end: it may have no more characters")
	}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' { // the library would skip them
			return nil, refuseText(op, CodeBase64Malformed, i, "must be Base64")
		}
	}
	alphabet := base64.StdEncoding
	if strings.ContainsAny(text, "-_") {
		alphabet = base64.URLEncoding
	}
	if len(text)%4 != 0 {
		alphabet = alphabet.WithPadding(base64.NoPadding)
	}
	n, err := alphabet.Strict().Decode(room, []byte(text))
	if err != nil {
		at := len(text)
		if corrupt := base64.CorruptInputError(0); errors.As(err, &corrupt) {
			at = min(int(corrupt), at)
		}
		return nil, refuseText(op, CodeBase64Malformed, at, "must be Base64")
	}
	return room[:n], nil
}

// refuseText is the error about the Base64 itself.
func refuseText(op string, code fault.Code, at int, what string) error {
	return source{op: op, text: strings.Repeat(" ", at)}.refuse(code, "?", at, what)
}

// payerDecoder reads the bytes of one code.
type payerDecoder struct {
	op   string
	data string
	code PayerCode
}

func (d *payerDecoder) next(path string, at, end int) (block, error) {
	o, what := nextElement(d.data, at, end)
	if what == "" {
		return o, nil
	}
	name := "?"
	if o.tag != 0 {
		name = o.tag.String()
	}
	return o, refuseByte(d.op, CodeMalformed, under(path, name), at, what)
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func payerRank(tag Tag) ID {
	switch tag {
	case TagApplication:
		return 1
	case TagCommon:
		return 2
	}
	return 3
}

func (d *payerDecoder) readIndicator(o block) error {
	switch {
	case o.tag != TagFormat:
		return refuseByte(d.op, CodeObjectMissing, TagFormat.String(), 0, "is missing: it must come first")
	case d.code.Indicator != 0:
		return refuseByte(d.op, CodeObjectRepeated, TagFormat.String(), o.at, "stands a second time")
	}
	switch d.data[o.from:o.to] {
	case EMV.String():
		d.code.Indicator = EMV
	case JPQR.String():
		d.code.Indicator = JPQR
	default:
		return refuseByte(d.op, CodeObjectMalformed, TagFormat.String(), o.at, "must be CPV01 or JPQR1")
	}
	return nil
}

// readRoot takes one object of the root into the code. Only applications may come more than once.
func (d *payerDecoder) readRoot(o block) error {
	value := d.data[o.from:o.to]
	switch o.tag {
	case TagApplication:
		d.code.Applications = append(d.code.Applications, DataSet(value))
		return d.checkTemplate(o, TagAID)
	case TagCommon:
		if d.code.Common != "" {
			return refuseByte(d.op, CodeObjectRepeated, o.tag.String(), o.at, "stands a second time")
		}
		d.code.Common = DataSet(value)
		return d.checkTemplate(o, 0)
	case TagApplicationTransparent, TagCommonTransparent:
		return refuseByte(d.op, CodeObjectMisplaced, o.tag.String(), o.at, whatPlace)
	}
	for _, other := range d.code.Others {
		if other.Tag == o.tag {
			return refuseByte(d.op, CodeObjectRepeated, o.tag.String(), o.at, "stands a second time")
		}
	}
	d.code.Others = append(d.code.Others, Element{o.tag, value})
	if what := checkElement(o.tag, value, d.code.Indicator); what != "" {
		return refuseByte(d.op, CodeObjectMalformed, o.tag.String(), o.at, what)
	}
	return nil
}

const whatPlace = "must stand where the specification has it: 63 in 61, 64 in 62, 61 and 62 in the root"

// checkTemplate holds the rules of an application, of the common data and of the transparent template in either.
func (d *payerDecoder) checkTemplate(o block, mandatory Tag) error {
	path := o.tag.String()
	if o.from == o.to {
		return refuseByte(d.op, CodeObjectMalformed, path, o.at, "must not be empty")
	}
	inside := TagApplicationTransparent
	if o.tag == TagCommon {
		inside = TagCommonTransparent
	}
	met := mandatory == 0
	for at := o.from; at < o.to; {
		inner, err := d.next(path, at, o.to)
		if err != nil {
			return err
		}
		if err := d.checkInner(path, o, inner, inside); err != nil {
			return err
		}
		met = met || inner.tag == mandatory
		if inner.tag == inside {
			if err := d.checkTransparent(path, inner); err != nil {
				return err
			}
		}
		at = inner.to
	}
	if !met {
		return refuseByte(d.op, CodeObjectMissing, under(path, mandatory.String()), o.to, "is missing")
	}
	return nil
}

// checkTransparent holds the rules of a template inside a template: no further one is looked into.
func (d *payerDecoder) checkTransparent(path string, o block) error {
	path = under(path, o.tag.String())
	for at := o.from; at < o.to; {
		inner, err := d.next(path, at, o.to)
		if err != nil {
			return err
		}
		if err := d.checkInner(path, o, inner, 0); err != nil {
			return err
		}
		at = inner.to
	}
	return nil
}

// checkInner holds what is true of every object inside a template: its place, its value, and that it is the only
// one of its tag. Templates are small, so looking back is cheaper than remembering.
func (d *payerDecoder) checkInner(path string, parent, o block, inside Tag) error {
	switch o.tag {
	case TagFormat, TagApplication, TagCommon, TagApplicationTransparent, TagCommonTransparent:
		if o.tag != inside {
			return refuseByte(d.op, CodeObjectMisplaced, under(path, o.tag.String()), o.at, whatPlace)
		}
	}
	for at := parent.from; at < o.at; {
		earlier, _ := nextElement(d.data, at, parent.to)
		if earlier.tag == o.tag {
			return refuseByte(d.op, CodeObjectRepeated, under(path, o.tag.String()), o.at, "stands a second time")
		}
		at = earlier.to
	}
	if what := checkElement(o.tag, d.data[o.from:o.to], d.code.Indicator); what != "" {
		return refuseByte(d.op, CodeObjectMalformed, under(path, o.tag.String()), o.at, what)
	}
	return nil
}
