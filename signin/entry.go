// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"net/http"
	"strings"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
)

func (g *Gate) entryRoutes(mux *http.ServeMux) {
	for _, at := range []string{atInvitation, atRegain} {
		mux.HandleFunc("GET "+at+"{token}", g.entryPage)
		mux.HandleFunc("POST "+at+"{token}", g.entrySent)
		mux.HandleFunc("POST "+at+"{token}/passkey/ask", g.entryAsk)
		mux.HandleFunc("POST "+at+"{token}/passkey/answer", g.entryAnswer)
	}
	mux.Handle("POST "+atInvitation+"{token}/join", g.recent(g.join))
}

// entry is a way in with a token instead of a proof: an invitation, or a recovery that somebody vouched for. It ends
// in an account with new credentials.
type entry struct {
	id       people.Digest
	newcomer bool
	account  people.Account // as it will be, but for credentials, and for the names of a newcomer
	spent    people.Changes // what is used up with it
	place    people.Membership
}

// entryOf is the entry that a request's token opens.
//
// Errors: as people.Invitation.Open and people.Recovery.Open.
func (g *Gate) entryOf(r *http.Request) (entry, error) {
	token := people.NewSecret(r.PathValue("token"))
	if strings.HasPrefix(r.URL.Path, atRegain) {
		return g.regain(r.Context(), token)
	}
	i, err := g.invitation(r.Context(), token)
	if err != nil {
		return entry{}, err
	}
	now := g.now()
	spent, account, err := i.Accept(token, people.Newcomer(g.Lane(i.Place.Holder), i, people.Digest{}, now), now)
	if err != nil {
		return entry{}, err
	}
	return entry{id: i.ID, newcomer: true, account: account, place: i.Place, spent: people.Changes{
		Invitations: []people.Invitation{spent}, Audit: []people.Row{{What: people.InvitationTaken,
			Subject: string(i.Place.Holder)}}}}, nil
}

// invitation is the invitation under a token; of one that was never made it is the zero one, which opens for nobody.
func (g *Gate) invitation(ctx context.Context, token people.Secret) (people.Invitation, error) {
	i, _, err := g.Keeper.Invitation(ctx, token.Digest())
	if err == nil {
		err = i.Open(token, g.now())
	}
	return i, fault.Wrap("signin.Invitation", err)
}

func (g *Gate) regain(ctx context.Context, token people.Secret) (entry, error) {
	const op = "signin.Regain"
	rec, _, err := g.Keeper.Recovery(ctx, token.Digest())
	if err != nil {
		return entry{}, fault.Wrap(op, err)
	}
	account, _, err := g.Keeper.Account(ctx, rec.Person)
	if err != nil {
		return entry{}, fault.Wrap(op, err)
	}
	used, account, err := rec.Complete(token, account, g.now())
	if err != nil {
		return entry{}, fault.Wrap(op, err)
	}
	return entry{id: rec.ID, account: account, spent: people.Changes{Recoveries: []people.Recovery{used},
		Audit: []people.Row{{What: people.RecoveryCompleted}}}}, nil
}

// noEntry answers why a token opens nothing.
func (g *Gate) noEntry(w http.ResponseWriter, r *http.Request, err error) {
	switch kind := fault.KindOf(err); {
	case kind == fault.Internal || kind == fault.Unavailable:
		g.fail(w, r, err)
	case fault.CodeOf(err) == people.CodeRecoveryWaiting:
		g.gone(w, r, "waiting")
	default:
		g.gone(w, r, "gone")
	}
}

func (g *Gate) entryPage(w http.ResponseWriter, r *http.Request) {
	e, err := g.entryOf(r)
	if err != nil {
		g.noEntry(w, r, err)
		return
	}
	if who, err := g.Recognize(r); e.newcomer && err == nil && who.Session.Sort == people.Desk {
		v := g.entryForm(r, e, "join")
		v.Action = r.URL.Path + "/join"
		g.show(w, r, http.StatusOK, "join", v)
		return
	}
	secret, err := newAuthenticator(g.Entropy)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.entryShow(w, r, e, secret, nil)
}

func (g *Gate) entryForm(r *http.Request, e entry, key string) form {
	v := g.page(r, key)
	v.Action, v.Ask, v.Fresh = r.URL.Path, r.URL.Path+"/passkey", e.newcomer
	v.Holder, v.Roles = string(e.place.Holder), g.rolesIn(v.Page.Lang, e.place.Roles)
	if e.place.Holder == people.House {
		v.Holder = g.Title
	}
	return v
}

