// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql's driver "pgx", which the migrations run through

	"github.com/kakehashi-pay/kakehashi/fault"
)

// migrations are numbered, forward only, additive first. A file named for an engine (0003_privileges.postgres.sql) runs on
// that engine alone and holds physical matters only.
//
//go:embed migrations
var migrations embed.FS

// books is the folder of the store's migrations.
const books = "migrations/books"

// migrate runs the migrations of a folder that have not run yet.
func migrate(ctx context.Context, location Location, folder string) error {
	failed := func(err error) error {
		return &fault.Error{Op: "store.Migrate", Kind: fault.Internal, Code: CodeMigration, Err: err}
	}
	d := location.dialect()
	driver, flavour := "sqlite", goose.DialectSQLite3
	if d == &postgresDialect {
		driver, flavour = "pgx", goose.DialectPostgres
	}
	db, err := sql.Open(driver, location.dsn(false))
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	files, err := rendered(d, folder)
	if err != nil {
		return failed(err)
	}
	provider, err := goose.NewProvider(flavour, db, files)
	if err != nil {
		return failed(err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return failed(err)
	}
	return nil
}

// rendered is a folder of migrations as one engine reads them.
func rendered(d *dialect, folder string) (fs.FS, error) {
	entries, err := fs.ReadDir(migrations, folder)
	if err != nil {
		return nil, err
	}
	files := memory{}
	for _, entry := range entries {
		name := entry.Name()
		stem := strings.TrimSuffix(name, ".sql")
		if engine := strings.TrimPrefix(path.Ext(stem), "."); engine != "" && engine != d.name {
			continue
		}
		text, err := fs.ReadFile(migrations, path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		files = append(files, file{entry: entry, text: []byte(d.types.Replace(string(text)))})
	}
	return files, nil
}

// memory is a flat read-only folder whose files' texts are held.
type memory []file

type file struct {
	entry fs.DirEntry
	text  []byte
}

// Open gives one of the files, or the folder itself for ".".
func (m memory) Open(name string) (fs.File, error) {
	for _, f := range m {
		if f.entry.Name() == name {
			return &open{file: f, Reader: bytes.NewReader(f.text)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists the files.
func (m memory) ReadDir(string) ([]fs.DirEntry, error) {
	entries := make([]fs.DirEntry, len(m))
	for i, f := range m {
		entries[i] = f.entry
	}
	return entries, nil
}

type open struct {
	file
	*bytes.Reader
}

// Stat describes the file as it is embedded.
func (o *open) Stat() (fs.FileInfo, error) { return o.entry.Info() }

// Close does nothing: the text is held anyway.
func (o *open) Close() error { return nil }
