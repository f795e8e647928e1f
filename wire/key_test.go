// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// oneLine is a PEM file as partners hand keys over: base64 without armour and line breaks.
func oneLine(t *testing.T, name string) string {
	t.Helper()
	block, _ := pem.Decode(file(t, name))
	return base64.StdEncoding.EncodeToString(block.Bytes)
}

func TestAKeyIsReadInEveryFormItIsHandedOverIn(t *testing.T) {
	t.Parallel()
	want := oneLine(t, "test_only_rsa_public.pem")
	pkcs8, pkcs1 := oneLine(t, "test_only_rsa_pkcs8.pem"), oneLine(t, "test_only_rsa_pkcs1.pem")
	for name, text := range map[string]string{
		"PKCS#8 on one line":   pkcs8,
		"PKCS#1 on one line":   pkcs1,
		"PKCS#8 as PEM":        string(file(t, "test_only_rsa_pkcs8.pem")),
		"PKCS#1 as PEM":        string(file(t, "test_only_rsa_pkcs1.pem")),
		"spaces around":        "  " + pkcs8 + "\r\n",
		"broken into lines":    pkcs8[:64] + "\n" + pkcs8[64:128] + "\r\n" + pkcs8[128:],
		"PEM with Windows end": strings.ReplaceAll(string(file(t, "test_only_rsa_pkcs8.pem")), "\n", "\r\n"),
	} {
		key, err := wire.ParsePrivateKey(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if key.Algorithm() != wire.RSA256 || key.Public().SPKI() != want {
			t.Errorf("%s: another key came out", name)
		}
	}
	for name, text := range map[string]string{
		"one line": want, "PEM": string(file(t, "test_only_rsa_public.pem")), "a line break at the end": want + "\n",
	} {
		key, err := wire.ParsePublicKey(text)
		if err != nil || key.SPKI() != want {
			t.Errorf("public key, %s: %v", name, err)
		}
	}
}

func TestAKeyIsPrintedInBothForms(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	if key.PKCS8() != oneLine(t, "test_only_rsa_pkcs8.pem") {
		t.Error("PKCS#8 differs from OpenSSL's")
	}
	pkcs1, ok := key.PKCS1()
	if !ok || pkcs1 != oneLine(t, "test_only_rsa_pkcs1.pem") {
		t.Error("PKCS#1 differs from OpenSSL's")
	}
	edwards := ed25519Key(t)
	if edwards.PKCS8() != oneLine(t, "test_only_ed25519_pkcs8.pem") {
		t.Error("PKCS#8 of Ed25519 differs from OpenSSL's")
	}
	if _, ok := edwards.PKCS1(); ok {
		t.Error("Ed25519 has no PKCS#1")
	}
	for _, text := range []string{key.PKCS8(), pkcs1, edwards.PKCS8(), key.Public().SPKI(), edwards.Public().SPKI()} {
		if strings.ContainsAny(text, " \n-") {
			t.Errorf("not one line of base64: %q", text)
		}
	}
}

func TestGeneratedKeysSignAndComeBack(t *testing.T) {
	t.Parallel()
	generated := map[string]func() (wire.PrivateKey, error){
		"RSA":     func() (wire.PrivateKey, error) { return wire.GenerateRSA(rand.Reader) },
		"Ed25519": func() (wire.PrivateKey, error) { return wire.GenerateEd25519(rand.Reader) },
	}
	for name, generate := range generated {
		key, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		again, err := wire.ParsePrivateKey(key.PKCS8())
		if err != nil {
			t.Fatal(err)
		}
		public, err := wire.ParsePublicKey(key.Public().SPKI())
		if err != nil {
			t.Fatal(err)
		}
		signature, err := again.Sign([]byte("text"))
		if err != nil || !public.Verify([]byte("text"), signature) || public.Verify([]byte("Text"), signature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGenerateEd25519TakesItsSeedFromEntropy(t *testing.T) {
	t.Parallel()
	seed := bytes.Repeat([]byte{7}, 32)
	first, err := wire.GenerateEd25519(bytes.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	second, err := wire.GenerateEd25519(bytes.NewReader(seed))
	if err != nil || first.PKCS8() != second.PKCS8() {
		t.Fatalf("the same entropy gave two keys: %v", err)
	}
	if _, err := wire.GenerateEd25519(bytes.NewReader(seed[:31])); fault.KindOf(err) != fault.Internal {
		t.Fatalf("entropy that ends early: %v", err)
	}
}

func TestWeakAndForeignKeysAreRefused(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(der)
	}
	public := func(key any) string {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(der)
	}
	big := rsaPublicWithExponent(t, 3)
	good := string(file(t, "test_only_rsa_pkcs8.pem"))
	for name, text := range map[string]string{
		"1024 bits": private(small), "an elliptic curve": private(curve), "empty": "", "not base64": "!!!",
		"a public key": oneLine(t, "test_only_rsa_public.pem"), "two PEM blocks": good + good, "cut short": good[:600],
		"a public PEM block": string(file(t, "test_only_rsa_public.pem")), "too long": strings.Repeat("A", 20_000),
	} {
		if _, err := wire.ParsePrivateKey(text); fault.CodeOf(err) != wire.CodeKeyMalformed ||
			fault.KindOf(err) != fault.Invalid || fault.DetailOf(err) == "" {
			t.Errorf("private key, %s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"1024 bits": public(&small.PublicKey), "an elliptic curve": public(&curve.PublicKey), "exponent 3": public(big),
		"a private key": oneLine(t, "test_only_rsa_pkcs8.pem"), "a private PEM block": good, "empty": " ",
		"something after it": oneLine(t, "test_only_rsa_public.pem") + "AAAA",
	} {
		if _, err := wire.ParsePublicKey(text); fault.CodeOf(err) != wire.CodeKeyMalformed {
			t.Errorf("public key, %s: %v", name, err)
		}
	}
}

func rsaPublicWithExponent(t *testing.T, exponent int) *rsa.PublicKey {
	t.Helper()
	block, _ := pem.Decode(file(t, "test_only_rsa_public.pem"))
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return &rsa.PublicKey{N: parsed.(*rsa.PublicKey).N, E: exponent}
}

func TestAKeyVerifiesOnlyItsOwnAlgorithm(t *testing.T) {
	t.Parallel()
	text := []byte("text")
	r, e := rsaKey(t), ed25519Key(t)
	byRSA, err := r.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	byEdwards, err := e.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	if r.Public().Verify(text, byEdwards) || e.Public().Verify(text, byRSA) || (wire.PublicKey{}).Verify(text, byRSA) ||
		r.Public().Verify(text, nil) || e.Public().Verify(text, nil) {
		t.Error("a signature of another algorithm was accepted")
	}
	if (wire.PrivateKey{}).Public().Algorithm() != 0 || (wire.PrivateKey{}).Algorithm().String() != "" {
		t.Error("the zero key has an algorithm")
	}
}

// S-49: a key that is printed, logged or encoded by mistake shows nothing of itself.
func TestAPrivateKeyNeverShowsItself(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]wire.PrivateKey{"rsa": rsaKey(t), "ed25519": ed25519Key(t)} {
		holder := struct{ Key wire.PrivateKey }{key}
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%p"} {
			for _, argument := range []any{key, &key, holder} {
				fmt.Fprintf(&out, verb+"\n", argument)
			}
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "key", key, "holder", holder)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "key", key, "holder", holder)
		if err := json.NewEncoder(&out).Encode(holder); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, key.String(), key.GoString())
		secret, _ := base64.StdEncoding.DecodeString(key.PKCS8())
		tail := secret[len(secret)-8:]
		shown := strings.ToLower(out.String())
		for form, digits := range map[string]string{
			"hexadecimal": fmt.Sprintf("%x", tail), "decimal": strings.Trim(fmt.Sprint(tail), "[]"),
			"base64": strings.ToLower(key.PKCS8()[40:60]),
		} {
			if strings.Contains(shown, digits) {
				t.Errorf("%s: the key is shown in %s", name, form)
			}
		}
		if !strings.Contains(shown, "[private key]") {
			t.Errorf("%s: printed as %s", name, out.String())
		}
	}
}

func TestAKeyInTurnSignsInsideTheTurn(t *testing.T) {
	t.Parallel()
	for _, key := range []wire.PrivateKey{rsaKey(t), ed25519Key(t)} {
		turns, text := 0, []byte("text")
		signature, err := key.InTurn(func(sign func()) {
			turns++
			sign()
		}).Sign(text)
		if err != nil || turns != 1 || !key.Public().Verify(text, signature) {
			t.Errorf("%v: %v after %d turns", key.Algorithm(), err, turns)
		}
	}
	if _, err := (wire.PrivateKey{}).InTurn(func(sign func()) { sign() }).Sign(nil); err == nil {
		t.Error("a key that was never set has signed")
	}
}
