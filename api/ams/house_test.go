// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	dialect "github.com/kakehashi-pay/kakehashi/wire/ams"
)

// broken is a house whose desk answers with an error.
type broken struct {
	*stage.House
	err error
}

// Do fails.
func (b broken) Do(context.Context, flow.Movement) (flow.Outcome, error) {
	return flow.Outcome{}, b.err
}

// Pay fails.
func (b broken) Pay(context.Context, flow.Pay, wallet.Charge) (*payment.Payment, error) {
	return nil, b.err
}

// Overload is never F: what did not happen is a bare 503, what may have happened is U. A13, B18.
func TestAnErrorOfTheHouseIsNeverAFailedPayment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"overloaded":        {&fault.Error{Kind: fault.Unavailable, Code: flow.CodeOverloaded}, "503"},
		"waited too long":   {&fault.Error{Kind: fault.Unavailable, Code: flow.CodeWaitedTooLong}, "503"},
		"lane closed":       {&fault.Error{Kind: fault.Unavailable, Code: flow.CodeLaneClosed}, "503"},
		"stopping":          {&fault.Error{Kind: fault.Unavailable, Code: "stopping"}, "503"},
		"wrapped":           {fault.Wrap("x", &fault.Error{Kind: fault.Unavailable, Code: flow.CodeOverloaded}), "503"},
		"no answer in time": {&fault.Error{Kind: fault.Unknown, Code: "no_answer_in_time"}, "U UNKNOWN_EXCEPTION"},
		"lane lost":         {&fault.Error{Kind: fault.Unknown, Code: store.CodeLaneLost}, "U UNKNOWN_EXCEPTION"},
		"parked":            {&fault.Error{Kind: fault.Internal, Code: flow.CodeParked}, "U UNKNOWN_EXCEPTION"},
		"invariant":         {&fault.Error{Kind: fault.Internal, Code: flow.CodeInvariant}, "U UNKNOWN_EXCEPTION"},
		"nobody's":          {errors.New("unclassified"), "U UNKNOWN_EXCEPTION"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			paid := value(t, w.post("SHOP_1", payPath, good["pay"]), "paymentId")
			w.config.Live.House = broken{w.house, c.err}
			w.handler = ams.New(w.config)
			for operation, body := range map[string]string{
				"pay": strings.Replace(good["pay"], "n-1", "n-2", 1), "cancel": `{"paymentRequestId":"n-1"}`,
				"refund": strings.Replace(good["refund"], "00ABCDEFGHJKMNPQRSTVWXYZ0123", paid, 1),
			} {
				if got := code(t, w.post("SHOP_1", "/ams/api/v1/payments/"+operation, body)); got != c.want {
					t.Errorf("%s: %s", operation, got)
				}
			}
		})
	}
}

// slow is a house whose wallets keep everybody waiting.
type slow struct {
	*stage.House
	left time.Duration // what was left to wait, when the waiting began
}

// Pay waits as long as it may.
func (s *slow) Pay(ctx context.Context, p flow.Pay, c wallet.Charge) (*payment.Payment, error) {
	if end, ok := ctx.Deadline(); ok {
		s.left = time.Until(end)
	}
	<-ctx.Done()
	return &payment.Payment{Request: payment.Request{ID: p.ID, RequestID: p.RequestID, Price: p.Price, At: s.Now()},
		State: payment.Sent}, nil
}

// Await waits as long as it may.
func (s *slow) Await(ctx context.Context, p *payment.Payment, _ func(*payment.Payment) bool) *payment.Payment {
	<-ctx.Done()
	return p
}

// B25: the answer leaves within its budget, with time to sign it, whatever the wallet does.
func TestTheAnswerDoesNotWaitForTheWallet(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *ams.Config) { c.Limits.Gate.Budget = 150 * time.Millisecond })
	h := &slow{House: w.house}
	w.config.Live.House = h
	w.handler = ams.New(w.config)
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "U PAYMENT_IN_PROCESS" {
		t.Error(got)
	}
	if h.left <= 0 || h.left > 50*time.Millisecond {
		t.Errorf("%v were left to wait", h.left)
	}
}

// absent is a house that breaks when it is read.
type absent struct{ *stage.House }

// Reader breaks.
func (absent) Reader() *store.Reader { return nil }

