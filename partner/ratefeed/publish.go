// SPDX-License-Identifier: Apache-2.0

package ratefeed

import (
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Publisher is what a feed is published with.
type Publisher struct {
	Key        wire.PrivateKey
	KeyVersion int
	Now        func() time.Time
	Sheet      func() (Sheet, error) // the present sheet
}

// Publish serves the present sheet, signed for whoever names itself in the header client-id. It never sends a
// sheet of which a receiver would refuse a line: then it answers 503, and receivers' rates grow old. Each answer
// is a signature; what limits the callers stands in front of it.
//
// Invariant: clock and sheet are given.
// Concurrency: as safe as the clock and the sheet.
func Publish(p Publisher) http.Handler {
	invariant.Check(p.Now != nil && p.Sheet != nil, "ratefeed: a publisher without clock or sheet")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		sheet, err := p.Sheet()
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, err := sheet.Encode()
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		headers, err := wire.SealResponse(p.Key, p.KeyVersion, wire.Envelope{Method: http.MethodGet,
			Path: wire.SignedPath(r.RequestURI), ClientID: r.Header.Get(wire.HeaderClientID),
			Time: wire.FormatTime(p.Now(), nil), Body: body})
		if err != nil {
			w.WriteHeader(sealStatus(err))
			return
		}
		for _, h := range headers {
			w.Header()[h.Name] = []string{h.Value}
		}
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(body)
	})
}

// sealStatus tells a caller without a client-id, or with one that cannot be signed, from a publisher without a key.
func sealStatus(err error) int {
	if fault.KindOf(err) == fault.Invalid {
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}
