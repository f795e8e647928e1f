// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/signin"
)

func TestInvitedPersonComesInAndOutAndInAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	in := v.get("/").wants(t, http.StatusOK)
	v.post("/signin/out").wants(t, http.StatusSeeOther, "/signin")
	v.get("/page").wants(t, http.StatusSeeOther, "/signin?to=%2Fpage")
	s.later(time.Minute)
	v.post("/signin", "name", " SAMPLE@example.jp ", "password", p.password, "code", p.code(s.now()), "to", "/page").
		wants(t, http.StatusSeeOther, "/page")
	if again := v.get("/page").wants(t, http.StatusOK); again.body != in.body {
		t.Errorf("%q, then %q", in.body, again.body)
	}
	if s.keeper.rows(people.InvitationTaken, "") != 1 || s.keeper.rows(people.SignIn, "") != 1 ||
		s.keeper.rows(people.SignOut, "") != 1 {
		t.Errorf("the audit log: %+v", s.keeper.audit)
	}
}

func TestInvitationIsSpentOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.invite(t, owner)
	at := "/signin/invitation/" + token.Reveal()
	one, two := s.visitor(t), s.visitor(t)
	asked := two.get(at).wants(t, http.StatusOK)
	one.join(token, "first@example.jp")
	p := person{secret: secretOn(t, asked)}
	two.post(at, "name", "second@example.jp", "shown", "Second", "password", samplePassword, "token", tokenOn(t, asked),
		"code", p.code(s.now())).wants(t, http.StatusGone)
	two.get(at).wants(t, http.StatusGone)
	two.get("/signin/invitation/"+strings.Repeat("A", 43)).wants(t, http.StatusGone)
	if len(s.keeper.accounts) != 1 {
		t.Errorf("%d accounts", len(s.keeper.accounts))
	}
	late := s.invite(t, people.Place{Holder: "other-shop", Roles: []people.Role{people.Owner}})
	s.later(people.InvitedFor)
	two.get("/signin/invitation/"+late.Reveal()).wants(t, http.StatusGone)
}

func TestInvitationSaysWhichFieldIsWrongAndKeepsTheSecret(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.invite(t, owner)
	at, v := "/signin/invitation/"+token.Reveal(), s.visitor(t)
	asked := v.get(at).wants(t, http.StatusOK)
	p := person{secret: secretOn(t, asked)}
	for _, c := range []struct{ name, shown, password, code, say string }{
		{"ab", "A", samplePassword, "", "3 to 128"},
		{"with blank", "A", samplePassword, "", "3 to 128"},
		{"sample", "", samplePassword, "", "1 to 100"},
		{"sample", "A", "too short", "", "12 to 256"},
		{"sample-sample", "A", "Sample-Sample", "", "must not be the name"},
		{"sample", "A", samplePassword, "000000", "not the one"},
	} {
		code := c.code
		if code == "" {
			code = p.code(s.now())
		}
		asked = v.post(at, "name", c.name, "shown", c.shown, "password", c.password, "token", tokenOn(t, asked),
			"code", code).
			wants(t, http.StatusUnprocessableEntity)
		if !strings.Contains(asked.body, c.say) || string(secretOn(t, asked)) != string(p.secret) {
			t.Errorf("%+v:\n%s", c, asked.body)
		}
	}
	used := tokenOn(t, asked)
	v.post(at, "name", "sample", "shown", "A", "password", samplePassword, "token", used, "code", p.code(s.now())).
		wants(t, http.StatusSeeOther)
	if v.get("/").wants(t, http.StatusOK).body == "" {
		t.Error("nobody is in")
	}
	other := s.invite(t, people.Place{Holder: "other-shop", Roles: []people.Role{people.Owner}})
	taken := s.visitor(t)
	asked = taken.get("/signin/invitation/" + other.Reveal())
	p = person{secret: secretOn(t, asked)}
	if got := taken.post("/signin/invitation/"+other.Reveal(), "name", "SAMPLE", "shown", "B", "password",
		samplePassword, "token",
		tokenOn(t, asked), "code", p.code(s.now())).wants(t,
		http.StatusUnprocessableEntity); !strings.Contains(got.body, "Somebody else") {
		t.Error(got.body)
	}
}

