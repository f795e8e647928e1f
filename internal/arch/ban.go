// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"slices"
)

// A ban says what may not be called or imported in which rooms, and what to write instead.
type ban struct {
	name     string
	packages []string // patterns of import paths
	symbols  []string // what of them is banned; none means the import itself
	in       []string // patterns of folders; test files and free folders are never meant
	but      []string // patterns of folders that are free
	tests    bool     // holds in test files instead
	why      string
	instead  string
}

// Groups of folders the bans speak of.
var (
	pure    = with(grounds, with(nouns, "settlement/...", "qr/...", "flow")...)
	stepped = with(pure, "store/...", "relay", "worker")
)

// bans is the list of forbidden things with their replacements.
var bans = []ban{
	{name: "clock", packages: []string{"time"}, in: stepped,
		symbols: []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
		why:     "code that reads the clock cannot be replayed, simulated or audited",
		instead: "take the time as an argument; it is read once, at the edge or by the teller"},
	{name: "entropy", packages: []string{"crypto/rand", "math/rand/..."}, in: stepped,
		why:     "code that draws random numbers cannot be replayed from a seed",
		instead: "derive the value from its cause (package ident), or take an io.Reader as an argument"},
	{name: "socket", packages: []string{"net", "net/http/...", "net/rpc/...", "net/smtp"}, in: pure,
		why:     "nouns and decisions are pure: nothing waits on the network inside a transaction",
		instead: "declare the contract in the noun, implement it in partner or api; net/url and net/netip are free"},
	{name: "machine", packages: []string{"os/...", "syscall", "io/ioutil"}, in: pure,
		why:     "nouns and decisions see no files, no environment and no process",
		instead: "take an io.Reader, the bytes, or the value as an argument"},
	{name: "database", packages: []string{"database/sql/...", "github.com/jackc/...", "modernc.org/sqlite/...",
		"github.com/mattn/go-sqlite3/...", "github.com/pressly/goose/..."},
		in: anything, but: []string{"store/...", "audit", "cmd/...", "sim/...",
			"tabi/..."}, // a program of its own: a wallet that kept its books in our store would be no stranger to it
		why:     "there is one store; a second place that speaks SQL is a second rule book",
		instead: "add a load, save, page or claim to store"},
	{name: "logging", packages: []string{"log/..."}, in: with(pure, "store/...", "relay"),
		why:     "an error is handled once: returned, or logged by whoever stops it",
		instead: "return a fault.Error; the edges, worker and cmd log"},
	{name: "printing", packages: []string{"fmt"}, symbols: []string{"Print", "Printf", "Println"},
		in:  with(stepped, "api/*", "partner/*", "look/...", "portal/...", "console/...", "tabi/...", "audit"),
		why: "standard output belongs to the command", instead: "return the text, or take an io.Writer"},
	{name: "context-value", packages: []string{"context"}, symbols: []string{"WithValue"}, in: anything,
		why:     "a value in a context is an argument that no signature shows",
		instead: "pass it as an argument"},
	{name: "exit", packages: []string{"os", "log"}, in: anything, but: []string{"cmd/..."},
		symbols: []string{"Exit", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"},
		why:     "a package that ends the process takes every open batch with it",
		instead: "return an error and let cmd decide"},
	{name: "goroutine", packages: []string{"golang.org/x/sync/errgroup"}, in: anything,
		but: []string{"cmd/..."},
		why: goroutineWhy, instead: goroutineHelp},
	{name: "goroutine", packages: []string{"context"}, symbols: []string{"AfterFunc"}, in: anything,
		but: []string{"cmd/..."},
		why: goroutineWhy, instead: goroutineHelp},
	{name: "sleep", packages: []string{"time"}, symbols: []string{"Sleep"}, in: anything, tests: true,
		why:     "a test that sleeps is slow when it passes and wrong when the machine is busy",
		instead: "wait for the event itself, pass the time in, or use testing/synctest"},
}

func banRules() []rule {
	var list []rule
	for _, b := range bans {
		list = append(list, rule{b.name, b.why, b.instead, b.check})
	}
	return list
}

func (b ban) check(m *module, report report) {
	for _, s := range m.files {
		if s.tool || s.test != b.tests || !b.holdsIn(s.dir) {
			continue
		}
		if len(b.symbols) == 0 {
			b.checkImports(m, s, report)
			continue
		}
		eachSelector(s, func(n *ast.SelectorExpr, importPath string) {
			if matchesAny(b.packages, importPath) && slices.Contains(b.symbols, n.Sel.Name) {
				report(s.path, m.line(n.Pos()), importPath+"."+n.Sel.Name)
			}
		})
	}
}

func (b ban) checkImports(m *module, s *source, report report) {
	for _, spec := range s.file.Imports {
		if matchesAny(b.packages, imported(spec)) {
			report(s.path, m.line(spec.Pos()), "import of "+imported(spec))
		}
	}
}

// holdsIn reports whether the ban is meant for a folder.
func (b ban) holdsIn(dir string) bool {
	if free(dir) && !b.tests {
		return false
	}
	return matchesAny(b.in, dir) && !matchesAny(b.but, dir)
}

// eachSelector calls visit for every package.Name in a file.
func eachSelector(s *source, visit func(n *ast.SelectorExpr, importPath string)) {
	names := s.localNames()
	ast.Inspect(s.file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && names[x.Name] != "" {
				visit(selector, names[x.Name])
			}
		}
		return true
	})
}
