// SPDX-License-Identifier: Apache-2.0

package fx

import (
	"cmp"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
)

// Codes of the errors about halts.
const (
	CodeRateHalted  fault.Code = "fx_rate_halted"
	CodeHaltMissing fault.Code = "fx_halt_missing"
	CodeHaltChanged fault.Code = "fx_halt_changed"
)

// Held is what a board holds of one pair of one source. A pair is one whichever way it is quoted.
type Held struct {
	Accepted  Reading
	Offending Reading // the last reading beyond the band; the zero Reading unless the pair is halted
}

// Halted reports whether the pair is not to be used until its rate is back, or an operator releases it.
func (h Held) Halted() bool { return h.Offending.Rate.Valid() }

// newest is the reading that a later one must follow.
func (h Held) newest() Reading {
	if h.Halted() {
		return h.Offending
	}
	return h.Accepted
}

// Board holds the accepted readings of all sources. The zero Board is empty and ready.
//
// Invariant: at most one Held for a source and pair; equal boards list them in the same order.
// Concurrency: one owner; hand others a Clone.
type Board struct {
	sources []SourceTerms // by priority, then id
	held    []Held        // by source, then pair
}

// Restore is the board with these terms and what Held listed of it, in any order. What is held of a source
// without terms is left out: a source that is no longer believed is no longer asked.
//
// Errors: Invalid fx_terms_malformed, fx_reading_malformed.
func Restore(terms []SourceTerms, held []Held) (*Board, error) {
	b := &Board{}
	for _, t := range terms {
		if err := t.Check(); err != nil {
			return nil, err
		}
		b.adopt(t)
	}
	for _, h := range held {
		t, known := b.terms(h.Accepted.Source)
		if !known {
			continue
		}
		place, taken := b.find(h.Accepted.Source, h.Accepted.Rate)
		if !h.whole(t) || taken {
			return nil, &fault.Error{Op: "fx.Restore", Kind: fault.Invalid, Code: CodeReadingMalformed,
				Subject: subject(h.Accepted.Source, h.Accepted.Rate), Detail: "the pair is held twice or not whole"}
		}
		h.Accepted, h.Offending = h.Accepted.kept(), h.Offending.kept()
		b.held = slices.Insert(b.held, place, h)
	}
	return b, nil
}

// whole reports whether h could have come out of a board.
func (h Held) whole(t SourceTerms) bool {
	if t.checkReading(h.Accepted, h.Accepted.At) != nil {
		return false
	}
	return !h.Halted() || (t.checkReading(h.Offending, h.Offending.At) == nil &&
		comparePair(h.Accepted.Rate, h.Offending.Rate) == 0 && h.Offending.At.After(h.Accepted.At))
}

// Clone is a board of its own with the same content.
func (b *Board) Clone() *Board {
	return &Board{sources: slices.Clone(b.sources), held: slices.Clone(b.held)}
}

// Held lists what the board holds, by source and pair; Restore makes the same board of it.
func (b *Board) Held() []Held { return slices.Clone(b.held) }

// Of is what the board holds of a pair of a source; the rate names the pair, whichever way it is quoted.
func (b *Board) Of(source SourceID, pair money.Rate) (h Held, ok bool) {
	place, ok := b.find(source, pair)
	if ok {
		h = b.held[place]
	}
	return h, ok
}

// Sources lists the terms of the sources, in the order in which they are asked.
func (b *Board) Sources() []SourceTerms { return slices.Clone(b.sources) }

// Accept takes a reading on the terms of its source. Changed says that what Held lists is no longer what it
// was, and can be true beside an error: a reading beyond the band halts its pair. While a pair is halted the
// last offending reading is kept; a reading back inside the band of the accepted one lifts the halt, and so
// does Release. A reading that repeats the newest one changes nothing. The first reading of a pair has nothing
// to be measured by: what other sources say of it is in the Provenance.
//
// Errors: Invalid fx_terms_malformed, fx_reading_malformed, fx_reading_in_future, fx_reading_inverted (the
// source has turned the pair round); Conflict fx_reading_out_of_order (older than the newest, or another rate
// for the same time); Unavailable fx_rate_halted.
func (b *Board) Accept(terms SourceTerms, r Reading, now time.Time) (changed bool, err error) {
	if err := terms.Check(); err != nil {
		return false, err
	}
	if err := terms.checkReading(r, now); err != nil {
		return false, err
	}
	r = r.kept()
	b.adopt(terms)
	place, found := b.find(r.Source, r.Rate)
	if !found {
		b.held = slices.Insert(b.held, place, Held{Accepted: r})
		return true, nil
	}
	return b.held[place].follow(terms, r)
}

