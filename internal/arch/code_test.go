// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestCodeRules(t *testing.T) {
	t.Parallel()
	prove(t, codeProofs)
}

var codeProofs = []proof{
	{"float", "where money lives", `
-- money/a.go --
package money
import ("math/big"; "strconv")
func f(x float64) {} §
const third = 0.33 §
func g(s string) { strconv.ParseFloat(s, 64) } §
var h big.Float §
-- settlement/pain001/a_test.go --
package pain001
var x float32 §
`},
	{"float", "near money elsewhere", `
-- offer/a.go --
package offer
type Coupon struct { discount float64 } §
type Fee float64 §
func Price() float64 { return 1.5 } §
func f(amount int64) { _ = float64(amount) } §
-- store/a.go --
package store
func f(rates []float64) {} §
-- statistic/a.go --
package statistic
var feeByDay map[string]float32 §
`},
	{"float", "far from money", `
-- money/a.go --
package money
import "math"
const most = math.MaxInt64
const million = 1e6
-- offer/a.go --
package offer
type Place struct { latitude, longitude float64 }
-- screening/a.go --
package screening
func similarity(a, b string) float64 { return 0.5 }
-- portal/a.go --
package portal
func width(amount int64) float64 { return float64(amount) }
`},
	{"init", "wiring by import", `
-- portal/a.go --
package portal
func init() {} §
-- flow/a_test.go --
package flow
func init() {} §
`},
	{"init", "a method of that name", "-- portal/a.go --\npackage portal\ntype page struct{}\nfunc (page) init() {}\n"},
	{"panic", "a panic in the program", "-- flow/a.go --\npackage flow\nfunc f() { panic(1) } §\n"},
	{"panic", "invariant and tests", `
-- invariant/a.go --
package invariant
func Check() { panic(1) }
-- flow/a_test.go --
package flow
func f() { panic(1) }
`},
	{"goroutine", "started outside cmd", `
-- portal/a.go --
package portal
import "sync"
func f() {
	go f() §
	var group sync.WaitGroup
	group.Go(f) §
}
-- relay/a.go --
package relay
import "golang.org/x/sync/errgroup" §
-- worker/a.go --
package worker
import "context"
func f(ctx context.Context) { context.AfterFunc(ctx, nil) } §
`},
	{"goroutine", "where goroutines live", `
-- cmd/kakehashi/a.go --
package main
func f() { go f() }
-- store/storetest/a.go --
package storetest
func f() { go f() }
-- flow/a_test.go --
package flow
func f() { go f() }
`},
	{"stepped", "the scheduler in the core", `
-- flow/a.go --
package flow
import "context"
type desk struct { queue chan int } §
func (d desk) f(ctx context.Context) {
	select { §
	case d.queue <- 1: §
	case <-ctx.Done(): §
	}
}
`},
	{"stepped", "channels at the edge and in the wiring", `
-- portal/a.go --
package portal
func f(c chan int) { <-c }
-- cmd/kakehashi/a.go --
package main
var c chan int
`},
	{"map-order", "every way to range over a map", `
-- merchant/a.go --
package merchant
type Index map[string]int
func (i Index) Clone() Index { return i }
-- flow/a.go --
package flow
import (
	"maps"
	"net/http"
	"example.org/house/merchant"
)
type view struct { rows map[int]string }
func f(v *view, i merchant.Index, h http.Header) {
	for range v.rows { §
	}
	for k := range i.Clone() { §
		_ = k
	}
	copied := maps.Clone(v.rows)
	for k, x := range copied { §
		_, _ = k, x
	}
	for k := range maps.Keys(v.rows) { §
		_ = k
	}
	for k := range h { §
		_ = k
	}
}
func g[M ~map[K]V, K comparable, V any](m M) {
	for range m { §
	}
}
`},
	{"map-order", "what has an order", `
-- flow/a.go --
package flow
import ("maps"; "slices"; "strings")
func f(rows map[int]string, list []map[int]int, text string) {
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		_ = rows[k]
	}
	for range list {
	}
	for range 3 {
	}
	for range strings.SplitSeq(text, ",") {
	}
}
-- flow/a_test.go --
package flow
func g(m map[int]int) { for range m {} }
-- portal/a.go --
package portal
func g(m map[int]int) { for range m {} }
`},
	{"struct-tag", "a noun with a wire shape", `
-- payment/a.go --
package payment
type State struct {
	Name string "json:\"name\"" §
}
`},
	{"struct-tag", "an edge with one", `
-- wire/ams/a.go --
package ams
type Pay struct {
	Name string "json:\"name\""
}
`},
	{"bag", "data nobody typed", `
-- payment/a.go --
package payment
type Payment struct {
	Metadata map[string]any §
	extendInfo map[string]interface{} §
}
func f(extra map[string]any) {} §
`},
	{"bag", "typed maps, and rules over anything", `
-- payment/a.go --
package payment
type Payment struct { Metadata map[string]string }
func evaluate(input map[string]any) {}
`},
}
