// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
)

func (g *Gate) waysRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+atWays, g.own(g.ways))
	mux.Handle("GET /signin/ways/authenticator", g.mending(g.authenticatorPage))
	mux.Handle("POST /signin/ways/authenticator", g.mending(g.authenticatorSet))
	mux.Handle("POST /signin/ways/passkey/ask", g.mending(g.enrolAsk))
	mux.Handle("POST /signin/ways/passkey/answer", g.mending(g.enrolAnswer))
	mux.Handle("POST /signin/ways/passkey/drop", g.recent(g.passkeyDrop))
	mux.Handle("GET /signin/ways/password", g.recent(g.passwordPage))
	mux.Handle("POST /signin/ways/password", g.recent(g.passwordSet))
	mux.Handle("POST /signin/ways/codes", g.recent(g.codesMake))
	mux.Handle("POST /signin/ways/stop", g.own(g.recoveryStop))
}

// recent lets through who has proved within minutes who they are.
func (g *Gate) recent(next Handler) http.Handler {
	return g.own(func(w http.ResponseWriter, r *http.Request, who Who) {
		if !who.Session.Recent(g.now()) {
			g.elsewhere(w, r, atAgain)
			return
		}
		next(w, r, who)
	})
}

// mending lets through who recent does, and who came in with a recovery code.
func (g *Gate) mending(next Handler) http.Handler {
	recent := g.recent(next)
	return g.own(func(w http.ResponseWriter, r *http.Request, who Who) {
		if who.Session.Sort == people.Mend {
			next(w, r, who)
			return
		}
		recent.ServeHTTP(w, r)
	})
}

// waysView is a person's own credentials.
type waysView struct {
	Shown         string
	Mending       bool
	Password      bool
	Authenticator bool
	CodesLeft     int
	Passkeys      []passkeyView
	Recoveries    []recoveryView
}

// passkeyView is one passkey.
type passkeyView struct {
	ID          string
	Added, Used time.Time
	BackedUp    bool
}

// recoveryView is a recovery that waits.
type recoveryView struct {
	ID   string
	From time.Time
}

// shown is the person's name.
func (g *Gate) shown(a people.Account) (string, error) {
	if len(a.Person.Name) == 0 {
		return "", nil // erased
	}
	name, err := g.Sealer.Open(shownName(a), a.Person.Name)
	return string(name), err
}

// waysForm is the page of a person's credentials.
func (g *Gate) waysForm(r *http.Request, who Who) (form, error) {
	a := who.Account
	v := g.page(r, "ways")
	v.Ask = "/signin/ways/passkey"
	v.Ways = &waysView{Mending: who.Session.Sort == people.Mend, Password: !a.Password.Hash.Empty(),
		Authenticator: a.TOTP.Set(), CodesLeft: a.CodesLeft()}
	var err error
	if v.Ways.Shown, err = g.shown(a); err != nil {
		return form{}, err
	}
	for _, p := range a.Passkeys {
		v.Ways.Passkeys = append(v.Ways.Passkeys, passkeyView{ID: base64.RawURLEncoding.EncodeToString(p.ID),
			Added: p.Added,
			Used:  p.Used, BackedUp: p.BackedUp})
	}
	pending, err := g.Keeper.Recoveries(r.Context(), a.Person.ID)
	for _, p := range pending {
		if !p.Pending(g.now()) {
			continue
		}
		v.Ways.Recoveries = append(v.Ways.Recoveries, recoveryView{ID: p.ID.String(),
			From: p.At.Add(people.RecoverAfter)})
	}
	return v, err
}

func (g *Gate) ways(w http.ResponseWriter, r *http.Request, who Who) { g.waysWrong(w, r, who, nil) }

// waysWrong is the page of a person's credentials after something did not work.
func (g *Gate) waysWrong(w http.ResponseWriter, r *http.Request, who Who, cause error) {
	v, err := g.waysForm(r, who)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	status := http.StatusOK
	if cause != nil {
		var ok bool
		if status, v.Wrong, ok = g.wrong(w, v.Page.Lang, cause); !ok {
			g.fail(w, r, cause)
			return
		}
	}
	g.show(w, r, status, "ways", v)
}

