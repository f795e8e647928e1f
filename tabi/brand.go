// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"maps"
	"net/url"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Brand is one wallet as its users and the platform know it.
type Brand struct {
	ID       string         // names it in the issuer: in addresses, users' ids and the books
	Name     string         // what people see
	Region   string         // ISO 3166-1 alpha-2: where its users are at home
	Currency money.Currency // of all its accounts, and of what it owes the network
	Routing  int            // the three digits by which its codes are known, 1 to 999

	ClientID     string                 // its name at the platform, in both directions
	PlatformURL  string                 // where the platform's wallet API lives
	PlatformKeys map[int]wire.PublicKey // the platform's keys by version
	Key          wire.PrivateKey        // what it signs with
	KeyVersion   int                    // under which the platform knows that key

	Limits            Limits
	MarkupBasisPoints int64 // what it adds for itself to what it owes the network
	Prefetch          int   // how many codes it asks for at once, 1 to 10; 0 is 5
	RefundDays        int   // how long after the payment it takes refunds, at least 366; 0 is 366
}

// Limits bound what a user does. 0 is no limit.
//
// Units: minor units of the brand's currency; the markup counts.
type Limits struct {
	PaymentMax int64 // one payment
	DayMax     int64 // all payments of one clearing day (UTC+8)
	DayCount   int   // how many those may be
	BalanceMax int64 // what an account may hold; 0 is ten thousand million
}

// The defaults, and what the network asks of every wallet.
//
// Source: reference/alipay-wire-api.md 3.3 and 3.4.
const (
	prefetchDefault   = 5
	prefetchMax       = 10
	refundDaysMin     = 366
	markupMax         = 1_000 // basis points
	balanceMaxDefault = 1_000_000_000_000
)

// filled is the brand with its defaults, and with keys that nobody else can change.
func (b Brand) filled() Brand {
	b.PlatformKeys = maps.Clone(b.PlatformKeys)
	if b.Prefetch == 0 {
		b.Prefetch = prefetchDefault
	}
	if b.RefundDays == 0 {
		b.RefundDays = refundDaysMin
	}
	if b.Limits.BalanceMax == 0 {
		b.Limits.BalanceMax = balanceMaxDefault
	}
	return b
}

// BasePath is the path below which the brand's API lives on the issuer's handler. The platform's address for the wallet
// ends in it.
func (b Brand) BasePath() string { return "/" + b.ID }

// terms are what the books need to know of the brand.
func (b Brand) terms() book.Terms {
	return book.Terms{PaymentMax: b.Limits.PaymentMax, DayMax: b.Limits.DayMax, DayCount: b.Limits.DayCount,
		MarkupBasisPoints: b.MarkupBasisPoints}
}

// platformKey is the platform's key of a version; 0 stands for the newest.
func (b Brand) platformKey(version int) (wire.PublicKey, bool) {
	if version == 0 {
		for v := range b.PlatformKeys {
			version = max(version, v)
		}
	}
	key, ok := b.PlatformKeys[version]
	return key, ok
}

// check says the first thing that is wrong with a brand.
//
// Errors: Invalid brand_malformed.
func (b Brand) check() error {
	if err := ident.CheckName("ID", b.ID); err != nil {
		return malformed(b.ID, "ID", "must be 1 to 64 letters, digits, _ and -")
	}
	address, err := url.Parse(b.PlatformURL)
	for _, rule := range []struct {
		broken         bool
		field, problem string
	}{
		{len(b.ID) > 32, "ID", "must be at most 32 characters, so that users' ids fit the wire"},
		{strings.TrimSpace(b.Name) == "", "Name", "is missing"},
		{!capitals(b.Region), "Region", "must be two capital letters"},
		{!b.Currency.Valid(), "Currency", "is not a currency of ISO 4217"},
		{b.Routing < 1 || b.Routing > 999, "Routing", "must be between 1 and 999"},
		{b.ClientID == "" || strings.Contains(b.ClientID, "."), "ClientID", "is missing or holds a dot"},
		{err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") ||
			address.RawQuery != "" || strings.HasSuffix(b.PlatformURL, "/"), "PlatformURL",
			"must be an http or https address without query and final slash"},
		{len(b.PlatformKeys) == 0, "PlatformKeys", "is empty"},
		{b.Key.Algorithm() == 0, "Key", "was never set"},
		{b.KeyVersion < 1, "KeyVersion", "must be at least 1"},
		{b.Limits.PaymentMax < 0 || b.Limits.DayMax < 0 || b.Limits.DayCount < 0 || b.Limits.BalanceMax < 0 ||
			b.Limits.BalanceMax > balanceMaxDefault, "Limits", "must not be negative, nor BalanceMax above its default"},
		{b.MarkupBasisPoints < 0 || b.MarkupBasisPoints > markupMax, "MarkupBasisPoints", "must be between 0 and 1000"},
		{b.Prefetch < 0 || b.Prefetch > prefetchMax, "Prefetch", "must be between 1 and 10"},
		{b.RefundDays != 0 && b.RefundDays < refundDaysMin, "RefundDays", "must be at least 366"},
	} {
		if rule.broken {
			return malformed(b.ID, rule.field, rule.problem)
		}
	}
	return nil
}

func malformed(id, field, problem string) error {
	return &fault.Error{Op: "tabi.Open", Kind: fault.Invalid, Code: CodeBrandMalformed, Subject: id,
		Detail: field + " " + problem}
}

func capitals(region string) bool {
	return len(region) == 2 && region[0] >= 'A' && region[0] <= 'Z' && region[1] >= 'A' && region[1] <= 'Z'
}
