// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/aps"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/payment"
)

const (
	codePath   = "/aps/api/v1/codes/getPaymentCode"
	notifyPath = "/aps/api/v1/payments/notifyPayment"
)

// told is the notification of a success.
func told(id ident.ID) string {
	return `{"paymentResult":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"ok"},"paymentRequestId":"` +
		id.String() + `","paymentId":"W-1","paymentTime":"2026-11-24T12:00:05+09:00",` +
		`"paymentAmount":{"currency":"JPY","value":"1000"}}`
}

// Whatever is wrong with a field is F and names it, and nothing is heard.
func TestEachBadFieldIsNamedAndNothingIsHeard(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.sent("n-1", "mint")
	good := told(id)
	long := strings.Repeat("x", 65)
	const ok = `{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"ok"}`
	for _, c := range []struct{ path, field, old, new string }{
		{notifyPath, "paymentResult", `"paymentResult":` + ok + `,`, ``},
		{notifyPath, "paymentResult", ok, `null`},
		{notifyPath, "paymentResult", ok, `"S"`},
		{notifyPath, "paymentResult.resultStatus", `"resultStatus":"S"`, `"resultStatus":"U"`},
		{notifyPath, "paymentResult.resultStatus", `"resultStatus":"S"`, `"resultStatus":"A"`},
		{notifyPath, "paymentResult.resultStatus", `"resultStatus":"S"`, `"resultStatus":"s"`},
		{notifyPath, "paymentResult.resultStatus", `"resultStatus":"S",`, ``},
		{notifyPath, "paymentResult.resultCode", `"resultCode":"SUCCESS",`, ``},
		{notifyPath, "paymentResult.resultCode", `"SUCCESS"`, `"` + long + `"`},
		{notifyPath, "paymentRequestId", `"paymentRequestId":"` + id.String() + `",`, ``},
		{notifyPath, "paymentRequestId", id.String(), long},
		{notifyPath, "paymentRequestId", id.String(), `a\nb`},
		{notifyPath, "paymentId", `"paymentId":"W-1",`, ``},
		{notifyPath, "paymentId", `"W-1"`, `""`},
		{notifyPath, "paymentId", `"W-1"`, `"` + long + `"`},
		{notifyPath, "paymentTime", `"paymentTime":"2026-11-24T12:00:05+09:00",`, ``},
		{notifyPath, "paymentTime", `2026-11-24T12:00:05+09:00`, `now`},
		{notifyPath, "paymentTime", `2026-11-24T12:00:05+09:00`, `2026-11-24T12:00:05`},
		{notifyPath, "paymentAmount", `,"paymentAmount":{"currency":"JPY","value":"1000"}`, ``},
		{notifyPath, "paymentAmount.value", `"1000"`, `"0"`},
		{notifyPath, "paymentAmount.value", `"1000"`, `"-1000"`},
		{notifyPath, "paymentAmount.value", `"1000"`, `"1e3"`},
		{notifyPath, "paymentAmount.value", `"1000"`, `"1000.0"`},
		{notifyPath, "paymentAmount.currency", `"JPY"`, `"jpy"`},
		{notifyPath, "paymentAmount.currency", `"JPY"`, `"YEN"`},
		{notifyPath, "payToAmount.value", `"paymentAmount"`,
			`"payToAmount":{"currency":"JPY","value":"x"},"paymentAmount"`},
		{notifyPath, "acquirerId", `{"paymentResult"`, `{"acquirerId":"` + long + `","paymentResult"`},
		{notifyPath, "pspId", `{"paymentResult"`, `{"pspId":"` + long + `","paymentResult"`},
		{notifyPath, "customerId", `{"paymentResult"`, `{"customerId":"` + long + `","paymentResult"`},
		{notifyPath, "paymentResult", `{"paymentResult"`, `{"paymentResult":{"resultStatus":"S"},"paymentResult"`},
		{notifyPath, "PAYMENTRESULT", `{"paymentResult"`, `{"PAYMENTRESULT":{"resultStatus":"S"},"paymentResult"`},
	} {
		body := strings.Replace(good, c.old, c.new, 1)
		answer := w.post("MINT_WALLET", c.path, body)
		named := strings.Contains(answer.Body.String(), c.field)
		if got := code(t, answer); got != "F PARAM_ILLEGAL" || !named || body == good {
			t.Errorf("%s: %s, %s\n%s", c.field, got, answer.Body, body)
		}
	}
	for body, field := range map[string]string{
		`{}`: "customerId", `{"customerId":""}`: "customerId", `{"customerId":null}`: "customerId",
		`{"customerId":"` + long + `"}`: "customerId", `{"customerId":{}}`: "customerId",
		`{"customerId":"c","codeQuantity":"11"}`: "codeQuantity", `{"customerId":"c","codeQuantity":-1}`: "codeQuantity",
		`{"customerId":"c","codeQuantity":"many"}`: "codeQuantity",
		`{"customerId":"c","codeQuantity":1.5}`:    "codeQuantity",
		`{"customerId":"c","region":"Japan"}`:      "region", `{"customerId":"c","region":"jp"}`: "region",
		`{"customerId":"c","env":"d-1"}`: "env", `{"customerId":"c","env":{"osType":"x"}}`: "env.osType",
		`{"customerId":"c","CustomerId":"d"}`: "CustomerId", `{"customerId":"c","customerId":"d"}`: "customerId",
		`[]`: "body", `null`: "body", ``: "body", `{"customerId":"c"}}`: "body", "\xef\xbb\xbf{}": "body",
	} {
		answer := w.post("MINT_WALLET", codePath, body)
		if got := code(t, answer); got != "F PARAM_ILLEGAL" || !strings.Contains(answer.Body.String(), field) {
			t.Errorf("%s: %s, %s", body, got, answer.Body)
		}
	}
	if p := w.house.Payment(id); p.State != payment.Unknown || len(p.Contradictions) != 0 {
		t.Errorf("heard: %v, %v", p.State, p.Contradictions)
	}
}

