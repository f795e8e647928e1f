// SPDX-License-Identifier: Apache-2.0

package store

// placement says where a table lives on a distributed PostgreSQL.
type placement string

// The placements.
const (
	distributed placement = "distributed" // by lane, all rows of a lane on one node: the hot tables
	reference   placement = "reference"   // whole, on every node: facts that change rarely
	local       placement = "local"       // on the first node only: nothing that a payment's transaction touches
)

// placed is a table and where it lives.
type placed struct {
	table string
	where placement
}

// placements lists every table. A table that is missing here fails the tests.
var placements = []placed{
	{"lane", distributed},
	{"journal", distributed},
	{"payment", distributed},
	{"refund", distributed},
	{"code_claim", distributed},
	{"sealed", distributed},
	{"account", distributed},
	{"checkpoint", distributed},
	{"balance", distributed},
	{"delivery", distributed},
	{"parked", distributed},
	{"act", distributed},
	{shelfSchema + ".cursor", distributed},
	{shelfSchema + ".balance", distributed},
	{shelfSchema + ".event", distributed},

	{"holder", reference},
	{"client", reference},
	{"client_key", reference},
	{"house_key", reference},
	{"plan", reference},
	{"merchant", reference},
	{"shop", reference},
	{"wallet", reference},
	{"route", reference},
	{"fx_source", reference},
	{"reading", reference},
	{"quote", reference},
	{"edition", reference},

	{"goose_db_version", local},
	{shelfSchema + ".goose_db_version", local},
}
