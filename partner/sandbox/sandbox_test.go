// SPDX-License-Identifier: Apache-2.0

package sandbox_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/partner/sandbox"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

func TestPayAndInquiryTellOneCharge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	w := sandbox.New(func() time.Time { return now })
	id := ident.Name(0, ident.Payment, "SANDBOX_SHOP", "", "p-1")
	paid, asked := w.Pay(t.Context(), wallet.Charge{Payment: id}), w.Inquire(t.Context(), id)
	if paid.Verdict != wallet.Succeeded || paid != asked || paid.Partner == "" {
		t.Fatalf("%+v and %+v", paid, asked)
	}
	if c := w.Cancel(t.Context(), id); c.Verdict != wallet.Succeeded {
		t.Fatalf("%+v", c)
	}
	back := wallet.Return{Payment: id, Refund: ident.Name(0, ident.Refund, "a")}
	if r := w.Refund(t.Context(), back); r.Partner == paid.Partner {
		t.Fatalf("the refund has the charge's id %s", r.Partner)
	}
}
