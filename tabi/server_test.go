// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// call is one request in all its parts, before it is signed and after.
type call struct {
	method, path, clientID, time, content string
	body                                  []byte
	key                                   wire.PrivateKey
	version                               int
	after                                 func(h http.Header, body *[]byte, path *string)
}

// TestWhoeverCannotProveWhoCallsIsRefused holds the order of checks of wire 1.8, each answer being signed and 200.
func TestWhoeverCannotProveWhoCallsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	user := w.user(1, 100_00)
	body, err := wire.Encode(payRequest("p-1", w.code(user), 1000, 45_50))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		edit func(*call)
		want wire.ResultCode
	}{
		"another method": {func(c *call) { c.method = "PUT" }, wire.MethodNotSupported},
		"no such path":   {func(c *call) { c.path += "/" }, wire.NoInterfaceDef},
		"a query":        {func(c *call) { c.path += "?a=b" }, wire.NoInterfaceDef},
		"a cleaned path": {func(c *call) {
			c.path = "/tabi-cny//aps/api/v1/payments/pay"
		}, wire.NoInterfaceDef},
		"the platform's own": {func(c *call) {
			c.path = "/tabi-cny" + aps.PathGetPaymentCode
		}, wire.NoInterfaceDef},
		"another client": {func(c *call) { c.clientID = "TABI_HKD" }, wire.InvalidClient},
		"no client": {func(c *call) {
			c.after = func(h http.Header, _ *[]byte, _ *string) { delete(h, "client-id") }
		}, wire.InvalidClient},
		"another key":     {func(c *call) { c.key = key(t, 9) }, wire.InvalidSignature},
		"another version": {func(c *call) { c.version = 8 }, wire.KeyNotFound},
		"no signature": {func(c *call) {
			c.after = func(h http.Header, _ *[]byte, _ *string) { delete(h, "signature") }
		}, wire.InvalidSignature},
		"another body": {func(c *call) {
			c.after = func(_ http.Header, body *[]byte, _ *string) { *body = append(*body, ' ') }
		}, wire.InvalidSignature},
		"another operation": {func(c *call) {
			c.after = func(_ http.Header, _ *[]byte, path *string) { *path = "/tabi-cny" + aps.PathCancelPayment }
		}, wire.InvalidSignature},
		"another time": {func(c *call) {
			c.after = func(h http.Header, _ *[]byte, _ *string) { h["request-time"] = []string{"2026-11-20T04:00:01+00:00"} }
		}, wire.InvalidSignature},
		"a slow clock":     {func(c *call) { c.time = "2026-11-20T11:49:59+08:00" }, wire.ParamIllegal},
		"a fast clock":     {func(c *call) { c.time = "2026-11-20T12:10:01+08:00" }, wire.ParamIllegal},
		"a clock of words": {func(c *call) { c.time = "noon" }, wire.ParamIllegal},
		"another medium":   {func(c *call) { c.content = "text/plain" }, wire.MediaTypeNotAcceptable},
		"no JSON":          {func(c *call) { c.body = []byte("{") }, wire.ParamIllegal},
		"a key twice":      {func(c *call) { c.body = []byte(`{"a":1,"a":2}`) }, wire.ParamIllegal},
		"an empty object":  {func(c *call) { c.body = []byte(`{}`) }, wire.ParamIllegal},
		"a large body": {func(c *call) {
			c.body = bytes.Repeat([]byte(" "), wire.BodyMax+1)
		}, wire.ParamIllegal},
	} {
		t.Run(name, func(t *testing.T) {
			x := &call{method: "POST", path: "/tabi-cny" + aps.PathPay, clientID: "TABI_CNY",
				time: "2026-11-20T12:00:00+08:00", content: wire.ContentType, body: body, key: w.platform.key, version: 7}
			c.edit(x)
			w.want("answer", w.raw(x), c.want)
		})
	}
	w.wantBalance(user, 100_00)
	w.want("inquiry", w.outcome("p-1"), wire.OrderNotExist)
}

