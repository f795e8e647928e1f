// SPDX-License-Identifier: Apache-2.0

package wallet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

func minted(customer string, expires time.Time) wallet.Minted {
	return wallet.Minted{Wallet: "hk", Customer: customer, Expires: expires}
}

func TestRegisterFindsACodeUnderTheKeyOfYesterdayToo(t *testing.T) {
	t.Parallel()
	s, r := secret("sample"), wallet.NewRegister(10)
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	before, after := midnight.Add(-10*time.Second), midnight.Add(10*time.Second)
	if err := r.Add(wallet.ClaimMarks(s, code, before)[0], minted("u-1", before.Add(time.Minute)), before); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{before, after} {
		if m, ok := r.Find(wallet.ClaimMarks(s, code, at)); !ok || m.Customer != "u-1" || m.Expired(at) {
			t.Errorf("at %v: %+v, %v", at, m, ok)
		}
	}
	if m, ok := r.Find(wallet.ClaimMarks(s, code+"1", before)); ok {
		t.Errorf("another code is %+v", m)
	}
}

// An old code is told from one that never was, for ten minutes.
func TestRegisterTellsAnOldCodeFromNone(t *testing.T) {
	t.Parallel()
	r, mark := wallet.NewRegister(10), wallet.Mark{1}
	expires := noon.Add(time.Minute)
	if err := r.Add(mark, minted("u-1", expires), noon); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at             time.Time
		expired, found bool
	}{
		{expires.Add(-1), false, true}, {expires, true, true}, {expires.Add(10 * time.Minute), true, true},
		{expires.Add(10*time.Minute + 1), true, false},
	} {
		r.Expire(c.at)
		m, ok := r.Find(wallet.Marks{{2}, {3}, mark})
		if ok != c.found || ok && m.Expired(c.at) != c.expired {
			t.Errorf("at %v: %+v, %v", c.at, m, ok)
		}
	}
	if err := r.Add(mark, minted("u-2", expires.Add(time.Hour)), expires.Add(time.Hour-time.Minute)); err != nil {
		t.Errorf("a forgotten mark is not free: %v", err)
	}
}

func TestRegisterIsBoundedAndTakesNoMarkTwice(t *testing.T) {
	t.Parallel()
	r := wallet.NewRegister(2)
	for i := range byte(2) {
		if err := r.Add(wallet.Mark{i}, minted("u", noon.Add(time.Minute)), noon); err != nil {
			t.Fatal(err)
		}
	}
	err := r.Add(wallet.Mark{1}, minted("other", noon.Add(time.Hour)), noon)
	if fault.CodeOf(err) != wallet.CodeMarkTaken || fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same mark: %v", err)
	}
	err = r.Add(wallet.Mark{2}, minted("other", noon.Add(time.Hour)), noon)
	if fault.CodeOf(err) != wallet.CodeRegisterFull || fault.KindOf(err) != fault.Exhausted {
		t.Errorf("one too many: %v", err)
	}
	if m, _ := r.Find(wallet.Marks{{1}, {1}, {1}}); m.Customer != "u" || r.Len() != 2 {
		t.Errorf("%+v among %d", m, r.Len())
	}
	later := noon.Add(12 * time.Minute)
	if err := r.Add(wallet.Mark{2}, minted("other", later.Add(time.Minute)), later); err != nil || r.Len() != 1 {
		t.Errorf("after the others are forgotten: %v, %d codes", err, r.Len())
	}
	defer func() {
		if _, ok := recover().(invariant.Violation); !ok {
			t.Error("a register for nothing")
		}
	}()
	wallet.NewRegister(0)
}

// The register is a map from marks to codes that forgets, whatever is added, sought and forgotten in whatever order.
func TestRegisterFollowsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const bound = 8
		r, model, now := wallet.NewRegister(bound), map[wallet.Mark]wallet.Minted{}, noon
		forget := func() {
			for mark, m := range model {
				if now.Sub(m.Expires) > 10*time.Minute {
					delete(model, mark)
				}
			}
		}
		mark := func(t *rapid.T) wallet.Mark { return wallet.Mark{rapid.ByteRange(0, 15).Draw(t, "mark")} }
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			},
			"add": func(t *rapid.T) {
				forget()
				mark, m := mark(t), minted("u", now.Add(time.Duration(rapid.IntRange(-700, 700).Draw(t, "life"))*time.Second))
				_, taken := model[mark]
				err := r.Add(mark, m, now)
				if (err == nil) != (!taken && len(model) < bound) {
					t.Fatalf("taken %v, %d codes: %v", taken, len(model), err)
				}
				if err == nil {
					model[mark] = m
				}
			},
			"expire": func(t *rapid.T) {
				before := len(model)
				forget()
				if got := r.Expire(now); got != before-len(model) {
					t.Fatalf("%d codes are forgotten, not %d", got, before-len(model))
				}
			},
			"find": func(t *rapid.T) {
				first, second := mark(t), mark(t)
				want, ok := model[first]
				if !ok {
					want, ok = model[second]
				}
				if got, found := r.Find(wallet.Marks{first, second, second}); found != ok || got != want {
					t.Fatalf("found %+v, %v instead of %+v, %v", got, found, want, ok)
				}
			},
			"": func(t *rapid.T) {
				if r.Len() != len(model) {
					t.Fatalf("%d codes, not %d", r.Len(), len(model))
				}
			},
		})
	})
}