func TestADefectIsASignedUnknown(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := setup(t, func(c *ams.Config) {
		c.Live.House = absent{c.Live.House.(*stage.House)}
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	got := code(t, w.post("SHOP_1", inquiryPath, good["inquiryPayment"]))
	if got != "U UNKNOWN_EXCEPTION" {
		t.Error(got)
	}
	if !strings.Contains(log.String(), "a request broke") {
		t.Errorf("the log says %q", log.String())
	}
}

// unread fails the test when somebody reads it.
type unread struct{ t *testing.T }

// Read fails.
func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// nested asks the API something while it serves a pay.
type nested struct {
	*scripted
	during func()
}

// Pay asks.
func (n nested) Pay(ctx context.Context, c wallet.Charge) wallet.Answer {
	n.during()
	return n.scripted.Pay(ctx, c)
}

// A13: past the process's bound a bare 503 comes before the body is read; what takes back is let in.
func TestPastTheBoundNothingIsReadButCancelsAreServed(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *ams.Config) { c.Limits.Gate.InFlightMax = 1 })
	asked := false
	w.house.Wallets["hk"] = nested{w.wallets["hk"], func() {
		asked = true
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, payPath, unread{t}))
		if answer.Code != http.StatusServiceUnavailable || answer.Body.Len() != 0 {
			t.Errorf("a second request: %d %s", answer.Code, answer.Body)
		}
		cancel := w.post("SHOP_2", "/ams/api/v1/payments/cancel", `{"paymentId":"00ABCDEFGHJKMNPQRSTVWXYZ0123"}`)
		if got := code(t, cancel); got != "F ORDER_NOT_EXIST" {
			t.Errorf("a cancel meanwhile: %s", got)
		}
	}}
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "S SUCCESS" || !asked {
		t.Errorf("%s, asked %v", got, asked)
	}
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "S SUCCESS" {
		t.Errorf("afterwards: %s", got)
	}
}

// The wallet's breaker: pays are refused by name and remembered, one tries, repeats of what is there take nobody's
// place.
func TestAWalletThatDoesNotAnswerIsRefusedByName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	pay := func(i int, ending string) string {
		body := strings.NewReplacer("n-1", fmt.Sprint("w-", i), `"o-1"`, fmt.Sprintf(`"w-%d"`, i), "281000000000000100",
			fmt.Sprintf("28300000000000%02d%s", i, ending)).Replace(good["pay"])
		answer := w.post("SHOP_1", payPath, body)
		return code(t, answer) + " " + value(t, answer, "result.resultMessage")
	}
	for i := range 8 {
		if got := pay(i, "03"); !strings.HasPrefix(got, "U PAYMENT_IN_PROCESS") {
			t.Fatalf("pay %d: %s", i, got)
		}
	}
	want := "F UNAVAILABLE_PAYMENT_METHOD the wallet Sample JP does not answer at present"
	if got := pay(10, "00"); got != want {
		t.Errorf("while the breaker is open: %s", got)
	}
	w.wallets["jp"].silent = false
	w.house.Run(6 * time.Second)
	if got := pay(10, "00"); got != want {
		t.Errorf("repeated after the breaker's rest: %s", got)
	}
	if got := pay(11, "00"); !strings.HasPrefix(got, "S SUCCESS") {
		t.Errorf("after the breaker's rest: %s", got)
	}
}

// A wallet that has too much to do is no payment's fault: nothing is written, and the same request may come again.
func TestAWalletThatIsFullIsABareStatus(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.house.Wallets["hk"] = nested{w.wallets["hk"], func() {
		if len(w.wallets["hk"].charges) > 0 {
			return
		}
		w.wallets["hk"].charges = append(w.wallets["hk"].charges, wallet.Charge{})
		body := strings.NewReplacer("n-1", "n-2", `"o-1"`, `"o-2"`, "281000000000000100", "281000000000000200").
			Replace(good["pay"])
		if got := code(t, w.post("SHOP_1", payPath, body)); got != "503" {
			t.Errorf("past the wallet's bound: %s", got)
		}
		if got := code(t, w.post("SHOP_1", inquiryPath, `{"paymentRequestId":"n-2"}`)); got != "F ORDER_NOT_EXIST" {
			t.Errorf("what was not let in: %s", got)
		}
	}}
	hk, _ := w.house.Facts().Wallet("hk")
	hk.Timers.InFlightMax = 1
	w.house.Put(store.Facts{Wallets: []wallet.Wallet{hk}})
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "S SUCCESS" {
		t.Error(got)
	}
}

