// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// exitSomeBad is the program's exit status when a file was imported but for some of its rows.
const exitSomeBad = 3

type merchantImport struct {
	setting
	File     string `arg:"" type:"existingfile" help:"CSV with a header, or JSON Lines: see docs/reference/import.md."`
	Holder   string `required:"" help:"Account holder whose merchants they are."`
	Plan     string `help:"Fee plan of rows that name none."`
	Format   string `default:"auto" enum:"auto,csv,jsonl" help:"csv or jsonl; else as the file's name ends."`
	Encoding string `default:"auto" help:"utf-8 or shift_jis; else it is found out."`
	Strict   bool   `help:"Refuse rows of which a check says that a person must look at them."`
	DryRun   bool   `help:"Do everything but write to the books, and say what would be written."`
	Findings string `help:"CSV file for all that the checks have to say of written rows." type:"path"`
}

// Run imports the file. Its exit status is 3 when some rows are bad.
func (m *merchantImport) Run(ctx context.Context) error {
	reach := m.operate
	if m.DryRun {
		reach = m.look // which has no way of writing
	}
	var tally *intake.Tally
	err := reach(ctx, func(o *process.Operator) (err error) {
		tally, err = m.bring(ctx, o, os.Stdout)
		return err
	})
	if err == nil && tally.Bad > 0 {
		os.Exit(exitSomeBad)
	}
	return err
}

// bring imports the file through an operator's hold on the network, and says on out what came of it.
func (m *merchantImport) bring(ctx context.Context, o *process.Operator, out io.Writer) (*intake.Tally, error) {
	i, err := m.terms(ctx, o)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(m.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if i.File, err = m.open(file); err != nil {
		return nil, err
	}
	notices, err := m.notices(i)
	if err != nil {
		return nil, err
	}
	bad := newBadFile(m.File, m.DryRun)
	if i.Bad = io.Discard; !m.DryRun {
		i.Bad = bad
	}
	meter := newMeter(os.Stderr)
	i.Progress = meter.imported
	tally, err := i.Run(ctx)
	meter.end()
	err = errors.Join(err, notices())
	if err != nil {
		bad.drop()
	} else {
		err = bad.keep()
	}
	apart := ": they are in " + bad.name
	if err != nil || m.DryRun {
		apart = ""
	}
	m.say(out, i.File, tally, time.Since(meter.began))
	sayBad(out, tally, apart)
	for _, n := range tally.Findings() {
		fmt.Fprintf(out, "%-6v %7d× %v: %s (rows %s)\n", n.Severity, n.Count, n.Column, n.Text, rowList(n))
	}
	return tally, err
}

// terms are what the rows are checked against and written through.
func (m *merchantImport) terms(ctx context.Context, o *process.Operator) (*intake.Import, error) {
	holder, ok, err := o.Reader.Holder(ctx, ident.Holder(m.Holder))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNothing("account holder " + m.Holder)
	}
	catalogue, err := facts(ctx, o)
	if err != nil {
		return nil, err
	}
	plans := func(id merchant.PlanID) bool {
		_, known := catalogue.Plan(id)
		return known
	}
	if m.Plan != "" && !plans(merchant.PlanID(m.Plan)) {
		return nil, errNothing("plan " + m.Plan)
	}
	i := &intake.Import{Terms: intake.Terms{Holder: holder, Plan: merchant.PlanID(m.Plan), Plans: plans,
		Strict: m.Strict},
		Reader: o.Reader, Person: o.Person}
	if !m.DryRun {
		i.Do = o.Do
	}
	return i, nil
}

func (m *merchantImport) open(file *os.File) (*intake.File, error) {
	format, err := intake.FormatOf(m.File, m.Format)
	if err != nil {
		return nil, err
	}
	encoding, err := intake.ParseEncoding(m.Encoding)
	if err != nil {
		return nil, err
	}
	return intake.Open(file, format, encoding)
}

// notices lets every finding be written into a file, if one is named; close ends it.
func (m *merchantImport) notices(i *intake.Import) (finish func() error, err error) {
	if m.Findings == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(m.Findings)
	if err != nil {
		return nil, err
	}
	to := bufio.NewWriter(file)
	_, err = to.WriteString("row,column,severity,check,text\r\n")
	i.Notice = func(f intake.Finding) error {
		_, err := fmt.Fprintf(to, "%d,%v,%v,%s,%s\r\n", f.Row, f.Column, f.Severity, f.Check, intake.Quoted(f.Text))
		return err
	}
	return func() error { return errors.Join(to.Flush(), file.Close()) }, err
}

