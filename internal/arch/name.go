// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// emptyNames say that nobody has decided what belongs inside.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "shared", "base", "misc", "types", "model",
	"models", "manager", "managers", "service", "services", "impl"}

// standardNames are the packages of the standard library that a reader would take ours for.
var standardNames = []string{"archive", "bufio", "builtin", "bytes", "cmp", "context", "crypto", "embed", "encoding",
	"errors", "expvar", "flag", "fmt", "hash", "heap", "html", "http", "image", "io", "iter", "json", "list", "log",
	"mail", "maps", "math", "mime", "net", "os", "path", "plugin", "rand", "reflect", "regexp", "rpc", "runtime",
	"signal", "slices", "slog", "sort", "sql", "strconv", "strings", "sync", "syscall", "template", "testing",
	"text", "time", "trace", "unicode", "unique", "unsafe", "url", "user", "xml"}

func nameRules() []rule {
	return []rule{
		{"empty-name", "a name that says nothing collects everything, and that is where readers get lost",
			"name it after the thing inside", emptyNamed},
		{"package-name", "a package name is read before a dot, hundreds of times", "one lower-case singular noun",
			packageNames},
		{"stutter", "the package has said it already",
			"drop the package's name: payment.State, not payment.PaymentState", stutters},
		{"get", "functions that return are nouns, functions that act are verbs", "drop the Get", getters},
	}
}

// emptyNamed looks at folders and files of every sort, word by word.
func emptyNamed(m *module, report report) {
	for _, t := range m.texts {
		for element := range strings.SplitSeq(t.path, "/") {
			stem, _, _ := strings.Cut(strings.TrimPrefix(element, "."), ".")
			for _, word := range strings.FieldsFunc(stem, func(r rune) bool { return r == '_' || r == '-' }) {
				if slices.Contains(emptyNames, strings.ToLower(word)) {
					report(t.path, 1, element+" says nothing")
				}
			}
		}
	}
}

func packageNames(m *module, report report) {
	for _, s := range m.files {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		line := m.line(s.file.Package)
		switch {
		case s.tool || name == "main":
		case strings.ToLower(name) != name || strings.Contains(name, "_"):
			report(s.path, line, "package "+name+" is not one lower-case word")
		case slices.Contains(standardNames, name):
			report(s.path, line, "package "+name+" shadows the standard library")
		case name != path.Base(s.dir):
			report(s.path, line, "package "+name+" lies in the folder "+path.Base(s.dir))
		case slices.Contains(emptyNames, name):
			report(s.path, line, "package "+name+" says nothing")
		}
	}
}

func stutters(m *module, report report) {
	code(m, func(s *source) {
		eachTopLevel(s.file, func(name *ast.Ident) {
			prefix := s.file.Name.Name
			if len(name.Name) <= len(prefix) || !strings.EqualFold(name.Name[:len(prefix)], prefix) {
				return
			}
			if next, _ := utf8.DecodeRuneInString(name.Name[len(prefix):]); unicode.IsUpper(next) {
				report(s.path, m.line(name.Pos()), prefix+"."+name.Name)
			}
		})
	})
}

// eachTopLevel calls visit for the exported types and functions of a file; constants may echo their type.
func eachTopLevel(file *ast.File, visit func(*ast.Ident)) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				visit(d.Name)
			}
		case *ast.GenDecl:
			if d.Tok == token.TYPE {
				for _, spec := range d.Specs {
					if name := spec.(*ast.TypeSpec).Name; name.IsExported() {
						visit(name)
					}
				}
			}
		}
	}
}

func getters(m *module, report report) {
	code(m, func(s *source) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Get") {
				continue
			}
			if next, _ := utf8.DecodeRuneInString(f.Name.Name[len("Get"):]); unicode.IsUpper(next) {
				report(s.path, m.line(f.Pos()), f.Name.Name)
			}
		}
	})
}