// B20: a cancel that overtakes its pay, and one that comes after it. In neither order is anybody charged.
func TestInNeitherOrderOfPayAndCancelIsAnybodyCharged(t *testing.T) {
	t.Parallel()
	pay := func(w *world) string { return code(w.t, w.post("SHOP_1", payPath, good["pay"])) }
	cancel := func(w *world) string {
		return code(w.t, w.post("SHOP_1", "/ams/api/v1/payments/cancel", `{"paymentRequestId":"n-1"}`))
	}
	before := setup(t)
	if got := []string{cancel(before), cancel(before), pay(before), pay(before), cancel(before)}; fmt.Sprint(got) !=
		"[F ORDER_NOT_EXIST S SUCCESS F ORDER_IS_CANCELED F ORDER_IS_CANCELED S SUCCESS]" {
		t.Error(got)
	}
	if len(before.wallets["hk"].asked) != 0 {
		t.Errorf("the wallet was asked: %v", before.wallets["hk"].asked)
	}
	during := setup(t)
	during.house.Wallets["hk"] = nested{during.wallets["hk"], func() {
		if got := cancel(during); got != "U PAYMENT_IN_PROCESS" && got != "S SUCCESS" {
			t.Errorf("while the wallet is asked: %s", got)
		}
	}}
	if got := pay(during); got == "S SUCCESS" {
		t.Error("a pay that was cancelled under way is told as paid")
	}
	during.house.Run(time.Minute)
	if got := []string{pay(during), cancel(during)}; fmt.Sprint(got) != "[F ORDER_IS_CANCELED S SUCCESS]" {
		t.Error(got)
	}
}

