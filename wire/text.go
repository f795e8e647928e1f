// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// Text is a scalar on the wire. A JSON string, number or boolean is accepted; absent, null and "" are all the empty
// Text. It is written as a string.
//
// A number keeps its digits as they were sent: 1000 is "1000", 1e3 is "1e3".
type Text string

// UnmarshalJSON accepts any scalar.
//
// Errors: *json.UnmarshalTypeError for an object or array.
func (t *Text) UnmarshalJSON(raw []byte) error {
	text, ok := scalar(raw)
	if !ok {
		return mistyped[Text](raw)
	}
	*t = Text(text)
	return nil
}

// Secret is a Text that spends money or opens something: a payment code, a token. It travels in the clear, inside what is
// signed and encrypted in transit, and hides itself wherever it is printed.
type Secret string

// UnmarshalJSON accepts any scalar, as Text does.
//
// Errors: *json.UnmarshalTypeError for an object or array.
func (s *Secret) UnmarshalJSON(raw []byte) error {
	text, ok := scalar(raw)
	if !ok {
		return mistyped[Secret](raw)
	}
	*s = Secret(text)
	return nil
}

const redactedSecret = "[secret]"

// String hides the secret.
func (s Secret) String() string { return redactedSecret }

// GoString hides the secret.
func (s Secret) GoString() string { return redactedSecret }

// Format hides the secret under every verb.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redactedSecret) }

// Flag is a boolean on the wire: true, "true", false or "false"; absent, null and "" are false. It is written as a
// boolean, which every SDK insists on.
type Flag bool

// UnmarshalJSON accepts a boolean, written as itself or as a string.
//
// Errors: *json.UnmarshalTypeError for everything else.
func (f *Flag) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case `true`, `"true"`:
		*f = true
	case `false`, `"false"`, `null`, `""`:
		*f = false
	default:
		return mistyped[Flag](raw)
	}
	return nil
}

// Count is a whole number on the wire: 3 or "3"; absent, null and "" are 0. It is written as a number.
type Count int64

// UnmarshalJSON accepts a whole number, written as itself or as a string.
//
// Errors: *json.UnmarshalTypeError for everything else.
func (c *Count) UnmarshalJSON(raw []byte) error {
	text, ok := scalar(raw)
	if ok && text == "" {
		*c = 0
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || text[0] == '+' {
		return mistyped[Count](raw)
	}
	*c = Count(n)
	return nil
}

// Present reports whether a field was sent with something in it. It stands for objects we do not read but must not
// overlook: absent, null, false, "", {} and [] are false.
type Present bool

// UnmarshalJSON accepts every value.
func (p *Present) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case `null`, `false`, `"false"`, `""`, `{}`, `[]`:
		*p = false
	default:
		*p = Present(!hollow(raw))
	}
	return nil
}

// hollow reports whether raw is an object or array with nothing but spaces inside.
func hollow(raw []byte) bool {
	if raw[0] != '{' && raw[0] != '[' {
		return false
	}
	raw = bytes.TrimSpace(raw)
	return len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0
}

// scalar is the text of a JSON scalar; ok is false for an object or array.
func scalar(raw []byte) (text string, ok bool) {
	switch raw[0] {
	case '{', '[':
		return "", false
	case 'n':
		return "", true
	case '"':
		inner := raw[1 : len(raw)-1]
		if plainText(inner) {
			return string(inner), true
		}
		var unescaped string
		err := json.Unmarshal(raw, &unescaped)
		return unescaped, err == nil
	}
	return string(raw), true
}

// plainText reports whether a JSON string means exactly its own bytes.
func plainText(inner []byte) bool {
	ascii := true
	for _, c := range inner {
		if c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(inner)
}

func mistyped[T any](raw []byte) error {
	kind := "number"
	switch raw[0] {
	case '{':
		kind = "object"
	case '[':
		kind = "array"
	case '"':
		kind = "string"
	case 't', 'f':
		kind = "bool"
	}
	return &json.UnmarshalTypeError{Value: kind, Type: reflect.TypeFor[T]()}
}
