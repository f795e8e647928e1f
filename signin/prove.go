// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// Attempt is what somebody says to prove who they are: a password, and either the authenticator's code or a recovery
// code.
type Attempt struct {
	Name     string
	Password string
	Code     string
	Recovery people.Secret
	From     people.From
}

// Opened is a session that was opened, with the secret that its other side keeps.
type Opened struct {
	Account people.Account
	Session people.Session
	Secret  people.Secret
}

// SignIn opens a session for whoever proves that they are the person of a name: at a page or at a command. The right
// password with a recovery code opens one that mends credentials only.
//
// Errors: Unauthenticated sign_in_refused, the same and after the same work whatever was wrong; Exhausted
// sign_in_throttled; Unavailable sign_in_busy.
func (g *Gate) SignIn(ctx context.Context, a Attempt) (Opened, error) {
	const op = "signin.SignIn"
	now := g.now()
	gate, err := g.admit(ctx, g.Handle(a.Name), a.From, now)
	if err != nil {
		return Opened{}, fault.Wrap(op, err)
	}
	account, known, err := g.Keeper.AccountOf(ctx, g.Handle(a.Name))
	if err != nil {
		return Opened{}, fault.Wrap(op, err)
	}
	if !known {
		account = people.Account{}
	}
	account, methods, proved := g.weigh(ctx, account, a, now)
	if proved == nil {
		var o Opened
		if o, proved = g.open(ctx, account, gate, methods, a.From); proved == nil {
			return o, nil
		}
	}
	return Opened{}, g.refused(ctx, op, people.Row{What: people.SignIn, Subject: g.Handle(a.Name).String(), At: now,
		From: a.From},
		proved)
}

// refused notes an attempt that failed and says no more than that it did.
func (g *Gate) refused(ctx context.Context, op string, row people.Row, cause error) error {
	if kind := fault.KindOf(cause); kind == fault.Internal || kind == fault.Unavailable {
		return fault.Wrap(op, cause)
	}
	row.Outcome = fault.CodeOf(cause)
	if err := g.Keeper.Save(ctx, people.Changes{Audit: []people.Row{row}}); err != nil {
		return fault.Wrap(op, err)
	}
	return &fault.Error{Op: op, Kind: fault.Unauthenticated, Code: CodeNotProved,
		Detail: "the name, the password or the code is not right", Err: cause}
}

// admitted is the throttles of an attempt, with the attempt counted. A passkey's has no name: nobody can guess one,
// and whoever is locked out by others' guesses at their password comes in with it.
type admitted struct {
	name, address people.Throttle
	before        people.Throttle // the address's, before the attempt
}

// admitTries is how often an attempt is counted again when another one came between.
const admitTries = 4

// admit counts an attempt before anything is looked at: by its name, where it has one, and by its address.
//
// Errors: Exhausted sign_in_throttled; Unavailable sign_in_busy.
func (g *Gate) admit(ctx context.Context, handle people.Digest, from people.From, now time.Time) (admitted, error) {
	for range admitTries {
		var gate admitted
		var err error
		if gate.before, err = g.Keeper.Throttle(ctx, from.Address); err != nil {
			return admitted{}, err
		}
		var late error
		if gate.address, late = gate.before.Admit(people.PerAddress(), now); late != nil {
			return admitted{}, late
		}
		counted := []people.Throttle{gate.address}
		if !handle.IsZero() {
			if gate.name, err = g.Keeper.Throttle(ctx, handle); err != nil {
				return admitted{}, err
			}
			if gate.name, late = gate.name.Admit(people.PerName(), now); late != nil {
				return admitted{}, late
			}
			counted = append(counted, gate.name)
		}
		err = g.Keeper.Save(ctx, people.Changes{Throttles: counted})
		if err == nil {
			gate.name.Revision++
			gate.address.Revision++
			return gate, nil
		}
		if fault.CodeOf(err) != people.CodeOvertaken {
			return admitted{}, err
		}
	}
	return admitted{}, &fault.Error{Op: "signin.Admit", Kind: fault.Unavailable, Code: CodeBusy,
		Detail: "too many attempts at this moment"}
}

// right is the throttles after the attempt proved right.
func (a admitted) right() []people.Throttle {
	if a.name.Key.IsZero() {
		return []people.Throttle{a.address.Restored(a.before)}
	}
	return []people.Throttle{a.name.Cleared(), a.address.Restored(a.before)}
}

// notRight is what was said being wrong, whichever part.
func notRight() error {
	return &fault.Error{Op: "signin.Weigh", Kind: fault.Unauthenticated, Code: CodeNotProved}
}

