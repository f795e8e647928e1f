// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/golden"
)

// lines are the rows of a question of one text column, as the schema's golden files list them.
func lines(t *testing.T, s session, sql string) string {
	t.Helper()
	var b strings.Builder
	err := s.query(context.Background(), &statement{sql: sql, out: "t"}, nil, func(c []cell) error {
		b.WriteString(c[0].text + "\n")
		return nil
	})
	if err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
	return b.String()
}

func TestSchemaOfSQLite(t *testing.T) {
	t.Parallel()
	const all = "SELECT COALESCE(sql, type || ' ' || name) FROM sqlite_schema WHERE tbl_name NOT LIKE 'goose_%' " +
		"AND tbl_name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name"
	books, shelf := opened(t, "memory:schema")
	golden.Equal(t, "schema.sqlite.txt", "-- books\n"+lines(t, books, all)+"\n-- shelf\n"+lines(t, shelf, all))
	for _, s := range []session{books, shelf} {
		loose := lines(t, s, "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 "+
			"AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'")
		if loose != "" {
			t.Errorf("tables that take any type in any column: %s", loose)
		}
	}
}

func TestSchemaOfPostgreSQL(t *testing.T) {
	t.Parallel()
	books, _ := opened(t, onServer(t))
	const from = " FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace " +
		"WHERE c.relkind IN ('r', 'p') AND s.nspname IN ('public', 'shelf') AND c.relname NOT LIKE 'goose_%' "
	columns := lines(t, books, "SELECT s.nspname || '.' || c.relname || ' ' || a.attname || ' ' || "+
		"format_type(a.atttypid, a.atttypmod) || CASE WHEN l.collname IS NULL THEN '' ELSE ' collate ' || l.collname END || "+
		"CASE WHEN a.attnotnull THEN ' not null' ELSE '' END "+strings.Replace(from, "WHERE",
		"JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "+
			"LEFT JOIN pg_collation AS l ON l.oid = a.attcollation WHERE", 1)+"ORDER BY s.nspname, c.relname, a.attnum")
	constraints := lines(t, books, "SELECT s.nspname || '.' || c.relname || ' ' || k.conname || ' ' || "+
		"pg_get_constraintdef(k.oid) "+strings.Replace(from, "WHERE",
		"JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype <> 'n' WHERE", 1)+
		"ORDER BY s.nspname, c.relname, k.contype, k.conname")
	indexes := lines(t, books, "SELECT pg_get_indexdef(i.indexrelid) "+strings.Replace(from, "WHERE",
		"JOIN pg_index AS i ON i.indrelid = c.oid WHERE", 1)+"ORDER BY 1")
	privileges := lines(t, books, "SELECT s.nspname || '.' || c.relname || ' ' || string_agg(p.name, ' ' ORDER BY p.at) "+
		strings.Replace(from, "WHERE", "CROSS JOIN (VALUES (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE'), "+
			"(5, 'TRUNCATE')) AS p (at, name) WHERE has_table_privilege(c.oid, p.name) AND", 1)+
		"GROUP BY s.nspname, c.relname ORDER BY s.nspname, c.relname")
	golden.Equal(t, "schema.postgres.txt", "-- columns\n"+columns+"\n-- constraints\n"+constraints+"\n-- indexes\n"+indexes+
		"\n-- what the program's own role may do\n"+privileges)
}

func TestDistributionOfTables(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "distribute.citus.sql", Distribution())
}

// TestTheProgramsRoleCannotChangeHistory tries to, as the role that owns the schema and is no superuser.
func TestTheProgramsRoleCannotChangeHistory(t *testing.T) {
	t.Parallel()
	books, _ := opened(t, onServer(t))
	conn := books.(*postgresSession).conn
	for table, column := range map[string]string{"journal": "at", "payment": "price", "refund": "amount", "delivery": "outcome",
		"act": "person", "quote": "rate_num"} {
		for _, sql := range []string{"UPDATE " + table + " SET " + column + " = " + column, "DELETE FROM " + table,
			"TRUNCATE " + table} {
			_, err := conn.Exec(t.Context(), sql)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" {
				t.Errorf("%s: %v", sql, err)
			}
		}
		if _, err := conn.Exec(t.Context(), "SELECT COUNT(*) FROM "+table); err != nil {
			t.Error(err)
		}
	}
	if _, err := conn.Exec(t.Context(), "UPDATE lane SET at = at"); err != nil {
		t.Error(err)
	}
}

