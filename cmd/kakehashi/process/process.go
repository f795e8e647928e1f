// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/api/aps"
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// The names of the networks of one process, on the control socket and in what is derived from the master key.
const (
	liveName    = "live"
	sandboxName = "sandbox"
)

// drainMax is how long a stopping process waits for what is under way.
const drainMax = 10 * time.Second

// Process is a running kakehashi.
type Process struct {
	Config  Config
	Alarms  *Alarms
	Live    *Network
	Sandbox *Network // nil where there is none

	started time.Time
	opened  atomic.Bool            // the networks are there
	waits   atomic.Pointer[string] // who holds the lanes that are waited for
	clock   *Clock
	lock    *lock
	signers chan struct{} // as many signatures as are made at once
	signed  atomic.Int64  // signatures made so far
	metrics *metrics
	handler http.Handler
	servers []*http.Server
	serving sync.WaitGroup
	log     *slog.Logger
}

// Start opens everything and begins to serve. The process is ready when Start returns. Where another process holds the
// lanes of the books, it stands by until that one is gone, and says so where its health is asked.
//
// Errors: Invalid configuration_invalid; Unavailable data_folder_held, store_unreachable; whatever the stores answer.
func Start(ctx context.Context, c Config, log *slog.Logger) (*Process, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	master, err := ReadMaster(c.MasterKey)
	if err != nil {
		return nil, err
	}
	p := &Process{Config: c, log: log, started: time.Now().UTC()}
	p.bound()
	p.Alarms = NewAlarms(log, time.Now)
	p.clock = NewClock(func(about string) { p.Alarms.Condition("clock", true, about) })
	if p.lock, err = hold(c.Data, c.holder()); err != nil {
		return nil, err
	}
	p.metrics = newMetrics(p)
	for _, step := range []func() error{
		func() error { return p.serve(&p.Config.Operate, p.operate(), "", "") },
		func() error { return p.standBy(ctx) },
		func() error { return p.open(ctx, master) },
		p.listen,
	} {
		if err := step(); err != nil {
			p.Stop(ctx)
			return nil, err
		}
	}
	return p, nil
}

func (p *Process) open(ctx context.Context, master Master) (err error) {
	c := &p.Config
	open := func(inSandbox bool) (*Network, error) {
		name := NetworkName(inSandbox)
		return openNetwork(ctx, network{name: name, books: c.BooksOf(inSandbox), lanes: c.lanesOf(inSandbox),
			holder: c.holder(), master: master, now: p.clock.Now, alarms: p.Alarms, heads: c.WitnessOf(inSandbox),
			closed: c.closedPath(name), life: c.quoteLife(), near: c.NotifyPrivate, turn: p.inTurn})
	}
	if p.Live, err = open(false); err != nil {
		return err
	}
	if c.Unbounded {
		p.Live.unbind()
	}
	if c.SandboxBooks != "none" {
		if p.Sandbox, err = open(true); err != nil {
			return err
		}
	}
	p.opened.Store(true)
	p.Live.House.Every(lookEvery, func(context.Context, time.Time) { p.Look() })
	return nil
}

// Handler is where merchants and wallets call, the same at every address: what a client may ask for is counted once.
func (p *Process) Handler() http.Handler { return p.handler }

// apis are both APIs at one address: the dialect is told by the path.
func (p *Process) apis() http.Handler {
	merchants := ams.Config{Live: p.Live.merchants(), Log: p.log, Watch: p.metrics.watch, Alarm: p.Alarms.Raise,
		Busy: p.busy, Limits: ams.Limits{Gate: envelope.Limits{InFlightMax: p.Config.InFlightMax}}}
	wallets := aps.Config{Live: p.Live.wallets(), Log: p.log, Watch: p.metrics.watch, Alarm: p.Alarms.Raise,
		Busy: p.busy, Limits: envelope.Limits{InFlightMax: p.Config.InFlightMax}}
	if p.Sandbox != nil {
		m, w := p.Sandbox.merchants(), p.Sandbox.wallets()
		merchants.Sandbox, wallets.Sandbox = &m, &w
	}
	toMerchants, toWallets := ams.New(merchants), aps.New(wallets)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/aps/") {
			toWallets.ServeHTTP(w, r)
			return
		}
		toMerchants.ServeHTTP(w, r)
	})
}

// listen opens the addresses and serves them.
func (p *Process) listen() error {
	c := &p.Config
	p.handler = p.apis()
	if err := p.serve(&c.Listen, p.handler, "", ""); err != nil {
		return err
	}
	if c.ListenTLS != "" {
		if err := p.serve(&c.ListenTLS, p.handler, c.Certificate, c.Key); err != nil {
			return err
		}
	}
	houses := map[string]Doer{liveName: openable{p.Live}}
	if p.Sandbox != nil {
		houses[sandboxName] = openable{p.Sandbox}
	}
	server, listener, err := serveControl(c.ControlSocket(), houses, p.serveStatus)
	if err != nil {
		return err
	}
	p.run(server, func() error { return server.Serve(listener) })
	return nil
}

// serve serves a handler at an address, which is then the one that was taken: port 0 asks for any. With a certificate it is
// served over TLS.
func (p *Process) serve(address *string, handler http.Handler, certificate, key string) error {
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return &fault.Error{Op: "process.Listen", Kind: fault.Unavailable, Code: CodeConfig, Subject: *address, Err: err,
			Detail: "cannot listen on " + *address + ": " + err.Error()}
	}
	*address = listener.Addr().String()
	// net/http's own texts may quote what a stranger sent: they are not logged.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	p.run(server, func() error {
		if certificate != "" {
			return server.ServeTLS(listener, certificate, key)
		}
		return server.Serve(listener)
	})
	return nil
}

func (p *Process) run(server *http.Server, serve func() error) {
	p.servers = append(p.servers, server)
	p.serving.Add(1)
	go func() {
		defer p.serving.Done()
		if err := serve(); !errors.Is(err, http.ErrServerClosed) {
			p.Alarms.Raise("listener", err.Error())
		}
	}()
}

// Failed is why the process can no longer serve; nil while it can.
func (p *Process) Failed() error {
	for _, n := range []*Network{p.Live, p.Sandbox} {
		if n != nil && n.House.Failed() != nil {
			return n.House.Failed()
		}
	}
	return nil
}

// Stop refuses what is new, waits for what is under way no longer than ten seconds, and lets go of everything.
func (p *Process) Stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainMax)
	defer cancel()
	var closing sync.WaitGroup
	for _, s := range p.servers {
		closing.Add(1)
		go func() {
			defer closing.Done()
			if s.Shutdown(ctx) != nil {
				s.Close()
			}
		}()
	}
	closing.Wait()
	p.serving.Wait()
	for _, n := range []*Network{p.Sandbox, p.Live} {
		if n != nil {
			n.Stop(ctx)
		}
	}
	if p.lock != nil {
		p.lock.release()
	}
}
