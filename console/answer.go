// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"net/http"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeMissing is the code of a page about something that does not exist.
const CodeMissing fault.Code = "page_missing"

var missing = &fault.Error{Op: "console", Kind: fault.NotFound, Code: CodeMissing}

// page turns what goes wrong while a page is made into a page of its own. Nothing is answered before a page is whole.
func (s *console) page(show func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := recovered(func() error { return show(w, r) })
		switch {
		case err == nil:
		case fault.KindOf(err) == fault.NotFound:
			s.kit.Refuse(w, r, http.StatusNotFound, "")
		default:
			if r.Context().Err() == nil {
				s.Alarm(AlarmPage, r.Method+" "+r.URL.Path+": "+err.Error())
			}
			s.kit.Refuse(w, r, http.StatusInternalServerError, "")
		}
	}
}

// recovered makes an error of a broken invariant, so that one page that cannot be made is an alarm and a clean page.
func recovered(show func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &fault.Error{Op: "console", Kind: fault.Internal, Err: fmt.Errorf("%v", v)}
		}
	}()
	return show()
}
