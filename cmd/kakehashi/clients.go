// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// clientsCommand are what an operator does with API clients.
type clientsCommand struct {
	Create  clientCreate  `cmd:"" help:"Create an API client, and its account holder where there is none."`
	List    clientList    `cmd:"" help:"List the API clients."`
	Set     clientSet     `cmd:"" help:"Change where and of what a client is told, which of our keys it is sent, its rates."`
	Suspend clientSuspend `cmd:"" help:"Refuse a client until it is resumed."`
	Resume  clientResume  `cmd:"" help:"Serve a suspended client again."`
}

type clientCreate struct {
	setting
	ID            string `arg:"" help:"What the client sends in the header client-id."`
	Holder        string `required:"" help:"Account holder: an id."`
	Kind          string `enum:"merchant,acquirer" default:"merchant" help:"Kind of a new holder."`
	Name          string `help:"Name of a new holder."`
	Public        string `help:"File with the client's public key; without it one is made and shown once." type:"existingfile"`
	Ed25519       bool   `name:"ed25519" help:"Make an Ed25519 key pair instead of RSA."`
	NotifyURL     string `help:"Where notifications go unless a request says otherwise."`
	NotifyFailure bool   `help:"Also tell failed payments."`
}

// Run creates the client.
func (c *clientCreate) Run(ctx context.Context) error {
	return c.operate(ctx, func(o *process.Operator) error {
		lane, err := o.Home(ctx, ident.Holder(c.Holder))
		if err != nil {
			return err
		}
		public, private, err := keyPair(c.Public, c.Ed25519)
		if err != nil {
			return err
		}
		facts := store.Facts{Clients: []access.Client{{ID: ident.Client(c.ID), Holder: ident.Holder(c.Holder), Lane: lane,
			Status: access.Active, NotifyURL: c.NotifyURL, NotifyFailure: c.NotifyFailure, ResponseKey: 1}},
			Keys: []access.Key{{Client: ident.Client(c.ID), Version: 1, Public: public, From: time.Now().UTC()}}}
		if _, known, err := o.Reader.Holder(ctx, ident.Holder(c.Holder)); err != nil {
			return err
		} else if !known {
			facts.Holders = []access.Holder{{ID: ident.Holder(c.Holder), Kind: access.HolderKind(c.Kind), Name: c.Name,
				Lane: lane, Status: access.Active}}
		}
		if _, known, err := findClient(ctx, o, c.ID); err != nil {
			return err
		} else if known {
			return fmt.Errorf("client %s is there already", c.ID)
		}
		if _, err := o.Do(ctx, flow.Put{Person: o.Person, What: "create client", Subject: c.ID, Facts: facts}); err != nil {
			return err
		}
		fmt.Printf("client %s created, key version 1\n", c.ID)
		printPrivate(private)
		return nil
	})
}

// keyPair reads a public key, or makes a pair.
func keyPair(file string, ed25519 bool) (public wire.PublicKey, private wire.PrivateKey, err error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return public, private, err
		}
		public, err = wire.ParsePublicKey(string(text))
		return public, private, err
	}
	generate := wire.GenerateRSA
	if ed25519 {
		generate = wire.GenerateEd25519
	}
	private, err = generate(rand.Reader)
	return private.Public(), private, err
}

// printPrivate shows a private key that was just made, in the forms the SDKs read. It is kept nowhere.
func printPrivate(private wire.PrivateKey) {
	if private.Algorithm() == 0 {
		return
	}
	fmt.Println("private key (shown once, kept nowhere), PKCS#8, for Go, Java and .NET:")
	fmt.Println(private.PKCS8())
	if pkcs1, ok := private.PKCS1(); ok {
		fmt.Println("the same key, PKCS#1, for Python and PHP:")
		fmt.Println(pkcs1)
	}
}

// clientOf is a client that is there.
func clientOf(ctx context.Context, o *process.Operator, id string) (access.Client, error) {
	client, known, err := findClient(ctx, o, id)
	if err == nil && !known {
		err = errNothing("client " + id)
	}
	return client, err
}

func findClient(ctx context.Context, o *process.Operator, id string) (c access.Client, known bool, err error) {
	c, _, known, err = store.NewCatalogue(o.Reader).Client(ctx, time.Now(), ident.Client(id))
	return c, known, err
}

type clientList struct{ setting }

// Run lists the clients.
func (c *clientList) Run(ctx context.Context) error {
	return c.look(ctx, func(o *process.Operator) error {
		for after := ident.Client(""); ; {
			page, err := o.Reader.Clients(ctx, after)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, one := range page {
				keys, err := o.Reader.Keys(ctx, one.ID)
				if err != nil {
					return err
				}
				fmt.Printf("%-24s %-10s holder %-20s lane %d, %s\n", one.ID, one.Status, one.Holder, one.Lane, keyList(keys))
			}
			after = page[len(page)-1].ID
		}
	})
}

func keyList(keys []access.Key) string {
	if len(keys) == 0 {
		return "no key"
	}
	var parts []string
	for _, k := range keys {
		part := fmt.Sprintf("key %d %v", k.Version, k.Public.Algorithm())
		switch {
		case !k.RevokedAt.IsZero():
			part += " revoked " + k.RevokedAt.Format(time.DateTime)
		case !k.Until.IsZero():
			part += " until " + k.Until.Format(time.DateTime)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

type clientSuspend struct {
	setting
	ID string `arg:""`
}

// Run suspends the client.
func (c *clientSuspend) Run(ctx context.Context) error {
	return setClient(ctx, &c.setting, c.ID, access.Suspended)
}

type clientResume struct {
	setting
	ID string `arg:""`
}

// Run resumes the client.
func (c *clientResume) Run(ctx context.Context) error {
	return setClient(ctx, &c.setting, c.ID, access.Active)
}

func setClient(ctx context.Context, s *setting, id string, status access.Status) error {
	return s.operate(ctx, func(o *process.Operator) error {
		client, err := clientOf(ctx, o, id)
		if err != nil {
			return err
		}
		client.Status = status
		_, err = o.Do(ctx, flow.Put{Person: o.Person, What: "set client " + string(status), Subject: id,
			Facts: store.Facts{Clients: []access.Client{client}}})
		if err == nil {
			fmt.Printf("client %s is %s\n", id, status)
		}
		return err
	})
}
