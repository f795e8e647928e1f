// SPDX-License-Identifier: Apache-2.0

package look

import "html/template"

// State is how something stands, as far as its sign and colour go. The zero State is Waiting: what is not
// known is not good.
type State uint8

// The states.
const (
	Waiting   State = iota // amber, an hourglass: nobody knows yet
	Paid                   // pine, a tick: it is as it should be
	Declined               // vermilion, a cross: it did not happen, or is broken
	Cancelled              // soft, an arrow that turns back: it was undone
	Still                  // soft, a dot: nothing happens
)

var stateNames = [...]string{"waiting", "paid", "declined", "cancelled", "still"}

// String is the state's name in style sheets.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return stateNames[Waiting]
}

// itself gives templates the state by a name.
func (s State) itself() State { return s }

// The signs are drawn in strokes on a grid of 16, so that they are told apart without colour and in print.
var signs = [...]string{
	`<path d="M4.5 2.5h7M4.5 13.5h7M5.5 2.5v2.2L8 8l-2.5 3.3v2.2M10.5 2.5v2.2L8 8l2.5 3.3v2.2"/>`,
	`<path d="M3 8.5l3.5 3.5L13 4.5"/>`,
	`<path d="M4 4l8 8M12 4l-8 8"/>`,
	`<path d="M6.5 3.5L3 7l3.5 3.5M3 7h6.5a3 3 0 0 1 0 6H8"/>`,
	`<circle cx="8" cy="8" r="2"/>`,
}

// Sign is the state's sign alone. A word must stand beside it.
func (s State) Sign() template.HTML {
	drawing := signs[Waiting]
	if int(s) < len(signs) {
		drawing = signs[s]
	}
	return template.HTML(`<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">` + drawing + `</svg>`)
}

// Chip is the state with its sign and a word.
func Chip(s State, word string) template.HTML {
	return template.HTML(`<span class="chip `+s.String()+`">`) + s.Sign() +
		template.HTML(template.HTMLEscapeString(word)+`</span>`)
}