// change saves an account whose person changed their credentials, with a new session for this browser.
func (g *Gate) change(w http.ResponseWriter, r *http.Request, who Who, made changed) error {
	now := g.now()
	made.row.Who, made.row.At, made.row.From = who.Account.Person.ID, now, who.From
	renewed, err := who.Session.Mended(made.account, made.methods, now, g.Entropy)
	if err != nil {
		return err
	}
	if who.Session.Recent(now) {
		renewed.New.Proved = who.Session.Proved // a change is no proof
	}
	err = g.Keeper.Save(r.Context(), people.Changes{Accounts: []people.Account{made.account},
		Sessions: []people.Session{renewed.Old, renewed.New}, Audit: []people.Row{made.row}})
	if err == nil {
		g.cookie.give(w, renewed.New, renewed.Secret)
	}
	return err
}

// changed is an account after a change, what is proved with it, and the row that tells of it.
type changed struct {
	account people.Account
	methods []people.Method
	row     people.Row
}

// methodsAfter is what a session rests on after its person set another credential: what it rested on, or, in the
// place of a recovery code, the new one.
func methodsAfter(s people.Session, instead ...people.Method) []people.Method {
	if s.Sort == people.Mend {
		return instead
	}
	return s.Methods
}

func (g *Gate) authenticatorPage(w http.ResponseWriter, r *http.Request, who Who) {
	if who.Account.Password.Hash.Empty() {
		http.Redirect(w, r, "/signin/ways/password", http.StatusSeeOther)
		return
	}
	secret, err := newAuthenticator(g.Entropy)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.authenticatorShow(w, r, who, secret, nil)
}

// authenticatorShow shows a secret to be scanned, and asks for its first code.
func (g *Gate) authenticatorShow(w http.ResponseWriter, r *http.Request, who Who, secret []byte, cause error) {
	v := g.page(r, "authenticator")
	v.Action = "/signin/ways/authenticator"
	shown, err := g.shown(who.Account)
	if err == nil {
		err = g.scan(&v, question{use: toScanCode, about: who.Session.ID, address: who.From.Address, secret: secret},
			shown)
	}
	if err != nil {
		g.waysWrong(w, r, who, err)
		return
	}
	status := http.StatusOK
	if cause != nil {
		status, v.Wrong, _ = g.wrong(w, v.Page.Lang, cause)
	}
	g.show(w, r, status, "authenticator", v)
}

// scan puts a secret on a page, to be scanned or typed, and keeps the question that its first code answers.
func (g *Gate) scan(v *form, q question, name string) error {
	now := g.now()
	q.until = now.Add(authenticatorFor)
	token, err := g.asked.put(q, now, g.Entropy)
	if err != nil {
		return err
	}
	svg, err := g.QR(authenticatorURL(g.Title, name, q.secret))
	if err != nil {
		return fault.Wrap("signin.Scan", err)
	}
	v.Token, v.Secret = token.Reveal(), spelled(q.secret)
	v.Picture = template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg))
	return nil
}

func (g *Gate) authenticatorSet(w http.ResponseWriter, r *http.Request, who Who) {
	if !g.read(w, r) {
		return
	}
	now := g.now()
	q, err := g.asked.take(people.NewSecret(r.PostForm.Get("token")), toScanCode, who.Session.ID, now)
	if err != nil {
		g.waysWrong(w, r, who, err)
		return
	}
	step, right := matchCode(q.secret, r.PostForm.Get("code"), now)
	if !right {
		g.authenticatorShow(w, r, who, q.secret, field("wrong.code",
			"code must be the one that the authenticator shows"))
		return
	}
	sealed, err := g.Sealer.Seal(authenticatorName(who.Account), q.secret)
	if err == nil {
		var a people.Account
		if a, err = who.Account.SetTOTP(sealed, step, now); err == nil {
			err = g.change(w, r, who, changed{a, methodsAfter(who.Session, people.ByPassword, people.ByTOTP),
				people.Row{What: people.AuthenticatorSet}})
		}
	}
	g.settled(w, r, who, err)
}

// settled leads back to the page of a person's credentials.
func (g *Gate) settled(w http.ResponseWriter, r *http.Request, who Who, err error) {
	if err != nil {
		g.waysWrong(w, r, who, err)
		return
	}
	http.Redirect(w, r, atWays, http.StatusSeeOther)
}

func (g *Gate) enrolAsk(w http.ResponseWriter, r *http.Request, who Who) {
	if _, ok := g.readJSON(w, r); !ok {
		return
	}
	shown, err := g.shown(who.Account)
	if err != nil {
		g.tell(w, r, nil, err)
		return
	}
	v, err := g.askNew(question{use: toEnrol, about: who.Session.ID, address: who.From.Address},
		holder{account: who.Account, name: shown, shown: shown})
	g.tell(w, r, v, err)
}

