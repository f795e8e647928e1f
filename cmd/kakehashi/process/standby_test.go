// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
	"github.com/kakehashi-pay/kakehashi/wire"
)

var shared postgres.Shared

// ready is what a process says of its readiness; empty while nobody answers.
func ready(operate string) string {
	response, err := http.Get("http://" + operate + "/readyz")
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}

// A second process on one PostgreSQL stands by, not ready, and takes over when the first has gone: nothing acknowledged is
// missing. Source: decisions A6, A7.
func TestAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a server takes too long for the inner loop")
	}
	w := newWorldOn(t, shared.Database(t))
	sale := w.sale(700)
	w.pay(sale, wire.Success)
	other := w.config
	other.Data, other.Witness, other.Listen = filepath.Join(t.TempDir(), "data"), "", "127.0.0.1:0"
	other.Operate = unused(t)
	begun := make(chan *process.Process, 1)
	go func() {
		p, err := process.Start(context.Background(), other, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Error(err)
		}
		begun <- p
	}()
	w.until("the second process stands by", func() bool {
		return strings.HasPrefix(ready(other.Operate), "not ready: standing by: ")
	})
	if got := ready(w.config.Operate); got != "ok\n" {
		t.Errorf("the first process says %q", got)
	}
	w.pay(w.sale(800), wire.Success)
	w.stop()
	w.network = <-begun
	if w.network == nil {
		t.FailNow()
	}
	w.till.Gateway = "http://" + w.network.Config.Listen
	if got := ready(w.network.Config.Operate); got != "ok\n" {
		t.Errorf("the second process says %q", got)
	}
	if got := w.state(sale.RequestID); got != "SUCCESS" {
		t.Errorf("the payment is %s", got)
	}
	w.pay(w.sale(900), wire.Success)
	w.stop()
	w.inOrder()
}

// unused is an address of this machine that nobody listens on.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
