// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// footer is what a copy of books says of itself, as a text that people can read and that is signed as it stands:
//
//	kakehashi copy 1
//	network live
//	program v0.3.0
//	taken 2026-11-24T03:00:00Z
//	lane 0 51234 9f86d0818…0a08 1795489200000000
//	heads 60303ae22b99…f752
//
// A lane's line holds its number, its last row, that row's hash and its time; the last line is the SHA-256 of the lanes'.
type footer struct {
	network, program string
	taken            time.Time
	lanes            []audit.Head
}

const footerTitle = "kakehashi copy 1\n"

// footerOf is the footer of a copy.
func footerOf(network string, cut store.Cut, taken time.Time) footer {
	f := footer{network: network, program: version(), taken: taken.UTC().Truncate(time.Second)}
	for i := range cut.Lanes {
		l := &cut.Lanes[i]
		f.lanes = append(f.lanes, audit.Head{Lane: l.Lane, N: l.N, Hash: l.Head, At: l.At})
	}
	return f
}

// version is the program's own, as the compiler was told.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}

// String is the text that is signed and stored.
func (f footer) String() string {
	var lanes strings.Builder
	for _, h := range f.lanes {
		fmt.Fprintf(&lanes, "lane %d %d %s %d\n", h.Lane, h.N, hex.EncodeToString(h.Hash[:]), h.At)
	}
	return footerTitle + "network " + f.network + "\nprogram " + f.program + "\ntaken " + f.taken.Format(time.RFC3339) + "\n" +
		lanes.String() + "heads " + headsSum(lanes.String()) + "\n"
}

func headsSum(lanes string) string {
	sum := sha256.Sum256([]byte(lanes))
	return hex.EncodeToString(sum[:])
}

// errFooter is the error of a text that is no footer.
var errFooter = errors.New("the footer is none that this program writes")

// parseFooter reads exactly what String writes.
func parseFooter(text string) (footer, error) {
	var f footer
	rest, ok := strings.CutPrefix(text, footerTitle)
	for _, field := range []struct {
		name string
		read func(string) bool
	}{
		{"network ", func(v string) bool { f.network = v; return v == "live" || v == "sandbox" }},
		{"program ", func(v string) bool { f.program = v; return v != "" }},
		{"taken ", func(v string) bool {
			at, err := time.Parse(time.RFC3339, v)
			f.taken = at.UTC()
			return err == nil
		}},
	} {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		value, named := strings.CutPrefix(line, field.name)
		ok = ok && named && field.read(value)
	}
	for ok && strings.HasPrefix(rest, "lane ") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		h, err := parseLane(line)
		f.lanes, ok = append(f.lanes, h), err == nil
	}
	if !ok || len(f.lanes) == 0 || f.String() != text {
		return footer{}, errFooter
	}
	return f, nil
}

// parseLane reads a lane's line.
func parseLane(line string) (h audit.Head, err error) {
	var lane uint16
	var hash string
	if _, err := fmt.Sscanf(line, "lane %d %d %s %d", &lane, &h.N, &hash, &h.At); err != nil {
		return h, errFooter
	}
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != len(ledger.Hash{}) || lane >= ident.LanesMax || h.N < 0 {
		return h, errFooter
	}
	h.Lane, h.Hash = ident.Lane(lane), ledger.Hash(sum)
	return h, nil
}
