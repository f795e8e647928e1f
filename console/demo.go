// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Choice is a way in which a wallet can be made to behave in a demo.
type Choice string

// The choices.
const (
	Silent       Choice = "silent"        // takes no request and says nothing
	DropsAnswers Choice = "drops_answers" // does what it is asked, and its answers are lost
	Slow         Choice = "slow"          // answers after the shop has stopped waiting
	Lies         Choice = "lies"          // says no to what it did, or yes to what it did not
	Normal       Choice = "normal"
)

// Choices are all of them, in the order in which they are offered.
func Choices() []Choice { return []Choice{Silent, DropsAnswers, Slow, Lies, Normal} }

// Demo is what only a demo has: wallets that misbehave when they are told to, and keys that are nobody's secret.
//
// Concurrency: safe for any number of callers.
type Demo interface {
	// Misbehave makes a wallet behave as chosen until it is told otherwise.
	//
	// Errors: NotFound when the wallet cannot be told.
	Misbehave(id wallet.ID, choice Choice) error
	// Behaviour is how a wallet behaves at present; empty when it cannot be told.
	Behaviour(id wallet.ID) Choice
	// SDK is what an SDK needs to speak with the network.
	SDK() SDKBox
}

// SDKBox is what an SDK is configured with. Its keys belong to a sample client and open nothing else.
type SDKBox struct {
	ClientID  string
	Gateways  []Gateway
	KeyPKCS8  string // the client's private key, one line of base64, PKCS #8: Go, Java and .NET take it
	KeyPKCS1  string // the same as PKCS #1: Python and PHP take it
	PublicKey string // ours, one line of base64, SubjectPublicKeyInfo: it verifies our answers
}

// Gateway is an address at which an SDK is pointed.
type Gateway struct {
	For string // in plain words: "payments and refunds"
	URL string
}

// bodyMax bounds a form. Units: bytes.
const bodyMax = 1 << 10

// misbehave takes the form that makes a wallet fail.
func (s *console) misbehave(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
	choice := Choice(r.PostFormValue("choice"))
	if !slices.Contains(Choices(), choice) {
		s.kit.Refuse(w, r, http.StatusBadRequest, s.kit.Say(look.Chosen(r), "demo.choice"))
		return nil
	}
	id := wallet.ID(r.PathValue("id"))
	if _, ok := s.Network.Facts().Wallet(id); !ok {
		return missing
	}
	if err := s.Demo.Misbehave(id, choice); fault.KindOf(err) == fault.NotFound {
		return missing
	} else if err != nil {
		return err
	}
	s.board.Take(nil) // whoever watches sees it at once
	http.Redirect(w, r, "/#wallet-"+string(id), http.StatusSeeOther)
	return nil
}
