// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/internal/postgres"
)

// server is what these tests share with nobody: they see the package from inside.
var server postgres.Shared

// said is one constant of SQL: one of the three is set.
type said struct {
	statement *statement
	insertion *insertion
	lookup    *lookup
	onShelf   bool
}

// everything is every constant of SQL in the package, by the name of its variable.
var everything = map[string]said{
	"openLane": {statement: &openLane}, "takeLane": {statement: &takeLane}, "retakeLane": {statement: &retakeLane},
	"renewLane": {statement: &renewLane}, "writeLane": {statement: &writeLane}, "loadLane": {statement: &loadLane},
	"listLanes": {statement: &listLanes}, "listParked": {statement: &listParked},
	"insertParked": {statement: &insertParked},

	"appendJournal": {insertion: &appendJournal}, "journalAfter": {statement: &journalAfter},
	"journalFamilies": {lookup: &journalFamilies}, "subjectsOf": {lookup: &subjectsOf},
	"insertPayment": {insertion: &insertPayment}, "loadPayments": {lookup: &loadPayments},
	"insertRefund": {insertion: &insertRefund}, "loadRefunds": {lookup: &loadRefunds},
	"insertClaim": {insertion: &insertClaim}, "claimsOf": {lookup: &claimsOf}, "dropClaims": {statement: &dropClaims},
	"oldestClaim":  {statement: &oldestClaim},
	"insertSealed": {insertion: &insertSealed}, "loadSealed": {statement: &loadSealed},
	"insertAccount": {insertion: &insertAccount}, "findAccount": {statement: &findAccount},
	"listAccounts": {statement: &listAccounts},
	"addBalance":   {insertion: &addBalance}, "loadBalances": {lookup: &loadBalances},
	"writeCheckpoint": {insertion: &writeCheckpoint}, "loadCheckpoint": {statement: &loadCheckpoint},
	"insertDelivery": {insertion: &insertDelivery}, "listDeliveries": {statement: &listDeliveries},
	"lastDeliveries": {lookup: &lastDeliveries},
	"insertAct":      {insertion: &insertAct}, "listActs": {statement: &listActs},

	"writeEdition": {insertion: &writeEdition}, "listEditions": {statement: &listEditions},
	"writeHolder": {insertion: &writeHolder}, "loadHolder": {statement: &loadHolder},
	"listHolders": {statement: &listHolders},
	"writeClient": {insertion: &writeClient}, "loadClient": {statement: &loadClient},
	"listClients": {statement: &listClients},
	"writeKey":    {insertion: &writeKey}, "loadKeys": {statement: &loadKeys},
	"writeHouseKey": {insertion: &writeHouseKey}, "listHouseKeys": {statement: &listHouseKeys},
	"writePlan": {insertion: &writePlan}, "listPlans": {statement: &listPlans},
	"writeMerchant": {insertion: &writeMerchant}, "loadMerchant": {statement: &loadMerchant},
	"listMerchants": {statement: &listMerchants}, "listCurrencies": {statement: &listCurrencies},
	"merchantsNamed": {lookup: &merchantsNamed}, "storesOf": {statement: &storesOf},
	"writeStore": {insertion: &writeStore}, "loadStore": {statement: &loadStore},
	"writeWallet": {insertion: &writeWallet}, "listWallets": {statement: &listWallets},
	"writeRoute": {insertion: &writeRoute}, "listRoutes": {statement: &listRoutes},
	"writeFeed": {insertion: &writeFeed}, "listFeeds": {statement: &listFeeds},
	"writeReading": {insertion: &writeReading}, "listReadings": {statement: &listReadings},
	"insertQuote": {insertion: &insertQuote}, "listQuotes": {statement: &listQuotes},

	"copyLane": {insertion: &copyLane}, "copyClaim": {insertion: &copyClaim}, "copyParked": {insertion: &copyParked},
	"deliveriesAfter": {statement: &deliveriesAfter}, "claimsAfter": {statement: &claimsAfter},
	"sealedBetween": {statement: &sealedBetween}, "actsBetween": {statement: &actsBetween},
	"parkedAfter": {statement: &parkedAfter}, "firstRowsOf": {lookup: &firstRowsOf},
	"holdersAfter": {statement: &holdersAfter}, "clientsAfter": {statement: &clientsAfter},
	"keysAfter": {statement: &keysAfter}, "houseKeysAfter": {statement: &houseKeysAfter},
	"plansAfter": {statement: &plansAfter}, "merchantsAfter": {statement: &merchantsAfter},
	"storesAfter": {statement: &storesAfter}, "walletsAfter": {statement: &walletsAfter},
	"routesAfter": {statement: &routesAfter}, "feedsAfter": {statement: &feedsAfter},
	"readingsAfter": {statement: &readingsAfter}, "quotesAfter": {statement: &quotesAfter},

	"openCursor": {statement: &openCursor, onShelf: true}, "moveCursor": {statement: &moveCursor, onShelf: true},
	"loadCursor": {statement: &loadCursor, onShelf: true}, "listCursors": {statement: &listCursors, onShelf: true},
	"addShelfBalance":   {insertion: &addShelfBalance, onShelf: true},
	"listShelfBalances": {statement: &listShelfBalances, onShelf: true},
	"loadShelfBalances": {lookup: &loadShelfBalances, onShelf: true},
	"insertEvent":       {insertion: &insertEvent, onShelf: true}, "writeEvent": {insertion: &writeEvent, onShelf: true},
	"eventsOf": {statement: &eventsOf, onShelf: true}, "dueEvents": {statement: &dueEvents, onShelf: true},
	"deadEvents": {statement: &deadEvents, onShelf: true},
}

