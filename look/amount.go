// SPDX-License-Identifier: Apache-2.0

package look

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/money"
)

// Figure is an amount in the parts that are set differently: its currency before or after it, always written,
// and its digits.
type Figure struct {
	Before, Digits, After string
}

// FigureOf is an amount as a language writes it: the code before the digits, in Japanese 円 after those of
// yen. The zero Amount has no parts.
func FigureOf(a money.Amount, l Lang) Figure {
	if !a.Currency().Valid() {
		return Figure{}
	}
	digits := grouped(a.Major())
	if l == Japanese && a.Currency() == money.JPY {
		return Figure{Digits: digits, After: "円"}
	}
	return Figure{Before: a.Currency().String(), Digits: digits}
}

// Money is an amount in a sentence: "JPY 1,980", "HKD 51.51", in Japanese "1,980円". The zero Amount is empty.
func Money(a money.Amount, l Lang) string {
	f := FigureOf(a, l)
	if f.Before != "" {
		return f.Before + " " + f.Digits
	}
	return f.Digits + f.After
}

// HTML is the figure with its currency set smaller than its digits; nothing in it breaks over a line.
func (f Figure) HTML() template.HTML {
	if f.Digits == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<span class="amount">`)
	if f.Before != "" {
		b.WriteString(`<span class="unit">` + template.HTMLEscapeString(f.Before) + `</span> `)
	}
	b.WriteString(template.HTMLEscapeString(f.Digits))
	if f.After != "" {
		b.WriteString(`<span class="unit after">` + template.HTMLEscapeString(f.After) + `</span>`)
	}
	b.WriteString(`</span>`)
	return template.HTML(b.String())
}

// Grouped is a whole number with its thousands marked.
func Grouped(n int) string { return grouped(strconv.Itoa(n)) }

// grouped marks the thousands of a plain decimal, and writes its minus as one.
func grouped(decimal string) string {
	digits, negative := strings.CutPrefix(decimal, "-")
	whole, fraction, cut := strings.Cut(digits, ".")
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if cut {
		b.WriteString("." + fraction)
	}
	return b.String()
}
