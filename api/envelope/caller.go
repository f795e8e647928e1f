// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// caller is who a request says it comes from, and what is on record of them.
type caller struct {
	id     ident.Client
	client access.Client
	keys   []access.Key
	found  bool
	err    error // the record could not be read
	public wire.PublicKey
}

// nobody is the client id of answers to callers whose own cannot be written into a signed text.
const nobody = "unknown"

// identify finds out what is on record, so that even the first refusal can be signed with the key the caller expects.
// Nothing is refused yet.
func (g *Gate) identify(ctx context.Context, x *exchange) {
	claimed := x.r.Header.Get(wire.HeaderClientID)
	x.echo, x.caller.id = claimed, ident.Client(claimed)
	x.desk, x.call.Side = g.live, Live
	if ident.CheckName(wire.HeaderClientID, claimed) != nil {
		x.key = x.desk.Key()
		if !writable(claimed) {
			x.echo = nobody
		}
		return
	}
	if side := g.deskOf(x.caller.id); side != nil {
		x.desk, x.call.Side = side, side.side
		x.call.Now = side.House.Now().UTC().Truncate(time.Microsecond)
		x.caller.client, x.caller.keys, x.caller.found, x.caller.err =
			side.House.Facts().Client(ctx, x.call.Now, x.caller.id)
	}
	x.call.Client = x.caller.client
	if x.caller.found {
		x.key = x.caller.client.ResponseKey
		return
	}
	x.key = x.desk.Key()
}

// writable reports whether a client id can stand in a signed text: the parts of that text are joined by dots.
func writable(id string) bool {
	return id != "" && len(id) <= wire.IDLen && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '.'
	})
}

func (g *Gate) askClient(_ context.Context, x *exchange) *Answer {
	c := &x.caller
	switch {
	case c.err != nil:
		g.log.Warn("clients cannot be read", "cause", c.err.Error())
		a := Failed(c.err)
		return &a
	case !c.found || x.call.Route.Sandbox && !c.id.Sandbox():
		return x.refuse(wire.InvalidClient, "")
	case c.client.Status != access.Active:
		return x.refuse(wire.InvalidClientStatus, "")
	}
	return nil
}

// askKey reads the headers that prove the caller, and finds the key to verify them with.
func (g *Gate) askKey(_ context.Context, x *exchange) *Answer {
	h := x.r.Header
	for _, name := range [...]string{wire.HeaderClientID, wire.HeaderRequestTime, wire.HeaderSignature} {
		if len(h.Values(name)) > 1 {
			return x.refuse(wire.ParamIllegal, "the header "+name+" is there twice")
		}
	}
	if strings.TrimSpace(h.Get(wire.HeaderRequestTime)) == "" {
		return x.refuse(wire.ParamIllegal, "the header "+wire.HeaderRequestTime+" is missing")
	}
	signature, err := wire.ParseSignature(h.Get(wire.HeaderSignature))
	if err != nil {
		a := Failed(err)
		return &a
	}
	key, ok := x.caller.keyOf(signature.KeyVersion, x)
	if !ok {
		return x.refuse(wire.KeyNotFound, "there is no public key of this keyVersion")
	}
	x.caller.public = key.Public
	return nil
}

// keyOf is the caller's key of a version that counts now. Without a version it is the newest that does.
func (c *caller) keyOf(version int, x *exchange) (key access.Key, ok bool) {
	for _, k := range c.keys {
		if (k.Version == version || version == 0 && k.Version > key.Version) && k.ActiveAt(x.call.Now) {
			key, ok = k, true
		}
	}
	return key, ok
}

// askRate counts the request for its client before anything is calculated. A proof that fails is given back, so that a
// stranger does not use up the client's share; strangers are counted by the address they come from.
func (g *Gate) askRate(_ context.Context, x *exchange) *Answer {
	if !x.desk.strangers.Left(x.stranger(), PerMinute(g.limits.StrangersMax), x.call.Now) ||
		!x.desk.requests.Take(string(x.caller.id), g.requests(x), x.call.Now) {
		return x.refuse(wire.RequestTrafficExceedLimit, "")
	}
	return nil
}

func (g *Gate) requests(x *exchange) Rate {
	return PerMinute(positive(x.caller.client.Rates.Requests, g.limits.RequestsMax))
}

// stranger names who tries to pass for a client: the client and the address.
func (x *exchange) stranger() string {
	host, _, err := net.SplitHostPort(x.r.RemoteAddr)
	if err != nil {
		host = x.r.RemoteAddr
	}
	return string(x.caller.id) + " " + host
}

// askSignature verifies what was received, before a byte of it is read.
func (g *Gate) askSignature(_ context.Context, x *exchange) *Answer {
	h := x.r.Header
	g.tell(x, Event{Step: Verifying})
	err := wire.Open(wire.Envelope{Method: x.r.Method, Path: x.path, ClientID: string(x.caller.id),
		Time: h.Get(wire.HeaderRequestTime), Body: x.call.Body}, h.Get(wire.HeaderSignature),
		func(int) (wire.PublicKey, bool) { return x.caller.public, true })
	if err != nil {
		g.forged(x, err)
		a := Failed(err)
		return &a
	}
	x.proved = true
	return nil
}

// forgeriesMax is how many failed proofs a minute raise the alarm. Source: reference/reliability.md S-23.
const forgeriesMax = 5

// forged counts a failed proof against the address it came from, not against the client it was made in the name of.
func (g *Gate) forged(x *exchange, err error) {
	client, now := string(x.caller.id), x.call.Now
	x.desk.requests.Back(client, g.requests(x))
	x.desk.strangers.Take(x.stranger(), PerMinute(g.limits.StrangersMax), now)
	g.log.Warn("a signature does not verify", "client", client, "operation", x.call.Route.Name,
		"code", string(fault.CodeOf(err)))
	if !x.desk.forgeries.Take(client, PerMinute(forgeriesMax-1), now) && x.desk.alarms.Take(client, PerMinute(1), now) {
		g.alarm(AlarmForgery, client+": requests that it did not sign, lately from "+x.r.RemoteAddr)
	}
}

// askClock refuses what was signed too long ago or in the future: the protocol has no nonce.
func (g *Gate) askClock(_ context.Context, x *exchange) *Answer {
	at, err := wire.ParseTime(x.r.Header.Get(wire.HeaderRequestTime))
	if err == nil {
		err = wire.CheckClock(at, x.call.Now, clockAllowed)
	}
	if err != nil {
		a := Failed(err)
		if fault.CodeOf(err) == wire.CodeTimeMalformed {
			a = Refuse(wire.ParamIllegal, "the header "+wire.HeaderRequestTime+": "+fault.DetailOf(err))
		}
		return &a
	}
	return nil
}
