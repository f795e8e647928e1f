// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
)

const journalColumns = "lane, n, at, kind, subject, origin, previous, body, transfers, hash"

const journalKinds = "nnnnbnnbbb"

var appendJournal = insertion{table: "journal", columns: journalColumns, kinds: journalKinds}

// journalAfter pages through a lane in the order of n.
var journalAfter = statement{
	sql: "SELECT " + journalColumns + " FROM journal WHERE lane = $1 AND n > $2 ORDER BY n LIMIT $3",
	in:  "nnn", out: journalKinds,
}

// journalFamilies reads all rows of some families: payments with their refunds.
var journalFamilies = lookup{
	sql: "SELECT " + journalColumns + " FROM journal WHERE lane = $1 AND origin", tail: "ORDER BY origin, n",
	in: "n", key: kindNumber, out: journalKinds,
}

func journalCells(cells []cell, r *ledger.Row) []cell {
	return append(cells, number(r.Lane.Key()), number(r.N), number(r.At), number(int64(r.Kind)), blob(r.Subject[:]),
		number(r.Origin), number(r.Previous), blob(r.Body), blob(r.Transfers), blob(r.Hash[:]))
}

func journalRow(c []cell) (ledger.Row, error) {
	lane, ok := ident.LaneOf(c[0].number)
	if !ok || len(c[4].bytes) != len(ident.Digest{}) || len(c[9].bytes) != len(ledger.Hash{}) || c[3].number > 255 {
		return ledger.Row{}, damaged("store.Journal", "row %d of lane key %d", c[1].number, c[0].number)
	}
	return ledger.Row{Lane: lane, N: c[1].number, At: c[2].number, Kind: ledger.Kind(c[3].number),
		Subject: ident.Digest(c[4].bytes), Origin: c[5].number, Previous: c[6].number, Body: c[7].bytes,
		Transfers: c[8].bytes, Hash: ledger.Hash(c[9].bytes)}, nil
}
