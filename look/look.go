// SPDX-License-Identifier: Apache-2.0

// Package look is the kit of all pages: the shell around them, their words, amounts, times and places, their
// style, and the headers under which they leave.
//
// Pages are rendered on the server from embedded templates and need no script; nothing is fetched from
// elsewhere. The kit knows money and no other noun: a page hands it plain values. Tokens, sizes and the tone
// of the words are the design system's, and their contrast is tested.
//
// Read kit.go, then lang.go and words.go, then amount.go and clock.go.
package look

import "embed"

// The kit's own files.
//
//go:embed assets
var assetFiles embed.FS

//go:embed page
var pageFiles embed.FS
