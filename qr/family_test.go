// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/qr"
)

func TestScannedTextsAreRecognised(t *testing.T) {
	t.Parallel()
	alipay := qr.Candidate{Family: qr.Alipay}
	plus := func(family qr.Family, issuer string) qr.Candidate {
		return qr.Candidate{Family: family, Issuer: issuer}
	}
	jpqr := func(provider, service string) qr.Candidate {
		return qr.Candidate{Family: qr.JPQRBarcode, Issuer: provider, Service: service}
	}
	for _, c := range []struct {
		text string
		want []qr.Candidate
	}{
		{"28763443825664394", []qr.Candidate{alipay}},
		{"28024456785672301", []qr.Candidate{alipay}},
		{"289431869362714645", []qr.Candidate{alipay}},
		{"280244567856723026", []qr.Candidate{alipay}},
		{"2500000000000000", []qr.Candidate{alipay}},
		{"30000000000000000000000", []qr.Candidate{alipay}},
		{"2893612204263667830", []qr.Candidate{plus(qr.AlipayPlus19, ""), alipay}},
		{"2893612204263567830", []qr.Candidate{alipay}},
		{"2843612204263667830", []qr.Candidate{alipay}},
		{"281010897274821897274821", []qr.Candidate{plus(qr.AlipayPlusCGCP, "281010"), alipay}},
		{"251001020123456789012345", []qr.Candidate{plus(qr.AlipayPlus24, "251001"), plus(qr.AlipayPlusCGCP,
			"251001"), alipay}},
		{"250000000000000", nil}, {"2500000000000000000000000", nil}, {"2400000000000000", nil}, {"3100000000000000",
			nil},
		{"135112298638468293", []qr.Candidate{{Family: qr.WeChatPay}}},
		{"100000000000000000", []qr.Candidate{{Family: qr.WeChatPay}}},
		{"160000000000000000", nil}, {"13511229863846829", nil}, {"1351122986384682930", nil},
		{"6200000000000000000", []qr.Candidate{{Family: qr.UnionPay}}},
		{"62000000000000000000", []qr.Candidate{{Family: qr.UnionPay}}}, {"620000000000000000", nil},
		{"900081818812345678901234", []qr.Candidate{jpqr("9000818188", "PayPay")}},
		{"9000000000123456789", []qr.Candidate{jpqr("9000000000", "LINE Pay")}},
		{"9000011234567890", []qr.Candidate{jpqr("900001", "楽天ペイ")}},
		{"9000000212345678901234", []qr.Candidate{jpqr("90000002", "d払い")}},
		{"9000000112345678901234", []qr.Candidate{jpqr("90000001", "Origami")}},
		{"3158990012345678901", []qr.Candidate{jpqr("31589900", "メルペイ")}},
		{"3158992112345678901", []qr.Candidate{jpqr("31589921", "au PAY")}},
		{"3158993112345678901", []qr.Candidate{jpqr("31589931", "ゆうちょPay")}},
		{"3158994012345678901", []qr.Candidate{jpqr("31589940", "ゆうちょPay")}},
		{"3158999512345678901", []qr.Candidate{jpqr("31589995", "pring")}},
		{"3158994112345678901", []qr.Candidate{jpqr("", "")}},
		{"9000818188123456789", []qr.Candidate{jpqr("", "")}}, // not as long as that service's
		{"9000999912345678", []qr.Candidate{jpqr("", "")}},
		{"2812345678901234567890123456", nil}, // 28 digits are nobody's
		{payerPlain, []qr.Candidate{{Family: qr.PayerEMV}}}, {payerSample, []qr.Candidate{{Family: qr.PayerEMV}}},
		{payerOfCardRange, []qr.Candidate{{Family: qr.PayerEMV}}}, {payerJPQR, []qr.Candidate{{Family: qr.PayerJPQR}}},
		{vector1, []qr.Candidate{{Family: qr.MerchantText}}}, {vector8, []qr.Candidate{{Family: qr.MerchantText}}},
		{"https://pay.example.jp/m/1", []qr.Candidate{{Family: qr.EntryURL, Issuer: "pay.example.jp"}}},
		{"HTTPS://PAY.EXAMPLE.JP/MPM/1/AAAA", []qr.Candidate{{Family: qr.EntryURL, Issuer: "pay.example.jp"}}},
		{"https://pay.example.jp:8443/m", []qr.Candidate{{Family: qr.EntryURL, Issuer: "pay.example.jp"}}},
		{"http://pay.example.jp/m/1", nil}, {"https://pay.example.jp@evil.example/", nil}, {"https:///m", nil},
		{"javascript:alert(1)", nil}, {"https://%zz/", nil}, {"", nil}, {"---", nil}, {"4901234567894", nil},
		{"hello", nil},
		{"https://a.example/" + strings.Repeat("x", qr.ScanMax), nil},
	} {
		normal, got := qr.Recognise(c.text)
		if !reflect.DeepEqual(got, c.want) || (got != nil && normal != c.text) {
			t.Errorf("%.40q: %v of %.40q, want %v", c.text, got, normal, c.want)
		}
	}
}

func TestWhatAScannerAddsIsTakenAway(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"135112298638468293\r\n": "135112298638468293", " 1351 1229 8638 4682 93 ": "135112298638468293",
		"135112-298638-468293": "135112298638468293", "１３５１１２２９８６３８４６８２９３": "135112298638468293",
		"1351\u30001229－８638468293": "135112298638468293", payerPlain + "\n": payerPlain, vector1 + "\t": vector1,
	} {
		if normal, got := qr.Recognise(text); normal != want || len(got) != 1 {
			t.Errorf("%q became %q: %v", text, normal, got)
		}
	}
	if normal, got := qr.Recognise("1351-1229-8638-4682x93"); got != nil || normal != "1351-1229-8638-4682x93" {
		t.Errorf("a letter among digits: %q, %v", normal, got)
	}
}

func TestFamiliesHaveNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for family := qr.MerchantText; family <= qr.JPQRBarcode; family++ {
		name := family.String()
		if name == "unknown" || seen[name] {
			t.Errorf("family %d is called %s", family, name)
		}
		seen[name] = true
	}
	if qr.Family(0).String() != "unknown" || qr.Family(200).String() != "unknown" {
		t.Error("what is no family must be unknown")
	}
}
