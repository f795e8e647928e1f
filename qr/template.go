// SPDX-License-Identifier: Apache-2.0

package qr

// ID is the identifier of a data object: 0 to 99, always written with two digits.
type ID uint8

// idTexts holds each identifier at twice its number, so that naming one costs nothing.
const idTexts = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748" +
	"4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798" + "99"

// String is the identifier's two digits, or "??" for a number above 99.
func (id ID) String() string {
	if id > 99 {
		return "??"
	}
	return idTexts[2*int(id) : 2*int(id)+2]
}

// Template is the value of an object that holds objects itself: those of a payment network under the identifier
// that the network has in all the world. It is kept as it is written, unknown objects and their order included.
//
// Source: reference/japan.md 1.3.
type Template string

// idGUID is where each template names its network.
const idGUID ID = 0

// NewTemplate writes objects in the given order.
//
// Errors: those of Code.Encode about a template; the offset counts from the template's beginning.
func NewTemplate(objects ...Object) (Template, error) {
	b := builder{op: "qr.NewTemplate"}
	for _, o := range objects {
		b.put(o)
	}
	if b.err != nil {
		return "", b.err
	}
	text := string(b.text)
	whole, err := newSource(b.op, text)
	if err != nil {
		return "", err
	}
	if err := whole.checkTemplate("", span{to: len(text)}); err != nil {
		return "", err
	}
	return Template(text), nil
}

// Lookup is the value of an object of the template; ok is false where there is none, or the text is no template.
func (t Template) Lookup(id ID) (value string, ok bool) {
	whole, err := newSource("qr.Template", string(t))
	if err != nil {
		return "", false
	}
	for level := whole.level("", span{to: len(t)}); level.more(); {
		o, err := level.next()
		if err != nil {
			return "", false
		}
		if o.id == id {
			return whole.value(o), true
		}
	}
	return "", false
}

// GUID is the globally unique identifier of the template's network: an application identifier, a UUID without
// hyphens, or a domain name in reverse. It is empty where the text is no template.
//
// A wallet finds its own template by this name, never by the number of the object that holds it.
func (t Template) GUID() string {
	guid, _ := t.Lookup(idGUID)
	return guid
}

// Objects are the template's objects in order; nil where the text is no template.
func (t Template) Objects() []Object {
	whole, err := newSource("qr.Template", string(t))
	if err != nil {
		return nil
	}
	var objects []Object
	for level := whole.level("", span{to: len(t)}); level.more(); {
		o, err := level.next()
		if err != nil {
			return nil
		}
		objects = append(objects, Object{ID: o.id, Value: whole.value(o)})
	}
	return objects
}

// guidMax is how long a globally unique identifier may be.
const guidMax = 32

// checkTemplate holds the rules of a template: whole objects, none twice, and the name of its network.
func (s source) checkTemplate(path string, o span) error {
	named := false
	for level := s.level(path, o); level.more(); {
		inner, err := level.next()
		if err != nil {
			return err
		}
		if inner.id != idGUID {
			continue
		}
		named = true
		if what := checkText(s.value(inner), printable, guidMax); what != "" {
			return s.refuse(CodeObjectMalformed, join(path, inner.id), inner.at, what)
		}
	}
	if !named {
		return s.missing(path, idGUID, o.to)
	}
	return nil
}

// missing refuses a level in which a mandatory object is not there; the offset is where the level ends.
func (s source) missing(path string, id ID, end int) error {
	return s.refuse(CodeObjectMissing, join(path, id), end, "is missing")
}

// join is the path of an object below another; the root has no path.
func join(path string, id ID) string {
	if path == "" {
		return id.String()
	}
	return path + "." + id.String()
}
