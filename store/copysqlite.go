// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// sqliteFilling are the settings of a connection that fills a file nobody else has: nothing waits for the disk before the
// end, and the file is whole by itself, without a log beside it.
const sqliteFilling = "_pragma=busy_timeout(10000)&_pragma=journal_mode(memory)&_pragma=synchronous(off)&" +
	"_pragma=cache_size(-262144)&_pragma=temp_store(memory)&_pragma=locking_mode(exclusive)"

// makeFooter makes the table that a copy in a file has beyond the books.
const makeFooter = "CREATE TABLE footer (body TEXT NOT NULL, signature BLOB NOT NULL) STRICT"

// The footer's row, and what SQLite finds wrong with a file. Source: sqlite.org/pragma.html#pragma_integrity_check.
var (
	insertFooter   = insertion{table: "footer", columns: "body, signature", kinds: "tb"}
	loadFooter     = statement{sql: "SELECT body, signature FROM footer ORDER BY body LIMIT 1", out: "tb"}
	hasFooter      = statement{sql: "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'footer'", out: "n"}
	checkIntegrity = statement{sql: "PRAGMA integrity_check(20)", out: "t"}
)

// Footer is what a copy in a file says of itself: a text that whoever made the copy wrote, and a signature of it.
type Footer struct {
	Body      string
	Signature []byte // empty: nobody has signed it
}

func (f *Footer) cells() []cell { return []cell{text(f.Body), blob(f.Signature)} }

// Footer is what the store says of itself where it is a copy in a file; ok is false where it says nothing.
//
// Errors: Unavailable store_busy.
func (r *Reader) Footer(ctx context.Context) (f Footer, ok bool, err error) {
	if !r.inFile() {
		return Footer{}, false, nil
	}
	err = r.query(ctx, &hasFooter, nil, func(c []cell) error {
		ok = c[0].number > 0
		return nil
	})
	if err != nil || !ok {
		return Footer{}, false, fault.Wrap("store.Footer", err)
	}
	return one(ctx, r, &loadFooter, nil, func(c []cell) (Footer, error) {
		return Footer{Body: c[0].text, Signature: c[1].bytes}, nil
	})
}

// Integrity is what the engine finds wrong with the store's file, at most twenty lines; nothing on a server, which looks
// after its own.
//
// Errors: Unavailable store_busy.
func (r *Reader) Integrity(ctx context.Context) (wrong []string, err error) {
	if !r.inFile() {
		return nil, nil
	}
	err = r.query(ctx, &checkIntegrity, nil, func(c []cell) error {
		if c[0].text != "ok" {
			wrong = append(wrong, c[0].text)
		}
		return nil
	})
	return wrong, fault.Wrap("store.Integrity", err)
}

// inFile reports whether the store is SQLite's.
func (r *Reader) inFile() bool {
	_, ok := r.reads.(*sqlitePool)
	return ok
}
