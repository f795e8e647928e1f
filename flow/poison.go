// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// CodeSuspended is the code of what is refused because its client's movements had to be parked again and again.
const CodeSuspended fault.Code = "client_suspended"

// How many movements of one client are parked within a time before the lane takes no others from it for a while: each costs
// the whole lane a batch that is halved again and again.
//
// Source: decisions A12.
const (
	poisonMax    = 3
	poisonWithin = time.Minute
	suspendFor   = 10 * time.Minute
)

// clientOf is whose request a movement is; empty where it is nobody's.
func clientOf(m Movement) ident.Client {
	switch m := m.(type) {
	case Pay:
		return m.Client
	case Refund:
		return m.Client
	case Cancel:
		return m.Client
	}
	return ""
}

// poison counts what was parked lately.
type poison struct {
	parked map[ident.Client][]time.Time
}

// add counts a parked movement, and reports whether its client is to be suspended.
func (p *poison) add(client ident.Client, now time.Time) bool {
	if client == "" {
		return false
	}
	if p.parked == nil {
		p.parked = map[ident.Client][]time.Time{}
	}
	lately := p.parked[client][:0]
	for _, at := range p.parked[client] {
		if now.Sub(at) < poisonWithin {
			lately = append(lately, at)
		}
	}
	lately = append(lately, now)
	if len(lately) < poisonMax {
		p.parked[client] = lately
		return false
	}
	delete(p.parked, client)
	return true
}

// suspend refuses what comes from a client, until a time.
func (l *lines) suspend(client ident.Client, until time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.suspended == nil {
		l.suspended = map[ident.Client]time.Time{}
	}
	l.suspended[client] = until
}

// admits refuses a movement of a client that is suspended. The lines are locked.
func (l *lines) admits(w *waiting) error {
	if len(l.suspended) == 0 {
		return nil
	}
	client := clientOf(w.movement)
	until, suspended := l.suspended[client]
	switch {
	case !suspended:
		return nil
	case !w.since.Before(until):
		delete(l.suspended, client)
		return nil
	}
	return &fault.Error{Op: "flow.Submit", Kind: fault.Unavailable, Code: CodeSuspended, Subject: string(client),
		Detail: "requests of this client could not be written three times in a minute: nothing of it is taken for a while"}
}
