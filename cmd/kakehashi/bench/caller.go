// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// instant is a wallet in this process that takes every payment at once.
type instant struct{ calls atomic.Int64 }

// Pay takes the money.
func (w *instant) Pay(_ context.Context, c wallet.Charge) wallet.Answer {
	w.calls.Add(1)
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: c.Payment.String()}
}

// Inquire says that it was taken.
func (w *instant) Inquire(_ context.Context, id ident.ID) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: id.String()}
}

// Cancel undoes it.
func (w *instant) Cancel(context.Context, ident.ID) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success}
}

// Refund gives it back.
func (w *instant) Refund(_ context.Context, r wallet.Return) wallet.Answer {
	return wallet.Answer{Verdict: wallet.Succeeded, Code: wire.Success, Partner: r.Refund.String()}
}

// caller makes payments, one after another.
type caller struct {
	world *world
	run   uint64 // of this run: no name is used twice
	id    int
	made  int
	skew  *rand.Zipf
	luck  *rand.Rand
}

func newCaller(w *world, run uint64, id int) *caller {
	luck := rand.New(rand.NewPCG(run, uint64(id)))
	return &caller{world: w, run: run, id: id, luck: luck, skew: rand.NewZipf(luck, 1.1, 10, uint64(w.merchants-1))}
}

// next is a payment that was never made before, of a merchant by Zipf's law.
func (c *caller) next() (flow.Pay, wallet.Charge) {
	c.made++
	m := int(c.skew.Uint64())
	a := m % acquirers
	w := &c.world.wallets[c.luck.IntN(len(c.world.wallets))]
	request := fmt.Sprintf("%x-%d-%d", c.run, c.id, c.made)
	p := flow.Pay{ID: ident.Name(c.world.lanes[a], ident.Payment, string(client(a)), "", request), Client: client(a),
		Holder: acquirer(a), RequestID: request, Order: request, Reference: reference(m), Store: "s-1", Terminal: "t-1",
		Price: money.New(100+c.luck.Int64N(20_000), money.JPY), Wallet: w.ID, WalletLane: w.Lane}
	binary.BigEndian.PutUint64(p.Marks[0][:8], c.luck.Uint64())
	binary.BigEndian.PutUint64(p.Marks[0][8:], c.luck.Uint64())
	p.Marks[1] = p.Marks[0] // but for the first hour of a day, both keys are one
	p.Fingerprint = p.Marks[0]
	return p, wallet.Charge{Payment: p.ID, Price: p.Price, Payer: p.Price}
}
