// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func rsaKey(t testing.TB) wire.PrivateKey {
	t.Helper()
	key, err := wire.ParsePrivateKey(string(file(t, "test_only_rsa_pkcs8.pem")))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed25519Key(t testing.TB) wire.PrivateKey {
	t.Helper()
	key, err := wire.ParsePrivateKey(string(file(t, "test_only_ed25519_pkcs8.pem")))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// only gives one key for one version and no other.
func only(version int, key wire.PublicKey) func(int) (wire.PublicKey, bool) {
	return func(asked int) (wire.PublicKey, bool) { return key, asked == version }
}

func valueOf(t testing.TB, headers []wire.Header, name string) string {
	t.Helper()
	for _, h := range headers {
		if h.Name == name {
			return h.Value
		}
	}
	t.Fatalf("no header %q in %v", name, headers)
	return ""
}

func payEnvelope() wire.Envelope {
	return wire.Envelope{Method: "POST", Path: "/ams/api/v1/payments/pay", ClientID: "5Y00000000000001",
		Time: "1685599933871", Body: []byte(`{"paymentRequestId":"p-0001"}`)}
}

func TestSignedTextIsExactlyTheFiveParts(t *testing.T) {
	t.Parallel()
	e := payEnvelope()
	want := "POST /ams/api/v1/payments/pay\n5Y00000000000001.1685599933871.{\"paymentRequestId\":\"p-0001\"}"
	if got := string(wire.SignedText(e)); got != want {
		t.Fatalf("got %q", got)
	}
	e.Body = nil
	if got := string(wire.SignedText(e)); !strings.HasSuffix(got, ".1685599933871.") {
		t.Fatalf("an empty body: got %q", got)
	}
}

// The vectors were made with OpenSSL 3:
//
//	openssl dgst -sha256 -sign test_only_rsa_pkcs8.pem openssl_signed_text.txt | openssl base64 -A
//	openssl pkeyutl -sign -rawin -inkey test_only_ed25519_pkcs8.pem -in openssl_signed_text.txt | openssl base64 -A
func TestSignaturesAreThoseOfOpenSSL(t *testing.T) {
	t.Parallel()
	text := file(t, "openssl_signed_text.txt")
	for name, key := range map[string]wire.PrivateKey{"rsa": rsaKey(t), "ed25519": ed25519Key(t)} {
		vector, err := base64.StdEncoding.DecodeString(string(file(t, "openssl_"+name+"_signature.txt")))
		if err != nil {
			t.Fatal(err)
		}
		if !key.Public().Verify(text, vector) {
			t.Errorf("%s: the vector does not verify", name)
		}
		signature, err := key.Sign(text)
		if err != nil || !bytes.Equal(signature, vector) {
			t.Errorf("%s: signing gives another signature: %v", name, err)
		}
	}
}

func TestOpenVerifiesTheVectorThroughItsHeader(t *testing.T) {
	t.Parallel()
	first, body, _ := strings.Cut(string(file(t, "openssl_signed_text.txt")), "\n")
	method, path, _ := strings.Cut(first, " ")
	parts := strings.SplitN(body, ".", 3)
	e := wire.Envelope{Method: method, Path: path, ClientID: parts[0], Time: parts[1], Body: []byte(parts[2])}
	header := "algorithm=RSA256, keyVersion=1, signature=" + string(file(t, "openssl_rsa_signature.txt"))
	if err := wire.Open(e, header, only(1, rsaKey(t).Public())); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsSealedOpens(t *testing.T) {
	t.Parallel()
	seals := map[string]func(wire.PrivateKey, int, wire.Envelope) ([]wire.Header, error){
		wire.HeaderRequestTime: wire.SealRequest, wire.HeaderResponseTime: wire.SealResponse,
	}
	for name, key := range map[string]wire.PrivateKey{"RSA256": rsaKey(t), "Ed25519": ed25519Key(t)} {
		for timeHeader, seal := range seals {
			e := payEnvelope()
			headers, err := seal(key, 7, e)
			if err != nil {
				t.Fatal(err)
			}
			if valueOf(t, headers, wire.HeaderClientID) != e.ClientID || valueOf(t, headers, timeHeader) != e.Time ||
				valueOf(t, headers, "Content-Type") != "application/json; charset=UTF-8" || len(headers) != 4 {
				t.Fatalf("%s: got %v", name, headers)
			}
			header := valueOf(t, headers, wire.HeaderSignature)
			if !strings.HasPrefix(header, "algorithm="+name+",keyVersion=7,signature=") {
				t.Fatalf("got %q", header)
			}
			if err := wire.Open(e, header, only(7, key.Public())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestProtocolHeadersTravelInLowerCase(t *testing.T) {
	t.Parallel()
	lower := regexp.MustCompile(`^[a-z-]+$`)
	headers, err := wire.SealNotification(ed25519Key(t), 1, payEnvelope())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		if h.Name != "Content-Type" && !lower.MatchString(h.Name) {
			t.Errorf("header %q", h.Name)
		}
		// PHP scans header lines for these words: no other header may hold them.
		if h.Name != wire.HeaderSignature && strings.Contains(h.Name+h.Value, "signature") {
			t.Errorf("header %q holds the word signature", h.Name)
		}
	}
	if valueOf(t, headers, wire.HeaderRequestTime) != payEnvelope().Time {
		t.Error("a notification is dated with request-time")
	}
}

// S-02: every byte of everything that is signed.
func TestFlippingAnyByteIsRefused(t *testing.T) {
	t.Parallel()
	body := []byte(`{"paymentRequestId":"p-0001","order":{"orderDescription":"` + strings.Repeat("抹茶 matcha, ", 90) + `"}}`)
	if len(body) < 1000 {
		t.Fatal("the body is too short to prove anything")
	}
	e := wire.Envelope{Method: "POST", Path: "/ams/api/v1/payments/pay", ClientID: "5Y00000000000001",
		Time: "2024-01-01T00:00:00+09:00", Body: body}
	for name, key := range map[string]wire.PrivateKey{"rsa": rsaKey(t), "ed25519": ed25519Key(t)} {
		headers, err := wire.SealRequest(key, 1, e)
		if err != nil {
			t.Fatal(err)
		}
		header, keys := valueOf(t, headers, wire.HeaderSignature), only(1, key.Public())
		flips := 0
		refused := func(part string, e wire.Envelope) {
			flips++
			if err := wire.Open(e, header, keys); err == nil {
				t.Errorf("%s: a flipped byte of the %s was accepted", name, part)
			}
		}
		for _, bit := range []byte{0x01, 0x20} {
			flip := func(text string, i int) string {
				changed := []byte(text)
				changed[i] ^= bit
				return string(changed)
			}
			for i := range e.Body {
				changed := e
				changed.Body = []byte(flip(string(e.Body), i))
				refused("body", changed)
			}
			for i := range e.Path {
				changed := e
				changed.Path = flip(e.Path, i)
				refused("path", changed)
			}
			for i := range e.ClientID {
				changed := e
				changed.ClientID = flip(e.ClientID, i)
				refused("client id", changed)
			}
			for i := range e.Time {
				changed := e
				changed.Time = flip(e.Time, i)
				refused("time", changed)
			}
			for i := range e.Method {
				changed := e
				changed.Method = flip(e.Method, i)
				refused("method", changed)
			}
		}
		if flips < 2000 {
			t.Fatalf("only %d flips", flips)
		}
	}
}

func TestFlippingAnyByteOfTheSignatureIsRefused(t *testing.T) {
	t.Parallel()
	e, key := payEnvelope(), rsaKey(t)
	value, err := key.Sign(wire.SignedText(e))
	if err != nil {
		t.Fatal(err)
	}
	for i := range value {
		changed := bytes.Clone(value)
		changed[i] ^= 1
		header := wire.Signature{Algorithm: wire.RSA256, KeyVersion: 1, Value: changed}.Header()
		if err := wire.Open(e, header, only(1, key.Public())); fault.CodeOf(err) != wire.CodeSignatureInvalid {
			t.Fatalf("byte %d: got %v", i, err)
		}
	}
}

func TestOpenRefusesWithACodeOfItsOwn(t *testing.T) {
	t.Parallel()
	e, key, other := payEnvelope(), rsaKey(t), ed25519Key(t)
	sealed := func(key wire.PrivateKey, e wire.Envelope) string {
		headers, err := wire.SealRequest(key, 1, e)
		if err != nil {
			t.Fatal(err)
		}
		return valueOf(t, headers, wire.HeaderSignature)
	}
	good := sealed(key, e)
	mac := hmac.New(sha256.New, []byte(key.Public().SPKI()))
	mac.Write(wire.SignedText(e))
	keyed := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	elsewhere := e
	elsewhere.Path = "/ams/api/v1/payments/refund"
	cases := map[string]struct {
		header string
		want   fault.Code
	}{
		"no header":                      {"", wire.CodeSignatureMissing},
		"blank header":                   {"  ", wire.CodeSignatureMissing},
		"no signature part":              {"algorithm=RSA256,keyVersion=1", wire.CodeSignatureMalformed},
		"empty signature":                {"algorithm=RSA256,keyVersion=1,signature=", wire.CodeSignatureMalformed},
		"algorithm none":                 {"algorithm=none,keyVersion=1,signature=AAAA", wire.CodeSignatureMalformed},
		"keyed hash with the public key": {"algorithm=HS256,keyVersion=1,signature=" + keyed, wire.CodeSignatureMalformed},
		"keyed hash under our name":      {"algorithm=RSA256,keyVersion=1,signature=" + keyed, wire.CodeSignatureInvalid},
		"another algorithm than the key": {strings.Replace(good, "RSA256", "Ed25519", 1), wire.CodeSignatureInvalid},
		"another holder":                 {sealed(other, e), wire.CodeSignatureInvalid},
		"another endpoint":               {sealed(key, elsewhere), wire.CodeSignatureInvalid},
		"an unknown key version":         {strings.Replace(good, "keyVersion=1", "keyVersion=2", 1), wire.CodeKeyNotFound},
	}
	for name, c := range cases {
		err := wire.Open(e, c.header, only(1, key.Public()))
		if fault.CodeOf(err) != c.want || fault.KindOf(err) != fault.Unauthenticated || fault.DetailOf(err) == "" {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestKeysAreLookedUpOnlyForAReadableHeader(t *testing.T) {
	t.Parallel()
	asked := 0
	keys := func(int) (wire.PublicKey, bool) { asked++; return wire.PublicKey{}, true }
	if err := wire.Open(payEnvelope(), "algorithm=RSA256,signature=%%", keys); err == nil || asked != 0 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	// A key that was never set verifies nothing.
	err := wire.Open(payEnvelope(), "algorithm=RSA256,signature=AAAA", keys)
	if fault.CodeOf(err) != wire.CodeSignatureInvalid || asked != 1 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
}

func TestKeyVersionZeroAsksForTheKeyInUse(t *testing.T) {
	t.Parallel()
	e, key := payEnvelope(), ed25519Key(t)
	value, err := key.Sign(wire.SignedText(e))
	if err != nil {
		t.Fatal(err)
	}
	plain := base64.RawURLEncoding.EncodeToString(value)
	for _, header := range []string{"algorithm=Ed25519,signature=" + plain,
		"algorithm=Ed25519,keyVersion=0,signature=" + plain, "algorithm=Ed25519,keyVersion=,signature=" + plain} {
		if err := wire.Open(e, header, only(0, key.Public())); err != nil {
			t.Errorf("%q: %v", header, err)
		}
	}
}

// The parts of a signed text are joined without escapes: what could be cut in two ways is refused before it is signed or
// verified.
func TestEnvelopesThatCouldBeCutTwoWaysAreRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*wire.Envelope){
		"a dot in the client id":         func(e *wire.Envelope) { e.ClientID = "5Y.1" },
		"a line feed in the path":        func(e *wire.Envelope) { e.Path = "/ams\n5Y" },
		"a line feed in the client id":   func(e *wire.Envelope) { e.ClientID = "5Y\n" },
		"a line feed in the time":        func(e *wire.Envelope) { e.Time = "1\n2" },
		"a space in the method":          func(e *wire.Envelope) { e.Method = "POST /x" },
		"no method":                      func(e *wire.Envelope) { e.Method = "" },
		"a path that is a whole address": func(e *wire.Envelope) { e.Path = "https://gate.example/ams" },
		"no client id":                   func(e *wire.Envelope) { e.ClientID = "" },
		"no time":                        func(e *wire.Envelope) { e.Time = "" },
	}
	key := ed25519Key(t)
	for name, change := range cases {
		e := payEnvelope()
		change(&e)
		if _, err := wire.SealRequest(key, 1, e); fault.CodeOf(err) != wire.CodeEnvelopeMalformed {
			t.Errorf("%s: sealed: %v", name, err)
		}
		value, err := key.Sign(wire.SignedText(e))
		if err != nil {
			t.Fatal(err)
		}
		header := wire.Signature{Algorithm: wire.Ed25519, KeyVersion: 1, Value: value}.Header()
		if err := wire.Open(e, header, only(1, key.Public())); fault.CodeOf(err) != wire.CodeEnvelopeMalformed {
			t.Errorf("%s: opened: %v", name, err)
		}
	}
}

func TestSealingWithoutAKeyOrItsVersionFails(t *testing.T) {
	t.Parallel()
	if _, err := wire.SealRequest(wire.PrivateKey{}, 1, payEnvelope()); fault.CodeOf(err) != wire.CodeKeyMalformed {
		t.Fatalf("got %v", err)
	}
	for _, version := range []int{0, -1} { // version 0 is accepted, and never sent
		if _, err := wire.SealResponse(ed25519Key(t), version, payEnvelope()); fault.CodeOf(err) != wire.CodeKeyMalformed {
			t.Fatalf("version %d: %v", version, err)
		}
	}
}

// The path is signed raw: double slashes and the sandbox's rewriting are part of it.
func TestThePathIsSignedAsItWasSent(t *testing.T) {
	t.Parallel()
	key := ed25519Key(t)
	for _, path := range []string{"/ams/api//v1/payments/retrievePaymentSession", "/ams/sandbox/api/v1/payments/pay",
		"/notify?shop=1&x=%2F"} {
		e := payEnvelope()
		e.Path = path
		headers, err := wire.SealNotification(key, 1, e)
		if err != nil {
			t.Fatal(err)
		}
		header := valueOf(t, headers, wire.HeaderSignature)
		if err := wire.Open(e, header, only(1, key.Public())); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		e.Path = strings.Replace(strings.Replace(path, "//", "/", 1), "/sandbox", "", 1) + "x"
		if err := wire.Open(e, header, only(1, key.Public())); fault.CodeOf(err) != wire.CodeSignatureInvalid {
			t.Errorf("%s as %s: %v", path, e.Path, err)
		}
	}
}
