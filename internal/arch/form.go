// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"unicode/utf8"
)

// Limits of form. The aims are lower; these are where a build fails.
const (
	functionLinesMax   = 70
	fileLinesMax       = 600
	columnsMax         = 128
	tabColumns         = 4
	parametersMax      = 5
	interfaceMax       = 8
	packageDocLinesMax = 15
	licence            = "// SPDX-License-Identifier: Apache-2.0"
)

func formRules() []rule {
	return []rule{
		{"spdx", "each file must say under which licence it may be used, even when it travels alone",
			"begin it with: " + licence, spdx},
		{"package-doc", "the doc comment of a package is the first page a newcomer reads",
			"one doc comment of at most fifteen lines: what it is, what it is not, its invariants, where to read " +
				"first", packageDocs},
		{"export-doc", "an exported name is a promise, and a promise that is not written down is guessed",
			"a first sentence that says what it guarantees, then what applies of Units, Invariant, Errors, " +
				"Concurrency, Source", exportDocs},
		{"function-size", "a longer function is a thought that has not been finished",
			"find the second thought and name it", functionSizes},
		{"file-size", "a longer file holds more than one thought", "one file per thought", fileSizes},
		{"line-width", "a longer line cannot be read beside another file", "break it", lineWidths},
		{"parameters", "nobody remembers the order of six arguments", "a struct with named fields", parameters},
		{"interface-size", "a large interface has one implementation and no double",
			"declare the few methods the user needs", interfaces},
		{"nolint", "a silenced warning without a reason is a warning lost",
			"//nolint:name // why it is wrong here", nolints},
	}
}

func spdx(m *module, report report) {
	for _, s := range m.files {
		if !strings.HasPrefix(string(s.data), licence+"\n") {
			report(s.path, 1, "the first line is not the licence")
		}
	}
}

func packageDocs(m *module, report report) {
	documented := map[string]bool{}
	first := map[string]*source{}
	for _, s := range m.files {
		if s.test || s.tool {
			continue
		}
		if first[s.dir] == nil {
			first[s.dir] = s
		}
		if s.file.Doc == nil {
			continue
		}
		if documented[s.dir] {
			report(s.path, m.line(s.file.Doc.Pos()), "a second doc comment of the package")
		}
		documented[s.dir] = true
		if n := m.line(s.file.Doc.End()) - m.line(s.file.Doc.Pos()) + 1; n > packageDocLinesMax {
			report(s.path, m.line(s.file.Doc.Pos()), fmt.Sprintf("the doc comment of the package has %d lines", n))
		}
	}
	for _, s := range m.files {
		if first[s.dir] == s && !documented[s.dir] {
			report(s.path, m.line(s.file.Package), "package "+s.file.Name.Name+" has no doc comment")
		}
	}
}

func exportDocs(m *module, report report) {
	code(m, func(s *source) {
		if s.file.Name.Name == "main" {
			return
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
					report(s.path, m.line(d.Pos()), d.Name.Name+" has no doc comment")
				}
			case *ast.GenDecl:
				undocumented(d, func(name *ast.Ident) {
					report(s.path, m.line(name.Pos()), name.Name+" has no doc comment")
				})
			}
		}
	})
}

// exportedReceiver reports whether a function is one, or a method of an exported type.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return true
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// undocumented calls visit for every exported name of a declaration that no comment speaks of: neither its
// own, nor one at its end, nor the group's.
func undocumented(d *ast.GenDecl, visit func(*ast.Ident)) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			alone := d.Lparen == token.NoPos && d.Doc != nil
			if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil && !alone {
				visit(spec.Name)
			}
			if contract, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
				undocumentedMethods(contract, visit)
			}
		case *ast.ValueSpec:
			if d.Doc != nil || spec.Doc != nil || spec.Comment != nil {
				continue
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					visit(name)
				}
			}
		}
	}
}

func undocumentedMethods(contract *ast.InterfaceType, visit func(*ast.Ident)) {
	for _, method := range contract.Methods.List {
		if len(method.Names) == 1 && method.Names[0].IsExported() && method.Doc == nil && method.Comment == nil {
			visit(method.Names[0])
		}
	}
}

func functionSizes(m *module, report report) {
	for _, s := range m.files {
		if s.generated {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := m.line(f.End()) - m.line(f.Pos()) + 1; n > functionLinesMax {
				report(s.path, m.line(f.Pos()), fmt.Sprintf("%s has %d lines", f.Name.Name, n))
			}
		}
	}
}

func fileSizes(m *module, report report) {
	for _, s := range m.files {
		if n := strings.Count(string(s.data), "\n"); n > fileLinesMax && !s.generated {
			report(s.path, 1, fmt.Sprintf("%d lines, more than %d", n, fileLinesMax))
		}
	}
}

// lineWidths counts columns, not bytes, and a tab as four. A line that is one address or one directive
// cannot be broken.
func lineWidths(m *module, report report) {
	for _, s := range m.files {
		if s.generated {
			continue
		}
		number := 0
		for line := range strings.Lines(string(s.data)) {
			number++
			line = strings.TrimRight(line, "\r\n")
			columns := utf8.RuneCountInString(line) + (tabColumns-1)*strings.Count(line, "\t")
			if columns <= columnsMax || unbreakable(line) {
				continue
			}
			report(s.path, number, fmt.Sprintf("%d columns, more than %d", columns, columnsMax))
		}
	}
}

func unbreakable(line string) bool {
	text := strings.TrimSpace(line)
	if strings.HasPrefix(text, "//go:") {
		return true
	}
	comment, isComment := strings.CutPrefix(text, "//")
	return isComment && strings.Contains(comment, "://") && len(strings.Fields(comment)) <= 2
}

func parameters(m *module, report report) {
	for _, s := range m.files {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.generated {
				continue
			}
			if n := f.Type.Params.NumFields(); n > parametersMax {
				report(s.path, m.line(f.Pos()), fmt.Sprintf("%s takes %d parameters", f.Name.Name, n))
			}
		}
	}
}

func interfaces(m *module, report report) {
	code(m, func(s *source) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if contract, ok := spec.Type.(*ast.InterfaceType); ok && contract.Methods.NumFields() > interfaceMax {
				report(s.path, m.line(spec.Pos()), fmt.Sprintf("%s has %d methods, more than %d", spec.Name.Name,
					contract.Methods.NumFields(), interfaceMax))
			}
			return true
		})
	})
}

func nolints(m *module, report report) {
	eachComment(m, func(s *source, line int, text string) {
		directive, found := strings.CutPrefix(text, "//nolint")
		if !found {
			return
		}
		if _, reason, explained := strings.Cut(directive, "//"); !explained || strings.TrimSpace(reason) == "" {
			report(s.path, line, "nolint without a reason")
		}
	})
}

// eachComment calls visit for every line of every Go comment.
func eachComment(m *module, visit func(s *source, line int, text string)) {
	for _, s := range m.files {
		for _, group := range s.file.Comments {
			for _, comment := range group.List {
				line := m.line(comment.Pos())
				for text := range strings.SplitSeq(comment.Text, "\n") {
					visit(s, line, text)
					line++
				}
			}
		}
	}
}
