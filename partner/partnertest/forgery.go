// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/aps"
)

// header is an honest answer whose headers are changed after signing.
func header(change func(h http.Header)) behaviour {
	return signs(func(r *reply) { r.header = change })
}

// signature is an honest answer whose signature header is rewritten.
func signature(rewrite func(header string) string) behaviour {
	return header(func(h http.Header) {
		h[wire.HeaderSignature] = []string{rewrite(h[wire.HeaderSignature][0])}
	})
}

func without(name string) behaviour { return header(func(h http.Header) { delete(h, name) }) }

func twice(name string) behaviour {
	return header(func(h http.Header) { h[name] = append(h[name], h[name]...) })
}

// dated is an honest answer signed under another time.
func dated(at time.Time) behaviour {
	return signs(func(r *reply) { r.envelope.Time = wire.FormatTime(at, nil) })
}

// timed is an honest answer signed under another text of a time.
func timed(text string) behaviour {
	return signs(func(r *reply) { r.envelope.Time = text })
}

// keyed is an honest answer signed with another key under a version.
func keyed(key func(k keys) wire.PrivateKey, version int) behaviour {
	return func(x *exchange) {
		x.reply(x.act(), func(r *reply) { r.key, r.version = key(x.server.keys), version })
	}
}

// moves is an honest answer signed as if one part of what is signed were another.
func moves(change func(e *wire.Envelope)) behaviour {
	return func(x *exchange) {
		body := x.act()
		x.reply(body, func(r *reply) {
			change(&r.envelope)
			r.body = func([]byte) []byte { return body }
		})
	}
}

// otherPath is a path of the dialect that was not called.
func otherPath(e *wire.Envelope) {
	if strings.HasSuffix(e.Path, aps.PathPay) {
		e.Path = prefix + aps.PathCancelPayment
		return
	}
	e.Path = prefix + aps.PathPay
}

// reflects sends our own request back as its answer, with our own signature.
func reflects(x *exchange) {
	h := x.writer.Header()
	h[wire.HeaderClientID] = []string{x.server.ClientID}
	h[wire.HeaderResponseTime] = x.request.Header.Values(wire.HeaderRequestTime)
	h[wire.HeaderSignature] = x.request.Header.Values(wire.HeaderSignature)
	_, _ = x.writer.Write(x.body)
}

// tampers changes one text of the body after signing.
func tampers(old, new string) behaviour {
	return signs(func(r *reply) {
		r.body = func(signed []byte) []byte { return bytes.Replace(signed, []byte(old), []byte(new), 1) }
	})
}

// part changes one part of a signature header.
func part(name, value string) func(string) string {
	return func(header string) string {
		parts := strings.Split(header, ",")
		for i, p := range parts {
			if strings.HasPrefix(p, name+"=") {
				parts[i] = name + "=" + value
			}
		}
		return strings.Join(parts, ",")
	}
}

func valueOf(header string) string {
	_, value, _ := strings.Cut(header, ",signature=")
	return value
}

// flipped is a signature header with the first bit of the signature turned.
func flipped(header string) string {
	signature, err := wire.ParseSignature(header)
	if err != nil {
		return ""
	}
	signature.Value[0] ^= 0x80
	return signature.Header()
}

// urlSafe is a signature header in the other base64 alphabet, without padding and without escapes.
func urlSafe(header string) string {
	signature, err := wire.ParseSignature(header)
	if err != nil {
		return ""
	}
	return part("signature", base64.RawURLEncoding.EncodeToString(signature.Value))(header)
}
