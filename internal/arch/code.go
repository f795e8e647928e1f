// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
)

const (
	goroutineWhy = "the core is stepped by one hand, the runtime's or the simulator's; a goroutine of its own " +
		"makes runs that differ"
	goroutineHelp = "offer a Step or a Submit and let cmd's runtime call it"
)

// moneyRooms know no floating point at all; elsewhere it may not come near money.
var moneyRooms = []string{"money", "ledger", "payment", "fx", "merchant/...", "wallet", "flow", "settlement/..."}

// moneyWords are the words that make a float a sum of money or the price of one.
var moneyWords = []string{"amount", "amounts", "price", "prices", "fee", "fees", "balance", "balances", "minor", "tax",
	"rate", "rates", "money", "yen", "cost", "payable", "receivable", "discount", "currency"}

// bagWords are the names under which untyped data likes to travel.
var bagWords = []string{"metadata", "meta", "extra", "extras", "attributes", "properties", "extend", "params"}

func codeRules() []rule {
	return []rule{
		{"float", "a float cannot hold a tenth of a yen, and loses whole ones above 2^53",
			"use money.Amount, Ratio or Rate", floats},
		{"init", "code that runs by being imported is wiring that nobody can click on",
			"call it by name, from cmd", inits},
		{"panic", "a panic says nothing about whose mistake it is",
			"invariant.Check for ours, an error for the caller's", panics},
		{"goroutine", goroutineWhy, goroutineHelp, goroutines},
		{"stepped", "channels and select make the order of events the scheduler's, and no seed brings it back",
			"keep a slice as a queue and drain it in Step", channels},
		{"map-order", "the order of a map differs from run to run, and with it the rows, the hashes and the answers",
			"keep a slice beside the map, or range over slices.Sorted(maps.Keys(m))", mapRanges},
		{"struct-tag", "a noun has no wire shape and no row shape: those belong to api and store",
			"declare an edge type with tags and translate", structTags},
		{"bag", "a map of anything is a type that nobody wrote down",
			"name the fields; free text goes to the vault", bags},
	}
}

// code visits the files that go into the program.
func code(m *module, visit func(*source)) {
	for _, s := range m.files {
		if !s.test && !s.tool {
			visit(s)
		}
	}
}

// coreCode visits the files of the rooms that are stepped.
func coreCode(m *module, visit func(*source)) {
	code(m, func(s *source) {
		if !free(s.dir) && matchesAny(stepped, s.dir) {
			visit(s)
		}
	})
}

func inits(m *module, report report) {
	for _, s := range m.files {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				report(s.path, m.line(f.Pos()), "func init")
			}
		}
	}
}

func panics(m *module, report report) {
	code(m, func(s *source) {
		if s.dir == "invariant" || free(s.dir) {
			return
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "panic" {
					report(s.path, m.line(n.Pos()), "panic")
				}
			}
			return true
		})
	})
}

// goroutines finds go statements and calls of WaitGroup.Go outside cmd.
func goroutines(m *module, report report) {
	code(m, func(s *source) {
		if free(s.dir) || matches("cmd/...", s.dir) {
			return
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				report(s.path, m.line(n.Pos()), "go statement")
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Go" && len(n.Args) == 1 {
					report(s.path, m.line(n.Pos()), "call of a method Go")
				}
			}
			return true
		})
	})
}

func channels(m *module, report report) {
	coreCode(m, func(s *source) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectStmt:
				report(s.path, m.line(n.Pos()), "select")
			case *ast.ChanType:
				report(s.path, m.line(n.Pos()), "channel type")
			case *ast.SendStmt:
				report(s.path, m.line(n.Pos()), "send on a channel")
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					report(s.path, m.line(n.Pos()), "receive from a channel")
				}
			}
			return true
		})
	})
}

func mapRanges(m *module, report report) {
	coreCode(m, func(s *source) {
		info := m.factsOf(s.dir).info
		names := s.localNames()
		ast.Inspect(s.file, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			if isMap(info.TypeOf(loop.X)) || iteratesMap(loop.X, names) {
				report(s.path, m.line(loop.Pos()), "range over a map")
			}
			return true
		})
	})
}

// isMap also knows type parameters that stand for maps only.
func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	switch t := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface: // of a type parameter: no other interface can be ranged over
		for embedded := range t.EmbeddedTypes() {
			if union, ok := embedded.(*types.Union); ok && union.Len() > 0 && isMap(union.Term(0).Type()) {
				return true
			}
		}
	}
	return false
}

// iteratesMap reports whether an expression is maps.Keys, maps.Values or maps.All of something.
func iteratesMap(x ast.Expr, names map[string]string) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && names[pkg.Name] == "maps" && slices.Contains([]string{"Keys", "Values", "All"}, f.Sel.Name)
}

func structTags(m *module, report report) {
	code(m, func(s *source) {
		if home, _ := roomOf(s.dir); home.kind != noun {
			return
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				report(s.path, m.line(field.Tag.Pos()), "struct tag "+field.Tag.Value)
			}
			return true
		})
	})
}

func bags(m *module, report report) {
	code(m, func(s *source) {
		if home, _ := roomOf(s.dir); home.kind != noun {
			return
		}
		eachDeclared(s.file, func(name *ast.Ident, declared ast.Expr) {
			if anyMap(declared) && containsWord(name.Name, bagWords) {
				report(s.path, m.line(name.Pos()), name.Name+" is a map of anything")
			}
		})
	})
}

func anyMap(x ast.Expr) bool {
	t, ok := x.(*ast.MapType)
	if !ok {
		return false
	}
	switch value := t.Value.(type) {
	case *ast.Ident:
		return value.Name == "any"
	case *ast.InterfaceType:
		return len(value.Methods.List) == 0
	}
	return false
}

// eachDeclared calls visit for every field, parameter, result, variable and type that is declared with a
// type; a function counts as declared with the type of its one result.
func eachDeclared(root ast.Node, visit func(name *ast.Ident, declared ast.Expr)) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				visit(name, n.Type)
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				if n.Type != nil {
					visit(name, n.Type)
				}
			}
		case *ast.TypeSpec:
			visit(n.Name, n.Type)
		case *ast.FuncDecl:
			if n.Type.Results != nil && len(n.Type.Results.List) == 1 {
				visit(n.Name, n.Type.Results.List[0].Type)
			}
		}
		return true
	})
}

// containsWord reports whether one of the words that make up a name is in the list.
func containsWord(name string, list []string) bool {
	for _, word := range splitWords(name) {
		if slices.Contains(list, word) {
			return true
		}
	}
	return false
}

// splitWords is "feeRateMax" as fee, rate, max.
func splitWords(name string) []string {
	var list []string
	start := 0
	letters := []rune(name)
	for i := 1; i <= len(letters); i++ {
		ends := i == len(letters) || letters[i] == '_' || unicode.IsUpper(letters[i]) && !unicode.IsUpper(letters[i-1])
		if ends {
			list = append(list, strings.ToLower(strings.Trim(string(letters[start:i]), "_")))
			start = i
		}
	}
	return list
}
