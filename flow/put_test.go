// SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// A version names one key for ever: whoever reads an old signature must find the key that made it.
func TestAVersionIsNeverGivenToAnotherKey(t *testing.T) {
	t.Parallel()
	w := setup(t)
	public := func() wire.PublicKey {
		private, err := wire.GenerateEd25519(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return private.Public()
	}
	put := func(f store.Facts) error {
		_, err := w.do(flow.Put{Person: "test", What: "set keys", Facts: f})
		if err == nil {
			err = w.desk.Facts().Refresh(context.Background(), w.now)
		}
		return err
	}
	client := access.Client{ID: "SHOP", Holder: "acq", Status: access.Active, ResponseKey: 1}
	first := access.Key{Client: "SHOP", Version: 1, Public: public(), From: w.now}
	house := access.HouseKey{Version: 1, Public: public(), Sealed: []byte("sealed"), From: w.now}
	facts := store.Facts{Clients: []access.Client{client}, Keys: []access.Key{first}, HouseKeys: []access.HouseKey{house}}
	if err := put(facts); err != nil {
		t.Fatal(err)
	}
	other, otherHouse := first, house
	other.Public, otherHouse.Public = public(), public()
	for _, f := range []store.Facts{{Keys: []access.Key{other}}, {HouseKeys: []access.HouseKey{otherHouse}}} {
		if err := put(f); fault.CodeOf(err) != flow.CodeKeyVersionTaken || fault.KindOf(err) != fault.Conflict {
			t.Errorf("another key under version 1: %v", err)
		}
	}
	first.RevokedAt = w.now.Add(time.Hour)
	other.Version = 2
	if err := put(store.Facts{Keys: []access.Key{first, other}}); err != nil {
		t.Errorf("the first is revoked, and another has a version of its own: %v", err)
	}
	_, keys, _, err := w.desk.Facts().Client(context.Background(), w.now, "SHOP")
	if err != nil || len(keys) != 2 || keys[0].RevokedAt.IsZero() || keys[1].Public.SPKI() != other.Public.SPKI() {
		t.Errorf("%+v, %v", keys, err)
	}
}