// say says what came of an import.
func (m *merchantImport) say(out io.Writer, f *intake.File, t *intake.Tally, took time.Duration) {
	fmt.Fprintf(out, "%s: %s in %s, %d rows in %v (%.0f rows/s)\n", m.File, f.Format, f.Encoding, t.Rows,
		took.Round(100*time.Millisecond), float64(t.Rows)/max(took.Seconds(), 1e-3))
	fmt.Fprintf(out, "merchants: %v\nstores:    %v\n", t.Merchants, t.Stores)
	if t.Held > 0 {
		fmt.Fprintf(out, "%d of the changed merchants are suspended, and stay so\n", t.Held)
	}
	switch {
	case m.DryRun:
		fmt.Fprintf(out, "dry run: nothing was written; it would have been %d acts\n", t.Acts)
	case !t.Written():
		fmt.Fprintln(out, "nothing was written: the books hold all of it already")
	}
}

// sayBad names the first bad rows, and where all of them are.
func sayBad(out io.Writer, t *intake.Tally, apart string) {
	if t.Bad == 0 {
		return
	}
	fmt.Fprintf(out, "%d rows are bad and were not written%s\n", t.Bad, apart)
	for _, f := range t.Flaws {
		fmt.Fprintf(out, "  row %d: %s\n", f.Row, strings.TrimSpace(f.Column+" "+f.Reason))
	}
	if n := t.Bad - int64(len(t.Flaws)); n > 0 {
		fmt.Fprintf(out, "  and %d more\n", n)
	}
}

// rowList names the first rows that a finding is about.
func rowList(n intake.Noticed) string {
	text := strings.Trim(fmt.Sprint(n.Rows), "[]")
	if n.Count > int64(len(n.Rows)) {
		text += " …"
	}
	return text
}

// importPause is how long nothing is said of the progress where there is no terminal.
const importPause = 10 * time.Second

// imported says how far an import is, and how long the rest will take.
func (m *meter) imported(p intake.Progress) {
	if !m.terminal && time.Since(m.last) < importPause || !m.due() {
		return
	}
	took := time.Since(m.began)
	line := fmt.Sprintf("importing: %d rows, %.0f rows/s", p.Rows, float64(p.Rows)/max(took.Seconds(), 1e-3))
	if p.Bad > 0 {
		line += fmt.Sprintf(", %d bad", p.Bad)
	}
	if p.Read > 0 {
		line += fmt.Sprintf(", %d %%, about %v left", p.Read*100/max(p.Size, 1), remaining(p.Read, p.Size, took))
	}
	m.say(line)
}

// badFile is where bad rows go: beside the place where they will be found, until the import has come to its end.
type badFile struct {
	name string
	idle bool
	file *os.File
	to   *bufio.Writer
}

func newBadFile(imported string, idle bool) *badFile {
	return &badFile{name: intake.BadName(imported), idle: idle}
}

func (b *badFile) part() string { return b.name + ".part" }

// Write makes the file when there is something to write.
func (b *badFile) Write(data []byte) (int, error) {
	if b.file == nil {
		file, err := os.Create(b.part())
		if err != nil {
			return 0, err
		}
		b.file, b.to = file, bufio.NewWriter(file)
	}
	return b.to.Write(data)
}

// drop forgets the bad rows of an import that did not come to its end.
func (b *badFile) drop() {
	if b.file != nil {
		b.file.Close()
		_ = os.Remove(b.part()) // the next import writes over it
	}
}

// keep puts the bad rows where they are found. What is there already is set aside: somebody may be correcting it.
func (b *badFile) keep() error {
	if b.idle {
		return nil
	}
	if b.file == nil {
		_ = os.Remove(b.part()) // of an import that was killed; mostly there is none
		return intake.SetAside(b.name)
	}
	if err := errors.Join(b.to.Flush(), b.file.Close()); err != nil {
		return err
	}
	if err := intake.SetAside(b.name); err != nil {
		return err
	}
	return os.Rename(b.part(), b.name)
}
