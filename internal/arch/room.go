// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"path"
	"slices"
	"strings"
)

// A kind says which list of bans holds in a room.
type kind string

const (
	ground kind = "ground" // words that every other room uses
	noun   kind = "noun"   // what things are, and which transitions are legal
	middle kind = "middle" // store, flow, relay: what writes, decides and carries
	edge   kind = "edge"   // what faces people, partners and the clock
	top    kind = "top"    // wiring
	build  kind = "build"  // for tests and builds only
	suite  kind = "suite"  // a test suite in an ordinary package
)

// A room is a package folder, or a family of them, with what it may import of this module.
type room struct {
	path    string   // a pattern as in matches
	kind    kind     // which bans hold
	may     []string // patterns of the rooms it may import, besides its own family
	why     string   // the reason for the limit
	instead string   // what to do when one wants more
}

var (
	grounds = []string{"fault", "invariant", "money", "ident", "calendar", "wire", "wire/*"}
	nouns   = []string{"access", "access/people", "ledger", "merchant", "merchant/...", "wallet", "fx", "qr", "qr/*",
		"screening", "payment", "settlement", "settlement/*", "offer", "taxfree", "statistic", "vault"}
	below    = slices.Concat(grounds, nouns, []string{"store", "flow", "relay"})
	paid     = with(grounds, "ledger", "merchant", "wallet", "fx")
	settled  = with(paid, "payment")
	anything = []string{"..."}
)

const (
	groundWhy  = "the ground is what everything stands on: whatever it imports, everything imports"
	groundHelp = "move what you need into this package, or this code into the package that has it"
	nounWhy    = "a noun that knows a neighbour not drawn in ARCHITECTURE.md cannot be read, tested or changed alone"
	nounHelp   = "take the value you need as an argument, or decide it in flow, which sees all nouns"
	edgeWhy    = "edges only translate; two that know each other become one that nobody can replace"
	edgeHelp   = "put the rule into a noun, the write into flow, or the wiring into cmd"

	generateWhy  = "a program that writes the table beside it runs before the build, not in it"
	generateHelp = "move what both need into the package whose table it writes"
)

// rooms is the plan of the house. The first line that fits a folder holds; a folder that no line fits has
// no room.
var rooms = []room{
	{"*/generate", build, anything, generateWhy, generateHelp},
	{"*/*/generate", build, anything, generateWhy, generateHelp},

	{"fault", ground, nil, groundWhy, groundHelp},
	{"invariant", ground, nil, groundWhy, groundHelp},
	{"money", ground, []string{"fault", "invariant"}, groundWhy, groundHelp},
	{"ident", ground, []string{"fault", "invariant"}, groundWhy, groundHelp},
	{"calendar", ground, []string{"fault", "invariant"}, groundWhy, groundHelp},
	{"wire", ground, []string{"fault", "invariant", "money", "ident", "calendar"}, groundWhy, groundHelp},
	{"wire/*", ground, grounds, groundWhy, groundHelp},

	{"ledger", noun, grounds, nounWhy, nounHelp},
	{"merchant", noun, with(grounds, "ledger"), nounWhy, nounHelp},
	{"merchant/onboarding/...", noun, grounds, nounWhy, nounHelp},
	{"merchant/directory", noun, with(grounds, "merchant", "merchant/onboarding/japan"), nounWhy, nounHelp},
	{"wallet", noun, with(grounds, "ledger"), nounWhy, nounHelp},
	{"fx", noun, with(grounds, "ledger"), nounWhy, nounHelp},
	{"payment", noun, paid, nounWhy, nounHelp},
	{"settlement/...", noun, settled, nounWhy, nounHelp},
	{"statistic", noun, with(settled, "settlement"), nounWhy, nounHelp},
	{"offer", noun, with(settled, "settlement"), nounWhy, nounHelp},
	{"taxfree", noun, with(settled, "settlement"), nounWhy, nounHelp},
	{"access", noun, grounds, nounWhy, nounHelp},
	{"access/people", noun, grounds, nounWhy, nounHelp},
	{"qr/...", noun, grounds, nounWhy, nounHelp},
	{"screening", noun, grounds, nounWhy, nounHelp},
	{"vault", noun, grounds, nounWhy, nounHelp},

	{"store/...", middle, with(grounds, nouns...),
		"storage that knows a movement grows rules of its own, and then there are two rule books",
		"let flow decide and hand the rows down"},
	{"flow", middle, with(grounds, with(nouns, "store")...),
		"a decision that reaches a socket or a page cannot be replayed",
		"commit the intent here and let relay carry it; let the edge translate"},
	{"relay", middle, with(grounds, with(nouns, "store", "flow")...),
		"relay calls partners only through the contracts of the nouns, so that a partner can be replaced by its double",
		"declare the contract in the noun and let cmd hand the partner in"},

	{"api/envelope", edge, below,
		"the kit of both APIs proves callers and signs answers; one that knew a dialect would be that dialect's",
		"hand it a function of the dialect's"},
	{"api/*", edge, with(below, "api/envelope"), edgeWhy, edgeHelp},
	{"partner/*", edge, with(grounds, nouns...),
		"a partner's dialect answers the contract of a noun; one that sees the books could write them",
		"return the outcome and let relay hand it to flow"},
	{"look/...", edge, with(grounds, "qr", "qr/*"),
		"the kit of all pages is used by the traveller's wallet too, which must not learn what a merchant is",
		"pass the page plain values"},
	{"signin", edge, with(grounds, "access", "access/people", "look"),
		"the kit by which people sign in proves who they are; what they may do to the books is not its business",
		"hand it a function, or decide it in flow"},
	{"portal/...", edge, with(below, "look", "look/*", "signin"), edgeWhy, edgeHelp},
	{"console/...", edge, with(below, "look", "look/*", "signin"), edgeWhy, edgeHelp},
	{"tabi/...", edge, with(grounds, "qr", "qr/*", "look", "look/*"),
		"tabi stands for every foreign wallet: what it cannot reach through the wallet API, no real wallet can",
		"ask for it through wire/aps"},
	{"worker", edge, below, edgeWhy, edgeHelp},
	{"audit", edge, with(grounds, "ledger"),
		"an auditor that uses the code it audits repeats its mistakes",
		"write the query and the arithmetic again, from the glossary"},

	{"sim/...", top, anything, "the simulator wires the whole network", "keep main packages out of it"},
	{"cmd/...", top, anything, "a command wires the whole network", "keep it a list of wiring"},
	{"internal/...", build, anything, "test equipment may look at everything", "keep main packages out of it"},
}