func TestMemberOfOneShopJoinsAnother(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	before := v.cookie()
	token := s.invite(t, people.Place{Holder: "other-shop", Roles: []people.Role{people.Manager},
		Stores: []string{"osaka"}})
	at := "/signin/invitation/" + token.Reveal()
	v.get("/other-shop/today/osaka").wants(t, http.StatusNotFound)
	if asked := v.get(at).wants(t, http.StatusOK); !strings.Contains(asked.body, "other-shop") ||
		!strings.Contains(asked.body, "Manager") {
		t.Error(asked.body)
	}
	v.post(at+"/join").wants(t, http.StatusSeeOther, "/")
	v.get("/other-shop/today/osaka").wants(t, http.StatusOK)
	v.get("/sample-shop/bank").wants(t, http.StatusOK)
	if v.cookie() == before {
		t.Error("the session kept its secret although roles changed")
	}
	v.post(at+"/join").wants(t, http.StatusGone)
}

// TestAnswerIsTheSameWhateverWasWrong: an unknown name, a wrong password, a wrong code, a suspended person.
func TestAnswerIsTheSameWhateverWasWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, p := s.enter(t, owner)
	_, suspended := s.visitor(t), person{}
	{
		v := s.visitor(t)
		suspended = v.join(s.invite(t, people.Place{Holder: "other-shop", Roles: []people.Role{people.Owner}}),
			"gone@example.jp")
		a, _, _ := s.keeper.AccountOf(t.Context(), s.gate.Handle("gone@example.jp"))
		a.Person.Status = people.Suspended
		if err := s.keeper.Save(t.Context(), people.Changes{Accounts: []people.Account{a}}); err != nil {
			t.Fatal(err)
		}
	}
	s.later(time.Minute)
	var first string
	names := regexp.MustCompile(`value="[^"]*@[^"]*"`) // the name that was typed comes back
	for _, c := range []person{
		{"nobody@example.jp", p.password, p.secret},
		{p.name, "wrong password", p.secret},
		{p.name, p.password, []byte("another secret")},
		{suspended.name, suspended.password, suspended.secret},
		{suspended.name, "wrong password", suspended.secret},
	} {
		got := s.visitor(t).signIn(c).wants(t, http.StatusForbidden)
		body := names.ReplaceAllString(got.body, "")
		if first == "" {
			first = body
		}
		if body != first || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s is answered differently", c.name)
		}
	}
	if s.keeper.rows(people.SignIn, people.CodePersonSuspended) != 1 {
		t.Error("the audit log does not tell the suspended person from the others")
	}
}

func TestWaitIsTheSameForANameThatNobodyHas(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, p := s.enter(t, owner)
	s.later(time.Minute)
	names := regexp.MustCompile(`value="[^"]*@[^"]*"`)
	run := func(name string) (statuses []int, last string) {
		for range 7 {
			got := s.visitor(t).signIn(person{name, "wrong password", p.secret})
			statuses, last = append(statuses, got.StatusCode), names.ReplaceAllString(got.body,
				"")+got.Header.Get("Retry-After")
		}
		return statuses, last
	}
	known, knownBody := run(p.name)
	unknown, unknownBody := run("nobody@example.jp")
	for i := range known {
		if known[i] != unknown[i] {
			t.Fatalf("%v and %v", known, unknown)
		}
	}
	if known[4] != http.StatusForbidden || known[5] != http.StatusTooManyRequests || knownBody != unknownBody {
		t.Errorf("%v\n%s\n%s", known, knownBody, unknownBody)
	}
	s.visitor(t).signIn(p).wants(t, http.StatusTooManyRequests) // the right answer waits too
	s.later(30 * time.Second)
	s.visitor(t).signIn(p).wants(t, http.StatusSeeOther)
}

