// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/internal/golden"
)

// byLaneAlone are the questions that follow a lane's index from its beginning: they have an end of their own.
var byLaneAlone = []string{"oldestClaim"}

// guards are the statements whose further conditions are about the one row that the lane's key finds.
var guards = []string{"writeLane", "renewLane", "retakeLane", "moveCursor"}

// statistics are the states in which the planner may find a database.
var statistics = []struct {
	name string
	sql  []string
}{
	{"as it is made", nil},
	{"without statistics", []string{"DELETE FROM sqlite_stat1", "ANALYZE sqlite_schema"}},
	{"analysed while it is empty", []string{"DELETE FROM sqlite_stat1", "ANALYZE"}},
}

// TestSQLiteFindsEveryRowByAnIndex asks the driver's own SQLite how it would run each constant, whatever it knows of the
// tables.
func TestSQLiteFindsEveryRowByAnIndex(t *testing.T) {
	t.Parallel()
	files := declared(t)
	var plans strings.Builder
	for i, state := range statistics {
		books, shelf := opened(t, Location(fmt.Sprint("memory:plans", i)))
		for _, sql := range state.sql {
			for _, s := range []session{books, shelf} {
				if err := s.(*sqliteSession).do(sql); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, name := range names() {
			s := everything[name]
			on := books
			if s.onShelf {
				on = shelf
			}
			details := sqlitePlan(t, on, s)
			if i == 0 && len(details) > 0 {
				fmt.Fprintf(&plans, "%s\n    %s\n", name, strings.Join(details, "\n    "))
			}
			for _, problem := range planProblems(t, name, files[name], details) {
				t.Errorf("%s: %s: %s", state.name, name, problem)
			}
		}
	}
	golden.Equal(t, "plans.sqlite.txt", plans.String())
}

func sqlitePlan(t *testing.T, on session, s said) (details []string) {
	t.Helper()
	explained := statement{sql: explain + s.sql(&sqliteDialect, 1), in: s.in(), out: "nnnt"}
	if s.lookup != nil { // as for many keys at once
		explained = statement{sql: explain + sqliteDialect.lookup(s.lookup, lookupMax),
			in: s.lookup.in + strings.Repeat(string(s.lookup.key), lookupMax), out: "nnnt"}
	}
	err := on.query(context.Background(), &explained, make([]cell, len(explained.in)), func(c []cell) error {
		details = append(details, c[3].text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return details
}

// planProblems says what is wrong with a plan.
func planProblems(t *testing.T, name, file string, details []string) (problems []string) {
	t.Helper()
	s := everything[name]
	_, where := tableOf(t, name, s.sql(&sqliteDialect, 1), s.onShelf)
	across := file == "across.go"
	for _, detail := range details {
		switch {
		case strings.HasPrefix(detail, "SCAN ") && where == distributed && !across:
			problems = append(problems, detail)
		case strings.HasSuffix(detail, "(lane=?)") && !slices.Contains(byLaneAlone, name):
			problems = append(problems, "a whole lane is read: "+detail)
		case strings.Contains(detail, "TEMP B-TREE") && where == distributed && !across:
			problems = append(problems, detail)
		}
	}
	return problems
}

// TestEveryIndexHasItsStatistics: an index that a migration adds and no statistics name is judged by guesses.
func TestEveryIndexHasItsStatistics(t *testing.T) {
	t.Parallel()
	books, shelf := opened(t, "memory:statistics")
	for _, s := range []session{books, shelf} {
		missing := statement{out: "t", sql: "SELECT m.name FROM sqlite_schema AS m WHERE m.type = 'index' " +
			"AND m.tbl_name NOT LIKE 'goose_%' AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 AS s " +
			"WHERE s.tbl = m.tbl_name AND s.idx = m.name) ORDER BY m.name"}
		stray := statement{out: "t", sql: "SELECT s.tbl || '.' || COALESCE(s.idx, '') FROM sqlite_stat1 AS s " +
			"WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema AS m WHERE m.tbl_name = s.tbl " +
			"AND m.name = COALESCE(s.idx, s.tbl)) ORDER BY 1"}
		for what, question := range map[string]*statement{"has no statistics": &missing, "is in no schema": &stray} {
			err := s.query(context.Background(), question, nil, func(c []cell) error {
				t.Errorf("%s %s", c[0].text, what)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPostgreSQLFindsEveryRowByAnIndex asks a server the same, before it has seen a row and after it was told of none.
func TestPostgreSQLFindsEveryRowByAnIndex(t *testing.T) {
	t.Parallel()
	files := declared(t)
	books, shelf := opened(t, onServer(t))
	for _, state := range []string{"never analysed", "analysed while it is empty"} {
		for _, name := range names() {
			s := everything[name]
			on := books
			if s.onShelf {
				on = shelf
			}
			if s.insertion != nil || files[name] == "across.go" && !s.onShelf {
				continue
			}
			for rows := 1; rows <= 2; rows++ {
				plan := postgresPlan(t, on.(*postgresSession), name, s, rows)
				for _, problem := range postgresProblems(t, name, files[name], plan) {
					t.Errorf("%s: %s: %s\n%s", state, name, problem, plan)
				}
			}
		}
		for _, s := range []session{books, shelf} {
			if _, err := s.(*postgresSession).conn.Exec(t.Context(), "ANALYZE"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// postgresPlan is the generic plan: the one that a prepared statement is run by from its sixth time on.
func postgresPlan(t *testing.T, s *postgresSession, name string, asked said, rows int) string {
	t.Helper()
	args := make([]string, len(asked.in()))
	for i, kind := range asked.in() {
		args[i] = map[rune]string{'n': "0", 't': "''", 'b': `'\x'`}[kind]
	}
	if asked.lookup != nil && rows > 1 {
		args[len(args)-1] = "'{}'"
	}
	execute := "EXPLAIN (COSTS OFF) EXECUTE " + name
	if len(args) > 0 {
		execute += "(" + strings.Join(args, ", ") + ")"
	}
	for _, sql := range []string{"SET plan_cache_mode = force_generic_plan", "DEALLOCATE ALL",
		"PREPARE " + name + " AS " + asked.sql(&postgresDialect, rows)} {
		if _, err := s.conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	results, err := s.conn.PgConn().Exec(t.Context(), execute).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", execute, err)
	}
	var lines []string
	for _, row := range results[0].Rows {
		lines = append(lines, string(row[0]))
	}
	return strings.Join(lines, "\n")
}

func postgresProblems(t *testing.T, name, file, plan string) (problems []string) {
	t.Helper()
	s := everything[name]
	_, where := tableOf(t, name, s.sql(&postgresDialect, 1), s.onShelf)
	if where != distributed || strings.HasPrefix(plan, "Insert on lane") || strings.HasPrefix(plan, "Insert on cursor") {
		return nil
	}
	for _, bad := range []string{"Seq Scan", "Bitmap", "Hash Join", "Merge Join"} {
		if strings.Contains(plan, bad) {
			problems = append(problems, bad)
		}
	}
	if strings.Contains(plan, "Sort Key") && s.lookup == nil {
		problems = append(problems, "a page is sorted rather than read in order")
	}
	if file == "across.go" {
		return problems
	}
	wanted := strings.Count(s.sql(&postgresDialect, 1), " AND ")
	if slices.Contains(guards, name) {
		wanted = 0
	}
	conditions := strings.Count(strings.ReplaceAll(plan, "Index Cond", " AND "), " AND ") - strings.Count(plan, "Index Cond")
	if conditions < wanted || !strings.Contains(plan, "Index Cond: ") {
		problems = append(problems, fmt.Sprintf("%d further conditions on the index, where the question has %d", conditions,
			wanted))
	}
	return problems
}
