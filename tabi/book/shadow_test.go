// SPDX-License-Identifier: Apache-2.0

package book

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// shadow is what a wallet is to be, in a few maps and plain words: written from the specification, not from the code.
type shadow struct {
	*desk
	now      time.Time
	users    []string
	balances map[string]int64
	blocked  map[string]bool
	codes    []*shadowCode
	payments map[string]*shadowPayment
	refunds  map[string]*shadowRefund
	topUps   map[string]int64
	networks int64
	fees     int64
}

type shadowCode struct {
	user, value string
	ends        time.Time
	spent       bool
}

type shadowPayment struct {
	in                        Pay
	user                      string
	state                     State
	answer                    wire.ResultCode
	fee, backPrice, backPayer int64
	backFee                   int64
	paidAt                    time.Time
	day                       int
	polls                     int
	due                       time.Time
	n                         int // its place in the order of arrival
}

type shadowRefund struct {
	in     Refund
	answer wire.ResultCode
	fee    int64
}

// The contract of the brand in the shadow.
var shadowTerms = Terms{PaymentMax: 4_000, DayMax: 9_000, DayCount: 5, MarkupBasisPoints: 150}

func newShadow(t testing.TB, path string) *shadow {
	m := &shadow{desk: &desk{TB: t, file: path}, now: noon, balances: map[string]int64{}, blocked: map[string]bool{},
		payments: map[string]*shadowPayment{}, refunds: map[string]*shadowRefund{}, topUps: map[string]int64{}}
	m.open()
	for i := range 2 {
		user := m.user(i+1, 10_000)
		m.users, m.balances[user] = append(m.users, user), 10_000
	}
	return m
}

func networkDay(t time.Time) int { return int(t.Unix()+8*60*60) / (24 * 60 * 60) }

func (m *shadow) topUp(t *rapid.T) {
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	amount := rapid.Int64Range(1, 3_000).Draw(t, "amount")
	reference := fmt.Sprint("ref-", rapid.IntRange(0, 5).Draw(t, "reference"))
	before, seen := m.topUps[user+reference]
	_, err := m.TopUp(TopUp{User: user, Amount: money.New(amount, money.CNY), Reference: reference, BalanceMax: 1 << 40,
		At: m.now})
	switch {
	case seen && before != amount:
		if fault.CodeOf(err) != CodeRepeatDiffers {
			t.Fatalf("another amount under one reference: %v", err)
		}
	case err != nil:
		t.Fatal(err)
	case !seen:
		m.topUps[user+reference] = amount
		m.balances[user] += amount
	}
}

func (m *shadow) mint(t *rapid.T) {
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	m.codes = append(m.codes, &shadowCode{user: user, value: m.code(user, m.now), ends: m.now.Add(time.Minute)})
}

func (m *shadow) pay(t *rapid.T) {
	if len(m.codes) == 0 || rapid.IntRange(0, 3).Draw(t, "fresh") > 0 {
		m.mint(t)
	}
	request := m.request(t)
	seen := m.payments[request]
	var in Pay
	if seen != nil && seen.in.Request != "" && rapid.Bool().Draw(t, "repeat") {
		in = seen.in
		in.At = m.now
	} else {
		code := m.codes[len(m.codes)-1]
		if rapid.IntRange(0, 5).Draw(t, "old") == 0 {
			code = rapid.SampledFrom(m.codes).Draw(t, "code")
		}
		payer := rapid.SampledFrom([]int64{1, 7, 333, 1_000, 1_999, 2_955, 3_000, 3_941, 3_942}).Draw(t, "payer")
		in = pay(request, code.value, rapid.Int64Range(1, 500).Draw(t, "price"), payer, m.now)
		in.Terms = shadowTerms
		if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
			in.Expires = m.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second)
		}
		switch rapid.IntRange(0, 5).Draw(t, "whim") {
		case 0:
			in.Whim.Polls = rapid.IntRange(1, 3).Draw(t, "polls")
		case 1:
			in.Whim.Due, in.Whim.Undue = m.now.Add(30*time.Second), true
		}
	}
	p, err := m.Pay(in)
	want, conflict := m.expectPay(seen, in)
	switch {
	case conflict:
		if fault.CodeOf(err) != CodeRepeatDiffers {
			t.Fatalf("%s repeated otherwise: %v", request, err)
		}
	case err != nil:
		t.Fatal(err)
	case p.Answer() != want:
		t.Fatalf("pay %s: %s, want %s", request, p.Answer(), want)
	}
}

// request is one of few names, so that they meet.
func (m *shadow) request(t *rapid.T) string {
	return fmt.Sprint("p-", rapid.IntRange(0, 7).Draw(t, "request"))
}

