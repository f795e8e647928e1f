// SPDX-License-Identifier: Apache-2.0

package people

import (
	"bytes"
	"slices"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the refusals of credentials.
const (
	CodeProofTooWeak     fault.Code = "proof_too_weak"       // what was proved does not suffice together
	CodeCodeReplayed     fault.Code = "totp_replayed"        // a code of this step or a later one was accepted before
	CodeCountWentBack    fault.Code = "passkey_count_back"   // a copy of the authenticator may exist
	CodePasskeyTwice     fault.Code = "passkey_registered"   // the credential is registered already
	CodePasskeysMany     fault.Code = "passkeys_exhausted"   // as many as an account may hold
	CodePasskeyMissing   fault.Code = "passkey_missing"      // the account has no such passkey
	CodeLastCredential   fault.Code = "last_credential"      // nobody could sign in afterwards
	CodeTOTPUnconfirmed  fault.Code = "totp_unconfirmed"     // the account has no authenticator
	CodePasswordMissing  fault.Code = "password_missing"     // an authenticator alone proves nothing
	CodeCredentialAbsent fault.Code = "credential_malformed" // a credential without its substance
)

// Method is one way of proving who one is.
type Method string

// The methods.
const (
	ByPassword Method = "password"
	ByTOTP     Method = "totp"
	ByPasskey  Method = "passkey"  // with user verification: nothing less is accepted
	ByRecovery Method = "recovery" // a recovery code in the place of the authenticator
)

// Suffice says whether methods that were proved together open a session, and whether one for mending credentials
// only. A passkey with user verification suffices; a password needs an authenticator's code beside it, or a recovery
// code, which opens nothing but the pages of the credentials.
//
// Errors: Denied proof_too_weak.
func Suffice(methods ...Method) (mending bool, err error) {
	has := func(m Method) bool { return slices.Contains(methods, m) }
	switch {
	case has(ByPasskey), has(ByPassword) && has(ByTOTP):
		return false, nil
	case has(ByPassword) && has(ByRecovery):
		return true, nil
	}
	return false, refuse("people.Suffice", fault.Denied, CodeProofTooWeak,
		"a password needs a code beside it; a passkey needs user verification")
}

// Password is what is kept of a person's password. The zero Password is none.
type Password struct {
	Hash    Secret // a PHC string
	Changed time.Time
}

// TOTP is a person's authenticator. The zero TOTP is none.
//
// Invariant: LastStep never falls, so no code is accepted twice.
// Source: RFC 6238, section 5.2.
type TOTP struct {
	Sealed    []byte // the secret, sealed by somebody else; opaque
	Confirmed time.Time
	LastStep  int64 // the time step of the last accepted code
}

// Set reports whether there is an authenticator.
func (t TOTP) Set() bool { return len(t.Sealed) > 0 }

// Accept is the authenticator after a code of a time step was right.
//
// Errors: Denied totp_replayed when one of this step or a later one was accepted before.
func (t TOTP) Accept(step int64) (TOTP, error) {
	if step <= t.LastStep {
		return TOTP{}, refuse("people.Accept", fault.Denied, CodeCodeReplayed, "each code is accepted once")
	}
	t.LastStep = step
	return t, nil
}

// Passkey is one registered public-key credential.
//
// Source: Web Authentication Level 3, section 4, Credential Record.
type Passkey struct {
	ID             []byte
	PublicKey      []byte // COSE
	SignCount      uint32
	BackupEligible bool
	BackedUp       bool
	Transports     []string
	Added          time.Time
	Used           time.Time
}

// passkeysMax bounds how many passkeys an account holds.
const passkeysMax = 20

// Seen is the passkey after it signed.
//
// Errors: Denied passkey_count_back when its counter did not grow: there may be a copy. Authenticators that never count
// say zero for ever.
func (p Passkey) Seen(count uint32, backedUp bool, at time.Time) (Passkey, error) {
	if (count != 0 || p.SignCount != 0) && count <= p.SignCount {
		return Passkey{}, refuse("people.Seen", fault.Denied, CodeCountWentBack, "the passkey's counter did not grow")
	}
	p.SignCount, p.BackedUp, p.Used = count, backedUp, at
	return p, nil
}

// SetPassword is the account with another password. It ends every session.
//
// Errors: Invalid credential_malformed for an empty hash.
func (a Account) SetPassword(hash Secret, at time.Time) (Account, error) {
	if hash.Empty() {
		return Account{}, refuse("people.SetPassword", fault.Invalid, CodeCredentialAbsent,
			"the password's hash is empty")
	}
	a.Password = Password{Hash: hash, Changed: at}
	return a.EndSessions(), nil
}

// Rehash is the account with the same password under newer parameters. No session ends.
func (a Account) Rehash(hash Secret) Account {
	a.Password.Hash = hash
	return a
}

// SetTOTP is the account with an authenticator whose first code, of a time step, was right. It ends every session.
//
// Errors: Invalid credential_malformed; Conflict password_missing.
func (a Account) SetTOTP(sealed []byte, step int64, at time.Time) (Account, error) {
	const op = "people.SetTOTP"
	switch {
	case len(sealed) == 0:
		return Account{}, refuse(op, fault.Invalid, CodeCredentialAbsent, "the authenticator's secret is empty")
	case a.Password.Hash.Empty():
		return Account{}, refuse(op, fault.Conflict, CodePasswordMissing, "an authenticator needs a password beside it")
	}
	a.TOTP = TOTP{Sealed: bytes.Clone(sealed), Confirmed: at, LastStep: step}
	return a.EndSessions(), nil
}

// AcceptCode is the account after a code of its authenticator was right.
//
// Errors: Denied totp_unconfirmed, totp_replayed.
func (a Account) AcceptCode(step int64) (Account, error) {
	if !a.TOTP.Set() {
		return Account{}, refuse("people.AcceptCode", fault.Denied, CodeTOTPUnconfirmed,
			"the account has no authenticator")
	}
	t, err := a.TOTP.Accept(step)
	if err != nil {
		return Account{}, err
	}
	a.TOTP = t
	return a, nil
}

// AddPasskey is the account with one passkey more.
//
// Errors: Invalid credential_malformed; Conflict passkey_registered; Exhausted passkeys_exhausted.
func (a Account) AddPasskey(p Passkey) (Account, error) {
	const op = "people.AddPasskey"
	switch {
	case len(p.ID) == 0 || len(p.PublicKey) == 0:
		return Account{}, refuse(op, fault.Invalid, CodeCredentialAbsent, "the passkey lacks its id or its key")
	case a.passkeyAt(p.ID) >= 0:
		return Account{}, refuse(op, fault.Conflict, CodePasskeyTwice, "this passkey is registered already")
	case len(a.Passkeys) >= passkeysMax:
		return Account{}, refuse(op, fault.Exhausted, CodePasskeysMany, "an account holds at most 20 passkeys")
	}
	a = a.copied()
	a.Passkeys = append(a.Passkeys, p)
	return a, nil
}

// SawPasskey is the account after one of its passkeys signed.
//
// Errors: Denied passkey_missing, passkey_count_back.
func (a Account) SawPasskey(seen Passkey, at time.Time) (Account, error) {
	i := a.passkeyAt(seen.ID)
	if i < 0 {
		return Account{}, refuse("people.SawPasskey", fault.Denied, CodePasskeyMissing,
			"the account has no such passkey")
	}
	p, err := a.Passkeys[i].Seen(seen.SignCount, seen.BackedUp, at)
	if err != nil {
		return Account{}, err
	}
	a = a.copied()
	a.Passkeys[i] = p
	return a, nil
}

// DropPasskey is the account without a passkey. It ends every session.
//
// Errors: NotFound passkey_missing; Conflict last_credential.
func (a Account) DropPasskey(id []byte) (Account, error) {
	const op = "people.DropPasskey"
	i := a.passkeyAt(id)
	if i < 0 {
		return Account{}, refuse(op, fault.NotFound, CodePasskeyMissing, "the account has no such passkey")
	}
	a = a.copied()
	a.Passkeys = slices.Delete(a.Passkeys, i, i+1)
	if !a.CanSignIn() {
		return Account{}, refuse(op, fault.Conflict, CodeLastCredential, "add another way to sign in first")
	}
	return a.EndSessions(), nil
}

// CanSignIn reports whether the account has what Suffice asks for.
func (a Account) CanSignIn() bool {
	return len(a.Passkeys) > 0 || !a.Password.Hash.Empty() && a.TOTP.Set()
}

func (a Account) passkeyAt(id []byte) int {
	return slices.IndexFunc(a.Passkeys, func(p Passkey) bool { return bytes.Equal(p.ID, id) })
}
