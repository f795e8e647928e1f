// SPDX-License-Identifier: Apache-2.0

package aps

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

// failure says how an exchange failed, in words of ours: the text of an error may hold what the wallet sent.
//
// Only what is provably before the first byte is told as nothing sent: a name that was not resolved, a connection that was
// not made, a certificate that was refused.
func failure(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		operation   *net.OpError
		timeout     net.Error
	)
	switch {
	case errors.As(err, &name):
		return notSent + "the wallet's host name was not resolved"
	case errors.As(err, &operation) && operation.Op == "dial":
		return notSent + "no connection to the wallet was made"
	case errors.As(err, &certificate):
		return notSent + "the wallet's certificate was refused"
	case errors.Is(err, context.DeadlineExceeded):
		return "the wallet did not answer before the deadline"
	case errors.Is(err, context.Canceled):
		return "the call was given up before the wallet answered"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the wallet did not answer in time"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset before the answer was read"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	}
	return "the exchange failed before the answer was read"
}
