// SPDX-License-Identifier: Apache-2.0

// Package fault holds the one error type of the project: what was being done, to what, and how it failed.
//
// A Kind says what the caller can do about it, a Code is the stable name for machines, and the code's public sentence is the
// only text that may leave the process. Codes are declared beside the noun that returns them.
package fault

import (
	"errors"
	"strings"
)

// Kind says what the caller can do about an error. There are nine; a tenth needs a decision record.
type Kind uint8

// The kinds. The zero value is Internal, so that an error nobody classified is never retried and never shown.
const (
	Internal        Kind = iota // a defect or a broken machine: nothing the caller can do
	Invalid                     // the request is wrong and will stay wrong
	Unauthenticated             // who is calling could not be proved
	Denied                      // the caller is known and may not do this
	NotFound                    // no such thing, or not the caller's
	Conflict                    // the thing is in another state than the request assumes
	Exhausted                   // a limit is reached
	Unavailable                 // nothing happened: safe to retry
	Unknown                     // it may have happened: inquire, never repeat
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "denied", "not_found", "conflict", "exhausted",
	"unavailable", "unknown"}

// String is the kind's name in lower snake case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Retryable reports whether the same request may be sent again with no risk of doing it twice.
func (k Kind) Retryable() bool { return k == Unavailable }

// Code is a stable, documented name for machines, in lower snake case. A code is never renamed.
type Code string

// Error says what was being done, to what, and how it failed.
//
// Invariant: Subject is an identifier of ours or the name of a field, never personal data.
type Error struct {
	Op      string // what was being done: "flow.Refund"
	Kind    Kind   // what the caller can do about it
	Code    Code   // stable, for machines: "refund_exceeds_capture"
	Subject string // what it was done to
	Detail  string // one sentence for the caller: which field, which limit
	Err     error  // the cause, for operators only
}

// Error is the operator's text: the chain of operations with its causes. It never leaves the process.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Code != "" {
		b.WriteString(": ")
		b.WriteString(string(e.Code))
	}
	if e.Subject != "" {
		b.WriteString(" (")
		b.WriteString(e.Subject)
		b.WriteString(")")
	}
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Wrap puts op before the error's chain and keeps its kind, code and subject. Wrap of nil is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Kind: KindOf(err), Err: err}
}

// KindOf is the kind of the first Error in the chain that was given one, else Internal.
func KindOf(err error) Kind {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return Internal
		}
		if e.Kind != Internal {
			return e.Kind
		}
		err = e.Err
	}
	return Internal
}

// CodeOf is the first code in the chain, or the empty code.
func CodeOf(err error) Code {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Code != "" {
			return e.Code
		}
		err = e.Err
	}
	return ""
}

// DetailOf is the first sentence for the caller in the chain, or the empty string.
func DetailOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Detail != "" {
			return e.Detail
		}
		err = e.Err
	}
	return ""
}
