// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// keyring is a house's own private keys, opened from the store once and kept in memory.
type keyring struct {
	house *house.House
	ring  vault.Ring
	turn  func(sign func()) // in which signatures are made; nil: at once

	mutex sync.Mutex
	open  map[int]wire.PrivateKey
}

func newKeyring(h *house.House, ring vault.Ring, turn func(sign func())) *keyring {
	return &keyring{house: h, ring: ring, turn: turn, open: map[int]wire.PrivateKey{}}
}

// key is the private key of a version; ok is false when there is none, it cannot be opened, or it is no longer valid.
func (k *keyring) key(version int) (wire.PrivateKey, bool) {
	now := k.house.Now()
	for _, sealed := range k.house.Facts().HouseKeys() {
		if sealed.Version != version {
			continue
		}
		if !sealed.RevokedAt.IsZero() || (!sealed.Until.IsZero() && !now.Before(sealed.Until)) {
			return wire.PrivateKey{}, false
		}
		k.mutex.Lock()
		defer k.mutex.Unlock()
		if key, ok := k.open[version]; ok {
			return key, true
		}
		key, err := openHouseKey(k.ring, sealed)
		if err != nil {
			return wire.PrivateKey{}, false
		}
		k.open[version] = key.InTurn(k.turn)
		return k.open[version], true
	}
	return wire.PrivateKey{}, false
}

// newest is the highest version that is valid; 1 when there is none.
func (k *keyring) newest() int {
	newest := 1
	for _, sealed := range k.house.Facts().HouseKeys() {
		if _, ok := k.key(sealed.Version); ok {
			newest = max(newest, sealed.Version)
		}
	}
	return newest
}

func houseKeyName(version int) []byte { return []byte("house key " + strconv.Itoa(version)) }

func openHouseKey(ring vault.Ring, sealed access.HouseKey) (wire.PrivateKey, error) {
	text, err := vault.OpenKey(ring, houseKeyName(sealed.Version), sealed.Sealed)
	if err != nil {
		return wire.PrivateKey{}, err
	}
	return wire.ParsePrivateKey(string(text))
}

// NewHouseKey is a fresh key of the house of a version, its private half sealed under a ring.
//
// Errors: Unavailable entropy_failed.
func NewHouseKey(ring vault.Ring, version int, algorithm wire.Algorithm) (access.HouseKey, error) {
	generate := wire.GenerateRSA
	if algorithm == wire.Ed25519 {
		generate = wire.GenerateEd25519
	}
	key, err := generate(rand.Reader)
	if err != nil {
		return access.HouseKey{}, fault.Wrap("process.HouseKey", err)
	}
	sealed, err := vault.SealKey(rand.Reader, ring, houseKeyName(version), []byte(key.PKCS8()))
	if err != nil {
		return access.HouseKey{}, fault.Wrap("process.HouseKey", err)
	}
	return access.HouseKey{Version: version, Public: key.Public(), Sealed: sealed}, nil
}

// ensure makes the house's first key where it has none.
func (k *keyring) ensure(ctx context.Context) error {
	if len(k.house.Facts().HouseKeys()) > 0 {
		return nil
	}
	key, err := NewHouseKey(k.ring, 1, wire.RSA256)
	if err != nil {
		return err
	}
	key.From = k.house.Now()
	_, err = k.house.Do(ctx, flow.Put{Person: "first start", What: "create house key", Subject: "1",
		Facts: store.Facts{HouseKeys: []access.HouseKey{key}}})
	if err != nil {
		return err
	}
	return k.house.Facts().Refresh(ctx, k.house.Now())
}
