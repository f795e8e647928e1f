// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// book is a store of one lane in which each sort of story happened once; its objects have names.
type book struct {
	file     string
	payments map[string]ident.Digest
	refunds  map[string]ident.Digest
	rows     map[string]int64 // "hk succeeded", "part sent": of a payment or refund, and the kind's second word
	last     int64
	shops    []shop
	heads    []audit.Head
	public   wire.PublicKey
}

// write tells the stories into a file.
func write(t *testing.T) *book {
	t.Helper()
	b := &book{file: filepath.Join(t.TempDir(), "books.db"), payments: map[string]ident.Digest{},
		refunds: map[string]ident.Digest{}, rows: map[string]int64{}}
	w := newWorld(t, b.file, 42, 1)
	b.shops, b.public = w.shops, w.key.Public()
	std, flat := w.shops[0], w.shops[1]
	keep := func(name string, p *payment.Payment) *payment.Payment {
		b.payments[name] = p.ID.Digest
		w.now = w.now.Add(7 * time.Second)
		return p
	}
	refund := func(name string, p *payment.Payment, yen int64) (*payment.Payment, ident.Digest) {
		p, id := w.refund(p, yen)
		b.refunds[name] = id
		w.now = w.now.Add(7 * time.Second)
		return p, id
	}
	keep("hk", w.paid(std, 0, 1000))
	jp := keep("jp", w.paid(std, 3, 5000))
	jp, id := refund("part", jp, 2000)
	jp = w.refundHeard(jp, id, gaveBack)
	jp, id = refund("failed", jp, 1500)
	jp = w.refundHeard(jp, id, no(wire.RefundNotSupported))
	_, id = refund("doubted", jp, 500)
	w.refundHeard(jp, id, wallet.Answer{Detail: "no answer"})
	refund("above", jp, 9999)
	kw := keep("kw", w.paid(flat, 1, 1234))
	kw, id = refund("third", kw, 333)
	kw = w.refundHeard(kw, id, gaveBack)
	keep("sent", w.begun(w.pay(flat, 2, 770)))
	keep("unknown", w.hear(w.begun(w.pay(std, 0, 880)), flow.AskedToPay, wallet.Answer{}))
	w.save()
	w.now = w.now.Add(20 * time.Minute)
	cancelled := w.cancel(keep("cancelled", w.paid(std, 0, 2000)))
	w.hear(cancelled, flow.AskedToCancel, w.yes(cancelled, ""))
	refunding := keep("refunding", w.hear(w.begun(w.pay(flat, 0, 640)), flow.AskedToPay, wallet.Answer{}))
	refunding = w.must(flow.GiveUp{Payment: refunding.ID}).Payment
	w.hear(refunding, flow.AskedAfterWindow, w.yes(refunding, "L"))
	declined := keep("declined", w.hear(w.begun(w.pay(std, 2, 910)), flow.AskedToPay, no(wire.FraudReject)))
	stray := w.hear(declined, flow.AskedToPay, w.yes(declined, "S1"))
	w.hear(stray, flow.AskedToGiveBack, w.yes(stray, "B"))
	taken := keep("taken", w.hear(w.begun(w.pay(std, 0, 920)), flow.AskedToPay, no(wire.FraudReject)))
	w.hear(taken, flow.AskedToPay, w.yes(taken, "S2"))
	p := w.pay(std, 0, 555)
	w.must(flow.Cancel{ID: p.ID, Client: p.Client, RequestID: p.RequestID})
	b.payments["tombstone"] = p.ID.Digest
	p = w.pay(std, 0, 556)
	p.Refusal, p.Why = wire.UnavailablePaymentMethod, "the wallet does not answer"
	keep("refused", w.must(p).Payment)
	over := keep("over", w.paid(flat, 3, 30_000))
	refund("everything", over, 30_000)
	refund("overdraft", kw, 901) // on the credit line of the plan
	keep("last", w.paid(std, 0, 1500))
	w.now = w.now.Add(9 * time.Second)
	w.must(flow.Put{Person: "test", What: "add plan", Subject: "late", Facts: store.Facts{Plans: []merchant.Plan{{ID: "late",
		Percent: money.BasisPoints(100), Rounding: money.Up}}}})
	w.must(flow.Revoke{Person: "test", Key: access.Key{Client: "SHOP0", Version: 1, Public: w.key.Public()}})
	w.desk.Close()
	b.index(t, w.db)
	w.db.Close()
	return b
}

