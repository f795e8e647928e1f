// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"io"
	"net/http"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// shopsPath is where the sample shops' system hears what became of its payments.
const shopsPath = "/shops/notify"

// hear is the sample shops' system, as an integrator writes it: what the network did not sign is not believed, and what is
// heard is acknowledged, however often it comes.
//
// Source: reference/alipay-wire-api.md 2.7.
func (d *demo) hear(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.BodyMax))
	if err != nil {
		return
	}
	e := wire.Envelope{Method: r.Method, Path: r.URL.RequestURI(), ClientID: r.Header.Get(wire.HeaderClientID),
		Time: r.Header.Get(wire.HeaderRequestTime), Body: body}
	if err := wire.Open(e, r.Header.Get(wire.HeaderSignature), d.houseKey); err != nil {
		http.Error(w, "the signature is not the network's", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}`)
}
