// SPDX-License-Identifier: Apache-2.0

package ident

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeNameMalformed is the code of a text that may not name a holder, client, wallet or plan.
const CodeNameMalformed fault.Code = "name_malformed"

// Holder names an account holder: a merchant, an acquirer or a wallet.
type Holder string

// Client names an API client of a holder: what it sends in the header client-id.
type Client string

// sandboxPrefix begins the id of every client that acts on the sandbox's store.
const sandboxPrefix = "SANDBOX_"

// Sandbox reports whether the client belongs to the sandbox.
func (c Client) Sandbox() bool { return strings.HasPrefix(string(c), sandboxPrefix) }

// CheckName says whether a text may be a name that an operator gives: 1 to 64 characters of A-Z, a-z, 0-9, _ and -.
//
// Errors: Invalid name_malformed, naming the field.
func CheckName(field, text string) error {
	ok := len(text) >= 1 && len(text) <= 64
	for i := 0; ok && i < len(text); i++ {
		c := text[i]
		ok = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
	}
	if !ok {
		return &fault.Error{Op: "ident.CheckName", Kind: fault.Invalid, Code: CodeNameMalformed, Subject: field,
			Detail: field + " must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"}
	}
	return nil
}