// entryShow asks for new credentials.
func (g *Gate) entryShow(w http.ResponseWriter, r *http.Request, e entry, secret []byte, cause error) {
	key := "begin"
	if !e.newcomer {
		key = "regain"
	}
	v := g.entryForm(r, e, key)
	status := http.StatusOK
	if cause != nil {
		var ok bool
		if status, v.Wrong, ok = g.wrong(w, v.Page.Lang, cause); !ok {
			g.fail(w, r, cause)
			return
		}
		v.Name, v.Shown = r.PostForm.Get("name"), r.PostForm.Get("shown")
	}
	q := question{use: toBegin, about: e.id, address: g.From(r).Address, secret: secret}
	if err := g.scan(&v, q, g.Title); err != nil {
		g.fail(w, r, err)
		return
	}
	g.show(w, r, status, "begin", v)
}

// entrySent takes a password and an authenticator, and lets the person in.
func (g *Gate) entrySent(w http.ResponseWriter, r *http.Request) {
	if !g.read(w, r) {
		return
	}
	e, err := g.entryOf(r)
	if err != nil {
		g.noEntry(w, r, err)
		return
	}
	now := g.now()
	q, err := g.asked.take(people.NewSecret(r.PostForm.Get("token")), toBegin, e.id, now)
	if err != nil {
		if q.secret, err = newAuthenticator(g.Entropy); err != nil {
			g.fail(w, r, err)
			return
		}
		g.entryShow(w, r, e, q.secret, &fault.Error{Op: "signin.Entry", Kind: fault.Unauthenticated,
			Code: CodeNoChallenge})
		return
	}
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	account, err := g.named(e, name, r.PostForm.Get("shown"))
	if err == nil {
		err = checkPassword(name, password)
	}
	step, right := matchCode(q.secret, r.PostForm.Get("code"), now)
	if err == nil && !right {
		err = field("wrong.code", "code must be the one that the authenticator shows")
	}
	var o Opened
	if err == nil {
		o, err = g.equip(r.Context(), e, account, equipment{password: password, secret: q.secret, step: step,
			from: g.From(r)})
	}
	if err != nil {
		g.entryShow(w, r, e, q.secret, err)
		return
	}
	g.enter(w, r, o)
	http.Redirect(w, r, atWays, http.StatusSeeOther)
}

// named is the account of an entry with the names of a newcomer.
//
// Errors: Invalid sign_in_field_malformed.
func (g *Gate) named(e entry, name, shown string) (people.Account, error) {
	if !e.newcomer {
		return e.account, nil
	}
	if err := checkName(name); err != nil {
		return people.Account{}, err
	}
	if err := checkShown(shown); err != nil {
		return people.Account{}, err
	}
	a := e.account
	sealed, err := g.Sealer.Seal(shownName(a), []byte(strings.TrimSpace(shown)))
	if err != nil {
		return people.Account{}, err
	}
	a.Person.Handle, a.Person.Name = g.Handle(name), sealed
	return a, nil
}

// equipment is the password and the authenticator of somebody who comes in.
type equipment struct {
	password string
	secret   []byte
	step     int64
	from     people.From
}

// equip gives an account its password and authenticator.
func (g *Gate) equip(ctx context.Context, e entry, a people.Account, with equipment) (Opened, error) {
	hash, err := g.Hasher.Hash(ctx, with.password)
	if err != nil {
		return Opened{}, err
	}
	sealed, err := g.Sealer.Seal(authenticatorName(a), with.secret)
	if err != nil {
		return Opened{}, err
	}
	now := g.now()
	if a, err = a.SetPassword(hash, now); err != nil {
		return Opened{}, err
	}
	if a, err = a.SetTOTP(sealed, with.step, now); err != nil {
		return Opened{}, err
	}
	return g.admitEntry(ctx, e, a, []people.Method{people.ByPassword, people.ByTOTP}, with.from)
}

// admitEntry saves everything that an entry ends in: what is spent, the account, and its session.
func (g *Gate) admitEntry(ctx context.Context, e entry, a people.Account, methods []people.Method,
	from people.From) (Opened, error) {
	now := g.now()
	session, secret, err := people.Begin(a, from, methods, now, g.Entropy)
	if err != nil {
		return Opened{}, err
	}
	changes := e.spent
	changes.Accounts, changes.Sessions = []people.Account{a}, []people.Session{session}
	changes.Audit[0].Who, changes.Audit[0].At, changes.Audit[0].From = a.Person.ID, now, from
	if err := g.Keeper.Save(ctx, changes); err != nil {
		return Opened{}, err
	}
	a.Revision++
	session.Revision++
	return Opened{Account: a, Session: session, Secret: secret}, nil
}

