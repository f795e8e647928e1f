// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// marks are written in halves, here and in the tests, so that this package keeps its own rule.
var (
	later     = regexp.MustCompile(`\bTO` + `DO\b(\s*[(:]?\s*#\d+)?`)
	never     = regexp.MustCompile(`\bFIX` + `ME\b`)
	numbered  = regexp.MustCompile(`#\d+$`)
	codeFiles = []string{".sql", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ".yml", ".yaml", ".tmpl"}
)

// foreignWords name machines, hosts and tools that some writer used; they mean nothing to whoever reads the
// project.
var foreignWords = regexp.MustCompile(strings.Join([]string{
	`/wor` + `k/`, `proxy\.gol` + `ang\.org`, `registry\.npm` + `js\.org`,
	`(?i:\bsub` + `-?agents?\b)`, `\bLL` + `Ms?\b`, `(?i:\blarge lang` + `uage models?\b)`,
	`(?i:\bprompt engin` + `eering\b)`, `(?i:\bchat` + `gpt\b)`, `\bGP` + `T-\d`, `\bClau` + `de\b`,
	`\bAnth` + `ropic\b`, `\bOpen` + `AI\b`, `(?i:\bAI[- ]gener` + `ated\b)`,
}, "|"))

func textRules() []rule {
	return []rule{
		{"todo", "a promise without a number is forgotten, and a known defect is not merged",
			"do it now, or open an issue and write its number behind: TO" + "DO(#123)", promises},
		{"words", "the project speaks of what it does, not of the machine or the tools of whoever wrote it",
			"say what the reader needs, or nothing", words},
		{"dependency", "each library is code that we answer for and did not write",
			"a line in " + dependencyPage + " with its path and why it is not ours to write", dependencies},
		{"runbook", "an alarm in the night is of no use to whoever does not know what to do about it",
			"a page under the alarm's name: symptom, check, act, verify, who to tell", alarms},
	}
}

// promises looks into the comments of Go and into every line of other code; prose may speak of them.
func promises(m *module, report report) {
	broken := func(text string) bool {
		if never.MatchString(text) {
			return true
		}
		for _, mark := range later.FindAllString(text, -1) {
			if !numbered.MatchString(mark) {
				return true
			}
		}
		return false
	}
	eachComment(m, func(s *source, line int, text string) {
		if broken(text) {
			report(s.path, line, strings.TrimSpace(text))
		}
	})
	for _, t := range m.texts {
		if slices.Contains(codeFiles, path.Ext(t.path)) || isScript(t) {
			eachLine(t, func(line int, text string) {
				if broken(text) {
					report(t.path, line, strings.TrimSpace(text))
				}
			})
		}
	}
}

func isScript(t text) bool {
	return strings.HasPrefix(string(t.data), "#!") || path.Base(t.path) == "Makefile"
}

func words(m *module, report report) {
	for _, t := range m.texts {
		if path.Base(t.path) == "go.sum" {
			continue
		}
		eachLine(t, func(line int, text string) {
			if word := foreignWords.FindString(text); word != "" {
				report(t.path, line, word)
			}
		})
	}
}

func eachLine(t text, visit func(line int, text string)) {
	number := 0
	for line := range strings.Lines(string(t.data)) {
		number++
		visit(number, line)
	}
}

// dependencyPage is where each direct dependency is explained.
const dependencyPage = "docs/reference/dependencies.md"

// dependencies holds as soon as the page exists.
func dependencies(m *module, report report) {
	page := slices.IndexFunc(m.texts, func(t text) bool { return t.path == dependencyPage })
	if page < 0 {
		return
	}
	explained := strings.FieldsFunc(string(m.texts[page].data), func(r rune) bool {
		return strings.ContainsRune(" \t\n\r`|*()[]<>,;", r)
	})
	line, inBlock := 0, false
	for text := range strings.Lines(m.gomod) {
		line++
		directive, comment, _ := strings.Cut(strings.TrimSpace(text), "//")
		fields := strings.Fields(directive)
		switch {
		case len(fields) == 2 && fields[0] == "require" && fields[1] == "(":
			inBlock = true
			continue
		case len(fields) == 1 && fields[0] == ")":
			inBlock = false
			continue
		case len(fields) == 3 && fields[0] == "require":
			fields = fields[1:]
		case !inBlock:
			continue
		}
		if len(fields) == 2 && strings.TrimSpace(comment) != "indirect" && !slices.Contains(explained, fields[0]) {
			report("go.mod", line, fields[0]+" is not explained")
		}
	}
}
