// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Head is where a lane's journal stood: the number, hash and time of its last row. It is what leaves the machine,
// signed with a key that the database's owner does not hold.
//
// Units: At is microseconds since 1970 UTC; 0 says nothing. Source: decisions A14.
type Head struct {
	Lane ident.Lane
	N    int64
	Hash ledger.Hash
	At   int64
}

// witnessDomain begins every text that is signed, so that no signature over anything else is taken for one.
const witnessDomain = "kakehashi head 1 "

// text is the head as it is signed and written: lane, n, hash in hexadecimal and time, with single spaces.
func (h Head) text() string {
	return fmt.Sprintf("%d %d %s %d", h.Lane, h.N, hex.EncodeToString(h.Hash[:]), h.At)
}

// WriteHead appends a line to a witness: the head, a space, and the signature in base64.
//
// Errors: Internal key_malformed, or what the writer answered.
func WriteHead(w io.Writer, key wire.PrivateKey, h Head) error {
	signature, err := key.Sign([]byte(witnessDomain + h.text()))
	if err != nil {
		return fault.Wrap("audit.WriteHead", err)
	}
	_, err = io.WriteString(w, h.text()+" "+base64.StdEncoding.EncodeToString(signature)+"\n")
	return fault.Wrap("audit.WriteHead", err)
}

// witnessLineMax holds a line with the signature of the largest key.
const witnessLineMax = 4096

// ReadWitness reads the heads of a witness whose signatures one of the keys verifies. Empty lines and lines that
// begin with '#' say nothing; a last line without its end was cut off while it was written, and says nothing
// either.
//
// Errors: Invalid witness_malformed, naming the line: it cannot be read, or no key verifies it.
func ReadWitness(r io.Reader, keys ...wire.PublicKey) ([]Head, error) {
	var heads []Head
	lines := bufio.NewReaderSize(r, witnessLineMax)
	for number := 1; ; number++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == io.EOF:
			return heads, nil
		case err != nil:
			return nil, badWitness(number, "is too long, or cannot be read", err)
		}
		text := strings.TrimSuffix(string(line), "\n")
		if text == "" || text[0] == '#' {
			continue
		}
		h, signature, ok := parseHead(text)
		if !ok {
			return nil, badWitness(number, "is not a lane, a number, a hash, a time and a signature", nil)
		}
		signed := []byte(witnessDomain + h.text())
		if !slices.ContainsFunc(keys, func(k wire.PublicKey) bool { return k.Verify(signed, signature) }) {
			return nil, badWitness(number, "has a signature that no key verifies", nil)
		}
		heads = append(heads, h)
	}
}

func badWitness(line int, what string, err error) error {
	return &fault.Error{Op: "audit.ReadWitness", Kind: fault.Invalid, Code: CodeWitnessBad, Subject: strconv.Itoa(line),
		Detail: "line " + strconv.Itoa(line) + " of the witness " + what, Err: err}
}

func parseHead(text string) (h Head, signature []byte, ok bool) {
	parts := strings.Split(text, " ")
	if len(parts) != 5 {
		return h, nil, false
	}
	lane, err1 := strconv.ParseUint(parts[0], 10, 16)
	n, err2 := strconv.ParseInt(parts[1], 10, 64)
	hash, err3 := hex.DecodeString(parts[2])
	at, err4 := strconv.ParseInt(parts[3], 10, 64)
	signature, err5 := base64.StdEncoding.Strict().DecodeString(parts[4])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil || lane >= ident.LanesMax || n < 1 ||
		len(hash) != len(h.Hash) {
		return h, nil, false
	}
	h = Head{Lane: ident.Lane(lane), N: n, Hash: ledger.Hash(hash), At: at}
	return h, signature, h.text() == strings.Join(parts[:4], " ")
}

// headsOf are the heads of a lane in the order of their rows.
func headsOf(heads []Head, l ident.Lane) []Head {
	var own []Head
	for _, h := range heads {
		if h.Lane == l {
			own = append(own, h)
		}
	}
	slices.SortStableFunc(own, func(a, b Head) int { return int(max(min(a.N-b.N, 1), -1)) })
	return own
}