func (g *Gate) entryAsk(w http.ResponseWriter, r *http.Request) {
	s, ok := g.readJSON(w, r)
	if !ok {
		return
	}
	e, err := g.entryOf(r)
	var account people.Account
	if err == nil {
		account, err = g.named(e, s.Name, s.Shown)
	}
	if err != nil {
		g.tell(w, r, nil, entryRefused(err))
		return
	}
	h := holder{account: account, name: plainName(s.Name), shown: strings.TrimSpace(s.Shown)}
	if !e.newcomer {
		if h.shown, err = g.shown(account); err != nil {
			g.tell(w, r, nil, err)
			return
		}
		h.name = h.shown
	}
	v, err := g.askNew(question{use: toEnrol, about: e.id, address: g.From(r).Address}, h)
	g.tell(w, r, v, err)
}

func (g *Gate) entryAnswer(w http.ResponseWriter, r *http.Request) {
	s, ok := g.readJSON(w, r)
	if !ok {
		return
	}
	e, err := g.entryOf(r)
	if err != nil {
		g.tell(w, r, nil, entryRefused(err))
		return
	}
	o, err := g.equipPasskey(r.Context(), e, s.answer(), g.From(r))
	if err == nil {
		g.enter(w, r, o)
	}
	g.tell(w, r, leadTo{atWays}, err)
}

// equipPasskey gives an account its passkey: the account that the question was asked for, with what it is now.
func (g *Gate) equipPasskey(ctx context.Context, e entry, a answer, from people.From) (Opened, error) {
	now := g.now()
	q, err := g.asked.take(a.Token, toEnrol, e.id, now)
	if err != nil {
		return Opened{}, err
	}
	p, err := g.passkeyMade(q, a.Response, now)
	if err != nil {
		return Opened{}, err
	}
	account := e.account
	if e.newcomer {
		account.Person.Handle, account.Person.Name = q.account.Person.Handle, q.account.Person.Name
	}
	if account, err = account.AddPasskey(p); err != nil {
		return Opened{}, err
	}
	return g.admitEntry(ctx, e, account, []people.Method{people.ByPasskey}, from)
}

// entryRefused is how the script is told that a token opens nothing.
func entryRefused(err error) error {
	switch kind := fault.KindOf(err); kind {
	case fault.NotFound, fault.Conflict, fault.Denied:
		return &fault.Error{Op: "signin.Entry", Kind: fault.Unauthenticated, Code: CodeNoChallenge, Err: err}
	}
	return err
}

// join gives the invited place to somebody who has an account already.
func (g *Gate) join(w http.ResponseWriter, r *http.Request, who Who) {
	token, now := people.NewSecret(r.PathValue("token")), g.now()
	i, err := g.invitation(r.Context(), token)
	if err != nil {
		g.noEntry(w, r, err)
		return
	}
	spent, account, err := i.Accept(token, who.Account, now)
	if fault.CodeOf(err) == people.CodeAlreadyMember {
		http.Redirect(w, r, g.Home, http.StatusSeeOther)
		return
	}
	var renewed people.Renewed
	if err == nil {
		renewed, err = who.Session.Mended(account, who.Session.Methods, now, g.Entropy)
	}
	if err == nil {
		renewed.New.Proved = who.Session.Proved
		err = g.Keeper.Save(r.Context(), people.Changes{Accounts: []people.Account{account},
			Invitations: []people.Invitation{spent}, Sessions: []people.Session{renewed.Old, renewed.New},
			Audit: []people.Row{{Who: account.Person.ID, What: people.InvitationTaken,
				Subject: string(i.Place.Holder), At: now,
				From: who.From}}})
	}
	if err != nil {
		status, _, ok := g.wrong(w, look.Chosen(r), err)
		if !ok || status != http.StatusConflict {
			g.fail(w, r, err)
			return
		}
		g.gone(w, r, "gone")
		return
	}
	g.cookie.give(w, renewed.New, renewed.Secret)
	http.Redirect(w, r, g.Home, http.StatusSeeOther)
}
