// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

var both = []people.Method{people.ByPassword, people.ByTOTP}

func begun(t *testing.T, a people.Account, methods ...people.Method) people.Session {
	t.Helper()
	s, _, err := people.Begin(a, people.From{Address: digest("address")}, methods, noon, entropyOf(1))
	return must(t, s, err)
}

func TestPasswordAloneIsNeverEnough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		methods []people.Method
		opens   bool
		mends   bool
	}{
		{nil, false, false},
		{[]people.Method{people.ByPassword}, false, false},
		{[]people.Method{people.ByTOTP}, false, false},
		{[]people.Method{people.ByRecovery}, false, false},
		{[]people.Method{people.ByTOTP, people.ByRecovery}, false, false},
		{both, true, false},
		{[]people.Method{people.ByPasskey}, true, false},
		{[]people.Method{people.ByPassword, people.ByRecovery}, true, true},
	} {
		mending, err := people.Suffice(c.methods...)
		if (err == nil) != c.opens || mending != c.mends {
			t.Errorf("%v: mending %t, %v", c.methods, mending, err)
		}
	}
}

func TestSessionKeepsOnlyTheDigestOfItsSecret(t *testing.T) {
	t.Parallel()
	s, secret, err := people.Begin(account("owner", shop, people.Owner), people.From{}, both, noon, entropyOf(1))
	if err != nil {
		t.Fatal(err)
	}
	if len(secret.Reveal()) != 43 || !s.ID.Equal(secret.Digest()) {
		t.Errorf("a secret of %d characters", len(secret.Reveal()))
	}
	if text := fmt.Sprintf("%v %+v %#v %s %q", secret, secret, secret, secret, secret); strings.Contains(text,
		secret.Reveal()) {
		t.Error("the secret shows itself")
	}
	if _, _, err := people.Begin(account("owner", shop, people.Owner), people.From{}, both, noon,
		bytes.NewReader(nil)); err == nil {
		t.Error("a session without entropy")
	}
}

func TestSessionEndsWithItsClockItsPersonAndItsStamp(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	s := begun(t, a, both...)
	if err := s.Live(a, noon.Add(people.IdleFor-1)); err != nil {
		t.Error(err)
	}
	refused(t, s.Live(a, noon.Add(people.IdleFor)), people.CodeSessionIdle)
	busy := s
	busy.Seen = noon.Add(people.DeskFor - time.Minute)
	refused(t, busy.Live(a, noon.Add(people.DeskFor)), people.CodeSessionExpired)
	refused(t, s.End(people.SignedOut, noon).Live(a, noon), people.CodeSessionEnded)
	refused(t, s.Live(account("other", shop, people.Owner), noon), people.CodeSessionEnded)
	refused(t, people.Session{}.Live(people.Account{}, noon), people.CodeSessionEnded)

	changed, err := a.SetPassword(people.NewSecret("$other"), noon)
	refused(t, s.Live(must(t, changed, err), noon), people.CodeSessionStale)
	admin := account("administrator", people.House, people.Administrator)
	suspended, err := people.SetStatus(admin, a, people.Suspended, []people.Roster{{Holder: shop,
		Members: []people.Account{a}}})
	refused(t, s.Live(must(t, suspended, err), noon), people.CodePersonSuspended)
	back, err := people.SetStatus(admin, suspended, people.Active, nil)
	refused(t, s.Live(must(t, back, err), noon), people.CodeSessionStale)
	other := account("other", shop, people.Owner)
	roster := people.Roster{Holder: shop, Members: []people.Account{a, other}}
	demoted, err := roster.Assign(other, a.Person.ID, people.Place{Roles: []people.Role{people.Manager}}, noon)
	refused(t, s.Live(must(t, demoted, err), noon), people.CodeSessionStale)
}

