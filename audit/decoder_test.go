// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

// tape reads bytes by hand: a second decoder of the journal's two columns, written from the comments of their
// formats. It shares no line with package ledger.
type tape struct {
	rest []byte
	bad  bool
}

func (t *tape) octet() byte {
	if len(t.rest) == 0 {
		t.bad = true
		return 0
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b
}

// varint is a number in groups of seven bits, the lowest first, the high bit of a byte saying that another follows.
// It is as short as it can be and below 2^64.
func (t *tape) varint() uint64 {
	var groups []byte
	for {
		b := t.octet()
		groups = append(groups, b&0x7f)
		if t.bad || b < 0x80 {
			break
		}
	}
	last := groups[len(groups)-1]
	if len(groups) > 1 && last == 0 || len(groups) > 10 || len(groups) == 10 && last > 1 {
		t.bad = true
		return 0
	}
	var n uint64
	for i := len(groups) - 1; i >= 0; i-- {
		n = n<<7 + uint64(groups[i])
	}
	return n
}

// decodedFields is a body: nothing, or the byte 1 and at least one field: a tag above the last one, a form, and a
// number below 2^63 or a text that is not empty.
func decodedFields(body []byte) (fields []ledger.Field, ok bool) {
	if len(body) == 0 {
		return nil, true
	}
	t := tape{rest: body}
	if t.octet() != 1 {
		return nil, false
	}
	last := -1
	for !t.bad && (len(t.rest) > 0 || len(fields) == 0) {
		tag, form := t.octet(), t.octet()
		value := t.varint()
		if t.bad || tag == 0 || int(tag) <= last || form > 1 || value >= 1<<63 {
			return nil, false
		}
		last = int(tag)
		field := ledger.Field{Tag: ledger.Tag(tag), Number: int64(value)}
		if form == 1 {
			if value == 0 || value > uint64(len(t.rest)) {
				return nil, false
			}
			field = ledger.Field{Tag: ledger.Tag(tag), Text: string(t.rest[:value])}
			t.rest = t.rest[value:]
		}
		fields = append(fields, field)
	}
	return fields, !t.bad
}

// decodedTransfers is a column: nothing, or the byte 1, a count from 1 to 64, and so many transfers of a code, a
// debit number, a credit number and minor units. Numbers of accounts are above zero, differ, and fit 32 bits; minor
// units are above zero.
func decodedTransfers(column []byte) (transfers []ledger.Transfer, ok bool) {
	if len(column) == 0 {
		return nil, true
	}
	t := tape{rest: column}
	format, count := t.octet(), t.varint()
	if t.bad || format != 1 || count < 1 || count > 64 {
		return nil, false
	}
	for range count {
		code, debit, credit, minor := t.varint(), t.varint(), t.varint(), t.varint()
		if t.bad || code < 1 || code > 14 || debit < 1 || debit >= 1<<32 || credit < 1 || credit >= 1<<32 || debit == credit ||
			minor < 1 || minor >= 1<<63 {
			return nil, false
		}
		transfers = append(transfers, ledger.Transfer{Debit: ledger.Number(debit), Credit: ledger.Number(credit),
			Minor: int64(minor), Code: ledger.Code(code)})
	}
	return transfers, len(t.rest) == 0
}

func sameFields(t interface{ Fatalf(string, ...any) }, body []byte) {
	second, ok := decodedFields(body)
	first, err := ledger.ParseFields(body)
	if ok != (err == nil) || ok && len(first) != len(second) {
		t.Fatalf("%x: %v %v, %v %v", body, first, err, second, ok)
	}
	for i := range first {
		if ok && first[i] != second[i] {
			t.Fatalf("%x: %v and %v", body, first[i], second[i])
		}
	}
}

func sameTransfers(t interface{ Fatalf(string, ...any) }, column []byte) {
	second, ok := decodedTransfers(column)
	first, err := ledger.ParseTransfers(column)
	if ok != (err == nil) || ok && len(first) != len(second) {
		t.Fatalf("%x: %v %v, %v %v", column, first, err, second, ok)
	}
	for i := range first {
		if ok && first[i] != second[i] {
			t.Fatalf("%x: %v and %v", column, first[i], second[i])
		}
	}
}

func TestASecondDecoderReadsEveryRowAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "memory:"+t.Name(), 5, 1)
	w.tell(90)
	rows, money := 0, 0
	for after := int64(0); ; {
		page, err := w.db.Reader().Journal(context.Background(), 0, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			sameFields(t, r.Body)
			sameTransfers(t, r.Transfers)
			after, rows, money = r.N, rows+1, money+len(r.Transfers)
		}
	}
	if rows < 200 || money == 0 {
		t.Fatalf("%d rows were read", rows)
	}
}

func TestASecondDecoderAcceptsExactlyTheSameColumns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var f ledger.Fields
		for tag := ledger.TagState; tag <= ledger.TagTold; tag++ {
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 1:
				f.Number(tag, rapid.Int64Min(0).Draw(t, "number"))
			case 2:
				f.Text(tag, rapid.StringN(0, 9, 200).Draw(t, "text"))
			}
		}
		transfers := make([]ledger.Transfer, rapid.IntRange(0, 5).Draw(t, "count"))
		for i := range transfers {
			debit := rapid.Uint32Range(1, 1<<32-2).Draw(t, "debit")
			transfers[i] = ledger.Transfer{Debit: ledger.Number(debit), Credit: ledger.Number(debit + 1),
				Minor: rapid.Int64Range(1, 1<<63-1).Draw(t, "minor"), Code: ledger.Code(rapid.IntRange(1, 14).Draw(t, "code"))}
		}
		for _, text := range [][]byte{f.Body(), ledger.AppendTransfers(nil, transfers)} {
			text = bytes.Clone(text)
			sameFields(t, text)
			sameTransfers(t, text)
			if len(text) > 0 && rapid.Bool().Draw(t, "damaged") {
				text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
				text = text[:rapid.IntRange(0, len(text)).Draw(t, "length")]
			}
			sameFields(t, text)
			sameTransfers(t, text)
		}
	})
}

func FuzzTwoDecodersReadAColumnAlike(f *testing.F) {
	f.Add([]byte{1, 2, 1, 1, 'S', 5, 0, 7})
	f.Add([]byte{1, 1, 2, 1, 2, 0x80, 0x28})
	f.Add([]byte{1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, text []byte) {
		sameFields(t, text)
		sameTransfers(t, text)
	})
}
