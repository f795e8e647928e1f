// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"path"
	"regexp"
	"strings"
)

// runbookFolder holds a page for each alarm, under the alarm's name.
const runbookFolder = "docs/runbook/"

// raised finds where the code names an alarm: a constant, or the first argument of what raises one.
var raised = regexp.MustCompile(`\bAlarm[A-Z]\w* *= *"([a-z_]+)"|\b(?:alarm|Alarm|Raise|Condition|label)\("([a-z_]+)"`)

// alarms wants a page in the runbook for each alarm, once there is a runbook.
func alarms(m *module, report report) {
	pages := map[string]bool{}
	for _, t := range m.texts {
		if name, ok := strings.CutPrefix(t.path, runbookFolder); ok {
			pages[strings.TrimSuffix(name, ".md")] = true
		}
	}
	if len(pages) == 0 {
		return
	}
	for _, t := range m.texts {
		if path.Ext(t.path) != ".go" || strings.HasSuffix(t.path, "_test.go") {
			continue
		}
		line := 0
		for code := range strings.Lines(string(t.data)) {
			line++
			for _, found := range raised.FindAllStringSubmatch(code, -1) {
				if name := found[1] + found[2]; !pages[name] {
					report(t.path, line, "alarm "+name+" has no page "+runbookFolder+name+".md")
				}
			}
		}
	}
}