func TestStepUpNeedsAFreshProof(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	s := begun(t, a, both...)
	where := people.Scope{Holder: shop}
	later := noon.Add(people.FreshFor)
	if err := s.May(a, people.ChangeBank, where, later.Add(-1)); err != nil {
		t.Error(err)
	}
	refused(t, s.May(a, people.ChangeBank, where, later), people.CodeStepUpNeeded)
	if err := s.May(a, people.Refund, where, later); err != nil {
		t.Error(err)
	}
	_, err := s.Prove(a, []people.Method{people.ByPassword}, later, entropyOf(2))
	refused(t, err, people.CodeProofTooWeak)
	_, err = s.Prove(a, []people.Method{people.ByPassword, people.ByRecovery}, later, entropyOf(2))
	refused(t, err, people.CodeProofTooWeak)
	r, err := s.Prove(a, []people.Method{people.ByPasskey}, later, entropyOf(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.New.May(a, people.ChangeBank, where, later); err != nil {
		t.Error(err)
	}
	refused(t, r.Old.May(a, people.Refund, where, later), people.CodeSessionEnded)
	if r.New.ID == s.ID || !r.New.ID.Equal(r.Secret.Digest()) || !r.New.Began.Equal(noon) {
		t.Errorf("the session was not put under a new secret: %+v", r.New)
	}
}

func TestRecoveryOpensNothingButMending(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	s := begun(t, a, people.ByPassword, people.ByRecovery)
	for _, act := range people.Acts() {
		if err := s.May(a, act, people.Scope{Holder: shop}, noon); fault.CodeOf(err) != people.CodeMendingOnly {
			t.Errorf("%s: %v", act, err)
		}
	}
	renewed, err := a.SetTOTP([]byte("other"), 7, noon)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Mended(renewed, both, noon, entropyOf(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.New.May(renewed, people.ChangeBank, people.Scope{Holder: shop}, noon); err != nil {
		t.Error(err)
	}
}

func TestTillDoesWhatACashierDoesInItsStore(t *testing.T) {
	t.Parallel()
	a := account("owner", shop, people.Owner)
	kyoto := people.Scope{Holder: shop, Store: "kyoto"}
	s := begun(t, a, both...)
	till, _, err := people.Bind(s, a, kyoto, noon, entropyOf(3))
	if err != nil {
		t.Fatal(err)
	}
	late := noon.Add(people.TillFor - 1)
	for _, act := range people.Acts() {
		want := people.Grants(people.Cashier, act)
		if err := till.May(a, act, kyoto, late); (err == nil) != want {
			t.Errorf("%s: %v", act, err)
		}
		if till.May(a, act, people.Scope{Holder: shop, Store: "osaka"}, late) == nil {
			t.Errorf("%s in another store", act)
		}
	}
	refused(t, till.Live(a, noon.Add(people.TillFor)), people.CodeSessionExpired)
	_, _, err = people.Bind(s, a, kyoto, noon.Add(people.FreshFor), entropyOf(3))
	refused(t, err, people.CodeStepUpNeeded)
	_, _, err = people.Bind(till, a, kyoto, noon, entropyOf(3))
	refused(t, err, people.CodeTillOnly)
	_, _, err = people.Bind(s, a, people.Scope{Holder: shop}, noon, entropyOf(3))
	refused(t, err, people.CodeTillMalformed)
}

// TestSessionNeverOutlivesItsBounds walks a session through requests, proofs and changes, and compares it with the
// plainest telling of the rules.
func TestSessionNeverOutlivesItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a := account("owner", shop, people.Owner)
		entropy := entropyOf(rapid.Uint64().Draw(rt, "seed"))
		s, _, err := people.Begin(a, people.From{}, both, noon, entropy)
		if err != nil {
			rt.Fatal(err)
		}
		now, seen, proved, dead := noon, noon, noon, false
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*60).Draw(rt, "seconds")) * time.Second)
			dead = dead || now.Sub(noon) >= people.DeskFor || now.Sub(seen) >= people.IdleFor+time.Minute
			surelyLive := !dead && now.Sub(seen) < people.IdleFor-time.Minute
			live := s.Live(a, now) == nil
			if live && dead || !live && surelyLive {
				rt.Fatalf("live %t at %v, seen %v", live, now, seen)
			}
			if !live {
				dead = true
				continue
			}
			switch rapid.SampledFrom([]string{"request", "proof", "out", "password"}).Draw(rt, "step") {
			case "request":
				s, _ = s.Touch(now)
				seen = now
			case "proof":
				r, err := s.Prove(a, both, now, entropy)
				if err != nil {
					rt.Fatal(err)
				}
				if r.Old.Live(a, now) == nil {
					rt.Fatal("the old session lives on beside the new one")
				}
				s, seen, proved = r.New, now, now
			case "out":
				s, dead = s.End(people.SignedOut, now), true
			case "password":
				a, err = a.SetPassword(people.NewSecret("$more"), now)
				if err != nil {
					rt.Fatal(err)
				}
				dead = true
			}
			fresh := s.May(a, people.ChangeBank, people.Scope{Holder: shop}, now) == nil
			if want := !dead && now.Sub(proved) < people.FreshFor; fresh != want {
				rt.Fatalf("fresh %t, %v after the proof, dead %t", fresh, now.Sub(proved), dead)
			}
		}
	})
}