func (m *shadow) expectPay(seen *shadowPayment, in Pay) (want wire.ResultCode, conflict bool) {
	if seen != nil {
		if seen.in.Request != "" && (seen.in.Price != in.Price || seen.in.Payer != in.Payer || seen.in.Code != in.Code) {
			return "", true
		}
		m.ask(seen)
		return seen.answer, false
	}
	p := &shadowPayment{in: in, day: networkDay(m.now), state: Failed, n: len(m.payments)}
	m.payments[in.Request] = p
	p.answer = m.refuse(p)
	if p.answer != "" {
		return p.answer, false
	}
	if in.Whim.Polls > 0 || !in.Whim.Due.IsZero() {
		p.state, p.answer, p.polls, p.due = Pending, wire.PaymentInProcess, in.Whim.Polls, in.Whim.Due
		return p.answer, false
	}
	m.take(p)
	return p.answer, false
}

func (m *shadow) refuse(p *shadowPayment) wire.ResultCode {
	var code *shadowCode
	for _, c := range m.codes {
		if c.value == p.in.Code {
			code = c
		}
	}
	p.user = code.user
	if code.spent {
		return wire.ExpiredCode
	}
	code.spent = true
	total := p.in.Payer.Minor()
	p.fee = (total*150 + 5_000) / 10_000
	total += p.fee
	var count, sum int64
	for _, other := range m.payments {
		if other != p && other.user == p.user && other.day == p.day && (other.state == Debited || other.state == Pending) {
			count, sum = count+1, sum+other.in.Payer.Minor()+other.fee
		}
	}
	switch {
	case !m.now.Before(code.ends):
		return wire.ExpiredCode
	case m.blocked[p.user]:
		return wire.UserStatusAbnormal
	case !p.in.Expires.IsZero() && !m.now.Before(p.in.Expires):
		return wire.OrderIsClosed
	case total > 4_000:
		return wire.PaymentAmountExceedLimit
	case count >= 5:
		return wire.PaymentCountExceedLimit
	case sum+total > 9_000:
		return wire.UserAmountExceedLimit
	}
	return ""
}

// take takes the money of a payment that may be taken.
func (m *shadow) take(p *shadowPayment) {
	total := p.in.Payer.Minor() + p.fee
	expired := !p.in.Expires.IsZero() && !m.now.Before(p.in.Expires) && p.due.IsZero()
	switch {
	case m.blocked[p.user]:
		p.state, p.answer = Failed, wire.UserStatusAbnormal
	case expired:
		p.state, p.answer = Failed, wire.OrderIsClosed
	case m.balances[p.user] < total:
		p.state, p.answer = Failed, wire.UserBalanceNotEnough
	default:
		p.state, p.answer, p.paidAt = Debited, wire.Success, m.now
		m.balances[p.user] -= total
		m.networks += p.in.Payer.Minor()
		m.fees += p.fee
	}
}

// ask is the platform looking at a payment: it is decided when it is time.
func (m *shadow) ask(p *shadowPayment) {
	if p.state != Pending {
		return
	}
	if p.due.IsZero() && p.polls > 0 {
		p.polls--
		return
	}
	m.ripen1(p)
	if p.state == Pending && p.due.IsZero() {
		m.take(p)
	}
}

// ripen1 decides a payment whose time has come.
func (m *shadow) ripen1(p *shadowPayment) {
	if p.state == Pending && !p.due.IsZero() && !m.now.Before(p.due) {
		m.take(p)
	}
}

func (m *shadow) inquire(t *rapid.T) {
	request := m.request(t)
	p, found, err := m.Inquire("cny", request, m.now)
	seen := m.payments[request]
	if err != nil || found != (seen != nil) {
		t.Fatalf("inquiry of %s: found %v, %v", request, found, err)
	}
	if seen != nil {
		if m.ask(seen); p.Answer() != seen.answer {
			t.Fatalf("inquiry of %s: %s, want %s", request, p.Answer(), seen.answer)
		}
	}
}

func (m *shadow) cancel(t *rapid.T) {
	request := m.request(t)
	code, err := m.Cancel("cny", request, m.now)
	if err != nil {
		t.Fatal(err)
	}
	p := m.payments[request]
	if p == nil {
		p = &shadowPayment{}
		m.payments[request] = p
	}
	m.ripen1(p)
	want := wire.Success
	if p.state == Debited && !m.now.Before(windowEnd(p.paidAt)) {
		want = wire.CancelWindowExceed
	} else {
		m.undo(p)
	}
	if code != want {
		t.Fatalf("cancel of %s: %s, want %s", request, code, want)
	}
}

