// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestNameRules(t *testing.T) {
	t.Parallel()
	prove(t, nameProofs)
}

var nameProofs = []proof{
	{"empty-name", "folders and files that say nothing", `
-- flow/helpers.go§ --
package flow
-- flow/pay_util_test.go§ --
package flow
-- common/a.go§ --
package common
-- look/base.css§ --
a {}
`},
	{"empty-name", "names that say something", `
-- flow/pay.go --
package flow
-- look/basement.css --
a {}
-- flow/typesetting.go --
package flow
`},
	{"package-name", "packages that mislead", `
-- internal/errors/a.go --
package errors §
-- internal/payOut/a.go --
package payOut §
-- internal/pay_out/a.go --
package pay_out §
-- flow/a.go --
package movement §
`},
	{"package-name", "packages that lead", `
-- flow/a.go --
package flow
-- flow/a_test.go --
package flow_test
-- cmd/kakehashi/a.go --
package main
-- money/generate.go --
//go:build ignore

package main
`},
	{"stutter", "said twice", `
-- payment/a.go --
package payment
type PaymentState int §
func PaymentOf() {} §
-- fx/a.go --
package fx
type FXRate int §
`},
	{"stutter", "said once, or echoed whole", `
-- payment/a.go --
package payment
type Payment struct{}
type State int
type Payments []Payment
const PaymentSent State = 1
func (Payment) PaymentID() {}
`},
	{"get", "a getter", "-- flow/a.go --\npackage flow\ntype d int\nfunc GetPayment() {} §\nfunc (d) GetName() {} §\n"},
	{"get", "a noun", "-- flow/a.go --\npackage flow\nfunc Payment() {}\nfunc Getaway() {}\n"},
}
