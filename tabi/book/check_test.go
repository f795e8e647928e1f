// SPDX-License-Identifier: Apache-2.0

package book

import (
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// someTrade has one of everything: paid, refunded in part, cancelled, cancelled after a refund, refused, pending, offered,
// a promised refund and a tombstone.
func someTrade(d *desk) {
	user := d.user(1, 100_000)
	d.user(2, 5)
	terms := Terms{MarkupBasisPoints: 100}
	ask := func(request string, payer int64, whim Whim) {
		in := pay(request, d.code(user, noon), 1_000, payer, noon)
		in.Terms, in.Whim = terms, whim
		_, err := d.Pay(in)
		d.must(err)
	}
	refund := func(request, payment string, payer int64, due time.Time) {
		r, err := d.Refund(Refund{Brand: "cny", Request: request, Payment: payment, Price: money.New(100, money.JPY),
			Payer: money.New(payer, money.CNY), Days: 366, At: noon, Due: due})
		d.must(err)
		if r.Result.Status() == wire.Failed {
			d.Fatalf("refund %s: %s", request, r.Result)
		}
	}
	cancel := func(request string) {
		code, err := d.Cancel("cny", request, noon)
		if d.must(err); code != wire.Success {
			d.Fatalf("cancel %s: %s", request, code)
		}
	}
	ask("p-paid", 1_000, Whim{})
	ask("p-refunded", 2_000, Whim{})
	refund("r-1", "p-refunded", 500, time.Time{})
	refund("r-2", "p-refunded", 300, noon.Add(time.Hour))
	ask("p-cancelled", 3_000, Whim{})
	cancel("p-cancelled")
	ask("p-both", 4_000, Whim{})
	refund("r-3", "p-both", 700, time.Time{})
	cancel("p-both")
	ask("p-refused", 1_000_000, Whim{})
	ask("p-pending", 600, Whim{Polls: 2})
	cancel("p-tombstone")
	_, err := d.Offer(Offer{User: user, Request: "p-offered", Price: money.New(9, money.JPY), Payer: money.New(9, money.CNY),
		Expires: noon.Add(time.Hour), At: noon})
	d.must(err)
	d.must(d.Settle(Settlement{Brand: "cny", Amount: money.New(50, money.CNY), Reference: "s-1", At: noon}))
}

func TestACheckLooksAtEverything(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	someTrade(d)
	count, err := d.Check()
	// Transfers: two top-ups, four payments, two refunds and two reversals with the fee of each, and one settlement.
	if want := (Count{Users: 2, Payments: 8, Refunds: 3, Transfers: 19}); err != nil || count != want {
		t.Errorf("%+v, %v", count, err)
	}
}

// TestACheckFindsWhatWasPlanted alters the file behind the books' back, each time in one way.
func TestACheckFindsWhatWasPlanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ plant, want string }{
		"a balance": {`UPDATE account SET balance = balance + 1 WHERE kind = 'user' AND number = 2`, "its transfers say"},
		"an amount": {`UPDATE transfer SET minor = minor + 1 WHERE n = 4`, "its transfers say"},
		"an amount and its balances": {`UPDATE transfer SET minor = 1001 WHERE kind = 'pay' AND minor = 1000;
			UPDATE account SET balance = balance - 1 WHERE kind = 'user' AND number = 1;
			UPDATE account SET balance = balance + 1 WHERE kind = 'network' AND brand = 'cny'`, "is paid"},
		"a transfer that is gone": {`DELETE FROM transfer WHERE n = 6`, "transfer 6 is missing"},
		"a transfer to the wrong account": {`UPDATE transfer SET credit = (SELECT n FROM account WHERE kind = 'fee' AND
			brand = 'cny') WHERE n = 3`, "goes from account"},
		"a transfer of another brand": {`UPDATE transfer SET credit = (SELECT n FROM account WHERE kind = 'network' AND
			brand = 'jpy') WHERE n = 3`, "goes from account"},
		"another user's transfer": {`UPDATE transfer SET user = 2 WHERE n = 3`, "is not of user 2"},
		"another user's payment":  {`UPDATE payment SET user = 2 WHERE request = 'p-paid'`, "moved the money of account"},
		"an overdraft on the way": {`UPDATE transfer SET n = 1000 WHERE n = 1; UPDATE transfer SET n = n - 1 WHERE n < 1000;
			UPDATE transfer SET n = 19 WHERE n = 1000`, "takes more than there was"},
		"a payment that was never paid": {`UPDATE payment SET state = 'paid' WHERE request = 'p-refused'`, "is paid"},
		"a payment forgotten":           {`UPDATE payment SET state = 'failed' WHERE request = 'p-paid'`, "is failed"},
		"a cancel that kept the money":  {`UPDATE payment SET state = 'cancelled' WHERE request = 'p-paid'`, "is cancelled"},
		"a cancel taken back":           {`UPDATE payment SET state = 'paid' WHERE request = 'p-cancelled'`, "is paid"},
		"a payment's amount":            {`UPDATE payment SET payer = 999 WHERE request = 'p-paid'`, "is paid"},
		"a refund that was not done":    {`UPDATE refund SET state = 'done' WHERE request = 'r-2'`, "is done and moved"},
		"a refund forgotten":            {`UPDATE refund SET state = 'failed' WHERE request = 'r-1'`, "is failed and moved"},
		"a refund's sum":                {`UPDATE payment SET back_payer = 799 WHERE request = 'p-refunded'`, "add up to"},
		"a refund of nobody":            {`UPDATE payment SET back_payer = 5 WHERE request = 'p-paid'`, "has no refund"},
		"a transfer of no payment":      {`UPDATE transfer SET payment = 99 WHERE n IN (3, 4)`, "is paid"},
		"a refund of no payment": {`UPDATE transfer SET refund = 0 WHERE kind = 'refund' AND minor = 500`,
			"names no refund"},
		"one code twice": {`UPDATE payment SET code = (SELECT code FROM payment WHERE request = 'p-paid')
			WHERE request = 'p-refunded'`, "have one code"},
		"another code": {`UPDATE code SET digest = x'00' WHERE spent = 1`, "is not the one of payment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			someTrade(d)
			for statement := range strings.SplitSeq(c.plant, ";") {
				d.must(d.write(func(x *tx) error { return x.plain(statement) }))
			}
			_, err := d.Check()
			if fault.CodeOf(err) != CodeWrong || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, want %q", err, c.want)
			}
		})
	}
}

