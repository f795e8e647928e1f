// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/merchant/directory"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// findPages is how many pages of the roster are read before the command looks whether it is to stop.
const findPages = 64

// merchantFind looks for merchants in the books themselves: it keeps nothing, so it reads them all once.
type merchantFind struct {
	setting
	Query []string `arg:"" optional:"" help:"Words that must all match: parts of a name or reference, or an id."`

	Holder     string `help:"Account holder."`
	MCC        string `help:"ISO 18245, four digits."`
	Region     string `help:"ISO 3166-1 alpha-2."`
	Prefecture string `help:"JIS X 0401, 1 to 47."`
	Status     string `help:"live, suspended or terminated."`
	Limit      int    `default:"20" help:"How many are listed, 1 to 200."`
}

// Run lists what is found.
func (m *merchantFind) Run(ctx context.Context) error {
	query := strings.Join(m.Query, " ")
	filter, err := directory.Typed{Holder: m.Holder, MCC: m.MCC, Region: m.Region, Prefecture: m.Prefecture,
		Status: m.Status}.Filter()
	if err == nil {
		_, err = directory.New().Search(query, filter, directory.Place{}, m.Limit) // what is wrong is said before all is read
	}
	if err != nil {
		return err
	}
	return m.look(ctx, func(o *process.Operator) error {
		return find(ctx, o.Reader, os.Stdout, func(names *worker.Directory) (directory.Page, error) {
			return names.Search(query, filter, directory.Place{}, m.Limit)
		})
	})
}

// find reads all names, and lists what a search finds among them.
func find(ctx context.Context, reader *store.Reader, out io.Writer,
	search func(*worker.Directory) (directory.Page, error)) error {
	names := worker.NewDirectory(reader)
	for now := time.Now(); !names.Standing().Whole; {
		if _, err := names.Step(ctx, now, findPages); err != nil {
			return err
		}
	}
	page, err := search(names)
	if err != nil {
		return err
	}
	ids := make([]merchant.ID, len(page.Found))
	for i := range page.Found {
		ids[i] = page.Found[i].ID
	}
	named, err := reader.MerchantsNamed(ctx, ids)
	if err != nil {
		return err
	}
	for _, one := range page.Found {
		m := named[one.ID]
		place := look.Place(m.Region, m.Prefecture, look.English)
		fmt.Fprintf(out, "%v  %-16s %-16s %-10s %-4s %-10s %s", m.ID, m.Reference, m.Holder, place, m.MCC, m.Status, m.Name)
		if one.Store != "" {
			fmt.Fprintf(out, "  (by its store %s)", one.Store)
		}
		fmt.Fprintln(out)
	}
	switch {
	case page.Matches == 0:
		return errNothing("merchant that is called so")
	case page.Matches > len(page.Found):
		fmt.Fprintf(out, "and %d more: narrow down, or raise --limit\n", page.Matches-len(page.Found))
	}
	return nil
}
