// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheHouse holds every rule over the whole module.
func TestTheHouse(t *testing.T) {
	t.Parallel()
	m, err := load(root(t))
	if err != nil {
		t.Fatal(err)
	}
	if m.path == "" || len(m.files) < 10 {
		t.Fatalf("read %d Go files of module %q: this is not the house", len(m.files), m.path)
	}
	broken := map[string][]finding{}
	for _, f := range inspect(m, exceptions) {
		broken[f.rule] = append(broken[f.rule], f)
	}
	for _, name := range ruleNames() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range broken[name] {
				t.Error("\n" + f.String())
			}
		})
	}
}

// root is the folder of go.mod above this package.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

func ruleNames() []string {
	var names []string
	for _, r := range rules() {
		if !slices.Contains(names, r.name) {
			names = append(names, r.name)
		}
	}
	return append(names, "exception")
}

// A proof is a small tree and the rule it is about. Lines that the rule must report end in §; no other line
// may be reported. A name that ends in § says that the rule must report the file itself, on its first line.
type proof struct {
	rule  string
	name  string
	files string // "-- path --" lines with the files below them, as in a txtar archive
}

func prove(t *testing.T, proofs []proof) {
	t.Helper()
	for _, p := range proofs {
		t.Run(p.rule+"/"+p.name, func(t *testing.T) {
			t.Parallel()
			texts, want := unfold(p.files)
			var got []string
			for _, f := range inspect(assemble(texts), nil) {
				if f.rule == p.rule {
					got = append(got, place(f.file, f.line))
					if !strings.Contains(f.String(), "\n\twhy: ") || !strings.Contains(f.String(), "\n\tinstead: ") {
						t.Errorf("%s gives no reason or no alternative", f)
					}
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(slices.Compact(got), want) {
				t.Errorf("reported %v, want %v", got, want)
			}
		})
	}
}

var section = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// unfold takes the marks out of an archive and says where they were.
func unfold(archive string) (texts []text, want []string) {
	texts = []text{{path: "go.mod", data: []byte("module example.org/house\n\ngo 1.26\n")}}
	archive = strings.TrimSpace(archive) + "\n"
	sections := section.FindAllStringSubmatchIndex(archive, -1)
	for i, at := range sections {
		name, whole := strings.CutSuffix(archive[at[2]:at[3]], "§")
		if whole {
			want = append(want, place(name, 1))
		}
		end := len(archive)
		if i+1 < len(sections) {
			end = sections[i+1][0]
		}
		lines := strings.Split(strings.TrimSuffix(archive[at[1]:end], "\n"), "\n")
		for i, line := range lines {
			if clean, marked := strings.CutSuffix(line, "§"); marked {
				lines[i] = strings.TrimRight(clean, " ")
				want = append(want, place(name, i+1))
			}
		}
		if name == "go.mod" {
			texts[0].data = []byte(strings.Join(lines, "\n"))
			continue
		}
		texts = append(texts, text{path: name, data: []byte(strings.Join(lines, "\n") + "\n")})
	}
	return texts, want
}

func place(file string, line int) string { return fmt.Sprintf("%s:%04d", file, line) }

func TestEveryRuleHasAReason(t *testing.T) {
	t.Parallel()
	for _, r := range rules() {
		if r.name != "layer" && (r.why == "" || r.instead == "") {
			t.Errorf("rule %s has no reason or no alternative", r.name)
		}
	}
	for _, r := range rooms {
		if r.why == "" || r.instead == "" {
			t.Errorf("room %s has no reason or no alternative", r.path)
		}
	}
}

func TestEveryRuleIsProvedBothWays(t *testing.T) {
	t.Parallel()
	broken, kept := map[string]bool{}, map[string]bool{}
	for _, p := range slices.Concat(layerProofs, banProofs, codeProofs, sqlProofs, formProofs, nameProofs, textProofs) {
		_, want := unfold(p.files)
		broken[p.rule] = broken[p.rule] || len(want) > 0
		kept[p.rule] = kept[p.rule] || len(want) == 0
	}
	for _, r := range rules() {
		if !broken[r.name] || !kept[r.name] {
			t.Errorf("rule %s: broken by a proof %v, kept by a proof %v", r.name, broken[r.name], kept[r.name])
		}
	}
}

func TestExceptionsAreUsedOrReported(t *testing.T) {
	t.Parallel()
	texts, _ := unfold("-- flow/a.go --\npackage flow\nfunc init() {}\n")
	m := assemble(texts)
	taken := inspect(m, []exception{{"init", "flow/*", "shows that an exception takes"}})
	if slices.ContainsFunc(taken, func(f finding) bool { return f.rule == "init" || f.rule == "exception" }) {
		t.Errorf("the exception was not taken: %v", taken)
	}
	stale := inspect(m, []exception{{"init", "store/*", "shows that a stale exception fails"}})
	for _, name := range []string{"init", "exception"} {
		if !slices.ContainsFunc(stale, func(f finding) bool { return f.rule == name }) {
			t.Errorf("rule %s is not reported beside a stale exception", name)
		}
	}
}

func TestPatternsMatchFolders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"flow", "flow", true}, {"flow", "flow/a", false}, {"partner/*", "partner/aps", true},
		{"partner/*", "partner", false}, {"partner/*", "partner/aps/x", false}, {"cmd/...", "cmd", true},
		{"cmd/...", "cmd/kakehashi/x", true}, {"cmd/...", "cmdx", false}, {"...", "anything/at/all", true},
	} {
		if got := matches(c.pattern, c.name); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

func TestNestedModulesAndForeignFoldersAreSkipped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.org/house\n", "flow/a.go": "package flow\n",
		"olap/go.mod": "module example.org/olap\n",
		"olap/a.go":   "package olap\n", "look/node_modules/x/a.go": "package x\n", "data/a.go": "package data\n",
		"flow/testdata/a.go": "not Go\n", "flow/blob.txt": "a\x00b",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range m.texts {
		names = append(names, x.path)
	}
	if want := []string{"flow/a.go", "flow/testdata/a.go", "go.mod"}; !slices.Equal(names, want) || len(m.files) != 1 {
		t.Errorf("read %v and %d Go files", names, len(m.files))
	}
}

func TestNamesFallIntoWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"feeRateMax": "fee rate max", "Amount": "amount",
		"tax_base": "tax base", "HTTPServer": "httpserver", "x": "x"} {
		if got := strings.Join(splitWords(name), " "); got != want {
			t.Errorf("splitWords(%q) = %q, want %q", name, got, want)
		}
	}
}
