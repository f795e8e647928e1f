// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/internal/golden"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

var digest = regexp.MustCompile(`\.[0-9a-f]{12}\.`)

// asFile is a page without the digests of its assets, which change with every rule of style.
func asFile(page string) string { return digest.ReplaceAllString(page, ".") }

func TestStoryOfARefundedPayment(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	w.run(90 * time.Second)
	w.refund(p, "f", 300)
	for _, lang := range []string{"en", "ja"} {
		answer := w.get("/payment/"+p.ID.String(), lang)
		if answer.Code != http.StatusOK {
			t.Fatal(answer.Code)
		}
		golden.Equal(t, "refunded."+lang+".html", asFile(answer.Body.String()))
	}
}

func TestStoryExplainsTheMoney(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.pay("a", "m-1", "hk", 1000)
	page := w.page("/payment/" + p.ID.String())
	has(t, page,
		"1 JPY cost the payer 0.0515072 HKD. The base rate was 0.0512; the difference is our spread of HKD 0.31.",
		"The payer paid HKD 51.51 with Sample HK", "Sample Cafe Gion", "Sample HK owes us",
		"We owe Sample Cafe", "Our position in HKD",
		"Our exchange income, HKD", "Our fee income, JPY", "till-1", "order-a", p.ID.String())
	// Every number leads to the line that it is made of.
	for _, m := range regexp.MustCompile(`href="#([a-z0-9-]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
	if n := strings.Count(part(t, page, "money", "</dl>"), `<a href="#line-`); n != 6 {
		t.Errorf("%d of six numbers lead to their lines", n)
	}
	own := w.pay("b", "m-1", "jp", 1000)
	has(t, w.page("/payment/"+own.ID.String()),
		"The wallet pays in the shop&#39;s own currency: no rate, no spread.", "Sample JP owes us")
}

func TestStoryOfEveryEndIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	hk := w.wallets["hk"]
	story := func(request, shop string, prepare func(), pass time.Duration) (string, *payment.Payment) {
		*hk = scripted{pay: yes, inquiry: yes, cancel: yes, asked: hk.asked}
		prepare()
		p := w.pay(request, shop, "hk", 1000)
		w.run(pass)
		return w.page("/payment/" + p.ID.String()), p
	}
	refused, _ := story("refused", "m-unheard", func() {}, 0)
	has(t, refused, "The payment was refused before any wallet was asked.", "MERCHANT_NOT_REGISTERED",
		"referenceMerchantId m-unheard is not registered", "No money has moved.", "Unregistered shop",
		"Declined</span>")
	lacks(t, refused, "The payer")

	declined, _ := story("declined", "m-1", func() { hk.pay = no }, 0)
	has(t, declined, "The wallet says that it took nothing.", "USER_BALANCE_NOT_ENOUGH", "the balance is too small",
		"The payer would have paid HKD 51.51", "No money has moved.")

	unknown, _ := story("unknown", "m-1", func() { hk.mute = true }, time.Second)
	has(t, unknown, "Whether it took the money is not known yet.", "asking the wallet what happened",
		"No money has moved. When the wallet says it took the money, the lines appear here.",
		"The payer pays HKD 51.51")

	late, _ := story("late", "m-1", func() {
		hk.pay, hk.inquiry = wallet.Answer{}, wallet.Answer{}
		hk.cancel = wallet.Answer{Verdict: wallet.Declined, Code: wire.CancelWindowExceed}
	}, 80*time.Second)
	has(t, late, "A cancel is under way. From here on nothing credits the shop.", "by our clock", "Cancelling</span>")
	hk.inquiry = yes
	p := w.network.Payment(paymentID("late"))
	w.run(3 * time.Minute)
	has(t, w.page("/payment/"+p.ID.String()), "it is too late to cancel. It goes back as a refund.",
		"The payment is cancelled. The payer owes nothing.", "Taken by Sample HK without a payment",
		"and given back", "Cancelled</span>")
}

func TestStoryOfNothingIsMissing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, id := range []string{"nothing", paymentID("never made").String(),
		strings.ToLower(paymentID("a").String()), "%00", "..%2f"} {
		answer := w.get("/payment/"+id, "en")
		if answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", id, answer.Code)
		}
		has(t, answer.Body.String(), "There is nothing at this address")
	}
}
