// SPDX-License-Identifier: Apache-2.0

// Package demo shows the whole network with money moving: the network itself on an embedded store, ten sample wallets,
// several hundred sample shops, visitors who pay in them over the real wire, a sample feed of exchange rates, and a page that
// shows it all live. Everything listens on this machine alone. The button that makes a wallet fail and the printed key exist
// only here.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Options say where the demo lives.
type Options struct {
	Data    string
	Books   string  // empty: SQLite in the data folder
	Port    int     // of the gateway; the others follow it
	Rate    float64 // payments a second on the day's average
	Seconds int     // how long to run; 0: until it is told to stop
	Out     io.Writer
	Log     *slog.Logger
}

// addresses are where the demo's parts listen.
type addresses struct {
	gateway, secure, operate, page, wallets, feed string
}

func (o *Options) addresses() addresses {
	at := func(offset int) string { return net.JoinHostPort("127.0.0.1", fmt.Sprint(o.Port+offset)) }
	return addresses{gateway: at(0), secure: at(363), operate: at(1), page: at(10), wallets: at(11), feed: at(12)}
}

// demo is a running demo.
type demo struct {
	options   Options
	at        addresses
	keys      *keychain
	process   *process.Process
	issuer    *tabi.Issuer
	shops     []shop
	authority string
	servers   []*http.Server
}

// Run shows the network until the context ends.
func Run(ctx context.Context, o Options) error {
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return err
	}
	d := &demo{options: o, at: o.addresses()}
	started := time.Now()
	if err := d.open(ctx); err != nil {
		d.close(ctx)
		return err
	}
	d.greet(time.Since(started))
	if o.Seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(o.Seconds)*time.Second)
		defer cancel()
	}
	err := d.live(ctx)
	fmt.Fprintln(o.Out, "stopping: what is under way is finished first; start again and nothing is lost")
	d.close(ctx)
	return err
}

// open starts everything, in the order in which one needs another.
func (d *demo) open(ctx context.Context) (err error) {
	data, now := d.options.Data, time.Now()
	if d.keys, err = openKeychain(data); err != nil {
		return err
	}
	master := filepath.Join(data, "master.key")
	if _, statErr := os.Stat(master); statErr != nil {
		if err := process.CreateMaster(master); err != nil {
			return err
		}
	}
	var certificate, key string
	if d.authority, certificate, key, err = certificates(data, now); err != nil {
		return err
	}
	if err := d.openFeed(); err != nil {
		return err
	}
	d.process, err = process.Start(ctx, process.Config{Data: data, Books: d.options.Books, Listen: d.at.gateway,
		ListenTLS: d.at.secure, Certificate: certificate, Key: key, Operate: d.at.operate, MasterKey: master,
		NotifyPrivate: true}, d.options.Log)
	if err != nil {
		return err
	}
	if err := d.openIssuer(); err != nil {
		return err
	}
	if err := d.furnish(ctx); err != nil {
		return err
	}
	return d.openPages(certificate, key)
}

// openPages serves the console, and the gateway once more at the port that some SDKs insist on, where that is allowed.
func (d *demo) openPages(certificate, key string) error {
	h := d.process.Live.House
	pages := console.New(console.Config{Network: h, Zone: envelope.Japan, Title: "demo", Demo: &controls{demo: d},
		Resting: h.Relay().Resting, Asked: h.Relay().Asked, Open: h.Open, Told: d.told, Alarm: d.process.Alarms.Raise,
		Names: d.process.Live.KeepNames()})
	if err := d.serve(d.at.page, pages); err != nil {
		return err
	}
	if listener, err := net.Listen("tcp", "127.0.0.1:443"); err == nil {
		d.at.secure += " and 443"
		server := &http.Server{Handler: d.process.Handler(), ReadHeaderTimeout: 5 * time.Second,
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
		d.servers = append(d.servers, server)
		go server.ServeTLS(listener, certificate, key)
	}
	return nil
}

// told is what the callers were told of a payment.
func (d *demo) told(ctx context.Context, id ident.ID) ([]console.Told, error) {
	n := d.process.Live
	notices, err := (ams.NotifyLog{Reader: n.House.Reader(), Shelf: n.Shelf.ShelfReader}).Of(ctx, id)
	list := make([]console.Told, len(notices))
	for i, notice := range notices {
		list[i] = console.Told{Event: notice.Event, Attempts: notice.Attempts}
	}
	return list, err
}

func (d *demo) serve(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s is taken: choose another with --port: %w", address, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	d.servers = append(d.servers, server)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.options.Log.Error("demo", "address", address, "error", err)
		}
	}()
	return nil
}

func (d *demo) close(ctx context.Context) {
	for _, s := range d.servers {
		s.Close()
	}
	if d.process != nil {
		d.process.Stop(ctx)
	}
	if d.issuer != nil {
		if err := d.issuer.Close(); err != nil {
			fmt.Fprintln(d.options.Out, "closing the wallets:", err)
		}
	}
}

// greet says where everything is.
func (d *demo) greet(took time.Duration) {
	out, box := d.options.Out, (&controls{demo: d}).SDK()
	fmt.Fprintf(out, "Kakehashi is ready after %.1f s: %d sample shops, %d sample wallets.\n\n", took.Seconds(), len(d.shops),
		len(d.issuer.Brands()))
	fmt.Fprintf(out, "  watch the payments        http://%s/\n", d.at.page)
	fmt.Fprintf(out, "  gateway for an SDK        http://%s   https://%s (authority: %s)\n", d.at.gateway, d.at.secure,
		d.authority)
	fmt.Fprintf(out, "  health, metrics, alarms   http://%s/readyz /metrics /alarms\n", d.at.operate)
	fmt.Fprintf(out, "  client id                 %s\n", box.ClientID)
	fmt.Fprintf(out, "  private key, PKCS#8       %s\n", box.KeyPKCS8)
	fmt.Fprintf(out, "  private key, PKCS#1       %s\n", box.KeyPKCS1)
	fmt.Fprintf(out, "  our public key            %s\n\n", box.PublicKey)
	fmt.Fprintf(out, "A payment code of a sample visitor: http://%s/code?wallet=tabi-hkd\n", d.at.wallets)
	fmt.Fprintf(out, "Everything is kept under %s. Ctrl-C stops.\n", d.options.Data)
}

// houseKey is the network's public key of a version.
func (d *demo) houseKey(version int) (wire.PublicKey, bool) {
	for _, k := range d.process.Live.House.Facts().HouseKeys() {
		if k.Version == version {
			return k.Public, true
		}
	}
	return wire.PublicKey{}, false
}