// TestTheFileHoldsPromisesOfItsOwn: what the code would never do, the database refuses.
func TestTheFileHoldsPromisesOfItsOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	someTrade(d)
	for _, statement := range []string{
		`UPDATE account SET balance = -1 WHERE kind = 'user' AND number = 2`,
		`UPDATE payment SET back_payer = payer + 1 WHERE request = 'p-paid'`,
		`UPDATE payment SET request = 'p-paid' WHERE request = 'p-refunded'`,
		`UPDATE refund SET request = 'r-1' WHERE request = 'r-2'`,
		`UPDATE transfer SET minor = 0 WHERE n = 1`,
		`UPDATE transfer SET credit = debit WHERE n = 1`,
		`UPDATE code SET digest = (SELECT MIN(digest) FROM code)`,
	} {
		if err := d.write(func(x *tx) error { return x.plain(statement) }); err == nil {
			t.Errorf("done: %s", statement)
		}
	}
	if _, err := d.Check(); err != nil {
		t.Error(err)
	}
}

func TestAFileOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.write(func(x *tx) error { return x.plain(`PRAGMA user_version = 2`) }))
	d.must(d.Close())
	if _, err := Open(d.file, []Brand{{"cny", money.CNY}, {"jpy", money.JPY}}); fault.CodeOf(err) != CodeOpen {
		t.Errorf("opened, %v", err)
	}
	if _, err := Open(t.TempDir(), nil); fault.CodeOf(err) != CodeOpen {
		t.Errorf("a folder was opened, %v", err)
	}
	d.must(func() error { // so that the cleanup closes an open book
		b, err := Open("memory:"+t.Name(), nil)
		d.Book = b
		return err
	}())
}

func TestCodesAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	user := d.user(1, 1_000)
	code := d.code(user, noon)
	left := func(after time.Duration) (n int) {
		d.must(d.Ripen(noon.Add(after)))
		d.must(d.reads.QueryRow(`SELECT COUNT(*) FROM code`).Scan(&n))
		return n
	}
	const over = time.Minute + 24*time.Hour // a code lives a minute
	if before, after := left(over), left(over+time.Microsecond); before != 1 || after != 0 {
		t.Errorf("%d codes, then %d", before, after)
	}
	p, err := d.Pay(pay("p-1", code, 10, 10, noon.Add(25*time.Hour)))
	if err != nil || p.Answer() != wire.InvalidCode {
		t.Errorf("a code of yesterday: %s, %v", p.Answer(), err)
	}
}

func TestAShownCodeIsKeptAsADigestOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	user := d.user(1, 1_000)
	d.code(user, noon)
	code, ok, err := d.Show(user, noon, time.Second)
	if err != nil || !ok || code.Value == "" {
		t.Fatalf("%+v %v %v", code, ok, err)
	}
	var found int
	d.must(d.reads.QueryRow(`SELECT COUNT(*) FROM code WHERE code = ?`, code.Value).Scan(&found))
	if found != 0 {
		t.Error("the code lies in the file")
	}
	if _, ok, err := d.Show(user, noon, time.Second); ok || err != nil {
		t.Errorf("shown twice, %v", err)
	}
}
