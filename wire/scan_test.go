// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func nested(levels int) string {
	return strings.Repeat(`{"a":`, levels-1) + "{}" + strings.Repeat("}", levels-1)
}

func manyKeys(count int, last string) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(`"key` + strconv.Itoa(i) + `":1,`)
	}
	return "{" + b.String() + `"` + last + `":1}`
}

func TestCheckJSONAcceptsWhatTheSDKsSend(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":                 `{}`,
		"spaces around":           " \t\r\n{ } \n",
		"every kind of value":     `{"a":"x","b":1,"c":-1.5e+3,"d":true,"e":false,"f":null,"g":[],"h":[1,{"i":[]}],"j":0}`,
		"PHP's escapes":           `{"u":"https:\/\/shop.example\/","n":"\u62b9\u8336 \ud83c\udf75"}`,
		"every escape":            `{"a":"\"\\\/\b\f\n\r\t\u00e9\u00E9"}`,
		"UTF-8 of every length":   `{"é":"抹茶 😀"}`,
		"a replacement character": "{\"a\":\"\uFFFD \\ufffd\"}",
		"a mark inside a string":  "{\"a\":\"\uFEFF\"}",
		"sixteen levels":          nested(16),
		"one name in two objects": `{"a":{"x":1},"b":{"x":1},"x":1}`,
		"names that are prefixes": `{"a":1,"ab":1,"abc":1,"":1}`,
		"1000 names":              manyKeys(1000, "last"),
		"numbers at the limit":    `{"a":` + strings.Repeat("9", 40) + `,"b":1e99,"c":1E-99,"d":0.0,"e":0e0}`,
		"64 KiB":                  `{"a":"` + strings.Repeat("x", 65536-8) + `"}`,
	} {
		if err := wire.CheckJSON([]byte(body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("%s: encoding/json refuses it", name)
		}
	}
}

