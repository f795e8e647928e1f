// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestTextRules(t *testing.T) {
	t.Parallel()
	prove(t, textProofs)
}

var textProofs = []proof{
	{"todo", "promises without a number", `
-- flow/a.go --
package flow
// TO` + `DO: later §
/* first
FIX` + `ME second §
*/
var a = "TO` + `DO in a text is data"
-- store/migrations/0001_a.sql --
-- TO` + `DO §
-- look/a.js --
// TO` + `DO(#1) and TO` + `DO §
-- Makefile --
# FIX` + `ME §
`},
	{"todo", "promises with one, and prose about them", `
-- flow/a.go --
package flow
// TO` + `DO(#12): when the bank answers
// TO` + `DO #13 as well
-- CONTRIBUTING.md --
A TO` + `DO carries a number, a FIX` + `ME cannot be merged.
`},
	{"words", "whoever wrote it", `
-- flow/a.go --
package flow
// see /wor` + `k/notes §
-- docs/a.md --
The sub` + `agent said so. §
Get it from proxy.gol` + `ang.org. §
-- flow/testdata/a.txt --
Clau` + `de §
`},
	{"words", "what it does", `
-- docs/a.md --
The user agent signs in; its session ends; the claude of clouds; how it works/why.
The till asks the OpenAPI page.
`},
	{"dependency", "a library nobody explained", `
-- go.mod --
module example.org/house

require example.org/alone v1.0.0 §

require (
	example.org/known v1.0.0
	example.org/know v1.0.0 §
	example.org/deep v1.0.0 // indirect
)
-- docs/reference/dependencies.md --
| ` + "`example.org/known`" + ` | because |
`},
	{"runbook", "an alarm without a page", `
-- go.mod --
module example.org/house
-- a.go --
package a

const AlarmKnown = "known"

func f() { alarm("known", "") }

func g() { Raise("spilled", "") } §
-- docs/runbook/known.md --
# known
`},
	{"runbook", "no runbook yet", "-- go.mod --\nmodule example.org/house\n"},
	{"dependency", "no page yet", "-- go.mod --\nmodule example.org/house\n\nrequire example.org/alone v1.0.0\n"},
}
