// SPDX-License-Identifier: Apache-2.0

package sequence

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// together is how many payments are made in one batch.
const together = 20

// The times of the story's parts.
const (
	nextQuarter = 20 * time.Minute
	nextDay     = 26 * time.Hour
	dayAfter    = 52 * time.Hour
)

// story is all steps in their order. Their times never fall.
func story() []step {
	var all []step
	at := time.Duration(0)
	add := func(name string, do func(context.Context, *Runner) (string, error)) {
		at += time.Second
		all = append(all, step{name: name, at: at, do: do})
	}
	move := func(name string, m flow.Movement) {
		add(name, func(ctx context.Context, r *Runner) (string, error) { return r.do(ctx, m) })
	}
	addCatalogue(add)
	movePayments(move)
	moveCancels(move)
	moveRefunds(move)
	addOddities(add, move)
	add("many at once", many)
	add("the log is copied", checkpoint)
	addKeys(add, move)
	at = nextQuarter
	add("an idle lane is sealed", idle)
	move("paid after the seal", pay("p-20", 700, jp))
	move("heard after the seal", heard("p-20", flow.AskedToPay, took("W20")))
	add("the shelf follows again", project)
	at = nextDay
	move("a cancel that is too late", flow.Cancel{ID: paymentID("p-1"), Client: shop, RequestID: "p-1"})
	at = dayAfter
	move("old claims are removed", flow.Unclaim{Hour: store.HourOf(begin)})
	add("the holder lives", renew)
	add("the log is copied again", checkpoint)
	return all
}

type adding func(name string, do func(context.Context, *Runner) (string, error))

type moving func(name string, m flow.Movement)

// put is an act that writes facts, which are known from then on.
func put(what string, f store.Facts) func(context.Context, *Runner) (string, error) {
	return func(ctx context.Context, r *Runner) (string, error) {
		outcome, err := r.do(ctx, flow.Put{Person: "sequence", What: what, Facts: f})
		if err != nil {
			return "", err
		}
		return outcome, r.keep(ctx)
	}
}

func addCatalogue(add adding) {
	add("furnish", put("furnish", facts()))
	add("price list", func(ctx context.Context, r *Runner) (string, error) {
		q, err := quote()
		if err != nil {
			return "", err
		}
		outcome, err := r.do(ctx, flow.Price{Quotes: []fx.Quote{q}})
		if err != nil {
			return "", err
		}
		return outcome, r.keep(ctx)
	})
	add("a store is seen", put("record stores", store.Facts{Stores: []merchant.Store{{
		Merchant: merchant.NameOf(0, acquirer, cafe), Reference: "s-1", Name: "Sample cafe, first floor", MCC: "5812",
		Terminals: 1}}}))
}

func movePayments(move moving) {
	first := pay("p-1", 1000, hk)
	first.Record, first.Sealed = []byte("a sealed record stands here"), sha256.Sum256([]byte("salt and text"))
	move("paid by a foreign wallet", first)
	move("the wallet says S", heard("p-1", flow.AskedToPay, took("W1")))
	move("the same pay again", first)
	move("paid at home", pay("p-2", 1500, jp))
	move("the wallet says S at home", heard("p-2", flow.AskedToPay, took("W2")))
	move("a pay nobody answers", pay("p-3", 1300, hk))
	move("it becomes unknown", heard("p-3", flow.AskedToPay, wallet.Answer{Detail: "no answer"}))
	move("the inquiry says S", heard("p-3", flow.AskedWhatHappened, took("W3")))
	move("a pay the wallet refuses", pay("p-4", 900, hk))
	move("the wallet says F", heard("p-4", flow.AskedToPay, declined(wire.RiskReject)))
	stranger := pay("p-5", 800, hk)
	stranger.Reference = "nobody"
	move("a pay of a merchant nobody knows", stranger)
	altered := pay("p-1", 1001, hk)
	move("another amount under the same name", altered)
}

func moveCancels(move moving) {
	move("a pay that will be cancelled", pay("p-6", 2100, hk))
	move("it succeeds", heard("p-6", flow.AskedToPay, took("W6")))
	move("its cancel is intended", flow.Cancel{ID: paymentID("p-6"), Client: shop, RequestID: "p-6"})
	move("its cancel is confirmed", heard("p-6", flow.AskedToCancel, took("")))
	move("a cancel before the pay", flow.Cancel{ID: paymentID("p-7"), Client: shop, RequestID: "p-7"})
	move("the pay that comes too late", pay("p-7", 600, hk))
	move("a pay that stays unknown", pay("p-8", 2600, hk))
	move("nobody answers", heard("p-8", flow.AskedToPay, wallet.Answer{Detail: "no answer"}))
	move("our clock gives it up", flow.GiveUp{Payment: paymentID("p-8")})
	move("too late to cancel, and charged", heard("p-8", flow.AskedAfterWindow, took("W8")))
	move("our own refund is done", heard("p-8", flow.AskedToGiveBack, took("B8")))
	move("a pay whose cancel stays open", pay("p-9", 500, jp))
	move("its cancel is intended and not confirmed", flow.Cancel{ID: paymentID("p-9"), Client: shop, RequestID: "p-9"})
}