// refusedBodies are those of S-11, and what else two parsers could understand in two ways.
var refusedBodies = []struct {
	name, body string
	code       fault.Code
	subject    string
}{
	{"too large", `{"a":"` + strings.Repeat("x", 65536-7) + `"}`, wire.CodeBodyTooLarge, "body"},
	{"seventeen levels", nested(17), wire.CodeBodyTooDeep, "a" + strings.Repeat(".a", 15)},
	{"ten thousand levels", `{"a":` + strings.Repeat("[", 10000), wire.CodeBodyTooDeep, "a" + strings.Repeat("[0]", 15)},
	{"empty", ``, wire.CodeBodyMalformed, "body"},
	{"an array", `[]`, wire.CodeBodyMalformed, "body"},
	{"a string", `"{}"`, wire.CodeBodyMalformed, "body"},
	{"null", `null`, wire.CodeBodyMalformed, "body"},
	{"two objects", `{}{}`, wire.CodeBodyMalformed, "body"},
	{"a comma after it", `{},`, wire.CodeBodyMalformed, "body"},
	{"a NUL after it", "{}\x00", wire.CodeBodyMalformed, "body"},
	{"a byte order mark", "\xef\xbb\xbf{}", wire.CodeBodyEncoding, "body"},
	{"UTF-16", "{\x00\"\x00", wire.CodeBodyMalformed, "body"},
	{"invalid UTF-8", "{\"a\":\"caf\xe9\"}", wire.CodeBodyEncoding, "a"},
	{"invalid UTF-8 in a name", "{\"x\":1,\"caf\xe9\":1}", wire.CodeBodyEncoding, "x"},
	{"overlong UTF-8", "{\"a\":\"\xc0\xaf\"}", wire.CodeBodyEncoding, "a"},
	{"a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", wire.CodeBodyEncoding, "a"},
	{"a NUL in a string", "{\"a\":\"x\x00\"}", wire.CodeBodyEncoding, "a"},
	{"an escaped NUL", `{"a":"x\u0000"}`, wire.CodeBodyEncoding, "a"},
	{"half a character", `{"a":"\ud83c"}`, wire.CodeBodyEncoding, "a"},
	{"the other half", `{"a":"\uDF75"}`, wire.CodeBodyEncoding, "a"},
	{"halves in the wrong order", `{"a":"\udf75\ud83c"}`, wire.CodeBodyEncoding, "a"},
	{"half and a letter", `{"a":"\ud83cx\udf75"}`, wire.CodeBodyEncoding, "a"},
	{"a line feed in a string", "{\"a\":\"x\n\"}", wire.CodeBodyMalformed, "a"},
	{"an escape that is none", `{"a":"\x41"}`, wire.CodeBodyMalformed, "a"},
	{"an escape cut short", `{"a":"\u00e`, wire.CodeBodyMalformed, "a"},
	{"a string without end", `{"a":"x`, wire.CodeBodyMalformed, "a"},
	{"single quotes", `{'a':1}`, wire.CodeBodyMalformed, "body"},
	{"no colon", `{"a" 1}`, wire.CodeBodyMalformed, "a"},
	{"no value", `{"a":}`, wire.CodeBodyMalformed, "a"},
	{"a comma too many", `{"a":1,}`, wire.CodeBodyMalformed, "a"},
	{"a comma too many in an array", `{"a":[1,]}`, wire.CodeBodyMalformed, "a[1]"},
	{"a comma at the start", `{,"a":1}`, wire.CodeBodyMalformed, "body"},
	{"no comma", `{"a":1 "b":2}`, wire.CodeBodyMalformed, "a"},
	{"no end", `{"a":[1`, wire.CodeBodyMalformed, "a[0]"},
	{"the wrong end", `{"a":[1}`, wire.CodeBodyMalformed, "a[0]"},
	{"a comment", `{"a":1/**/}`, wire.CodeBodyMalformed, "a"},
	{"a word", `{"a":undefined}`, wire.CodeBodyMalformed, "a"},
	{"a word cut short", `{"a":tru}`, wire.CodeBodyMalformed, "a"},
	{"a word in capitals", `{"a":True}`, wire.CodeBodyMalformed, "a"},
	{"not a number", `{"a":NaN}`, wire.CodeBodyMalformed, "a"},
	{"a plus sign", `{"a":+1}`, wire.CodeBodyMalformed, "a"},
	{"a leading zero", `{"a":01}`, wire.CodeBodyMalformed, "a"},
	{"a leading point", `{"a":.5}`, wire.CodeBodyMalformed, "a"},
	{"a trailing point", `{"a":1.}`, wire.CodeBodyMalformed, "a"},
	{"an exponent without digits", `{"a":1e+}`, wire.CodeBodyMalformed, "a"},
	{"a minus alone", `{"a":-}`, wire.CodeBodyMalformed, "a"},
	{"hexadecimal", `{"a":0x10}`, wire.CodeBodyMalformed, "a"},
	{"1e400", `{"a":1e400}`, wire.CodeBodyNumber, "a"},
	{"1e-400", `{"a":{"b":[0,1e-400]}}`, wire.CodeBodyNumber, "a.b[1]"},
	{"an exponent with zeros", `{"a":1e001}`, wire.CodeBodyNumber, "a"},
	{"negative zero", `{"a":-0}`, wire.CodeBodyNumber, "a"},
	{"negative zero with decimals", `{"a":-0.00}`, wire.CodeBodyNumber, "a"},
	{"negative zero with an exponent", `{"a":-0e5}`, wire.CodeBodyNumber, "a"},
	{"41 digits", `{"a":` + strings.Repeat("1", 41) + `}`, wire.CodeBodyNumber, "a"},
	{"a name twice", `{"a":1,"b":2,"a":3}`, wire.CodeKeyRepeated, "a"},
	{"a name twice but for case", `{"paymentAmount":1,"PAYMENTAMOUNT":2}`, wire.CodeKeyRepeated, "PAYMENTAMOUNT"},
	{"a name twice under an escape", `{"a":1,"\u0061":2}`, wire.CodeKeyRepeated, "?"},
	{"a name twice in a deeper object", `{"o":[{"x":1},{"y":{"z":1,"Z":2}}]}`, wire.CodeKeyRepeated, "o[1].y.Z"},
	{"the Kelvin sign for a k", "{\"k\":1,\"\u212a\":2}", wire.CodeKeyRepeated, "?"},
	{"the long s for an s", `{"s":1,"\u017f":2}`, wire.CodeKeyRepeated, "?"},
	{"a name twice outside ASCII", `{"É":1,"é":2}`, wire.CodeKeyRepeated, "?"},
	{"an escaped quote twice", `{"\"":1,"\u0022":2}`, wire.CodeKeyRepeated, "?"},
	{"control characters twice", `{"\b\f\n\r\t\/":1,"\u0008\u000c\u000a\u000D\u0009/":2}`, wire.CodeKeyRepeated, "?"},
	{"a character beyond the plane twice", `{"\ud83c\udf75":1,"🍵":2}`, wire.CodeKeyRepeated, "?"},
	{"the empty name twice", `{"":1,"":2}`, wire.CodeKeyRepeated, "body"},
	{"a name twice among 1000", manyKeys(1000, "KEY500"), wire.CodeKeyRepeated, ""},
}

func TestCheckJSONRefusesWhatTwoParsersCouldReadDifferently(t *testing.T) {
	t.Parallel()
	for _, c := range refusedBodies {
		err := wire.CheckJSON([]byte(c.body))
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Code != c.code || problem.Kind != fault.Invalid || problem.Detail == "" {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
			continue
		}
		if c.subject != "" && problem.Subject != c.subject {
			t.Errorf("%s: the path is %q, want %q", c.name, problem.Subject, c.subject)
		}
	}
}

