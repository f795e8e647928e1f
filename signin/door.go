// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// Who is the person that a request comes from, as they were when it arrived.
type Who struct {
	Account people.Account
	Session people.Session
	From    people.From
}

// May says whether the person may do an act somewhere now.
//
// Errors: as people.Session.May.
func (w Who) May(act people.Act, where people.Scope, at time.Time) error {
	return w.Session.May(w.Account, act, where, at)
}

// Handler answers a request of somebody who is signed in.
type Handler func(w http.ResponseWriter, r *http.Request, who Who)

// Need is what a door asks of whoever comes. The zero Need asks that they are signed in, at any holder or in the House.
type Need struct {
	Act people.Act
	// Where reads from the request where the act is done; nil: in the House. ok is false where there is no such place.
	Where func(r *http.Request) (where people.Scope, ok bool)
}

// Door lets through who is signed in and may do what the request needs. Others are sent to sign in, or to prove
// again who they are and back to where they were; a page of a holder that is not theirs does not exist.
func (g *Gate) Door(need Need, next Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := g.Recognize(r)
		if err != nil {
			g.turnAway(w, r, Who{}, err)
			return
		}
		if who.Session.Sort == people.Mend {
			g.elsewhere(w, r, atWays)
			return
		}
		if need.Act != "" {
			where, ok := people.Scope{Holder: people.House}, true
			if need.Where != nil {
				where, ok = need.Where(r)
			}
			if !ok {
				g.kit.Refuse(w, r, http.StatusNotFound, "")
				return
			}
			if err := who.May(need.Act, where, g.now()); err != nil {
				g.turnAwayFrom(w, r, who, need.Act, err)
				return
			}
		}
		next(w, r, who)
	})
}

// Recognize is the person whose session a request brings. It moves the session's clock.
//
// Errors: Unauthenticated session_ended and the others of people.Session.Live; Denied for a person who is suspended.
func (g *Gate) Recognize(r *http.Request) (Who, error) {
	secret, ok := g.cookie.secret(r)
	if !ok {
		return Who{}, ended()
	}
	return g.recognize(r.Context(), secret, g.From(r))
}

// RecognizeSecret is the person whose session a command brings.
//
// Errors: as Recognize.
func (g *Gate) RecognizeSecret(ctx context.Context, secret people.Secret, from people.From) (Who, error) {
	return g.recognize(ctx, secret, from)
}

func (g *Gate) recognize(ctx context.Context, secret people.Secret, from people.From) (Who, error) {
	const op = "signin.Recognize"
	session, ok, err := g.Keeper.Session(ctx, secret.Digest())
	switch {
	case err != nil:
		return Who{}, fault.Wrap(op, err)
	case !ok:
		return Who{}, ended()
	}
	account, ok, err := g.Keeper.Account(ctx, session.Person)
	switch {
	case err != nil:
		return Who{}, fault.Wrap(op, err)
	case !ok:
		return Who{}, ended()
	}
	now := g.now()
	if err := session.Live(account, now); err != nil {
		return Who{}, fault.Wrap(op, err)
	}
	touched, changed := session.Touch(now)
	if changed {
		switch err := g.Keeper.Save(ctx, people.Changes{Sessions: []people.Session{touched}}); {
		case err == nil:
			touched.Revision++
			session = touched
		case fault.CodeOf(err) == people.CodeOvertaken: // another request of this session did it, or ended it
			if session, ok, err = g.Keeper.Session(ctx, secret.Digest()); err != nil || !ok {
				return Who{}, ended()
			}
			if err := session.Live(account, now); err != nil {
				return Who{}, fault.Wrap(op, err)
			}
		default:
			return Who{}, fault.Wrap(op, err)
		}
	}
	return Who{Account: account, Session: session, From: from}, nil
}

func ended() error {
	return &fault.Error{Op: "signin.Recognize", Kind: fault.Unauthenticated, Code: people.CodeSessionEnded,
		Detail: "nobody is signed in here"}
}

