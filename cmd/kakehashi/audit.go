// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// auditCommand recomputes the books.
type auditCommand struct {
	setting
	Books   string `help:"Books to audit: a file or a postgres:// URL; without it those of the data folder."`
	NoShelf bool   `help:"Leave the projections out."`
	Witness string `help:"Witness file: signed heads that left the machine." type:"existingfile"`
	Key     string `help:"Public key of the witness's signatures." type:"existingfile"`
}

// errFindings is the error of books that are not in order.
var errFindings = errors.New("the books are not in order")

// Run audits, prints what it found, and fails when it found anything.
func (a *auditCommand) Run(ctx context.Context) error {
	books := a.Books
	if books == "" {
		c, err := a.read()
		if err != nil {
			return err
		}
		books = string(c.BooksOf(a.Sandbox))
	}
	b, err := audit.Open(ctx, books)
	if err != nil {
		return err
	}
	defer b.Close()
	o := audit.Options{}
	if shelf := process.ShelfOf(books); !a.NoShelf && derived(shelf) {
		o.Shelf = shelf
	}
	if o.Witness, err = a.heads(); err != nil {
		return err
	}
	report, err := b.Full(ctx, o)
	if err != nil {
		return err
	}
	fmt.Print(report.String())
	if !report.OK() {
		return errFindings
	}
	return nil
}

// derived reports whether there are projections: books that were never served have none.
func derived(shelf string) bool {
	if strings.Contains(shelf, "://") {
		return true
	}
	_, err := os.Stat(shelf)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("there are no projections: these books were never served")
		return false
	}
	return true
}

// heads are the signed heads of the witness file.
func (a *auditCommand) heads() ([]audit.Head, error) {
	if a.Witness == "" {
		return nil, nil
	}
	if a.Key == "" {
		return nil, errors.New("--witness needs --key")
	}
	text, err := os.ReadFile(a.Key)
	if err != nil {
		return nil, err
	}
	key, err := wire.ParsePublicKey(string(text))
	if err != nil {
		return nil, err
	}
	f, err := os.Open(a.Witness)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return audit.ReadWitness(f, key)
}
