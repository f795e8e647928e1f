// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"encoding/base32"
	"net/url"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/signin"
)

func secretOn(t *testing.T, p page) []byte {
	t.Helper()
	found := keyField.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("no key on the page:\n%s", p.body)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func (p person) code(at time.Time) string { return signin.CodeAt(p.secret, signin.StepOf(at)) }

// TestCodesAreThoseOfTheStandard: RFC 6238, appendix B, the last six of its eight digits; RFC 4226, appendix D.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for _, c := range []struct {
		at   int64
		want string
	}{{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"},
		{20000000000, "353130"}} {
		if got := signin.CodeAt(secret, signin.StepOf(time.Unix(c.at, 0))); got != c.want {
			t.Errorf("at %d: %s, want %s", c.at, got, c.want)
		}
	}
	for step, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
		"399871",
		"520489"} {
		if got := signin.CodeAt(secret, int64(step)); got != want {
			t.Errorf("step %d: %s, want %s", step, got, want)
		}
	}
}

func TestCodeIsRightOneStepAsideAndNoFurther(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for aside := int64(-3); aside <= 3; aside++ {
		code := signin.CodeAt(secret, signin.StepOf(noon)+aside)
		step, right := signin.MatchCode(secret, code, noon)
		if want := aside >= -1 && aside <= 1; right != want || right && step != signin.StepOf(noon)+aside {
			t.Errorf("%d aside: step %d, %t", aside, step, right)
		}
	}
	code := signin.CodeAt(secret, signin.StepOf(noon))
	full := ""
	for _, digit := range code {
		full += string(digit - '0' + '０')
	}
	for _, typed := range []string{code[:3] + " " + code[3:], full} {
		if _, right := signin.MatchCode(secret, typed, noon); !right {
			t.Errorf("%q is not understood", typed)
		}
	}
	for _, typed := range []string{"", "000", code + "0", code[:5], "abcdef"} {
		if _, right := signin.MatchCode(secret, typed, noon); right {
			t.Errorf("%q is right", typed)
		}
	}
}

func TestAuthenticatorReadsTheAddress(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(signin.AuthenticatorURL("Sample: house", "橋 一", []byte("12345678901234567890")))
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Sample  house:橋 一" ||
		u.Query().Get("issuer") != "Sample  house" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Errorf("%s", u)
	}
}
