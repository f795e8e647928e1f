// SPDX-License-Identifier: Apache-2.0

package directory

import "time"

// Standing is how a directory stands against the catalogue that it is made from.
type Standing struct {
	Merchants, Stores int       // that can be found
	Whole             bool      // everything was read once; until then some are not found
	AsOf              time.Time // whatever was written before is in it; zero until it is whole
}