func (g *Gate) enrolAnswer(w http.ResponseWriter, r *http.Request, who Who) {
	s, ok := g.readJSON(w, r)
	if !ok {
		return
	}
	now := g.now()
	q, err := g.asked.take(people.NewSecret(s.Token), toEnrol, who.Session.ID, now)
	var p people.Passkey
	if err == nil {
		p, err = g.passkeyMade(q, s.Response, now)
	}
	var a people.Account
	if err == nil {
		a, err = who.Account.AddPasskey(p)
	}
	if who.Session.Sort == people.Mend {
		a = a.EndSessions() // whoever has what was lost is out
	}
	if err == nil {
		err = g.change(w, r, who, changed{a, methodsAfter(who.Session, people.ByPasskey),
			people.Row{What: people.PasskeyAdded}})
	}
	g.tell(w, r, leadTo{atWays}, err)
}

func (g *Gate) passkeyDrop(w http.ResponseWriter, r *http.Request, who Who) {
	if !g.read(w, r) {
		return
	}
	id, err := base64.RawURLEncoding.DecodeString(r.PostForm.Get("id"))
	if err != nil {
		g.kit.Refuse(w, r, http.StatusBadRequest, "")
		return
	}
	a, err := who.Account.DropPasskey(id)
	if err == nil {
		err = g.change(w, r, who, changed{a, who.Session.Methods, people.Row{What: people.PasskeyDropped}})
	}
	if fault.CodeOf(err) == people.CodePasskeyMissing { // dropped in another window already
		err = nil
	}
	g.settled(w, r, who, err)
}

func (g *Gate) passwordPage(w http.ResponseWriter, r *http.Request, _ Who) {
	v := g.page(r, "password")
	v.Action = "/signin/ways/password"
	g.show(w, r, http.StatusOK, "password", v)
}

func (g *Gate) passwordSet(w http.ResponseWriter, r *http.Request, who Who) {
	if !g.read(w, r) {
		return
	}
	password := r.PostForm.Get("password")
	if err := checkPassword("", password); err != nil {
		v := g.page(r, "password")
		v.Action = "/signin/ways/password"
		var status int
		status, v.Wrong, _ = g.wrong(w, v.Page.Lang, err)
		g.show(w, r, status, "password", v)
		return
	}
	hash, err := g.Hasher.Hash(r.Context(), password)
	if err == nil {
		var a people.Account
		if a, err = who.Account.SetPassword(hash, g.now()); err == nil {
			err = g.change(w, r, who, changed{a, who.Session.Methods, people.Row{What: people.PasswordSet}})
		}
	}
	g.settled(w, r, who, err)
}

// codesMake shows new recovery codes, this once.
func (g *Gate) codesMake(w http.ResponseWriter, r *http.Request, who Who) {
	a, codes, err := who.Account.NewCodes(g.Entropy)
	if err == nil {
		err = g.Keeper.Save(r.Context(), people.Changes{Accounts: []people.Account{a}, Audit: []people.Row{{
			Who: a.Person.ID, What: people.CodesMade, At: g.now(), From: who.From}}})
	}
	if err != nil {
		g.waysWrong(w, r, who, err)
		return
	}
	v := g.page(r, "codes")
	for _, c := range codes {
		v.Codes = append(v.Codes, c.Reveal())
	}
	g.show(w, r, http.StatusOK, "codes", v)
}

// recoveryStop stops a recovery that somebody began for the person.
func (g *Gate) recoveryStop(w http.ResponseWriter, r *http.Request, who Who) {
	if !g.read(w, r) {
		return
	}
	pending, err := g.Keeper.Recoveries(r.Context(), who.Account.Person.ID)
	now := g.now()
	for _, p := range pending {
		if p.ID.String() != r.PostForm.Get("id") {
			continue
		}
		var stopped people.Recovery
		if stopped, err = p.Object(who.Account, who.Account, now); err == nil {
			err = g.Keeper.Save(r.Context(), people.Changes{Recoveries: []people.Recovery{stopped},
				Audit: []people.Row{{
					Who: who.Account.Person.ID, What: people.RecoveryStopped, At: now, From: who.From}}})
		}
	}
	g.settled(w, r, who, err)
}

// rolesIn are the names of roles in a language.
func (g *Gate) rolesIn(l look.Lang, roles []people.Role) []string {
	list := make([]string, len(roles))
	for i, role := range roles {
		list[i] = g.kit.Say(l, "role."+string(role))
	}
	return list
}
