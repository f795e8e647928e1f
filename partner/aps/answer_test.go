// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

var (
	samplePayment = ident.Name(7, ident.Payment, "SAMPLE_SHOP", "", "order-1")
	sampleReturn  = wallet.Return{Payment: samplePayment, Refund: ident.Name(7, ident.Refund, "SAMPLE_SHOP", "", "refund-1"),
		Amount: money.New(400, money.JPY), Payer: money.New(2_060, money.HKD)}
)

// heard is what each of the four calls makes of a body that was verified.
func heard(body []byte) []wallet.Answer {
	var (
		pay     aps.PayResponse
		inquiry aps.InquiryPaymentResponse
		cancel  cancelAnswer
		refund  aps.RefundResponse
	)
	var all []wallet.Answer
	for _, call := range []struct {
		into message
		read func() wallet.Answer
	}{
		{&pay, func() wallet.Answer { return paid(samplePayment, &pay) }},
		{&inquiry, func() wallet.Answer { return inquired(samplePayment, &inquiry) }},
		{&cancel, func() wallet.Answer { return cancelled(samplePayment, &cancel) }},
		{&refund, func() wallet.Answer { return refunded(sampleReturn, &refund) }},
	} {
		if doubt := decode(body, call.into); doubt != "" {
			all = append(all, unknown(doubt))
			continue
		}
		all = append(all, call.read())
	}
	return all
}

// unsound says which promise of this package an answer breaks.
func unsound(a wallet.Answer) string {
	switch {
	case a.Code != "" && !a.Code.Known():
		return "a code that is not ours"
	case a.Verdict == wallet.Succeeded && a.Code != wire.Success:
		return "a success with another code"
	case a.Verdict == wallet.Declined && a.Code.Status() != wire.Failed:
		return "a refusal with another code"
	case a.Verdict == wallet.Unknown && a.Code != "" && a.Code.Status() != wire.Unknown:
		return "an open question with a definite code"
	case a.Verdict == wallet.Unknown && a.Detail == "":
		return "an open question without a reason"
	case a.Verdict == wallet.Unknown && a != undecided(a.Code, a.Detail):
		return "an open question with facts"
	case a.Price.Negative() || a.Payer.Negative():
		return "a negative amount"
	}
	return ""
}

func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"},"paymentId":"W-1","refundId":"W-1",` +
			`"paymentTime":"2026-11-24T11:00:00+08:00","paymentAmount":{"currency":"JPY","value":"1000"},"payToAmount":` +
			`{"currency":"HKD","value":5150},"paymentResult":{"resultStatus":"S","resultCode":"SUCCESS"}}`,
		`{"result":{"resultStatus":"F","resultCode":"RISK_REJECT","resultMessage":null}}`,
		`{"result":{"resultStatus":"F","resultCode":"ORDER_NOT_EXIST"},"paymentResult":{}}`,
		`{"result":{"resultStatus":"U","resultCode":"PAYMENT_IN_PROCESS"}}`,
		`{"result":{"resultStatus":"A","resultCode":"281012345678901234"}}`,
		`{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"result":{"resultStatus":"F","resultCode":"RISK_REJECT"}}`,
		`{}`, `[]`, ``, `{"result":"S"}`, "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, a := range heard(body) {
			if problem := unsound(a); problem != "" {
				t.Errorf("%s: %+v", problem, a)
			}
			if a.Verdict != wallet.Unknown && !strings.Contains(string(body), "esultStatus") {
				t.Errorf("a verdict of nothing: %+v", a)
			}
		}
	})
}

// FuzzSeal feeds the headers and bodies of a wallet that does not have its key: nothing of that is ever believed.
func FuzzSeal(f *testing.F) {
	key, err := wire.GenerateEd25519(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, time.November, 24, 3, 0, 0, 0, time.UTC)
	c := New(Terms{URL: "https://wallet.example", ClientID: "SAMPLE_NETWORK",
		Key:       func() (wire.PrivateKey, int) { return key, 1 },
		WalletKey: func(version int) (wire.PublicKey, bool) { return key.Public(), version < 2 },
	}, nil, func() time.Time { return now })
	success := []byte(`{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentId":"W-1"}`)
	f.Add("algorithm=Ed25519,keyVersion=1,signature=AAAA", "2026-11-24T03:00:00Z", success)
	f.Add("algorithm=RSA256,keyVersion=0,signature="+strings.Repeat("A", 344), "1795489200000", success)
	f.Add("", "", []byte{})
	f.Fuzz(func(t *testing.T, signature, at string, body []byte) {
		e := wire.Envelope{Method: http.MethodPost, Path: aps.PathPay, ClientID: "SAMPLE_NETWORK"}
		var response aps.PayResponse
		if doubt := c.read(e, answer{signature: signature, time: at, body: body}, &response); doubt == "" {
			t.Errorf("believed without the key: %q", signature)
		}
		if response != (aps.PayResponse{}) {
			t.Error("read before it was believed")
		}
	})
}

