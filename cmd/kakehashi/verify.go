// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// verifyCommand checks a copy of the books, and says what is in it.
type verifyCommand struct {
	setting
	File    string `arg:"" help:"The copy." type:"existingfile"`
	Witness string `help:"Witness file: signed heads that left the machine." type:"existingfile"`
	Key     string `help:"Public key of the signatures; without it the one of the master key." type:"existingfile"`
}

// errCopy is the error of a copy that is not as it should be.
var errCopy = errors.New("the copy is not in order")

// Run checks, prints, and fails when anything is wrong.
func (v *verifyCommand) Run(ctx context.Context) error {
	c, err := v.read()
	if err != nil {
		return err
	}
	i := &inspection{file: v.File, witness: v.Witness, out: os.Stdout, meter: newMeter(os.Stderr)}
	if i.keys, err = signers(c, v.Sandbox, v.Key); err != nil {
		return err
	}
	return i.run(ctx)
}

// signers are the keys whose signatures count: the one that is named, else the one of the master key; none where there is
// no master key here.
func signers(c process.Config, inSandbox bool, named string) ([]wire.PublicKey, error) {
	if named != "" {
		text, err := os.ReadFile(named)
		if err != nil {
			return nil, err
		}
		key, err := wire.ParsePublicKey(string(text))
		return []wire.PublicKey{key}, err
	}
	key, err := process.WitnessKey(c, inSandbox)
	if err != nil {
		return nil, nil
	}
	return []wire.PublicKey{key}, nil
}

// inspection is one look at a copy.
type inspection struct {
	file, witness string
	keys          []wire.PublicKey
	out           io.Writer
	meter         *meter

	wrong []string
	lanes []store.LaneRow
	heads []audit.Head // signed ones, up to the copy's end
}

func (i *inspection) find(format string, args ...any) {
	i.wrong = append(i.wrong, fmt.Sprintf(format, args...))
}

func (i *inspection) say(format string, args ...any) { fmt.Fprintf(i.out, format+"\n", args...) }

// run looks at everything, and fails with errCopy when anything is wrong.
func (i *inspection) run(ctx context.Context) error {
	r, err := store.OpenReader(ctx, store.Location(i.file))
	if err != nil {
		return err
	}
	defer r.Close()
	defer i.meter.end()
	wrong, err := r.Integrity(ctx)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		i.find("the file is damaged: %s", w)
	}
	if len(wrong) == 0 {
		i.say("the file is whole")
	}
	for _, look := range []func(context.Context, *store.Reader) error{i.standing, i.saysOfItself, i.witnessed, i.contents} {
		if err := look(ctx, r); err != nil {
			return err
		}
	}
	report, err := i.audit(ctx)
	if err != nil {
		return err
	}
	i.meter.end()
	fmt.Fprint(i.out, report.String())
	for _, w := range i.wrong {
		i.say("WRONG: %s", w)
	}
	if len(i.wrong) > 0 || !report.OK() {
		return errCopy
	}
	return nil
}

// standing reads where the lanes stand.
func (i *inspection) standing(ctx context.Context, r *store.Reader) (err error) {
	if i.lanes, err = r.Lanes(ctx); err != nil {
		return err
	}
	if len(i.lanes) == 0 {
		i.find("there is no lane in it")
	}
	for k := range i.lanes {
		l := &i.lanes[k]
		if l.Unfinished() {
			i.find("it was never finished")
		}
		i.say("lane %d: %d rows, the last of %s", l.Lane, l.N, micros(l.At))
	}
	return nil
}

