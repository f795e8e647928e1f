// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"errors"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

type tree struct {
	Name     wire.Text            `json:"name,omitempty"`
	Flag     wire.Flag            `json:"flag,omitempty"`
	Count    wire.Count           `json:"count,omitempty"`
	Price    wire.Number          `json:"price,omitempty"`
	Code     wire.Secret          `json:"code,omitempty"`
	Amount   *wire.Amount         `json:"amount,omitempty"`
	Children []tree               `json:"children,omitempty"`
	ByName   map[string]tree      `json:"byName,omitempty"`
	Pairs    map[string]wire.Text `json:"pairs,omitempty"`
	inherited
	Untagged wire.Text
	Ignored  wire.Text `json:"-"`
}

type inherited struct {
	Promoted wire.Text `json:"promoted,omitempty"`
}

func TestDecodeReadsAMessageAndIgnoresWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	var got tree
	body := `{"name":"n","children":[{"name":"c","children":null}],"byName":{"X":{"name":"x"}},
		"unknown":{"Name":1,"name2":[{}]},"promoted":"p",
		"Untagged":"u","amount":{"currency":"JPY","value":"1"},"pairs":{"Name":"v"},"-":1,"\u0063ount":3}`
	if err := wire.Decode([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "n" || got.Children[0].Name != "c" || got.ByName["X"].Name != "x" || got.Promoted != "p" ||
		got.Untagged != "u" || got.Amount.Value != "1" || got.Pairs["Name"] != "v" || got.Count != 3 {
		t.Fatalf("got %+v", got)
	}
}

// encoding/json would take each of these for the field.
func TestDecodeRefusesANameThatDiffersOnlyInCase(t *testing.T) {
	t.Parallel()
	for body, path := range map[string]string{
		`{"Name":"n"}`:                               "Name",
		`{"NAME":"n"}`:                               "NAME",
		`{"n\u0041me":"n"}`:                          "?",
		`{"children":[{},{"nAme":1}]}`:               "children[1].nAme",
		`{"children":[{"children":[{"AMOUNT":1}]}]}`: "children[0].children[0].AMOUNT",
		`{"byName":{"x":{"Flag":true}}}`:             "byName.x.Flag",
		`{"amount":{"currency":"JPY","VALUE":"1"}}`:  "amount.VALUE",
		`{"Promoted":"p"}`:                           "Promoted",
		`{"untagged":"u"}`:                           "untagged",
		"{\"promo\u017fed\":1,\"pair\u017f\":{}}":    "?",
	} {
		var got tree
		err := wire.Decode([]byte(body), &got)
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Code != wire.CodeKeyCase || problem.Subject != path ||
			problem.Kind != fault.Invalid {
			t.Errorf("%s: got %v, want the path %s", body, err, path)
		}
	}
}

func TestDecodeNamesTheFieldOfAWrongKind(t *testing.T) {
	t.Parallel()
	for body, detail := range map[string]string{
		`{"name":{}}`:                            "name must be a string",
		`{"name":[]}`:                            "name must be a string",
		`{"code":{}}`:                            "code must be a string",
		`{"flag":"yes"}`:                         "flag must be true or false",
		`{"flag":1}`:                             "flag must be true or false",
		`{"flag":{}}`:                            "flag must be true or false",
		`{"count":"three"}`:                      "count must be a whole number",
		`{"count":1.5}`:                          "count must be a whole number",
		`{"count":1e2}`:                          "count must be a whole number",
		`{"count":"9223372036854775808"}`:        "count must be a whole number",
		`{"count":[]}`:                           "count must be a whole number",
		`{"price":"1,5"}`:                        "price must be a decimal number",
		`{"price":-1}`:                           "price must be a decimal number",
		`{"price":{}}`:                           "price must be a decimal number",
		`{"amount":"JPY 1"}`:                     "amount must be an object",
		`{"amount":[]}`:                          "amount must be an object",
		`{"children":{}}`:                        "children must be an array",
		`{"children":[{"amount":{"value":{}}}]}`: "children.amount.value must be a string",
		`{"children":["x"]}`:                     "children must be an object",
		`{"byName":[]}`:                          "byName must be an object",
	} {
		var got tree
		err := wire.Decode([]byte(body), &got)
		if fault.DetailOf(err) != detail || fault.CodeOf(err) != wire.CodeFieldMalformed ||
			fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, want %q", body, err, detail)
		}
	}
}

func TestDecodeChecksTheBodyFirst(t *testing.T) {
	t.Parallel()
	var got tree
	for body, code := range map[string]fault.Code{
		`{"name":"a","name":"b"}`: wire.CodeKeyRepeated, `{"name":"a"}x`: wire.CodeBodyMalformed,
		`{"count":1e400}`: wire.CodeBodyNumber, `[]`: wire.CodeBodyMalformed, "": wire.CodeBodyMalformed,
	} {
		if err := wire.Decode([]byte(body), &got); fault.CodeOf(err) != code {
			t.Errorf("%s: got %v", body, err)
		}
	}
	if got.Name != "" {
		t.Error("a refused body was read all the same")
	}
}

func TestDecodeIntoAnythingButAMessageIsAProgrammersError(t *testing.T) {
	t.Parallel()
	for _, into := range []any{nil, tree{}, new(string), new([]tree)} {
		func() {
			defer func() {
				if _, ok := recover().(invariant.Violation); !ok {
					t.Errorf("decoding into %T went through", into)
				}
			}()
			_ = wire.Decode([]byte(`{}`), into)
		}()
	}
}

func TestEncodeWritesOneLineWithoutNeedlessEscapes(t *testing.T) {
	t.Parallel()
	got, err := wire.Encode(tree{Name: "https://a.example/?x=1&y=<抹茶>", Flag: true, Count: 3, Price: "0.0512", Code: "281"})
	want := `{"name":"https://a.example/?x=1&y=<抹茶>","flag":true,"count":3,"price":0.0512,"code":"281","Untagged":""}`
	if err != nil || string(got) != want {
		t.Fatalf("got %s, %v", got, err)
	}
	if err := wire.CheckJSON(got); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Encode(tree{Price: "1,5"}); fault.KindOf(err) != fault.Internal {
		t.Fatalf("a price that is no number was sent: %v", err)
	}
}
