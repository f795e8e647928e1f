// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// round steps through one whole round, and gives what was found.
func round(t *testing.T, c *worker.Chain) (found []string) {
	t.Helper()
	for before := c.Rounds(); c.Rounds() == before; {
		broken, err := c.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if broken != "" {
			found = append(found, broken)
		}
	}
	return found
}

func TestAWholeChainIsNotAccused(t *testing.T) {
	t.Parallel()
	w := newProjected(t)
	c := worker.NewChain(0, w.house.Reader())
	for range 3 {
		w.heard(w.sent(told, false), wire.Success)
		if found := round(t, c); len(found) != 0 {
			t.Errorf("%q", found)
		}
	}
}

// A row that somebody edits, removes or cuts off is found in the round that follows.
func TestABreakOfTheChainIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ edit, want string }{
		"an edited row": {"UPDATE journal SET body = CAST(x'01' || body AS BLOB) WHERE n = 3",
			"row 3 of lane 0 is not the one"},
		"a missing row":  {"DELETE FROM journal WHERE n = 3", "row 3 of lane 0 is missing"},
		"the last row":   {"DELETE FROM journal WHERE n = (SELECT MAX(n) FROM journal)", "row 12 of lane 0 is missing"},
		"another hash":   {"UPDATE journal SET hash = randomblob(32) WHERE n = 3", "row 3 of lane 0 is not the one"},
		"the lane's own": {"UPDATE lane SET head = randomblob(32)", "row 12 of lane 0 is not the one that the lane"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProjected(t)
			for range 4 {
				w.heard(w.sent(told, false), wire.Success)
			}
			watch := worker.NewChain(0, w.house.Reader())
			if found := round(t, watch); len(found) != 0 {
				t.Fatalf("%q", found)
			}
			w.edit(c.edit)
			if found := round(t, watch); len(found) == 0 || !strings.HasPrefix(found[0], c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

// edit changes the books as somebody with the database in their hands would.
func (w *projected) edit(statement string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:/"+strings.TrimPrefix(string(w.house.Books), "memory:")+
		"?vfs=memdb&_pragma=ignore_check_constraints(1)&_pragma=busy_timeout(10000)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		w.t.Fatal(err)
	}
}
