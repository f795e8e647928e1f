// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
)

// The attacks of reference/reliability.md 5.3. The only acceptable answer is F, signed, and no effect: no row, no call.

const (
	payPath     = "/ams/api/v1/payments/pay"
	inquiryPath = "/ams/api/v1/payments/inquiryPayment"
	cancelPath  = "/ams/api/v1/payments/cancel"
	refundPath  = "/ams/api/v1/payments/refund"
)

// patient lets one address fail as often as a test needs.
func patient(c *ams.Config) {
	c.Limits.Gate.StrangersMax, c.Limits.Gate.ErrorsMax, c.Limits.Gate.RequestsMax = 1e6, 1e6, 1e6
}

// untouched fails when anything was written or any wallet asked.
func (w *world) untouched() {
	w.t.Helper()
	if rows := w.rows() - w.furnished(); rows != 0 {
		w.t.Errorf("%d rows were written", rows)
	}
	for id, s := range w.wallets {
		if len(s.asked) > 0 {
			w.t.Errorf("the wallet %s was asked: %v", id, s.asked)
		}
	}
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// S-01.
func TestSignaturesOfNobodyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	public := keys()["shop"].key.Public().SPKI()
	mac := hmac.New(sha256.New, []byte(public))
	mac.Write([]byte("POST " + payPath + "\nSHOP_1." + "now" + "." + good["pay"]))
	byHMAC := url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	text := "POST " + payPath + "\nSHOP_1." + sdks[0].time(noon) + "." + good["pay"]
	for name, header := range map[string]string{
		"none":                     "",
		"blanks":                   "   ",
		"no value":                 "algorithm=RSA256,keyVersion=1,signature=",
		"only a value":             "signature=" + byHMAC,
		"another scheme":           "Bearer " + byHMAC,
		"algorithm none":           "algorithm=none,keyVersion=1,signature=" + byHMAC,
		"the key as a secret":      "algorithm=HS256,keyVersion=1,signature=" + byHMAC,
		"the key as a secret, RSA": "algorithm=RSA256,keyVersion=1,signature=" + byHMAC,
		"Ed25519 by an RSA key":    "algorithm=Ed25519,keyVersion=1,signature=" + sign("shop", text),
		"a stranger's key":         "algorithm=RSA256,keyVersion=1,signature=" + sign("stranger", text),
		"another client's key":     "algorithm=RSA256,keyVersion=1,signature=" + sign("shop 2", text),
		"the house's key":          "algorithm=RSA256,keyVersion=1,signature=" + sign("house", text),
		"escaped twice":            "algorithm=RSA256,keyVersion=1,signature=" + url.QueryEscape(sign("shop", text)),
		"twice": "algorithm=RSA256,keyVersion=1,signature=" + sign("shop", text) + ",signature=" +
			sign("shop", text),
		"of other bytes": "algorithm=RSA256,keyVersion=1,signature=" + sign("shop", text+" "),
		"very long":      "algorithm=RSA256,keyVersion=1,signature=" + strings.Repeat("A", 10_000),
	} {
		got := code(t, w.post("SHOP_1", payPath, good["pay"], set("signature", header)))
		if got != "F INVALID_SIGNATURE" {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.untouched()
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "S SUCCESS" {
		t.Errorf("with the right signature: %s", got)
	}
}

// S-02: each byte of body, path, client id, time and signature, one after the other.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	headers := goSDK(noon, people["SHOP_1"], payPath, []byte(good["pay"]))
	flips, step := 0, 1
	if testing.Short() {
		step = 11
	}
	refused := func(what, path, body string, header ...string) {
		flips++
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		for i, h := range headers[:3] {
			r.Header.Set(h[0], h[1])
			if len(header) > i && header[i] != "" {
				r.Header.Set(h[0], header[i])
			}
		}
		if got := code(t, w.deliver(r)); !strings.HasPrefix(got, "F ") {
			t.Errorf("%s: %s", what, got)
		}
	}
	for i := 0; i < len(good["pay"]); i += step {
		refused("body", payPath, flipped(good["pay"], i))
	}
	for i := 1; i < len(payPath); i += step {
		if path := flipped(payPath, i); !strings.ContainsAny(path, "#?%") {
			refused("path", path, good["pay"])
		}
	}
	for n, h := range headers[:3] {
		for i := 0; i < len(h[1]); i += step {
			if h[0] == "signature" && (i < strings.Index(h[1], "signature=")+len("signature=") || inPadding(h[1], i)) {
				continue // words in another case, and bits that base64 throws away, are parsed, not signed
			}
			changed := make([]string, 3)
			changed[n] = flipped(h[1], i)
			refused(h[0], payPath, good["pay"], changed...)
		}
	}
	if flips < 1000/step {
		t.Errorf("only %d bytes", flips)
	}
	w.untouched()
}

// flipped is a text with the lowest bit of one byte turned round.
func flipped(text string, i int) string {
	b := []byte(text)
	b[i] ^= 1
	return string(b)
}

// inPadding reports whether a byte is among the last ones of the signature, where an escape may turn into another
// spelling.
func inPadding(header string, i int) bool { return i >= len(header)-len("A%3D%3D") }

// S-03.
func TestASignatureCountsForItsEndpointOnly(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	signed := signedFor(payPath)
	for name, c := range map[string]struct {
		path   string
		client string
		code   string
	}{
		"another endpoint":            {"/ams/api/v1/payments/cancel", "SHOP_1", "F INVALID_SIGNATURE"},
		"another client":              {payPath, "SHOP_2", "F KEY_NOT_FOUND"},
		"another client of that key":  {payPath, "SHOP_LIMITED", "F INVALID_SIGNATURE"},
		"a client that does not live": {payPath, "SHOP_9", "F INVALID_CLIENT"},
		"the sandbox's path":          {"/ams/sandbox/api/v1/payments/pay", "SHOP_1", "F INVALID_CLIENT"},
		"a client of the sandbox":     {payPath, "SANDBOX_SHOP", "F INVALID_SIGNATURE"},
	} {
		got := code(t, w.post("SHOP_1", c.path, good["pay"], signed, set("client-id", c.client)))
		if got != c.code {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.untouched()
}

// signedFor puts the headers of a request to another path on a request.
func signedFor(path string) func(*http.Request) {
	return func(r *http.Request) {
		for _, h := range goSDK(noon, people["SHOP_1"], path, []byte(good["pay"]))[:3] {
			r.Header.Set(h[0], h[1])
		}
	}
}

// S-04 and S-06: the same bytes again, also after the process was killed.
func TestAReplayIsTheSamePayment(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.post("SHOP_1", payPath, good["pay"]).Body.String()
	rows := w.rows()
	for range 3 {
		if again := w.post("SHOP_1", payPath, good["pay"], signedFor(payPath)).Body.String(); again != first {
			t.Errorf("replayed: %s", again)
		}
	}
	w.house.Restart()
	w.handler = ams.New(w.config)
	if again := w.post("SHOP_1", payPath, good["pay"], signedFor(payPath)).Body.String(); again != first {
		t.Errorf("replayed after a restart: %s", again)
	}
	if w.rows() != rows || len(w.wallets["hk"].charges) != 1 {
		t.Errorf("%d rows more, %d charges", w.rows()-rows, len(w.wallets["hk"].charges))
	}
}

// S-05, with the ten minutes of decisions E.
func TestWhatWasSignedLongAgoIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for offset, want := range map[time.Duration]string{
		0: "F ORDER_NOT_EXIST", 10 * time.Minute: "F ORDER_NOT_EXIST", -10 * time.Minute: "F ORDER_NOT_EXIST",
		10*time.Minute + time.Second: "F PARAM_ILLEGAL", -10*time.Minute - time.Second: "F PARAM_ILLEGAL",
		24 * time.Hour: "F PARAM_ILLEGAL", -365 * 24 * time.Hour: "F PARAM_ILLEGAL",
	} {
		for _, s := range sdks {
			body := good["inquiryPayment"]
			answer := w.post("SHOP_1", inquiryPath, body, func(r *http.Request) {
				for _, h := range s.headers(noon.Add(offset), people["SHOP_1"], inquiryPath, []byte(body))[:3] {
					r.Header.Set(h[0], h[1])
				}
			})
			if got := code(t, answer); got != want {
				t.Errorf("%v off, %s: %s", offset, s.name, got)
			}
			message := value(t, answer, "result.resultMessage")
			if direction := "behind"; want == "F PARAM_ILLEGAL" {
				if offset > 0 {
					direction = "ahead"
				}
				if !strings.Contains(message, direction) || !strings.Contains(message, "10m0s") {
					t.Errorf("%v off: the offset is not named: %q", offset, message)
				}
			}
		}
	}
	for _, at := range []string{"yesterday", "1764", "2026-11-24T12:00:00", "٢٠٢٦"} {
		answer := w.post("SHOP_1", payPath, good["pay"], func(r *http.Request) {
			text := "POST " + payPath + "\nSHOP_1." + at + "." + good["pay"]
			r.Header.Set("request-time", at)
			r.Header.Set("signature", "algorithm=RSA256,keyVersion=1,signature="+sign("shop", text))
		})
		if got := code(t, answer); got != "F PARAM_ILLEGAL" || !strings.Contains(answer.Body.String(), "request-time") {
			t.Errorf("%q: %s, %s", at, got, answer.Body)
		}
	}
	w.untouched()
}

// S-10: what a caller says about our side of a payment is not listened to.
func TestFieldsThatAreOursAreIgnored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	want := w.post("SHOP_1", payPath, good["pay"]).Body.String()
	other := setup(t, func(*ams.Config) {})
	body := strings.Replace(good["pay"], "{", `{"state":"SUCCESS","fee":"0","merchant_id":"m-9","settlementAccount":"x",`+
		`"role":"admin","captured":true,"payer":{"currency":"HKD","value":"1"},"paymentId":"0000000000000000000000000000",`, 1)
	if got := other.post("SHOP_1", payPath, body).Body.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// S-11: there is one way to read a body, and what could be read in two is refused.
func TestAmbiguousBodiesAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	for name, body := range map[string]string{
		"a key twice":             `{"paymentAmount":{"currency":"JPY","value":"9"},` + good["pay"][1:],
		"a key in capitals":       `{"PAYMENTAMOUNT":{"currency":"JPY","value":"9"},` + good["pay"][1:],
		"a key escaped":           `{"payment\u0041mount":{"currency":"JPY","value":"9"},` + good["pay"][1:],
		"a key twice, deep":       strings.Replace(good["pay"], `"value":"1000"`, `"value":"1000","value":"1"`, 1),
		"a byte order mark":       "\xef\xbb\xbf" + good["pay"],
		"a NUL":                   strings.Replace(good["pay"], "coffee", "cof\x00fee", 1),
		"an escaped NUL":          strings.Replace(good["pay"], "coffee", `cof\u0000fee`, 1),
		"overlong UTF-8":          strings.Replace(good["pay"], "coffee", "cof\xc0\xaffee", 1),
		"half a character":        strings.Replace(good["pay"], "coffee", `\ud83d`, 1),
		"1e400":                   strings.Replace(good["pay"], `"1000"`, `1e400`, 1),
		"-0":                      strings.Replace(good["pay"], `"1000"`, `-0`, 1),
		`"1e3"`:                   strings.Replace(good["pay"], `"1000"`, `"1e3"`, 1),
		"a comment":               good["pay"] + "// more",
		"two objects":             good["pay"] + good["pay"],
		"a trailing comma":        strings.TrimSuffix(good["pay"], "}") + ",}",
		"single quotes":           strings.ReplaceAll(good["pay"], `"`, `'`),
		"nested 10,000 deep":      strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000),
		"nested 17 deep":          strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17),
		"an array":                "[" + good["pay"] + "]",
		"nothing":                 "",
		"only blanks":             "   ",
		"null":                    "null",
		"more than 64 KiB":        `{"extendInfo":"` + strings.Repeat("x", 64<<10) + `"}`,
		"a number of 41 figures":  strings.Replace(good["pay"], `"1000"`, strings.Repeat("1", 41), 1),
		"a control character":     strings.Replace(good["pay"], "coffee", "cof\x01fee", 1),
		"a control in an id":      strings.Replace(good["pay"], "o-1", `o\n1`, 1),
		"a brace that is missing": strings.TrimSuffix(good["pay"], "}"),
	} {
		if got := code(t, w.post("SHOP_1", payPath, body)); got != "F PARAM_ILLEGAL" {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.untouched()
}

// The headers that prove a caller are there once.
func TestDoubledHeadersAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	for _, name := range []string{"client-id", "request-time", "signature"} {
		answer := w.post("SHOP_1", payPath, good["pay"], func(r *http.Request) { r.Header.Add(name, r.Header.Get(name)) })
		if got := code(t, answer); got != "F PARAM_ILLEGAL" || !strings.Contains(answer.Body.String(), name) {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.untouched()
}

// A client id that cannot stand in a signed text is nobody's, and its answer is signed for nobody.
func TestStrangeClientIDsAreNobody(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	for _, id := range []string{"", "SHOP.1", "SHOP 1", "SHOP_1,SHOP_2", "../SHOP_1", strings.Repeat("S", 65), "ＳＨＯＰ",
		"%53HOP_1"} {
		answer := w.post("SHOP_1", payPath, good["pay"], set("client-id", id))
		if got := code(t, answer); got != "F INVALID_CLIENT" {
			t.Errorf("%q: %s", id, got)
		}
	}
	w.untouched()
}

// S-14: whatever can be refused without arithmetic is, before any.
func TestNothingIsVerifiedBeforeItMustBe(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *ams.Config) { c.Limits.Gate.StrangersMax = 3 })
	large := strings.Repeat("x", 64<<10+1)
	for name, c := range map[string]struct {
		as, path, body string
		change         func(*http.Request)
	}{
		"method":         {"SHOP_1", payPath, good["pay"], func(r *http.Request) { r.Method = http.MethodGet }},
		"path":           {"SHOP_1", "/elsewhere", good["pay"], set("x", "")},
		"client":         {"NOBODY", payPath, good["pay"], set("x", "")},
		"client's state": {"SHOP_SUSPENDED", payPath, good["pay"], set("x", "")},
		"key":            {"SHOP_1", payPath, good["pay"], set("signature", "algorithm=RSA256,keyVersion=5,signature=eA")},
		"no signature":   {"SHOP_1", payPath, good["pay"], set("signature", "")},
		"broken signature": {"SHOP_1", payPath, good["pay"],
			set("signature", "algorithm=RSA256,keyVersion=1,signature=%%%")},
		"no time":          {"SHOP_1", payPath, good["pay"], set("request-time", "")},
		"a body too large": {"SHOP_1", payPath, large, set("x", "")},
		"a body too large, of unknown length": {"SHOP_1", payPath, large, func(r *http.Request) {
			r.ContentLength = -1
		}},
	} {
		if got := code(t, w.post(c.as, c.path, c.body, c.change)); !strings.HasPrefix(got, "F ") {
			t.Errorf("%s: %s", name, got)
		}
		if n := w.steps(envelope.Verifying); n != 0 {
			t.Fatalf("%s: %d signatures were verified", name, n)
		}
	}
	// A stranger has three tries a minute, and does not use up the client's own.
	for range 10 {
		w.post("SHOP_1", payPath, good["pay"], set("signature", "algorithm=RSA256,keyVersion=1,signature=eA"))
	}
	if n := w.steps(envelope.Verifying); n != 3 {
		t.Errorf("%d signatures of a stranger were verified", n)
	}
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "U REQUEST_TRAFFIC_EXCEED_LIMIT" {
		t.Errorf("from the stranger's address: %s", got)
	}
	elsewhere := func(r *http.Request) { r.RemoteAddr = "198.51.100.7:443" }
	if got := code(t, w.post("SHOP_1", payPath, good["pay"], elsewhere)); got != "S SUCCESS" {
		t.Errorf("from the client's address: %s", got)
	}
	// A client that is past its own rate is refused before arithmetic too.
	before := w.steps(envelope.Verifying)
	for range 20 {
		w.post("SHOP_LIMITED", "/ams/api/v1/payments/inquiryPayment", good["inquiryPayment"], elsewhere)
	}
	if n := w.steps(envelope.Verifying) - before; n != 5 {
		t.Errorf("%d of 20 requests were verified at a rate of 5 a minute", n)
	}
}

// S-23, on this side of the house: an operator is told of forgeries, once a minute.
func TestForgeriesRaiseAnAlarm(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	for range 20 {
		w.post("SHOP_1", payPath, good["pay"], set("signature", "algorithm=RSA256,keyVersion=1,signature=eA"))
	}
	if len(w.alarms) != 1 || !strings.HasPrefix(w.alarms[0], envelope.AlarmForgery+": SHOP_1") {
		t.Errorf("alarms: %q", w.alarms)
	}
	w.house.Run(2 * time.Minute)
	for range 20 {
		w.post("SHOP_1", payPath, good["pay"], set("signature", "algorithm=RSA256,keyVersion=1,signature=eA"))
	}
	if len(w.alarms) != 2 {
		t.Errorf("alarms: %q", w.alarms)
	}
}
