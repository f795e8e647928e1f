// SPDX-License-Identifier: Apache-2.0

package qr

import "github.com/kakehashi-pay/kakehashi/money"

// Decode reads the text of a merchant-presented code. The Code keeps parts of the text alive.
//
// It accepts objects in any order but for the first and the last, objects of the reserved ranges, lower case in the
// checksum, zeros before an amount and a point behind it. Everything else that breaks a rule is refused.
//
// Errors: Invalid qr_too_long, qr_malformed, qr_object_missing, qr_object_repeated, qr_object_misplaced,
// qr_checksum_mismatch, qr_object_malformed, qr_amount_malformed, qr_currency_unknown. The subject is the path of
// the object, the sentence says at which character its identifier stands.
func Decode(text string) (Code, error) { return decode("qr.Decode", text) }

func decode(op, text string) (Code, error) {
	s, err := newSource(op, text)
	if err != nil {
		return Code{}, err
	}
	d := decoder{source: s}
	if err := d.frame(); err != nil {
		return Code{}, err
	}
	for _, o := range d.objects[:d.count] {
		if err := d.read(o); err != nil {
			return Code{}, err
		}
	}
	if err := d.complete(); err != nil {
		return Code{}, err
	}
	return d.code, nil
}

// decoder reads one code.
type decoder struct {
	source
	code    Code
	objects [CharactersMax / 5]span // the root's, but for the first and the last
	count   int
	met     idSet // which of the root's objects there are
	last    int   // where the checksum stands
	order   ranks
}

// frame finds the root's objects and proves that the text is whole, before any of them is read: in a damaged text
// every other complaint would be about something that nobody wrote.
func (d *decoder) frame() error {
	root := d.level("", span{to: len(d.text)})
	end := span{at: len(d.text)}
	for root.more() {
		o, err := root.next()
		if err != nil {
			return err
		}
		switch {
		case end.id == idChecksum:
			return d.refuse(CodeObjectMisplaced, idChecksum.String(), end.at, "must be the last object")
		case o.at == 0 && o.id != idFormat:
			return d.missing("", idFormat, 0)
		case o.id == idFormat && o.at > 0:
			return d.refuse(CodeObjectMisplaced, idFormat.String(), o.at, "must be the first object")
		case o.id == idFormat && d.value(o) != formatVersion:
			return d.refuse(CodeObjectMalformed, idFormat.String(), o.at, "must be "+formatVersion)
		case o.id == idChecksum:
			end = o
		case o.id != idFormat:
			d.objects[d.count] = o
			d.count++
			d.order.add(rootRank(o.id))
		}
	}
	if !root.seen.has(idFormat) {
		return d.missing("", idFormat, 0)
	}
	if end.id != idChecksum {
		return d.missing("", idChecksum, end.at)
	}
	d.met, d.last = root.seen, end.at
	sum, ok := parseChecksum(d.value(end))
	if !ok {
		return d.refuse(CodeObjectMalformed, idChecksum.String(), end.at, "must be 4 hexadecimal digits")
	}
	if sum != Checksum(d.text[:end.from]) {
		return d.refuse(CodeChecksumMismatch, idChecksum.String(), end.at,
			"is not the checksum of what stands before it")
	}
	return nil
}

// read takes one object of the root into the code. Amounts wait for their currency, which may come later.
func (d *decoder) read(o span) error {
	value, what := d.value(o), ""
	switch {
	case o.id == idInitiation:
		what = d.readInitiation(value)
	case o.id < idCategory:
		return d.readAccount(o)
	case o.id == idCategory:
		d.code.Category, what = value, checkExact(value, digits, 4)
	case o.id == idCurrency:
		return d.readCurrency(o)
	case o.id == idAmount || o.id == idFee:
	case o.id == idTip:
		what = d.readTip(value)
	case o.id == idPercent:
		if d.code.FeeBasisPoints, what = parsePercent(value); what != "" {
			return d.refuse(CodeAmountMalformed, o.id.String(), o.at, what)
		}
		var canonical [percentMax]byte
		d.code.written.percent = asWritten(value, appendPercent(canonical[:0], d.code.FeeBasisPoints))
	case o.id == idCountry:
		d.code.Country, what = value, checkExact(value, capitals, 2)
	case o.id == idName:
		d.code.Name, what = value, checkText(value, printable, 25)
	case o.id == idCity:
		d.code.City, what = value, checkText(value, printable, 15)
	case o.id == idPostal:
		d.code.Postal, what = value, checkText(value, printable, 10)
	case o.id == idAdditional:
		return d.readAdditional(o)
	case o.id == idLanguage:
		return d.readLanguage(o)
	case o.id < idUnreserved:
		d.code.reserved = append(d.code.reserved, Object{o.id, value})
	default:
		d.code.Unreserved = append(d.code.Unreserved, Object{o.id, value})
		return d.checkTemplate(o.id.String(), o)
	}
	if what != "" {
		return d.refuse(CodeObjectMalformed, o.id.String(), o.at, what)
	}
	return nil
}

