// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Decode reads a body that CheckJSON accepts into a message. Unknown fields are ignored; a name that differs from a
// known field only in case is refused, where encoding/json would take it for the field.
//
// Invariant: into is a pointer to a struct.
// Errors: those of CheckJSON; Invalid key_case, field_malformed. The Subject is the JSON path.
func Decode(raw []byte, into any) error {
	t := reflect.TypeOf(into)
	invariant.Check(t != nil && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct,
		"wire: decoding into %v", t)
	if err := scan("wire.Decode", raw, shapeOf(t.Elem())); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return typeFault(err)
	}
	return nil
}

// Encode writes a message as it is to be signed and sent: one line, no escapes that JSON does not ask for.
//
// Errors: Internal body_malformed when the message holds something that has no place on the wire.
func Encode(message any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		return nil, &fault.Error{Op: "wire.Encode", Kind: fault.Internal, Code: CodeBodyMalformed, Err: err}
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// typeFault says in words which field has a value of the wrong kind.
func typeFault(err error) error {
	problem := &fault.Error{Op: "wire.Decode", Kind: fault.Invalid, Code: CodeFieldMalformed, Subject: bodySubject,
		Detail: "the body does not have the form of this message", Err: err}
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) && mistyped.Field != "" {
		problem.Subject = mistyped.Field
		problem.Detail = mistyped.Field + " must be " + kindWords(mistyped.Type)
	}
	return problem
}

func kindWords(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Text](), reflect.TypeFor[Secret]():
		return "a string"
	case reflect.TypeFor[Flag]():
		return "true or false"
	case reflect.TypeFor[Count]():
		return "a whole number"
	case reflect.TypeFor[Number]():
		return "a decimal number"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "an object"
	}
	return "a string"
}

// shape is what a message's type says about keys: the exact names of an object's fields with what lies below each, or
// what an array or a map holds. A nil shape knows nothing and accepts every key.
type shape struct {
	fields map[string]*shape
	folded map[string]struct{}
	each   *shape
}

// shapes remembers the shape of every message type. There are as many entries as there are message types.
var shapes sync.Map

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	known, _ := shapes.LoadOrStore(t, newShape(t, map[reflect.Type]*shape{}))
	return known.(*shape)
}

// newShape walks a type; begun holds the structs on the way, for types that contain themselves.
func newShape(t reflect.Type, begun map[reflect.Type]*shape) *shape {
	if t.Kind() == reflect.Pointer {
		return newShape(t.Elem(), begun)
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return &shape{each: newShape(t.Elem(), begun)}
	case reflect.Struct:
		if sh, ok := begun[t]; ok {
			return sh
		}
		sh := &shape{fields: map[string]*shape{}, folded: map[string]struct{}{}}
		begun[t] = sh
		sh.addFields(t, begun)
		return sh
	}
	return nil
}

func (sh *shape) addFields(t reflect.Type, begun map[reflect.Type]*shape) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct:
			sh.addFields(field.Type, begun)
		case !field.IsExported() || name == "-":
		default:
			if name == "" {
				name = field.Name
			}
			sh.fields[name] = newShape(field.Type, begun)
			sh.folded[foldedName([]byte(name))] = struct{}{}
		}
	}
}

// item is the shape of what an array holds.
func (sh *shape) item() *shape {
	if sh == nil {
		return nil
	}
	return sh.each
}

// below is the shape of the value under a key; ok is false for a key that is a known field but for its case.
func (s *scanner) below(sh *shape, k key) (below *shape, ok bool) {
	if sh == nil || sh.fields == nil {
		return sh.item(), true
	}
	name := s.raw[k.start:k.end]
	if !k.plain {
		name = unescaped(name)
	}
	if below, ok = sh.fields[string(name)]; ok {
		return below, true
	}
	if _, known := sh.folded[foldedName(name)]; known {
		return nil, s.fail(CodeKeyCase, "differs from the name of a field only in case")
	}
	return nil, true
}

// unescaped is the meaning of a scanned string.
func unescaped(text []byte) []byte {
	plain := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := character(text)
		plain = utf8.AppendRune(plain, r)
		text = text[size:]
	}
	return plain
}

// foldedName is a name without its case.
func foldedName(name []byte) string {
	folded := make([]byte, 0, 32)
	for len(name) > 0 {
		r, size := utf8.DecodeRune(name)
		folded = utf8.AppendRune(folded, fold(r))
		name = name[size:]
	}
	return string(folded)
}
