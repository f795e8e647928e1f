// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Put is the act that writes facts of the catalogue, new or changed: holders, clients, keys, plans, merchants, stores,
// wallets, routes, feeds, readings and price-list lines. All of them are sound, or none is written.
type Put struct {
	Person  string
	What    string // in plain words: "create client"
	Subject string
	Facts   store.Facts
}

// Name is "put/1".
func (Put) Name() string { return "put/1" }

// Lane is the house lane: the catalogue's acts are journaled there.
func (Put) Lane() ident.Lane { return ident.House }

// Queue is the low one.
func (Put) Queue() Queue { return Low }

// Needs nothing of the lane, and the keys that the clients of its keys have.
func (p Put) Needs() store.Keys {
	var k store.Keys
	for i := range p.Facts.Keys {
		k.Clients = append(k.Clients, p.Facts.Keys[i].Client)
	}
	return k
}

// Decide checks the facts, each by itself and against those it names.
//
// Errors: Invalid fact_malformed, name_malformed, naming the field; Conflict key_version_taken.
func (p Put) Decide(v *store.View, _ time.Time) (Outcome, store.Changes, error) {
	if p.Person == "" || p.What == "" {
		return Outcome{}, store.Changes{}, badFact("person", "an act needs a person and a name")
	}
	if err := p.check(); err != nil {
		return Outcome{}, store.Changes{}, err
	}
	if err := p.checkVersions(v.Facts); err != nil {
		return Outcome{}, store.Changes{}, err
	}
	facts := p.Facts
	facts.HouseKeys = nil
	data, err := json.Marshal(facts) // the audit log holds no sealed keys
	if err != nil {
		return Outcome{}, store.Changes{}, &fault.Error{Op: "flow.Put", Kind: fault.Internal, Code: CodeFactMalformed,
			Err: err}
	}
	return Outcome{Fresh: true}, store.Changes{Facts: p.Facts,
		Act: &store.Act{Person: p.Person, What: p.What, Subject: p.Subject, Data: data}}, nil
}

func badFact(field, why string) error {
	return &fault.Error{Op: "flow.Put", Kind: fault.Invalid, Code: CodeFactMalformed, Subject: field,
		Detail: field + ": " + why}
}

