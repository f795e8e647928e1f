// SPDX-License-Identifier: Apache-2.0

// Package arch is the inspector of the house: it reads the source of the whole module and fails the build
// where a rule of ARCHITECTURE.md or CONTRIBUTING.md does not hold, naming the line, the rule, its reason
// and the alternative.
//
// It parses and never runs: no go command, no network. Which package may know which is a table in room.go;
// what may not be called is a table in ban.go; the rest is one function per rule. Each rule is proved in
// the tests by sources that must be reported and sources that must not. It is used by its own test alone:
// go test ./internal/arch/. Read room.go first, then ban.go.
package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A rule is one promise of the house that a machine can check.
type rule struct {
	name    string
	why     string // the reason, as a sentence
	instead string // what to write instead
	check   func(*module, report)
}

// report is how a check says that a rule is broken: where, and by what.
type report func(file string, line int, what string)

// A finding is one line that breaks one rule.
type finding struct {
	file string
	line int
	rule string
	what string
	why  string
	help string
}

// String is the finding as a compiler would print it, with its reason and the alternative below.
func (f finding) String() string {
	text := fmt.Sprintf("%s:%d: [%s] %s", f.file, f.line, f.rule, f.what)
	if f.why == "" {
		return text // the check has put the reason of the one line of its table into what
	}
	return text + reasons(f.why, f.help)
}

func reasons(why, instead string) string { return "\n\twhy: " + why + "\n\tinstead: " + instead }

// An exception takes one file out of one rule. It needs a reason, and fails when it is no longer needed.
type exception struct {
	rule   string
	file   string // a pattern as in matches
	reason string
}

// exceptions is empty on purpose. Whoever adds a line explains it here.
var exceptions = []exception{}

// rules lists every rule, in the order in which they are reported.
func rules() []rule {
	return slices.Concat(layerRules(), banRules(), codeRules(), sqlRules(), formRules(), nameRules(), textRules())
}

// inspect applies every rule to the module and answers what is broken, in order of rule, file and line.
func inspect(m *module, except []exception) []finding {
	var found []finding
	used := make([]bool, len(except))
	for _, r := range rules() {
		var broken []finding
		r.check(m, func(file string, line int, what string) {
			for i, e := range except {
				if e.rule == r.name && matches(e.file, file) {
					used[i] = true
					return
				}
			}
			broken = append(broken, finding{file, line, r.name, what, r.why, r.instead})
		})
		slices.SortStableFunc(broken, byPlace)
		found = append(found, slices.Compact(broken)...)
	}
	for i, e := range except {
		if !used[i] {
			found = append(found, finding{file: "internal/arch/arch.go", line: 1, rule: "exception",
				what: e.rule + " for " + e.file + " is not needed",
				why:  "an exception that nothing needs hides the next mistake", help: "delete it"})
		}
	}
	return found
}

func byPlace(a, b finding) int {
	if c := strings.Compare(a.file, b.file); c != 0 {
		return c
	}
	return a.line - b.line
}

// matches reports whether a slash-separated name fits a pattern: "flow" is itself alone, "partner/*" one
// folder below, "cmd/..." the folder and all below it, "..." everything; the rest is as in path.Match.
func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if tree, deep := strings.CutSuffix(pattern, "/..."); deep {
		return name == tree || strings.HasPrefix(name, tree+"/")
	}
	fits, err := path.Match(pattern, name)
	return err == nil && fits
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}
