// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/till"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// WireOptions say how the wire is measured.
type WireOptions struct {
	NetworkOptions
	Callers int
	Seconds int
	Read    bool // measure inquiries, too
}

// signedMin is the part of the machine's signing rate, in hundredths, that the wire must reach: the rest is all that HTTP,
// JSON, verification, the engine and the store may cost.
const signedMin = 70

// Wire measures payments from a till over HTTP to the gateway, over HTTP to a wallet and back, with RSA of 2048 bits: till,
// gateway, wallet and gateway sign in turn, and every signature is verified. Everybody shares the machine.
//
// Errors: Missed where fewer signatures are made than 70 % of what the machine can sign alone.
func Wire(ctx context.Context, o WireOptions) error {
	n, err := openNetwork(ctx, o.NetworkOptions, kind{walletKey: rsaKey})
	if err != nil {
		return err
	}
	defer n.close(ctx)
	w := newTills(n, o)
	stop, err := profile(o.Profile)
	if err != nil {
		return err
	}
	missed, err := w.compared(ctx, "payments", w.payer)
	stop()
	if err == nil && o.Read {
		var more Missed
		more, err = w.compared(ctx, "inquiries", w.reader)
		missed = append(missed, more...)
	}
	if err != nil {
		return err
	}
	return missed.verdict()
}

// The machine's speed is not the same all the time: it is asked for its signing rate before each of some short rounds.
const (
	signingTime = time.Second
	roundTime   = 5 * time.Second
)

// compared measures in rounds, each after a look at what the machine can sign alone.
func (t *tills) compared(ctx context.Context, what string, caller func(id int) visit) (Missed, error) {
	o, books := &t.options, t.network.books()
	visits := make([]visit, o.Callers)
	for id := range visits {
		visits[id] = caller(id)
	}
	all, used, alone := newMeasured(what), resources{}, signing{}
	for left := time.Duration(o.Seconds) * time.Second; left > 0 && ctx.Err() == nil; left -= roundTime {
		look, err := signingOf(ctx, t.network.till[rsaKey], signingTime)
		if err != nil {
			return nil, err
		}
		round, cancel := context.WithTimeout(ctx, min(left, roundTime))
		before, signed := usage(books), t.signatures()
		m := closedLoop(round, what, o.Callers, func(id int) visit { return visits[id] })
		cancel()
		m.signatures = t.signatures() - signed
		used = usage(books).since(before).and(used)
		alone = alone.and(look, m.elapsed)
		all.add(m)
	}
	fmt.Fprintf(o.Out, "%s over the wire, %s, %d merchants, %d callers:\n", what, books.Engine(), o.Merchants, o.Callers)
	all.print(o.Out, used)
	return t.judged(all, used, alone), ctx.Err()
}

// judged prints what signing is of a measurement, and how far it is from its bar.
func (t *tills) judged(m *measured, used resources, alone signing) Missed {
	out, made := t.options.Out, float64(m.signatures)
	if refused := t.network.purse.refused.Load(); refused > 0 {
		fmt.Fprintf(out, "  DOES NOT COUNT: the wallet refused %d requests\n", refused)
	}
	fmt.Fprintf(out, "  signatures: %.0f/s; this machine alone, RSA of 2048 bits on all processors: %.0f/s\n",
		made/m.elapsed.Seconds(), alone.rate)
	fmt.Fprintf(out, "  of the processor time, %.1f %% was signing\n", 100*made*alone.each.Seconds()/used.cpu.Seconds())
	return bar(out, "per cent of the machine's signing rate", 100*made/m.elapsed.Seconds()/alone.rate, signedMin)
}

// tills are the shops' systems, one for each client.
type tills struct {
	network *network
	options WireOptions
	run     int64
	all     []*till.Till
	paid    [][]sold // of each caller
	answers atomic.Int64
}

// sold is a payment that was made.
type sold struct {
	client  int
	request string
}

func newTills(n *network, o WireOptions) *tills {
	t := &tills{network: n, options: o, run: time.Now().UnixNano(), paid: make([][]sold, o.Callers)}
	transport := &http.Transport{MaxIdleConns: o.Callers, MaxIdleConnsPerHost: o.Callers, DisableCompression: true}
	for i := range acquirers {
		t.all = append(t.all, &till.Till{Gateway: n.gateway(), ClientID: string(client(i)), Key: n.till[rsaKey],
			House: n.houseKey, Client: &http.Client{Transport: transport}, Now: time.Now})
	}
	return t
}

// signatures are those that everybody has made so far. Each answer that a till has verified was signed by the gateway; each
// request that the wallet has verified was, too, and the wallet has signed its answer.
func (t *tills) signatures() int64 {
	all := t.answers.Load() + 2*t.network.purse.asked.Load()
	for _, one := range t.all {
		all += one.Signatures()
	}
	return all
}

// payer makes payments of its own.
func (t *tills) payer(id int) visit {
	luck, made := rand.New(rand.NewPCG(uint64(t.run), uint64(id))), 0
	skew := rand.NewZipf(luck, 1.1, 10, uint64(t.network.world.merchants-1))
	return func(ctx context.Context, m *measured, due time.Time) {
		made++
		shop, wallet := int(skew.Uint64()), luck.IntN(len(t.network.world.wallets))
		request := fmt.Sprintf("%x-%d-%d", t.run, id, made)
		answer, err := t.all[shop%acquirers].Pay(context.WithoutCancel(ctx), till.Sale{RequestID: request, Order: request,
			About: "Sample goods", Currency: "JPY", Minor: 100 + luck.Int64N(20_000),
			Code:     fmt.Sprintf("%s%018d", codePrefix(routing(wallet)), luck.Int64N(1_000_000_000_000_000_000)),
			Merchant: reference(shop), MerchantName: "Sample shop", MCC: "5812", Store: "s-1", Terminal: "t-1"})
		if t.count(m, err, answer.Result, due) {
			t.paid[id] = append(t.paid[id], sold{shop % acquirers, request})
		}
	}
}

// count takes an answer into the measurement, and reports whether it is a success.
func (t *tills) count(m *measured, err error, r wire.Result, due time.Time) bool {
	switch {
	case errors.Is(err, till.ErrBusy):
		m.shed++
		return false
	case err != nil:
		m.failed++
		return false
	}
	t.answers.Add(1)
	if r.Status() != wire.Succeeded {
		m.failed++
		return false
	}
	m.done(due)
	return true
}

// reader asks about the caller's own payments in turn, so that no answer is the same within a second: such are signed once.
func (t *tills) reader(id int) visit {
	mine, next := t.paid[id], 0
	return func(ctx context.Context, m *measured, due time.Time) {
		if len(mine) == 0 {
			m.failed++
			return
		}
		s := mine[next%len(mine)]
		next++
		var answer ams.InquiryPaymentResponse
		err := t.all[s.client].Call(context.WithoutCancel(ctx), ams.InquiryPayment,
			&ams.InquiryPaymentRequest{PaymentRequestID: wire.Text(s.request)}, &answer)
		t.count(m, err, answer.Result, due)
	}
}
