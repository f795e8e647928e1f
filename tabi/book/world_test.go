// SPDX-License-Identifier: Apache-2.0

package book

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/money"
)

// noon is when every world begins: twelve o'clock in UTC+8.
var noon = time.Date(2026, time.November, 20, 4, 0, 0, 0, time.UTC)

// desk is a book in a file of its own, with one brand in yuan and one in yen.
type desk struct {
	testing.TB
	*Book
	file  string
	codes int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{TB: t, file: filepath.Join(t.TempDir(), "book.db")}
	d.open()
	t.Cleanup(func() { d.Close() })
	return d
}

func (d *desk) open() {
	d.Helper()
	b, err := Open(d.file, []Brand{{"cny", money.CNY}, {"jpy", money.JPY}})
	if err != nil {
		d.Fatal(err)
	}
	d.Book = b
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// user is a user of the brand in yuan.
func (d *desk) user(number int, minor int64) string {
	d.Helper()
	u, err := d.AddUser("cny", number)
	d.must(err)
	_, err = d.TopUp(TopUp{User: u.ID, Amount: money.New(minor, money.CNY), Reference: "first", BalanceMax: 1 << 40,
		At: noon})
	d.must(err)
	return u.ID
}

// code is a fresh code of a user.
func (d *desk) code(user string, at time.Time) string {
	d.Helper()
	d.codes++
	value := fmt.Sprintf("281001%018d", d.codes)
	d.must(d.Stock(user, []Code{{Value: value, Begins: at, Ends: at.Add(time.Hour)}}))
	return value
}

func pay(request, code string, price, payer int64, at time.Time) Pay {
	return Pay{Brand: "cny", Request: request, Code: code, Price: money.New(price, money.JPY),
		Payer: money.New(payer, money.CNY), Merchant: "Sample Tea House", At: at}
}
