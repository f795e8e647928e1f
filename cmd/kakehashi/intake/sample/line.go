// SPDX-License-Identifier: Apache-2.0

package sample

import (
	"encoding/json"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
)

// csv writes the row as a line of CSV.
func (w *writer) csv() {
	for c, text := range w.row {
		if c > 0 {
			w.put(",")
		}
		w.put(intake.Quoted(text))
	}
	w.put("\r\n")
}

// json writes the row as an object, without the columns that are empty.
func (w *writer) json() {
	between := "{"
	for c, text := range w.row {
		if text == "" {
			continue
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			w.err = err
			return
		}
		w.put(between + `"` + intake.Column(c).String() + `":` + string(quoted))
		between = ","
	}
	w.put("}\n")
}

// put writes a text in the file's encoding.
func (w *writer) put(text string) {
	if w.err != nil {
		return
	}
	raw, ok := w.order.Encoding.Bytes(text)
	if !ok {
		w.err = fmt.Errorf("sample: %q cannot be written in %s", text, w.order.Encoding)
		return
	}
	_, w.err = w.to.WriteString(raw)
}