func TestOneAddressDoesNotTryEverybody(t *testing.T) {
	t.Parallel()
	s := open(t)
	refused := 0
	for i := range 40 {
		got := s.visitor(t).signIn(person{name: strings.Repeat("x", i+3), password: "wrong password",
			secret: []byte("x")})
		if got.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 40-21 {
		t.Errorf("%d of 40 had to wait", refused)
	}
}

func TestCodeIsNotAcceptedTwice(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, p := s.enter(t, owner)
	s.visitor(t).signIn(p).wants(t, http.StatusForbidden) // the code that set the authenticator up
	s.later(time.Minute)
	s.visitor(t).signIn(p).wants(t, http.StatusSeeOther)
	s.visitor(t).signIn(p).wants(t, http.StatusForbidden)
	if s.keeper.rows(people.SignIn, people.CodeCodeReplayed) != 2 {
		t.Errorf("%+v", s.keeper.audit)
	}
}

func TestSessionThatWasPlantedIsNotTakenOver(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	planted := v.cookie()
	s.later(time.Minute)
	v.signIn(p).wants(t, http.StatusSeeOther)
	if v.cookie() == planted {
		t.Fatal("the session kept its secret through a sign-in")
	}
	thief := s.visitor(t)
	r := thief.request("/")
	r.Method = http.MethodGet
	r.Header.Set("Cookie", "kakehashi-demo-without-tls="+planted)
	thief.do(r).wants(t, http.StatusSeeOther, "/signin")
}

func TestStolenCookieIsDeadAfterSignOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, _ := s.enter(t, owner)
	stolen := v.cookie()
	v.post("/signin/out")
	if _, err := s.gate.RecognizeSecret(t.Context(), people.NewSecret(stolen), people.From{}); err == nil {
		t.Error("the session lives on")
	}
}

var recoveryCode = regexp.MustCompile(`<code>([0-9A-Z-]{19})</code>`)

func TestRecoveryCodeMendsAndNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	shown := v.post("/signin/ways/codes").wants(t, http.StatusOK)
	codes := recoveryCode.FindAllStringSubmatch(shown.body, -1)
	if len(codes) != people.RecoveryCodes {
		t.Fatalf("%d codes:\n%s", len(codes), shown.body)
	}
	if again := v.get("/signin/ways").wants(t, http.StatusOK); strings.Contains(again.body, codes[0][1]) {
		t.Error("the codes are shown again")
	}
	lost := s.visitor(t)
	recover := func(code string) page {
		return lost.post("/signin/recover", "name", p.name, "password", p.password, "code", code, "to", "/page")
	}
	recover("0000-0000-0000-0000").wants(t, http.StatusForbidden)
	recover(codes[0][1]).wants(t, http.StatusSeeOther, "/signin/ways")
	lost.get("/page").wants(t, http.StatusSeeOther, "/signin/ways?to=%2Fpage")
	lost.post("/signin/ways/codes").wants(t, http.StatusSeeOther)
	lost.get("/signin/ways/password").wants(t, http.StatusSeeOther)
	asked := lost.get("/signin/ways/authenticator").wants(t, http.StatusOK)
	renewed := person{p.name, p.password, secretOn(t, asked)}
	lost.post("/signin/ways/authenticator", "token", tokenOn(t, asked), "code", renewed.code(s.now())).
		wants(t, http.StatusSeeOther, "/signin/ways")
	lost.get("/sample-shop/bank").wants(t, http.StatusOK)
	v.get("/page").wants(t, http.StatusSeeOther, "/signin?to=%2Fpage") // whoever had the old authenticator is out
	recover(codes[0][1]).wants(t, http.StatusForbidden)
	s.later(time.Minute)
	s.visitor(t).signIn(p).wants(t, http.StatusForbidden)
	s.visitor(t).signIn(renewed).wants(t, http.StatusSeeOther)
}

func TestRecoveryByAnotherWaitsAndCanBeStopped(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	admin := people.Account{Person: people.Person{Status: people.Active},
		Memberships: []people.Membership{{Holder: people.House,
			Roles: []people.Role{people.Administrator}}}}
	vouch := func(seed uint64) string {
		a, _, _ := s.keeper.AccountOf(t.Context(), s.gate.Handle(p.name))
		r, token, err := people.Vouch(admin, a, s.now(), entropyOf(seed))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.keeper.Save(t.Context(), people.Changes{Recoveries: []people.Recovery{r}}); err != nil {
			t.Fatal(err)
		}
		return "/signin/regain/" + token.Reveal()
	}
	first := vouch(11)
	ways := v.get("/signin/ways").wants(t, http.StatusOK)
	id := regexp.MustCompile(`name="id" value="([0-9a-f]{64})"`).FindStringSubmatch(ways.body)
	if id == nil {
		t.Fatalf("no notice of the recovery:\n%s", ways.body)
	}
	v.post("/signin/ways/stop", "id", id[1]).wants(t, http.StatusSeeOther, "/signin/ways")
	second, lost := vouch(12), s.visitor(t)
	if early := lost.get(second).wants(t, http.StatusGone); !strings.Contains(early.body, "24 hours") {
		t.Error(early.body)
	}
	s.later(people.RecoverAfter)
	lost.get(first).wants(t, http.StatusGone)
	asked := lost.get(second).wants(t, http.StatusOK)
	renewed := person{p.name, "another bridge, another shore", secretOn(t, asked)}
	lost.post(second, "password", renewed.password, "token", tokenOn(t, asked), "code", renewed.code(s.now())).
		wants(t, http.StatusSeeOther, "/signin/ways")
	lost.get("/page").wants(t, http.StatusOK)
	lost.get(second).wants(t, http.StatusGone)
	s.later(time.Minute)
	s.visitor(t).signIn(p).wants(t, http.StatusForbidden)
	s.visitor(t).signIn(renewed).wants(t, http.StatusSeeOther)
	if s.keeper.rows(people.RecoveryCompleted, "") != 1 || s.keeper.rows(people.RecoveryStopped, "") != 1 {
		t.Errorf("%+v", s.keeper.audit)
	}
}

