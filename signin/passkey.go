// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"bytes"
	"context"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// relyingParty is the site as passkeys know it: each is bound to its id, and user verification is never left out.
//
// Source: Web Authentication Level 3.
func relyingParty(c Config) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{RPID: c.Relying, RPDisplayName: c.Title, RPOrigins: []string{c.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification:   protocol.VerificationRequired,
		}})
}

// holder is an account as the library sees one.
type holder struct {
	account     people.Account
	name, shown string
}

// WebAuthnID is the person's identifier: it names nobody.
func (h holder) WebAuthnID() []byte { return []byte(h.account.Person.ID.String()) }

// WebAuthnName is what an authenticator calls the account.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName is what an authenticator calls the person.
func (h holder) WebAuthnDisplayName() string { return h.shown }

// WebAuthnCredentials are the account's passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, len(h.account.Passkeys))
	for i, p := range h.account.Passkeys {
		c := webauthn.Credential{ID: p.ID, PublicKey: p.PublicKey}
		for _, t := range p.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		c.Flags.UserPresent, c.Flags.UserVerified = true, true
		c.Flags.BackupEligible, c.Flags.BackupState = p.BackupEligible, p.BackedUp
		c.Authenticator.SignCount = p.SignCount
		list[i] = c
	}
	return list
}

// asking is the options of a ceremony, and the token that its answer brings back.
type asking struct {
	Token   string `json:"token"`
	Options any    `json:"options"`
}

// askSignIn asks for any passkey of this site.
func (g *Gate) askSignIn(from people.From) (asking, error) {
	options, ceremony,
		err := g.passkey.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return asking{}, refusedPasskey("signin.Ask", err)
	}
	return g.ask(question{use: toSignIn, address: from.Address, ceremony: ceremony}, options.Response)
}

// askProof asks for a passkey of the person who is signed in.
func (g *Gate) askProof(who Who) (asking, error) {
	if len(who.Account.Passkeys) == 0 {
		return asking{}, refusedPasskey("signin.Ask", nil)
	}
	options, ceremony, err := g.passkey.BeginLogin(holder{account: who.Account},
		webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return asking{}, refusedPasskey("signin.Ask", err)
	}
	return g.ask(question{use: toProve, about: who.Session.ID, address: who.From.Address, ceremony: ceremony},
		options.Response)
}

// askNew asks for a new passkey of an account.
func (g *Gate) askNew(q question, h holder) (asking, error) {
	known := make([]protocol.CredentialDescriptor, len(h.account.Passkeys))
	for i, p := range h.account.Passkeys {
		known[i] = protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: p.ID}
	}
	if h.name == "" { // erased
		h.name, h.shown = g.Title, g.Title
	}
	options, ceremony, err := g.passkey.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return asking{}, refusedPasskey("signin.Ask", err)
	}
	q.ceremony, q.account = ceremony, h.account
	return g.ask(q, options.Response)
}

func (g *Gate) ask(q question, options any) (asking, error) {
	now := g.now()
	q.until = now.Add(challengeFor)
	token, err := g.asked.put(q, now, g.Entropy)
	if err != nil {
		return asking{}, err
	}
	return asking{Token: token.Reveal(), Options: options}, nil
}

// answer is a browser's answer to a ceremony.
type answer struct {
	Token    people.Secret
	Response []byte
}

// signInByPasskey opens a session for the person whose passkey answered.
//
// Errors: Unauthenticated sign_in_refused, challenge_missing; Exhausted sign_in_throttled.
func (g *Gate) signInByPasskey(ctx context.Context, a answer, from people.From) (Opened, error) {
	const op = "signin.Passkey"
	now := g.now()
	q, err := g.asked.take(a.Token, toSignIn, people.Digest{}, now)
	if err != nil {
		return Opened{}, err
	}
	gate, err := g.admit(ctx, people.Digest{}, from, now)
	if err != nil {
		return Opened{}, fault.Wrap(op, err)
	}
	account, err := g.passkeySigned(ctx, q, a.Response, now)
	if err == nil {
		var o Opened
		if o, err = g.open(ctx, account, gate, []people.Method{people.ByPasskey}, from); err == nil {
			return o, nil
		}
	}
	row := people.Row{Who: account.Person.ID, What: people.SignIn, Subject: "passkey", At: now, From: from}
	return Opened{}, g.refused(ctx, op, countedBack(row, err), err)
}

