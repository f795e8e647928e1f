// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/golden"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/aps"
	"github.com/kakehashi-pay/kakehashi/partner/partnertest"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

var (
	payment  = ident.Name(7, ident.Payment, "SAMPLE_SHOP", "", "order-1")
	giveBack = ident.Name(7, ident.Refund, "SAMPLE_SHOP", "", "refund-1")
)

func charge(server *partnertest.Misbehaving) wallet.Charge {
	return wallet.Charge{Payment: payment, Code: "281012345678901234", Customer: "CUSTOMER-1",
		Price: money.New(1_000, money.JPY), Payer: money.New(5_150, money.HKD), Quote: "QUOTE-1", Pair: "JPY/HKD",
		Rate: "0.0515", ExpiresAt: server.Now().Add(time.Minute), Order: "order-1", About: "Sample matcha, two cups",
		Merchant: wallet.Shop{ID: "m-1", Name: "サンプル茶房", MCC: "5812", Region: "JP", Store: "s-1",
			StoreName: "祇園店"}}
}

func back() wallet.Return {
	return wallet.Return{Payment: payment, Refund: giveBack, Partner: "WALLET-PAYMENT-1", Amount: money.New(400, money.JPY),
		Payer: money.New(2_060, money.HKD)}
}

// tapped is a connection that keeps what is written to it.
type tapped struct {
	net.Conn
	sent *bytes.Buffer
}

func (t tapped) Write(p []byte) (int, error) {
	t.sent.Write(p)
	return t.Conn.Write(p)
}

// tap is a connector of a wallet at a fixed address, and what it sends. The wallet's TLS is left out, so that the bytes
// can be seen.
func tap(t *testing.T, server *partnertest.Misbehaving) (wallet.Connector, *bytes.Buffer) {
	t.Helper()
	address := strings.TrimPrefix(server.URL, "http://")
	address, path, _ := strings.Cut(address, "/")
	sent := &bytes.Buffer{}
	transport := aps.Transport()
	transport.DialTLSContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return tapped{c, sent}, err
	}
	t.Cleanup(transport.CloseIdleConnections)
	terms := terms(server)
	terms.URL, terms.Zone = "https://wallet.example/"+path, time.FixedZone("", 9*60*60)
	return aps.New(terms, &http.Client{Transport: transport}, server.Now), sent
}

// TestRequestsAreSentAsWritten compares what leaves, to the byte. Only the signature is left out of the files; it is
// verified here, over the bytes as they were sent.
func TestRequestsAreSentAsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		call func(ctx context.Context, c wallet.Connector, server *partnertest.Misbehaving) wallet.Answer
	}{
		{"pay", func(ctx context.Context, c wallet.Connector, s *partnertest.Misbehaving) wallet.Answer {
			return c.Pay(ctx, charge(s))
		}},
		{"inquiry", func(ctx context.Context, c wallet.Connector, _ *partnertest.Misbehaving) wallet.Answer {
			return c.Inquire(ctx, payment)
		}},
		{"cancel", func(ctx context.Context, c wallet.Connector, _ *partnertest.Misbehaving) wallet.Answer {
			return c.Cancel(ctx, payment)
		}},
		{"refund", func(ctx context.Context, c wallet.Connector, _ *partnertest.Misbehaving) wallet.Answer {
			return c.Refund(ctx, back())
		}},
	} {
		for _, algorithm := range []wire.Algorithm{wire.Ed25519, wire.RSA256} {
			t.Run(c.name+"/"+algorithm.String(), func(t *testing.T) {
				t.Parallel()
				server := partnertest.Start(t, algorithm)
				connector, sent := tap(t, server)
				if a := c.call(t.Context(), connector, server); a.Code == "" {
					t.Fatalf("the wallet was not heard: %+v", a)
				}
				signature := verify(t, sent.Bytes(), server)
				_, value, _ := strings.Cut(signature, ",signature=")
				text := strings.NewReplacer(value, "…", "="+algorithm.String()+",", "=ALGORITHM,", "\r\n", "\n")
				golden.Equal(t, c.name+".txt", text.Replace(sent.String()))
			})
		}
	}
}

// verify reads a request as a wallet would, and returns its signature header.
func verify(t *testing.T, raw []byte, server *partnertest.Misbehaving) string {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	e := wire.Envelope{Method: r.Method, Path: r.RequestURI, ClientID: server.ClientID,
		Time: r.Header.Get(wire.HeaderRequestTime), Body: body}
	err = wire.Open(e, r.Header.Get(wire.HeaderSignature), func(version int) (wire.PublicKey, bool) {
		return server.OurKey.Public(), version == server.OurVersion
	})
	if err != nil {
		t.Fatalf("the signature does not verify: %v", err)
	}
	return r.Header.Get(wire.HeaderSignature)
}
