// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/store"
)

// The pauses between two looks at what is to be told, and between two records of what was.
const (
	notifyEvery = 200 * time.Millisecond
	recordEvery = 100 * time.Millisecond
)

// notify tells clients what became of their payments and refunds, from now on.
func (n *Network) notify(private bool) {
	n.notifier = ams.NewNotifier(ams.NotifierConfig{House: n.House, Shelf: n.Shelf, Keys: n.keys.key, Ring: n.ring,
		Private: private, Alarm: n.alarm})
	n.House.Every(notifyEvery, func(ctx context.Context, now time.Time) {
		runs, err := n.notifier.Step(ctx, now)
		for _, run := range runs {
			n.House.Go(run.Send)
		}
		if err != nil && ctx.Err() == nil {
			n.alarm("notifier", err.Error())
		}
	})
	n.House.Every(recordEvery, func(ctx context.Context, _ time.Time) {
		if err := n.notifier.Record(ctx); err != nil && ctx.Err() == nil {
			n.alarm("notifier", err.Error())
		}
	})
}

// Again lets events be told once more, now.
//
// Errors: as ams.Notifier.Again.
func (n *Network) Again(ctx context.Context, events ...store.Event) error {
	return n.notifier.Again(ctx, events...)
}
