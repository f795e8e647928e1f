// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestLayerRules(t *testing.T) {
	t.Parallel()
	prove(t, layerProofs)
}

var layerProofs = []proof{
	{"parse", "a broken file is reported", "-- flow/a.go§ --\npackage flow\nfunc {\n"},
	{"parse", "a whole file is not", "-- flow/a.go --\npackage flow\n"},

	{"room", "a folder nobody knows", `
-- warehouse/a.go --
package warehouse§
-- warehouse/b.go --
package warehouse
`},
	{"room", "a folder below a room that has none", "-- flow/deep/a.go --\npackage deep§\n"},
	{"room", "the root of the module", "-- a.go --\npackage house§\n"},
	{"room", "rooms, families and suites", `
-- money/a.go --
package money
-- wire/ams/a.go --
package ams
-- qr/jpqr/a.go --
package jpqr
-- store/storetest/a.go --
package storetest
-- partner/partnertest/a.go --
package partnertest
-- cmd/kakehashi/a.go --
package main
-- internal/arch/a.go --
package arch
`},

	{"layer", "ground imports upwards and sideways", `
-- money/a.go --
package money
import "example.org/house/fault"
import "example.org/house/ident" §
import "example.org/house/ledger" §
-- money/a_test.go --
package money
import "example.org/house/ident"
import "example.org/house/internal/golden"
import "example.org/house/store" §
`},
	{"layer", "nouns follow the arrows", `
-- payment/a.go --
package payment
import "example.org/house/money"
import "example.org/house/wallet"
import "example.org/house/ledger"
import "example.org/house/settlement" §
import "example.org/house/access" §
import "example.org/house/store" §
import "example.org/house/flow" §
-- wallet/a.go --
package wallet
import "example.org/house/fx" §
-- settlement/zengin/a.go --
package zengin
import "example.org/house/settlement"
import "example.org/house/payment"
import "example.org/house/offer" §
-- statistic/a.go --
package statistic
import "example.org/house/settlement"
import "example.org/house/merchant"
`},
	{"layer", "the middle looks down", `
-- store/a.go --
package store
import "example.org/house/payment"
import "example.org/house/flow" §
-- flow/a.go --
package flow
import "example.org/house/store"
import "example.org/house/screening"
import "example.org/house/relay" §
-- relay/a.go --
package relay
import "example.org/house/flow"
import "example.org/house/partner/aps" §
import "example.org/house/internal/script" §
`},
	{"layer", "edges never import one another", `
-- api/ams/a.go --
package ams
import "example.org/house/relay"
import "example.org/house/wire/ams"
import "example.org/house/api/aps" §
import "example.org/house/look" §
import "example.org/house/worker" §
-- portal/a.go --
package portal
import "example.org/house/look"
import "example.org/house/console" §
-- look/a.go --
package look
import "example.org/house/money"
import "example.org/house/merchant" §
-- worker/a.go --
package worker
import "example.org/house/flow"
import "example.org/house/partner/aps" §
-- partner/aps/a.go --
package aps
import "example.org/house/wallet"
import "example.org/house/wire/aps"
import "example.org/house/store" §
import "example.org/house/partner/other" §
`},
	{"layer", "tabi knows the wallet API alone, audit its own arithmetic", `
-- tabi/a.go --
package tabi
import "example.org/house/wire/aps"
import "example.org/house/qr/jpqr"
import "example.org/house/look"
import "example.org/house/payment" §
import "example.org/house/flow" §
-- audit/a.go --
package audit
import "example.org/house/ledger"
import "example.org/house/store" §
import "example.org/house/payment" §
`},
	{"layer", "the top is known by nobody but itself", `
-- cmd/kakehashi/a.go --
package main
import "example.org/house/sim"
import "example.org/house/partner/aps"
import "example.org/house/console"
-- sim/a.go --
package sim
import "example.org/house/partner/partnertest"
import "example.org/house/worker"
import "example.org/house/cmd/kakehashi" §
-- flow/a.go --
package flow
import "example.org/house/sim" §
import "example.org/house/cmd/kakehashi" §
`},
	{"layer", "suites stay out of the program", `
-- store/storetest/a.go --
package storetest
import "example.org/house/store"
import "example.org/house/internal/golden"
import "example.org/house/flow" §
-- store/a_test.go --
package store_test
import "example.org/house/store/storetest"
-- flow/a_test.go --
package flow_test
import "example.org/house/store/storetest"
-- relay/a_test.go --
package relay_test
import "example.org/house/partner/partnertest"
-- api/ams/a_test.go --
package ams_test
import "example.org/house/api/aps"
import "example.org/house/cmd/kakehashi" §
-- relay/a.go --
package relay
import "example.org/house/store/storetest" §
`},
	{"layer", "a program that builds tables is not of the house", `
-- money/generate.go --
//go:build ignore

package main
import "example.org/house/store"
`}, {"layer", "a generator writes tables and is imported by nobody", `
-- money/generate/main.go --
package main
import "example.org/house/money"
-- money/a.go --
package money
import "example.org/house/money/generate" §
`},
	{"layer", "a house in order", "-- flow/a.go --\npackage flow\nimport \"example.org/house/store\"\n"},

	{"foreign", "the ground uses the standard library", `
-- ident/a.go --
package ident
import "crypto/sha256"
import "example.org/house/fault"
import "github.com/google/uuid" §
`},
	{"foreign", "tests and nouns may use more", `
-- ident/a_test.go --
package ident
import "pgregory.net/rapid"
-- screening/a.go --
package screening
import "golang.org/x/text/width"
`},

	{"writer", "the handle is named or held", `
-- store/a.go --
package store
type DB struct{}
type Reader struct{}
func Open() *DB { return nil }
-- portal/a.go --
package portal
import "example.org/house/store"
type Pages struct { books *store.DB } §
-- api/ams/a.go --
package ams
import rows "example.org/house/store"
func f(db *rows.DB) {} §
func g() { held := rows.Open(); _ = held } §
-- relay/a.go --
package relay
import "example.org/house/store"
var _ store.DB §
`},
	{"writer", "readers, flow, the wiring and tests", `
-- store/a.go --
package store
type DB struct{}
type Reader struct{}
func read(db *DB) {}
-- portal/a.go --
package portal
import "example.org/house/store"
type Pages struct { books *store.Reader }
-- portal/a_test.go --
package portal
import "example.org/house/store"
var _ *store.DB
-- flow/a.go --
package flow
import "example.org/house/store"
type Desk struct { books *store.DB }
-- cmd/kakehashi/a.go --
package main
import "example.org/house/store"
var _ *store.DB
`},

	{"blank", "a package imported for what it does at start", `
-- console/a.go --
package console
import _ "image/png" §
`},
	{"blank", "where wiring lives, and what does nothing", `
-- calendar/a.go --
package calendar
import _ "time/tzdata"
import _ "embed"
-- store/a.go --
package store
import _ "modernc.org/sqlite"
`},
}