// windowEnd is half past midnight in UTC+8 on the day after.
func windowEnd(paid time.Time) time.Time {
	there := paid.Add(8 * time.Hour)
	return time.Date(there.Year(), there.Month(), there.Day()+1, 0, 30, 0, 0, time.UTC).Add(-8 * time.Hour)
}

func (m *shadow) undo(p *shadowPayment) {
	if p.state == Debited {
		payer, fee := p.in.Payer.Minor()-p.backPayer, p.fee-p.backFee
		m.balances[p.user] += payer + fee
		m.networks -= payer
		m.fees -= fee
		for _, r := range m.refunds {
			if r.in.Payment == p.in.Request && r.answer == wire.RefundInProcess {
				m.carry(p, r)
			}
		}
	}
	p.state, p.answer = Cancelled, wire.OrderIsCanceled
}

func (m *shadow) carry(p *shadowPayment, r *shadowRefund) {
	m.balances[p.user] += r.in.Payer.Minor() + r.fee
	m.networks -= r.in.Payer.Minor()
	m.fees -= r.fee
	r.answer = wire.Success
}

func (m *shadow) refund(t *rapid.T) {
	in := Refund{Brand: "cny", Request: fmt.Sprint("r-", rapid.IntRange(0, 7).Draw(t, "refund")), Payment: m.request(t),
		Days: 366, At: m.now}
	price, payer := int64(1), int64(1)
	if p := m.payments[in.Payment]; p != nil && p.in.Request != "" { // up to what is left, and one more
		price = rapid.Int64Range(1, p.in.Price.Minor()-p.backPrice+1).Draw(t, "price")
		payer = rapid.Int64Range(1, p.in.Payer.Minor()-p.backPayer+1).Draw(t, "payer")
	}
	in.Price, in.Payer = money.New(price, money.JPY), money.New(payer, money.CNY)
	if rapid.IntRange(0, 3).Draw(t, "waits") == 0 {
		in.Due = m.now.Add(time.Minute)
	}
	seen := m.refunds[in.Request]
	if seen != nil && rapid.Bool().Draw(t, "repeat") {
		in = seen.in
		in.At = m.now
	}
	got, err := m.Refund(in)
	want, conflict := m.expectRefund(seen, in)
	switch {
	case conflict:
		if fault.CodeOf(err) != CodeRepeatDiffers {
			t.Fatalf("%s repeated otherwise: %v", in.Request, err)
		}
	case err != nil:
		t.Fatal(err)
	case got.Result != want:
		t.Fatalf("refund %s: %s, want %s", in.Request, got.Result, want)
	}
}

func (m *shadow) expectRefund(seen *shadowRefund, in Refund) (want wire.ResultCode, conflict bool) {
	p := m.payments[in.Payment]
	if seen != nil && (seen.in.Payment != in.Payment || seen.in.Price != in.Price || seen.in.Payer != in.Payer) {
		return "", true // and nothing is written
	}
	if p != nil && p.in.Request != "" {
		m.ripen1(p)
	}
	if seen != nil {
		if seen.answer == wire.RefundInProcess && !m.now.Before(seen.in.Due) {
			m.carry(p, seen)
		}
		return seen.answer, false
	}
	if p == nil || p.in.Request == "" {
		return wire.OrderNotExist, false
	}
	if p.state == Pending {
		return wire.RefundInProcess, false
	}
	r := &shadowRefund{in: in}
	m.refunds[in.Request] = r
	switch {
	case p.state == Cancelled:
		r.answer = wire.OrderIsCanceled
	case p.state == Failed:
		r.answer = wire.OrderStatusInvalid
	case m.now.After(p.paidAt.AddDate(0, 0, 366)):
		r.answer = wire.RefundWindowExceed
	case p.backPrice+in.Price.Minor() > p.in.Price.Minor() || p.backPayer+in.Payer.Minor() > p.in.Payer.Minor():
		r.answer = wire.RefundAmountExceed
	default:
		p.backPrice, p.backPayer = p.backPrice+in.Price.Minor(), p.backPayer+in.Payer.Minor()
		due := (2*p.fee*p.backPayer + p.in.Payer.Minor()) / (2 * p.in.Payer.Minor()) // half up
		r.fee, p.backFee = due-p.backFee, due
		r.answer = wire.RefundInProcess
		if in.Due.IsZero() {
			m.carry(p, r)
		}
	}
	return r.answer, false
}

func (m *shadow) wait(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "night") == 0 { // to half past midnight in UTC+8, where windows end
		m.now = windowEnd(m.now)
		return
	}
	m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Second, 29 * time.Second, time.Minute, 3 * time.Hour,
		200 * 24 * time.Hour}).Draw(t, "wait"))
}

