// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// Claim says that a payer's code is spent by a payment. It lives in the home lane of the wallet whose code it is.
type Claim struct {
	Lane    ident.Lane
	Hour    int64 // hours since 1970 UTC, when it was claimed: keeps insertions together
	Mark    payment.Mark
	Payment ident.ID
}

var insertClaim = insertion{table: "code_claim", columns: "lane, hour, mark, home, payment", kinds: "nnbnb"}

// claimsOf finds marks that were claimed in one hour. (One question for two hours is answered by reading both whole, on
// PostgreSQL without statistics.)
var claimsOf = lookup{
	sql: "SELECT hour, mark, home, payment FROM code_claim WHERE lane = $1 AND hour = $2 AND mark",
	in:  "nn", key: kindBytes, out: "nbnb",
}

// dropClaims removes the claims of one hour whose marks are below the one at an offset: so many of them. The last parameter
// is above every mark: it stands in where fewer are left.
var dropClaims = statement{
	sql: "DELETE FROM code_claim WHERE lane = $1 AND hour = $2 AND mark < COALESCE(" +
		"(SELECT mark FROM code_claim WHERE lane = $3 AND hour = $4 ORDER BY mark LIMIT 1 OFFSET $5), $6)",
	in: "nnnnnb",
}

// aboveMarks is longer than a mark of nothing but its highest byte.
var aboveMarks = bytes.Repeat([]byte{0xff}, len(payment.Mark{})+1)

// oldestClaim is the first hour that still has claims in a lane.
var oldestClaim = statement{
	sql: "SELECT hour FROM code_claim WHERE lane = $1 ORDER BY hour, mark LIMIT 1", in: "n", out: "n",
}

func claimCells(cells []cell, c *Claim) []cell {
	return append(cells, number(c.Lane.Key()), number(c.Hour), blob(c.Mark[:]), number(c.Payment.Lane.Key()),
		blob(c.Payment.Digest[:]))
}

func claimRow(lane ident.Lane, c []cell) (Claim, error) {
	home, ok := ident.LaneOf(c[2].number)
	if !ok || len(c[1].bytes) != 16 || len(c[3].bytes) != 16 {
		return Claim{}, damaged("store.Claim", "claim of hour %d", c[0].number)
	}
	return Claim{Lane: lane, Hour: c[0].number, Mark: payment.Mark(c[1].bytes),
		Payment: ident.ID{Lane: home, Digest: ident.Digest(c[3].bytes)}}, nil
}