// raw sends a call and is the result of its answer, which must be 200 and signed.
func (w *world) raw(c *call) wire.ResultCode {
	w.t.Helper()
	e := wire.Envelope{Method: c.method, Path: c.path, ClientID: c.clientID, Time: c.time, Body: c.body}
	headers, err := wire.SealRequest(c.key, c.version, e)
	if err != nil {
		w.t.Fatal(err)
	}
	h := http.Header{}
	for _, one := range headers {
		h[one.Name] = []string{one.Value}
	}
	h.Set("Content-Type", c.content)
	if c.after != nil {
		c.after(h, &e.Body, &e.Path)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), c.method, "http://tabi.test"+e.Path, bytes.NewReader(e.Body))
	for name, values := range h {
		r.Header.Set(name, values[0])
	}
	rec := httptest.NewRecorder()
	w.issuer.Handler().ServeHTTP(rec, r)
	answer, sent := rec.Result(), map[string]string{}
	for _, name := range []string{wire.HeaderClientID, wire.HeaderResponseTime, wire.HeaderSignature} {
		if len(answer.Header[name]) != 1 {
			w.t.Errorf("the header %s is not there in lower case: %v", name, answer.Header)
			return ""
		}
		sent[name] = answer.Header[name][0]
	}
	if e.ClientID = r.Header.Get(wire.HeaderClientID); e.ClientID == "" {
		e.ClientID = w.brand.ClientID
	}
	e.Time, e.Body = sent[wire.HeaderResponseTime], rec.Body.Bytes()
	if err := wire.Open(e, sent[wire.HeaderSignature], func(int) (wire.PublicKey, bool) {
		return w.brand.Key.Public(), true
	}); err != nil || answer.StatusCode != http.StatusOK {
		w.t.Errorf("status %d, %v", answer.StatusCode, err)
	}
	var out struct {
		Result wire.Result `json:"result"`
	}
	if err := wire.Decode(e.Body, &out); err != nil {
		w.t.Error(err)
	}
	return out.Result.ResultCode
}

func TestAPathOfNoBrandIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, path := range []string{"/", "/nobody" + aps.PathPay, aps.PathPay} {
		response, err := http.Post(w.url+path, wire.ContentType, strings.NewReader("{}")) //nolint:noctx // one loopback call
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotFound || response.Header.Get(wire.HeaderSignature) != "" {
			t.Errorf("%s: %d, signed %q", path, response.StatusCode, response.Header.Get(wire.HeaderSignature))
		}
	}
}

func TestABrandWithAnRSAKeyAndAnOldPlatformKey(t *testing.T) {
	t.Parallel()
	own, err := wire.GenerateRSA(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(w *world) {
		w.brands[0].Key = own
		w.brands[0].PlatformKeys[8] = key(w.t, 33).Public() // the platform is about to change its key
		w.platform.wallets["TABI_CNY"] = own.Public()
	})
	user := w.user(1, 100_00)
	w.want("pay", w.pay(payRequest("p-1", w.code(user), 1000, 45_50)).Result.ResultCode, wire.Success)
}

func TestAnswersAfterTheEndAreUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := payRequest("p-1", w.code(w.user(1, 100_00)), 1000, 45_50)
	if err := w.issuer.Close(); err != nil {
		t.Fatal(err)
	}
	w.want("pay", w.pay(r).Result.ResultCode, wire.UnknownException)
	w.want("cancel", w.cancel("p-1"), wire.UnknownException)
	w.open()
	w.want("inquiry", w.outcome("p-1"), wire.OrderNotExist)
}

func TestCodesAreFetchedSeveralAtOnceAndShownOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].Prefetch = 3 })
	user := w.user(1, 0)
	seen := map[string]bool{}
	for range 7 {
		code, until, err := w.issuer.Code(t.Context(), user)
		if err != nil || seen[code] || !until.Equal(noon.Add(time.Minute)) {
			t.Errorf("%s until %v, %v", code, until, err)
		}
		seen[code] = true
		w.restart()
	}
	w.clock.move(51 * time.Second) // those left are good for 9 seconds: too short to be scanned
	if _, until, err := w.issuer.Code(t.Context(), user); err != nil || !until.Equal(noon.Add(111*time.Second)) {
		t.Errorf("until %v, %v", until, err)
	}
	if len(w.platform.asked) != 4 {
		t.Errorf("asked %d times", len(w.platform.asked))
	}
	for _, in := range w.platform.asked {
		if in.CustomerID != wire.Text(user) || in.Region != "CN" || in.Quantity() != 3 {
			t.Errorf("asked %+v", in)
		}
	}
}

