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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// migrations are numbered, forward only, additive first. A file named for an engine (0003_privileges.postgres.sql) runs on
// that engine alone and holds physical matters only.
//
//go:embed migrations
var migrations embed.FS

// schema is one of the databases that the program makes, by the folder of its migrations.
type schema struct {
	folder   string
	options  string    // SQLite's
	settings []setting // PostgreSQL's
}

// The two databases: what is true, and what is derived from it.
var (
	books = schema{folder: "migrations/books", options: sqliteOptions}
	shelf = schema{folder: "migrations/shelf", options: sqliteShelf, settings: shelfSettings}
)

// migrationsTries is how often the migrations are begun. Of processes that start together all but one fail at a table that
// another has just made; each failure means that another has got further, so there are no more of them than migrations. A
// disk that has failed is not asked again.
const migrationsTries = 20

// migrate runs the migrations that have not run yet.
//
// Errors: Internal store_migration_failed.
func (s *schema) migrate(ctx context.Context, location Location) error {
	failed := func(err error) error {
		return &fault.Error{Op: "store.Migrate", Kind: fault.Internal, Code: CodeMigration, Err: err}
	}
	db, flavour, err := s.open(location)
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	files, err := rendered(location.dialect(), s.folder)
	if err != nil {
		return failed(err)
	}
	provider, err := goose.NewProvider(flavour, db, files)
	if err != nil {
		return failed(err)
	}
	for range migrationsTries {
		if err = s.prepare(ctx, db, flavour); err == nil {
			_, err = provider.Up(ctx)
		}
		if err == nil {
			return nil
		}
		if location.dialect().broken(err) {
			break
		}
	}
	return failed(err)
}

// prepare makes the room of the tables, where they do not live in the engine's own.
func (s *schema) prepare(ctx context.Context, db *sql.DB, flavour goose.Dialect) error {
	if s.settings == nil || flavour != goose.DialectPostgres {
		return nil
	}
	_, err := db.ExecContext(ctx, postgresShelf)
	return err
}

// open opens a database for its migrations.
func (s *schema) open(location Location) (*sql.DB, goose.Dialect, error) {
	if location.dialect() == &sqliteDialect {
		db, err := openSQLite(sqliteDSN(location, s.options))
		return db, goose.DialectSQLite3, err
	}
	config, err := pgx.ParseConfig(string(location))
	if err != nil {
		return nil, goose.DialectPostgres, err
	}
	postgresConfigure(&config.Config, postgresWriting, s.settings)
	return stdlib.OpenDB(*config), goose.DialectPostgres, nil
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
