// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestAnInspectionKeepsTheFirstProblemAndItsPath(t *testing.T) {
	t.Parallel()
	in := wire.Inspect("test.Message")
	in.Text("a", "x", 1, wire.Required)
	in.Enter("order")
	in.EnterItem("goods", 3)
	in.Text("goodsName", "", 1, wire.Required)
	in.Leave()
	in.Text("later", "", 1, wire.Required)
	in.Leave()
	var problem *fault.Error
	if !errors.As(in.Err(), &problem) || problem.Op != "test.Message" || problem.Subject != "order.goods[3].goodsName" ||
		problem.Detail != "order.goods[3].goodsName is required" || problem.Code != wire.CodeFieldMissing {
		t.Fatalf("got %v", in.Err())
	}
	if err := wire.Inspect("test.Message").Err(); err != nil {
		t.Fatalf("an inspection that met nothing: %v", err)
	}
}

func TestLengthsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]fault.Code{
		strings.Repeat("円", 64): "", strings.Repeat("円", 65): wire.CodeFieldTooLong, strings.Repeat("a", 64): "",
		strings.Repeat("a", 65): wire.CodeFieldTooLong, strings.Repeat("😀", 64): "",
	} {
		in := wire.Inspect("test.Message")
		in.Text("x", wire.Text(value), 64, wire.Optional)
		if fault.CodeOf(in.Err()) != want {
			t.Errorf("%d bytes: got %v", len(value), in.Err())
		}
	}
}

func TestAddressAcceptsWhatCouldBeCalled(t *testing.T) {
	t.Parallel()
	for value, want := range map[wire.Text]bool{
		"": true, "https://shop.example/notify": true, "http://shop.example:8080/n?a=1": true,
		"https://[2001:db8::1]/n": true,
		"HTTPS://shop.example":    true, "https://shop.example/%E6%8A%B9": true,
		"shop.example/notify": false, "/notify": false, "ftp://shop.example/": false, "javascript:alert(1)": false,
		"https://": false, "https:///n": false, "https:shop.example": false, "https://user@shop.example/": false,
		"https://user:pw@shop.example/": false, "https://shop.example/#x": false, "https://shop.example/a b": false,
		"https://shop.example/\n": false, "https://店.example/": false, `https://shop.example\@other.example/`: false,
		"https://shop.example/%zz": false, "https://:443/": false, "file:///etc/passwd": false,
		"https://shop.example/" + wire.Text(strings.Repeat("a", 2048)): false,
	} {
		in := wire.Inspect("test.Message")
		in.Address("notifyUrl", value, 2048, wire.Optional)
		if (in.Err() == nil) != want {
			t.Errorf("%q: got %v", value, in.Err())
		}
	}
}

func TestLinkAcceptsAppsAndNoScripts(t *testing.T) {
	t.Parallel()
	for value, want := range map[wire.Text]bool{
		"https://shop.example/done?x=1#top": true, "shopapp://done": true, "com.shop.app:/done": true,
		"javascript:alert(1)": false, "JavaScript:alert(1)": false, "data:text/html,x": false, "vbscript:x": false,
		"file:///etc/passwd": false, "blob:https://shop.example/1": false, "about:blank": false, "/done": false,
		"done":            false,
		"//shop.example/": false, "https://user@shop.example/": false, "https:///x": false, "java\nscript:alert(1)": false,
		" javascript:alert(1)": false,
	} {
		in := wire.Inspect("test.Message")
		in.Link("redirectUrl", value, 2048, wire.Optional)
		if (in.Err() == nil) != want {
			t.Errorf("%q: got %v", value, in.Err())
		}
	}
}

func TestSmallRulesHoldAtTheirEdges(t *testing.T) {
	t.Parallel()
	type look func(in *wire.Inspection, value wire.Text)
	region := func(in *wire.Inspection, v wire.Text) { in.Region("x", v, wire.Optional) }
	category := func(in *wire.Inspection, v wire.Text) { in.Category("x", v, wire.Optional) }
	date := func(in *wire.Inspection, v wire.Text) { in.Date("x", v, wire.Optional) }
	clock := func(in *wire.Inspection, v wire.Text) { in.Time("x", v, wire.Optional) }
	currency := func(in *wire.Inspection, v wire.Text) { in.Currency("x", v, wire.Optional) }
	identifier := func(in *wire.Inspection, v wire.Text) { in.Identifier("x", v, 64, wire.Optional) }
	for _, c := range []struct {
		rule  look
		value wire.Text
		want  bool
	}{
		{region, "JP", true}, {region, "", true}, {region, "jp", false}, {region, "JPN", false}, {region, "J1",
			false}, {region, "日本", false},
		{category, "5812", true}, {category, "581", false}, {category, "58120", false}, {category, "58a2", false},
		{category, "５８１２", false},
		{date, "2019-11-27", true}, {date, "2019-11-27T12:01:01+08:00", true}, {date, "2019-02-30", false}, {date,
			"27/11/2019", false},
		{clock, "2019-11-27T12:01:01+08:00", true}, {clock, "1685599933871", false}, {clock, "2019-11-27", false},
		{currency, "JPY", true}, {currency, "jpy", false}, {currency, "392", false}, {currency, "ZZZ", false},
		{identifier, "p-0001", true}, {identifier, "注文 1", true}, {identifier, "p\n1", false}, {identifier, "p\x7f", false},
		{identifier, wire.Text(strings.Repeat("x", 65)), false},
	} {
		in := wire.Inspect("test.Message")
		c.rule(in, c.value)
		if (in.Err() == nil) != c.want {
			t.Errorf("%q: got %v", c.value, in.Err())
		}
	}
}

func TestRangeAndItemsNameTheirLimits(t *testing.T) {
	t.Parallel()
	for value, want := range map[wire.Count]string{1: "", 10: "", 0: "x must be between 1 and 10",
		11: "x must be between 1 and 10"} {
		in := wire.Inspect("test.Message")
		in.Range("x", value, wire.Bounds{Min: 1, Max: 10})
		if fault.DetailOf(in.Err()) != want {
			t.Errorf("%d: got %v", value, in.Err())
		}
	}
	in := wire.Inspect("test.Message")
	in.Items("x", 100, 100)
	in.Items("y", 101, 100)
	if fault.DetailOf(in.Err()) != "y has more than 100 items" {
		t.Errorf("got %v", in.Err())
	}
}