// doors are the rooms that only some may enter, whatever the visitors' own lists say.
var doors = []struct {
	path    string
	open    func(from visitor) bool
	why     string
	instead string
}{
	{"cmd/...", func(v visitor) bool { return matches("cmd/...", v.dir) },
		"a command is the end of the wiring: nothing may depend on it", "move the code into the room it belongs to"},
	{"*/generate", func(visitor) bool { return false }, generateWhy, generateHelp},
	{"*/*/generate", func(visitor) bool { return false }, generateWhy, generateHelp},
	{"sim/...", func(v visitor) bool { return v.test || v.kind == top },
		"the simulator knows everything and is known by nobody but its command", "take what you need as an argument"},
	{"internal/...", func(v visitor) bool { return v.test || v.kind == build || v.kind == suite },
		"internal holds equipment for tests and builds, which must not be in the running program",
		"move the code into the room it belongs to"},
	{"partner/*", func(v visitor) bool { return v.test || v.kind == top || v.kind == suite },
		"a partner is chosen by the wiring; whoever imports one has chosen for everybody",
		"use the contract in wallet, fx or settlement"},
}

// A visitor is a file that imports: where it lives, and as what.
type visitor struct {
	dir  string
	kind kind
	test bool
}

// roomOf is the room of a folder. A folder whose name ends in "test" is the test suite of the room it lies
// in, and may import what that room may and the room itself.
func roomOf(dir string) (room, bool) {
	parent, name := path.Split(dir)
	parent = strings.TrimSuffix(parent, "/")
	for _, r := range rooms {
		if !matches(r.path, dir) && !(parent != "" && matches(r.path, parent)) {
			continue
		}
		if parent != "" && strings.HasSuffix(name, "test") && r.kind != top && r.kind != build {
			r.kind = suite
			r.may = with(r.may, "internal/...", parent, parent+"/*")
			return r, true
		}
		if matches(r.path, dir) {
			return r, true
		}
	}
	return room{}, false
}

// family reports whether two folders are one room that has folders of its own; those may import each other,
// as the compiler forbids circles.
func family(r room, other string) bool {
	return strings.HasSuffix(r.path, "/...") && matches(r.path, other)
}

// free reports whether a folder is equipment for tests and builds, which the rules about the running
// program do not mean.
func free(dir string) bool {
	home, _ := roomOf(dir)
	return home.kind == suite || home.kind == build
}

func with(list []string, more ...string) []string { return slices.Concat(list, more) }
