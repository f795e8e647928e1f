// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"io"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// CodeNoEntropy is the code of a machine that gives no random bytes.
const CodeNoEntropy fault.Code = "entropy_missing"

// mintingsMax is how often a code is minted again that happens to be in use.
const mintingsMax = 3

// Codes are the payment codes of one house: those it minted lately, and the keyed marks under which every code is
// known. One API mints them, the other finds them. The codes themselves are kept nowhere.
//
// Concurrency: safe for any number of callers.
type Codes struct {
	secret   wallet.Secret
	mutex    sync.Mutex
	register *wallet.Register
}

// NewCodes is a house's codes, at most so many minted ones at once.
//
// Invariant: codesMax is above zero, and secret was made by wallet.NewSecret.
func NewCodes(secret wallet.Secret, codesMax int) *Codes {
	return &Codes{secret: secret, register: wallet.NewRegister(codesMax)}
}

// Mint makes a code for a wallet's user and remembers it under its mark.
//
// Errors: Exhausted payment_code_register_full; Unavailable entropy_missing.
func (c *Codes) Mint(routing int, m wallet.Minted, now time.Time, entropy io.Reader) (code string, err error) {
	for range mintingsMax {
		var random [16]byte
		if _, err := io.ReadFull(entropy, random[:]); err != nil {
			return "", &fault.Error{Op: "envelope.Mint", Kind: fault.Unavailable, Code: CodeNoEntropy, Err: err}
		}
		code = wallet.MintCode(routing, random)
		c.mutex.Lock()
		err = c.register.Add(c.Marks(code, now)[0], m, now)
		c.mutex.Unlock()
		if fault.CodeOf(err) != wallet.CodeMarkTaken {
			break
		}
	}
	if err != nil {
		return "", err
	}
	return code, nil
}

// Find is what was minted under a code, valid or expired lately; ok is false when nothing was.
func (c *Codes) Find(code string, now time.Time) (m wallet.Minted, ok bool) {
	marks := c.Marks(code, now)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.register.Find(marks)
}

// Marks are the marks under which a code is spent at a time.
func (c *Codes) Marks(code string, now time.Time) wallet.Marks {
	return wallet.ClaimMarks(c.secret, code, now)
}

// Fingerprint is the mark that tells whether a repeated request names the same code.
func (c *Codes) Fingerprint(payment ident.ID, code string) wallet.Mark {
	return wallet.Fingerprint(c.secret, payment, code)
}
