// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestBanRules(t *testing.T) {
	t.Parallel()
	prove(t, banProofs)
}

var banProofs = []proof{
	{"clock", "the core reads the clock", `
-- payment/a.go --
package payment
import "time"
func f() time.Time { return time.Now() } §
-- store/a.go --
package store
import clock "time"
func f(t clock.Time) clock.Duration { return clock.Since(t) } §
-- worker/a.go --
package worker
import "time"
func f() { <-time.After(time.Second) } §
`},
	{"clock", "time as a value, edges, tests and suites", `
-- payment/a.go --
package payment
import "time"
func f(now time.Time) time.Time { return now.Add(time.Second) }
-- payment/a_test.go --
package payment
import "time"
var now = time.Now()
-- api/ams/a.go --
package ams
import "time"
func f() time.Time { return time.Now() }
-- store/storetest/a.go --
package storetest
import "time"
func f() time.Time { return time.Now() }
`},
	{"entropy", "random numbers in the core", `
-- vault/a.go --
package vault
import "crypto/rand" §
-- flow/a.go --
package flow
import "math/rand/v2" §
-- wire/ams/a.go --
package ams
import "math/rand" §
`},
	{"entropy", "the simulator draws from its seed", "-- sim/a.go --\npackage sim\nimport \"math/rand/v2\"\n"},
	{"socket", "a noun on the network", `
-- wallet/a.go --
package wallet
import "net/http" §
import "net" §
import "net/url"
import "net/netip"
-- flow/a.go --
package flow
import "net/http/httptest" §
`},
	{"socket", "a partner on the network", "-- partner/aps/a.go --\npackage aps\nimport \"net/http\"\n"},
	{"machine", "a noun that opens files", `
-- settlement/zengin/a.go --
package zengin
import "os" §
import "os/exec" §
`},
	{"machine", "a noun's test reads its samples", "-- qr/a_test.go --\npackage qr\nimport \"os\"\n"},
	{"database", "SQL outside the store", `
-- portal/a.go --
package portal
import "database/sql" §
-- payment/a.go --
package payment
import "database/sql/driver" §
-- relay/a.go --
package relay
import "github.com/jackc/pgx/v5/pgconn" §
`},
	{"database", "the store, the auditor's own, and the wallet's books", `
-- store/a.go --
package store
import "database/sql"
import "github.com/jackc/pgx/v5"
-- audit/a.go --
package audit
import "database/sql"
-- tabi/book/a.go --
package book
import "database/sql"
`},
	{"logging", "logged and returned", `
-- flow/a.go --
package flow
import "log/slog" §
-- store/a.go --
package store
import "log" §
`},
	{"logging", "logged and stopped", "-- worker/a.go --\npackage worker\nimport \"log/slog\"\n"},
	{"printing", "a package that talks", `
-- store/a.go --
package store
import "fmt"
func f() { fmt.Println(1) } §
`},
	{"printing", "a text that is returned", `
-- store/a.go --
package store
import "fmt"
func f() string { return fmt.Sprint(1) }
`},
	{"context-value", "identity in a context", `
-- portal/a.go --
package portal
import "context"
func f(ctx context.Context) context.Context { return context.WithValue(ctx, 1, 2) } §
`},
	{"context-value", "a deadline in a context", `
-- portal/a.go --
package portal
import "context"
func f(ctx context.Context) (context.Context, func()) { return context.WithCancel(ctx) }
`},
	{"exit", "a package that ends the process", `
-- worker/a.go --
package worker
import ("log"; "os")
func f() { os.Exit(1) } §
func g() { log.Fatal("x") } §
`},
	{"exit", "the command", "-- cmd/kakehashi/a.go --\npackage main\nimport \"os\"\nfunc main() { os.Exit(1) }\n"},
	{"sleep", "a test that sleeps", `
-- flow/a_test.go --
package flow
import "time"
func f() { time.Sleep(1) } §
-- sim/a_test.go --
package sim
import "time"
var wait = time.Sleep §
`},
	{"sleep", "a test that waits", `
-- flow/a_test.go --
package flow
import "time"
func f() { <-time.After(1) }
`},
}