func TestOtherPasswordEndsEveryOtherSession(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, p := s.enter(t, owner)
	s.later(time.Minute)
	other := s.visitor(t)
	other.signIn(p).wants(t, http.StatusSeeOther)
	v.post("/signin/ways/password", "password", "short").wants(t, http.StatusUnprocessableEntity)
	v.post("/signin/ways/password", "password", "the other side of the river").wants(t, http.StatusSeeOther,
		"/signin/ways")
	v.get("/page").wants(t, http.StatusOK)
	other.get("/page").wants(t, http.StatusSeeOther, "/signin?to=%2Fpage")
	s.later(time.Minute)
	s.visitor(t).signIn(p).wants(t, http.StatusForbidden)
}

func TestCommandsSignInAsPagesDo(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, p := s.enter(t, owner)
	s.later(time.Minute)
	from := people.From{Address: people.NewSecret("the local socket").Digest()}
	o, err := s.gate.SignIn(t.Context(), signin.Attempt{Name: p.name, Password: p.password, Code: p.code(s.now()),
		From: from})
	if err != nil {
		t.Fatal(err)
	}
	who, err := s.gate.RecognizeSecret(t.Context(), o.Secret, from)
	if err != nil {
		t.Fatal(err)
	}
	if err := who.May(people.ChangeBank, people.Scope{Holder: shop}, s.now()); err != nil {
		t.Error(err)
	}
	s.later(people.FreshFor)
	if err := who.May(people.ChangeBank, people.Scope{Holder: shop}, s.now()); err == nil {
		t.Error("an old proof is fresh")
	}
	again, err := s.gate.Prove(t.Context(), who, signin.Attempt{Password: p.password, Code: p.code(s.now()),
		From: from})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Session.May(again.Account, people.ChangeBank, people.Scope{Holder: shop}, s.now()); err != nil {
		t.Error(err)
	}
	if _, err := s.gate.RecognizeSecret(t.Context(), o.Secret, from); err == nil {
		t.Error("the old session lives on beside the new one")
	}
}

// TestOneCodeLetsOneIn: of those who type one code at one time one comes in, and each token is spent by one.
func TestOneCodeLetsOneIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, p := s.enter(t, owner)
	s.later(time.Minute)
	token := s.invite(t, people.Place{Holder: "other-shop", Roles: []people.Role{people.Owner}})
	at := "/signin/invitation/" + token.Reveal()
	const many = 4
	var visitors [many]*visitor
	var asked [many]page
	for i := range many {
		visitors[i] = s.visitor(t)
		asked[i] = visitors[i].get(at).wants(t, http.StatusOK)
	}
	var statuses, joined [many]int
	var together sync.WaitGroup
	for i, v := range visitors {
		guest, other := person{secret: secretOn(t, asked[i])}, s.visitor(t)
		fields := []string{"name", "guest" + string(rune('0'+i)), "shown", "A", "password", samplePassword, "token",
			tokenOn(t, asked[i]), "code", guest.code(s.now())}
		together.Go(func() {
			statuses[i] = v.signIn(p).StatusCode
			joined[i] = other.post(at, fields...).StatusCode
		})
	}
	together.Wait()
	count := func(list [many]int) (n int) {
		for _, status := range list {
			if status == http.StatusSeeOther {
				n++
			}
		}
		return n
	}
	if count(statuses) != 1 || count(joined) != 1 || len(s.keeper.accounts) != 2 {
		t.Errorf("signed in %v, joined %v, %d accounts", statuses, joined, len(s.keeper.accounts))
	}
}
