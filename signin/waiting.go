// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"io"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// How long a question of ours can be answered, and how many may be open.
const (
	challengeFor     = 5 * time.Minute
	authenticatorFor = 15 * time.Minute // somebody may have to install one first
	openMax          = 4096
	openPerAddress   = 64
)

// question is what was asked, for which use, of whom.
type question struct {
	use     use
	about   people.Digest // the session, invitation or recovery that asked; zero: nobody yet
	address people.Digest
	until   time.Time

	secret   []byte                // of an authenticator that is being set up
	ceremony *webauthn.SessionData // of a passkey
	account  people.Account        // who a new passkey will belong to
}

// use keeps the answer to one question from passing for the answer to another.
type use string

const (
	toSignIn   use = "sign in"
	toProve    use = "prove again"
	toEnrol    use = "enrol"
	toBegin    use = "begin an account"
	toScanCode use = "scan an authenticator's code"
)

// waiting is the open questions. They are kept in memory: who restarts is asked again.
//
// Invariant: each is answered at most once, in time, and no address has more than its share.
// Concurrency: safe for any number of callers.
type waiting struct {
	mutex sync.Mutex
	open  map[people.Digest]question
	each  map[people.Digest]int // by address
}

func newWaiting() *waiting {
	return &waiting{open: map[people.Digest]question{}, each: map[people.Digest]int{}}
}

// put keeps a question and gives the token that answers it.
//
// Errors: Exhausted sign_in_busy; Unavailable sign_in_entropy_failed.
func (w *waiting) put(q question, now time.Time, entropy io.Reader) (people.Secret, error) {
	token, err := people.NewToken(entropy)
	if err != nil {
		return people.Secret{}, err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.open) >= openMax || w.each[q.address] >= openPerAddress {
		w.sweep(now)
	}
	if len(w.open) >= openMax || w.each[q.address] >= openPerAddress {
		return people.Secret{}, &fault.Error{Op: "signin.Ask", Kind: fault.Exhausted, Code: CodeBusy,
			Detail: "too many sign-ins are open: wait 5 minutes"}
	}
	w.open[token.Digest()] = q
	w.each[q.address]++
	return token, nil
}

// take is the question that a token answers, which nobody can answer again.
//
// Errors: Unauthenticated challenge_missing.
func (w *waiting) take(token people.Secret, u use, about people.Digest, now time.Time) (question, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	id := token.Digest()
	q, ok := w.open[id]
	if ok {
		w.drop(id, q)
	}
	if !ok || q.use != u || q.about != about || !now.Before(q.until) {
		return question{}, &fault.Error{Op: "signin.Answer", Kind: fault.Unauthenticated, Code: CodeNoChallenge,
			Detail: "the page was open for too long, or was sent twice: begin again"}
	}
	return q, nil
}

func (w *waiting) drop(id people.Digest, q question) {
	delete(w.open, id)
	if w.each[q.address]--; w.each[q.address] <= 0 {
		delete(w.each, q.address)
	}
}

// sweep forgets what is too late to answer.
func (w *waiting) sweep(now time.Time) {
	for id, q := range w.open {
		if !now.Before(q.until) {
			w.drop(id, q)
		}
	}
}
