// SPDX-License-Identifier: Apache-2.0

// Package invariant turns the impossible into a refused request instead of a wrong book.
//
// Check is for programmers' errors only: a transfer to itself, two currencies added, a state that has no name. Nothing a
// caller of the network can send may reach it. The teller runs each decision under recover, so a violation drops that one
// movement before anything is written and raises an alarm.
package invariant

import "fmt"

// Violation is what Check panics with; whoever recovers can tell it from every other panic.
type Violation struct {
	Message string
}

// Error says which invariant does not hold.
func (v Violation) Error() string { return "invariant: " + v.Message }

// Check panics with a Violation when holds is false.
//
// Invariant: it stays on in production builds. The message names the rule, never personal data.
func Check(holds bool, format string, args ...any) {
	if !holds {
		panic(Violation{Message: fmt.Sprintf(format, args...)})
	}
}

// Unreachable panics with a Violation: the branch it stands in has no legal way in.
func Unreachable(format string, args ...any) {
	panic(Violation{Message: fmt.Sprintf(format, args...)})
}
