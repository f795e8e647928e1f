// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/types"
	"path"
	"slices"
)

func layerRules() []rule {
	return []rule{
		{"parse", "a file that does not parse escapes every other rule", "make it compile", unparsed},
		{"room", "a package that the plan does not know can be imported by anyone and import anything",
			"give it a room: put the code into a package that has one, or add a line with its reason to " +
				"internal/arch/room.go", rooming},
		{"layer", "", "", layers},
		{"foreign", "the ground must be provable by reading it: it uses the standard library only",
			"write it here, or move the code that needs the library into the room above", foreignGround},
		{"writer", "whoever holds the writing handle can change the books past every decision in flow",
			"take a *store.Reader, which has no write method, and hand a movement to the desk", writers},
		{"blank", "a package that is imported for its side effect is wiring that nobody can click on",
			"call it by name, in cmd or store", blankImports},
	}
}

func unparsed(m *module, report report) {
	for _, f := range m.unparsed {
		report(f.file, f.line, f.what)
	}
}

func rooming(m *module, report report) {
	seen := map[string]bool{}
	for _, s := range m.files {
		if _, known := roomOf(s.dir); known || seen[s.dir] {
			continue
		}
		seen[s.dir] = true
		report(s.path, m.line(s.file.Package), "the folder "+s.dir+" has no room")
	}
}

// layers puts the reason and the alternative of the room into its finding, since each limit has its own.
func layers(m *module, report report) {
	for _, s := range m.files {
		home, known := roomOf(s.dir)
		if !known || s.tool {
			continue
		}
		for _, spec := range s.file.Imports {
			target, ours := m.within(imported(spec))
			if !ours || target == s.dir {
				continue
			}
			if why, instead := refusal(home, visitor{s.dir, home.kind, s.test}, target); why != "" {
				report(s.path, m.line(spec.Pos()), s.dir+" may not import "+target+reasons(why, instead))
			}
		}
	}
}

// refusal is why a visitor may not import a package of this module and what to do instead, or nothing when
// it may.
func refusal(home room, from visitor, target string) (why, instead string) {
	if family(home, target) {
		return "", ""
	}
	goal, known := roomOf(target)
	if !known {
		return "", "" // the room rule reports it
	}
	for _, d := range doors {
		if matches(d.path, target) && !d.open(from) {
			return d.why, d.instead
		}
	}
	if goal.kind == suite && !from.test && home.kind != suite && home.kind != top && home.kind != build {
		return "a test suite must not be in the running program", "import it from a test, or from cmd and sim"
	}
	if from.test && permittedInTest(home, goal, target) || matchesAny(home.may, target) {
		return "", ""
	}
	return home.why, home.instead
}

// permittedInTest widens what a test may import: the equipment, the suites, the ground; and for the rooms
// that face the outside, everything, since their tests build a world to face.
func permittedInTest(home, goal room, target string) bool {
	if goal.kind == build || goal.kind == ground {
		return true
	}
	if home.kind == edge || home.path == "relay" {
		return true
	}
	return goal.kind == suite && matchesAny(with(home.may, home.path), path.Dir(target))
}

func foreignGround(m *module, report report) {
	for _, s := range m.files {
		home, _ := roomOf(s.dir)
		if home.kind != ground || s.test || s.tool {
			continue
		}
		for _, spec := range s.file.Imports {
			importPath := imported(spec)
			if _, ours := m.within(importPath); !ours && !m.standard(importPath) {
				report(s.path, m.line(spec.Pos()), s.dir+" imports "+importPath)
			}
		}
	}
}

// writers finds the handle where it is named, and where a variable has its type without naming it.
func writers(m *module, report report) {
	handle := m.path + "/store"
	for _, s := range m.files {
		home, _ := roomOf(s.dir)
		if s.test || s.tool || home.kind == top || home.kind == build || home.kind == suite ||
			matchesAny([]string{"store/...", "flow"}, s.dir) {
			continue
		}
		names := s.localNames()
		if !hasValue(names, handle) {
			continue
		}
		info := m.factsOf(s.dir).info
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && names[x.Name] == handle && n.Sel.Name == "DB" {
					report(s.path, m.line(n.Pos()), "store.DB is named outside flow, cmd and sim")
				}
			case *ast.Ident:
				if holdsWriter(info.Defs[n], handle) {
					report(s.path, m.line(n.Pos()), n.Name+" holds a *store.DB outside flow, cmd and sim")
				}
			}
			return true
		})
	}
}

func hasValue(names map[string]string, value string) bool {
	for _, v := range names {
		if v == value {
			return true
		}
	}
	return false
}

func holdsWriter(object types.Object, handle string) bool {
	variable, ok := object.(*types.Var)
	if !ok {
		return false
	}
	t := types.Unalias(variable.Type())
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == "DB" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == handle
}

func blankImports(m *module, report report) {
	harmless := []string{"embed", "time/tzdata"}
	for _, s := range m.files {
		if s.test || matchesAny([]string{"cmd/...", "store/...", "internal/..."}, s.dir) {
			continue
		}
		for _, spec := range s.file.Imports {
			if spec.Name != nil && spec.Name.Name == "_" && !slices.Contains(harmless, imported(spec)) {
				report(s.path, m.line(spec.Pos()), "blank import of "+imported(spec))
			}
		}
	}
}
