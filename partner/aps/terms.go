// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// CodeTermsMalformed is the code of terms under which no wallet can be asked.
const CodeTermsMalformed fault.Code = "aps_terms_malformed"

// Check says whether a wallet can be asked under these terms. A payer's code spends money, so the address must be https,
// save on this machine itself.
//
// Errors: Invalid aps_terms_malformed, naming the field.
func (t Terms) Check() error {
	p := t.problem()
	if p.text == "" {
		return nil
	}
	return &fault.Error{Op: "aps.Check", Kind: fault.Invalid, Code: CodeTermsMalformed, Subject: p.field, Detail: p.text}
}

// problem is what is wrong with which field of the terms; the zero problem is none.
type problem struct{ field, text string }

func (t Terms) problem() problem {
	if p := t.addressProblem(); p != "" {
		return problem{"url", "url " + p}
	}
	if err := ident.CheckName("clientId", t.ClientID); err != nil {
		return problem{"clientId", fault.DetailOf(err)}
	}
	for _, end := range [...]struct{ field, id string }{{"acquirerId", t.AcquirerID}, {"pspId", t.PspID}} {
		if utf8.RuneCountInString(end.id) > wire.IDLen || strings.ContainsFunc(end.id, notVisible) {
			return problem{end.field, end.field + " must be at most 64 visible characters"}
		}
	}
	switch {
	case t.Key == nil:
		return problem{"key", "key is missing"}
	case t.WalletKey == nil:
		return problem{"walletKey", "walletKey is missing"}
	}
	return problem{}
}

func (t Terms) addressProblem() string {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return "must be https://host or https://host/path"
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(t.URL, "#"):
		return "must have no user, query or fragment"
	case u.Scheme == "http" && !thisMachine(u.Hostname()):
		return "must be https, except to this machine"
	}
	// The path is signed as it is sent. Whatever a proxy might rewrite on the way would break every signature.
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path != "" && segment == "" || segment == "." || segment == ".." || strings.ContainsFunc(segment, reserved) {
			return "must have a path of plain segments: letters, digits, '-', '.', '_' and '~'"
		}
	}
	return ""
}

// address is the scheme and host of the wallet, and the path in front of the dialect's paths.
func (t Terms) address() (origin, prefix string) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return "", "" // problem has refused it before
	}
	return u.Scheme + "://" + u.Host, strings.TrimSuffix(u.EscapedPath(), "/")
}

func thisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func reserved(r rune) bool {
	plain := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~", r)
	return !plain
}

func notVisible(r rune) bool { return r <= ' ' || r == 0x7f || r == utf8.RuneError }
