// SPDX-License-Identifier: Apache-2.0

package qr

// text is the place of one of the objects 01 to 11 of the additional data.
func (a *Additional) text(id ID) *string {
	return [...]*string{&a.Bill, &a.Mobile, &a.Store, &a.Loyalty, &a.Reference, &a.Customer, &a.Terminal, &a.Purpose,
		&a.Request, &a.TaxID, &a.Channel}[id-1]
}

// additionalLabelMax is how long the objects 01 to 08 of the additional data may be.
const additionalLabelMax = 25

// checkAdditional says what is wrong with one of the objects 01 to 11 of the additional data, or nothing.
//
// Source: reference/japan.md 1.5.
func checkAdditional(id ID, value string) string {
	switch id {
	case idRequest:
		return checkRequest(value)
	case idTaxID:
		return checkText(value, anyText, 20)
	case idChannel:
		return checkExact(value, digits, 3)
	}
	return checkText(value, anyText, additionalLabelMax)
}

func (d *decoder) readAdditional(o span) error {
	into := &d.code.Additional
	var order ranks
	path := o.id.String()
	for level := d.level(path, o); level.more(); {
		inner, err := level.next()
		if err != nil {
			return err
		}
		value := d.value(inner)
		switch {
		case inner.id == 0:
			return d.refuse(CodeObjectMalformed, join(path, 0), inner.at, "is no object of the additional data")
		case inner.id >= idSystems:
			into.Systems = append(into.Systems, Object{inner.id, value})
			if err := d.checkTemplate(join(path, inner.id), inner); err != nil {
				return err
			}
		case inner.id >= idMoreReserved:
			into.reserved = append(into.reserved, Object{inner.id, value})
		default:
			if what := checkAdditional(inner.id, value); what != "" {
				return d.refuse(CodeObjectMalformed, join(path, inner.id), inner.at, what)
			}
			*into.text(inner.id) = value
		}
		order.add(additionalRank(inner.id))
	}
	if order.mixed {
		into.order = d.innerOrder(additionalRank, o)
	}
	return nil
}

// innerOrder is the ranks of the objects of a template as they came, which has been read without a complaint.
func (d *decoder) innerOrder(rank func(ID) ID, o span) string {
	var order []byte
	for level := d.level("", o); level.more(); {
		inner, err := level.next()
		if err != nil {
			return ""
		}
		order = append(order, byte(rank(inner.id)))
	}
	return string(order)
}

func (d *decoder) readLanguage(o span) error {
	into := &d.code.Language
	var order ranks
	path := o.id.String()
	level := d.level(path, o)
	for level.more() {
		inner, err := level.next()
		if err != nil {
			return err
		}
		value, what := d.value(inner), ""
		switch inner.id {
		case idPreference:
			into.Preference, what = value, checkExact(value, letters, 2)
		case idOtherName:
			into.Name, what = value, checkText(value, anyText, 25)
		case idOtherCity:
			into.City, what = value, checkText(value, anyText, 15)
		default:
			into.reserved = append(into.reserved, Object{inner.id, value})
		}
		if what != "" {
			return d.refuse(CodeObjectMalformed, join(path, inner.id), inner.at, what)
		}
		order.add(languageRank(inner.id))
	}
	for _, id := range [...]ID{idPreference, idOtherName} {
		if !level.seen.has(id) {
			return d.missing(path, id, o.to)
		}
	}
	if order.mixed {
		into.order = d.innerOrder(languageRank, o)
	}
	return nil
}
