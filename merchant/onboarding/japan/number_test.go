// SPDX-License-Identifier: Apache-2.0

package japan_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

func refused(t *testing.T, text string, err error, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != code || fault.DetailOf(err) == "" {
		t.Errorf("%q: %v, want invalid %s", text, err, code)
	}
	if err != nil && len(text) > 3 && strings.Contains(err.Error(), text) {
		t.Errorf("%q is repeated in %v", text, err)
	}
}

func TestCorporateNumbersFitTheirCheckDigit(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"7123456789012", "4011001098993", "2120901007402", "7000012050002"} {
		n, err := japan.ParseCorporateNumber(good)
		if err != nil || string(n) != good || n.Register() != good[1:] {
			t.Errorf("%s: %q, %v", good, n, err)
		}
	}
	for text, want := range map[string]string{"７１２３４５６７８９０１２": "7123456789012", "7-1234-5678-9012": "7123456789012",
		" 7 1234 5678 9012 ": "7123456789012"} {
		if n, err := japan.ParseCorporateNumber(text); err != nil || string(n) != want {
			t.Errorf("%s: %q, %v", text, n, err)
		}
	}
	for _, bad := range []string{"8123456789012", "", "712345678901", "71234567890123", "712345678901x",
		"0000000000000", "七123456789012", "T7123456789012"} {
		_, err := japan.ParseCorporateNumber(bad)
		refused(t, bad, err, japan.CodeCorporateNumber)
	}
}

func TestTwelveDigitsAreNotCollected(t *testing.T) {
	t.Parallel()
	_, err := japan.ParseCorporateNumber("123456789012")
	if !strings.Contains(fault.DetailOf(err), "personal number") {
		t.Errorf("got %v", err)
	}
}

func TestACheckDigitSeesOneWrongDigitButForNoughtAndNine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := []byte(rapid.SampledFrom([]string{"7123456789012", "4011001098993", "2120901007402",
			"7000012050002"}).Draw(t, "number"))
		at, wrong := rapid.IntRange(0, 12).Draw(t, "at"), byte('0'+rapid.IntRange(0, 9).Draw(t, "digit"))
		was := number[at]
		number[at] = wrong
		_, err := japan.ParseCorporateNumber(string(number))
		blind := wrong == was || at > 0 && (was == '0' && wrong == '9' || was == '9' && wrong == '0')
		if (err == nil) != blind {
			t.Fatalf("%c for %c at %d: %v", wrong, was, at, err)
		}
	})
}

func TestInvoiceNumbersAreTAndThirteenDigits(t *testing.T) {
	t.Parallel()
	corporation, err := japan.ParseCorporateNumber("7123456789012")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"T7123456789012", "t7123456789012", "Ｔ７１２３４５６７８９０１２", "T7-1234-5678-9012"} {
		n, err := japan.ParseInvoiceNumber(text)
		if err != nil || n != "T7123456789012" || !n.Of(corporation) {
			t.Errorf("%s: %q, %v", text, n, err)
		}
	}
	// A sole proprietor's number need not fit the check digit of corporations.
	if n, err := japan.ParseInvoiceNumber("T8123456789012"); err != nil || n.Of(corporation) || n.Of("") {
		t.Errorf("%q, %v", n, err)
	}
	for _, bad := range []string{"7123456789012", "T712345678901", "T71234567890123", "TT123456789012", "", "T"} {
		_, err := japan.ParseInvoiceNumber(bad)
		refused(t, bad, err, japan.CodeInvoiceNumber)
	}
}

func FuzzNumbers(f *testing.F) {
	for _, seed := range []string{"7123456789012", "T7123456789012", "〒100-0001", "+81 (0)3-1234-5678", "１２３", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := japan.ParseCorporateNumber(text); err == nil {
			if again, err := japan.ParseCorporateNumber(string(n)); err != nil || again != n || len(n) != 13 {
				t.Fatalf("%q is %q, then %q", text, n, again)
			}
		}
		if n, err := japan.ParseInvoiceNumber(text); err == nil {
			if again, err := japan.ParseInvoiceNumber(string(n)); err != nil || again != n || len(n) != 14 {
				t.Fatalf("%q is %q, then %q", text, n, again)
			}
		}
		if p, err := japan.ParsePostalCode(text); err == nil {
			again, err := japan.ParsePostalCode(p.String())
			if err != nil || again != p || len(p) != 7 {
				t.Fatalf("%q is %q, then %q", text, p, again)
			}
			p.Prefectures()
		}
		if p, err := japan.ParsePhone(text); err == nil {
			again, err := japan.ParsePhone(p.Number)
			if err != nil || again != p {
				t.Fatalf("%q is %v, then %v", text, p, again)
			}
			if e, ok := p.E164(); ok {
				if again, err := japan.ParsePhone(e); err != nil || again != p {
					t.Fatalf("%q is %v, then %v", text, p, again)
				}
			}
		}
	})
}
