// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// madeMax bounds how many answers are remembered.
const madeMax = 4096

// refusalSpan is how long the same refusal is the same bytes for a caller. Only the time it was signed at is older than it
// could be; what is refused is decided each time. Under ten times the load a network can serve, most of what is signed in
// vain is that a payment which was turned away does not exist.
//
// Source: docs/evidence/overload.md.
const refusalSpan = 5 * time.Second

// signed is an answer as it is sent.
type signed struct {
	headers []wire.Header
	body    []byte
}

// made is an answer that is signed once, by whoever needs it first.
type made struct {
	once   sync.Once
	answer signed
	err    error
}

// press remembers the answers it signed within the present span of time. A signature costs a thousand times what a look-up
// does, and within a span the same answer is the same bytes.
//
// Concurrency: safe for any number of callers.
type press struct {
	span  time.Duration
	mutex sync.Mutex
	began time.Time
	made  map[[sha256.Size]byte]*made
}

// take is the place of an answer, if it may be made. allow is asked before a new one is.
func (p *press) take(key [sha256.Size]byte, now time.Time, allow func() bool) (m *made, ok bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if began := now.Truncate(p.span); !p.began.Equal(began) || p.made == nil {
		p.began, p.made = began, map[[sha256.Size]byte]*made{}
	}
	if m, ok = p.made[key]; ok {
		return m, true
	}
	if !allow() {
		return nil, false
	}
	m = &made{}
	if len(p.made) < madeMax {
		p.made[key] = m
	}
	return m, true
}

// keyOf is the digest of some texts, each with its length, so that no two lists of texts share one.
func keyOf(parts ...string) [sha256.Size]byte {
	var text []byte
	for _, part := range parts {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}
