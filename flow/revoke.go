// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Revoke is the act that ends a client's key at once, or at a time: nothing signed with it counts afterwards.
type Revoke struct {
	Person string
	Key    access.Key
	Until  time.Time // zero: at once, for good; else the key's overlap with its successor ends then
}

// Name is "revoke/1".
func (Revoke) Name() string { return "revoke/1" }

// Lane is the house lane.
func (Revoke) Lane() ident.Lane { return ident.House }

// Queue is the first one: a stolen key waits for nothing.
func (Revoke) Queue() Queue { return First }

// Needs nothing of the lane.
func (Revoke) Needs() store.Keys { return store.Keys{} }

// Decide writes the end of the key.
//
// Errors: Invalid fact_malformed, name_malformed.
func (r Revoke) Decide(_ *store.View, now time.Time) (Outcome, store.Changes, error) {
	if err := checkKey(r.Key); err != nil {
		return Outcome{}, store.Changes{}, err
	}
	if r.Person == "" {
		return Outcome{}, store.Changes{}, badFact("person", "an act needs a person")
	}
	key := r.Key
	if r.Until.IsZero() {
		key.RevokedAt = now
	} else {
		key.Until = r.Until
	}
	subject := string(key.Client) + " " + strconv.Itoa(key.Version)
	return Outcome{Fresh: true}, store.Changes{Facts: store.Facts{Keys: []access.Key{key}},
		Act: &store.Act{Person: r.Person, What: "revoke key", Subject: subject, Data: []byte(key.Public.SPKI())}}, nil
}
