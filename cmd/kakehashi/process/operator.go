// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"os/user"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/house"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
)

// Operator is a command's hold on a network: through the running process where there is one, else as its only teller.
type Operator struct {
	Doer
	Person string
	Reader *store.Reader

	books  store.Location
	lanes  int
	ring   func() (vault.Ring, error)
	finish func()
}

// Operate gives a command the live network of a configuration, or its sandbox.
//
// Errors: Unavailable data_folder_held when a process has the folder but does not answer; as store.Open.
func Operate(ctx context.Context, c Config, inSandbox bool) (*Operator, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	name, books, lanes := NetworkName(inSandbox), c.BooksOf(inSandbox), c.lanesOf(inSandbox)
	o := &Operator{Person: person(), books: books, lanes: lanes, ring: func() (vault.Ring, error) {
		master, err := ReadMaster(c.MasterKey)
		if err != nil {
			return vault.Ring{}, err
		}
		ring, _, err := master.secrets(name)
		return ring, err
	}}
	if running, ok := dialControl(c.ControlSocket(), name); ok {
		reader, err := store.OpenReader(ctx, books)
		if err != nil {
			return nil, err
		}
		o.Doer, o.Reader, o.finish = running, reader, reader.Close
		return o, nil
	}
	held, err := hold(c.Data, "a command, "+c.holder())
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Now().UTC() }
	if _, err := lookForCopy(ctx, books, c.closedPath(name), now()); err != nil {
		held.release()
		return nil, err
	}
	h, err := house.Open(ctx, house.Config{Books: books, Lanes: lanes, Holder: c.holder(), Now: now,
		Alarm: func(string, string) {}})
	if err != nil {
		held.release()
		return nil, err
	}
	h.Begin()
	o.Doer, o.Reader = quiet{House: h, books: books}, h.Reader()
	o.finish = func() {
		h.Stop(ctx)
		held.release()
	}
	return o, nil
}

// Read gives a command that only looks the store of a configuration, or its sandbox's, whoever else has it.
//
// Errors: as store.OpenReader.
func Read(ctx context.Context, c Config, inSandbox bool) (*Operator, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	books := c.BooksOf(inSandbox)
	reader, err := store.OpenReader(ctx, books)
	if err != nil {
		return nil, err
	}
	return &Operator{Person: person(), Reader: reader, books: books, lanes: c.lanesOf(inSandbox), finish: reader.Close}, nil
}

// quiet is a house that a command has to itself.
type quiet struct {
	*house.House
	books store.Location
}

// Again notes in the list that events are to be told once more; the next process that serves the books tells them.
func (q quiet) Again(ctx context.Context, events ...store.Event) error {
	shelf, err := store.OpenShelf(ctx, q.books)
	if err != nil {
		return err
	}
	defer shelf.Close()
	return ams.NewNotifier(ams.NotifierConfig{House: q.House, Shelf: shelf}).Again(ctx, events...)
}

// Notices is the log of what clients were told.
//
// Errors: as store.OpenShelfReader.
func (o *Operator) Notices(ctx context.Context) (log ams.NotifyLog, finish func(), err error) {
	shelf, err := store.OpenShelfReader(ctx, o.books)
	if err != nil {
		return ams.NotifyLog{}, nil, err
	}
	return ams.NotifyLog{Reader: o.Reader, Shelf: shelf}, shelf.Close, nil
}

// Close lets go of the network.
func (o *Operator) Close() { o.finish() }

// Ring is what private keys are sealed with.
func (o *Operator) Ring() (vault.Ring, error) { return o.ring() }

// Home is the lane of an account holder: the one it has, else the one it gets.
func (o *Operator) Home(ctx context.Context, holder ident.Holder) (ident.Lane, error) {
	h, ok, err := o.Reader.Holder(ctx, holder)
	switch {
	case err != nil:
		return 0, fault.Wrap("process.Home", err)
	case ok:
		return h.Lane, nil
	}
	digest := ident.DigestOf("holder", string(holder))
	return ident.Lane((int(digest[0])<<8 | int(digest[1])) % o.lanes), nil
}

// person is who gives the command, as the machine knows them.
func person() string {
	if u, err := user.Current(); err == nil {
		return "local:" + u.Username
	}
	return "local"
}
