// SPDX-License-Identifier: Apache-2.0

// Package ams holds the messages merchants and acquirers exchange with the platform, and the paths they use: the dialect
// that the official SDKs speak. It knows forms only; what a payment may do is said elsewhere.
//
// Each request has Validate, to be called after wire.Decode: it walks the fields in the order of the specification and
// names the first that is missing, malformed, too long or not supported. Fields the platform has no use for are not in
// the structs and are ignored, except those that would change what happens to money: these are refused.
// Read pay.go first, then operation.go.
package ams

import (
	"slices"
	"strings"
)

// Operation is what a path asks for. The zero Operation is a path that was never defined.
type Operation uint8

// The operations. NotSupported is every path that is defined and not served.
const (
	Undefined Operation = iota
	Pay
	InquiryPayment
	Cancel
	Refund
	InquiryRefund
	InquireExchangeRate
	Consult
	NotSupported
)

var operationNames = [...]string{"undefined", "pay", "inquiryPayment", "cancel", "refund", "inquiryRefund",
	"inquireExchangeRate", "consult", "notSupported"}

// String is the last part of the operation's path.
func (o Operation) String() string {
	if int(o) < len(operationNames) {
		return operationNames[o]
	}
	return "undefined"
}

// Path is the path of a served operation, or the empty string for any other. In the sandbox it is the rewritten one.
func (o Operation) Path(sandbox bool) string {
	if o == Undefined || o >= NotSupported {
		return ""
	}
	root := liveRoot
	if sandbox {
		root = sandboxRoot
	}
	return root + "/v1/payments/" + o.String()
}

// Mark says how much a path matters to in-store payment.
type Mark uint8

// The marks of the specification.
const (
	Out Mark = iota
	UsefulLow
	Useful
	Core
)

// Path is one request path of the SDKs, as they write it for production.
type Path struct {
	Path      string
	Mark      Mark
	Operation Operation
}

// Paths is every request path that is known, in the order of the specification.
func Paths() []Path { return slices.Clone(paths[:]) }

// The roots. A client whose id begins with SANDBOX_ replaces the first /ams/api of a path before it signs.
const (
	liveRoot    = "/ams/api"
	sandboxRoot = "/ams/sandbox/api"
)

// Lookup is what a path asks for. The path is compared as it was sent, byte for byte: it was signed like this, so it is
// neither cleaned nor redirected.
func Lookup(rawPath string) (operation Operation, sandbox, known bool) {
	live := rawPath
	if rest, ok := strings.CutPrefix(rawPath, sandboxRoot+"/"); ok {
		live, sandbox = liveRoot+"/"+rest, true
	}
	operation, known = operations[live]
	if !known {
		return Undefined, false, false
	}
	return operation, sandbox, true
}

var operations = operationsByPath()

func operationsByPath() map[string]Operation {
	byPath := make(map[string]Operation, len(paths))
	for _, path := range paths {
		byPath[path.Path] = path.Operation
	}
	return byPath
}
