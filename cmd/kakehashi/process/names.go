// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/worker"
)

// How fast the names of merchants are followed, once they have all been read: 4,096 rows in a pause take a tenth of one
// processor. The first reading does not pause.
const (
	namesEvery = 250 * time.Millisecond
	namesPages = 8
)

// KeepNames begins to keep the names of the network's merchants in memory, for whoever wants to find them: about 60 MB for
// 300,000 merchants. A process that shows no pages has no use for it.
func (n *Network) KeepNames() *worker.Directory {
	names := worker.NewDirectory(n.House.Reader())
	n.House.Every(namesEvery, func(ctx context.Context, now time.Time) {
		for more := true; more && ctx.Err() == nil; {
			worked, err := names.Step(ctx, now, namesPages)
			if err != nil && ctx.Err() == nil {
				n.alarm("directory", err.Error())
			}
			more = worked && err == nil && !names.Standing().Whole
		}
	})
	return names
}
