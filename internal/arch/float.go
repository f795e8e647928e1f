// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
)

var (
	floatTypes   = []string{"float32", "float64", "complex64", "complex128"}
	floatSymbols = map[string][]string{
		"strconv":  {"ParseFloat", "FormatFloat", "AppendFloat"},
		"math/big": {"Float", "NewFloat", "ParseFloat"},
	}
)

// floats bans floating point from the rooms of money, tests included, and elsewhere from whatever is named
// after money. A share of a count or a place on a map may be a float: the word rate is kept for prices.
func floats(m *module, report report) {
	for _, s := range m.files {
		if s.tool || free(s.dir) {
			continue
		}
		if matchesAny(moneyRooms, s.dir) {
			floatsAnywhere(m, s, report)
			continue
		}
		home, _ := roomOf(s.dir)
		if !s.test && (home.kind == ground || home.kind == noun || home.kind == middle) {
			floatsNearMoney(m, s, report)
		}
	}
}

func floatsAnywhere(m *module, s *source, report report) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if slices.Contains(floatTypes, n.Name) {
				report(s.path, m.line(n.Pos()), n.Name+" where money lives")
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT && !whole(n.Value) {
				report(s.path, m.line(n.Pos()), "the floating-point number "+n.Value+" where money lives")
			}
		}
		return true
	})
	eachSelector(s, func(n *ast.SelectorExpr, importPath string) {
		if slices.Contains(floatSymbols[importPath], n.Sel.Name) {
			report(s.path, m.line(n.Pos()), importPath+"."+n.Sel.Name+" where money lives")
		}
	})
}

// whole reports whether a number written like a float is none: 1e6 is an integer until something makes it a
// float.
func whole(number string) bool {
	return constant.ToInt(constant.MakeFromLiteral(number, token.FLOAT, 0)).Kind() == constant.Int
}

func floatsNearMoney(m *module, s *source, report report) {
	eachDeclared(s.file, func(name *ast.Ident, declared ast.Expr) {
		if isFloat(declared) && containsWord(name.Name, moneyWords) {
			report(s.path, m.line(name.Pos()), name.Name+" is a float")
		}
	})
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isFloat(call.Fun) {
			return true
		}
		for _, argument := range call.Args {
			ast.Inspect(argument, func(inner ast.Node) bool {
				if name, ok := inner.(*ast.Ident); ok && containsWord(name.Name, moneyWords) {
					report(s.path, m.line(name.Pos()), name.Name+" becomes a float")
				}
				return true
			})
		}
		return true
	})
}

func isFloat(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return slices.Contains(floatTypes, x.Name)
	case *ast.StarExpr:
		return isFloat(x.X)
	case *ast.ArrayType:
		return isFloat(x.Elt)
	case *ast.MapType:
		return isFloat(x.Value)
	}
	return false
}
