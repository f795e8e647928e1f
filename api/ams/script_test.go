// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/script"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// TestTranscripts plays testdata/*.txt. A request goes out as a client, or as a client through one SDK: "as
// SHOP_1/python". Commands move the world:
//
//	run 90s               let time pass
//	minted CUSTOMER       a code that was minted for a user of the wallet mint
//	charges WALLET        how many charges a wallet was sent
//	returns WALLET        the refunds a wallet was sent, in the payer's currency
//	stores                the stores that were told of
//	alarms                what an operator was told
func TestTranscripts(t *testing.T) {
	t.Parallel()
	script.Run(t, "testdata/*.txt", func(t *testing.T) script.World {
		w := setup(t)
		vars := map[string]string{"upm": upm, "shop": cafe, "hkd": line(t, "hk", money.HKD, "0.0512").ID.String(),
			"krw": line(t, "kr", money.KRW, "9.41").ID.String()}
		return script.World{Handler: w.handler, Sign: w.sign, Verify: w.verify, Command: w.command, Vars: vars}
	})
}

// The parts of a payment that are the same in most transcripts; pay.txt writes them out once. Source: 2.1.4.
const (
	upm  = `"productCode":"IN_STORE_PAYMENT","paymentFactor":{"inStorePaymentScenario":"PaymentCode"}`
	cafe = `"orderDescription":"coffee","orderAmount":{"currency":"JPY","value":"1000"},` +
		`"merchant":{"referenceMerchantId":"m-1","merchantName":"Cafe","merchantMCC":"5812",` +
		`"store":{"referenceStoreId":"s-1","storeName":"Cafe Ueno","storeMCC":"5812"}},` +
		`"env":{"storeTerminalId":"t-1","storeTerminalRequestTime":"2026-11-24T12:00:00+09:00"}`
)

func (w *world) sign(name, _, path string, body []byte) [][2]string {
	who, through, _ := strings.Cut(name, "/")
	for _, s := range sdks {
		if s.name == through || through == "" {
			return s.headers(w.now(who), people[who], path, body)
		}
	}
	return nil
}

// verify lets a bare 503 pass: a script says which answer it expects.
func (w *world) verify(name, method, path string, answer script.Answer) error {
	if answer.Status == 503 && len(answer.Body) == 0 {
		return nil
	}
	who, _, _ := strings.Cut(name, "/")
	if echo := raw(answer.Header, "client-id"); echo != string(people[who].client) {
		return fmt.Errorf("the answer is for %q", echo)
	}
	return everySDKVerifies(method, path, &http.Response{StatusCode: answer.Status, Header: answer.Header}, answer.Body)
}

func (w *world) command(args []string) (string, int) {
	argument := ""
	if len(args) > 1 {
		argument = args[1]
	}
	switch args[0] {
	case "run":
		d, err := time.ParseDuration(argument)
		if err != nil {
			return err.Error(), 1
		}
		w.house.Run(d)
		w.sandbox.Run(d)
		return "", 0
	case "minted":
		minted := wallet.Minted{Wallet: "mint", Customer: argument, Expires: w.house.Now().Add(time.Minute)}
		code, err := w.codes.Mint(7, minted, w.house.Now(), strings.NewReader(argument+strings.Repeat(".", 16)))
		if err != nil {
			return err.Error(), 1
		}
		return code, 0
	case "charges":
		return fmt.Sprint(len(w.wallets[wallet.ID(argument)].charges)), 0
	case "customers":
		var all []string
		for _, c := range w.wallets[wallet.ID(argument)].charges {
			all = append(all, c.Customer)
		}
		return strings.Join(all, " "), 0
	case "returns":
		var all []string
		for _, r := range w.wallets[wallet.ID(argument)].returns {
			all = append(all, fmt.Sprintf("%v for %v", r.Payer, r.Amount))
		}
		return strings.Join(all, ", "), 0
	case "stores":
		var all []string
		for _, s := range w.seen {
			all = append(all, s.Reference+" "+s.Name+" "+s.MCC)
		}
		return strings.Join(all, ", "), 0
	case "alarms":
		return strings.Join(w.alarms, "\n"), 0
	case "payment":
		return ident.Name(0, ident.Payment, args[1:]...).String(), 0
	}
	return "no such command", 2
}
