// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// Typed is a filter as somebody typed it: full or half width, with spaces around it, the region in either case.
type Typed struct {
	Holder, MCC, Region, Prefecture, Status string
}

// Filter is the filter that is meant.
//
// Errors: Invalid merchant_filter_malformed, name_malformed, naming the field.
func (t Typed) Filter() (Filter, error) {
	tidy := func(text string) string { return strings.TrimSpace(norm.NFKC.String(text)) }
	f := Filter{Holder: ident.Holder(tidy(t.Holder)), MCC: tidy(t.MCC), Region: strings.ToUpper(tidy(t.Region)),
		Status: merchant.Status(strings.ToLower(tidy(t.Status)))}
	if text := tidy(t.Prefecture); text != "" {
		code, err := strconv.Atoi(text)
		if err != nil || code == 0 {
			code = -1
		}
		f.Prefecture = code
	}
	return f, f.Check()
}
