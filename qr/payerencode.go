// SPDX-License-Identifier: Apache-2.0

package qr

import "encoding/base64"

// Encode writes the code in Base64 with padding. DecodePayer of the text is the same code.
//
// Objects come in the order in which DecodePayer found them; those of a new code in the order of the fields.
//
// Errors: those of DecodePayer, by the same rules: the offset is that in the bytes that would have been written.
func (p PayerCode) Encode() (string, error) {
	const op = "qr.Encode"
	if p.Indicator.String() == "" {
		return "", refuseByte(op, CodeObjectMalformed, TagFormat.String(), 0, "must be CPV01 or JPQR1")
	}
	data, _ := appendElement(nil, Element{TagFormat, p.Indicator.String()})
	applications, others, common := p.Applications, p.Others, p.Common
	var err error
	put := func(e Element) {
		var ok bool
		if data, ok = appendElement(data, e); !ok && err == nil {
			err = refuseByte(op, CodeMalformed, e.Tag.String(), len(data),
				"must have a tag of one to three bytes and a value of at most 65535")
		}
	}
	sequence(p.order, payerRank(0), func(rank ID) bool {
		switch {
		case rank == payerRank(TagApplication) && len(applications) > 0:
			put(Element{TagApplication, string(applications[0])})
			applications = applications[1:]
		case rank == payerRank(TagCommon) && common != "":
			put(Element{TagCommon, string(common)})
			common = ""
		case rank == payerRank(0) && len(others) > 0:
			if others[0].Tag == TagApplication || others[0].Tag == TagCommon || others[0].Tag == TagFormat {
				err = refuseByte(op, CodeObjectMisplaced, others[0].Tag.String(), len(data), "has a field of its own")
			}
			put(others[0])
			others = others[1:]
		default:
			return false
		}
		return true
	})
	if err != nil {
		return "", err
	}
	text := base64.StdEncoding.EncodeToString(data)
	if _, err := decodePayer(op, text); err != nil {
		return "", err
	}
	return text, nil
}
