// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"encoding/json"
	"html/template"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
)

// The addresses of the pages.
const (
	atSignIn     = "/signin"
	atRecover    = "/signin/recover"
	atAgain      = "/signin/again"
	atWays       = "/signin/ways"
	atInvitation = "/signin/invitation/"
	atRegain     = "/signin/regain/"
)

// Ways is the address of the page on which people keep their own credentials.
const Ways = atWays

// bodyMax bounds what a form or an answer may hold. Units: bytes.
const bodyMax = 64 << 10

func (g *Gate) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+atSignIn, g.signInPage)
	mux.HandleFunc("POST "+atSignIn, g.signIn)
	mux.HandleFunc("POST /signin/passkey/ask", g.passkeyAsk)
	mux.HandleFunc("POST /signin/passkey/answer", g.passkeyAnswer)
	mux.HandleFunc("GET "+atRecover, g.signInPage)
	mux.HandleFunc("POST "+atRecover, g.signIn)
	mux.Handle("GET "+atAgain, g.own(g.againPage))
	mux.Handle("POST "+atAgain, g.own(g.again))
	mux.Handle("POST /signin/again/passkey/ask", g.own(g.againAsk))
	mux.Handle("POST /signin/again/passkey/answer", g.own(g.againAnswer))
	mux.Handle("POST /signin/out", g.own(g.signOut))
	g.waysRoutes(mux)
	g.entryRoutes(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { g.kit.Refuse(w, r, http.StatusNotFound, "") })
	return mux
}

// own lets everybody who is signed in to a page about themselves, also after a recovery; a till has none.
func (g *Gate) own(next Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := g.Recognize(r)
		switch {
		case err != nil:
			g.turnAway(w, r, Who{}, err)
		case who.Session.Sort == people.Till:
			g.denied(w, r)
		default:
			next(w, r, who)
		}
	})
}

// form is what the pages of this package show.
type form struct {
	Page   look.Page
	Wrong  string // what was not right, in the page's language; empty: nothing
	To     string // where it leads back to
	Name   string // as it was typed
	Shown  string
	Action string // where the form is sent
	Ask    string // where a passkey is asked for; empty: it is not

	Recovering bool
	HasCodes   bool // password and authenticator are set
	Fresh      bool // the person is new

	Token   string       // of an authenticator's question
	Picture template.URL // its two-dimensional code: a picture of our own in a data address
	Secret  string       // and spelled
	Holder  string
	Roles   []string
	Codes   []string
	Ways    *waysView
}

// page is a form's shell.
func (g *Gate) page(r *http.Request, key string) form {
	p := g.kit.Page(r, g.kit.Say(look.Chosen(r), key))
	p.Styles, p.Script = []string{"signin.css"}, "passkey.js"
	return form{Page: p}
}

// show answers with a page of this package.
func (g *Gate) show(w http.ResponseWriter, r *http.Request, status int, name string, v form) {
	body, err := g.kit.Render(v.Page.Lang, name, v)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	look.Remember(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // whoever left does not read an error either
	}
}

// denied is the page of whoever may not do something.
func (g *Gate) denied(w http.ResponseWriter, r *http.Request) {
	g.show(w, r, http.StatusForbidden, "denied", g.page(r, "denied"))
}

// gone is the page of an invitation or a recovery that leads nowhere.
func (g *Gate) gone(w http.ResponseWriter, r *http.Request, key string) {
	v := g.page(r, key)
	v.Wrong = g.kit.Say(v.Page.Lang, key+".text")
	g.show(w, r, http.StatusGone, "gone", v)
}

// read is a form that was sent; ok is false, and it is answered, when it cannot be read.
func (g *Gate) read(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
	if err := r.ParseForm(); err != nil {
		g.kit.Refuse(w, r, http.StatusBadRequest, "")
		return false
	}
	return true
}