// Decisions D35 and B23: a payer's code is in no row, no sealed text and no log; a caller's text is in no row in clear.
func TestNoCodeAndNoFreeTextIsKept(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := setup(t, func(c *ams.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for _, ending := range []string{"00", "01", "02", "03", "06", "07"} {
		body := strings.NewReplacer("n-1", "k"+ending, `"o-1"`, `"k`+ending+`"`, "281000000000000100",
			"2830000000000077"+ending, "coffee", "a coffee for Hanako").Replace(good["pay"])
		w.post("SHOP_1", payPath, `{"metadata":"a secret","paymentNotifyUrl":"https://shop.example/n",`+body[1:])
	}
	rows, err := w.house.Reader().Journal(t.Context(), 0, 0)
	if err != nil || len(rows) < 12 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	opened := 0
	for _, r := range rows {
		record, err := w.house.Reader().Sealed(t.Context(), 0, r.N)
		if err != nil {
			t.Fatal(err)
		}
		kept := string(r.Body) + string(record) + log.String()
		for _, secret := range []string{"2830000000000077", "Hanako", "a secret", "shop.example"} {
			if strings.Contains(kept, secret) {
				t.Errorf("row %d, its record or the log holds %q", r.N, secret)
			}
		}
		if record == nil {
			continue
		}
		text, _, err := vault.Open(w.config.Live.Ring, []byte(ident.ID{Digest: r.Subject}.String()), record)
		if err != nil || strings.Contains(string(text), "2830000000000077") {
			t.Errorf("row %d: %v, %s", r.N, err, text)
		}
		if strings.Contains(string(text), "for Hanako") && strings.Contains(string(text), "https://shop.example/n") {
			opened++
		}
	}
	if opened != 6 {
		t.Errorf("%d records hold what the callers wrote", opened)
	}
}

// Every path of the SDKs that is not served is a signed BUSINESS_NOT_SUPPORT, in both roots; nothing is redirected.
func TestEveryPathOfTheSDKsIsAnswered(t *testing.T) {
	t.Parallel()
	w := setup(t, patient)
	answered := 0
	for _, p := range dialect.Paths() {
		rewritten := strings.Replace(p.Path, "/ams/api", "/ams/sandbox/api", 1)
		for as, path := range map[string]string{"SHOP_1": p.Path, "SANDBOX_SHOP": rewritten} {
			want := "F BUSINESS_NOT_SUPPORT"
			if p.Operation != dialect.NotSupported {
				want = "F PARAM_ILLEGAL" // served, and an empty request says nothing
			}
			if got := code(t, w.post(as, path, `{}`)); got != want {
				t.Errorf("%s as %s: %s", path, as, got)
			}
			answered++
		}
	}
	if answered != 2*152 {
		t.Errorf("%d answers", answered)
	}
}

// B31: answers to strangers come from a budget, the same one once a second; past it there is a bare status.
func TestStrangersAreSignedForFromABudget(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 200 {
		if got := code(t, w.post("NOBODY", payPath, `{}`)); got != "F INVALID_CLIENT" {
			t.Fatal(got)
		}
	}
	if n := w.steps(envelope.Signing); n != 1 {
		t.Errorf("the same answer was signed %d times within a second", n)
	}
	signed := 0
	for i := range 100 {
		if code(t, w.post("NOBODY", fmt.Sprint("/nowhere/", i), `{}`)) != "503" {
			signed++
		}
	}
	if signed != 49 {
		t.Errorf("%d more answers were signed within a second, want 49", signed)
	}
	if got := code(t, w.post("SHOP_1", payPath, good["pay"])); got != "S SUCCESS" {
		t.Errorf("a client meanwhile: %s", got)
	}
	w.house.Run(time.Second)
	if got := code(t, w.post("NOBODY", "/nowhere/99", `{}`)); got != "F NO_INTERFACE_DEF" {
		t.Errorf("a second later: %s", got)
	}
}

// B31: an inquiry's answer is signed once a second while nothing changes, and anew when something does.
func TestAnInquiryIsSignedOnceASecond(t *testing.T) {
	t.Parallel()
	w := setup(t)
	paid := value(t, w.post("SHOP_1", payPath, good["pay"]), "paymentId")
	ask := func() string {
		return w.post("SHOP_1", "/ams/api/v1/payments/inquiryPayment", good["inquiryPayment"]).Body.String()
	}
	before := w.steps(envelope.Signing)
	first := ask()
	for range 15 {
		if again := ask(); again != first {
			t.Fatalf("%s, then %s", first, again)
		}
	}
	if n := w.steps(envelope.Signing) - before; n != 1 {
		t.Errorf("16 inquiries were signed %d times", n)
	}
	w.post("SHOP_1", "/ams/api/v1/payments/refund",
		`{"refundRequestId":"r","paymentId":"`+paid+`","refundAmount":{"currency":"JPY","value":"1"}}`)
	if again := ask(); again == first || !strings.Contains(again, "transactions") {
		t.Errorf("after a refund: %s", again)
	}
	w.house.Run(time.Second)
	before = w.steps(envelope.Signing)
	ask()
	if n := w.steps(envelope.Signing) - before; n != 1 {
		t.Errorf("a second later it was signed %d times", n)
	}
}

// Each client is answered with the version of our key that it was told to expect.
func TestAnswersAreSignedWithTheClientsVersionOfOurKey(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for as, version := range map[string]string{"SHOP_1": "keyVersion=1,", "SHOP_2": "keyVersion=2,",
		"NOBODY": "keyVersion=1,"} {
		for _, path := range []string{payPath, "/nowhere"} {
			answer := w.post(as, path, `{}`)
			if header := raw(answer.Result().Header, "signature"); !strings.Contains(header, version) {
				t.Errorf("%s at %s: %s", as, path, header)
			}
		}
	}
}

// A key of ours that is not there cannot sign: nothing is said rather than something unsigned.
func TestWithoutAKeyNothingIsSaid(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *ams.Config) { c.Live.Key = func() int { return 9 } })
	if got := code(t, w.post("NOBODY", payPath, `{}`)); got != "503" {
		t.Error(got)
	}
}

// An inquiry about money is answered although the record of what the caller wrote cannot be opened.
func TestAnInquiryDoesWithoutARecordThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := setup(t, func(c *ams.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w.post("SHOP_1", payPath, strings.Replace(good["pay"], "{", `{"metadata":"a secret",`, 1))
	ring, err := vault.NewRing(2, map[vault.Version][32]byte{2: {8}})
	if err != nil {
		t.Fatal(err)
	}
	w.config.Live.Ring = ring
	w.handler = ams.New(w.config)
	answer := w.post("SHOP_1", "/ams/api/v1/payments/inquiryPayment", good["inquiryPayment"])
	if value(t, answer, "paymentStatus") != "SUCCESS" || value(t, answer, "metadata") != "" {
		t.Error(answer.Body)
	}
	if !strings.Contains(log.String(), "a sealed record cannot be read") {
		t.Errorf("the log says %q", log.String())
	}
}

// Without a sandbox its clients are unknown, and live ones are served.
func TestWithoutASandboxItsClientsAreNobody(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *ams.Config) { c.Sandbox = nil })
	got := code(t, w.post("SANDBOX_SHOP", "/ams/sandbox/api/v1/payments/pay", good["pay"]))
	if got != "F INVALID_CLIENT" {
		t.Error(got)
	}
	w.untouched()
}
