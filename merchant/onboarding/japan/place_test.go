// SPDX-License-Identifier: Apache-2.0

package japan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func TestPostalCodesAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1000001", "100-0001", "〒100-0001", "〒 100-0001", "１００－０００１", "〒１００ー０００１",
		"100ｰ0001", " 100 0001 "} {
		p, err := japan.ParsePostalCode(text)
		if err != nil || p != "1000001" || p.String() != "100-0001" {
			t.Errorf("%s: %q, %v", text, p, err)
		}
	}
	for _, bad := range []string{"", "100-000", "100-00011", "100-000a", "東京都", "〒"} {
		_, err := japan.ParsePostalCode(bad)
		refused(t, bad, err, japan.CodePostal)
	}
}

func TestPostalCodesLieInTheirPrefecture(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		"0600001": {1}, "0300801": {2}, "0200021": {3}, "9800811": {4}, "0100001": {5}, "9900041": {6},
		"9600101": {7}, "3100005": {8}, "3200031": {9}, "3710026": {10}, "3300063": {11}, "2600855": {12},
		"1000001": {13}, "1638001": {13}, "2310021": {14}, "9508570": {15}, "9300006": {16}, "9200962": {17},
		"9100005": {18}, "4000031": {19}, "3800837": {20}, "5000802": {21}, "4200853": {22}, "4600001": {23},
		"5140004": {24}, "5200044": {25, 26}, "6028570": {26}, "5400008": {27}, "6500011": {28}, "6300213": {27, 29},
		"6400046": {30}, "6800011": {31}, "6900887": {32}, "7000824": {33}, "7300011": {34}, "7530071": {35},
		"7708570": {36}, "7600017": {37}, "7900001": {38}, "7800850": {39}, "8120045": {40}, "8400041": {41},
		"8508570": {42}, "8628570": {43}, "8700022": {44}, "8800805": {45}, "8908577": {46}, "9000021": {47},
		"6470000": {24, 29, 30}, "0000000": nil, "0320000": nil, "5480000": nil, "9780000": nil,
	} {
		p, err := japan.ParsePostalCode(text)
		if err != nil || !slices.Equal(p.Prefectures(), want) {
			t.Errorf("%s: %v, %v, want %v", text, p.Prefectures(), err, want)
		}
	}
	if japan.PostalCode("10a0001").Prefectures() != nil || japan.PostalCode("1").Prefectures() != nil {
		t.Error("what is no code lies somewhere")
	}
}

func TestEveryPrefectureHasAPostalArea(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for prefix := range 1000 {
		list := japan.PostalCode(fmt.Sprintf("%03d0000", prefix)).Prefectures()
		if !slices.IsSorted(list) {
			t.Errorf("%03d: %v", prefix, list)
		}
		for _, p := range list {
			seen[p] = true
		}
	}
	if len(seen) != 47 || seen[0] || seen[48] {
		t.Errorf("%d prefectures have areas", len(seen))
	}
}

func TestPrefecturesAreFortySeven(t *testing.T) {
	t.Parallel()
	list := japan.Prefectures()
	if len(list) != 47 {
		t.Fatalf("%d prefectures", len(list))
	}
	for i, p := range list {
		got, ok := japan.PrefectureOf(i + 1)
		if !ok || got != p || p.Code != i+1 || p.Name == "" || p.Romaji == "" {
			t.Errorf("%d is %v, %v", i+1, got, ok)
		}
		if in, ok := japan.PrefectureIn(p.Name + "中央1-1"); !ok || in != p {
			t.Errorf("%s is in %v", p.Name, in)
		}
	}
	tokyo, _ := japan.PrefectureOf(13)
	if tokyo.Name != "東京都" || tokyo.Romaji != "Tokyo" || tokyo.ISO() != "JP-13" || list[0].ISO() != "JP-01" {
		t.Errorf("13 is %v", tokyo)
	}
	if _, ok := japan.PrefectureOf(0); ok {
		t.Error("0 is a prefecture")
	}
	if _, ok := japan.PrefectureIn("千代田区千代田1-1"); ok {
		t.Error("a ward is a prefecture")
	}
}

func TestPhonesAreReadWithTheirKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, number, abroad string
		kind                 japan.PhoneKind
	}{
		{"03-1234-5678", "0312345678", "+81312345678", japan.Landline},
		{"（０３）１２３４－５６７８", "0312345678", "+81312345678", japan.Landline},
		{"+81 3 1234 5678", "0312345678", "+81312345678", japan.Landline},
		{"+81-(0)3-1234-5678", "0312345678", "+81312345678", japan.Landline},
		{"06-6123-4567", "0661234567", "+81661234567", japan.Landline},
		{"0980-12-3456", "0980123456", "+81980123456", japan.Landline},
		{"090-1234-5678", "09012345678", "+819012345678", japan.Mobile},
		{"060-1234-5678", "06012345678", "+816012345678", japan.Mobile},
		{"070-1234-5678", "07012345678", "+817012345678", japan.Mobile},
		{"080-1234-5678", "08012345678", "+818012345678", japan.Mobile},
		{"050-1234-5678", "05012345678", "+815012345678", japan.Internet},
		{"0120-123-456", "0120123456", "", japan.FreeCall},
		{"0800-123-4567", "08001234567", "", japan.FreeCall},
		{"0570-123-456", "0570123456", "", japan.NaviDial},
	} {
		p, err := japan.ParsePhone(c.text)
		abroad, ok := p.E164()
		if err != nil || p.Number != c.number || p.Kind != c.kind || abroad != c.abroad || ok != (c.abroad != "") {
			t.Errorf("%s: %v %q, %v", c.text, p, abroad, err)
		}
	}
	for _, bad := range []string{"", "3-1234-5678", "03-1234-567", "03-1234-56789", "090-1234-567", "050-1234-567",
		"00-1234-5678", "+82 3 1234 5678", "03-1234-567a", "090-0234-5678", "110", "020-1234-5678", "020-123-4567"} {
		_, err := japan.ParsePhone(bad)
		refused(t, bad, err, japan.CodePhone)
	}
}
