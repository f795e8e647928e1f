// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// wallets are the wallets' side: the issuer, its address, and what was asked of it when.
type wallets struct {
	address string
	issuer  *tabi.Issuer
	server  *http.Server
	saw     func(e event) // told of each call that arrives

	start   atomic.Int64 // number of the network's present start
	mutex   sync.Mutex
	starts  map[string]int64 // of each connection, by its other end
	arrived []arrival
	failed  error // of the issuer's own work
}

// arrival is a question about a payment: everything but the charge itself.
type arrival struct {
	at      int64 // microseconds
	start   int64 // which start of the network asked it
	payment ident.Digest
}

// moods are how the brands behave while the network is killed. What they do stays true in the end: no lies.
var moods = []tabi.Behaviour{
	{Declines: 20},
	{Declines: 20, Slow: 400, SlowFor: 120 * time.Millisecond, Polls: 30, PollsCount: 1},
	{DropRequest: 40, DropAnswer: 120, ServerError: 30, Slow: 200, SlowFor: 300 * time.Millisecond, Declines: 40, Late: 80,
		LateFor: 1500 * time.Millisecond, Polls: 60, PollsCount: 2, Hides: 30, HidesCount: 1, CancelWaits: 150,
		RefundWaits: 200, RefundFor: time.Second, Notices: 2, NoticesWithin: time.Second, NoticeFirst: 50},
}

// brandsOf are the brands with fresh keys, who call the network at an address.
func brandsOf(gateway string, dice io.Reader) ([]tabi.Brand, error) {
	samples := tabi.SampleBrands()
	var list []tabi.Brand
	for _, p := range pairs {
		b := samples[p.brand]
		key, err := wire.GenerateEd25519(dice)
		if err != nil {
			return nil, err
		}
		b.Key, b.KeyVersion, b.PlatformURL, b.Limits, b.Prefetch = key, 1, "http://"+gateway, tabi.Limits{}, 10
		list = append(list, b)
	}
	return list, nil
}

// openWallets opens the issuer with users who have money, once the network's key is known.
func (r *run) openWallets() (err error) {
	for i := range r.brands {
		r.brands[i].PlatformKeys = map[int]wire.PublicKey{1: r.house}
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}
	seed := rand.NewChaCha8(r.seed("wallets"))
	w := r.wallets
	w.issuer, err = tabi.Open(filepath.Join(r.folder, "wallets.db"), r.brands, time.Now, seed,
		tabi.Outside{Client: &http.Client{Transport: transport}})
	if err != nil {
		return err
	}
	for i, b := range r.brands {
		for number := 1; number <= usersEach; number++ {
			user, err := w.issuer.AddUser(b.ID, number)
			if err == nil {
				_, err = w.issuer.TopUp(user.ID, money.New(900_000_000_000, b.Currency), "welcome")
			}
			if err != nil {
				return err
			}
		}
		if err := w.issuer.Misbehave(b.ID, moods[i]); err != nil {
			return err
		}
	}
	return nil
}

// listen takes the address, so that the network can be told of it; serve answers there.
func (w *wallets) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		w.address = listener.Addr().String()
	}
	return listener, err
}

func (w *wallets) serve(listener net.Listener) {
	w.server = &http.Server{Handler: w, ReadHeaderTimeout: 5 * time.Second, ConnState: w.connection}
	go w.server.Serve(listener)
}

// connection remembers which start of the network each connection belongs to: what a killed network had sent may still
// arrive after the next one has begun.
func (w *wallets) connection(c net.Conn, state http.ConnState) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch name := c.RemoteAddr().String(); state {
	case http.StateNew:
		w.starts[name] = w.start.Load()
	case http.StateClosed, http.StateHijacked:
		delete(w.starts, name)
	}
}

// ServeHTTP notes what is asked, and lets the issuer answer.
func (w *wallets) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.BodyMax+1))
	if err != nil {
		return // the network was killed while it asked
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.note(r, body)
	w.issuer.Handler().ServeHTTP(out, r)
}

func (w *wallets) note(r *http.Request, body []byte) {
	var named struct {
		Payment string `json:"paymentRequestId"`
	}
	id, err := ident.ID{}, json.Unmarshal(body, &named)
	if err == nil {
		id, err = ident.Parse(named.Payment)
	}
	if err != nil {
		return
	}
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, aps.PathPay):
		w.saw(walletPay)
		return
	case strings.HasSuffix(path, aps.PathCancelPayment):
		w.saw(walletCancel)
	case strings.HasSuffix(path, aps.PathRefund):
		w.saw(walletRefund)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.arrived = append(w.arrived, arrival{at: time.Now().UnixMicro(), start: w.starts[r.RemoteAddr], payment: id.Digest})
}

// tend does what the wallets do by themselves, until the context ends.
func (w *wallets) tend(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := w.issuer.Step(ctx); err != nil && ctx.Err() == nil {
			w.mutex.Lock()
			w.failed = errors.Join(w.failed, err)
			w.mutex.Unlock()
		}
		rest(ctx, 50*time.Millisecond)
	}
}

// behave makes every brand honest and quick.
func (r *run) behave() error {
	for _, b := range r.brands {
		if err := r.wallets.issuer.Misbehave(b.ID, tabi.Normal()); err != nil {
			return err
		}
	}
	return nil
}

func (w *wallets) close() error {
	if w.server != nil {
		_ = w.server.Close() // nobody asks any more
	}
	if w.issuer == nil {
		return nil
	}
	return w.issuer.Close()
}

// rest waits, no longer than the context lasts.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