func (p Put) check() error {
	f := &p.Facts
	checks := []func() error{
		func() error { return each(f.Holders, checkHolder) }, func() error { return each(f.Clients, checkClient) },
		func() error { return each(f.Keys, checkKey) }, func() error { return each(f.HouseKeys, checkHouseKey) },
		func() error { return each(f.Plans, checkPlan) }, func() error { return each(f.Merchants, checkMerchant) },
		func() error { return each(f.Stores, checkStore) }, func() error { return each(f.Wallets, checkWallet) },
		func() error { return each(f.Routes, wallet.Route.Check) },
		func() error { return each(f.Feeds, func(s store.Feed) error { return s.Terms.Check() }) },
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkVersions holds that a version once given is never given to another key: whoever reads an old signature must find the
// key that made it.
func (p Put) checkVersions(known *store.Catalogue) error {
	taken := func(field string, version int) error {
		return &fault.Error{Op: "flow.Put", Kind: fault.Conflict, Code: CodeKeyVersionTaken, Subject: field,
			Detail: fmt.Sprintf("%s: version %d is another key: a version is never given twice", field, version)}
	}
	for _, k := range p.Facts.Keys {
		if old, ok := known.Key(k.Client, k.Version); ok && old.Public.SPKI() != k.Public.SPKI() {
			return taken("key.version of "+string(k.Client), k.Version)
		}
	}
	for _, old := range known.HouseKeys() {
		for _, k := range p.Facts.HouseKeys {
			if old.Version == k.Version && old.Public.SPKI() != k.Public.SPKI() {
				return taken("house_key.version", k.Version)
			}
		}
	}
	return nil
}

func each[T any](facts []T, check func(T) error) error {
	for _, f := range facts {
		if err := check(f); err != nil {
			return err
		}
	}
	return nil
}

func checkHolder(h access.Holder) error {
	switch {
	case !h.Kind.Valid():
		return badFact("holder.kind", "must be merchant, acquirer or wallet")
	case !h.Status.Valid():
		return badFact("holder.status", "must be active, suspended or closed")
	case int(h.Lane) >= ident.LanesMax:
		return badFact("holder.lane", fmt.Sprintf("must be below %d", ident.LanesMax))
	}
	return ident.CheckName("holder.id", string(h.ID))
}

func checkClient(c access.Client) error {
	switch {
	case !c.Status.Valid():
		return badFact("client.status", "must be active, suspended or closed")
	case c.Holder == "":
		return badFact("client.holder", "is missing")
	case c.ResponseKey < 1:
		return badFact("client.response_key", "must name a version of the house's key")
	case c.Rates.Requests < 0 || c.Rates.BadCodes < 0 || c.Rates.Tombstones < 0:
		return badFact("client.rates", "must not be below 0")
	}
	if err := checkURL("client.notify_url", c.NotifyURL); err != nil {
		return err
	}
	return ident.CheckName("client.id", string(c.ID))
}

// checkURL accepts an absolute http or https URL without user and fragment, or nothing.
func checkURL(field, text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Fragment != "" {
		return badFact(field, "must be an absolute http or https URL without user and fragment")
	}
	return nil
}

func checkKey(k access.Key) error {
	if k.Version < 1 {
		return badFact("key.version", "must be at least 1")
	}
	if k.Public.Algorithm() == 0 {
		return badFact("key.public", "is missing")
	}
	return ident.CheckName("key.client", string(k.Client))
}

func checkHouseKey(k access.HouseKey) error {
	if k.Version < 1 || k.Public.Algorithm() == 0 || len(k.Sealed) == 0 {
		return badFact("house_key", "needs a version, a public key and the sealed private key")
	}
	return nil
}

func checkPlan(p merchant.Plan) error {
	switch {
	case !p.Percent.Valid() || p.Fixed < 0 || p.CreditLine < 0:
		return badFact("plan", "needs a percentage, and no negative amounts")
	case !p.Rounding.Valid():
		return badFact("plan.rounding", "must be half_even, half_up, down or up")
	}
	return ident.CheckName("plan.id", string(p.ID))
}

func checkMerchant(m merchant.Merchant) error {
	switch {
	case m.ID != merchant.NameOf(m.ID.Lane, m.Holder, m.Reference):
		return badFact("merchant.id", "must be the digest of its holder and reference")
	case m.Reference == "" || len(m.Reference) > 64:
		return badFact("merchant.reference", "must be 1 to 64 characters")
	case m.Name == "" || len(m.Name) > 256:
		return badFact("merchant.name", "must be 1 to 256 bytes")
	case len(m.MCC) != 4:
		return badFact("merchant.mcc", "must be four digits")
	case len(m.Region) != 2:
		return badFact("merchant.region", "must be a code of ISO 3166-1 alpha-2")
	case m.Prefecture < 0 || m.Prefecture > 47 || (m.Prefecture > 0) != (m.Region == "JP"):
		return badFact("merchant.prefecture", "must be 1 to 47 in Japan, and 0 elsewhere")
	case !m.Currency.Valid():
		return badFact("merchant.currency", "must be a currency of ISO 4217")
	case !m.Status.Valid():
		return badFact("merchant.status", "must be live, suspended or terminated")
	case m.Plan == "":
		return badFact("merchant.plan", "is missing")
	}
	return nil
}

func checkStore(s merchant.Store) error {
	if s.Merchant.IsZero() || s.Reference == "" || len(s.Reference) > 64 {
		return badFact("store.reference", "must be 1 to 64 characters, of a merchant")
	}
	return nil
}

func checkWallet(w wallet.Wallet) error {
	switch {
	case !w.Currency.Valid():
		return badFact("wallet.currency", "must be a currency of ISO 4217")
	case !w.Status.Valid():
		return badFact("wallet.status", "must be live, suspended or terminated")
	case !w.Rounding.Valid():
		return badFact("wallet.rounding", "must be half_even, half_up, down or up")
	case w.SpreadBasisPoints < 0 || w.PayMax < 0 || w.MinuteMax < 0 || w.RefundDays < 0:
		return badFact("wallet", "must not hold negative amounts")
	case w.Routing < 0 || w.Routing > 999:
		return badFact("wallet.routing", "must be 0 to 999")
	case w.OurKey < 1:
		return badFact("wallet.our_key", "must name a version of the house's key")
	}
	if err := checkURL("wallet.url", w.URL); err != nil {
		return err
	}
	return ident.CheckName("wallet.id", string(w.ID))
}
