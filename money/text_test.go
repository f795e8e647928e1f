// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/money"
)

// record holds one of each value that has a text.
type record struct {
	Amount money.Amount
	Ratio  money.Ratio
	Rate   money.Rate
}

func TestTextsAreReadBackAsTheSameValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.Int64Range(1, 1_000_000)
		ratio, err := money.RatioOf(some.Draw(t, "num"), some.Draw(t, "den"))
		if err != nil {
			t.Fatal(err)
		}
		rate, err := money.NewRate(money.JPY, money.HKD, ratio)
		if err != nil {
			t.Fatal(err)
		}
		in := record{Amount: money.New(rapid.Int64().Draw(t, "minor"), money.KWD), Ratio: ratio, Rate: rate}
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out record
		if err := json.Unmarshal(text, &out); err != nil || out != in {
			t.Fatalf("%s was read as %v, %v", text, out, err)
		}
	})
}

func TestZeroValuesHaveAnEmptyText(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(record{})
	if err != nil || string(text) != `{"Amount":"","Ratio":"","Rate":""}` {
		t.Fatalf("%s %v", text, err)
	}
	out := record{Amount: money.New(1, money.JPY)}
	if err := json.Unmarshal(text, &out); err != nil || out != (record{}) {
		t.Fatalf("%v %v", out, err)
	}
}

func TestMalformedTextsOfMoneyAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"Amount":"JPY"}`, `{"Amount":"JPY 1.5"}`, `{"Amount":"XXX 1"}`, `{"Ratio":"1"}`,
		`{"Ratio":"1/0"}`, `{"Ratio":"-1/2"}`, `{"Rate":"JPY 1/2"}`, `{"Rate":"JPY/HKD"}`, `{"Rate":"JPY/HKD 0/1"}`,
		`{"Rate":"QQQ/HKD 1/2"}`, `{"Rate":"JPY/HKD x"}`} {
		var r record
		if err := json.Unmarshal([]byte(text), &r); err == nil {
			t.Errorf("%s was read as %v", text, r)
		}
	}
}
