// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"errors"
	"fmt"
	"strings"
)

// ErrViolation is the error of a run that found something wrong; what it was is printed before.
var ErrViolation = errors.New("the network broke a promise")

// promise is what the network must keep, named as it reads when it is broken.
type promise string

// The promises, in the order in which they are reported.
const (
	missing    promise = "acknowledged but missing"    // a word was given, and nothing of it is left
	changed    promise = "told otherwise than before"  // a word was given, and later another one
	duplicated promise = "duplicated"                  // one name, two effects
	disagree   promise = "books disagree"              // the wallets', the callers' and the network's amounts
	unended    promise = "never ended"                 // still open after everything has calmed down
	unasked    promise = "not asked about in time"     // open at a start, and no question about it came
	unsound    promise = "the audit finds a violation" // of the network's own books
	misstored  promise = "not what the disk was given" // a store that does not go on as it would have
)

// promises are all of them.
func promises() []promise {
	return []promise{missing, changed, duplicated, disagree, unended, unasked, unsound, misstored}
}

// linesMax is how many findings of one promise are told.
const linesMax = 12

// findings are what is wrong, each in one line that names its object.
//
// Concurrency: one owner.
type findings struct {
	lines map[promise][]string
	more  map[promise]int // beyond those that are told
}

func (f *findings) add(p promise, format string, args ...any) {
	if f.lines == nil {
		f.lines, f.more = map[promise][]string{}, map[promise]int{}
	}
	if len(f.lines[p]) == linesMax {
		f.more[p]++
		return
	}
	f.lines[p] = append(f.lines[p], fmt.Sprintf(format, args...))
}

func (f *findings) empty() bool { return len(f.lines) == 0 }

func (f *findings) count(p promise) int { return len(f.lines[p]) + f.more[p] }

// word is the outcome in a few words.
func (f *findings) word(good string) string {
	if f.empty() {
		return good
	}
	var broken []string
	for _, p := range promises() {
		if n := f.count(p); n > 0 {
			broken = append(broken, fmt.Sprintf("%d %s", n, p))
		}
	}
	return "VIOLATED: " + strings.Join(broken, ", ")
}

func (f *findings) text() string {
	var b strings.Builder
	for _, p := range promises() {
		for _, line := range f.lines[p] {
			fmt.Fprintf(&b, "VIOLATION %s: %s\n", p, line)
		}
		if f.more[p] > 0 {
			fmt.Fprintf(&b, "VIOLATION %s: and %d more\n", p, f.more[p])
		}
	}
	return b.String()
}
