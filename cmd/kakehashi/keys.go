// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// keysCommand are what an operator does with keys.
type keysCommand struct {
	Master keysMaster `cmd:"" help:"Make the master key under which everything secret is sealed."`
	Rotate keysRotate `cmd:"" help:"Give a client a new key; the old one counts for a while longer."`
	Revoke keysRevoke `cmd:"" help:"End a client's key at once, for good."`
	List   keysList   `cmd:"" help:"List a client's keys, or the house's."`
	Heads  keysHeads  `cmd:"" help:"Show the public key of the witness: it proves the signed heads to audit."`
	House  keysHouse  `cmd:"" help:"Make a new key of the house; callers are moved to it one by one."`
	Retire keysRetire `cmd:"" help:"Say until when a key of the house counts: after that nothing is signed with it."`
}

type keysMaster struct {
	File string `arg:"" help:"The file to write; it must not be there yet." type:"path"`
}

// Run makes the master key.
func (k *keysMaster) Run() error {
	if err := process.CreateMaster(k.File); err != nil {
		return err
	}
	fmt.Println("master key written to", k.File)
	return nil
}

type keysRotate struct {
	setting
	Client  string        `arg:"" help:"The client."`
	Public  string        `help:"File with the new public key; without it one is made and shown once." type:"existingfile"`
	Ed25519 bool          `name:"ed25519" help:"Make an Ed25519 key pair instead of RSA."`
	Overlap time.Duration `default:"168h" help:"How long the keys that count now go on counting."`
}

// Run adds the new key and ends the others after the overlap.
func (k *keysRotate) Run(ctx context.Context) error {
	return k.operate(ctx, func(o *process.Operator) error {
		keys, err := o.Reader.Keys(ctx, ident.Client(k.Client))
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return errNothing("client " + k.Client)
		}
		public, private, err := keyPair(k.Public, k.Ed25519)
		if err != nil {
			return err
		}
		now := time.Now().UTC()
		next := access.Key{Client: ident.Client(k.Client), Version: keys[len(keys)-1].Version + 1, Public: public, From: now}
		changed := []access.Key{next}
		for _, old := range keys {
			if old.ActiveAt(now) && (old.Until.IsZero() || old.Until.After(now.Add(k.Overlap))) {
				old.Until = now.Add(k.Overlap)
				changed = append(changed, old)
			}
		}
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "rotate key", Subject: k.Client, Facts: store.Facts{Keys: changed}})
		if err != nil {
			return err
		}
		fmt.Printf("client %s has key version %d; older ones count until %s\n", k.Client, next.Version,
			now.Add(k.Overlap).Format(time.DateTime))
		printPrivate(private)
		return nil
	})
}

type keysRevoke struct {
	setting
	Client  string `arg:"" help:"The client."`
	Version int    `arg:"" help:"The key's version."`
}

// Run revokes the key.
func (k *keysRevoke) Run(ctx context.Context) error {
	return k.operate(ctx, func(o *process.Operator) error {
		keys, err := o.Reader.Keys(ctx, ident.Client(k.Client))
		if err != nil {
			return err
		}
		for _, key := range keys {
			if key.Version != k.Version {
				continue
			}
			if _, err := o.Do(ctx, flow.Revoke{Person: o.Person, Key: key}); err != nil {
				return err
			}
			fmt.Printf("key %d of client %s is revoked: nothing signed with it counts any more\n", k.Version, k.Client)
			return nil
		}
		return errNothing(fmt.Sprintf("key %d of client %s", k.Version, k.Client))
	})
}

type keysList struct {
	setting
	Client string `arg:"" optional:"" help:"The client; without it the house's own keys."`
}

// Run lists the keys.
func (k *keysList) Run(ctx context.Context) error {
	return k.look(ctx, func(o *process.Operator) error {
		if k.Client != "" {
			keys, err := o.Reader.Keys(ctx, ident.Client(k.Client))
			if err == nil {
				fmt.Println(keyList(keys))
			}
			return err
		}
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		for _, key := range c.HouseKeys() {
			fmt.Printf("house key %d %v, from %s\n%s\n", key.Version, key.Public.Algorithm(), key.From.Format(time.DateTime),
				key.Public.SPKI())
		}
		return nil
	})
}

type keysHeads struct{ setting }

// Run shows the witness's public key.
func (k *keysHeads) Run() error {
	c, err := k.read()
	if err != nil {
		return err
	}
	public, err := process.WitnessKey(c, k.Sandbox)
	if err == nil {
		fmt.Println(public.SPKI())
	}
	return err
}

type keysHouse struct {
	setting
	Ed25519 bool `name:"ed25519" help:"Ed25519 instead of RSA."`
}

// Run makes the house's next key.
func (k *keysHouse) Run(ctx context.Context) error {
	return k.operate(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		version := 1
		for _, key := range c.HouseKeys() {
			version = max(version, key.Version+1)
		}
		ring, err := o.Ring()
		if err != nil {
			return err
		}
		algorithm := wire.RSA256
		if k.Ed25519 {
			algorithm = wire.Ed25519
		}
		key, err := process.NewHouseKey(ring, version, algorithm)
		if err != nil {
			return err
		}
		key.From = time.Now().UTC()
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "create house key", Subject: fmt.Sprint(version),
			Facts: store.Facts{HouseKeys: []access.HouseKey{key}}})
		if err == nil {
			fmt.Printf("house key %d made; give callers its public half:\n%s\n", version, key.Public.SPKI())
		}
		return err
	})
}

type keysRetire struct {
	setting
	Version int           `arg:"" help:"The house key's version."`
	In      time.Duration `default:"336h" help:"How long it still counts."`
}

// Run ends a key of the house, unless a client or wallet is still sent what it signs.
func (k *keysRetire) Run(ctx context.Context) error {
	return k.operate(ctx, func(o *process.Operator) error {
		c, err := facts(ctx, o)
		if err != nil {
			return err
		}
		for _, key := range c.HouseKeys() {
			if key.Version != k.Version {
				continue
			}
			if err := k.unused(ctx, o, c); err != nil {
				return err
			}
			key.Until = time.Now().UTC().Add(k.In)
			_, err := o.Do(ctx, flow.Put{Person: o.Person, What: "retire house key", Subject: fmt.Sprint(k.Version),
				Facts: store.Facts{HouseKeys: []access.HouseKey{key}}})
			if err == nil {
				fmt.Printf("house key %d counts until %s\n", k.Version, key.Until.Format(time.DateTime))
			}
			return err
		}
		return errNothing(fmt.Sprintf("house key %d", k.Version))
	})
}

// unused refuses to end a key with which somebody is still answered or called.
func (k *keysRetire) unused(ctx context.Context, o *process.Operator, c *store.Catalogue) error {
	for _, w := range c.Wallets() {
		if w.OurKey == k.Version && w.Status != wallet.Ended {
			return fmt.Errorf("wallet %s is still called with house key %d: move it first, with wallets set --our-key", w.ID,
				k.Version)
		}
	}
	for after := ident.Client(""); ; {
		page, err := o.Reader.Clients(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, client := range page {
			if client.ResponseKey == k.Version && client.Status != access.Closed {
				return fmt.Errorf("client %s is still answered with house key %d: "+
					"move it first, with clients set --response-key", client.ID, k.Version)
			}
		}
		after = page[len(page)-1].ID
	}
}
