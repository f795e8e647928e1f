// SPDX-License-Identifier: Apache-2.0

// Package storetest is the suite that both engines of package store pass: what is written is read back as it was, what may
// be there once is there once, of two writers the older writes nothing, a restart remembers what was remembered, and a
// reader never sees what is not committed.
//
// It uses what store exports and nothing else. World is also the equipment of store's own tests.
//
// Read storetest.go, world.go, takeover.go, restore.go.
package storetest

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/store"
)

// Run runs the suite. Each call of open gives the location of a new, empty store that lasts as long as its test.
func Run(t *testing.T, open func(t testing.TB) store.Location) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Location)
	}{
		{"a payment's row comes back as it was", paymentsRoundTrip},
		{"journal rows come back as they were", journalRoundTrip},
		{"bytes and times come back at their extremes", parkedRoundTrip},
		{"sealed text, acts and deliveries come back as they were", attachmentsRoundTrip},
		{"a text that one engine cannot hold is refused by both", textsRefused},
		{"pages follow one another in the order of n", journalPages},
		{"pages of names follow the order of their bytes", namePages},
		{"accounts and acts come in pages", numberPages},
		{"a payment's name is taken once", paymentOnce},
		{"a refund's name is taken once", refundOnce},
		{"a code is spent once", claimOnce},
		{"a row of the journal is written once", rowOnce},
		{"an account is opened once", accountOnce},
		{"the older of two writers writes nothing", olderWritesNothing},
		{"writers that contend lose nothing and double nothing", contention},
		{"a restart remembers what was remembered", restores},
		{"a seal is a row like any other", sealed},
		{"claims of an old hour go, some at a time", unclaims},
		{"facts come back as they were", factsRoundTrip},
		{"facts of an act are written whole or not at all", factsOnce},
		{"a fact that another changed is seen within five seconds", catalogueFresh},
		{"readers see whole batches only", readersSeeBatches},
		{"processes that start together find one schema", OpenTogether},
		{"the shelf advances from where it is", shelfAdvances},
		{"the shelf's events are due in the order of their time", shelfDue},
		{"what was told of the shelf's events is remembered", shelfTold},
		{"the shelf can be emptied and derived again", shelfReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}
