// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/merchant/onboarding/japan"
)

// between parts the parts of a tail. No text of the books holds it, and no word of a query.
const between = 0

// partMax bounds the folded name and the tail of one merchant or store; what is beyond it is not found.
//
// Units: bytes. A name has at most 256 before it is folded, a reference 64.
const partMax = 4096

// text is what a merchant or store is found by: its folded name, and its tail: the plain reference, the numbers of its name,
// and of a store whose plain reference is another text, the reference as it is.
type text struct {
	all     []byte // the name, and behind it the tail
	name    int    // how long the name is
	foreign bool   // the tail is not all ASCII
}

func (t text) folded() []byte { return t.all[:t.name] }

// tail begins with between, so that nothing is found across it.
func (t text) tail() []byte { return t.all[t.name:] }

// called reports whether this is the reference.
func (t text) called(plain []byte) bool {
	tail := t.tail()
	return len(tail) > len(plain)+1 && tail[len(plain)+1] == between && bytes.HasPrefix(tail[1:], plain)
}

// exact is a store's reference as it is.
func (t text) exact() []byte {
	tail := t.tail()[1:]
	plain := bytes.IndexByte(tail, between)
	if other := bytes.LastIndexByte(tail, between); other > plain {
		return tail[other+1:]
	}
	return tail[:plain]
}

// laid is a text while it is made.
type laid struct {
	bytes []byte
	name  int // how long the name is
	plain []byte
}

// lay makes the text of a name and a reference.
func (l *laid) lay(name, reference string) {
	l.bytes = japan.AppendFold(l.bytes[:0], name)
	l.name = len(l.bytes)
	l.bytes = append(l.bytes, between)
	l.bytes = appendPlain(l.bytes, reference)
	l.bytes = append(l.bytes, between)
	l.plain = appendPlain(l.plain[:0], name)
	l.bytes = appendNumbers(l.bytes, l.plain)
}

// layExact adds a store's reference where its plain one is not the same.
func (l *laid) layExact(reference string) {
	if string(text{all: l.bytes, name: l.name}.exact()) != reference {
		l.bytes = append(append(l.bytes, between), reference...)
	}
}

// cut are the parts, no longer than is kept.
func (l *laid) cut() (name, tail []byte) {
	name, tail = l.bytes[:l.name], l.bytes[l.name:]
	return name[:min(len(name), partMax)], tail[:min(len(tail), partMax)]
}

// appendPlain appends a text as references are looked for: NFKC, in lower case, without what controls a terminal.
func appendPlain(to []byte, reference string) []byte {
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(reference, "")) {
		if !unicode.IsControl(r) {
			to = utf8.AppendRune(to, unicode.ToLower(r))
		}
	}
	return to
}

// appendNumbers appends what folding drops of a plain name: its runs of ASCII that hold a digit, a space between them.
func appendNumbers(to, plain []byte) []byte {
	start := len(to)
	numbers(plain, func(run []byte) {
		if len(to) > start {
			to = append(to, ' ')
		}
		to = append(to, run...)
	}, func([]byte) {})
	return to
}

// numbers gives the runs of ASCII of a plain text that hold a digit, without the marks at their ends, and what lies between
// them: b1, 24 and 7-11 are such runs.
func numbers(plain []byte, run, rest func([]byte)) {
	from := 0
	for i := 0; i < len(plain); {
		if !ordinary(plain[i]) {
			i++
			continue
		}
		end, digit := i, false
		for at := i; at < len(plain) && plain[at] > ' ' && plain[at] <= '~'; at++ {
			digit = digit || plain[at] >= '0' && plain[at] <= '9'
			if ordinary(plain[at]) {
				end = at + 1
			}
		}
		if digit {
			rest(plain[from:i])
			run(plain[i:end])
			from = end
		}
		i = end
	}
	rest(plain[from:])
}

// ordinary reports whether c is a letter or digit of ASCII in lower case.
func ordinary(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
