// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/signin"
)

func hasher(t *testing.T, cost signin.Cost) *signin.Hasher {
	t.Helper()
	h, err := signin.NewHasher(cost, entropyOf(1), 1)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestPasswordIsRecognizedAndNoOther(t *testing.T) {
	t.Parallel()
	h, ctx := hasher(t, light), t.Context()
	hash, err := h.Hash(ctx, "ｐａss 橋")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := h.Hash(ctx, "ｐａss 橋")
	if hash.Reveal() == again.Reveal() || !strings.HasPrefix(hash.Reveal(), "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("%s and %s", hash.Reveal(), again.Reveal())
	}
	for password, want := range map[string]bool{"ｐａss 橋": true, "pass 橋": true, "pass": false, "": false,
		"PASS 橋": false} {
		if right, old, err := h.Verify(ctx, hash, password); right != want || old || err != nil {
			t.Errorf("%q: %t, %t, %v", password, right, old, err)
		}
	}
}

func TestNobodysPasswordIsNeverRight(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"", "a password that nobody has"} {
		if right, _, err := hasher(t, light).Verify(t.Context(), people.Secret{}, password); right || err != nil {
			t.Errorf("%q: %t, %v", password, right, err)
		}
	}
}

func TestHashOfAnotherCostIsMadeAnew(t *testing.T) {
	t.Parallel()
	hash, err := hasher(t, light).Hash(t.Context(), "password")
	if err != nil {
		t.Fatal(err)
	}
	heavier := hasher(t, signin.Cost{Memory: 128, Passes: 1, Threads: 1})
	if right, old, err := heavier.Verify(t.Context(), hash, "password"); !right || !old || err != nil {
		t.Errorf("%t, %t, %v", right, old, err)
	}
}

func TestHashingIsBoundedAndCanBeGivenUp(t *testing.T) {
	t.Parallel()
	h := hasher(t, light)
	free := h.Occupy()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.Verify(ctx, people.Secret{}, "x"); fault.CodeOf(err) != signin.CodeBusy {
		t.Errorf("%v", err)
	}
	free()
	if _, _, err := h.Verify(t.Context(), people.Secret{}, "x"); err != nil {
		t.Error(err)
	}
}

func TestStandardCostIsTheRecommendedOne(t *testing.T) {
	t.Parallel()
	h := hasher(t, signin.Standard())
	hash, err := h.Hash(t.Context(), "password")
	if err != nil || !strings.HasPrefix(hash.Reveal(), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s, %v", hash.Reveal(), err)
	}
}

func FuzzStoredHashesAreReadAsTheyAreWritten(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
	f.Add("$argon2i$v=19$m=64,t=1,p=1$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		again, err := signin.ParsePHC(text)
		if err == nil && again != text {
			t.Errorf("%q is written %q", text, again)
		}
		if err != nil && fault.CodeOf(err) != signin.CodeHashMalformed {
			t.Errorf("%q: %v", text, err)
		}
	})
}
