// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// NetworkOptions say on which network something is measured.
type NetworkOptions struct {
	Data      string // a folder of the bench's own
	Books     string // empty: SQLite in the folder
	Lanes     int
	Merchants int
	Profile   string
	Out       io.Writer
}

// The algorithms in the order of their keys' versions.
const (
	rsaKey     = 0
	ed25519Key = 1
)

// network is a whole running process, the wallets it asks, and the keys of its tills.
type network struct {
	options NetworkOptions
	process *process.Process
	world   *world
	till    [2]wire.PrivateKey
	purse   *purse
	wallets *http.Server
}

// kind says what is unusual about a network.
type kind struct {
	unbounded bool // whatever it takes on
	walletKey int  // the key that the wallets answer with
}

// openNetwork starts everything.
func openNetwork(ctx context.Context, o NetworkOptions, k kind) (*network, error) {
	n := &network{options: o}
	c := process.Config{Data: o.Data, Books: o.Books, SandboxBooks: "none", Lanes: o.Lanes, Listen: "127.0.0.1:0",
		Operate: "127.0.0.1:0", MasterKey: filepath.Join(o.Data, "master.key"), Unbounded: k.unbounded}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.MasterKey); errors.Is(err, fs.ErrNotExist) {
		if err := process.CreateMaster(c.MasterKey); err != nil {
			return nil, err
		}
	}
	log := slog.New(slog.NewTextHandler(o.Out, nil))
	if k.unbounded {
		log = slog.New(slog.DiscardHandler) // it complains about every request
	}
	var err error
	if n.process, err = process.Start(ctx, c, log); err != nil {
		return nil, err
	}
	if err := n.furnish(ctx, k); err != nil {
		n.close(ctx)
		return nil, err
	}
	return n, nil
}

// furnish opens the wallets, and writes everybody into the catalogue.
func (n *network) furnish(ctx context.Context, k kind) error {
	var owner [2]wire.PrivateKey
	var l link
	if k.unbounded {
		l.calls = 1 << 30
	}
	for i, generate := range []func(io.Reader) (wire.PrivateKey, error){wire.GenerateRSA, wire.GenerateEd25519} {
		var err, walletErr error
		n.till[i], err = kept(filepath.Join(n.options.Data, fmt.Sprintf("till-%d.key", i+1)), generate)
		owner[i], walletErr = kept(filepath.Join(n.options.Data, fmt.Sprintf("wallet-%d.key", i+1)), generate)
		if err := errors.Join(err, walletErr); err != nil {
			return err
		}
		l.till[i], l.owner[i] = n.till[i].Public(), owner[i].Public()
	}
	n.purse = &purse{house: n.houseKey, key: owner[k.walletKey], version: k.walletKey + 1}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.purse = "http://" + listener.Addr().String()
	n.wallets = &http.Server{Handler: n.purse, ReadHeaderTimeout: 5 * time.Second,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go n.wallets.Serve(listener) // until close
	n.world, err = furnish(ctx, n.process.Live.House, n.options.Merchants, &l, progress(n.options.Out, "merchants"))
	return err
}

func (n *network) close(ctx context.Context) {
	n.process.Stop(ctx)
	if n.wallets != nil {
		n.wallets.Close()
	}
}

// gateway is where the network listens.
func (n *network) gateway() string { return "http://" + n.process.Config.Listen }

func (n *network) books() store.Location { return store.Location(n.process.Config.Books) }

// houseKey is the network's public key of a version.
func (n *network) houseKey(version int) (wire.PublicKey, bool) {
	for _, k := range n.process.Live.House.Facts().HouseKeys() {
		if k.Version == version {
			return k.Public, true
		}
	}
	return wire.PublicKey{}, false
}

// kept is a private key in a file, made the first time. It belongs to nobody but the bench.
func kept(path string, generate func(io.Reader) (wire.PrivateKey, error)) (wire.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return wire.ParsePrivateKey(string(text))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return wire.PrivateKey{}, err
	}
	key, err := generate(rand.Reader)
	if err != nil {
		return key, err
	}
	return key, os.WriteFile(path, []byte(key.PKCS8()), 0o600)
}