// What a stranger puts in the place of a name must not end in a log.
func TestAnErrorShowsOnlyNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"taro@mail.example", "<script>", strings.Repeat("x", 65), "+81 90 0000 0000"} {
		err := wire.CheckJSON([]byte(`{"` + name + `":{"a":1,"a":2}}`))
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Subject != "?.a" || strings.Contains(err.Error(), name) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestManyNamesCostNoMoreThanTheyShould(t *testing.T) {
	t.Parallel()
	// 64 KiB of names with one long beginning: the worst case of sorting them. The count of comparisons is bounded by
	// construction; here only the outcome is looked at.
	var b strings.Builder
	b.WriteString(`{"`)
	prefix := strings.Repeat("a", 200)
	for i := range 300 {
		b.WriteString(prefix + strconv.Itoa(i) + `":0,"`)
	}
	b.WriteString(`z":0}`)
	if err := wire.CheckJSON([]byte(b.String())); err != nil {
		t.Fatal(err)
	}
}

func TestCheckJSONAllocatesNothing(t *testing.T) {
	body := []byte(`{"a":{"b":[1,2,{"c":"抹茶"}]},"d":"\u62b9","e":null}`)
	if n := testing.AllocsPerRun(100, func() {
		if err := wire.CheckJSON(body); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

var escapes = regexp.MustCompile(`(?is)\\u[0-9a-f]{4}|\\.`)

// badEscape reports whether an escape names a NUL or half a character.
func badEscape(body []byte) bool {
	at := escapes.FindAllIndex(body, -1)
	unit := func(i int) uint64 {
		if i >= len(at) || at[i][1]-at[i][0] != 6 {
			return 'x'
		}
		value, err := strconv.ParseUint(string(body[at[i][0]+2:at[i][1]]), 16, 32)
		if err != nil {
			return 'x'
		}
		return value
	}
	for i := 0; i < len(at); i++ {
		switch value := unit(i); {
		case value == 0:
			return true
		case value >= 0xd800 && value < 0xdc00:
			if next := unit(i + 1); next < 0xdc00 || next > 0xdfff || at[i+1][0] != at[i][1] {
				return true
			}
			i++
		case value >= 0xdc00 && value <= 0xdfff:
			return true
		}
	}
	return false
}

// oracle judges a body slowly, with the standard library, and says what CheckJSON may answer.
func oracle(body []byte) map[fault.Code]bool {
	may := map[fault.Code]bool{}
	if len(body) > 65536 {
		may[wire.CodeBodyTooLarge] = true
	}
	if !json.Valid(body) || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		may[wire.CodeBodyMalformed] = true
	}
	if !utf8.Valid(body) || badEscape(body) || bytes.ContainsRune(body, 0) ||
		bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
		may[wire.CodeBodyEncoding] = true
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	depth, _ := walk(decoder, may, 0)
	if depth > 16 {
		may[wire.CodeBodyTooDeep] = true
	}
	return may
}

// walk reads one value, notes what is wrong in it, and reports how deep it goes.
func walk(decoder *json.Decoder, may map[fault.Code]bool, level int) (depth int, err error) {
	token, err := decoder.Token()
	if err != nil {
		return level, err
	}
	depth = level
	switch token := token.(type) {
	case json.Number:
		text := strings.ToLower(token.String())
		mantissa, exponent, _ := strings.Cut(text, "e")
		if len(text) > 40 || len(strings.TrimLeft(exponent, "+-")) > 2 ||
			(strings.HasPrefix(text, "-") && !strings.ContainsAny(mantissa, "123456789")) {
			may[wire.CodeBodyNumber] = true
		}
	case json.Delim:
		var names []string
		depth = level + 1
		for decoder.More() {
			if token == '{' {
				name, err := decoder.Token()
				if err != nil {
					return depth, err
				}
				for _, earlier := range names {
					if strings.EqualFold(earlier, name.(string)) {
						may[wire.CodeKeyRepeated] = true
					}
				}
				names = append(names, name.(string))
			}
			below, err := walk(decoder, may, level+1)
			depth = max(depth, below)
			if err != nil {
				return depth, err
			}
		}
		if _, err := decoder.Token(); err != nil && !errors.Is(err, io.EOF) {
			return depth, err
		}
	}
	return depth, nil
}

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1,"A":2}`, `{"a":1,"\u0041":2}`, `{"a":"\ud83c\udf75"}`, `{"a":"\ud83c"}`,
		`{"a":-0.0e1}`, `{"a":1e400}`, nested(17), `{"a":[1,2,{"b":null}],"c":tru}`, "{\"k\":1,\"\u212a\":2}",
		"{\"a\":\"\xc0\xaf\"}",
		"\xef\xbb\xbf{}", `{"a":"\u0000"}`, manyKeys(30, "KEY7"), ` {"a" : "\/" } `, `{}x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := wire.CheckJSON(body)
		may := oracle(body)
		if err == nil {
			if len(may) > 0 {
				t.Fatalf("%q was accepted, and should be refused for %v", body, may)
			}
			var tree map[string]any
			if err := json.Unmarshal(body, &tree); err != nil {
				t.Fatalf("%q was accepted, and encoding/json refuses it: %v", body, err)
			}
			return
		}
		if code := fault.CodeOf(err); !may[code] {
			t.Fatalf("%q was refused for %s (%v), the oracle knows only %v", body, code, err, may)
		}
	})
}
