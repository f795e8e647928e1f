// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

// LaneRow is where a lane stands: the row that every batch writes first.
type LaneRow struct {
	Lane     ident.Lane
	Epoch    int64       // raised by every take-over; a batch of an older epoch writes nothing
	Taken    int64       // the epoch when the present writer took the lane; it may have retaken it since
	Batch    int64       // batches so far
	N        int64       // journal rows so far
	Head     ledger.Hash // hash of the last one
	At       int64       // time of the last one, microseconds
	Accounts int64       // accounts opened so far
	Holder   string      // the process that has the lane: its address and pid
	Backend  int64       // PostgreSQL's pid of its connection; 0 on SQLite
	Renewed  int64       // when the holder last said that it lives, microseconds
}

var openLane = statement{
	sql: "INSERT INTO lane (lane, epoch, taken, batch, n, head, at, accounts, holder, backend, renewed) " +
		"VALUES ($1, 1, 1, 0, 0, $2, 0, 0, '', 0, 0) ON CONFLICT (lane) DO NOTHING",
	in: "nb",
}

var takeLane = statement{
	sql: "UPDATE lane SET epoch = epoch + 1, taken = epoch + 1, holder = $1, backend = $2, renewed = $3 WHERE lane = $4",
	in:  "tnnn",
}

// retakeLane raises the epoch only where nobody else has taken the lane since the caller did.
var retakeLane = statement{
	sql: "UPDATE lane SET epoch = epoch + 1, backend = $1, renewed = $2 WHERE lane = $3 AND taken = $4",
	in:  "nnnn",
}

var renewLane = statement{
	sql: "UPDATE lane SET renewed = $1 WHERE lane = $2 AND epoch = $3",
	in:  "nnn",
}

var writeLane = statement{
	sql: "UPDATE lane SET batch = $1, n = $2, head = $3, at = $4, accounts = $5, renewed = $6 WHERE lane = $7 AND epoch = $8",
	in:  "nnbnnnnn",
}

const laneColumns = "lane, epoch, taken, batch, n, head, at, accounts, holder, backend, renewed"

const laneKinds = "nnnnnbnntnn"

var loadLane = statement{sql: "SELECT " + laneColumns + " FROM lane WHERE lane = $1", in: "n", out: laneKinds}

// standsAt reports whether two rows say that the same batches were committed.
func (r *LaneRow) standsAt(o *LaneRow) bool {
	return r.Batch == o.Batch && r.N == o.N && r.Head == o.Head
}

func laneRow(c []cell) (LaneRow, error) {
	lane, ok := ident.LaneOf(c[0].number)
	if !ok || len(c[5].bytes) != len(ledger.Hash{}) {
		return LaneRow{}, damaged("store.Lane", "lane key %d with a head of %d bytes", c[0].number, len(c[5].bytes))
	}
	return LaneRow{Lane: lane, Epoch: c[1].number, Taken: c[2].number, Batch: c[3].number, N: c[4].number,
		Head: ledger.Hash(c[5].bytes), At: c[6].number, Accounts: c[7].number, Holder: c[8].text, Backend: c[9].number,
		Renewed: c[10].number}, nil
}
