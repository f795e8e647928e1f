// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"encoding/json"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeMovementMalformed is the code of data that is no movement this program knows.
const CodeMovementMalformed fault.Code = "movement_malformed"

// encoded is a movement on its way to another process, or put aside.
type encoded struct {
	Name     string
	Movement json.RawMessage
}

// Encode writes a movement so that Decode, of this or a later program, reads the same movement.
//
// Errors: Internal movement_malformed.
func Encode(m Movement) ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, &fault.Error{Op: "flow.Encode", Kind: fault.Internal, Code: CodeMovementMalformed, Subject: m.Name(),
			Err: err}
	}
	return json.Marshal(encoded{Name: m.Name(), Movement: body})
}

// Decode reads what Encode wrote.
//
// Errors: Invalid movement_malformed.
func Decode(data []byte) (Movement, error) {
	var e encoded
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, malformed(e.Name, err)
	}
	switch e.Name {
	case Pay{}.Name():
		return decode[Pay](e)
	case Claim{}.Name():
		return decode[Claim](e)
	case Unclaim{}.Name():
		return decode[Unclaim](e)
	case Heard{}.Name():
		return decode[Heard](e)
	case Cancel{}.Name():
		return decode[Cancel](e)
	case GiveUp{}.Name():
		return decode[GiveUp](e)
	case Refund{}.Name():
		return decode[Refund](e)
	case RefundHeard{}.Name():
		return decode[RefundHeard](e)
	case Tell{}.Name():
		return decode[Tell](e)
	case Put{}.Name():
		return decode[Put](e)
	case Price{}.Name():
		return decode[Price](e)
	case Revoke{}.Name():
		return decode[Revoke](e)
	}
	return nil, malformed(e.Name, nil)
}

func decode[M Movement](e encoded) (Movement, error) {
	var m M
	if err := json.Unmarshal(e.Movement, &m); err != nil {
		return nil, malformed(e.Name, err)
	}
	return m, nil
}

func malformed(name string, err error) error {
	return &fault.Error{Op: "flow.Decode", Kind: fault.Invalid, Code: CodeMovementMalformed, Subject: name,
		Detail: "this is no movement that this program knows", Err: err}
}
