// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// copied is a signed copy of small books whose last batch told somebody something, and wrote no row.
func copied(t *testing.T) (file string, key wire.PrivateKey) {
	t.Helper()
	key, err := wire.GenerateEd25519(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	h := stage.Open(t, noon)
	h.Put(store.Facts{Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer",
		Status: access.Active}}})
	h.Run(time.Minute)
	event := ident.Name(0, ident.Event, "1", "notify")
	if _, err := h.Do(context.Background(), flow.Tell{In: 0, Attempts: []store.Delivery{{Event: event.Digest, Attempt: 1,
		At: h.Now(), Outcome: store.Delivered, Detail: "acknowledged"}}}); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "copy.db")
	_, err = store.Copy(context.Background(), h.Reader(), store.Location(file), store.Copying{
		Footer: func(cut store.Cut) store.Footer {
			if cut.Lanes[0].At == noon.UnixMicro() {
				t.Error("the last batch has the time of the last row")
			}
			body := footerOf("live", cut, noon).String()
			signature, err := key.Sign([]byte(body))
			if err != nil {
				t.Error(err)
			}
			return store.Footer{Body: body, Signature: signature}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return file, key
}

// inspected is what a look at a copy says, and whether it finds it in order.
func inspected(file string, keys ...wire.PublicKey) (string, error) {
	var said strings.Builder
	i := &inspection{file: file, keys: keys, out: &said, meter: &meter{out: io.Discard, began: time.Now(), last: time.Now()}}
	err := i.run(context.Background())
	return said.String(), err
}

func TestASoundCopyIsInOrder(t *testing.T) {
	t.Parallel()
	file, key := copied(t)
	said, err := inspected(file, key.Public())
	if err != nil || !strings.Contains(said, "its signature is good") ||
		!strings.Contains(said, "unaltered up to row 1, of 2026-11-24T03:00:00Z") {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestACopyWithAnotherSignatureIsNot(t *testing.T) {
	t.Parallel()
	file, _ := copied(t)
	other, err := wire.GenerateEd25519(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := inspected(file, other.Public()); err == nil {
		t.Errorf("in order:\n%s", said)
	}
}
