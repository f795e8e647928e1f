// SPDX-License-Identifier: Apache-2.0

// Package sample makes files of merchants and stores, of any size, that look like a country's and are plainly
// samples: each name begins with 見本, each telephone number has a local part that no exchange has, each corporate
// number lies in a range that no register office has.
//
// The same order gives the same bytes. Nothing is held but the merchant that is being written.
package sample

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

// Order says what is to be made.
type Order struct {
	Merchants, Stores int
	Seed              uint64
	Bad               float64 // how many of the rows are not to be importable: 0.01 is one in a hundred
	Plan              string  // fee plan; empty: the column is
	Format            intake.Format
	Encoding          intake.Encoding
}

// Made is what was made. Stores and merchants that only bad rows are about are not counted.
type Made struct {
	Rows, Bad         int
	Merchants, Stores int
}

// Write makes a file.
func Write(to io.Writer, o Order) (Made, error) {
	w := &writer{order: o, to: bufio.NewWriterSize(to, 1<<16), chance: rand.New(rand.NewPCG(o.Seed, 0x6b616b65))}
	w.prepare()
	if o.Format == intake.CSV {
		for c := range intake.Columns {
			w.row[c] = c.String()
		}
		w.csv()
	}
	for m := range o.Merchants {
		w.merchant(m, w.shares(m))
		if w.err != nil {
			return w.made, w.err
		}
	}
	if w.err == nil {
		w.err = w.to.Flush()
	}
	return w.made, w.err
}

type writer struct {
	order  Order
	to     *bufio.Writer
	chance *rand.Rand
	row    [intake.Columns]string
	made   Made
	err    error

	areas  [47][]string // the first digits of postal codes that lie in one prefecture alone
	people int          // in all prefectures
	spent  int          // stores of chains beyond their first
	next   int          // that the next chain will have beyond its first
}

func (w *writer) prepare() {
	for digits := range 1000 {
		area := fmt.Sprintf("%03d", digits)
		if in := japan.PostalCode(area + "0000").Prefectures(); len(in) == 1 {
			w.areas[in[0]-1] = append(w.areas[in[0]-1], area)
		}
	}
	for _, p := range places {
		w.people += p.people
	}
	w.next = w.chain()
}

// chain is how many stores a chain has beyond its first: most have a few, few have hundreds.
func (w *writer) chain() int {
	size := 1
	for size < 800 && w.chance.IntN(100) < 72 {
		size = size*3/2 + 1
	}
	return size + w.chance.IntN(size)
}

// shares is how many stores the m-th merchant has, so that all merchants together have those that were ordered: where
// there are more stores than merchants every merchant has one, and the others are the chains'.
func (w *writer) shares(m int) int {
	o := w.order
	if o.Stores < o.Merchants {
		return o.Stores*(m+1)/o.Merchants - o.Stores*m/o.Merchants
	}
	more := (o.Stores-o.Merchants)*(m+1)/o.Merchants - w.spent
	switch {
	case m == o.Merchants-1:
	case more >= w.next:
		more, w.next = w.next, w.chain()
	default:
		more = 0
	}
	w.spent += more
	return 1 + more
}

func (w *writer) trade(chain bool) trade {
	weight := func(t trade) int {
		if chain {
			return t.chains
		}
		return t.share
	}
	sum := 0
	for _, t := range trades {
		sum += weight(t)
	}
	at := w.chance.IntN(sum)
	for _, t := range trades {
		if at -= weight(t); at < 0 {
			return t
		}
	}
	return trades[0]
}

// prefecture is one of the 47, by how many people live there.
func (w *writer) prefecture() int {
	at := w.chance.IntN(w.people)
	for i, p := range places {
		if at -= p.people; at < 0 {
			return i + 1
		}
	}
	return len(places)
}

