// SPDX-License-Identifier: Apache-2.0

package relay_test

import (
	"context"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// shown is a request to pay that shows a code, with what its pay must say.
func shown(request, code string) (flow.Pay, wallet.Charge) {
	m := flow.Pay{ID: ident.Name(0, ident.Payment, "SHOP", "", request), Client: "SHOP", Holder: "acq", RequestID: request,
		Order: request, Reference: "m-1", Price: money.New(1000, money.JPY), Wallet: "jp"}
	copy(m.Marks[0][:], code)
	copy(m.Marks[1][:], "old "+code)
	copy(m.Fingerprint[:], code)
	return m, wallet.Charge{Payment: m.ID, Code: code}
}

// codes is a wallet that remembers which codes it was asked to charge.
type codes struct {
	scripted
	asked []string
}

func (c *codes) Pay(ctx context.Context, charge wallet.Charge) wallet.Answer {
	c.asked = append(c.asked, charge.Code)
	return c.scripted.Pay(ctx, charge)
}

func holding(t *testing.T) (*stage.House, *codes) {
	h, _ := setup(t)
	w := &codes{scripted: scripted{pay: says(yes)}}
	h.Wallets["jp"] = w
	return h, w
}

func TestWalletIsAskedWithTheCodeOfTheRequestThatIsCommitted(t *testing.T) {
	t.Parallel()
	h, w := holding(t)
	first, firstCharge := shown("p", "first code")
	second, secondCharge := shown("p", "second code")
	h.Relay().Hold(first.Fingerprint, firstCharge)
	h.Relay().Hold(second.Fingerprint, secondCharge) // on its way under the same name, and decided later
	if _, err := h.Do(context.Background(), first); err != nil {
		t.Fatal(err)
	}
	h.Run(time.Second)
	if len(w.asked) != 1 || w.asked[0] != "first code" {
		t.Fatalf("the wallet was asked with %q", w.asked)
	}
}

func TestDroppingOneRequestLeavesTheSameOneOfAnotherCaller(t *testing.T) {
	t.Parallel()
	h, w := holding(t)
	m, c := shown("p", "code")
	h.Relay().Hold(m.Fingerprint, c)
	h.Relay().Hold(m.Fingerprint, c)
	h.Relay().Drop(m.ID, m.Fingerprint) // the first caller's was not taken
	if _, err := h.Do(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	h.Run(time.Second)
	if len(w.asked) != 1 || w.asked[0] != "code" {
		t.Fatalf("the wallet was asked with %q", w.asked)
	}
}

func TestNothingIsSentOfARequestThatWasDropped(t *testing.T) {
	t.Parallel()
	h, w := holding(t)
	m, c := shown("p", "code")
	h.Relay().Hold(m.Fingerprint, c)
	h.Relay().Drop(m.ID, m.Fingerprint)
	if _, err := h.Do(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	h.Run(time.Second)
	if len(w.asked) != 0 {
		t.Fatalf("the wallet was asked with %q", w.asked)
	}
}
