// SPDX-License-Identifier: Apache-2.0

package people

import (
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// How accounts are recovered.
const (
	RecoveryCodes = 10
	RecoverAfter  = 24 * time.Hour // the waiting time of a recovery by another person
	RecoverFor    = 72 * time.Hour // and how long it can be used then
)

// Codes of the refusals of recovery.
const (
	CodeRecoveryCodeWrong fault.Code = "recovery_code_wrong" // unknown, or used: which is not said
	CodeRecoverySelf      fault.Code = "recovery_of_oneself"
	CodeRecoveryMissing   fault.Code = "recovery_missing"
	CodeRecoveryWaiting   fault.Code = "recovery_waiting"
	CodeRecoveryOver      fault.Code = "recovery_over" // used, objected to, or too old
)

// RecoveryCode is one of the codes that stand in for a lost authenticator.
//
// Invariant: Digest is over the person and the code's 80 bits; the code itself is nowhere.
type RecoveryCode struct {
	Digest Digest
	Used   time.Time // zero: not used
}

// codeAlphabet is Crockford's base 32: nobody misreads it on paper.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLetters is how many letters of 5 bits a code has.
const codeLetters = 16

// NewCodes is the account with ten new recovery codes in the place of all old ones, and the codes, which are shown
// once.
//
// Errors: Unavailable sign_in_entropy_failed.
func (a Account) NewCodes(entropy io.Reader) (Account, []Secret, error) {
	var drawn [RecoveryCodes * codeLetters]byte
	defer clear(drawn[:])
	if err := draw("people.NewCodes", entropy, drawn[:]); err != nil {
		return Account{}, nil, err
	}
	a.Codes = nil
	var shown []Secret
	for part := range slices.Chunk(drawn[:], codeLetters) {
		var b strings.Builder
		for i, v := range part {
			if i > 0 && i%4 == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(codeAlphabet[v&31])
		}
		code := NewSecret(b.String())
		shown = append(shown, code)
		a.Codes = append(a.Codes, RecoveryCode{Digest: codeDigest(a.Person.ID, code)})
	}
	return a, shown, nil
}

// codeDigest forgives what people do to a code between paper and keyboard: case, blanks, hyphens, O for 0, I and L
// for 1.
func codeDigest(person ident.ID, code Secret) Digest {
	plain := strings.NewReplacer("-", "", " ", "", "\u3000", "", "O", "0", "I", "1", "L", "1").
		Replace(strings.ToUpper(code.Reveal()))
	return sha256.Sum256([]byte(person.String() + plain))
}

// UseCode is the account after one of its recovery codes was used.
//
// Errors: Denied recovery_code_wrong.
func (a Account) UseCode(code Secret, at time.Time) (Account, error) {
	want, found := codeDigest(a.Person.ID, code), -1
	for i, c := range a.Codes { // all of them, so that the place of a code tells nothing
		if c.Digest.Equal(want) && c.Used.IsZero() {
			found = i
		}
	}
	if found < 0 {
		return Account{}, refuse("people.UseCode", fault.Denied, CodeRecoveryCodeWrong,
			"the recovery code is not right")
	}
	a = a.copied()
	a.Codes[found].Used = at
	return a, nil
}

// CodesLeft is how many recovery codes are not used.
func (a Account) CodesLeft() int {
	n := 0
	for _, c := range a.Codes {
		if c.Used.IsZero() {
			n++
		}
	}
	return n
}

// Recovery lets a person begin again with new credentials, because somebody who keeps the roles there vouches for them.
//
// Invariant: ID is the digest of a token. It can be used from At + RecoverAfter; whoever has a session of the
// person, or is told by the notice, can object until then and after.
type Recovery struct {
	ID       Digest
	Person   ident.ID
	By       ident.ID
	At       time.Time
	Used     time.Time // zero: not used
	Objected time.Time // zero: nobody did
	Revision int64
}

// Vouch begins the recovery of somebody else, and gives the token that completes it. The caller saves a notice with
// it. It reaches whatever the person can do, so whoever vouches must be able to recover people at each of their
// holders.
//
// Errors: Denied recovery_of_oneself, and as May at each holder; Conflict not_a_member; Unavailable
// sign_in_entropy_failed.
func Vouch(by, of Account, at time.Time, entropy io.Reader) (Recovery, Secret, error) {
	const op = "people.Vouch"
	if by.Person.ID == of.Person.ID {
		return Recovery{}, Secret{}, refuse(op, fault.Denied, CodeRecoverySelf, "somebody else must vouch")
	}
	if err := of.Able(); err != nil {
		return Recovery{}, Secret{}, fault.Wrap(op, err)
	}
	places := 0
	for _, m := range of.Memberships {
		if !m.Current() {
			continue
		}
		places++
		if err := May(by, RecoverPeople, Scope{Holder: m.Holder}); err != nil {
			return Recovery{}, Secret{}, fault.Wrap(op, err)
		}
	}
	if places == 0 {
		return Recovery{}, Secret{}, refuse(op, fault.Conflict, CodeNotAMember, "the person is a member of nothing")
	}
	token, err := NewToken(entropy)
	if err != nil {
		return Recovery{}, Secret{}, err
	}
	return Recovery{ID: token.Digest(), Person: of.Person.ID, By: by.Person.ID, At: at}, token, nil
}

// Pending reports whether the recovery may still be completed, now or when its waiting time is over.
func (r Recovery) Pending(at time.Time) bool {
	return r.Used.IsZero() && r.Objected.IsZero() && at.Before(r.At.Add(RecoverAfter+RecoverFor))
}

// Open says whether the recovery can be completed with a token.
//
// Errors: NotFound recovery_missing; Conflict recovery_over, recovery_waiting.
func (r Recovery) Open(token Secret, at time.Time) error {
	const op = "people.Recovery"
	switch {
	case r.ID.IsZero() || !r.ID.Equal(token.Digest()):
		return refuse(op, fault.NotFound, CodeRecoveryMissing, "there is no such recovery")
	case !r.Pending(at):
		return refuse(op, fault.Conflict, CodeRecoveryOver, "the recovery was used, stopped, or not used in time")
	case at.Before(r.At.Add(RecoverAfter)):
		return refuse(op, fault.Conflict, CodeRecoveryWaiting,
			"the recovery can be used 24 hours after it was asked for")
	}
	return nil
}

// Object stops a recovery that was not used: its person does, or anyone who may recover people where the person is.
//
// Errors: Denied as May; Conflict recovery_over.
func (r Recovery) Object(by, of Account, at time.Time) (Recovery, error) {
	const op = "people.Object"
	if !r.Used.IsZero() {
		return Recovery{}, refuse(op, fault.Conflict, CodeRecoveryOver, "the recovery was used already")
	}
	allowed := by.Person.ID == r.Person
	for _, m := range of.Memberships {
		allowed = allowed || m.Current() && May(by, RecoverPeople, Scope{Holder: m.Holder}) == nil
	}
	if !allowed || of.Person.ID != r.Person {
		return Recovery{}, refuse(op, fault.Denied, CodeActNotGranted,
			"only the person or who may recover people can object")
	}
	if r.Objected.IsZero() {
		r.Objected = at
	}
	return r, nil
}

// Complete is the account without any credential, ready for new ones, and the recovery is spent. Every session ends.
//
// Errors: as Open; Denied as Able.
func (r Recovery) Complete(token Secret, a Account, at time.Time) (Recovery, Account, error) {
	const op = "people.Complete"
	if err := r.Open(token, at); err != nil {
		return Recovery{}, Account{}, fault.Wrap(op, err)
	}
	if err := a.Able(); err != nil {
		return Recovery{}, Account{}, fault.Wrap(op, err)
	}
	if a.Person.ID != r.Person {
		return Recovery{}, Account{}, refuse(op, fault.NotFound, CodeRecoveryMissing,
			"the recovery is of somebody else")
	}
	a.Password, a.TOTP, a.Passkeys, a.Codes = Password{}, TOTP{}, nil, nil
	r.Used = at
	return r, a.EndSessions(), nil
}
