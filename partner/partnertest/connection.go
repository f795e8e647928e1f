// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"net"
	"time"

	"github.com/kakehashi-pay/kakehashi/wallet"
)

// connections are the specifications about the way to the wallet.
func connections() []spec {
	var all []spec
	for _, q := range questions {
		for _, way := range []struct {
			name    string
			reached reach
			want    want
		}{
			{"a wallet with a good certificate counts", securely, fulfilled(q)},
			{"a certificate that has expired is refused", expired, notSent},
			{"a certificate of another name is refused", misnamed, notSent},
			{"a certificate of an unknown authority is refused", untrusted, notSent},
			{"TLS 1.1 is refused", outdated, notSent},
			{"a wallet that knows no TLS is refused", plainBehindHTTPS, notSent},
			{"a wallet that does not listen is no answer", nobodyListens, notSent},
		} {
			s := one(q, way.name, nil, way.want)
			s.reached = way.reached
			all = append(all, s)
		}
		for _, way := range []struct {
			name string
			dial dialing
		}{
			{"a connection that is reset before the request is read is no answer", reset},
			{"a connection that is closed before the request is read is no answer", closes},
		} {
			s := one(q, way.name, nil, notSent)
			s.steps[0].dial = way.dial
			all = append(all, s)
		}
		all = append(all, deadlines(q)...)
		all = append(all, reuses(q)...)
	}
	return all
}

func closes(c net.Conn) bool {
	_ = c.Close()
	return false
}

// deadlines are about calls whose deadline is kept by the clock.
func deadlines(q question) []spec {
	passed := one(q, "a deadline that has passed lets nothing leave", nil, notSent)
	passed.steps[0].within = -time.Second
	short := one(q, "a deadline of five milliseconds is kept", never, want{arrivals: onceAtMost})
	short.steps[0].within = 5 * time.Millisecond
	brief := one(q, "a deadline of a nanosecond is kept", nil, want{arrivals: onceAtMost})
	brief.steps[0].within = time.Nanosecond
	return []spec{passed, short, brief}
}

// reuses are about a second call over a connection that the first one left open. The standard library would gladly send a
// request again that it lost there.
func reuses(q question) []spec {
	var all []spec
	for _, a := range []act{
		{"a connection that is reset under its second request is no answer", resets},
		{"a connection that is closed under its second request is no answer", dropsAnswer},
		{"a second request that is dropped is no answer", dropsRequest},
		{"a second answer that stalls is none", stalls(func(h, b string) string { return h + b[:1] })},
	} {
		all = append(all, spec{name: string(q) + ": " + a.name, seen: true, steps: []step{
			{asks: inquire, want: charged}, {asks: q, does: a.does, want: doubt}}})
	}
	for _, a := range []act{
		{"after a flood", endlessBody},
		{"after a broken answer", breaks(func(h, b string) string { return h + b[:1] })},
		{"after a refused status", status(503)},
		{"after a forged answer", signature(flipped)},
	} {
		all = append(all, spec{name: string(q) + ": " + a.name + " the next call is answered", seen: true, steps: []step{
			{asks: inquire, does: a.does, want: doubt}, {asks: q, want: fulfilled(q)}}})
	}
	return all
}

// succeeded is an S with these facts.
func succeeded(change func(w *want), from want) want {
	change(&from)
	from.verdict = wallet.Succeeded
	return from
}
