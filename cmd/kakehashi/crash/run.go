// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/till"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// run is one run.
type run struct {
	options Options
	folder  string
	config  string
	books   string
	began   time.Time

	tillKey wire.PrivateKey
	house   wire.PublicKey
	brands  []tabi.Brand
	wallets *wallets
	till    *till.Till
	journal *journal
	child   *child
	moments *moments
	gate    *gate
	paying  atomic.Int64 // pays that were sent and not answered

	starts   []start
	inFlight []int // at each kill under load
	early    int   // kills before the network was ready
	light    int   // kills with fewer payments under way than they should have met
	drains   []time.Duration
	callers  []*caller
	tending  sync.WaitGroup
	untend   context.CancelFunc
}

// seed is 32 bytes for one purpose, from the run's seed.
func (r *run) seed(purpose string) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(purpose+"\x00"), r.options.Seed))
}

func (r *run) see(e event) { r.moments.see(e) }

// open makes the world: the wallets, the facts of the network, the tills. The network is not started yet.
func (r *run) open(ctx context.Context) (err error) {
	dice := rand.NewChaCha8(r.seed("keys"))
	if r.tillKey, err = wire.GenerateEd25519(dice); err != nil {
		return err
	}
	r.gate = newGate()
	r.wallets = &wallets{starts: map[string]int64{}, saw: r.see}
	r.moments = newMoments(rand.New(rand.NewChaCha8(r.seed("moments"))), func() int { return int(r.paying.Load()) },
		func() { r.child.strike() })
	listener, err := r.wallets.listen()
	if err != nil {
		return err
	}
	c, err := r.configure()
	if err != nil {
		return err
	}
	r.books = c.Books
	if r.brands, err = brandsOf(c.Listen, dice); err != nil {
		return err
	}
	if err := r.furnish(ctx, c); err != nil {
		return err
	}
	if err := r.openWallets(); err != nil {
		return err
	}
	r.wallets.serve(listener)
	return r.openTills(c)
}

func (r *run) openTills(c process.Config) (err error) {
	if r.journal, err = openJournal(filepath.Join(r.folder, "callers.journal")); err != nil {
		return err
	}
	transport := &http.Transport{MaxIdleConns: 2 * r.options.Callers, MaxIdleConnsPerHost: 2 * r.options.Callers}
	asking := &observed{RoundTripper: transport, see: r.see}
	r.till = &till.Till{Gateway: "http://" + c.Listen, ClientID: string(tillClient), Key: r.tillKey, Now: time.Now,
		House:  func(version int) (wire.PublicKey, bool) { return r.house, version == 1 },
		Client: &http.Client{Transport: asking, Timeout: 10 * time.Second}}
	tending, stop := context.WithCancel(context.Background())
	r.untend = stop
	r.tending.Go(func() { r.wallets.tend(tending) })
	r.child, err = r.newChild(c.Operate)
	return err
}

// begin starts the network, kills it now and then before it is ready, and returns once it is.
func (r *run) begin(ctx context.Context) error {
	for {
		r.wallets.start.Add(1)
		r.starts = append(r.starts, start{began: time.Now().UnixMicro()})
		s := &r.starts[len(r.starts)-1]
		if err := r.child.begin(); err != nil {
			return err
		}
		if len(r.starts) > 1 && r.moments.dice.IntN(duringStartIn) == 0 {
			rest(ctx, time.Duration(r.moments.dice.Int64N(int64(60*time.Millisecond))))
			r.child.kill()
			s.ended = time.Now().UnixMicro()
			r.early++
			continue
		}
		if err := r.child.awaitReady(ctx); err != nil {
			return err
		}
		s.ready = time.Now().UnixMicro()
		r.gate.set(true)
		return nil
	}
}

// torment lets the callers sell while the network is killed and started again.
func (r *run) torment(ctx context.Context) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	selling, stop := context.WithCancel(ctx)
	defer stop()
	var busy sync.WaitGroup
	for id := range r.options.Callers {
		c := r.newCaller(id)
		r.callers = append(r.callers, c)
		busy.Go(func() { c.run(selling) })
	}
	err := r.killAll(ctx)
	stop()
	busy.Wait()
	return err
}

func (r *run) killAll(ctx context.Context) error {
	for len(r.inFlight) < r.options.Kills {
		n := r.moments.next(ctx)
		r.gate.set(false)
		s := &r.starts[len(r.starts)-1]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !r.child.struck() {
			return fmt.Errorf("the network ended by itself: %v", r.child.err)
		}
		r.child.kill()
		s.ended = time.Now().UnixMicro()
		if err := r.count(n); err != nil {
			return err
		}
		if err := r.begin(ctx); err != nil {
			return err
		}
		if len(r.inFlight)/drainEvery > len(r.drains) {
			if err := r.drain(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// count counts a kill with so many payments under way.
func (r *run) count(underWay int) error {
	if underWay < inFlightMin {
		if r.light++; r.light > 5+r.options.Kills/10 {
			return fmt.Errorf("only %d payments are under way: too little load for a kill", underWay)
		}
		return nil
	}
	r.inFlight = append(r.inFlight, underWay)
	if n := len(r.inFlight); n%max(10, r.options.Kills/20) == 0 {
		fmt.Fprintf(r.options.Out, "crash: seed %d, %d of %d kills after %.0f s\n", r.options.Seed, n, r.options.Kills,
			time.Since(r.began).Seconds())
	}
	return nil
}

// drain tells the network to end in good order while everybody goes on asking, and starts it again.
func (r *run) drain(ctx context.Context) error {
	rest(ctx, pauseMax)
	took, err := r.child.terminate()
	r.gate.set(false)
	if err != nil {
		return err
	}
	r.drains = append(r.drains, took)
	r.starts[len(r.starts)-1].ended = time.Now().UnixMicro()
	return r.begin(ctx)
}

// calm lets everything end: the wallets behave, the callers ask about what is open, nothing is killed.
func (r *run) calm(ctx context.Context) error {
	if err := r.behave(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, settleMax)
	defer cancel()
	var busy sync.WaitGroup
	for _, c := range r.callers {
		busy.Go(func() { c.settle(ctx) })
	}
	busy.Wait()
	for _, c := range r.callers {
		for _, s := range c.open {
			return fmt.Errorf("payment %s has no last word %v after the last kill", s.RequestID, settleMax)
		}
	}
	if err := r.awaitClosed(ctx); err != nil {
		return err
	}
	r.untend()
	r.tending.Wait()
	if r.wallets.failed != nil {
		return fmt.Errorf("the wallets: %w", r.wallets.failed)
	}
	if err := r.census(ctx); err != nil {
		return err
	}
	took, err := r.child.terminate()
	r.drains = append(r.drains, took)
	r.starts[len(r.starts)-1].ended = time.Now().UnixMicro()
	return errors.Join(err, r.journal.err, r.journal.file.Close())
}

func (r *run) close() {
	if r.child != nil {
		r.child.kill()
	}
	if r.untend != nil {
		r.untend()
		r.tending.Wait()
	}
	if r.wallets != nil {
		if err := r.wallets.close(); err != nil {
			fmt.Fprintln(r.options.Out, "the wallets:", err)
		}
	}
}

// observed tells of each answer to a pay in the moment in which it arrives.
type observed struct {
	http.RoundTripper
	see func(event)
}

// RoundTrip asks.
func (o *observed) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := o.RoundTripper.RoundTrip(request)
	if err == nil && request.URL.Path == ams.Pay.Path(false) {
		o.see(answered)
	}
	return response, err
}
