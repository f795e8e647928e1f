// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// noon is when every world begins: 2026-11-20, twelve o'clock in UTC+8.
var noon = time.Date(2026, time.November, 20, 4, 0, 0, 0, time.UTC)

// clock is a clock that stands still until it is moved.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(d)
}

// world is one issuer on a loopback address, and the platform it belongs to.
type world struct {
	t        testing.TB
	clock    *clock
	platform *platform
	brand    tabi.Brand // the one most tests use
	brands   []tabi.Brand
	file     string
	issuer   *tabi.Issuer
	url      string
	out      tabi.Outside
}

func key(t testing.TB, seed byte) wire.PrivateKey {
	t.Helper()
	k, err := wire.GenerateEd25519(bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newWorld is a world whose first brand is Tabi CNY as edit leaves it.
func newWorld(t testing.TB, edit func(*world)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: noon}, file: filepath.Join(t.TempDir(), "tabi.db")}
	w.platform = newPlatform(t, w.clock)
	for i, b := range tabi.SampleBrands() {
		b.Key, b.KeyVersion = key(t, byte(100+i)), 2
		b.PlatformURL, b.PlatformKeys = w.platform.url, map[int]wire.PublicKey{7: w.platform.key.Public()}
		w.brands = append(w.brands, b)
		w.platform.wallets[b.ClientID] = b.Key.Public()
	}
	w.out.Wait = func(_ context.Context, d time.Duration) error { w.clock.move(d); return nil }
	if edit != nil {
		edit(w)
	}
	w.brand = w.brands[0]
	w.open()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.issuer.Handler().ServeHTTP(rw, r)
	}))
	t.Cleanup(func() {
		server.Close()
		if err := w.issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	w.url = server.URL
	return w
}

func (w *world) open() {
	w.t.Helper()
	issuer, err := tabi.Open(w.file, w.brands, w.clock.now, rand.NewChaCha8([32]byte{42}), w.out)
	if err != nil {
		w.t.Fatal(err)
	}
	w.issuer = issuer
}

// restart closes the issuer and opens it again on the same file.
func (w *world) restart() {
	w.t.Helper()
	if err := w.issuer.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

// user is a user of the first brand with so many fen.
func (w *world) user(number int, fen int64) string {
	w.t.Helper()
	u, err := w.issuer.AddUser(w.brand.ID, number)
	if err != nil {
		w.t.Fatal(err)
	}
	if fen > 0 {
		if _, err := w.issuer.TopUp(u.ID, money.New(fen, w.brand.Currency), "first"); err != nil {
			w.t.Fatal(err)
		}
	}
	return u.ID
}

func (w *world) code(user string) string {
	w.t.Helper()
	code, _, err := w.issuer.Code(w.t.Context(), user)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w *world) balance(user string) int64 {
	w.t.Helper()
	b, err := w.issuer.Balance(user)
	if err != nil {
		w.t.Fatal(err)
	}
	return b.Minor()
}

func (w *world) misbehave(b tabi.Behaviour) {
	w.t.Helper()
	if err := w.issuer.Misbehave(w.brand.ID, b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) step() {
	w.t.Helper()
	if _, err := w.issuer.Step(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// check holds the books against themselves.
func (w *world) check() {
	w.t.Helper()
	if _, err := w.issuer.Check(); err != nil {
		w.t.Error(err)
	}
}

func yen(n int64) *wire.Amount { return wire.AmountOf(money.New(n, money.JPY)) }

func fen(n int64) *wire.Amount { return wire.AmountOf(money.New(n, money.CNY)) }

// payRequest asks for so many yen, as so many fen.
func payRequest(id, code string, price, payer int64) aps.PayRequest {
	return aps.PayRequest{AcquirerID: "acq-1", PspID: "tabi-cny", PaymentRequestID: wire.Text(id),
		Order: &wire.Order{ReferenceOrderID: "order-1", OrderDescription: "matcha", OrderAmount: yen(price),
			Merchant: &wire.Merchant{ReferenceMerchantID: "m-1", MerchantMCC: "5812", MerchantName: "Sample Tea House"}},
		PaymentAmount: yen(price), PayToAmount: fen(payer),
		PaymentMethod: &wire.PaymentMethod{PaymentMethodType: wire.ConnectWallet, PaymentMethodID: wire.Secret(code)},
		PaymentFactor: &aps.PaymentFactor{IsInStorePayment: true, InStorePaymentScenario: wire.ScenarioPaymentCode}}
}

var errNoAnswer = errors.New("no answer")

// sendTo signs a message as the platform and reads the brand's answer, which must carry the brand's signature.
func (w *world) sendTo(b tabi.Brand, path string, message, into any) error {
	return w.post(w.t.Context(), b, path, message, into)
}

// sendUntil is send with a context.
func (w *world) sendUntil(ctx context.Context, path string, message, into any) error {
	return w.post(ctx, w.brand, path, message, into)
}

func (w *world) post(ctx context.Context, b tabi.Brand, path string, message, into any) error {
	body, err := wire.Encode(message)
	if err != nil {
		return err
	}
	e := wire.Envelope{Method: "POST", Path: b.BasePath() + path, ClientID: b.ClientID,
		Time: wire.FormatTime(w.clock.now(), nil), Body: body}
	headers, err := wire.SealRequest(w.platform.key, 7, e)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", w.url+e.Path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, h := range headers {
		r.Header[h.Name] = []string{h.Value}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errNoAnswer, response.Status)
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	e.Time, e.Body = response.Header.Get(wire.HeaderResponseTime), answer
	if err := wire.Open(e, response.Header.Get(wire.HeaderSignature), func(v int) (wire.PublicKey, bool) {
		return b.Key.Public(), v == b.KeyVersion
	}); err != nil {
		return err
	}
	return wire.Decode(answer, into)
}

func (w *world) send(path string, message, into any) error {
	return w.sendTo(w.brand, path, message, into)
}

// pay sends a request to pay and is its answer.
func (w *world) pay(r aps.PayRequest) (out aps.PayResponse) {
	w.t.Helper()
	if err := w.send(aps.PathPay, r, &out); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Validate(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) inquire(id string) (out aps.InquiryPaymentResponse) {
	w.t.Helper()
	if err := w.send(aps.PathInquiryPayment, aps.InquiryPaymentRequest{PaymentRequestID: wire.Text(id)}, &out); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Validate(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// outcome is what an inquiry says about the money, in one word.
func (w *world) outcome(id string) wire.ResultCode {
	w.t.Helper()
	out := w.inquire(id)
	if out.PaymentResult == nil {
		return out.Result.ResultCode
	}
	return out.PaymentResult.ResultCode
}

func (w *world) cancel(id string) wire.ResultCode {
	w.t.Helper()
	var out aps.CancelPaymentResponse
	if err := w.send(aps.PathCancelPayment, aps.CancelPaymentRequest{PaymentRequestID: wire.Text(id)}, &out); err != nil {
		w.t.Fatal(err)
	}
	return out.Result.ResultCode
}

func (w *world) refund(r aps.RefundRequest) (out aps.RefundResponse) {
	w.t.Helper()
	if err := w.send(aps.PathRefund, r, &out); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Validate(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// want compares a result code.
func (w *world) want(what string, got, want wire.ResultCode) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// wantBalance compares a balance. Units: fen.
func (w *world) wantBalance(user string, want int64) {
	w.t.Helper()
	if got := w.balance(user); got != want {
		w.t.Errorf("the balance is %d, want %d", got, want)
	}
}