// weigh looks at everything that was said, for an account that may be nobody's, and does the same work for each. The
// account comes back with its code spent, and its password's hash at the present cost.
func (g *Gate) weigh(ctx context.Context, account people.Account, a Attempt, now time.Time) (people.Account,
	[]people.Method, error) {
	methods := []people.Method{people.ByPassword}
	right, old, err := g.Hasher.Verify(ctx, account.Password.Hash, a.Password)
	if err != nil {
		return people.Account{}, nil, err
	}
	secret, err := g.authenticator(account)
	if err != nil {
		return people.Account{}, nil, err
	}
	step, codeRight := matchCode(secret, a.Code, now)
	spent, errCode := account.AcceptCode(step)
	recovered, errRecovery := account.UseCode(a.Recovery, now)
	switch {
	case !right:
		return people.Account{}, nil, notRight()
	case !a.Recovery.Empty() && errRecovery == nil:
		account, methods = recovered, append(methods, people.ByRecovery)
	case !codeRight:
		return people.Account{}, nil, notRight()
	case errCode != nil:
		return people.Account{}, nil, errCode
	default:
		account, methods = spent, append(methods, people.ByTOTP)
	}
	if old {
		hash, err := g.Hasher.Hash(ctx, a.Password)
		if err != nil {
			return people.Account{}, nil, err
		}
		account = account.Rehash(hash)
	}
	return account, methods, nil
}

// authenticator is the secret of an account's authenticator; of an account without one it is nobody's, after the
// same work.
func (g *Gate) authenticator(a people.Account) ([]byte, error) {
	if !a.TOTP.Set() {
		decoy := g.digest("authenticator", "nobody")
		return decoy[:secretBytes], nil
	}
	return g.Sealer.Open(authenticatorName(a), a.TOTP.Sealed)
}

// authenticatorName is what the secret of a person's authenticator is sealed for.
func authenticatorName(a people.Account) []byte {
	return []byte("authenticator " + a.Person.ID.String())
}

// shownName is what the name of a person is sealed for.
func shownName(a people.Account) []byte { return []byte("name " + a.Person.ID.String()) }

// open saves a session with everything that was spent for it.
func (g *Gate) open(ctx context.Context, account people.Account, gate admitted, methods []people.Method,
	from people.From,
) (Opened, error) {
	now := g.now()
	session, secret, err := people.Begin(account, from, methods, now, g.Entropy)
	if err != nil {
		return Opened{}, err
	}
	changes := people.Changes{Accounts: []people.Account{account}, Sessions: []people.Session{session},
		Throttles: gate.right(),
		Audit: []people.Row{{Who: account.Person.ID, What: people.SignIn, Subject: string(session.Sort), At: now,
			From: from}}}
	if session.Sort == people.Mend {
		changes.Audit = append(changes.Audit, people.Row{Who: account.Person.ID, What: people.CodeUsed, At: now,
			From: from})
	}
	if err := g.Keeper.Save(ctx, changes); err != nil {
		return Opened{}, err
	}
	account.Revision++
	session.Revision++
	return Opened{Account: account, Session: session, Secret: secret}, nil
}

// Prove proves again who the person of a session is, with password and code, and puts a new session into its place.
//
// Errors: as SignIn, and as people.Session.Prove.
func (g *Gate) Prove(ctx context.Context, who Who, a Attempt) (Opened, error) {
	const op = "signin.Prove"
	now := g.now()
	gate, err := g.admit(ctx, who.Account.Person.Handle, a.From, now)
	if err != nil {
		return Opened{}, fault.Wrap(op, err)
	}
	a.Recovery = people.Secret{}
	account, methods, err := g.weigh(ctx, who.Account, a, now)
	if err == nil {
		var o Opened
		if o, err = g.renew(ctx, who, account, methods, gate.right()); err == nil {
			return o, nil
		}
	}
	return Opened{}, g.refused(ctx, op, people.Row{Who: who.Account.Person.ID, What: people.StepUp, At: now,
		From: a.From}, err)
}

// renew saves a proof: the account with what was spent, the old session ended, the new one.
func (g *Gate) renew(ctx context.Context, who Who, account people.Account, methods []people.Method,
	throttles []people.Throttle,
) (Opened, error) {
	now := g.now()
	r, err := who.Session.Prove(account, methods, now, g.Entropy)
	if err != nil {
		return Opened{}, err
	}
	err = g.Keeper.Save(ctx, people.Changes{Accounts: []people.Account{account}, Sessions: []people.Session{r.Old,
		r.New},
		Throttles: throttles, Audit: []people.Row{{Who: account.Person.ID, What: people.StepUp, At: now,
			From: who.From}}})
	if err != nil {
		return Opened{}, err
	}
	account.Revision++
	r.New.Revision++
	return Opened{Account: account, Session: r.New, Secret: r.Secret}, nil
}

// SignOut ends a session, whatever other requests of it are under way.
func (g *Gate) SignOut(ctx context.Context, who Who) error {
	const op = "signin.SignOut"
	now := g.now()
	var err error
	for range admitTries {
		err = g.Keeper.Save(ctx, people.Changes{Sessions: []people.Session{who.Session.End(people.SignedOut, now)},
			Audit: []people.Row{{Who: who.Account.Person.ID, What: people.SignOut, At: now, From: who.From}}})
		if fault.CodeOf(err) != people.CodeOvertaken {
			return fault.Wrap(op, err)
		}
		session, ok, err := g.Keeper.Session(ctx, who.Session.ID)
		if err != nil || !ok || !session.Ended.IsZero() {
			return fault.Wrap(op, err)
		}
		who.Session = session
	}
	return fault.Wrap(op, err)
}
