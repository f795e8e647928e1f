// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The names of the API's alarms.
const (
	AlarmGuessing = "payment_codes_guessed" // a client sends more codes that nobody knows than tills do
	AlarmTombs    = "cancels_of_nothing"    // a client cancels more payments that never were than tills do
)

// Source: reference/reliability.md S-16; decisions B22.
var defaults = Limits{BadCodesMax: 60, TillCodesMax: 20, ShopCodesMax: 200, TombsMax: 60, ExpiresAfter: time.Minute}

// desk is a realm with what the API remembers of its callers.
//
// Concurrency: safe for any number of callers.
type desk struct {
	Realm
	scribe
	limits Limits
	log    *slog.Logger
	alarm  func(name, about string)

	badCodes *envelope.Meter // of a client, a merchant and a till
	tombs    *envelope.Meter // of a client
	alarms   *envelope.Meter // of an alarm and client
	stores   kept[storeName, struct{}]
	refunds  kept[ident.ID, string] // the caller's request id of each, lately asked for
}

// storeName is a store of a merchant as orders name it.
type storeName struct {
	merchant  merchant.ID
	reference string
}

func newDesk(r Realm, c Config) *desk {
	d := &desk{Realm: r, scribe: scribe{catalogue: r.House, zone: c.Zone}, limits: c.Limits, log: c.Log, alarm: c.Alarm,
		badCodes: envelope.NewMeter(), tombs: envelope.NewMeter(), alarms: envelope.NewMeter()}
	if d.zone == nil {
		d.zone = envelope.Japan
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.alarm == nil {
		d.alarm = func(string, string) {}
	}
	for _, limit := range []struct {
		field     *int
		otherwise int
	}{{&d.limits.BadCodesMax, defaults.BadCodesMax}, {&d.limits.TillCodesMax, defaults.TillCodesMax},
		{&d.limits.ShopCodesMax, defaults.ShopCodesMax}, {&d.limits.TombsMax, defaults.TombsMax}} {
		if *limit.field <= 0 {
			*limit.field = limit.otherwise
		}
	}
	if d.limits.ExpiresAfter <= 0 {
		d.limits.ExpiresAfter = defaults.ExpiresAfter
	}
	return d
}

// failed answers an error of the house.
func (d *desk) failed(c *envelope.Call, err error) envelope.Answer {
	switch fault.CodeOf(err) {
	case flow.CodeRepeatDiffers:
		return envelope.Refuse(wire.RepeatReqInconsistent, fault.DetailOf(err))
	case flow.CodePaymentMissing, flow.CodeRefundMissing:
		return notThere()
	case flow.CodeCancelTooLate:
		return envelope.Refuse(wire.CancelWindowExceed, fault.DetailOf(err))
	case flow.CodeCancelAfterRefund:
		return envelope.Refuse(wire.ProcessFail, fault.DetailOf(err))
	case vault.CodeTextTooLong:
		return envelope.Refuse(wire.ParamIllegal, fault.DetailOf(err))
	}
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unknown {
		d.log.Error("a request has no certain outcome", "operation", c.Route.Name, "client", string(c.Client.ID),
			"cause", err.Error())
	}
	return envelope.Failed(err)
}

// notThere is the answer about what does not exist, and about what belongs to somebody else: nobody can tell which.
func notThere() envelope.Answer { return envelope.Refuse(wire.OrderNotExist, "") }

// named is the id of the payment that a request names: by our id where it gives one, else by the caller's own. ok is
// false for a text that can name no payment.
func named(c *envelope.Call, paymentID, requestID, account wire.Text) (id ident.ID, ok bool) {
	if paymentID != "" {
		id, err := ident.Parse(string(paymentID))
		return id, err == nil
	}
	return ident.Name(c.Client.Lane, ident.Payment, string(c.Client.ID), string(account), string(requestID)), true
}

// own is the caller's payment of an id; nil when there is none, or it is another client's or another account's. Both
// take the same questions to the store.
func (d *desk) own(ctx context.Context, c *envelope.Call, id ident.ID, account wire.Text) (*payment.Payment, error) {
	p, err := d.House.Reader().Payment(ctx, id)
	if err != nil {
		return nil, err
	}
	if p == nil {
		_, err := d.House.Reader().Family(ctx, id.Lane, 0) // as much work as for one that is there
		return nil, err
	}
	if p.Client != c.Client.ID || account != "" && string(account) != p.Account {
		return nil, nil
	}
	return p, nil
}

// spent alarms once a minute that a client has used up what it may try.
func (d *desk) spent(name string, c *envelope.Call) {
	if d.alarms.Take(name+" "+string(c.Client.ID), envelope.PerMinute(1), c.Now) {
		d.alarm(name, string(c.Client.ID))
	}
}

// most is a client's own bound, or the house's.
func most(own, house int) envelope.Rate {
	if own > 0 {
		return envelope.PerMinute(own)
	}
	return envelope.PerMinute(house)
}

// keptMax is how many entries one generation of a memory holds.
const keptMax = 10_000

// kept remembers what never changes, in two generations: when the younger is full the older is forgotten. The zero
// value is empty.
//
// Concurrency: safe for any number of callers.
type kept[K comparable, V any] struct {
	mutex      sync.Mutex
	young, old map[K]V
}

func (k *kept[K, V]) get(key K) (V, bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if v, ok := k.young[key]; ok {
		return v, true
	}
	v, ok := k.old[key]
	return v, ok
}

func (k *kept[K, V]) put(key K, value V) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.young == nil || len(k.young) >= keptMax {
		k.old, k.young = k.young, map[K]V{}
	}
	k.young[key] = value
}