func (m *shadow) ripen(t *rapid.T) {
	if err := m.Ripen(m.now); err != nil {
		t.Fatal(err)
	}
	var due []*shadowPayment
	for i := range 8 {
		if p := m.payments[fmt.Sprint("p-", i)]; p != nil && p.state == Pending && !p.due.IsZero() {
			due = append(due, p)
		}
	}
	for range due { // the earliest first, then the first that came: it may leave too little for the next
		var first *shadowPayment
		for _, p := range due {
			if p.state == Pending && !m.now.Before(p.due) && (first == nil || p.due.Before(first.due) ||
				p.due.Equal(first.due) && p.n < first.n) {
				first = p
			}
		}
		if first != nil {
			m.ripen1(first)
		}
	}
	for _, r := range m.refunds {
		if r.answer == wire.RefundInProcess && !m.now.Before(r.in.Due) {
			m.carry(m.payments[r.in.Payment], r)
		}
	}
	m.forget()
}

// forget is what a wallet does with codes that are long over: they are no longer recognised.
func (m *shadow) forget() {
	var kept []*shadowCode
	for _, c := range m.codes {
		if !c.ends.Add(24 * time.Hour).Before(m.now) {
			kept = append(kept, c)
		}
	}
	m.codes = kept
}

func (m *shadow) block(t *rapid.T) {
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	m.blocked[user] = !m.blocked[user]
	status := Active
	if m.blocked[user] {
		status = Blocked
	}
	if err := m.SetStatus(user, status); err != nil {
		t.Fatal(err)
	}
}

func (m *shadow) giveBack(t *rapid.T) {
	request := m.request(t)
	err := m.GiveBack("cny", request, m.now)
	p := m.payments[request]
	switch {
	case p == nil:
		if fault.CodeOf(err) != CodePaymentMissing {
			t.Fatal(err)
		}
	case err != nil:
		t.Fatal(err)
	case p.state == Debited:
		m.undo(p)
	}
}

// compare holds the books against the shadow, and against themselves.
func (m *shadow) compare(t *rapid.T) {
	for _, user := range m.users {
		u, err := m.User(user)
		if err != nil || u.Balance.Minor() != m.balances[user] {
			t.Fatalf("%s has %v, want %d, %v", user, u.Balance, m.balances[user], err)
		}
	}
	p, err := m.Position("cny")
	if err != nil || p.Owed.Minor() != m.networks || p.Fees.Minor() != m.fees ||
		p.Held.Minor() != p.Users.Minor()+p.Owed.Minor()+p.Fees.Minor() {
		t.Fatalf("position %+v, owed %d and fees %d expected, %v", p, m.networks, m.fees, err)
	}
	if _, err := m.Check(); err != nil {
		t.Fatal(err)
	}
}

// actions are what may happen, the more often the more names it has here.
func (m *shadow) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){"topUp": m.topUp, "mint": m.mint, "pay": m.pay, "pay2": m.pay, "pay3": m.pay,
		"pay4": m.pay, "inquire": m.inquire, "cancel": m.cancel, "refund": m.refund, "refund2": m.refund,
		"refund3": m.refund, "wait": m.wait, "ripen": m.ripen, "block": m.block, "giveBack": m.giveBack, "": m.compare}
}

func TestTheBooksAreAsTheirShadowAfterAnySequence(t *testing.T) {
	t.Parallel()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := newShadow(failing{TB: nil, rapid: t}, fmt.Sprint("memory:shadow-", n))
		defer m.Close()
		t.Repeat(m.actions())
	})
}

// FuzzTheBooksSurviveBeingClosed plays sequences on a file that is closed and opened again now and then.
func FuzzTheBooksSurviveBeingClosed(f *testing.F) {
	for i := range 6 {
		seed := make([]byte, 4096)
		for j := range seed {
			seed[j] = byte((j*j*31 + j*7 + i*101) >> 3)
		}
		f.Add(seed)
	}
	dir := f.TempDir()
	n := 0
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		n++
		m := newShadow(failing{TB: nil, rapid: t}, filepath.Join(dir, fmt.Sprint(n, ".db")))
		defer func() { m.Close() }()
		actions := m.actions()
		actions["reopen"] = func(t *rapid.T) {
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			m.open()
		}
		t.Repeat(actions)
	}))
}

// failing lets the desk of a test speak through rapid.
type failing struct {
	testing.TB
	rapid *rapid.T
}

func (failing) Helper()             {}
func (f failing) Fatal(args ...any) { f.rapid.Fatal(args...) }
