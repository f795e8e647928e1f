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
	sql: "INSERT INTO lane (lane, epoch, batch, n, head, at, accounts, holder, backend, renewed) " +
		"VALUES ($1, 1, 0, 0, $2, 0, 0, '', 0, 0) ON CONFLICT (lane) DO NOTHING",
	in: "nb",
}

var takeLane = statement{
	sql: "UPDATE lane SET epoch = epoch + 1, holder = $1, backend = $2, renewed = $3 WHERE lane = $4",
	in:  "tnnn",
}

var renewLane = statement{
	sql: "UPDATE lane SET renewed = $1 WHERE lane = $2 AND epoch = $3",
	in:  "nnn",
}

var writeLane = statement{
	sql: "UPDATE lane SET batch = $1, n = $2, head = $3, at = $4, accounts = $5, renewed = $6 WHERE lane = $7 AND epoch = $8",
	in:  "nnbnnnnn",
}

const laneColumns = "lane, epoch, batch, n, head, at, accounts, holder, backend, renewed"

const laneKinds = "nnnnbnntnn"

var loadLane = statement{sql: "SELECT " + laneColumns + " FROM lane WHERE lane = $1", in: "n", out: laneKinds}

var listLanes = statement{sql: "SELECT " + laneColumns + " FROM lane ORDER BY lane", in: "", out: laneKinds}

func laneRow(c []cell) (LaneRow, error) {
	lane, ok := ident.LaneOf(c[0].number)
	if !ok || len(c[4].bytes) != len(ledger.Hash{}) {
		return LaneRow{}, damaged("store.Lane", "lane key %d with a head of %d bytes", c[0].number, len(c[4].bytes))
	}
	return LaneRow{Lane: lane, Epoch: c[1].number, Batch: c[2].number, N: c[3].number, Head: ledger.Hash(c[4].bytes),
		At: c[5].number, Accounts: c[6].number, Holder: c[7].text, Backend: c[8].number, Renewed: c[9].number}, nil
}
