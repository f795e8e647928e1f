// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func yes() bool { return true }
func no() bool  { return false }

func TestThePressMakesAnAnswerOnceASecond(t *testing.T) {
	t.Parallel()
	p := press{span: time.Second}
	var counted sync.Mutex
	made := 0
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			m, ok := p.take(keyOf("a"), noon, yes)
			if !ok {
				t.Error("it may be made")
				return
			}
			m.once.Do(func() {
				counted.Lock()
				defer counted.Unlock()
				made++
			})
		})
	}
	all.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	if _, ok := p.take(keyOf("a"), noon.Add(time.Millisecond), no); !ok {
		t.Error("what is made is given without asking")
	}
	if _, ok := p.take(keyOf("b"), noon, no); ok {
		t.Error("what may not be made is made")
	}
	if _, ok := p.take(keyOf("a"), noon.Add(time.Second), no); ok {
		t.Error("the next second has an answer of its own")
	}
}

func TestThePressRemembersABoundedNumber(t *testing.T) {
	t.Parallel()
	p := press{span: time.Second}
	for i := range 2 * madeMax {
		if _, ok := p.take(keyOf(fmt.Sprint(i)), noon, yes); !ok {
			t.Fatal("it may be made")
		}
	}
	if len(p.made) != madeMax {
		t.Errorf("%d are remembered", len(p.made))
	}
}

func TestKeysOfDifferentPartsDiffer(t *testing.T) {
	t.Parallel()
	if keyOf("ab", "c") == keyOf("a", "bc") || keyOf("a") == keyOf("a", "") {
		t.Error("two lists of parts share a key")
	}
}

// Errors become what the caller can do about them; an unclassified one may have happened.
func TestErrorsAreAnsweredByTheirKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status wire.Status
		code   wire.ResultCode
	}{
		{&fault.Error{Kind: fault.Invalid, Code: wire.CodeFieldMissing, Detail: "order is required"}, wire.Failed,
			wire.ParamIllegal},
		{&fault.Error{Kind: fault.Invalid, Code: wire.CodeNotSupported}, wire.Failed, wire.BusinessNotSupport},
		{&fault.Error{Kind: fault.Unauthenticated, Code: wire.CodeSignatureInvalid}, wire.Failed, wire.InvalidSignature},
		{&fault.Error{Kind: fault.Unavailable, Code: "overloaded"}, "", ""},
		{fault.Wrap("x", &fault.Error{Kind: fault.Unavailable}), "", ""},
		{&fault.Error{Kind: fault.Internal}, wire.Unknown, wire.UnknownException},
		{&fault.Error{Kind: fault.Unknown}, wire.Unknown, wire.UnknownException},
		{errors.New("x"), wire.Unknown, wire.UnknownException},
	} {
		a := Failed(c.err)
		if a.Result.ResultStatus != c.status || a.Result.ResultCode != c.code || (a.Message == nil) != (c.code == "") {
			t.Errorf("%v: %+v", c.err, a.Result)
		}
	}
}

func TestAMethodThatCannotBeSignedStandsAsPost(t *testing.T) {
	t.Parallel()
	for m, want := range map[string]string{"POST": "POST", "GET": "GET", "M-SEARCH": "POST", "post": "POST"} {
		if got := method(m); got != want {
			t.Errorf("%s: %s", m, got)
		}
	}
}

func TestThePathIsWhatWasSent(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/ams/api//v1/x":             "/ams/api//v1/x",
		"https://gate.example/ams/x": "/ams/x",
		"/ams/x?a=1":                 "/ams/x?a=1",
		"/ams/%70ay":                 "/ams/%70ay",
		"*":                          "/",
	} {
		if got := signedPath(&http.Request{RequestURI: target}); got != want {
			t.Errorf("%s: %s", target, got)
		}
	}
}

func codes(codesMax int) *Codes { return NewCodes(wallet.NewSecret([32]byte{9}), codesMax) }

func TestAMintedCodeIsFoundUntilItIsForgotten(t *testing.T) {
	t.Parallel()
	c := codes(10)
	minted := wallet.Minted{Wallet: "w", Customer: "c", Expires: noon.Add(time.Minute)}
	code, err := c.Mint(7, minted, noon, strings.NewReader(strings.Repeat("entropy.", 2)))
	if err != nil || !strings.HasPrefix(code, "281007") || len(code) != 24 {
		t.Fatalf("%q, %v", code, err)
	}
	if m, ok := c.Find(code, noon.Add(59*time.Second)); !ok || m != minted || m.Expired(noon.Add(59*time.Second)) {
		t.Errorf("%+v, %v", m, ok)
	}
	if m, ok := c.Find(code, noon.Add(time.Minute)); !ok || !m.Expired(noon.Add(time.Minute)) {
		t.Errorf("%+v, %v: known, and too old", m, ok)
	}
	if _, ok := c.Find("281007000000000000000000", noon); ok {
		t.Error("a code that nobody minted is found")
	}
	if other := NewCodes(wallet.NewSecret([32]byte{8}), 1); other.Marks(code, noon) == c.Marks(code, noon) {
		t.Error("two houses know a code by the same mark")
	}
}

func TestACodeThatIsInUseIsMintedAgain(t *testing.T) {
	t.Parallel()
	c := codes(10)
	minted := wallet.Minted{Wallet: "w", Expires: noon.Add(time.Minute)}
	same := strings.Repeat("entropy.", 2)
	first, err := c.Mint(7, minted, noon, strings.NewReader(same))
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Mint(7, minted, noon, strings.NewReader(same+strings.Repeat("another.", 2)))
	if err != nil || second == first {
		t.Errorf("%q, %v", second, err)
	}
	_, err = c.Mint(7, minted, noon, strings.NewReader(strings.Repeat(same, 3)))
	if fault.CodeOf(err) != wallet.CodeMarkTaken {
		t.Errorf("three times the same: %v", err)
	}
	if _, err := c.Mint(7, minted, noon, strings.NewReader("short")); fault.CodeOf(err) != CodeNoEntropy {
		t.Errorf("without entropy: %v", err)
	}
}

func TestARegisterThatIsFullSaysSo(t *testing.T) {
	t.Parallel()
	c := codes(1)
	minted := wallet.Minted{Wallet: "w", Expires: noon.Add(time.Minute)}
	if _, err := c.Mint(7, minted, noon, strings.NewReader(strings.Repeat("entropy.", 2))); err != nil {
		t.Fatal(err)
	}
	_, err := c.Mint(7, minted, noon, strings.NewReader(strings.Repeat("another.", 2)))
	if fault.CodeOf(err) != wallet.CodeRegisterFull {
		t.Error(err)
	}
}
