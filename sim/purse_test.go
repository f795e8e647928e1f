// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// paidAt is a wallet that has taken a payment, and will decline to give it back.
func paidAt(t *testing.T) (*purse, wallet.Charge) {
	t.Helper()
	w := &world{swarm: swarmOf(1), trace: newTrace(nil), tills: newChance(1, streamTills),
		wallets: newChance(1, streamPurses), now: time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC).UnixNano()}
	p := &purse{w: w, facts: wallet.Wallet{Routing: 101}, records: map[ident.ID]*record{}, codes: map[string]*minted{}}
	c := wallet.Charge{Payment: ident.Name(0, ident.Payment, "SHOP", "", "p-1"), Code: p.mint().code,
		Price: money.New(1000, money.JPY), Payer: money.New(1000, money.JPY)}
	p.record(c.Payment).script = script{declinesRefund: true}
	if a := p.pay(c); a.Verdict != wallet.Succeeded {
		t.Fatalf("%+v", a)
	}
	return p, c
}

func TestAWalletFindsWhatItDecidedUnderOneRefundsName(t *testing.T) {
	t.Parallel()
	p, c := paidAt(t)
	back := wallet.Return{Payment: c.Payment, Refund: ident.Name(0, ident.Refund, "SHOP", "", "r-1"), Amount: c.Price,
		Payer: c.Payer}
	for range 9 {
		if a := p.refund(back, false); a.Verdict != wallet.Declined || a.Code != wire.UserStatusAbnormal {
			t.Fatalf("%+v", a)
		}
	}
	if payer, _ := p.records[c.Payment].net(); payer != 1000 {
		t.Fatalf("%d are left of what was taken", payer)
	}
}

func TestAWalletThatMustGiveBackDoesInTheEnd(t *testing.T) {
	t.Parallel()
	p, c := paidAt(t)
	back := wallet.Return{Payment: c.Payment, Refund: ident.Name(0, ident.Refund, "house", "", "r-1"), Amount: c.Price,
		Payer: c.Payer}
	tries := 1
	for p.refund(back, true).Verdict != wallet.Succeeded {
		if tries++; tries > 9 {
			t.Fatal("it never does")
		}
	}
	if payer, price := p.records[c.Payment].net(); payer != 0 || price != 0 || tries == 1 {
		t.Fatalf("%d and %d are left after %d tries", payer, price, tries)
	}
}