func (d *decoder) readInitiation(value string) string {
	switch value {
	case "11":
		d.code.Initiation = Static
	case "12":
		d.code.Initiation = Dynamic
	default:
		return "must be 11 for a static or 12 for a dynamic code"
	}
	return ""
}

func (d *decoder) readTip(value string) string {
	switch value {
	case "01":
		d.code.Tip = AskTip
	case "02":
		d.code.Tip = FixedFee
	case "03":
		d.code.Tip = PercentFee
	default:
		return "must be 01, 02 or 03"
	}
	return ""
}

// readAccount keeps the values of the card networks, up to 25, as the plain texts they are.
func (d *decoder) readAccount(o span) error {
	value := d.value(o)
	d.code.Accounts = append(d.code.Accounts, Object{o.id, value})
	if o.id >= idTemplates {
		return d.checkTemplate(o.id.String(), o)
	}
	if !printable.holds(value) {
		return d.refuse(CodeObjectMalformed, o.id.String(), o.at, "must be printable characters of ASCII")
	}
	return nil
}

func (d *decoder) readCurrency(o span) error {
	value := d.value(o)
	if what := checkExact(value, digits, 3); what != "" {
		return d.refuse(CodeObjectMalformed, o.id.String(), o.at, what)
	}
	c := money.Currency(int(value[0]-'0')*100 + int(value[1]-'0')*10 + int(value[2]-'0'))
	if !c.Valid() {
		return d.refuse(CodeCurrencyUnknown, o.id.String(), o.at, "must be the number of a currency of ISO 4217")
	}
	d.code.Currency = c
	return nil
}

// complete holds the rules that more than one object has a part in.
func (d *decoder) complete() error {
	if len(d.code.Accounts) == 0 {
		return d.refuse(CodeObjectMissing, "02-51", d.last, "is missing: a code names at least one merchant account")
	}
	for _, id := range [...]ID{idCategory, idCurrency, idCountry, idName, idCity} {
		if !d.met.has(id) {
			return d.missing("", id, d.last)
		}
	}
	if d.met.has(idFee) != (d.code.Tip == FixedFee) {
		return d.mismatch(idFee, "must be there when 55 is 02, and only then")
	}
	if d.met.has(idPercent) != (d.code.Tip == PercentFee) {
		return d.mismatch(idPercent, "must be there when 55 is 03, and only then")
	}
	if d.order.mixed {
		d.code.written.order = d.orderOf(rootRank, d.objects[:d.count])
	}
	if err := d.readAmount(idAmount, &d.code.Amount, &d.code.written.amount); err != nil {
		return err
	}
	return d.readAmount(idFee, &d.code.Fee, &d.code.written.fee)
}

// orderOf is the ranks of objects as they came.
func (d *decoder) orderOf(rank func(ID) ID, objects []span) string {
	order := make([]byte, 0, len(objects))
	for _, o := range objects {
		order = append(order, byte(rank(o.id)))
	}
	return string(order)
}

// mismatch refuses an object that another demands or forbids.
func (d *decoder) mismatch(id ID, what string) error {
	if o, there := d.find(id); there {
		return d.refuse(CodeObjectMisplaced, id.String(), o.at, what)
	}
	return d.refuse(CodeObjectMissing, id.String(), d.last, what)
}

func (d *decoder) find(id ID) (span, bool) {
	for _, o := range d.objects[:d.count] {
		if o.id == id {
			return o, true
		}
	}
	return span{}, false
}

func (d *decoder) readAmount(id ID, amount *money.Amount, written *string) error {
	if !d.met.has(id) {
		return nil
	}
	o, _ := d.find(id)
	text := d.value(o)
	read, what := parseAmount(text, d.code.Currency)
	if what != "" {
		return d.refuse(CodeAmountMalformed, id.String(), o.at, what)
	}
	var canonical [32]byte
	*amount, *written = read, asWritten(text, appendAmount(canonical[:0], read))
	return nil
}
