// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"net/url"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// endpointName names where messages go: a scheme, host and port as one client names it. Two clients behind one
// host do not keep each other waiting.
type endpointName struct {
	client ident.Client
	host   string // with scheme and port
}

func endpointOf(client ident.Client, u *url.URL) endpointName {
	return endpointName{client: client, host: u.Scheme + "://" + u.Host}
}

// endpoint is what waits for an endpoint and how it has answered of late.
type endpoint struct {
	name     endpointName
	waiting  []store.Event
	inLine   bool
	runs     int
	failures int       // in a row
	rests    time.Time // until then nothing is sent, once there were too many failures
}

// The bounds of endpoints.
const (
	waitingMax   = 64     // events that wait in memory for one
	endpointsMax = 10_000 // endpoints that are remembered
	failuresMax  = 4      // in a row: then it rests
	restFirst    = 15 * time.Second
	restMax      = 5 * time.Minute // below the pauses of resendAfter from then on: a single event is never late for it
)

// room says what may be done with an event that is due.
type room uint8

const (
	roomHere room = iota // it may wait for a run
	roomFull             // others wait already
	roomRest             // nothing is sent: it moves on to its next time
)

// roomAt is the room at an endpoint.
func (n *Notifier) roomAt(name endpointName, now time.Time) room {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	e := n.endpoints[name]
	switch {
	case e == nil:
		return roomHere
	case e.failures >= failuresMax && now.Before(e.rests):
		return roomRest
	case len(e.waiting) >= waitingMax:
		return roomFull
	}
	return roomHere
}

// put lets an event wait for a run to its endpoint.
func (n *Notifier) put(name endpointName, e store.Event) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	at := n.endpoints[name]
	if at == nil {
		n.forget()
		at = &endpoint{name: name}
		n.endpoints[name] = at
	}
	at.waiting = append(at.waiting, e)
	n.taken[e.ID()] = struct{}{}
	if !at.inLine {
		at.inLine = true
		n.line = append(n.line, at)
	}
}

// forget makes room for one more endpoint: what is forgotten of an idle one is only that it has failed.
func (n *Notifier) forget() {
	if len(n.endpoints) < endpointsMax {
		return
	}
	for name, e := range n.endpoints {
		if e.runs == 0 && len(e.waiting) == 0 {
			delete(n.endpoints, name)
		}
	}
}

// start gives the runs that there is room for, to each endpoint in turn.
func (n *Notifier) start() []Sending {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	var runs []Sending
	var rest []*endpoint
	for i, e := range n.line {
		if n.runs >= n.limits.RunsMax {
			rest = append(rest, n.line[i:]...)
			break
		}
		most := n.limits.EndpointMax
		if e.failures >= failuresMax {
			most = 1 // whether it answers again, one message tells
		}
		for given := 0; given < len(e.waiting) && e.runs < most && n.runs < n.limits.RunsMax &&
			n.clients[e.name.client] < n.limits.ClientMax; given++ {
			e.runs++
			n.runs++
			n.clients[e.name.client]++
			runs = append(runs, Sending{notifier: n, to: e})
		}
		if e.inLine = len(e.waiting) > e.runs; e.inLine {
			rest = append(rest, e)
		}
	}
	n.line = rest
	return runs
}

// next takes what a run tells next.
func (n *Notifier) next(e *endpoint) (store.Event, bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if len(e.waiting) == 0 {
		return store.Event{}, false
	}
	first := e.waiting[0]
	e.waiting = e.waiting[1:]
	return first, true
}

// leave ends a run.
func (n *Notifier) leave(e *endpoint) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	e.runs--
	n.runs--
	if n.clients[e.name.client]--; n.clients[e.name.client] == 0 {
		delete(n.clients, e.name.client)
	}
	switch {
	case len(e.waiting) > 0 && !e.inLine:
		e.inLine = true
		n.line = append(n.line, e)
	case len(e.waiting) == 0 && e.runs == 0 && e.failures == 0:
		delete(n.endpoints, e.name)
	}
}

// answered counts an answer of an endpoint, or its silence: after several in a row the endpoint rests, longer
// each time, and what waits for it is let go.
func (n *Notifier) answered(e *endpoint, heard bool, now time.Time) {
	if heard {
		e.failures = 0
		return
	}
	e.failures++
	if e.failures < failuresMax {
		return
	}
	e.rests = now.Add(min(restFirst<<min(e.failures-failuresMax, 10), restMax))
	for i := range e.waiting {
		delete(n.taken, e.waiting[i].ID())
	}
	e.waiting = nil
}
