// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

var (
	statement = regexp.MustCompile(`\b(SELECT\s|INSERT\s+INTO\b|INSERT\s+OR\s|UPDATE\s|DELETE\s+FROM\b|` +
		`CREATE\s+[A-Z]+\s|ALTER\s+TABLE\b)`)
	history = regexp.MustCompile(`(?is)\b(UPDATE\s+(ONLY\s+)?|DELETE\s+FROM\s+(ONLY\s+)?|TRUNCATE\s+(TABLE\s+)?|` +
		`INSERT\s+OR\s+REPLACE\s+INTO\s+)(\w+\.)?"?journal\b|\bINTO\s+(\w+\.)?"?journal\b[^;]*\bDO\s+UPDATE\b`)
	rowid    = regexp.MustCompile(`(?i)\bWITHOUT\s+ROWID\b`)
	physical = regexp.MustCompile(`(postgres|sqlite|dialect|citus)`)
)

// smallSQL is what the two engines do not say alike, or what hides a clock, a random number or a rule.
var smallSQL = []struct {
	pattern *regexp.Regexp
	what    string
}{
	{regexp.MustCompile(`(?i)\bnow\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b|` +
		`\b(datetime|strftime|clock_timestamp)\s*\(`), "the database's clock"},
	{regexp.MustCompile(`(?i)\b(random|gen_random_uuid|uuid_generate_\w+|randomblob)\s*\(`),
		"the database's entropy"},
	{regexp.MustCompile(`(?i)\b(nextval|currval|setval)\s*\(|\b(BIG|SMALL)?SERIAL\b|\bCREATE\s+SEQUENCE\b|` +
		`\bAUTOINCREMENT\b|\bAS\s+IDENTITY\b`), "a sequence"},
	{regexp.MustCompile(`(?i)\bCREATE\s+(OR\s+REPLACE\s+)?(TYPE|TRIGGER|FUNCTION|PROCEDURE|RULE|EXTENSION)\b`),
		"code inside the database"},
	{regexp.MustCompile(`->>|#>>|(?i)\bjsonb?(_\w+)?\s*\(|::\s*jsonb?\b`), "a JSON operator"},
	{regexp.MustCompile(`(?i)\bpg_(try_)?advisory_|^\s*(UN)?LISTEN\s|^\s*NOTIFY\s`),
		"an advisory lock or a notification"},
	{regexp.MustCompile(`\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*`), "columns that are not listed"},
	{regexp.MustCompile(`(?is)\b(CREATE\s+TABLE|ADD\s+COLUMN)\b.*\b\w+\s+(TIMESTAMPTZ|TIMESTAMP|NUMERIC|` +
		`DECIMAL|REAL|FLOAT\d?|DOUBLE|JSONB?|BOOLEAN|SMALLINT|VARCHAR|UUID|DATE)\b`),
		"a column type other than BIGINT, TEXT and BYTEA"},
}

func sqlRules() []rule {
	return []rule{
		{"sql-built", "a statement put together at run time escapes the test that prepares all of them, and one day " +
			"carries a caller's text",
			"a constant, or one constant and a row count through the bulk write of store/dialect.go", builtSQL},
		{"history", "history never changes: the journal is the truth and its hashes are its seal",
			"append a row that corrects it, with a reason", changedHistory},
		{"rowid", "rows lie in arrival order; a clustered key scatters every insert",
			"an ordinary table and a unique index", withoutRowid},
		{"small-sql", "both engines run the same statements byte for byte, and time and identifiers come from Go",
			"pass the value in, or put the difference into the dialect (a file named after it is free)", largeSQL},
	}
}

// belowSeam reports whether a file of store holds what differs between the engines: it is named after one, or after the
// dialect.
func belowSeam(file string) bool { return matches("store/...", file) && physical.MatchString(file) }