// S-23: another wallet's key, no signature, a merchant's key, an old one: no effect, and an alarm after five.
func TestForgedNotificationsAreNotHeard(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.sent("n-1", "mint")
	body := told(id)
	signedBy := func(as string) func(*http.Request) {
		return func(r *http.Request) {
			for _, h := range w.headers(as, notifyPath, []byte(body)) {
				r.Header.Set(h[0], h[1])
			}
			r.Header.Set("client-id", "MINT_WALLET")
		}
	}
	signature := func(text string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("signature", text) }
	}
	for name, change := range map[string]func(*http.Request){
		"another wallet's key": signedBy("OWN_WALLET"), "a merchant's key": signedBy("SHOP_1"),
		"no signature":      signature(""),
		"another algorithm": signature("algorithm=none,keyVersion=1,signature=eA"),
		"nonsense":          signature("algorithm=RSA256,keyVersion=1,signature=eA"),
		"another time":      func(r *http.Request) { r.Header.Set("request-time", "2026-11-24T12:00:00+09:00") },
	} {
		if got := code(t, w.post("MINT_WALLET", notifyPath, body, change)); got != "F INVALID_SIGNATURE" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for range 5 {
		w.post("MINT_WALLET", notifyPath, body, signedBy("OWN_WALLET"))
	}
	if p := w.house.Payment(id); p.State != payment.Unknown {
		t.Errorf("heard: %v", p.State)
	}
	if len(w.alarms) != 1 || !strings.HasPrefix(w.alarms[0], envelope.AlarmForgery+": MINT_WALLET") {
		t.Errorf("alarms: %q", w.alarms)
	}
	if got := code(t, w.post("MINT_WALLET", notifyPath, body)); got != "S SUCCESS" {
		t.Errorf("the wallet itself: %s", got)
	}
	if p := w.house.Payment(id); p.State != payment.Success || p.Partner != "W-1" {
		t.Errorf("after the wallet itself: %v", p.State)
	}
}

// S-02 on the side of the wallets: each byte of a notification.
func TestEveryFlippedByteOfANotificationIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *aps.Config) { c.Limits = envelope.Limits{StrangersMax: 1e6, ErrorsMax: 1e6, RequestsMax: 1e6} })
	id := w.sent("n-1", "mint")
	body := told(id)
	headers := w.headers("MINT_WALLET", notifyPath, []byte(body))
	for i := range body {
		changed := []byte(body)
		changed[i] ^= 1
		answer := w.post("MINT_WALLET", notifyPath, string(changed), func(r *http.Request) {
			for _, h := range headers {
				r.Header.Set(h[0], h[1])
			}
		})
		if got := code(t, answer); got != "F INVALID_SIGNATURE" {
			t.Errorf("byte %d: %s", i, got)
		}
	}
	if p := w.house.Payment(id); p.State != payment.Unknown {
		t.Errorf("heard: %v", p.State)
	}
}