// onOneEngine are the constants that only one engine understands: what SQLite's log is told, what is asked of a file, and
// what PostgreSQL says of its backends.
var onOneEngine = []string{"backendConnected", "checkpointPassive", "checkpointRestart", "checkpointTruncate",
	"insertFooter", "loadFooter",
	"hasFooter", "checkIntegrity"}

// sql is the text as a dialect sends it.
func (s said) sql(d *dialect, rows int) string {
	switch {
	case s.statement != nil:
		return s.statement.sql
	case s.insertion != nil:
		return d.insertion(s.insertion, rows)
	}
	return d.lookup(s.lookup, rows)
}

// in are the kinds of the parameters as a dialect binds them.
func (s said) in() string {
	switch {
	case s.statement != nil:
		return s.statement.in
	case s.insertion != nil:
		return s.insertion.kinds
	}
	return s.lookup.in + string(s.lookup.key)
}

// writes reports whether rows are changed.
func (s said) writes() bool { return s.insertion != nil || s.statement != nil && s.statement.out == "" }

// names are the constants' names in order.
func names() []string { return slices.Sorted(maps.Keys(everything)) }

// sources are the package's own files, without its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = f
		}
	}
	return files
}

// declared are the package's variables that are constants of SQL, with the file of each.
func declared(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for file, f := range sources(t) {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, value := range v.Values {
					literal, ok := value.(*ast.CompositeLit)
					if !ok {
						continue
					}
					if kind, ok := literal.Type.(*ast.Ident); ok && slices.Contains(
						[]string{"statement", "insertion", "lookup"}, kind.Name) {
						found[v.Names[i].Name] = file
					}
				}
			}
		}
	}
	return found
}

func TestEveryStatementIsListedAndUsed(t *testing.T) {
	t.Parallel()
	uses := map[string]int{}
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.AND {
				if name, ok := u.X.(*ast.Ident); ok {
					uses[name.Name]++
				}
			}
			return true
		})
	}
	files := declared(t)
	for name := range files {
		if _, ok := everything[name]; !ok && !slices.Contains(onOneEngine, name) {
			t.Errorf("%s is not in the list of this test", name)
		}
		if uses[name] == 0 {
			t.Errorf("%s is never used", name)
		}
	}
	for name := range everything {
		if _, ok := files[name]; !ok {
			t.Errorf("%s is listed here and not declared", name)
		}
	}
}

