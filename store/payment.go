// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

const paymentColumns = "lane, id, n, at, client, account, request, ordered, merchant, store, terminal, wallet, code, " +
	"fingerprint, price, currency, payer, payer_currency, base, quote, rate_num, rate_den, base_num, base_den, rounding, " +
	"fee, fee_back, expires, sealed"

const paymentKinds = "nbnntttt" + "btttb" + "bnnnnn" + "bnnnnn" + "nnnb"

var insertPayment = insertion{table: "payment", columns: paymentColumns, kinds: paymentKinds}

var loadPayments = lookup{
	sql: "SELECT " + paymentColumns + " FROM payment WHERE lane = $1 AND id",
	in:  "n", key: kindBytes, out: paymentKinds,
}

func paymentCells(cells []cell, r *payment.Request, n int64) []cell {
	rateNum, rateDen := r.Customer.Terms()
	baseNum, baseDen := r.BaseRate.Terms()
	sealed := r.Sealed[:]
	if r.Sealed == (payment.Commitment{}) {
		sealed = nil
	}
	return append(cells, number(r.ID.Lane.Key()), blob(r.ID.Digest[:]), number(n), number(r.At.UnixMicro()),
		text(string(r.Client)), text(r.Account), text(r.RequestID), text(r.Order),
		blob(r.Merchant.Digest[:]), text(r.Store), text(r.Terminal), text(string(r.Wallet)), blob(r.Code[:]),
		blob(r.Fingerprint[:]), number(r.Price.Minor()), number(int64(r.Price.Currency())), number(r.Payer.Minor()),
		number(int64(r.Payer.Currency())), number(r.Base.Minor()),
		blob(r.Quote[:]), number(rateNum), number(rateDen), number(baseNum), number(baseDen), number(int64(r.Rounding)),
		number(r.Fee.Minor()), flag(r.FeeBack), number(payment.Micros(r.ExpiresAt)), blob(sealed))
}

// merchantOf is the merchant of a payment, who lives in its lane; a tombstone has none.
func merchantOf(lane ident.Lane, digest ident.Digest) merchant.ID {
	if digest == (ident.Digest{}) {
		return merchant.ID{}
	}
	return merchant.ID{Lane: lane, Digest: digest}
}

// paymentRow reads an immutable request and the number of its first journal row.
func paymentRow(c []cell) (*payment.Request, int64, error) {
	lane, ok := ident.LaneOf(c[0].number)
	price, payer := money.Currency(c[15].number), money.Currency(c[17].number)
	tombstone := c[15].number == 0
	digests := len(c[1].bytes) == 16 && len(c[8].bytes) == 16 && len(c[12].bytes) == 16 && len(c[13].bytes) == 16 &&
		len(c[19].bytes) == 16
	if !ok || !digests || (!tombstone && (!price.Valid() || !payer.Valid())) {
		return nil, 0, damaged("store.Payment", "payment of row %d in lane key %d", c[2].number, c[0].number)
	}
	r := &payment.Request{
		ID: ident.ID{Lane: lane, Digest: ident.Digest(c[1].bytes)}, At: time.UnixMicro(c[3].number).UTC(),
		Client: ident.Client(c[4].text), Account: c[5].text, RequestID: c[6].text, Order: c[7].text,
		Merchant: merchantOf(lane, ident.Digest(c[8].bytes)), Store: c[9].text, Terminal: c[10].text,
		Wallet: wallet.ID(c[11].text), Code: payment.Mark(c[12].bytes), Fingerprint: payment.Mark(c[13].bytes),
		Quote: ident.Digest(c[19].bytes), Rounding: money.Rounding(c[24].number), FeeBack: c[26].number == 1,
		ExpiresAt: payment.TimeOf(c[27].number),
	}
	copy(r.Sealed[:], c[28].bytes)
	if tombstone {
		return r, c[2].number, nil
	}
	r.Price, r.Fee = money.New(c[14].number, price), money.New(c[25].number, price)
	r.Payer, r.Base = money.New(c[16].number, payer), money.New(c[18].number, payer)
	if r.Converted() {
		var err1, err2 error
		r.Customer, err1 = money.RatioOf(c[20].number, c[21].number)
		r.BaseRate, err2 = money.RatioOf(c[22].number, c[23].number)
		if err1 != nil || err2 != nil {
			return nil, 0, damaged("store.Payment", "rates of the payment of row %d", c[2].number)
		}
	}
	return r, c[2].number, nil
}