// wrong says what was not right: how the page's status is, and its sentence. ok is false when it is no matter of the
// person.
func (g *Gate) wrong(w http.ResponseWriter, l look.Lang, err error) (status int, text string, ok bool) {
	switch code := fault.CodeOf(err); code {
	case people.CodeThrottled:
		wait := digits(fault.DetailOf(err))
		w.Header().Set("Retry-After", strconv.Itoa(wait))
		return http.StatusTooManyRequests, g.kit.Say(l, "wrong.wait", (wait+59)/60), true
	case CodeNotProved, people.CodeProofTooWeak:
		return http.StatusForbidden, g.kit.Say(l, "wrong.proof"), true
	case CodePasskey:
		return http.StatusForbidden, g.kit.Say(l, "wrong.passkey"), true
	case CodeNoChallenge:
		return http.StatusForbidden, g.kit.Say(l, "wrong.late"), true
	case CodeBusy:
		return http.StatusServiceUnavailable, g.kit.Say(l, "wrong.busy"), true
	case CodeFields:
		return http.StatusUnprocessableEntity, g.kit.Say(l, subjectOf(err)), true
	case people.CodeHandleTaken:
		return http.StatusUnprocessableEntity, g.kit.Say(l, "wrong.taken"), true
	case people.CodeOvertaken, people.CodePasskeyTwice, people.CodeLastCredential, people.CodePasskeysMany:
		return http.StatusConflict, g.kit.Say(l, "wrong.conflict"), true
	}
	return 0, "", false
}

// digits is the number in a sentence of ours.
func digits(text string) int {
	n, _ := strconv.Atoi(strings.Trim(text, "abcdefghijklmnopqrstuvwxyz: "))
	return n
}

// subjectOf is the phrase that a refused field names.
func subjectOf(err error) string {
	if e, ok := err.(*fault.Error); ok && e.Subject != "" {
		return e.Subject
	}
	return "wrong.proof"
}

