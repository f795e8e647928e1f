// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The names of the notifier's alarms.
const (
	AlarmNotifyDead   = "notification_dead"   // a client was not reached to the last, or may not be called
	AlarmNotifyUnsent = "notification_unsent" // something of ours keeps a notification from being sent
)

// NotifierHouse is what the notifier needs of a running network.
type NotifierHouse interface {
	// Now is the house's time.
	Now() time.Time
	// Facts is the catalogue.
	Facts() *store.Catalogue
	// Reader reads what is committed, on the primary.
	Reader() *store.Reader
	// Do serves a movement, no longer than the context lasts.
	Do(ctx context.Context, m flow.Movement) (flow.Outcome, error)
}

// NotifyLimits bound what the notifier has under way. Zero fields have the default that is named beside them.
type NotifyLimits struct {
	RunsMax      int           // runs at once, 256
	ClientMax    int           // of them for one client, 32
	EndpointMax  int           // of them to one endpoint, 4
	AnswerWithin time.Duration // from the look-up of the address to the end of the answer, 15 s
}

// Source: reference/reliability.md F21, R-21.
var notifyDefaults = NotifyLimits{RunsMax: 256, ClientMax: 32, EndpointMax: 4, AnswerWithin: 15 * time.Second}

func (l NotifyLimits) filled() NotifyLimits {
	for _, limit := range []struct {
		field     *int
		otherwise int
	}{{&l.RunsMax, notifyDefaults.RunsMax}, {&l.ClientMax, notifyDefaults.ClientMax},
		{&l.EndpointMax, notifyDefaults.EndpointMax}} {
		if *limit.field <= 0 {
			*limit.field = limit.otherwise
		}
	}
	if l.AnswerWithin <= 0 {
		l.AnswerWithin = notifyDefaults.AnswerWithin
	}
	return l
}

// NotifierConfig says how a notifier is built.
type NotifierConfig struct {
	House NotifierHouse
	// Shelf holds the list of what is to be told.
	Shelf *store.Shelf
	// Keys gives our private key of a version; ok is false when there is none.
	Keys func(version int) (key wire.PrivateKey, ok bool)
	// Ring opens what callers wrote about their payments: addresses and metadata.
	Ring vault.Ring
	Zone *time.Location // of the times we write; nil: Japan's
	// Private lets messages go to any address and port, and without TLS. Only for trials.
	Private  bool
	Resolver *net.Resolver  // of host names; nil: the machine's
	Roots    *x509.CertPool // who vouches for certificates; nil: the machine's
	Limits   NotifyLimits
	// Alarm is told what an operator must know: a name and what it is about. May be nil.
	Alarm func(name, about string)
}

// Notifier tells clients what became of their payments and refunds, again and again until they acknowledge it.
//
// It is stepped. Step finds what is due and gives runs, each of which must be made, all at once if need be;
// Record makes durable how they ended. An endpoint, a client's name for a scheme, host and port, has few runs
// at once; one that does not answer rests as a whole, and its events move on to their next time without an
// attempt: so it keeps no other waiting.
//
// What was told is truth in the books, and the shelf's list follows it: an event is asked for there before it
// is told, so an emptied shelf repeats nothing. A process that ends between an answer and its record tells it
// once more: at least once, never exactly once.
//
// Concurrency: Step and Record by one owner each, which may differ; everything else by any number of callers.
// Source: reference/alipay-wire-api.md 2.7; decisions A16, E.
type Notifier struct {
	scribe
	house  NotifierHouse
	shelf  *store.Shelf
	keys   func(version int) (wire.PrivateKey, bool)
	ring   vault.Ring
	reach  reach
	client *http.Client
	limits NotifyLimits
	alarm  func(name, about string)
	alarms *envelope.Meter // of an alarm and client

	sweep, front store.Event // Step's places in the list
	places       kept[ident.ID, endpointName]

	mutex     sync.Mutex
	taken     map[ident.ID]struct{} // events that wait for a run, are told, or are told and not recorded
	endpoints map[endpointName]*endpoint
	line      []*endpoint // those where something waits, in turn
	clients   map[ident.Client]int
	runs      int
	ended     []ended
}

// takenMax bounds how many events are in memory.
const takenMax = 4096

// NewNotifier is a notifier that has told nothing yet.
func NewNotifier(c NotifierConfig) *Notifier {
	n := &Notifier{scribe: scribe{catalogue: c.House, zone: c.Zone}, house: c.House, shelf: c.Shelf, keys: c.Keys,
		ring: c.Ring, reach: newReach(c.Private), limits: c.Limits.filled(), alarm: c.Alarm,
		alarms: envelope.NewMeter(), taken: map[ident.ID]struct{}{}, endpoints: map[endpointName]*endpoint{},
		clients: map[ident.Client]int{}}
	if n.zone == nil {
		n.zone = envelope.Japan
	}
	if n.alarm == nil {
		n.alarm = func(string, string) {}
	}
	n.client = &http.Client{Transport: n.reach.transport(c.Resolver, c.Roots),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return n
}

// Next is when the next event is due, or was; ok is false when nothing is left to tell.
//
// Errors: Unavailable store_busy.
func (n *Notifier) Next(ctx context.Context) (due time.Time, ok bool, err error) {
	first, err := n.shelf.Due(ctx, farAway, store.Event{}, 1)
	if err != nil || len(first) == 0 {
		return time.Time{}, false, err
	}
	return first[0].Due, true, nil
}

// farAway is later than any event.
var farAway = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Load is what a notifier has under way: runs, and events that it holds in memory.
type Load struct{ Runs, Events int }

// Load is what is under way now.
func (n *Notifier) Load() Load {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return Load{Runs: n.runs, Events: len(n.taken)}
}

// raise alarms once a minute and client.
func (n *Notifier) raise(name string, e *store.Event, why string) {
	if n.alarms.Take(name+" "+string(e.Client), envelope.PerMinute(1), n.house.Now()) {
		of := ident.ID{Lane: e.Lane, Digest: e.Subject}
		n.alarm(name, string(e.Client)+": "+e.Kind.String()+" of "+of.String()+": "+why)
	}
}