// TestLaneKeysFillShardsEvenly asks a server for the hash that decides the shard.
//
// Source: Citus cuts the range of int4 into as many equal parts as there are shards.
func TestLaneKeysFillShardsEvenly(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), string(onServer(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	keys := make([]int64, ident.LanesMax)
	for i := range keys {
		keys[i] = ident.Lane(i).Key()
	}
	rows, err := conn.Query(t.Context(),
		"SELECT hashint8(k) FROM unnest($1::bigint[]) WITH ORDINALITY AS u (k, at) ORDER BY at", keys)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil || len(hashes) != len(keys) {
		t.Fatalf("%d hashes, %v", len(hashes), err)
	}
	for i, hash := range hashes {
		if uint32(hash) != ident.HashInt8(keys[i]) {
			t.Fatalf("lane %d hashes to %d on the server and to %d here", i, uint32(hash), ident.HashInt8(keys[i]))
		}
	}
	for shards := int64(16); shards <= 128; shards *= 2 {
		filled := make([]int, shards)
		for _, hash := range hashes {
			filled[(int64(hash)+1<<31)/(1<<32/shards)]++
		}
		for shard, lanes := range filled {
			if lanes != ident.LanesMax/int(shards) {
				t.Errorf("of %d shards, number %d has %d lanes", shards, shard, lanes)
			}
		}
	}
}

// tables begins every question below: the program's tables with their places, which are $1 and $2, and their constraints.
const tables = `WITH placed AS (SELECT * FROM unnest($1::text[], $2::text[]) AS p (name, place)),
tables AS (
    SELECT c.oid, CASE s.nspname WHEN 'public' THEN c.relname ELSE s.nspname || '.' || c.relname END AS name
    FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND s.nspname IN ('public', 'shelf')),
ours AS (SELECT t.oid, t.name, COALESCE(p.place, 'none') AS place FROM tables AS t LEFT JOIN placed AS p ON p.name = t.name),
keyed AS (SELECT o.*, k.contype, k.conname, k.confrelid, k.conkey, k.confkey, k.confdeltype, k.confupdtype, k.condeferrable,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (n, at)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.at) AS columns,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (n, at)
        JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.at) AS targets
    FROM ours AS o JOIN pg_constraint AS k ON k.conrelid = o.oid) `

// rules are what a schema must keep so that lanes can live on different nodes: each question names what breaks one.
//
// Source: reference/storage.md 3 and 4.
var rules = []struct{ name, question string }{
	{"a table without a place", `SELECT name FROM ours WHERE place = 'none'`},
	{"a place without a table", `SELECT name FROM placed WHERE name NOT IN (SELECT name FROM tables)`},
	{"a table without a primary key", `SELECT name FROM ours AS o WHERE NOT EXISTS
		(SELECT FROM pg_constraint AS k WHERE k.conrelid = o.oid AND k.contype = 'p')`},
	{"a hot table whose key or unique index does not begin with the lane", `SELECT o.name || ' ' || x.relname FROM ours AS o
		JOIN pg_index AS i ON i.indrelid = o.oid AND i.indisunique JOIN pg_class AS x ON x.oid = i.indexrelid
		LEFT JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum = i.indkey[0]
		WHERE o.place = 'distributed' AND COALESCE(a.attname, '') <> 'lane'`},
	{"a foreign key between hot tables that does not join on the lane", `SELECT k.name || ' ' || k.conname FROM keyed AS k
		JOIN ours AS o ON o.oid = k.confrelid WHERE k.contype = 'f' AND k.place = 'distributed' AND o.place = 'distributed'
		AND (k.columns[1] <> 'lane' OR k.targets[1] <> 'lane')`},
	{"a foreign key between hot tables and the catalogue", `SELECT k.name || ' ' || k.conname FROM keyed AS k
		JOIN ours AS o ON o.oid = k.confrelid WHERE k.contype = 'f' AND k.place <> o.place`},
	{"a foreign key that sets NULL", `SELECT name || ' ' || conname FROM keyed WHERE contype = 'f'
		AND (confdeltype = 'n' OR confupdtype = 'n')`},
	{"an exclusion constraint", `SELECT name || ' ' || conname FROM keyed WHERE contype = 'x'`},
	{"a deferrable constraint", `SELECT name || ' ' || conname FROM keyed WHERE condeferrable`},
	{"a trigger", `SELECT o.name || ' ' || g.tgname FROM ours AS o JOIN pg_trigger AS g ON g.tgrelid = o.oid
		WHERE NOT g.tgisinternal`},
	{"a rule", `SELECT o.name || ' ' || r.rulename FROM ours AS o JOIN pg_rewrite AS r ON r.ev_class = o.oid`},
	{"a default, or numbers that the database gives", `SELECT o.name || ' ' || a.attname FROM ours AS o
		JOIN pg_attribute AS a ON a.attrelid = o.oid WHERE o.place <> 'local' AND a.attnum > 0
		AND (a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '')`},
	{"a column of another type than BIGINT, TEXT and BYTEA", `SELECT o.name || ' ' || a.attname FROM ours AS o
		JOIN pg_attribute AS a ON a.attrelid = o.oid WHERE o.place <> 'local' AND a.attnum > 0 AND NOT a.attisdropped
		AND a.atttypid NOT IN ('bigint'::regtype, 'text'::regtype, 'bytea'::regtype)`},
	{"a column that may be NULL", `SELECT o.name || ' ' || a.attname FROM ours AS o
		JOIN pg_attribute AS a ON a.attrelid = o.oid WHERE o.place <> 'local' AND a.attnum > 0 AND NOT a.attisdropped
		AND NOT a.attnotnull`},
	{"a text whose order is not that of its bytes", `SELECT o.name || ' ' || a.attname FROM ours AS o
		JOIN pg_attribute AS a ON a.attrelid = o.oid JOIN pg_collation AS l ON l.oid = a.attcollation
		WHERE o.place <> 'local' AND a.attnum > 0 AND l.collname <> 'C'`},
	{"a table that inherits", `SELECT o.name FROM ours AS o JOIN pg_inherits AS h ON h.inhrelid = o.oid`},
}

// broken are the rules that a schema breaks, with what breaks each.
func broken(t *testing.T, conn *pgx.Conn, places []placed) map[string][]string {
	t.Helper()
	names, where := make([]string, len(places)), make([]string, len(places))
	for i, p := range places {
		names[i], where[i] = p.table, string(p.where)
	}
	found := map[string][]string{}
	for _, r := range rules {
		rows, err := conn.Query(t.Context(), tables+r.question, names, where)
		if err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		what, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		if len(what) > 0 {
			found[r.name] = what
		}
	}
	return found
}

func TestSchemaIsReadyForManyNodes(t *testing.T) {
	t.Parallel()
	books, _ := opened(t, onServer(t))
	for rule, what := range broken(t, books.(*postgresSession).conn, placements) {
		t.Errorf("%s: %s", rule, strings.Join(what, ", "))
	}
}

// TestTheRulesFindWhatBreaksThem makes two tables that break every rule between them.
func TestTheRulesFindWhatBreaksThem(t *testing.T) {
	t.Parallel()
	books, _ := opened(t, onServer(t))
	conn := books.(*postgresSession).conn
	for _, sql := range []string{
		"CREATE TABLE bad (id BIGSERIAL, note TEXT, at TIMESTAMPTZ, span INT8RANGE, EXCLUDE USING gist (span WITH &&))",
		`CREATE TABLE worse (id BIGINT PRIMARY KEY, lane BIGINT NOT NULL, other BIGINT UNIQUE DEFERRABLE,
			holder TEXT COLLATE "C" REFERENCES holder (id) ON DELETE SET NULL,
			parent BIGINT REFERENCES worse (id)) INHERITS (edition)`,
		"CREATE RULE nothing AS ON DELETE TO bad DO INSTEAD NOTHING",
		"CREATE TRIGGER nothing BEFORE UPDATE ON worse FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	places := append([]placed{{"worse", distributed}, {"gone", local}}, placements...)
	found := broken(t, conn, places)
	for _, r := range rules {
		if len(found[r.name]) == 0 {
			t.Errorf("nothing is found that breaks: %s", r.name)
		}
		for _, what := range found[r.name] {
			if !strings.HasPrefix(what, "bad") && !strings.HasPrefix(what, "worse") && what != "gone" {
				t.Errorf("%s: %s", r.name, what)
			}
		}
	}
}