func (g *Gate) signInPage(w http.ResponseWriter, r *http.Request) {
	to := g.back(r.URL.Query().Get("to"))
	if who, err := g.Recognize(r); err == nil && who.Session.Sort != people.Mend {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	g.show(w, r, http.StatusOK, "signin", g.signInForm(r, to))
}

func (g *Gate) signInForm(r *http.Request, to string) form {
	v := g.page(r, "signin")
	v.To, v.Action, v.Recovering = to, r.URL.Path, r.URL.Path == atRecover
	if !v.Recovering {
		v.Ask = "/signin/passkey"
	}
	return v
}

// back is where a request wants to be led back to: within this site, and not to signing in again.
func (g *Gate) back(to string) string {
	if to = Local(to); to == "/" || to == atSignIn || strings.HasPrefix(to, atSignIn+"?") {
		return g.Home
	}
	return to
}

func (g *Gate) signIn(w http.ResponseWriter, r *http.Request) {
	if !g.read(w, r) {
		return
	}
	to := g.back(r.PostForm.Get("to"))
	a := Attempt{Name: r.PostForm.Get("name"), Password: r.PostForm.Get("password"), From: g.From(r)}
	if r.URL.Path == atRecover {
		a.Recovery = people.NewSecret(r.PostForm.Get("code"))
	} else {
		a.Code = r.PostForm.Get("code")
	}
	o, err := g.SignIn(r.Context(), a)
	if err != nil {
		v := g.signInForm(r, to)
		status, text, ok := g.wrong(w, v.Page.Lang, err)
		if !ok {
			g.fail(w, r, err)
			return
		}
		v.Wrong, v.Name = text, a.Name
		g.show(w, r, status, "signin", v)
		return
	}
	g.enter(w, r, o)
	if o.Session.Sort == people.Mend {
		to = atWays
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// enter gives the browser its new session. The one that it brought, whoever put it there, ends.
func (g *Gate) enter(w http.ResponseWriter, r *http.Request, o Opened) {
	if who, err := g.Recognize(r); err == nil && who.Session.ID != o.Session.ID {
		old := who.Session.End(people.Replaced, g.now())
		if err := g.Keeper.Save(r.Context(), people.Changes{Sessions: []people.Session{old}}); err != nil {
			g.Fail(err)
		}
	}
	g.cookie.give(w, o.Session, o.Secret)
}

func (g *Gate) signOut(w http.ResponseWriter, r *http.Request, who Who) {
	if err := g.SignOut(r.Context(), who); err != nil {
		g.fail(w, r, err)
		return
	}
	g.cookie.take(w)
	http.Redirect(w, r, atSignIn, http.StatusSeeOther)
}

func (g *Gate) againPage(w http.ResponseWriter, r *http.Request, who Who) {
	g.show(w, r, http.StatusOK, "again", g.againForm(r, who, g.back(r.URL.Query().Get("to"))))
}

func (g *Gate) againForm(r *http.Request, who Who, to string) form {
	v := g.page(r, "again")
	v.To, v.Action, v.HasCodes = to, atAgain, who.Account.TOTP.Set() && !who.Account.Password.Hash.Empty()
	if len(who.Account.Passkeys) > 0 {
		v.Ask = "/signin/again/passkey"
	}
	return v
}

func (g *Gate) again(w http.ResponseWriter, r *http.Request, who Who) {
	if !g.read(w, r) {
		return
	}
	to := g.back(r.PostForm.Get("to"))
	o, err := g.Prove(r.Context(), who, Attempt{Password: r.PostForm.Get("password"), Code: r.PostForm.Get("code"),
		From: who.From})
	if err != nil {
		v := g.againForm(r, who, to)
		status, text, ok := g.wrong(w, v.Page.Lang, err)
		if !ok {
			g.fail(w, r, err)
			return
		}
		v.Wrong = text
		g.show(w, r, status, "again", v)
		return
	}
	g.cookie.give(w, o.Session, o.Secret)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// sent is what the pages' script sends.
type sent struct {
	Name     string          `json:"name"`
	Shown    string          `json:"shown"`
	To       string          `json:"to"`
	Token    string          `json:"token"`
	Response json.RawMessage `json:"response"`
}

// answer is the part of it that answers a ceremony.
func (s sent) answer() answer { return answer{Token: people.NewSecret(s.Token), Response: s.Response} }

// readJSON is what the script sent; ok is false, and it is answered, when it cannot be read.
func (g *Gate) readJSON(w http.ResponseWriter, r *http.Request) (s sent, ok bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		http.Error(w, "application/json is needed", http.StatusUnsupportedMediaType)
		return sent{}, false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyMax))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || d.More() {
		http.Error(w, "this cannot be read", http.StatusBadRequest)
		return sent{}, false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return s, true
}

// tell answers the script.
func (g *Gate) tell(w http.ResponseWriter, r *http.Request, v any, err error) {
	status := http.StatusOK
	if err != nil {
		code, text, ok := g.wrong(w, look.Chosen(r), err)
		if !ok {
			g.Fail(err)
			code, text = http.StatusInternalServerError, g.kit.Say(look.Chosen(r), "look.500.title")
		}
		status, v = code, map[string]string{"wrong": text}
	}
	body, err := json.Marshal(v)
	if err != nil {
		g.Fail(err)
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // as in show
}

// leadTo is where the script goes next.
type leadTo struct {
	To string `json:"to"`
}

func (g *Gate) passkeyAsk(w http.ResponseWriter, r *http.Request) {
	if _, ok := g.readJSON(w, r); ok {
		v, err := g.askSignIn(g.From(r))
		g.tell(w, r, v, err)
	}
}

func (g *Gate) passkeyAnswer(w http.ResponseWriter, r *http.Request) {
	s, ok := g.readJSON(w, r)
	if !ok {
		return
	}
	o, err := g.signInByPasskey(r.Context(), s.answer(), g.From(r))
	if err == nil {
		g.enter(w, r, o)
	}
	g.tell(w, r, leadTo{g.back(s.To)}, err)
}

func (g *Gate) againAsk(w http.ResponseWriter, r *http.Request, who Who) {
	if _, ok := g.readJSON(w, r); ok {
		v, err := g.askProof(who)
		g.tell(w, r, v, err)
	}
}

func (g *Gate) againAnswer(w http.ResponseWriter, r *http.Request, who Who) {
	s, ok := g.readJSON(w, r)
	if !ok {
		return
	}
	o, err := g.proveByPasskey(r.Context(), who, s.answer())
	if err == nil {
		g.cookie.give(w, o.Session, o.Secret)
	}
	g.tell(w, r, leadTo{g.back(s.To)}, err)
}
