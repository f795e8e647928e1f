// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
)

func TestKeyCountsFromItsFirstInstantUntilItsLast(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	until := from.AddDate(1, 0, 0)
	overlap := access.Key{From: from, Until: until}
	endless := access.Key{From: from}
	revoked := access.Key{From: from, Until: until, RevokedAt: from.Add(time.Hour)}
	tokyo := time.FixedZone("JST", 9*60*60)
	for _, c := range []struct {
		what   string
		key    access.Key
		at     time.Time
		active bool
	}{
		{"before it begins", overlap, from.Add(-1), false},
		{"when it begins", overlap, from, true},
		{"when it begins, on a clock in Japan", overlap, from.In(tokyo), true},
		{"before it ends", overlap, until.Add(-1), true},
		{"when it ends", overlap, until, false},
		{"after it ended", overlap, until.Add(time.Hour), false},
		{"without an end", endless, from.AddDate(100, 0, 0), true},
		{"without an end, before it begins", endless, from.Add(-1), false},
		{"after it was revoked", revoked, from.Add(2 * time.Hour), false},
		{"when it was revoked", revoked, from.Add(time.Hour), false},
		// A caller chooses the time that it signs: a stolen key must not count for a time before it was revoked.
		{"for a time before it was revoked", revoked, from.Add(time.Minute), false},
	} {
		if got := c.key.ActiveAt(c.at); got != c.active {
			t.Errorf("%s it is active: %v", c.what, got)
		}
	}
}

func TestNamesOfKindsAndStatusesAreTheStoredOnes(t *testing.T) {
	t.Parallel()
	for kind, valid := range map[access.HolderKind]bool{"merchant": true, "acquirer": true, "wallet": true, "": false,
		"Merchant": false, "bank": false} {
		if kind.Valid() != valid {
			t.Errorf("holder kind %q is valid: %v", kind, !valid)
		}
	}
	for status, valid := range map[access.Status]bool{"active": true, "suspended": true, "closed": true, "": false,
		"live": false} {
		if status.Valid() != valid {
			t.Errorf("status %q is valid: %v", status, !valid)
		}
	}
}
