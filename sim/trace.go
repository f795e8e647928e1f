// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
)

// keptLines is how many of the last lines are shown with a violation.
const keptLines = 50

// trace is the story of a run: a hash over all of it, and its last lines as people read them.
type trace struct {
	hash  hash.Hash
	space []byte
	last  [keptLines]line
	count uint64
	out   io.Writer // where every line goes; may be nil
}

// line is one thing that happened.
type line struct {
	at      int64
	what    string
	id      ident.ID
	details [3]string
}

func newTrace(out io.Writer) trace { return trace{hash: sha256.New(), out: out} }

// add tells one thing that happened to one object. Equal runs add equal lines.
func (t *trace) add(l line) {
	b := binary.BigEndian.AppendUint64(t.space[:0], uint64(l.at))
	b = binary.BigEndian.AppendUint16(b, uint16(l.id.Lane))
	b = append(b, l.id.Digest[:]...)
	b = append(append(b, l.what...), 0)
	for _, d := range l.details {
		b = append(append(b, d...), 0)
	}
	t.hash.Write(b)
	t.space = b
	t.last[t.count%keptLines] = l
	t.count++
	if t.out != nil {
		fmt.Fprintln(t.out, l.String())
	}
}

// String is the line as people read it: when, what, to which object, and how.
func (l line) String() string {
	var b strings.Builder
	b.WriteString(time.Unix(0, l.at).UTC().Format("2006-01-02 15:04:05.000000"))
	b.WriteString("  " + l.what)
	if !l.id.IsZero() {
		b.WriteString(" " + l.id.String())
	}
	for _, d := range l.details {
		if d != "" {
			b.WriteString("  " + d)
		}
	}
	return b.String()
}

// lines are the last lines, oldest first.
func (t *trace) lines() []string {
	first := uint64(0)
	if t.count > keptLines {
		first = t.count - keptLines
	}
	var all []string
	for n := first; n < t.count; n++ {
		all = append(all, t.last[n%keptLines].String())
	}
	return all
}

// sum is the hash over everything so far.
func (t *trace) sum() (h [sha256.Size]byte) {
	copy(h[:], t.hash.Sum(nil))
	return h
}
