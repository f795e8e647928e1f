// SPDX-License-Identifier: Apache-2.0

//go:build race

package sim_test

// raced says that the race detector is on, under which the embedded database takes twenty times as long. A
// run has one goroutine, so a few show what many would.
const raced = true