// index finds the rows of the named objects.
func (b *book) index(t *testing.T, db *store.DB) {
	names := map[ident.Digest]string{}
	for name, id := range b.payments {
		names[id] = name
	}
	for name, id := range b.refunds {
		names[id] = name
	}
	for {
		rows, err := db.Reader().Journal(context.Background(), 0, b.last)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		for _, r := range rows {
			b.last = r.N
			_, what, _ := strings.Cut(r.Kind.String(), ".")
			if name := names[r.Subject]; name != "" {
				b.rows[name+" "+what] = r.N
			} else {
				b.rows[r.Kind.String()] = r.N
			}
			b.heads = append(b.heads, audit.Head{Lane: r.Lane, N: r.N, Hash: r.Hash, At: r.At})
		}
	}
}

func (b *book) id(name string) string {
	if id, ok := b.payments[name]; ok {
		return ident.ID{Digest: id}.String()
	}
	return ident.ID{Digest: b.refunds[name]}.String()
}

// forger changes a copy of the book below every rule.
type forger struct {
	*book
	t    *testing.T
	copy string
	db   *sql.DB
}

func (b *book) forge(t *testing.T) *forger {
	t.Helper()
	text, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{book: b, t: t, copy: filepath.Join(strings.ReplaceAll(t.TempDir(), "#", ""), "forged.db")}
	if err := os.MkdirAll(filepath.Dir(f.copy), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.copy, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f.db, err = sql.Open("sqlite", "file:"+f.copy+"?_pragma=ignore_check_constraints(1)&_pragma=synchronous(off)")
	if err != nil {
		t.Fatal(err)
	}
	f.db.SetMaxOpenConns(1)
	t.Cleanup(func() { f.db.Close() })
	return f
}

// exec changes exactly one row.
func (f *forger) exec(text string, args ...any) {
	f.t.Helper()
	result, err := f.db.Exec(text, args...)
	if err != nil {
		f.t.Fatal(err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		f.t.Fatalf("%d rows were changed by %q: %v", n, text, err)
	}
}

func (f *forger) value(text string, args ...any) (v []byte) {
	f.t.Helper()
	if err := f.db.QueryRow(text, args...).Scan(&v); err != nil {
		f.t.Fatal(err)
	}
	return v
}

func (f *forger) n(row string) int64 {
	f.t.Helper()
	n := f.rows[row]
	if n == 0 {
		f.t.Fatalf("there is no row %q", row)
	}
	return n
}

// body changes the fields of a row: a field is set where it is named, and removed where it is empty.
func (f *forger) body(n int64, changes ...ledger.Field) {
	f.t.Helper()
	fields, err := ledger.ParseFields(f.value("SELECT body FROM journal WHERE n = $1", n))
	if err != nil {
		f.t.Fatal(err)
	}
	by := map[ledger.Tag]ledger.Field{}
	for _, field := range append(fields, changes...) {
		by[field.Tag] = field
	}
	var out ledger.Fields
	for tag := ledger.TagState; tag <= 60; tag++ {
		switch field, ok := by[tag]; {
		case !ok:
		case field.Text != "" || field.Number == 0:
			out.Text(tag, field.Text)
		default:
			out.Number(tag, field.Number)
		}
	}
	f.exec("UPDATE journal SET body = $1 WHERE n = $2", out.Body(), n)
}

func (f *forger) transfers(n int64, change func([]ledger.Transfer) []ledger.Transfer) {
	f.t.Helper()
	transfers, err := ledger.ParseTransfers(f.value("SELECT transfers FROM journal WHERE n = $1", n))
	if err != nil {
		f.t.Fatal(err)
	}
	column := ledger.AppendTransfers([]byte{}, change(transfers))
	f.exec("UPDATE journal SET transfers = $1 WHERE n = $2", column, n)
}

// account is the number of an account of the books.
func (f *forger) account(purpose ledger.Purpose, holder string, currency int) (n int64) {
	f.t.Helper()
	err := f.db.QueryRow("SELECT number FROM account WHERE purpose = $1 AND holder = $2 AND currency = $3",
		int64(purpose), holder, currency).Scan(&n)
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// rechain makes all hashes follow from the rows as they stand, and the lane's row end with the last.
func (f *forger) rechain() {
	f.t.Helper()
	rows, err := f.db.Query("SELECT n, at, kind, subject, origin, previous, body, transfers FROM journal ORDER BY n")
	if err != nil {
		f.t.Fatal(err)
	}
	var all []ledger.Row
	for rows.Next() {
		var r ledger.Row
		var kind int64
		var subject []byte
		if err := rows.Scan(&r.N, &r.At, &kind, &subject, &r.Origin, &r.Previous, &r.Body, &r.Transfers); err != nil {
			f.t.Fatal(err)
		}
		r.Kind, r.Subject = ledger.Kind(kind), ident.Digest(subject)
		all = append(all, r)
	}
	rows.Close()
	var head ledger.Hash
	for i := range all {
		head = all[i].Sum(head)
		f.exec("UPDATE journal SET hash = $1 WHERE n = $2", head[:], all[i].N)
	}
	f.exec("UPDATE lane SET n = $1, head = $2", all[len(all)-1].N, head[:])
}

// bind makes a payment's or refund's first row carry the commitment of its row as it stands now.
func (f *forger) bind(name string) {
	f.t.Helper()
	if id, ok := f.payments[name]; ok {
		r, n := f.request(id)
		bound := r.CommitmentOf()
		f.body(n, ledger.Field{Tag: ledger.TagCommitment, Text: string(bound[:])})
	} else {
		r := f.refundRequest(f.refunds[name])
		bound := r.CommitmentOf()
		f.body(f.firstOf(name), ledger.Field{Tag: ledger.TagCommitment, Text: string(bound[:])})
	}
	f.rechain()
}

// request is a payment's row as the program that wrote it would read it, and the number of its first row.
func (f *forger) request(id ident.Digest) (r payment.Request, n int64) {
	f.t.Helper()
	var at, price, payer, base, fee, currency, payerCurrency, num, den, baseNum, baseDen, rounds, feeBack, expires int64
	var client, wal string
	var shop, code, print, quote, sealed []byte
	err := f.db.QueryRow("SELECT n, at, client, account, request, ordered, merchant, store, terminal, wallet, code, "+
		"fingerprint, price, currency, payer, payer_currency, base, quote, rate_num, rate_den, base_num, base_den, rounding, "+
		"fee, fee_back, expires, sealed FROM payment WHERE id = $1", id[:]).Scan(&n, &at, &client, &r.Account, &r.RequestID,
		&r.Order, &shop, &r.Store, &r.Terminal, &wal, &code, &print, &price, &currency, &payer, &payerCurrency, &base,
		&quote, &num, &den, &baseNum, &baseDen, &rounds, &fee, &feeBack, &expires, &sealed)
	if err != nil {
		f.t.Fatal(err)
	}
	r.ID, r.Merchant = ident.ID{Digest: id}, ident.ID{Digest: ident.Digest(shop)}
	r.At, r.ExpiresAt = payment.TimeOf(at), payment.TimeOf(expires)
	r.Client, r.Wallet = ident.Client(client), wallet.ID(wal)
	r.Quote, r.Rounding, r.FeeBack = ident.Digest(quote), money.Rounding(rounds), feeBack == 1
	copy(r.Code[:], code)
	copy(r.Fingerprint[:], print)
	copy(r.Sealed[:], sealed)
	if currency != 0 {
		in, of := money.Currency(currency), money.Currency(payerCurrency)
		r.Price, r.Fee, r.Payer, r.Base = money.New(price, in), money.New(fee, in), money.New(payer, of), money.New(base, of)
	}
	if den > 0 {
		r.Customer, _ = money.RatioOf(num, den)
		r.BaseRate, _ = money.RatioOf(baseNum, baseDen)
	}
	return r, n
}

func (f *forger) refundRequest(id ident.Digest) *payment.RefundRequest {
	f.t.Helper()
	reader, err := store.OpenReader(context.Background(), store.Location(f.copy))
	if err != nil {
		f.t.Fatal(err)
	}
	defer reader.Close()
	r, err := reader.Refund(context.Background(), ident.ID{Digest: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *forger) firstOf(refund string) int64 {
	if n, ok := f.rows[refund+" sent"]; ok {
		return n
	}
	return f.n(refund + " refused")
}

// pay changes a column of a payment's row, and binds the first row to it.
func (f *forger) pay(name, column string, value any) {
	f.t.Helper()
	id := f.payments[name]
	f.exec("UPDATE payment SET "+column+" = $1 WHERE id = $2", value, id[:])
}

func (f *forger) back(name, column string, value any) {
	f.t.Helper()
	id := f.refunds[name]
	f.exec("UPDATE refund SET "+column+" = $1 WHERE id = $2", value, id[:])
}

func (f *forger) code(name string) []byte {
	id := f.payments[name]
	return f.value("SELECT code FROM payment WHERE id = $1", id[:])
}

func (f *forger) claimRow(name string) string {
	var hour int64
	if err := f.db.QueryRow("SELECT hour FROM code_claim WHERE mark = $1", f.code(name)).Scan(&hour); err != nil {
		f.t.Fatal(err)
	}
	return fmt.Sprintf("0/%d/%s", hour, hex.EncodeToString(f.code(name)))
}

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:16]
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func row(n int64) string { return fmt.Sprintf("0/%d", n) }
