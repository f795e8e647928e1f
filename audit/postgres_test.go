// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"database/sql"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
)

func TestPostgresIsAuditedLikeSQLite(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a server")
	}
	var shared postgres.Shared
	location := shared.Database(t)
	w := newWorld(t, location, 31, 2)
	w.tell(120)
	r := full(t, location, audit.Options{Families: 8})
	if !r.OK() || r.Counts.Again == 0 || r.Counts.Balances == 0 {
		t.Fatalf("%+v\n%s", r.Counts, r.String())
	}
	a := opened(t, location).Auditor(audit.Options{})
	if found := step(t, a); len(found) > 0 {
		t.Fatal(found)
	}
	w.paid(w.shops[0], 0, 1000)
	if found := step(t, a); len(found) > 0 {
		t.Fatal(found)
	}
	last := a.Report().Lanes[0].N
	db, err := sql.Open("pgx", shared.Server(t).Admin(postgres.NameOf(location)))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE journal SET body = '\\x' WHERE n = $1 AND lane = $2", last, ident.House.Key()); err != nil {
		t.Fatal(err)
	}
	if r := full(t, location, audit.Options{}); r.OK() || r.Findings[0].Row != row(last) {
		t.Fatalf("found:\n%s", r.String())
	}
}
