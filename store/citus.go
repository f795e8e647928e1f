// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"strings"
)

// shards is into how many pieces the lanes are cut. Lane keys fill them evenly.
const shards = 64

// citusHead says what the file is, and what the cluster has to be set to.
//
// Source: reference/storage.md 3.
const citusHead = `-- Spreads the tables of Kakehashi over the nodes of a Citus cluster. Run it once, on the
-- coordinator, after the program has made its tables there and before it has written to them. Beforehand:
-- max_prepared_transactions at least twice max_connections, wal_level = logical,
-- citus.recover_2pc_interval = '5s', and for the program's role citus.max_adaptive_executor_pool_size = 1.

SET citus.enable_local_reference_table_foreign_keys = off;
`

// Distribution is the SQL that spreads the tables over the nodes of a distributed PostgreSQL: reference tables first, then
// the hot ones, all rows of a lane together.
func Distribution() string {
	var b strings.Builder
	b.WriteString(citusHead + "\n")
	for _, p := range placements {
		if p.where == reference {
			fmt.Fprintf(&b, "SELECT create_reference_table('%s');\n", p.table)
		}
	}
	first := ""
	for _, p := range placements {
		switch {
		case p.where != distributed:
		case first == "":
			first = p.table
			fmt.Fprintf(&b, "\nSELECT create_distributed_table('%s', 'lane', shard_count => %d);\n", p.table, shards)
		default:
			fmt.Fprintf(&b, "SELECT create_distributed_table('%s', 'lane', colocate_with => '%s');\n", p.table, first)
		}
	}
	return b.String()
}
