// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/store"
)

// standbyEvery is how often a process that stands by looks whether the lanes are free.
const standbyEvery = 250 * time.Millisecond

// standBy waits until nobody holds the lanes of the live books. A sandbox of its own books is taken with them.
//
// Source: decisions A6, A7.
func (p *Process) standBy(ctx context.Context) error {
	books := store.Location(p.Config.Books)
	reader, err := store.OpenReader(ctx, books)
	if err != nil {
		return nil // there is no store yet, or whoever opens it says why not
	}
	defer reader.Close()
	watch := store.NewStandby(books, reader)
	for {
		free, holder, err := watch.Free(ctx, time.Now())
		if err != nil {
			return err
		}
		if free {
			p.waits.Store(nil)
			return nil
		}
		if seen := p.waits.Swap(&holder); seen == nil || *seen != holder {
			p.log.Info("standing by", "holder", holder)
		}
		select {
		case <-time.After(standbyEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
