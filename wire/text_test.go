// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestTextTakesEveryScalar(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]wire.Text{
		`"x"`: "x", `""`: "", `null`: "", `1000`: "1000", `1e3`: "1e3", `1.50`: "1.50", `-5`: "-5", `true`: "true",
		`false`: "false", `"true"`: "true", `"\u62b9\u8336"`: "抹茶", `"抹茶"`: "抹茶", `"a\/b\n"`: "a/b\n",
		`"{\"a\":1}"`: `{"a":1}`,
	} {
		got := wire.Text("old")
		if err := json.Unmarshal([]byte(sent), &got); err != nil || got != want {
			t.Errorf("%s: got %q, %v", sent, got, err)
		}
	}
	for _, sent := range []string{`{}`, `[]`, `{"a":1}`, `["x"]`} {
		var got wire.Text
		if err := json.Unmarshal([]byte(sent), &got); err == nil {
			t.Errorf("%s: got %q", sent, got)
		}
	}
}

func TestTextIsWrittenAsAStringAndComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := struct{ V wire.Text }{wire.Text(rapid.String().Draw(t, "text"))}
		body, err := wire.Encode(sent)
		if err != nil || !strings.HasPrefix(string(body), `{"V":"`) {
			t.Fatalf("got %s, %v", body, err)
		}
		var got struct{ V wire.Text }
		if err := json.Unmarshal(body, &got); err != nil || got != sent {
			t.Fatalf("%q came back as %q, %v", sent.V, got.V, err)
		}
	})
}

func TestFlagAndCountTakeStringsToo(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]wire.Flag{`true`: true, `"true"`: true, `false`: false, `"false"`: false,
		`null`: false,
		`""`:   false} {
		got := !want
		if err := json.Unmarshal([]byte(sent), &got); err != nil || got != want {
			t.Errorf("flag %s: got %v, %v", sent, got, err)
		}
	}
	for sent, want := range map[string]wire.Count{`3`: 3, `"3"`: 3, `-720`: -720, `"-720"`: -720, `null`: 0, `""`: 0, `0`: 0,
		`9223372036854775807`: 9223372036854775807} {
		got := wire.Count(99)
		if err := json.Unmarshal([]byte(sent), &got); err != nil || got != want {
			t.Errorf("count %s: got %v, %v", sent, got, err)
		}
	}
	body, err := wire.Encode(struct {
		F wire.Flag
		C wire.Count
	}{true, 3})
	if err != nil || string(body) != `{"F":true,"C":3}` {
		t.Errorf("SDKs need a boolean and a number: %s, %v", body, err)
	}
}

func TestPresentSeesWhatIsThere(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]wire.Present{`null`: false, `""`: false, `{}`: false, `[]`: false, `false`: false,
		`{ }`: false, "[\n]": false, `{"a":null}`: true, `[0]`: true, `"x"`: true, `true`: true, `1`: true} {
		var got struct{ P wire.Present }
		if err := json.Unmarshal([]byte(`{"P":`+sent+` }`), &got); err != nil || got.P != want {
			t.Errorf("%s: got %v, %v", sent, got.P, err)
		}
	}
}

func TestASecretTravelsAndIsNotShown(t *testing.T) {
	t.Parallel()
	type holder struct{ Code wire.Secret }
	var got holder
	if err := json.Unmarshal([]byte(`{"Code":281012345678901234}`), &got); err != nil || got.Code != "281012345678901234" {
		t.Fatalf("got %q, %v", string(got.Code), err)
	}
	body, err := wire.Encode(got)
	if err != nil || string(body) != `{"Code":"281012345678901234"}` {
		t.Fatalf("got %s, %v", body, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, argument := range []any{got, &got, got.Code, []wire.Secret{got.Code}} {
			if shown := fmt.Sprintf(verb, argument); strings.Contains(shown, "2810") || strings.Contains(shown, "32383130") {
				t.Errorf("%s shows %s", verb, shown)
			}
		}
	}
	if got.Code.String() != "[secret]" || got.Code.GoString() != "[secret]" {
		t.Error("a secret shows itself")
	}
}