// turnAwayFrom turns somebody away from an act and notes it; of an act that only needs another proof it notes nothing.
func (g *Gate) turnAwayFrom(w http.ResponseWriter, r *http.Request, who Who, act people.Act, cause error) {
	if code := fault.CodeOf(cause); code != people.CodeStepUpNeeded {
		row := people.Row{Who: who.Account.Person.ID, What: people.ActRefused, Subject: string(act), At: g.now(),
			From:    who.From,
			Outcome: code}
		if err := g.Keeper.Save(r.Context(), people.Changes{Audit: []people.Row{row}}); err != nil {
			g.turnAway(w, r, who, fault.Wrap("signin.Door", err))
			return
		}
	}
	g.turnAway(w, r, who, cause)
}

// turnAway answers who may not pass.
func (g *Gate) turnAway(w http.ResponseWriter, r *http.Request, who Who, err error) {
	_, brought := g.cookie.secret(r)
	switch code, kind := fault.CodeOf(err), fault.KindOf(err); {
	case !brought && g.fromAcross(r):
		w.Header().Set("Refresh", "0")
		g.show(w, r, http.StatusOK, "across", g.page(r, "across"))
	case code == people.CodeStepUpNeeded:
		g.elsewhere(w, r, atAgain)
	case code == people.CodeNotAMember:
		g.kit.Refuse(w, r, http.StatusNotFound, "")
	case who.Account.Person.ID.IsZero() && (kind == fault.Unauthenticated || kind == fault.Denied):
		if brought { // else there may be one that did not come along, and must stay
			g.cookie.take(w)
		}
		g.elsewhere(w, r, atSignIn)
	case kind == fault.Denied:
		g.denied(w, r)
	default:
		g.fail(w, r, err)
	}
}

// fromAcross reports whether a browser comes by a link of another site, so that a strict cookie stayed behind. Once
// the page loads itself again, it comes along.
func (g *Gate) fromAcross(r *http.Request) bool {
	return g.Strict && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "cross-site" &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// elsewhere sends a browser to a page of signing in, which leads back to where it was: the page itself, or the one
// with the form that was sent. Whoever is no browser gets a bare status.
func (g *Gate) elsewhere(w http.ResponseWriter, r *http.Request, at string) {
	if accept := r.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "text/html") &&
		!strings.Contains(accept, "*/*") ||
		r.Header.Get("Sec-Fetch-Dest") == "empty" {
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		back = g.Home
		if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
			back = from.RequestURI()
		}
	}
	if back = Local(back); back != g.Home {
		at += "?to=" + url.QueryEscape(back)
	}
	http.Redirect(w, r, at, http.StatusSeeOther)
}

// fail answers that something is broken, and tells the operator what.
func (g *Gate) fail(w http.ResponseWriter, r *http.Request, err error) {
	g.Fail(err)
	status := http.StatusInternalServerError
	if fault.KindOf(err) == fault.Unavailable {
		status = http.StatusServiceUnavailable
	}
	g.kit.Refuse(w, r, status, "")
}

// BindTill turns the browser of somebody who may bind tills there, and has just proved it, into a till of one store:
// their own session ends, and the till's lasts.
//
// Errors: as people.Bind.
func (g *Gate) BindTill(w http.ResponseWriter, r *http.Request, who Who, till people.Scope) error {
	const op = "signin.BindTill"
	now := g.now()
	session, secret, err := people.Bind(who.Session, who.Account, till, now, g.Entropy)
	if err != nil {
		return fault.Wrap(op, err)
	}
	err = g.Keeper.Save(r.Context(), people.Changes{Sessions: []people.Session{who.Session.End(people.Replaced, now),
		session},
		Audit: []people.Row{{Who: who.Account.Person.ID, What: people.TillBound, Subject: till.Store, At: now,
			From: who.From}}})
	if err != nil {
		return fault.Wrap(op, err)
	}
	g.cookie.give(w, session, secret)
	return nil
}
