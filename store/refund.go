// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
)

const refundColumns = "lane, id, n, at, payment, client, account, request, reference, amount, currency, sealed"

const refundKinds = "nbnnbttttnnb"

var insertRefund = insertion{table: "refund", columns: refundColumns, kinds: refundKinds}

var loadRefunds = lookup{
	sql: "SELECT " + refundColumns + " FROM refund WHERE lane = $1 AND id",
	in:  "n", key: kindBytes, out: refundKinds,
}

func refundCells(cells []cell, r *payment.RefundRequest, n int64) []cell {
	sealed := r.Sealed[:]
	if r.Sealed == (payment.Commitment{}) {
		sealed = nil
	}
	return append(cells, number(r.ID.Lane.Key()), blob(r.ID.Digest[:]), number(n), number(r.At.UnixMicro()),
		blob(r.Payment.Digest[:]), text(string(r.Client)), text(r.Account), text(r.RequestID), text(r.Reference),
		number(r.Amount.Minor()), number(int64(r.Amount.Currency())), blob(sealed))
}

func refundRow(c []cell) (*payment.RefundRequest, error) {
	lane, ok := ident.LaneOf(c[0].number)
	currency := money.Currency(c[10].number)
	if !ok || len(c[1].bytes) != 16 || len(c[4].bytes) != 16 || !currency.Valid() {
		return nil, damaged("store.Refund", "refund of row %d in lane key %d", c[2].number, c[0].number)
	}
	r := &payment.RefundRequest{
		ID: ident.ID{Lane: lane, Digest: ident.Digest(c[1].bytes)}, At: time.UnixMicro(c[3].number).UTC(),
		Payment: ident.ID{Lane: lane, Digest: ident.Digest(c[4].bytes)}, Client: ident.Client(c[5].text), Account: c[6].text,
		RequestID: c[7].text, Reference: c[8].text, Amount: money.New(c[9].number, currency),
	}
	copy(r.Sealed[:], c[11].bytes)
	return r, nil
}