// broken is a house whose desk answers with an error.
type broken struct {
	*stage.House
	err error
}

// Do fails.
func (b broken) Do(context.Context, flow.Movement) (flow.Outcome, error) {
	return flow.Outcome{}, b.err
}

// What was not written down is never answered S: the wallet repeats.
func TestANotificationIsAcceptedOnlyOnceItIsWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"overloaded":        {&fault.Error{Kind: fault.Unavailable, Code: flow.CodeOverloaded}, "503"},
		"stopping":          {&fault.Error{Kind: fault.Unavailable, Code: "stopping"}, "503"},
		"no answer in time": {&fault.Error{Kind: fault.Unknown, Code: "no_answer_in_time"}, "U UNKNOWN_EXCEPTION"},
		"parked":            {&fault.Error{Kind: fault.Internal, Code: flow.CodeParked}, "U UNKNOWN_EXCEPTION"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.sent("n-1", "mint")
			w.config.Live.House = broken{w.house, c.err}
			w.handler = aps.New(w.config)
			if got := code(t, w.post("MINT_WALLET", notifyPath, told(id))); got != c.want {
				t.Error(got)
			}
		})
	}
}

// A code is told to its wallet and to nobody else: no log holds it, and nobody can tell the next one.
func TestAMintedCodeIsKeptNowhere(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := setup(t, func(c *aps.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	seen := map[string]bool{}
	for range 20 {
		answer := w.post("MINT_WALLET", codePath, `{"customerId":"user-1"}`).Body.String()
		_, after, _ := strings.Cut(answer, `"paymentCode":"`)
		minted, _, _ := strings.Cut(after, `"`)
		if len(minted) != 24 || seen[minted] || strings.Contains(log.String(), minted) {
			t.Fatalf("%q is malformed, repeated or logged", minted)
		}
		if _, err := strconv.ParseUint(minted[6:], 10, 64); err != nil {
			t.Fatal(err)
		}
		seen[minted] = true
	}
	for _, e := range w.events {
		for minted := range seen {
			if strings.Contains(e.Client+e.Route+string(e.Code), minted) {
				t.Fatal("an event holds a code")
			}
		}
	}
}

// Without entropy no code is given.
func TestWithoutEntropyNoCodeIsGiven(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *aps.Config) { c.Live.Entropy = strings.NewReader("short") })
	if got := code(t, w.post("MINT_WALLET", codePath, `{"customerId":"user-1"}`)); got != "503" {
		t.Error(got)
	}
}

// Whatever a wallet signs, the API does not break.
func FuzzASignedNotification(f *testing.F) {
	w := setup(f, func(c *aps.Config) { c.Limits = envelope.Limits{StrangersMax: 1e6, ErrorsMax: 1e6, RequestsMax: 1e6} })
	id := w.sent("n-1", "mint")
	f.Add(true, []byte(told(id)))
	f.Add(true, []byte(strings.Replace(told(id), `"S"`, `"F"`, 1)))
	f.Add(true, []byte(strings.Replace(told(id), `"1000"`, `1000`, 1)))
	f.Add(false, []byte(`{"customerId":"user-1","codeQuantity":"2","region":"JP"}`))
	f.Fuzz(func(t *testing.T, notify bool, body []byte) {
		w.t, w.house.T, w.sandbox.T = t, t, t
		path := codePath
		if notify {
			path = notifyPath
		}
		w.house.Run(time.Second)
		if got := code(t, w.post("MINT_WALLET", path, string(body))); got == "503" || got == "U UNKNOWN_EXCEPTION" {
			t.Errorf("%s %q: %s", path, body, got)
		}
		for _, alarm := range w.house.Alarms {
			if !strings.HasPrefix(alarm, "breaker") && !strings.HasPrefix(alarm, "reversal") {
				t.Errorf("%s %q: %s", path, body, alarm)
			}
		}
	})
}
