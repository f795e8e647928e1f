// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/partner/partnertest"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestTermsNameTheirProblem(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	at := func(url string) func(*aps.Terms) { return func(terms *aps.Terms) { terms.URL = url } }
	for _, c := range []struct {
		name   string
		change func(*aps.Terms)
		field  string // empty: nothing is wrong
	}{
		{"as they are", func(*aps.Terms) {}, ""},
		{"a host", at("https://wallet.example"), ""},
		{"a host and a slash", at("https://wallet.example/"), ""},
		{"a host, a port and a path", at("https://wallet.example:8443/a-1/b_2.3~c/"), ""},
		{"this machine by name", at("http://localhost:8080"), ""},
		{"this machine by IPv6", at("http://[::1]:8080/x"), ""},
		{"nothing", at(""), "url"},
		{"no scheme", at("wallet.example"), "url"},
		{"another scheme", at("ftp://wallet.example"), "url"},
		{"no host", at("https:///path"), "url"},
		{"an opaque address", at("https:wallet.example"), "url"},
		{"in the clear", at("http://wallet.example"), "url"},
		{"in the clear to a neighbour", at("http://192.0.2.1"), "url"},
		{"a name that only looks like this machine", at("http://localhost.example"), "url"},
		{"a user", at("https://user:secret@wallet.example"), "url"},
		{"a query", at("https://wallet.example/?a=b"), "url"},
		{"an empty query", at("https://wallet.example/?"), "url"},
		{"a fragment", at("https://wallet.example/#a"), "url"},
		{"an empty fragment", at("https://wallet.example/#"), "url"},
		{"a path that climbs", at("https://wallet.example/a/../b"), "url"},
		{"a path that stays", at("https://wallet.example/./b"), "url"},
		{"a path with a gap", at("https://wallet.example/a//b"), "url"},
		{"a path of slashes", at("https://wallet.example//"), "url"},
		{"a path with an escape", at("https://wallet.example/a%2Fb"), "url"},
		{"a path with a space", at("https://wallet.example/a b"), "url"},
		{"a path in Japanese", at("https://wallet.example/財布"), "url"},
		{"no client id", func(terms *aps.Terms) { terms.ClientID = "" }, "clientId"},
		{"a client id with a dot", func(terms *aps.Terms) { terms.ClientID = "a.b" }, "clientId"},
		{"an acquirer id with a line feed", func(terms *aps.Terms) { terms.AcquirerID = "a\nb" }, "acquirerId"},
		{"a psp id that is too long", func(terms *aps.Terms) { terms.PspID = strings.Repeat("x", 65) }, "pspId"},
		{"no ids of the network", func(terms *aps.Terms) { terms.AcquirerID, terms.PspID = "", "" }, ""},
		{"no key of ours", func(terms *aps.Terms) { terms.Key = nil }, "key"},
		{"no keys of the wallet", func(terms *aps.Terms) { terms.WalletKey = nil }, "walletKey"},
	} {
		terms := terms(server)
		c.change(&terms)
		err := terms.Check()
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Kind != fault.Invalid || problem.Code != aps.CodeTermsMalformed ||
			problem.Subject != c.field || !strings.HasPrefix(problem.Detail, c.field+" ") {
			t.Errorf("%s: %v, not a problem of %s", c.name, err, c.field)
			continue
		}
		a := aps.New(terms, nil, server.Now).Inquire(t.Context(), payment)
		if want := "nothing was sent: " + problem.Detail; a != (wallet.Answer{Detail: want}) {
			t.Errorf("%s: asked under these terms: %+v, not %q", c.name, a, want)
		}
	}
}

func TestAKeyThatCannotSignLetsNothingLeave(t *testing.T) {
	t.Parallel()
	server := partnertest.Start(t, wire.Ed25519)
	for name, key := range map[string]func() (wire.PrivateKey, int){
		"a key that was never set": func() (wire.PrivateKey, int) { return wire.PrivateKey{}, 1 },
		"a version below one":      func() (wire.PrivateKey, int) { return server.OurKey, 0 },
	} {
		terms := terms(server)
		terms.Key = key
		a := aps.New(terms, nil, server.Now).Inquire(t.Context(), payment)
		if a != (wallet.Answer{Detail: "nothing was sent: the request could not be signed: key_malformed"}) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
