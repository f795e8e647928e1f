// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// reach says which addresses may be called: public ones, over TLS, and none of our own machines or of anything
// that only we can see. A text is judged before its host is looked up, and what was looked up again before it
// is connected to, so a name that changes its mind in between gains nothing.
//
// Source: reference/reliability.md S-26 to S-28.
type reach struct {
	private  bool // anything goes: for trials
	guardian *ssrf.Guardian
}

func newReach(private bool) reach {
	return reach{private: private, guardian: ssrf.New(ssrf.WithAnyPort())}
}

// forbidden is the error of an address that may not be called. Its text never holds the address, which is the
// caller's.
type forbidden string

// Error says what is wrong with the address.
func (f forbidden) Error() string { return "the address may not be called: " + string(f) }

// Ports that may be called: those of HTTPS and those that no system service has.
const (
	portHTTPS   = 443
	portFreeMin = 1024
)

// target is the address that a text names.
//
// Errors: forbidden.
func (r reach) target(text string) (*url.URL, error) {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f || text[i] == '\\' {
			return nil, forbidden("it must be visible ASCII, and no \\")
		}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return nil, forbidden("it must be absolute, with a host")
	case u.Scheme != "https" && (u.Scheme != "http" || !r.private):
		return nil, forbidden("its scheme must be https")
	case u.User != nil:
		return nil, forbidden("it must name no user")
	case u.Fragment != "":
		return nil, forbidden("it must have no fragment")
	}
	if !r.port(u.Port()) {
		return nil, forbidden("its port must be 443, or 1024 and above")
	}
	return u, r.host(u.Hostname())
}

// port judges a port as it is written; an empty one is the scheme's own.
func (r reach) port(text string) bool {
	if text == "" {
		return true
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0 && (r.private || port == portHTTPS || port >= portFreeMin)
}

// host judges a host as it is written: an IP address is judged at once, and a number in any other form is none.
func (r reach) host(host string) error {
	if ip, err := netip.ParseAddr(host); err == nil {
		return r.address(ip)
	}
	last := strings.TrimSuffix(host, ".")
	last = last[strings.LastIndexByte(last, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || strings.Trim(last, "0123456789") == "" {
		return forbidden("its host is a number that is no IP address")
	}
	return nil
}

func (r reach) address(ip netip.Addr) error {
	if r.private || r.guardian.SafeAddr(ip) == nil {
		return nil
	}
	return forbidden("its host is not on the public internet")
}

// control is the last look at what a name was resolved to, right before the connection.
//
// Errors: forbidden.
func (r reach) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return forbidden("it leads to no TCP address")
	}
	if !r.port(strconv.Itoa(int(to.Port()))) {
		return forbidden("its port must be 443, or 1024 and above")
	}
	return r.address(to.Addr())
}

// How endpoints are reached.
const (
	dialWithin      = 5 * time.Second // for a connection, and again for its TLS handshake
	idleFor         = 30 * time.Second
	idleConnections = 256
	answerBytesMax  = 64 << 10
)

// transport connects to what may be called and to nothing else: neither through a proxy of the environment, nor
// to what an answer asks to be redirected to. HTTP is 1.1, as to wallets: one lost connection is one lost
// message.
func (r reach) transport(resolver *net.Resolver, roots *x509.CertPool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := net.Dialer{Timeout: dialWithin, Control: r.control, Resolver: resolver}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    dialWithin,
		Protocols:              protocols,
		DisableCompression:     true,
		MaxIdleConns:           idleConnections,
		MaxIdleConnsPerHost:    notifyDefaults.EndpointMax,
		IdleConnTimeout:        idleFor,
		MaxResponseHeaderBytes: answerBytesMax,
	}
}

// unheard says why an exchange failed, in words of ours: the text of an error may hold the address, or what was
// sent.
func unheard(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		operation   *net.OpError
		record      tls.RecordHeaderError
	)
	inNetwork := errors.As(err, &operation)
	switch {
	case errors.As(err, &name):
		return "the host name was not resolved"
	case errors.As(err, &certificate):
		return "the certificate was refused"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch),
		inNetwork && (operation.Op == "remote error" || operation.Op == "local error"): // an alert, theirs or ours
		return "no TLS connection was made"
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer in time"
	case inNetwork && operation.Op == "dial":
		return "no connection was made"
	}
	return "the connection ended before the answer did"
}