// saysOfItself compares the copy with its footer, and looks at the footer's signature.
func (i *inspection) saysOfItself(ctx context.Context, r *store.Reader) error {
	text, ok, err := r.Footer(ctx)
	if err != nil {
		return err
	}
	if !ok {
		i.find("it has no footer: it is no finished copy")
		return nil
	}
	f, err := parseFooter(text.Body)
	if err != nil {
		i.find("%v", err)
		return nil
	}
	i.say("copy of the %s network, taken %s by kakehashi %s", f.network, f.taken.Format(time.RFC3339), f.program)
	if len(f.lanes) != len(i.lanes) {
		i.find("the footer tells of %d lanes, and there are %d", len(f.lanes), len(i.lanes))
	}
	for _, h := range f.lanes {
		if at := laneAt(i.lanes, h.Lane); at == nil || at.N != h.N || at.Head != h.Hash || at.At != h.At {
			i.find("lane %d does not stand where the footer says: at row %d", h.Lane, h.N)
		}
	}
	switch {
	case len(text.Signature) == 0:
		i.say("it is not signed")
	case len(i.keys) == 0:
		i.say("it is signed, and there is no key here to check that: give --key")
	case slices.ContainsFunc(i.keys, func(k wire.PublicKey) bool { return k.Verify([]byte(text.Body), text.Signature) }):
		i.say("its signature is good")
		i.heads = append(i.heads, withRows(f.lanes)...)
	default:
		i.find("its footer has a signature that no key verifies")
	}
	return nil
}

// withRows are the heads of lanes that have any row. A footer's time is that of the lane's last batch, which may have
// written no row: it says nothing of the row's time.
func withRows(heads []audit.Head) (rows []audit.Head) {
	for _, h := range heads {
		if h.At = 0; h.N > 0 {
			rows = append(rows, h)
		}
	}
	return rows
}

func laneAt(lanes []store.LaneRow, l ident.Lane) *store.LaneRow {
	for k := range lanes {
		if lanes[k].Lane == l {
			return &lanes[k]
		}
	}
	return nil
}

// witnessed reads the signed heads of the witness: those up to the copy's end must agree with it, later ones say what came
// after it.
func (i *inspection) witnessed(context.Context, *store.Reader) error {
	if i.witness == "" {
		return nil
	}
	if len(i.keys) == 0 {
		return errors.New("--witness needs --key, or the master key")
	}
	f, err := os.Open(i.witness)
	if err != nil {
		return err
	}
	defer f.Close()
	heads, err := audit.ReadWitness(f, i.keys...)
	if err != nil {
		return err
	}
	later := map[ident.Lane]audit.Head{}
	for _, h := range heads {
		if at := laneAt(i.lanes, h.Lane); at != nil && h.N <= at.N {
			i.heads = append(i.heads, h)
		} else if h.N > later[h.Lane].N {
			later[h.Lane] = h
		}
	}
	for _, lane := range slices.Sorted(maps.Keys(later)) {
		h, n := later[lane], int64(0)
		if at := laneAt(i.lanes, lane); at != nil {
			n = at.N
		}
		i.say("lane %d: the witness tells of row %d of %s, %d rows after the copy", lane, h.N, micros(h.At), h.N-n)
	}
	return nil
}

// contents prints what somebody must still be asked about.
func (i *inspection) contents(ctx context.Context, r *store.Reader) error {
	open := map[wallet.ID][]*payment.Payment{}
	for k := range i.lanes {
		found, err := r.OpenPayments(ctx, i.lanes[k].Lane)
		if err != nil {
			i.find("what is open in lane %d cannot be read: %v", i.lanes[k].Lane, err)
		}
		for _, p := range found {
			open[p.Wallet] = append(open[p.Wallet], p)
		}
	}
	if len(open) == 0 {
		i.say("no payment is open")
	}
	for _, id := range slices.Sorted(maps.Keys(open)) {
		i.say("open at wallet %s: %s", id, openText(open[id]))
	}
	return nil
}

// openText counts open payments by what is open of them.
func openText(open []*payment.Payment) string {
	counts, oldest := map[string]int{}, open[0].At
	for _, p := range open {
		counts[openWhat(p)]++
		if p.At.Before(oldest) {
			oldest = p.At
		}
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[what], what))
	}
	return fmt.Sprintf("%d (%s), the oldest of %s", len(open), strings.Join(parts, ", "), oldest.Format(time.RFC3339))
}

func openWhat(p *payment.Payment) string {
	switch {
	case p.Stray != "":
		return "stray charges"
	case p.State == payment.Success || p.State == payment.Failed || p.State == payment.Cancelled:
		return "refunds"
	}
	return p.State.String()
}

// audit recomputes the copy's books.
func (i *inspection) audit(ctx context.Context) (audit.Report, error) {
	b, err := audit.Open(ctx, i.file)
	if err != nil {
		return audit.Report{}, err
	}
	defer b.Close()
	return b.Full(ctx, audit.Options{Witness: i.heads, Progress: i.meter.audited})
}
