// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// CodeFieldsMalformed is the code of a body that cannot be read.
const CodeFieldsMalformed fault.Code = "fields_malformed"

// Tag names a field of a row's body. The values are stored: they are never renumbered or reused.
type Tag uint8

// The tags.
const (
	TagState      Tag = 1  // number: the object's state after this row
	TagResult     Tag = 2  // text: the result code told to callers
	TagPartner    Tag = 3  // text: the wallet's own id of the payment or refund
	TagPartnerAt  Tag = 4  // number: the wallet's signed time, microseconds since 1970
	TagCommitment Tag = 5  // bytes: SHA-256 of the object's immutable row
	TagAmount     Tag = 6  // number: minor units in the merchant's currency
	TagPayer      Tag = 7  // number: minor units in the wallet's currency
	TagBase       Tag = 8  // number: the part of TagPayer at the base rate
	TagFee        Tag = 9  // number: minor units of our fee
	TagCause      Tag = 10 // text: who or what brought this about: caller, clock, wallet, operator
	TagDetail     Tag = 11 // text: what was contradicted, or which act with which digest
	TagNumber     Tag = 12 // number: an account's number
	TagPurpose    Tag = 13 // number: an account's purpose
	TagHolder     Tag = 14 // text: an account's holder
	TagCurrency   Tag = 15 // number: ISO 4217 numeric code
	TagQuarter    Tag = 16 // number: the quarter hour a seal closes, microseconds since 1970
	TagPerson     Tag = 17 // text: who acted
	TagSealed     Tag = 18 // bytes: commitment of the sealed record that holds a caller's free text
	TagClient     Tag = 19 // text: the API client whose request began the family
	TagTold       Tag = 20 // number: 1 where the caller is to be told what becomes of it; 2: of a payment that fails, too
)

// fieldsFormat is the first byte of every body written today: then for each field its tag, its form, and a varint or, for
// texts and bytes, a length and so many bytes. Tags rise, varints are as short as they can be, and no fields are an empty
// body: so one body has one encoding. A format once written is read for ever.
const fieldsFormat = 1

// The forms of a field.
const (
	fieldNumber = 0
	fieldText   = 1
)

// Fields builds a row's body: at most one field of each tag, added in rising order.
type Fields struct {
	body []byte
	last Tag
}

// Number adds a field that holds a whole number of at least zero.
func (f *Fields) Number(tag Tag, value int64) {
	invariant.Check(value >= 0, "ledger: field %d is %d", tag, value)
	f.begin(tag, fieldNumber)
	f.body = binary.AppendUvarint(f.body, uint64(value))
}

// Text adds a field that holds a text or bytes; an empty one is left out.
func (f *Fields) Text(tag Tag, value string) {
	if value == "" {
		return
	}
	f.begin(tag, fieldText)
	f.body = binary.AppendUvarint(f.body, uint64(len(value)))
	f.body = append(f.body, value...)
}

// Body is the encoded fields.
func (f *Fields) Body() []byte { return f.body }

func (f *Fields) begin(tag Tag, form byte) {
	invariant.Check(tag > f.last, "ledger: field %d after %d", tag, f.last)
	if f.last == 0 {
		f.body = append(f.body, fieldsFormat)
	}
	f.last = tag
	f.body = append(f.body, byte(tag), form)
}

// Field is one field of a body: a text, or a number where Text is empty.
type Field struct {
	Tag    Tag
	Number int64
	Text   string
}

// ParseFields reads a body of any format ever written.
//
// Errors: Internal fields_malformed: the body is damaged, or newer than this program.
func ParseFields(body []byte) ([]Field, error) {
	if len(body) == 0 {
		return nil, nil
	}
	if body[0] != fieldsFormat {
		return nil, malformedFields("format %d is not known", body[0])
	}
	rest := body[1:]
	fields := make([]Field, 0, 8)
	last := Tag(0)
	for len(rest) > 0 {
		if len(rest) < 2 || Tag(rest[0]) <= last {
			return nil, malformedFields("a field after %d cannot be read", last)
		}
		field, form := Field{Tag: Tag(rest[0])}, rest[1]
		last = field.Tag
		value, after, ok := uvarint(rest[2:])
		switch {
		case !ok || value > 1<<63-1 || form > fieldText:
			return nil, malformedFields("field %d cannot be read", field.Tag)
		case form == fieldNumber:
			field.Number = int64(value)
		case value == 0 || value > uint64(len(after)):
			return nil, malformedFields("field %d is cut off", field.Tag)
		default:
			field.Text, after = string(after[:value]), after[value:]
		}
		fields, rest = append(fields, field), after
	}
	if len(fields) == 0 {
		return nil, malformedFields("a format without fields") // no fields are written as an empty body
	}
	return fields, nil
}

func malformedFields(format string, args ...any) error {
	return &fault.Error{Op: "ledger.ParseFields", Kind: fault.Internal, Code: CodeFieldsMalformed,
		Err: fmt.Errorf(format, args...)}
}