// builtSQL finds Sprintf with a statement, and statements added to anything that is not a constant.
func builtSQL(m *module, report report) {
	code(m, func(s *source) {
		if free(s.dir) || belowSeam(s.path) {
			return
		}
		info := m.factsOf(s.dir).info
		names := s.localNames()
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if formats(n, names) && len(n.Args) > 0 && statement.MatchString(literals(n)) {
					report(s.path, m.line(n.Pos()), "a statement built with fmt")
				}
			case *ast.AssignStmt:
				if n.Tok == token.ADD_ASSIGN && statement.MatchString(literals(n.Rhs[0])) {
					report(s.path, m.line(n.Pos()), "a statement built with +=")
				}
			case *ast.BinaryExpr:
				if n.Op != token.ADD || !statement.MatchString(literals(n)) {
					return true
				}
				if info.Types[n].Value == nil && !onlyLiterals(n) {
					report(s.path, m.line(n.Pos()), "a statement built with +")
				}
				return false
			}
			return true
		})
	})
}

func formats(call *ast.CallExpr, names map[string]string) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && names[pkg.Name] == "fmt" && (strings.HasSuffix(f.Sel.Name, "printf") || f.Sel.Name == "Appendf")
}

// literals is the text of all string literals below a node, in order.
func literals(root ast.Node) string {
	var all strings.Builder
	ast.Inspect(root, func(n ast.Node) bool {
		if value, ok := stringOf(n); ok {
			all.WriteString(value)
		}
		return true
	})
	return all.String()
}

func onlyLiterals(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.BinaryExpr:
		return onlyLiterals(x.X) && onlyLiterals(x.Y)
	case *ast.ParenExpr:
		return onlyLiterals(x.X)
	case *ast.BasicLit:
		return true
	}
	return false
}

func stringOf(n ast.Node) (string, bool) {
	literal, ok := n.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}

// eachStatement calls visit for every string literal of the program and every SQL file, with the line it
// begins in. Test equipment is left out: it tries what must be refused.
func eachStatement(m *module, visit func(file string, line int, sql string)) {
	code(m, func(s *source) {
		if free(s.dir) {
			return
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if value, ok := stringOf(n); ok {
				visit(s.path, m.line(n.Pos()), value)
			}
			return true
		})
	})
	for _, t := range m.texts {
		if strings.HasSuffix(t.path, ".sql") && !strings.Contains("/"+t.path, "/testdata/") {
			visit(t.path, 1, withoutComments(string(t.data)))
		}
	}
}

// withoutComments empties SQL comments and keeps the lines.
func withoutComments(sql string) string {
	lines := strings.Split(sql, "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, "--")
	}
	return strings.Join(lines, "\n")
}

func changedHistory(m *module, report report) {
	eachStatement(m, func(file string, line int, sql string) {
		for _, place := range history.FindAllStringIndex(sql, -1) {
			at := line + strings.Count(sql[:place[0]], "\n")
			report(file, at, "the journal is changed: "+excerpt(sql, place))
		}
	})
}

func withoutRowid(m *module, report report) {
	eachStatement(m, func(file string, line int, sql string) {
		for _, place := range rowid.FindAllStringIndex(sql, -1) {
			report(file, line+strings.Count(sql[:place[0]], "\n"), excerpt(sql, place))
		}
	})
}

// largeSQL looks at store's statements and at every SQL file but those named after an engine.
func largeSQL(m *module, report report) {
	eachStatement(m, func(file string, line int, sql string) {
		if belowSeam(file) || !matches("store/...", file) && !strings.HasSuffix(file, ".sql") {
			return
		}
		if !statement.MatchString(sql) {
			return
		}
		for _, part := range statements(sql) {
			for _, large := range smallSQL {
				if place := large.pattern.FindStringIndex(part.sql); place != nil {
					at := line + part.line + strings.Count(part.sql[:place[1]-1], "\n")
					report(file, at, large.what+": "+excerpt(part.sql, place))
				}
			}
		}
	})
}

// A part is one statement of several, with the number of lines before it.
type part struct {
	sql  string
	line int
}

func statements(sql string) []part {
	var list []part
	line := 0
	for one := range strings.SplitSeq(sql, ";") {
		list = append(list, part{one, line})
		line += strings.Count(one, "\n")
	}
	return list
}

// excerpt is the place in one line, cut to what a terminal shows.
func excerpt(sql string, place []int) string {
	words := strings.Join(strings.Fields(sql[place[0]:place[1]]), " ")
	if len(words) > 80 {
		words = words[:40] + " … " + words[len(words)-36:]
	}
	return words
}