// TestOnlyAnExplicitWordIsDefinite draws statuses, codes and facts, and holds every verdict against the status that was
// written.
func TestOnlyAnExplicitWordIsDefinite(t *testing.T) {
	t.Parallel()
	codes := slices.Concat(chargeReasons, refundReasons, earlierReasons, accessReasons, formReasons, contractReasons,
		[]wire.ResultCode{wire.Success, wire.PaymentInProcess, wire.UnknownException, wire.RefundInProcess,
			wire.CancelWindowExceed, wire.InvalidCode, "A_CODE_OF_ITS_OWN", "e-1", "281012345678901234"})
	rapid.Check(t, func(t *rapid.T) {
		result := func(name string) string {
			return fmt.Sprintf(`{"resultStatus":%q,"resultCode":%q}`,
				rapid.SampledFrom([]string{"S", "F", "U", "A", "s", ""}).Draw(t, name+" status"),
				rapid.SampledFrom(codes).Draw(t, name+" code"))
		}
		asked, became := result("result"), result("paymentResult")
		value := rapid.SampledFrom([]string{`"1000"`, `"400"`, `1000`, `"0"`, `"-1"`}).Draw(t, "value")
		body := `{"result":` + asked + `,"paymentResult":` + became + `,"paymentId":"W","refundId":"W","paymentAmount":` +
			`{"currency":"JPY","value":` + value + `},"refundAmount":{"currency":"JPY","value":` + value + `}}`
		for i, a := range heard([]byte(body)) {
			if problem := unsound(a); problem != "" {
				t.Fatalf("%s: %+v", problem, a)
			}
			about := asked
			if i == 1 && strings.Contains(asked, `"S"`) {
				about = became
			}
			word := map[wallet.Verdict]string{wallet.Succeeded: `"resultStatus":"S"`, wallet.Declined: `"resultStatus":"F"`}
			if !strings.Contains(about, word[a.Verdict]) {
				t.Fatalf("call %d is %v after %s", i, a.Verdict, body)
			}
			if shown := fmt.Sprintf("%+v", a); strings.Contains(shown, "281012345678901234") {
				t.Fatalf("a number of 18 digits is shown: %s", shown)
			}
		}
	})
}

// TestEveryReasonHasOneReading keeps the lists of codes apart from each other, and complete.
func TestEveryReasonHasOneReading(t *testing.T) {
	t.Parallel()
	lists := map[string][]wire.ResultCode{"access": accessReasons, "form": formReasons, "contract": contractReasons}
	for _, r := range renamed {
		lists["renamed"] = append(lists["renamed"], r.theirs)
		if r.ours.Status() != wire.Failed || !slices.Contains(chargeReasons, r.ours) {
			t.Errorf("%s is renamed to %s, which no merchant knows", r.theirs, r.ours)
		}
	}
	for subject, told := range map[string][]wire.ResultCode{"charge": chargeReasons, "refund": refundReasons} {
		seen := map[wire.ResultCode]string{}
		for _, code := range told {
			if seen[code] != "" || code.Status() != wire.Failed {
				t.Errorf("%s stands twice among the reasons of a %s, or is no refusal", code, subject)
			}
			seen[code] = subject
		}
		for name, list := range lists {
			for _, code := range list {
				if seen[code] != "" {
					t.Errorf("%s is both %s and %s", code, seen[code], name)
				}
				seen[code] = name
			}
		}
	}
}

func TestShownCodesAreCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[wire.ResultCode]string{
		"RISK_REJECT":           "RISK_REJECT",
		"E_1001":                "E_1001",
		"12345678":              "12345678",
		"281012345678901234":    "a code that is none",
		"A2810_12345_6789":      "a code that is none",
		"risk":                  "a code that is none",
		"RISK REJECT":           "a code that is none",
		"RISK\nREJECT":          "a code that is none",
		"リスク":                   "a code that is none",
		"":                      "a code that is none",
		"___":                   "a code that is none",
		"<SCRIPT>":              "a code that is none",
		wire.ResultCode(x(65)):  "a code that is none",
		wire.ResultCode(x(64)):  x(64),
		"USER_BALANCE_2_SMALL_": "USER_BALANCE_2_SMALL_",
	} {
		if got := shown(code); got != want {
			t.Errorf("%q is shown as %q", string(code), got)
		}
	}
}

func x(count int) string { return strings.Repeat("X", count) }

func TestLongTextsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "茶": 1, strings.Repeat("茶", 256): 256, strings.Repeat("茶", 257): 256} {
		if got := []rune(string(cut(text))); len(got) != want || want > 0 && got[want-1] != '茶' {
			t.Errorf("%d characters are cut to %d", len([]rune(text)), len(got))
		}
	}
}