// follow decides what a reading does to the pair it is of.
func (h *Held) follow(terms SourceTerms, r Reading) (changed bool, err error) {
	newest := h.newest()
	order, same := r.At.Compare(newest.At), towards(r.Rate, newest.Rate.Base()) == newest.Rate
	switch {
	case order < 0 || (order == 0 && !same):
		return false, &fault.Error{Op: "fx.Accept", Kind: fault.Conflict, Code: CodeReadingOrder,
			Subject: subject(r.Source, r.Rate), Detail: "the source has said something else at this time or later"}
	case order == 0 && h.Halted():
		return false, halted("fx.Accept", subject(r.Source, r.Rate))
	case order == 0:
		return false, nil
	}
	rate := towards(r.Rate, h.Accepted.Rate.Base())
	if !beyond(rate, h.Accepted.Rate, terms.Band) {
		*h = Held{Accepted: r}
		return true, nil
	}
	if !beyond(swapped(rate), h.Accepted.Rate, terms.Band) {
		return false, &fault.Error{Op: "fx.Accept", Kind: fault.Invalid, Code: CodeReadingInverted,
			Subject: subject(r.Source, r.Rate), Detail: "the rate belongs to the pair the other way round"}
	}
	h.Offending = r
	return true, halted("fx.Accept", subject(r.Source, r.Rate))
}

// swapped is the rate with which a source names the wrong one of the two currencies first.
func swapped(r money.Rate) money.Rate {
	wrong, err := money.NewRate(r.Base(), r.Quote(), r.Inverse().Price())
	if err != nil {
		return r // too many digits the other way round: then it was not that
	}
	return wrong
}

// Release lifts the halt of a pair: the last offending reading becomes the accepted one. Seen is the offending
// rate that the operator looked at and approved; since then it may have moved, but not beyond the band.
//
// Invariant: seen is valid.
// Errors: NotFound fx_halt_missing when the pair is not halted, Conflict fx_halt_changed when the offending
// rate is no longer what was seen.
func (b *Board) Release(source SourceID, seen money.Rate) error {
	place, found := b.find(source, seen)
	if !found || !b.held[place].Halted() {
		return &fault.Error{Op: "fx.Release", Kind: fault.NotFound, Code: CodeHaltMissing,
			Subject: subject(source, seen), Detail: "the pair is not halted"}
	}
	h := &b.held[place]
	terms, _ := b.terms(source)
	if beyond(towards(seen, h.Offending.Rate.Base()), h.Offending.Rate, terms.Band) {
		return &fault.Error{Op: "fx.Release", Kind: fault.Conflict, Code: CodeHaltChanged,
			Subject: subject(source, seen), Detail: "the rate has moved since it was looked at"}
	}
	*h = Held{Accepted: h.Offending}
	return nil
}

func halted(op, subject string) error {
	return &fault.Error{Op: op, Kind: fault.Unavailable, Code: CodeRateHalted, Subject: subject,
		Detail: "the rate has jumped and is halted"}
}

// adopt remembers the terms of a source, in the order in which sources are asked.
func (b *Board) adopt(t SourceTerms) {
	if i := slices.IndexFunc(b.sources, func(s SourceTerms) bool { return s.ID == t.ID }); i >= 0 {
		if b.sources[i] == t {
			return
		}
		b.sources = slices.Delete(b.sources, i, i+1)
	}
	place, _ := slices.BinarySearchFunc(b.sources, t, func(s, t SourceTerms) int {
		return cmp.Or(cmp.Compare(s.Priority, t.Priority), cmp.Compare(s.ID, t.ID))
	})
	b.sources = slices.Insert(b.sources, place, t)
}

func (b *Board) terms(source SourceID) (SourceTerms, bool) {
	for _, t := range b.sources {
		if t.ID == source {
			return t, true
		}
	}
	return SourceTerms{}, false
}

// find is where the pair of a source is held, or where it belongs.
func (b *Board) find(source SourceID, r money.Rate) (place int, found bool) {
	return slices.BinarySearchFunc(b.held, r, func(h Held, r money.Rate) int {
		return cmp.Or(cmp.Compare(h.Accepted.Source, source), comparePair(h.Accepted.Rate, r))
	})
}

// comparePair orders pairs by their currencies' numbers, whichever way they are quoted.
func comparePair(r, s money.Rate) int {
	return cmp.Or(cmp.Compare(min(r.Base(), r.Quote()), min(s.Base(), s.Quote())),
		cmp.Compare(max(r.Base(), r.Quote()), max(s.Base(), s.Quote())))
}
