// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/parser"
	"go/types"
)

// Facts are the types of one package, as far as the source of this module alone can tell them. Packages of
// others are empty, but for the stubs below: an expression whose type comes from one of them has no type,
// and no rule speaks of it.
type facts struct {
	pkg  *types.Package
	info *types.Info
}

// stubs declare the few things of the standard library whose types the rules need.
var stubs = map[string]string{
	"maps": `package maps
func Clone[M ~map[K]V, K comparable, V any](m M) M
func Collect[K comparable, V any](seq func(yield func(K, V) bool)) map[K]V`,
	"net/http": `package http
type Header map[string][]string`,
	"net/url": `package url
type Values map[string][]string`,
}

// factsOf checks the package in a folder and, first, those it imports. It never fails: what cannot be known
// stays unknown.
func (m *module) factsOf(dir string) *facts {
	if known, ok := m.typed[dir]; ok {
		return known
	}
	result := &facts{info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
	}}
	m.typed[dir] = result // also ends a circle of imports, which the compiler refuses anyway
	var files []*ast.File
	for _, s := range m.files {
		if s.dir == dir && !s.test && !s.tool {
			files = append(files, s.file)
		}
	}
	config := types.Config{Error: func(error) {}, Importer: (*importer)(m), FakeImportC: true}
	pkg, _ := config.Check(m.path+"/"+dir, m.fset, files, result.info) // errors are the compiler's to report
	result.pkg = pkg
	return result
}

// importer answers packages of this module from source, and all others from a stub or empty.
type importer module

// Import is the package with that path.
func (i *importer) Import(importPath string) (*types.Package, error) {
	m := (*module)(i)
	if dir, ours := m.within(importPath); ours {
		if known := m.factsOf(dir).pkg; known != nil {
			return known, nil
		}
	}
	if stub, ok := stubs[importPath]; ok {
		file, err := parser.ParseFile(m.fset, "stub/"+importPath+".go", stub, 0)
		if err != nil {
			return nil, err
		}
		config := types.Config{Error: func(error) {}}
		pkg, _ := config.Check(importPath, m.fset, []*ast.File{file}, nil)
		return pkg, nil
	}
	pkg := types.NewPackage(importPath, lastElement(importPath))
	pkg.MarkComplete()
	return pkg, nil
}