// TestAnAnswerOfThePlatformThatCannotBeTrustedIsNone also proves that what was not trusted is not kept.
func TestAnAnswerOfThePlatformThatCannotBeTrustedIsNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forge func(status *int, body *[]byte, sign *wire.PrivateKey)
		want  fault.Code
	}{
		"another key": {func(_ *int, _ *[]byte, sign *wire.PrivateKey) { *sign = key(t, 9) }, tabi.CodePlatformAnswer},
		"edited": {func(_ *int, body *[]byte, _ *wire.PrivateKey) {
			(*body)[len(*body)-3] ^= 1
		}, tabi.CodePlatformAnswer},
		"empty":        {func(_ *int, body *[]byte, _ *wire.PrivateKey) { *body = nil }, tabi.CodePlatformAnswer},
		"server error": {func(status *int, _ *[]byte, _ *wire.PrivateKey) { *status = 502 }, tabi.CodePlatformUnreachable},
		"redirect":     {func(status *int, _ *[]byte, _ *wire.PrivateKey) { *status = 307 }, tabi.CodePlatformUnreachable},
	} {
		w := newWorld(t, nil)
		user := w.user(1, 0)
		w.platform.set(func(p *platform) { p.forge = c.forge })
		if code, _, err := w.issuer.Code(t.Context(), user); fault.CodeOf(err) != c.want || code != "" ||
			!fault.KindOf(err).Retryable() {
			t.Errorf("%s: %q, %v", name, code, err)
		}
		w.platform.set(func(p *platform) { p.forge = nil })
		if code := w.code(user); code != "281001000000000000000006" {
			t.Errorf("%s: then %s: a code of the first answer was kept", name, code)
		}
	}
}

func TestCodesThatAreNotGoodLongEnoughAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.platform.set(func(p *platform) {
		p.codes = func(out *aps.GetPaymentCodeResponse) {
			for i := range out.PaymentCodeInfoList {
				out.PaymentCodeInfoList[i].CodeExpiryTime = "2026-11-20T12:00:09+08:00"
			}
		}
	})
	if _, _, err := w.issuer.Code(t.Context(), w.user(1, 0)); fault.CodeOf(err) != tabi.CodePlatformRefused {
		t.Errorf("%v", err)
	}
	w.platform.set(func(p *platform) {
		p.codes = func(out *aps.GetPaymentCodeResponse) { out.Result = wire.NewResult(wire.UserNotExist, "") }
	})
	if _, _, err := w.issuer.Code(t.Context(), w.user(1, 0)); fault.CodeOf(err) != tabi.CodePlatformRefused ||
		fault.KindOf(err) != fault.Conflict {
		t.Errorf("%v", err)
	}
}

func TestUsersAreNumberedAndAddedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, number := range []int{17, 3, 17} {
		u, err := w.issuer.AddUser("tabi-jpy", number)
		if err != nil || u.Number != number || !u.Balance.IsZero() || u.Status != book.Active {
			t.Errorf("%+v, %v", u, err)
		}
	}
	list, err := w.issuer.Users("tabi-jpy", 0, 10)
	if err != nil || len(list) != 2 || list[1].ID != "tabi-jpy-000017" || list[1].Name() != "Sample traveller 017" {
		t.Errorf("%+v, %v", list, err)
	}
	for _, number := range []int{0, -1, 1_000_000} {
		if _, err := w.issuer.AddUser("tabi-jpy", number); fault.CodeOf(err) != book.CodeUserMalformed {
			t.Errorf("number %d: %v", number, err)
		}
	}
	if _, err := w.issuer.AddUser("nobody", 1); fault.CodeOf(err) != book.CodeBrandUnknown {
		t.Errorf("nobody: %v", err)
	}
	if _, _, err := w.issuer.Code(t.Context(), "tabi-jpy-000001"); fault.CodeOf(err) != book.CodeUserMissing {
		t.Errorf("no such user: %v", err)
	}
}

func TestATopUpIsItsReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.brands[0].Limits.BalanceMax = 500_00 })
	user, other := w.user(1, 0), w.user(2, 0)
	top := func(user string, n int64, reference string) error {
		_, err := w.issuer.TopUp(user, money.New(n, money.CNY), reference)
		return err
	}
	for range 3 {
		if err := top(user, 200_00, "a"); err != nil {
			t.Error(err)
		}
	}
	if err := top(other, 70_00, "a"); err != nil {
		t.Errorf("another user's reference of the same name: %v", err)
	}
	for name, c := range map[string]struct {
		err  error
		want fault.Code
	}{
		"another amount": {top(user, 200_01, "a"), book.CodeRepeatDiffers},
		"too much":       {top(user, 300_01, "b"), book.CodeBalanceFull},
		"nothing":        {top(user, 0, "c"), book.CodeAmountMalformed},
		"no reference":   {top(user, 1, ""), book.CodeAmountMalformed},
		"nobody":         {top("tabi-cny-000009", 1, "d"), book.CodeUserMissing},
	} {
		if fault.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if _, err := w.issuer.TopUp(user, money.New(1, money.JPY), "e"); fault.CodeOf(err) != book.CodeAmountMalformed {
		t.Errorf("yen: %v", err)
	}
	if err := w.issuer.SetStatus(user, book.Closed); err != nil {
		t.Fatal(err)
	}
	if err := top(user, 1, "f"); fault.KindOf(err) != fault.Denied {
		t.Errorf("a closed account: %v", err)
	}
	w.wantBalance(user, 200_00)
	w.check()
}
