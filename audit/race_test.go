// SPDX-License-Identifier: Apache-2.0

//go:build race

package audit_test

// raced says that the race detector is on, under which the embedded database takes twenty times as long. Nothing in
// an audit runs beside anything else, so a few worlds show what many would.
const raced = true