// proveByPasskey is Prove with a passkey.
func (g *Gate) proveByPasskey(ctx context.Context, who Who, a answer) (Opened, error) {
	const op = "signin.ProvePasskey"
	now := g.now()
	q, err := g.asked.take(a.Token, toProve, who.Session.ID, now)
	if err != nil {
		return Opened{}, err
	}
	gate, err := g.admit(ctx, people.Digest{}, who.From, now)
	if err != nil {
		return Opened{}, fault.Wrap(op, err)
	}
	account, err := g.passkeySigned(ctx, q, a.Response, now)
	if err == nil && account.Person.ID != who.Account.Person.ID {
		err = refusedPasskey(op, nil)
	}
	if err == nil {
		var o Opened
		if o, err = g.renew(ctx, who, account, []people.Method{people.ByPasskey}, gate.right()); err == nil {
			return o, nil
		}
	}
	row := people.Row{Who: who.Account.Person.ID, What: people.StepUp, Subject: "passkey", At: now, From: who.From}
	return Opened{}, g.refused(ctx, op, countedBack(row, err), err)
}

// countedBack is the row of a refusal: a counter that went back has a row of its own name, because somebody must
// look at it.
func countedBack(row people.Row, err error) people.Row {
	if fault.CodeOf(err) == people.CodeCountWentBack {
		row.What = people.PasskeyCountBack
	}
	return row
}

// passkeySigned is the account whose passkey answered a question, after it signed. The account comes with an error
// too, once it is known whose passkey it is.
func (g *Gate) passkeySigned(ctx context.Context, q question, response []byte, now time.Time) (people.Account, error) {
	const op = "signin.Passkey"
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return people.Account{}, refusedPasskey(op, err)
	}
	var account people.Account
	var broken error // the store's, which is no matter of the passkey
	find := func(_, userHandle []byte) (webauthn.User, error) {
		id, err := ident.Parse(string(userHandle))
		if err != nil {
			return nil, err
		}
		found, ok, err := g.Keeper.Account(ctx, id)
		switch {
		case err != nil:
			broken = err
			return nil, err
		case !ok:
			return nil, refusedPasskey(op, nil)
		}
		account = found
		return holder{account: found}, nil
	}
	var credential *webauthn.Credential
	if q.use == toSignIn {
		_, credential, err = g.passkey.ValidatePasskeyLogin(find, *q.ceremony, parsed)
	} else {
		var user webauthn.User
		if user, err = find(nil, q.ceremony.UserID); err == nil {
			credential, err = g.passkey.ValidateLogin(user, *q.ceremony, parsed)
		}
	}
	switch {
	case broken != nil:
		return people.Account{}, fault.Wrap(op, broken)
	case err != nil:
		return account, refusedPasskey(op, err)
	}
	flags := parsed.Response.AuthenticatorData.Flags
	if !flags.HasUserVerified() {
		return account, refusedPasskey(op, nil)
	}
	seen := people.Passkey{ID: credential.ID, SignCount: parsed.Response.AuthenticatorData.Counter,
		BackedUp: flags.HasBackupState()}
	next, err := account.SawPasskey(seen, now)
	if err != nil {
		return account, err
	}
	return next, nil
}

// passkeyMade is the passkey that a browser made for a question.
//
// Errors: Denied passkey_refused.
func (g *Gate) passkeyMade(q question, response []byte, now time.Time) (people.Passkey, error) {
	const op = "signin.NewPasskey"
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return people.Passkey{}, refusedPasskey(op, err)
	}
	c, err := g.passkey.CreateCredential(holder{account: q.account}, *q.ceremony, parsed)
	if err != nil {
		return people.Passkey{}, refusedPasskey(op, err)
	}
	if !c.Flags.UserVerified {
		return people.Passkey{}, refusedPasskey(op, nil)
	}
	p := people.Passkey{ID: bytes.Clone(c.ID), PublicKey: bytes.Clone(c.PublicKey),
		SignCount:      c.Authenticator.SignCount,
		BackupEligible: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState, Added: now, Used: now}
	for _, t := range c.Transport {
		p.Transports = append(p.Transports, string(t))
	}
	return p, nil
}

func refusedPasskey(op string, cause error) error {
	return &fault.Error{Op: op, Kind: fault.Denied, Code: CodePasskey, Detail: "the passkey was not accepted",
		Err: cause}
}
