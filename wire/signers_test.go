// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"crypto/rand"
	"runtime"
	"sync"
	"testing"
)

func TestWhoeverFindsNoHandFreeWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	key, err := GenerateEd25519(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hands := NewSigners(1)
	text, signed := []byte("text"), make(chan []byte, 2)
	hands.take()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			signature, err := key.By(hands).Sign(text)
			if err != nil {
				t.Error(err)
			}
			signed <- signature
		})
	}
	for hands.Waiting() < 2 {
		runtime.Gosched()
	}
	if len(signed) != 0 {
		t.Fatal("signed without a hand")
	}
	hands.give()
	all.Wait()
	want, err := key.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	close(signed)
	for signature := range signed {
		if !bytes.Equal(signature, want) {
			t.Error("another signature came out")
		}
	}
	if hands.Waiting() != 0 {
		t.Errorf("%d still wait", hands.Waiting())
	}
}

func TestAKeyThatCannotSignGivesItsHandBack(t *testing.T) {
	t.Parallel()
	hands := NewSigners(0) // is one
	for range 3 {
		if _, err := (PrivateKey{}).By(hands).Sign(nil); err == nil {
			t.Fatal("a key that was never set has signed")
		}
	}
}
