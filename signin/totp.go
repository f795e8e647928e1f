// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
)

// What authenticators agree on without being told.
//
// Source: RFC 6238, section 4 and RFC 4226, sections 4 and 5.3.
const (
	stepLong    = 30 * time.Second
	codeDigits  = 6
	codeModulus = 1_000_000
	stepsAside  = 1 // a clock may be off by so many steps, either way
	secretBytes = 20
)

// stepOf is the time step of a moment.
func stepOf(at time.Time) int64 { return at.Unix() / int64(stepLong/time.Second) }

// codeAt is the code of a secret at a time step.
//
// Source: RFC 4226, section 5.3; HMAC-SHA-1 is sound here though SHA-1 alone is broken.
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7FFF_FFFF
	return fmt.Sprintf("%0*d", codeDigits, number%codeModulus)
}

// matchCode is the time step near a moment whose code was typed, the latest where two agree. It looks at every step,
// whichever matches.
func matchCode(secret []byte, typed string, at time.Time) (step int64, right bool) {
	plain := strings.NewReplacer(" ", "", "-", "").Replace(norm.NFKC.String(typed))
	for aside := int64(-stepsAside); aside <= stepsAside; aside++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, stepOf(at)+aside)), []byte(plain)) == 1 {
			step, right = stepOf(at)+aside, true
		}
	}
	return step, right
}

// newAuthenticator draws the secret of an authenticator.
//
// Errors: Unavailable sign_in_entropy_failed.
func newAuthenticator(entropy io.Reader) ([]byte, error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(entropy, secret); err != nil {
		return nil, &fault.Error{Op: "signin.Authenticator", Kind: fault.Unavailable, Code: people.CodeEntropyFailed,
			Err: err}
	}
	return secret, nil
}

// spelled is a secret as people type it into an authenticator.
func spelled(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// authenticatorURL is what an authenticator scans.
//
// Source: Key URI Format of Google Authenticator, which the others read too.
func authenticatorURL(issuer, name string, secret []byte) string {
	issuer = strings.ReplaceAll(issuer, ":", " ")
	q := url.Values{"secret": {spelled(secret)}, "issuer": {issuer}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + name,
		RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")} // some of them show a plus as a plus
	return u.String()
}
