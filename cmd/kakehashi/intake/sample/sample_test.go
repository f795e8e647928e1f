// SPDX-License-Identifier: Apache-2.0

package sample_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake/sample"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func written(t *testing.T, o sample.Order) (string, sample.Made) {
	t.Helper()
	var file bytes.Buffer
	made, err := sample.Write(&file, o)
	if err != nil {
		t.Fatal(err)
	}
	return file.String(), made
}

func TestTheSameSeedMakesTheSameBytes(t *testing.T) {
	t.Parallel()
	o := sample.Order{Merchants: 200, Stores: 300, Seed: 1, Bad: 0.1, Plan: "std", Format: intake.CSV,
		Encoding: intake.UTF8}
	first, made := written(t, o)
	again, _ := written(t, o)
	o.Seed = 2
	other, _ := written(t, o)
	if first != again || first == other || made.Rows != strings.Count(first, "\r\n")-1 {
		t.Errorf("the same: %v, another seed the same: %v, %+v", first == again, first == other, made)
	}
}

func TestAsManyAreMadeAsWereOrdered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		o := sample.Order{Merchants: rapid.IntRange(1, 60).Draw(rt, "merchants"),
			Stores: rapid.IntRange(0, 150).Draw(rt, "stores"), Seed: rapid.Uint64().Draw(rt, "seed"),
			Format: intake.JSONL, Encoding: intake.ShiftJIS}
		file, made := written(t, o)
		if made.Merchants != o.Merchants || made.Stores != o.Stores || made.Bad != 0 ||
			made.Rows != strings.Count(file, "\n") {
			rt.Errorf("%+v of %+v", made, o)
		}
	})
}

// Each row is plainly a sample, and its numbers, postal codes and telephone numbers are such as its prefecture has.
func TestSamplesAreSoundAndPlainlySamples(t *testing.T) {
	t.Parallel()
	file, _ := written(t, sample.Order{Merchants: 3000, Stores: 4200, Seed: 1, Format: intake.CSV,
		Encoding: intake.UTF8})
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	places, stores, codes := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, r := range rows[1:] {
		if !strings.HasPrefix(r[intake.Name], "見本") || !strings.HasPrefix(r[intake.StoreNameLatin], "Mihon ") {
			t.Fatalf("%q may be taken for a shop", r)
		}
		if number := r[intake.CorporateNumber]; number != "" {
			if _, err := japan.ParseCorporateNumber(number); err != nil || number[1:5] != "9999" {
				t.Fatalf("%s: %v", number, err)
			}
		}
		for _, at := range [][2]intake.Column{{intake.PostalCode, intake.Prefecture},
			{intake.StorePostalCode, intake.StorePrefecture}} {
			code, err := japan.ParsePostalCode(r[at[0]])
			if in := code.Prefectures(); err != nil || len(in) != 1 || r[at[1]] != strconv.Itoa(in[0]) {
				t.Fatalf("%q: %v %v", r, in, err)
			}
		}
		phone, err := japan.ParsePhone(r[intake.StorePhone])
		_, local, _ := strings.Cut(r[intake.StorePhone], "-")
		if err != nil || phone.Kind != japan.Landline || local[0] != '0' {
			t.Fatalf("%s: %v %v", r[intake.StorePhone], phone, err)
		}
		places[r[intake.Prefecture]]++
		stores[r[intake.MerchantReference]]++
		codes[r[intake.MCC]] = true
	}
	most := 0
	for _, n := range stores {
		most = max(most, n)
	}
	if len(places) != 47 || places["13"] < 4*places["39"] || len(codes) < 20 || most < 20 {
		t.Errorf("%d prefectures, Tokyo %d, Kochi %d, %d categories, %d stores at most", len(places), places["13"],
			places["39"], len(codes), most)
	}
}

func TestTheShareOfBadRowsIsAboutWhatWasOrdered(t *testing.T) {
	t.Parallel()
	_, made := written(t, sample.Order{Merchants: 4000, Stores: 5000, Seed: 1, Bad: 0.01, Format: intake.CSV,
		Encoding: intake.UTF8})
	if made.Bad < 25 || made.Bad > 90 || made.Merchants > 4000 || made.Stores+made.Bad != 5000 {
		t.Errorf("%+v", made)
	}
}

func TestEveryColumnHasAName(t *testing.T) {
	t.Parallel()
	file, _ := written(t, sample.Order{Merchants: 1, Seed: 1, Format: intake.CSV, Encoding: intake.ShiftJIS})
	header, _, _ := strings.Cut(file, "\r\n")
	names := strings.Split(header, ",")
	if len(names) != int(intake.Columns) || slices.Contains(names, "") {
		t.Errorf("%q", names)
	}
}
