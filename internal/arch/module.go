// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"bytes"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A module is the source of the whole module as read once.
type module struct {
	path  string // from go.mod
	gomod string
	fset  *token.FileSet
	texts []text    // every text file, Go included, by path
	files []*source // every Go file that parses, by path
	typed map[string]*facts

	unparsed []finding
}

// A text is one file. Its path is relative to the root, with slashes.
type text struct {
	path string
	data []byte
}

// A source is one Go file.
type source struct {
	text
	dir       string
	file      *ast.File
	test      bool // its name ends in _test.go
	generated bool // its header says so
	tool      bool // a program of its own, kept out of the build by "ignore"
}

const (
	textBytesMax  = 4 << 20 // larger files are data, not text
	modulePattern = "module "
)

// foreign folders hold what is not ours to judge.
var foreign = []string{".git", ".bin", "node_modules", "vendor", "data"}

// load reads the tree below root. Nested modules are skipped: they have their own go.mod and their own rules.
func load(root string) (*module, error) {
	var texts []text
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if os.IsNotExist(err) {
				return nil // a file that vanished while the tree was read, such as an editor's
			}
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(root, relative, entry.Name())
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > textBytesMax {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
			return nil
		}
		texts = append(texts, text{path: filepath.ToSlash(relative), data: data})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return assemble(texts), nil
}

func enter(root, relative, name string) error {
	if relative == "." {
		return nil
	}
	top := !strings.ContainsRune(relative, filepath.Separator)
	if slices.Contains(foreign, name) && (top || name != "data") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(root, relative, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

// assemble parses the Go files among texts. A file that does not parse is a finding, and is in no other
// rule's sight.
func assemble(texts []text) *module {
	m := &module{fset: token.NewFileSet(), typed: map[string]*facts{}}
	slices.SortFunc(texts, func(a, b text) int { return strings.Compare(a.path, b.path) })
	m.texts = texts
	for _, t := range texts {
		if t.path == "go.mod" {
			m.gomod = string(t.data)
			m.path = modulePath(m.gomod)
		}
		if strings.HasSuffix(t.path, ".go") && !strings.Contains("/"+t.path, "/testdata/") {
			m.parse(t)
		}
	}
	return m
}

func (m *module) parse(t text) {
	file, err := parser.ParseFile(m.fset, t.path, t.data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		m.unparsed = append(m.unparsed, finding{file: t.path, line: 1, what: err.Error()})
		return
	}
	m.files = append(m.files, &source{text: t, dir: path.Dir(t.path), file: file,
		test: strings.HasSuffix(t.path, "_test.go"), generated: ast.IsGenerated(file), tool: isTool(file)})
}

// isTool reports whether the file asks to be left out of every build, as generators beside their output do.
func isTool(file *ast.File) bool {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, comment := range group.List {
			expr, err := constraint.Parse(comment.Text)
			if err == nil && !expr.Eval(func(tag string) bool { return tag != "ignore" }) {
				return true
			}
		}
	}
	return false
}

func modulePath(gomod string) string {
	for line := range strings.Lines(gomod) {
		if name, found := strings.CutPrefix(line, modulePattern); found {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

// line is the line a position stands in.
func (m *module) line(pos token.Pos) int { return m.fset.Position(pos).Line }

// imported is the import path of a spec.
func imported(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	return name
}

// within is the folder of a package of this module, and false for packages of others.
func (m *module) within(importPath string) (string, bool) {
	if importPath == m.path {
		return ".", true
	}
	return strings.CutPrefix(importPath, m.path+"/")
}

// standard reports whether an import path is the standard library's: its first element has no dot.
func (m *module) standard(importPath string) bool {
	if _, ours := m.within(importPath); ours {
		return false
	}
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// localNames maps the names under which a file knows its imports to their paths.
func (s *source) localNames() map[string]string {
	names := map[string]string{}
	for _, spec := range s.file.Imports {
		importPath := imported(spec)
		if spec.Name != nil {
			names[spec.Name.Name] = importPath
			continue
		}
		names[lastElement(importPath)] = importPath
	}
	return names
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// lastElement is the name a package most likely has: the last element of its path that is not a major
// version.
func lastElement(importPath string) string {
	name := path.Base(importPath)
	if majorVersion.MatchString(name) {
		return path.Base(path.Dir(importPath))
	}
	return name
}
