// SPDX-License-Identifier: Apache-2.0

package arch

import "testing"

func TestSQLRules(t *testing.T) {
	t.Parallel()
	prove(t, sqlProofs)
}

var sqlProofs = []proof{
	{"sql-built", "put together at run time", `
-- store/a.go --
package store
import "fmt"
func f(table string, n int) {
	_ = fmt.Sprintf("SELECT id FROM %s", table) §
	_ = "UPDATE " + table + " SET n = 1" §
	_ = "SELECT id FROM payment WHERE " + where(n) §
	query := "SELECT id"
	query += " UNION SELECT " + table §
}
func where(n int) string { return "" }
`},
	{"sql-built", "constants, whole or in pieces", `
-- store/a.go --
package store
import "fmt"
const columns = "id, n"
const selectPayment = "SELECT " + columns +
	" FROM payment"
func f(name string) {
	_ = selectPayment + " WHERE id = $1"
	_ = ("DELETE FROM lane " +
		"WHERE n = $1")
	_ = "Select a wallet: " + name
	_ = "DELETE " + name
	_ = fmt.Sprintf("insert %s here", name)
}
-- store/storetest/a.go --
package storetest
func f(table string) string { return "SELECT n FROM " + table }
-- store/postgres.go --
package store
func insertion(table string) string { return "INSERT INTO " + table }
`},
	{"history", "the journal is changed", `
-- store/a.go --
package store
const a = "UPDATE journal SET n = 1" §
const b = "delete from books.journal where n = 1" §
const c = ` + "`" + `
	INSERT INTO journal (lane, n) VALUES ($1, $2) §
	ON CONFLICT (lane, n) DO UPDATE SET n = 3` + "`" + `
-- store/migrations/0002_clean.sql --
ALTER TABLE lane ADD COLUMN x BIGINT;
TRUNCATE TABLE journal; §
`},
	{"history", "the journal grows, and tests try", `
-- store/a.go --
package store
const a = "INSERT INTO journal (lane, n) VALUES ($1, $2)"
const b = "UPDATE lane SET n = $1"
const c = "DELETE FROM journal_cursor WHERE id = $1"
-- store/migrations/0001_first.postgres.sql --
REVOKE UPDATE, DELETE ON journal FROM kakehashi;
-- nobody may UPDATE journal
-- store/a_test.go --
package store
const a = "UPDATE journal SET n = 1"
-- store/storetest/a.go --
package storetest
const a = "DELETE FROM journal"
`},
	{"rowid", "a clustered table", "-- store/migrations/0001_a.sql --\nCREATE TABLE x (id BYTEA)\nWITHOUT ROWID; §\n"},
	{"rowid", "an ordinary table", `
-- store/migrations/0001_a.sql --
CREATE TABLE x (id BYTEA); -- never WITHOUT ROWID
`},
	{"small-sql", "what only one engine says", `
-- store/a.go --
package store
const a = "SELECT now()" §
const b = "SELECT * FROM lane" §
const c = "SELECT body->>'id' FROM event" §
const d = "INSERT INTO x (n) VALUES (nextval('s'))" §
const e = "SELECT pg_advisory_lock(1)" §
const f = "UPDATE x SET n = random()" §
-- store/migrations/0001_a.sql --
CREATE TABLE a (
	id BYTEA NOT NULL,
	at TIMESTAMP NOT NULL §
);
CREATE TABLE b (id BIGINT);
CREATE TRIGGER t BEFORE UPDATE ON a EXECUTE FUNCTION f(); §
`},
	{"small-sql", "what both say, and the dialect", `
-- store/a.go --
package store
const a = "SELECT lane, count(*) FROM payment WHERE at < $1 GROUP BY lane ORDER BY lane"
const b = "this is now() prose"
-- store/dialect.go --
package store
const c = "SELECT now()"
-- store/migrations/0001_a.sql --
CREATE TABLE a (
	id BYTEA NOT NULL,
	date BIGINT NOT NULL, -- not a DATE
	note TEXT NOT NULL
);
-- store/migrations/0002_a.postgres.sql --
CREATE TABLE a (at TIMESTAMP);
-- statistic/a.go --
package statistic
const d = "SELECT * FROM lane"
`},
}
