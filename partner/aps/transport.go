// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// How wallets are reached.
const (
	connectMax = 3 * time.Second  // for a connection, and again for its TLS handshake
	aliveEvery = 15 * time.Second // between probes of a connection that is silent
	idleMax    = 30 * time.Second // below the 60 s after which common servers hang up on an idle connection
	// as many as calls are under way at once in wallet.DefaultTimers; all may be idle, or each burst would dial anew
	openConnections   = 512
	answerHeaderBytes = 64 << 10
)

// Transport is how a wallet is reached where the wiring needs no other way; each call makes a new one, for one wallet, and
// the caller may still change it: authorities, a certificate of ours, a proxy.
//
// TLS is 1.2 or newer, and HTTP is 1.1: under HTTP/2 one lost connection would put every payment in flight in doubt, and
// the standard library sends a refused stream again by itself. A proxy of the environment is not used.
//
// What a wallet sends unasked on an idle connection, net/http writes to the standard logger of package log, bytes and all;
// whoever wires a connector keeps that logger's text out of the logs.
func Transport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := net.Dialer{Timeout: connectMax, KeepAlive: aliveEvery}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectMax,
		Protocols:              protocols,
		DisableCompression:     true,
		MaxIdleConns:           openConnections,
		MaxIdleConnsPerHost:    openConnections,
		MaxConnsPerHost:        openConnections,
		IdleConnTimeout:        idleMax,
		MaxResponseHeaderBytes: answerHeaderBytes,
	}
}