func moveRefunds(move moving) {
	move("a refund is reserved", refund("r-1", "p-2", 500))
	move("nobody answers the refund", refundHeard("r-1", "p-2", wallet.Answer{Detail: "no answer"}))
	move("the refund is done", refundHeard("r-1", "p-2", took("B1")))
	move("another refund is reserved", refund("r-2", "p-2", 400))
	move("the wallet refuses it", refundHeard("r-2", "p-2", declined(wire.RefundWindowExceed)))
	move("a refund of too much", refund("r-3", "p-2", 5000))
	move("a refund of a foreign payment", refund("r-4", "p-3", 333))
	move("it is done", refundHeard("r-4", "p-3", took("B4")))
	move("a refund that stays open", refund("r-5", "p-3", 100))
}

func addOddities(add adding, move moving) {
	move("a charge after the F", heard("p-4", flow.AskedToPay, took("W4")))
	move("it goes back", heard("p-4", flow.AskedToGiveBack, took("B4")))
	move("a wallet contradicts itself", heard("p-1", flow.AskedToPay, declined(wire.ProcessFail)))
	move("a code is claimed for another lane", flow.Claim{Payment: paymentID("elsewhere"), Marks: pay("q-1", 1, hk).Marks})
	spent := pay("p-10", 400, hk)
	spent.Marks = pay("q-1", 1, hk).Marks
	move("a code that is spent", spent)
	add("an attempt to tell", tell)
	add("the shelf follows", project)
	poison := pay("p-11", 450, hk)
	poison.Terminal = "t-\x00"
	move("what the database refuses is parked", poison)
}

func addKeys(add adding, move moving) {
	old := key(1)
	old.Until = begin.Add(24 * time.Hour)
	add("a key is rotated", put("rotate key", store.Facts{Keys: []access.Key{key(2), old}}))
	move("the old key is revoked", flow.Revoke{Person: "sequence", Key: old})
	add("a wallet is suspended", func(ctx context.Context, r *Runner) (string, error) {
		w := facts().Wallets[0]
		w.Status = wallet.Suspended
		return put("set wallet suspended", store.Facts{Wallets: []wallet.Wallet{w}})(ctx, r)
	})
	move("a pay by the suspended wallet", pay("p-12", 480, hk))
}

// many makes payments in one batch, and hears of them in another.
func many(ctx context.Context, r *Runner) (string, error) {
	var pays, answers []flow.Movement
	for i := range together {
		name := "m-" + strconv.Itoa(i)
		pays = append(pays, pay(name, int64(300+i), []wallet.ID{hk, jp}[i%2]))
		answers = append(answers, heard(name, flow.AskedToPay, took("M"+strconv.Itoa(i))))
	}
	text := ""
	for _, movements := range [][]flow.Movement{pays, answers} {
		replies, err := r.serve(ctx, movements...)
		if err != nil {
			return "", err
		}
		for _, one := range replies {
			if text, err = one.text(); err != nil {
				return "", err
			}
		}
	}
	return fmt.Sprintf("%d times %s", together, text), nil
}

// tell records that a client was told of the first payment.
func tell(ctx context.Context, r *Runner) (string, error) {
	p, err := r.db.Reader().Payment(ctx, paymentID("p-2"))
	if err != nil {
		return "", err
	}
	rows, err := r.db.Reader().Family(ctx, 0, p.Origin)
	if err != nil {
		return "", err
	}
	event := ident.Name(0, ident.Event, strconv.FormatInt(rows[1].N, 10), "notify") // of its success
	outcome, err := r.do(ctx, flow.Tell{Attempts: []store.Delivery{{Event: event.Digest, Attempt: 1, At: r.now,
		Outcome: store.Delivered}}})
	if err != nil {
		return "", err
	}
	told, err := r.db.Reader().Deliveries(ctx, event)
	return fmt.Sprintf("%s, %d attempt", outcome, len(told)), err
}

// project folds the journal into the shelf.
func project(ctx context.Context, r *Runner) (string, error) {
	for worked := true; worked; {
		var err error
		if worked, err = r.projector.Step(ctx, 4); err != nil {
			return "", err
		}
	}
	return "done", nil
}

// checkpoint copies SQLite's log into the database.
func checkpoint(ctx context.Context, r *Runner) (string, error) {
	return "done", r.db.CheckpointLog(ctx)
}

// idle serves a lane that nobody asks anything.
func idle(ctx context.Context, r *Runner) (string, error) {
	if _, err := r.teller().Step(ctx, r.now); err != nil {
		return "", err
	}
	if !calendar.Quarter(r.now).Equal(calendar.Quarter(time.UnixMicro(r.teller().Row().At))) {
		return "", ErrGivenUp
	}
	return "sealed", nil
}

// renew says that the holder lives.
func renew(ctx context.Context, r *Runner) (string, error) {
	return "done", r.teller().Renew(ctx, r.now)
}
