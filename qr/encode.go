// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"strconv"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Encode writes the code with its checksum. Decode of the text is the same code.
//
// Objects come in the order in which Decode found them; those of a new code, or new ones, in the order of the
// fields of Code. Empty fields are left out.
//
// Errors: those of Decode, by the same rules: the offset is that in the text that would have been written.
func (c *Code) Encode() (string, error) {
	b := builder{op: "qr.Encode"}
	var room [CharactersMax]byte
	b.text = room[:0]
	c.write(&b)
	if b.err != nil {
		return "", b.err
	}
	b.text = append(b.text, idChecksum.String()+"04"...)
	text := string(appendChecksum(b.text, Checksum(string(b.text))))
	if _, err := decode(b.op, text); err != nil {
		return "", err
	}
	return text, nil
}

// builder writes objects one after another, until one cannot be written.
type builder struct {
	op   string
	text []byte
	path string // of the object whose value is being written
	err  error
}

// refuse keeps the first error; the offset is where the object would have stood.
func (b *builder) refuse(code fault.Code, id ID, what string) {
	if b.err == nil {
		s := source{op: b.op, text: string(b.text)}
		b.err = s.refuse(code, join(b.path, id), len(b.text), what)
	}
}

const whatLength = "must have a length of 01 to 99"

func (b *builder) put(o Object) {
	count := utf8.RuneCountInString(o.Value)
	switch {
	case o.ID > 99:
		b.refuse(CodeObjectMalformed, o.ID, "must have an identifier of 00 to 99")
	case count == 0 || count > 99:
		b.refuse(CodeMalformed, o.ID, whatLength)
	case b.err == nil:
		b.text = append(b.text, o.ID.String()...)
		b.text = append(append(b.text, ID(count).String()...), o.Value...)
	}
}

// putAny leaves an empty value out.
func (b *builder) putAny(id ID, value string) {
	if value != "" {
		b.put(Object{id, value})
	}
}

// putWithin writes an object of a slice, whose identifier must be one of its kind.
func (b *builder) putWithin(first, last ID, o Object) {
	if o.ID < first || o.ID > last {
		b.refuse(CodeObjectMisplaced, o.ID, "must have an identifier of "+first.String()+" to "+last.String()+" here")
		return
	}
	b.put(o)
}

// putTemplate writes an object around what write writes, and nothing when that is nothing.
func (b *builder) putTemplate(id ID, write func()) {
	start := len(b.text)
	b.text = append(append(b.text, id.String()...), "00"...)
	b.path = id.String()
	write()
	b.path = ""
	switch count := utf8.RuneCount(b.text[start+4:]); {
	case b.err != nil:
	case count == 0:
		b.text = b.text[:start]
	case count > 99:
		b.text = b.text[:start]
		b.refuse(CodeMalformed, id, whatLength)
	default:
		copy(b.text[start+2:], ID(count).String())
	}
}

// sequence hands out the ranks of a level: first in the order in which they were read, then the others.
//
// Each call of put writes the next object of that rank, and says whether there was one.
func sequence(order string, last ID, put func(rank ID) bool) {
	for i := range len(order) {
		put(ID(order[i]))
	}
	for rank := ID(0); rank <= last; rank++ {
		for put(rank) {
			continue
		}
	}
}

// write writes every object but the checksum.
func (c *Code) write(b *builder) {
	b.put(Object{idFormat, formatVersion})
	var done idSet // no object but those of the slices is written twice
	accounts, reserved, unreserved := c.Accounts, c.reserved, c.Unreserved
	sequence(c.written.order, idUnreserved, func(rank ID) bool {
		switch rank {
		case idAccounts:
			return b.shift(&accounts, idAccounts, idCategory-1)
		case idReserved:
			return b.shift(&reserved, idReserved, idUnreserved-1)
		case idUnreserved:
			return b.shift(&unreserved, idUnreserved, 99)
		}
		if done.has(rank) {
			return false
		}
		done.add(rank)
		c.writeObject(b, rank)
		return true
	})
}

// shift writes the first of the objects and takes it away.
func (b *builder) shift(objects *[]Object, first, last ID) bool {
	if len(*objects) == 0 {
		return false
	}
	b.putWithin(first, last, (*objects)[0])
	*objects = (*objects)[1:]
	return true
}

// writeObject writes the object of the root that is no part of a slice, if there is one.
func (c *Code) writeObject(b *builder, id ID) {
	switch id {
	case idInitiation:
		b.putEnumerated(id, uint8(c.Initiation), [...]string{"", "11", "12", ""})
	case idCategory:
		b.putAny(id, c.Category)
	case idCurrency:
		b.putCurrency(c)
	case idAmount:
		b.putAmount(id, c, c.Amount, c.written.amount)
	case idTip:
		b.putEnumerated(id, uint8(c.Tip), [...]string{"", "01", "02", "03"})
	case idFee:
		b.putAmount(id, c, c.Fee, c.written.fee)
	case idPercent:
		b.putPercent(c)
	case idCountry:
		b.putAny(id, c.Country)
	case idName:
		b.putAny(id, c.Name)
	case idCity:
		b.putAny(id, c.City)
	case idPostal:
		b.putAny(id, c.Postal)
	case idAdditional:
		b.putTemplate(id, func() { c.Additional.write(b) })
	case idLanguage:
		b.putTemplate(id, func() { c.Language.write(b) })
	}
}

func (b *builder) putEnumerated(id ID, value uint8, texts [4]string) {
	if int(value) >= len(texts) || (value > 0 && texts[value] == "") {
		b.refuse(CodeObjectMalformed, id, "must be one of its named values")
		return
	}
	b.putAny(id, texts[value])
}

func (b *builder) putCurrency(c *Code) {
	if !c.Currency.Valid() {
		b.refuse(CodeCurrencyUnknown, idCurrency, "must be the number of a currency of ISO 4217")
		return
	}
	number := strconv.Itoa(1000 + int(c.Currency))
	b.put(Object{idCurrency, number[1:]})
}

func (a *Additional) write(b *builder) {
	var done idSet
	reserved, systems := a.reserved, a.Systems
	sequence(a.order, idSystems, func(rank ID) bool {
		switch {
		case rank == idMoreReserved:
			return b.shift(&reserved, idMoreReserved, idSystems-1)
		case rank == idSystems:
			return b.shift(&systems, idSystems, 99)
		case rank == 0 || rank > idChannel || done.has(rank):
			return false
		}
		done.add(rank)
		b.putAny(rank, *a.text(rank))
		return true
	})
}

func (l *Language) write(b *builder) {
	var done idSet
	reserved := l.reserved
	sequence(l.order, idReservedForText, func(rank ID) bool {
		if rank == idReservedForText {
			return b.shift(&reserved, idReservedForText, 99)
		}
		if done.has(rank) {
			return false
		}
		done.add(rank)
		b.putAny(rank, [...]string{l.Preference, l.Name, l.City}[rank])
		return true
	})
}
