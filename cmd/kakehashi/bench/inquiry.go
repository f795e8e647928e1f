// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// The bar of an inquiry inside the process, and how many different payments are asked about.
const (
	inquiriesMin = 20_000 // a second
	askedMax     = 200_000
)

// Inquiry measures how many payments a second are read by their ids, refunds and all, from a store of the engine's.
//
// Errors: Missed where there are fewer than 20,000 a second.
func Inquiry(ctx context.Context, o EngineOptions) error {
	e, err := openEngine(ctx, o)
	if err != nil {
		return err
	}
	defer e.close(ctx)
	var ids []ident.ID
	for _, t := range e.house.Desk().Tellers() {
		found, err := paymentsOf(ctx, e.house.Reader(), t.Lane(), t.Row().N)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	m, used, err := readBack(ctx, e.house.Reader(), ids, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "reads by id, %s, %d payments asked about, %d callers:\n", o.Books.Engine(), len(ids), o.Callers)
	m.print(o.Out, used)
	return bar(o.Out, "inquiries a second", m.rate(), inquiriesMin).verdict()
}

// paymentsOf are payments from all over a lane's journal of n rows.
func paymentsOf(ctx context.Context, r *store.Reader, lane ident.Lane, n int64) ([]ident.ID, error) {
	const page = 512
	var ids []ident.ID
	pause := max(page, n*page/askedMax)
	for after := int64(0); after < n; after += pause {
		rows, err := r.Journal(ctx, lane, after)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].Kind == ledger.PaymentSent {
				ids = append(ids, ident.ID{Lane: lane, Digest: rows[i].Subject})
			}
		}
	}
	return ids, nil
}

// readBack reads payments, each caller in an order of its own.
func readBack(ctx context.Context, r *store.Reader, ids []ident.ID, o EngineOptions) (*measured, resources, error) {
	if len(ids) == 0 {
		return nil, resources{}, fmt.Errorf("the store holds no payments to ask about")
	}
	stop, err := profile(o.Profile)
	if err != nil {
		return nil, resources{}, err
	}
	defer stop()
	before := usage(o.Books)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.Seconds)*time.Second)
	defer cancel()
	m := closedLoop(ctx, "inquiries", o.Callers, func(id int) visit {
		luck := rand.New(rand.NewPCG(1, uint64(id)))
		return func(ctx context.Context, m *measured, due time.Time) {
			id := ids[luck.IntN(len(ids))]
			p, err := r.Payment(context.WithoutCancel(ctx), id)
			if err != nil || p == nil || p.ID != id {
				m.failed++
				return
			}
			m.done(due)
		}
	})
	return m, usage(o.Books).since(before), nil
}

// bar says whether a figure reaches its bar, and names it where it does not.
func bar(out io.Writer, what string, got, least float64) Missed {
	word, missed := "reached", Missed(nil)
	if got < least {
		word, missed = "MISSED", Missed{fmt.Sprintf("%s: %.1f of %.0f", what, got, least)}
	}
	fmt.Fprintf(out, "  bar: %s at least %.0f: %.1f, %s\n", what, least, got, word)
	return missed
}