// merchant writes the rows of one merchant.
func (w *writer) merchant(m, stores int) {
	w.row = [intake.Columns]string{}
	t := w.trade(stores > 1)
	first := words[w.chance.IntN(len(words))]
	name := word{mark.written + first.written + t.name.written, mark.kana + first.kana + t.name.kana, first.latin}
	home := w.prefecture()
	w.set(intake.MerchantReference, fmt.Sprintf("sample-%07d", m+1))
	w.set(intake.Name, name.written)
	w.set(intake.NameKana, name.kana)
	w.set(intake.MCC, t.mcc)
	w.set(intake.Region, "JP")
	w.set(intake.Prefecture, fmt.Sprint(home))
	w.set(intake.PostalCode, w.postal(home))
	w.set(intake.Phone, w.phone(home))
	w.set(intake.Currency, "JPY")
	w.set(intake.Plan, w.order.Plan)
	if stores > 1 || w.chance.IntN(100) < 55 {
		number := corporateNumber(m)
		w.set(intake.CorporateNumber, number)
		w.set(intake.LegalName, "株式会社"+name.written)
		if w.chance.IntN(100) < 90 {
			w.set(intake.InvoiceNumber, "T"+number)
		}
	} else if w.chance.IntN(100) < 40 {
		w.set(intake.InvoiceNumber, fmt.Sprintf("T9%012d", m))
	}
	good := 0
	for s := range stores {
		place := home
		if s > 0 && w.chance.IntN(100) < 40 {
			place = w.prefecture()
		}
		w.store(name, s, place)
		good += w.write()
	}
	if stores == 0 {
		if w.write() > 0 {
			w.made.Merchants++
		}
		return
	}
	w.made.Stores += good
	if good > 0 {
		w.made.Merchants++
	}
}

// store sets the columns of the s-th store of a merchant.
func (w *writer) store(name word, s, prefecture int) {
	b := branches[w.chance.IntN(len(branches))]
	p, _ := japan.PrefectureOf(prefecture)
	number := fmt.Sprint(s + 1)
	w.set(intake.StoreReference, fmt.Sprintf("s-%04d", s+1))
	w.set(intake.StoreName, name.written+" "+short(p.Name)+b.written+number+store.written)
	w.set(intake.StoreNameKana, name.kana+" "+b.kana+number+store.kana)
	w.set(intake.StoreNameLatin, mark.latin+" "+name.latin+" "+number)
	w.set(intake.StorePrefecture, fmt.Sprint(prefecture))
	w.set(intake.StorePostalCode, w.postal(prefecture))
	w.set(intake.StorePhone, w.phone(prefecture))
	w.set(intake.StoreMCC, "")
}

// short is a prefecture's name without its kind; 北海道 has none.
func short(name string) string {
	for _, kind := range []string{"都", "府", "県"} {
		if rest, ok := strings.CutSuffix(name, kind); ok {
			return rest
		}
	}
	return name
}

func (w *writer) set(c intake.Column, text string) { w.row[c] = text }

func (w *writer) postal(prefecture int) string {
	areas := w.areas[prefecture-1]
	return fmt.Sprintf("%s-%04d", areas[w.chance.IntN(len(areas))], w.chance.IntN(10_000))
}

// phone is a number of ten digits whose local part begins with 0: no exchange has such.
func (w *writer) phone(prefecture int) string {
	area := places[prefecture-1].area
	local := fmt.Sprintf("%0*d", 10-len(area), w.chance.IntN(100_000))
	return area + "-" + local[:len(local)-4] + "-" + local[len(local)-4:]
}

// corporateNumber has a base of 9999 and the merchant's number, and the check digit that fits it.
//
// Source: reference/japan.md 4.1.
func corporateNumber(m int) string {
	base := fmt.Sprintf("9999%08d", m%100_000_000)
	sum := 0
	for n := 1; n <= len(base); n++ {
		digit := int(base[len(base)-n] - '0')
		if n%2 == 0 {
			digit *= 2
		}
		sum += digit
	}
	return fmt.Sprint(9-sum%9) + base
}

// spoils are what is wrong with a bad row: one column of it, and what is there instead.
var spoils = [...]struct {
	column intake.Column
	text   string
}{
	{intake.CorporateNumber, "1234567890123"}, {intake.InvoiceNumber, "T123"}, {intake.PostalCode, "123-456"},
	{intake.MCC, "58A2"}, {intake.Prefecture, "48"}, {intake.Currency, "XYZ"}, {intake.Name, ""},
	{intake.MerchantReference, ""}, {intake.Region, "Japan"},
}

// write writes the row as it stands, or spoilt, and reports 1 for a good one.
func (w *writer) write() (good int) {
	w.made.Rows++
	if w.order.Bad <= 0 || w.chance.Float64() >= w.order.Bad {
		w.line()
		return 1
	}
	w.made.Bad++
	spoil := spoils[w.chance.IntN(len(spoils))]
	kept := w.row[spoil.column]
	w.row[spoil.column] = spoil.text
	w.line()
	w.row[spoil.column] = kept
	return 0
}

func (w *writer) line() {
	if w.order.Format == intake.JSONL {
		w.json()
		return
	}
	w.csv()
}
