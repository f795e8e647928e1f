// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"fmt"
	"io"
	"strconv"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeBase64Malformed is the code of a text that is no Base64 of a payer-presented code.
const CodeBase64Malformed fault.Code = "qr_base64_malformed"

// Indicator says by whose rules a payer-presented code is made: its payload format indicator (85). The zero
// Indicator is invalid.
type Indicator uint8

// The payload formats.
const (
	_    Indicator = iota
	EMV            // "CPV01"
	JPQR           // "JPQR1"
)

var indicatorTexts = [...]string{"", "CPV01", "JPQR1"}

// String is the indicator as it stands in the code, or the empty string for an invalid one.
func (i Indicator) String() string {
	if int(i) < len(indicatorTexts) {
		return indicatorTexts[i]
	}
	return ""
}

// PayerCode is a payer-presented code in the consumer-presented mode of EMVCo: Base64 of BER-TLV.
//
// Invariant: it spends money for a minute, so it hides itself wherever it is printed.
// Source: EMV QRCPS consumer-presented mode 1.1; reference/japan.md 1.9.
type PayerCode struct {
	Indicator    Indicator // 85
	Applications []DataSet // 61, in the payer's order of preference; at least one
	Common       DataSet   // 62; may be empty
	Others       []Element // objects of the root that the specification does not name, in order

	order string // ranks of the root's objects as they came, when they were not in Encode's order
}

// Format hides the code under every verb.
func (p PayerCode) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[payer code]") }

// Tag is the tag of a BER-TLV object: its bytes as one number, 0x4F or 0x5F20.
type Tag uint32

// String is the tag in hexadecimal digits: "5F20".
func (t Tag) String() string {
	text := strconv.FormatUint(uint64(t), 16)
	if len(text)%2 == 1 {
		text = "0" + text
	}
	upper := []byte(text)
	for i, b := range upper {
		if b >= 'a' {
			upper[i] = b - 'a' + 'A'
		}
	}
	return string(upper)
}

// The tags that the specification names.
const (
	TagFormat                 Tag = 0x85
	TagApplication            Tag = 0x61
	TagCommon                 Tag = 0x62
	TagApplicationTransparent Tag = 0x63 // inside an application
	TagCommonTransparent      Tag = 0x64 // inside the common data
	TagAID                    Tag = 0x4F
	TagLabel                  Tag = 0x50
	TagTrack2                 Tag = 0x57
	TagPAN                    Tag = 0x5A
	TagCardholder             Tag = 0x5F20
	TagLanguages              Tag = 0x5F2D
	TagIssuerURL              Tag = 0x5F50
	TagApplicationVersion     Tag = 0x9F08
	TagIssuerData             Tag = 0x9F10
	TagTokenRequestor         Tag = 0x9F19
	TagAccountReference       Tag = 0x9F24
	TagLastDigits             Tag = 0x9F25
	TagCryptogram             Tag = 0x9F26
	TagTransactionCounter     Tag = 0x9F36
	TagUnpredictable          Tag = 0x9F37
)

// Element is one object of BER-TLV: its tag, and the bytes of its value.
type Element struct {
	Tag   Tag
	Value string
}

// Format shows the tag and the number of bytes, never the value.
func (e Element) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, e.Tag.String()+"["+strconv.Itoa(len(e.Value))+"]")
}

// DataSet is the value of a template: objects one after another, kept as they are written, unknown ones and their
// order included.
type DataSet string

// Format hides the data.
func (d DataSet) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "[data set of "+strconv.Itoa(len(d))+"]")
}

// NewDataSet writes objects in the given order.
//
// Errors: Invalid qr_malformed when a tag cannot be written or a value is longer than 65,535 bytes. PayerCode.Encode
// checks the rest.
func NewDataSet(elements ...Element) (DataSet, error) {
	var data []byte
	for _, e := range elements {
		var ok bool
		if data, ok = appendElement(data, e); !ok {
			return "", refuseByte("qr.NewDataSet", CodeMalformed, e.Tag.String(), len(data),
				"must have a tag of one to three bytes and a value of at most 65535")
		}
	}
	return DataSet(data), nil
}

// Lookup is the value of an object; ok is false where there is none, or the bytes are no objects.
func (d DataSet) Lookup(tag Tag) (value string, ok bool) {
	for at := 0; at < len(d); {
		o, what := nextElement(string(d), at, len(d))
		if what != "" {
			return "", false
		}
		if o.tag == tag {
			return string(d[o.from:o.to]), true
		}
		at = o.to
	}
	return "", false
}

// Nested is the template inside this one; empty where there is none.
func (d DataSet) Nested(tag Tag) DataSet {
	value, _ := d.Lookup(tag)
	return DataSet(value)
}

// Elements are the objects in order; nil where the bytes are no objects.
func (d DataSet) Elements() []Element {
	var elements []Element
	for at := 0; at < len(d); {
		o, what := nextElement(string(d), at, len(d))
		if what != "" {
			return nil
		}
		elements = append(elements, Element{o.tag, string(d[o.from:o.to])})
		at = o.to
	}
	return elements
}