// opened are the books and the shelf of a location, as sessions.
func opened(t *testing.T, location Location) (books, shelf session) {
	t.Helper()
	ctx := context.Background()
	db, err := Open(ctx, location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s, err := OpenShelf(ctx, location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if books, err = db.session(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(books.close)
	return books, s.session
}

func onServer(t *testing.T) Location {
	if testing.Short() {
		t.Skip("a server takes too long for the inner loop")
	}
	return Location(server.Prepared(t, func(url string) error {
		db, err := Open(context.Background(), Location(url))
		if err == nil {
			db.Close()
		}
		return err
	}))
}

func TestEveryStatementIsUnderstoodBySQLite(t *testing.T) {
	t.Parallel()
	books, shelf := opened(t, "memory:prepared")
	for _, name := range names() {
		s := everything[name]
		on := books
		if s.onShelf {
			on = shelf
		}
		prepared, err := on.(*sqliteSession).driver.Prepare(s.sql(&sqliteDialect, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		columns(t, name, s, func() int { return sqliteColumns(t, prepared, s) })
		prepared.Close()
	}
}

// sqliteColumns counts a statement's columns by running it on an empty store.
func sqliteColumns(t *testing.T, prepared driver.Stmt, s said) int {
	t.Helper()
	values := make([]driver.NamedValue, len(s.in()))
	for i, kind := range s.in() {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: map[rune]any{'n': int64(0), 't': "", 'b': []byte{}}[kind]}
	}
	rows, err := prepared.(driver.StmtQueryContext).QueryContext(context.Background(), values)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	return len(rows.Columns())
}

// columns checks that a question's kinds are as many as its columns.
func columns(t *testing.T, name string, s said, count func() int) {
	t.Helper()
	out := ""
	switch {
	case s.writes():
		return
	case s.statement != nil:
		out = s.statement.out
	default:
		out = s.lookup.out
	}
	if n := count(); n != len(out) {
		t.Errorf("%s has %d columns, and %d kinds", name, n, len(out))
	}
}

func TestEveryStatementIsUnderstoodByPostgreSQL(t *testing.T) {
	t.Parallel()
	books, shelf := opened(t, onServer(t))
	for _, name := range names() {
		s := everything[name]
		on := books
		if s.onShelf {
			on = shelf
		}
		for rows := 1; rows <= 2; rows++ {
			as := fmt.Sprint(name, rows)
			d, err := on.(*postgresSession).conn.Prepare(context.Background(), as, s.sql(&postgresDialect, rows))
			if err != nil {
				t.Errorf("%s: %v", as, err)
				continue
			}
			if len(d.ParamOIDs) != len(s.in()) {
				t.Errorf("%s has %d parameters, and %d kinds", as, len(d.ParamOIDs), len(s.in()))
			}
			columns(t, as, s, func() int { return len(d.Fields) })
		}
	}
}

func TestNoStatementChangesTheJournalsHistory(t *testing.T) {
	t.Parallel()
	for _, name := range names() {
		s := everything[name]
		text := strings.ToUpper(strings.Join(strings.Fields(s.sql(&sqliteDialect, 1)), " "))
		for _, forbidden := range []string{"UPDATE JOURNAL", "DELETE FROM JOURNAL", "REPLACE INTO JOURNAL"} {
			if strings.Contains(text, forbidden) {
				t.Errorf("%s: %s", name, forbidden)
			}
		}
		if s.insertion != nil && s.insertion.table == "journal" && s.insertion.suffix != "" {
			t.Errorf("%s: a row that is there already must be refused, not %s", name, s.insertion.suffix)
		}
	}
	for _, folder := range []string{books.folder, shelf.folder} {
		err := fs.WalkDir(migrations, folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(migrations, path)
			for _, forbidden := range []string{"UPDATE journal", "DELETE FROM journal", "DROP TABLE journal"} {
				if strings.Contains(string(text), forbidden) {
					t.Errorf("%s: %s", path, forbidden)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryStatementOnAHotTableNamesItsLane: what does not is a report or a sweep, and lives in across.go.
func TestEveryStatementOnAHotTableNamesItsLane(t *testing.T) {
	t.Parallel()
	files := declared(t)
	across := 0
	for _, name := range names() {
		s := everything[name]
		text := s.sql(&sqliteDialect, 1)
		table, where := tableOf(t, name, text, s.onShelf)
		switch {
		case where != distributed:
		case files[name] == "across.go":
			across++
		case s.insertion != nil:
			if !strings.HasPrefix(s.insertion.columns, "lane, ") {
				t.Errorf("%s: the rows of %s do not begin with their lane", name, table)
			}
		case strings.HasPrefix(text, "INSERT INTO ") && strings.Contains(text, "(lane, "):
		case !strings.Contains(text, "lane = $"):
			t.Errorf("%s: a statement on %s without its lane: %s", name, table, text)
		}
	}
	if across == 0 {
		t.Error("across.go holds no statement")
	}
}

// tableOf is the table that a statement speaks of, and where it is placed.
func tableOf(t *testing.T, name, text string, onShelf bool) (string, placement) {
	t.Helper()
	words := strings.Fields(text)
	for i, word := range words[:len(words)-1] {
		if word != "FROM" && word != "INTO" && word != "UPDATE" || strings.HasPrefix(words[i+1], "unnest(") {
			continue
		}
		table := words[i+1]
		if onShelf {
			table = shelfSchema + "." + table
		}
		for _, p := range placements {
			if p.table == table {
				return table, p.where
			}
		}
		t.Fatalf("%s: table %s has no place", name, table)
	}
	t.Fatalf("%s: no table in %s", name, text)
	return "", ""
}
