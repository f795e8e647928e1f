// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// copyTarget is a store that is being filled. Nobody else has it, so many pages may be one transaction where that is
// faster, and nothing need be durable before the end.
type copyTarget struct {
	dialect *dialect
	session session
	most    int64 // rows in one transaction

	operations []operation
	waiting    int64 // rows in them
	written    int64 // rows
}

// The rows of one transaction. On a server it is a page, as everywhere; in a file each transaction writes its scattered
// index pages once, so the fewer the better.
const (
	copyRowsFile   = 32 * pageMax
	copyRowsServer = pageMax
)

// openCopy makes the schema of a store that holds nothing, and opens it for filling.
func openCopy(ctx context.Context, location Location) (*copyTarget, error) {
	if err := location.check("store.Copy"); err != nil {
		return nil, err
	}
	if err := Vacant(ctx, location); err != nil {
		return nil, err
	}
	t := &copyTarget{dialect: location.dialect(), most: copyRowsFile}
	filling := books
	if t.dialect == &postgresDialect {
		t.most = copyRowsServer
	} else {
		filling.options = sqliteFilling
	}
	var err error
	if location.inMemory() { // it lasts as long as somebody has it
		if t.session, err = openFilling(ctx, location); err != nil {
			return nil, err
		}
	}
	if err = filling.migrate(ctx, location); err == nil && t.session == nil {
		t.session, err = openFilling(ctx, location)
	}
	if err == nil {
		err = vacant(ctx, t.session) // also where it could not be read before
	}
	if err != nil {
		if t.session != nil {
			t.session.close()
		}
		return nil, err
	}
	return t, nil
}

// openFilling opens the connection that fills a store.
func openFilling(ctx context.Context, location Location) (s session, err error) {
	if location.dialect() == &postgresDialect {
		s, err = openPostgresSession(ctx, string(location), setting{"synchronous_commit", "off"})
	} else {
		s, err = openSQLiteSession(ctx, sqliteDSN(location, sqliteFilling))
	}
	if err != nil {
		return nil, &fault.Error{Op: "store.Copy", Kind: fault.Unavailable, Code: CodeOpen,
			Detail: "the copy cannot be written", Err: err}
	}
	return s, nil
}

// add writes rows, now or with later ones. The cells are kept until then.
func (t *copyTarget) add(ctx context.Context, i *insertion, rows []cell) error {
	width := len(i.kinds)
	for len(rows) > 0 {
		page := rows[:min(len(rows), pageMax*width)]
		rows = rows[len(page):]
		t.operations = append(t.operations, operation{insertion: i, rows: page})
		t.waiting += int64(len(page) / width)
		if t.waiting >= t.most {
			if err := t.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes what waits.
func (t *copyTarget) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(t.operations) == 0 {
		return nil
	}
	err := t.session.whole(ctx, t.operations)
	if err != nil {
		code, kind := CodeOpen, fault.Unavailable
		if t.dialect.refused(err) {
			code, kind = CodeRefusedByRow, fault.Internal
		}
		return &fault.Error{Op: "store.Copy", Kind: kind, Code: code, Detail: "the copy cannot be written", Err: err}
	}
	t.operations, t.waiting, t.written = t.operations[:0], 0, t.written+t.waiting
	return nil
}

// seal writes what waits so that it, and everything before it, is durable; with a footer where there is one.
func (t *copyTarget) seal(ctx context.Context, footer *Footer) error {
	if footer != nil {
		file, ok := t.session.(*sqliteSession)
		if !ok {
			return &fault.Error{Op: "store.Copy", Kind: fault.Invalid, Code: CodeLocation,
				Detail: "only a copy in a file has a footer"}
		}
		if err := file.do(makeFooter); err != nil {
			return err
		}
		t.operations = append(t.operations, operation{insertion: &insertFooter, rows: footer.cells()})
	}
	if err := t.durably(ctx, true); err != nil {
		return err
	}
	return errors.Join(t.flush(ctx), t.durably(ctx, false))
}

// durably decides whether the next transaction waits for the disk, and with it for all before it.
func (t *copyTarget) durably(ctx context.Context, is bool) error {
	switch s := t.session.(type) {
	case *sqliteSession:
		if is {
			return s.do("PRAGMA synchronous = FULL")
		}
		return s.do("PRAGMA synchronous = OFF")
	case *postgresSession:
		if is {
			return s.durably(ctx)
		}
		_, err := s.conn.Exec(ctx, "SET synchronous_commit = 'off'")
		return err
	}
	return nil
}
