// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"net/http"
	"testing"

	"github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/partner/partnertest"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// terms are the terms of a sample wallet.
func terms(server *partnertest.Misbehaving) aps.Terms {
	return aps.Terms{URL: server.URL, ClientID: server.ClientID, AcquirerID: server.AcquirerID, PspID: server.PspID,
		Key: server.Key, WalletKey: server.WalletKey}
}

// connect is a connector as the program wires it, with the authority of the test.
func connect(t testing.TB, server *partnertest.Misbehaving) wallet.Connector {
	transport := aps.Transport()
	transport.TLSClientConfig.RootCAs = server.Roots
	t.Cleanup(transport.CloseIdleConnections)
	return aps.New(terms(server), &http.Client{Transport: transport}, server.Now)
}

func TestConnectorConforms(t *testing.T) {
	t.Parallel()
	partnertest.Run(t, connect)
}
