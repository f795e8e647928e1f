// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

// copiedTables are the tables of the books, by what writes their rows.
var copiedTables = []*insertion{&copyLane, &appendJournal, &insertPayment, &insertRefund, &copyClaim, &insertSealed,
	&insertAccount, &addBalance, &writeCheckpoint, &insertDelivery, &copyParked, &insertAct, &writeHolder, &writeClient,
	&writeKey, &writeHouseKey, &writePlan, &writeMerchant, &writeStore, &writeWallet, &writeRoute, &writeFeed, &writeReading,
	&insertQuote, &writeEdition}

// Rows are all rows of every table of the books, as text, with the columns' names.
func Rows(t testing.TB, r *Reader) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, i := range copiedTables {
		names := strings.Split(i.columns, ", ")
		s := &statement{sql: "SELECT " + i.columns + " FROM " + i.table + " ORDER BY " + i.columns, out: i.kinds}
		err := r.query(t.Context(), s, nil, func(c []cell) error {
			var row strings.Builder
			for k, kind := range i.kinds {
				fmt.Fprintf(&row, "%s=", names[k])
				switch kind {
				case kindNumber:
					fmt.Fprintf(&row, "%d ", c[k].number)
				case kindText:
					fmt.Fprintf(&row, "%q ", c[k].text)
				case kindBytes:
					fmt.Fprintf(&row, "%x ", c[k].bytes)
				}
			}
			all[i.table] = append(all[i.table], row.String())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestEveryTableIsCopied: one that a migration adds must be copied, or be named here with a reason.
func TestEveryTableIsCopied(t *testing.T) {
	t.Parallel()
	for _, p := range placements {
		if strings.HasPrefix(p.table, shelfSchema+".") || p.table == "goose_db_version" {
			continue // derived again, and made by the migrations
		}
		found := false
		for _, i := range copiedTables {
			found = found || i.table == p.table
		}
		if !found {
			t.Errorf("table %s is not copied", p.table)
		}
	}
}

// TestWhatIsReadIsWhatIsWritten: a page's columns are laid into the insertion as they come.
func TestWhatIsReadIsWhatIsWritten(t *testing.T) {
	t.Parallel()
	pairs := []factTable{{0, &deliveriesAfter, &insertDelivery}, {0, &claimsAfter, &copyClaim},
		{0, &sealedBetween, &insertSealed}, {0, &actsBetween, &insertAct}, {0, &parkedAfter, &copyParked},
		{0, &journalAfter, &appendJournal}, {0, &listLanes, &copyLane}, quoteTable,
		{0, &statement{sql: loadPayments.sql, out: loadPayments.out}, &insertPayment},
		{0, &statement{sql: loadRefunds.sql, out: loadRefunds.out}, &insertRefund}}
	for _, p := range append(pairs, factTables...) {
		columns, _, _ := strings.Cut(strings.TrimPrefix(p.from.sql, "SELECT "), " FROM ")
		if columns != p.into.columns || p.from.out != p.into.kinds {
			t.Errorf("%s: %s as %q, %s as %q", p.into.table, columns, p.from.out, p.into.columns, p.into.kinds)
		}
	}
	for _, i := range []*insertion{&copyClaim, &insertClaim} {
		if i.columns != insertClaim.columns || i.kinds != insertClaim.kinds {
			t.Errorf("claims: %s as %q", i.columns, i.kinds)
		}
	}
}

// Anchor keeps a store in memory alive until the end of the test.
func Anchor(t testing.TB, location Location) {
	t.Helper()
	s, err := openSession(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
}

// Edit runs a statement on a store in a file that nothing in the program would.
func Edit(t testing.TB, location Location, text string, args ...any) {
	t.Helper()
	db, err := openSQLite(sqliteDSN(location, sqliteOptions))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
		t.Fatal(err)
	}
}

// MayBeOpen are the families that some rows leave open.
func MayBeOpen(rows []ledger.Row) []int64 {
	open := mayBeOpen{}
	for i := range rows {
		open.follow(&rows[i])
	}
	return open.origins()
}
