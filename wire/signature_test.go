// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// awkward is a value whose base64 holds all of '+', '/' and '='.
var awkward = []byte{0xfb, 0xff, 0xbf, 0xff, 0xff, 0xff, 0x01, 0x02, 0x03, 0x04}

func TestParseSignatureIsAsLenientAsTheSendersNeed(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString(awkward)
	if !strings.Contains(plain, "+") || !strings.Contains(plain, "/") || !strings.HasSuffix(plain, "==") {
		t.Fatalf("%q proves nothing", plain)
	}
	escaped := url.QueryEscape(plain)
	spaced := strings.ReplaceAll(plain, "+", " ")
	urlSafe := base64.URLEncoding.EncodeToString(awkward)
	cases := map[string]string{
		"as the SDKs send it":         "algorithm=RSA256,keyVersion=1,signature=" + escaped,
		"as the documents print it":   "algorithm=RSA256, keyVersion=1, signature=" + escaped,
		"spaces everywhere":           "  algorithm = RSA256 ,keyVersion = 1 , signature =  " + escaped + "  ",
		"another order":               "signature=" + escaped + ",keyVersion=1,algorithm=RSA256",
		"names in other case":         "Algorithm=RSA256,KEYVERSION=1,Signature=" + escaped,
		"the algorithm in other case": "algorithm=rsa256,keyVersion=1,signature=" + escaped,
		"lower-case escapes": "algorithm=RSA256,keyVersion=1,signature=" +
			strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(escaped),
		"plain base64":                         "algorithm=RSA256,keyVersion=1,signature=" + plain,
		"plain base64 whose plus became space": "algorithm=RSA256,keyVersion=1,signature=" + spaced,
		"an escaped space that was a plus": "algorithm=RSA256,keyVersion=1,signature=" +
			strings.ReplaceAll(plain, "+", "%20"),
		"base64url":                          "algorithm=RSA256,keyVersion=1,signature=" + urlSafe,
		"base64url without padding":          "algorithm=RSA256,keyVersion=1,signature=" + strings.TrimRight(urlSafe, "="),
		"base64 without padding":             "algorithm=RSA256,keyVersion=1,signature=" + strings.TrimRight(plain, "="),
		"half of the padding":                "algorithm=RSA256,keyVersion=1,signature=" + strings.TrimSuffix(plain, "="),
		"an unknown part":                    "algorithm=RSA256,keyVersion=1,nonce=7,signature=" + escaped,
		"a part without value":               "algorithm=RSA256,keyVersion=1,x,signature=" + escaped + ",",
		"a key version with zeros before it": "algorithm=RSA256,keyVersion=001,signature=" + escaped,
		"only what is not plain is escaped": "algorithm=RSA256,keyVersion=1,signature=" +
			strings.ReplaceAll(plain, "=", "%3d"),
		"everything escaped that can be":        "algorithm=RSA256,keyVersion=1,signature=" + everyByteEscaped(plain),
		"tabs instead of spaces":                "algorithm=RSA256,\tkeyVersion=1,\tsignature=" + escaped,
		"the first equals sign divides":         "algorithm=RSA256,keyVersion=1,signature=" + plain,
		"the value is trimmed, not the padding": "algorithm=RSA256,keyVersion=1,signature= " + plain + " ",
	}
	for name, header := range cases {
		got, err := wire.ParseSignature(header)
		if err != nil || got.Algorithm != wire.RSA256 || got.KeyVersion != 1 || !bytes.Equal(got.Value, awkward) {
			t.Errorf("%s: %q gives %+v, %v", name, header, got, err)
		}
	}
}

func everyByteEscaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteString("%" + strings.ToUpper(hex(text[i])))
	}
	return b.String()
}

func hex(c byte) string { return string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]) }

func TestParseSignatureRefusesWhatIsAmbiguous(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString(awkward)
	cases := map[string]string{
		"signature twice":              "algorithm=RSA256,signature=" + plain + ",signature=" + plain,
		"algorithm twice":              "algorithm=RSA256,algorithm=Ed25519,signature=" + plain,
		"key version twice":            "algorithm=RSA256,keyVersion=1,KeyVersion=2,signature=" + plain,
		"no algorithm":                 "keyVersion=1,signature=" + plain,
		"no signature":                 "algorithm=RSA256,keyVersion=1",
		"a bare value":                 plain,
		"escaped twice":                "algorithm=RSA256,signature=" + url.QueryEscape(url.QueryEscape(plain)),
		"an escape cut short":          "algorithm=RSA256,signature=AAA%2",
		"an escape that is none":       "algorithm=RSA256,signature=AAA%ZZ",
		"an escaped line feed":         "algorithm=RSA256,signature=AAAA%0AAAAA",
		"not base64":                   "algorithm=RSA256,signature=AAA!",
		"bits after the last byte":     "algorithm=RSA256,signature=AB==",
		"padding alone":                "algorithm=RSA256,signature===",
		"three times padding":          "algorithm=RSA256,signature=AAAA===",
		"padding in the middle":        "algorithm=RSA256,signature=AA==AAAA",
		"a negative key version":       "algorithm=RSA256,keyVersion=-1,signature=" + plain,
		"a fraction as key version":    "algorithm=RSA256,keyVersion=1.0,signature=" + plain,
		"a word as key version":        "algorithm=RSA256,keyVersion=latest,signature=" + plain,
		"a key version past all sense": "algorithm=RSA256,keyVersion=9999999999,signature=" + plain,
		"a header without end":         "algorithm=RSA256,signature=" + strings.Repeat("A", 5000),
	}
	for name, header := range cases {
		_, err := wire.ParseSignature(header)
		if fault.CodeOf(err) != wire.CodeSignatureMalformed || fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Each SDK cuts the header in its own way; reference/alipay-wire-api.md 7.2.
func TestEverySDKCanCutTheHeader(t *testing.T) {
	t.Parallel()
	header := wire.Signature{Algorithm: wire.RSA256, KeyVersion: 1, Value: awkward}.Header()
	if header != "algorithm=RSA256,keyVersion=1,signature=%2B%2F%2B%2F%2F%2F%2F%2FAQIDBA%3D%3D" {
		t.Fatalf("got %q", header)
	}
	java := strings.Split(header, ",")
	if len(java) != 3 || len(strings.Split(java[2], "=")) != 2 {
		t.Fatalf("Java cannot cut %q", header)
	}
	for name, value := range map[string]string{
		"Java":           strings.Split(java[2], "=")[1],
		"Go and Python":  header[strings.Index(header, "signature=")+len("signature="):],
		"PHP":            header[strings.LastIndex(header, "=")+1:],
		".NET, trimming": strings.TrimSpace(header[strings.Index(header, "signature=")+len("signature="):]),
	} {
		unescaped, err := url.QueryUnescape(value)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := base64.StdEncoding.DecodeString(unescaped)
		if err != nil || !bytes.Equal(decoded, awkward) {
			t.Errorf("%s reads %q as %x: %v", name, value, decoded, err)
		}
	}
}

func TestEverySignatureSurvivesItsHeader(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := wire.Signature{
			Algorithm:  rapid.SampledFrom([]wire.Algorithm{wire.RSA256, wire.Ed25519}).Draw(t, "algorithm"),
			KeyVersion: rapid.IntRange(0, 999_999_999).Draw(t, "version"),
			Value:      rapid.SliceOfN(rapid.Byte(), 1, 1024).Draw(t, "value"),
		}
		got, err := wire.ParseSignature(sent.Header())
		if err != nil || got.Algorithm != sent.Algorithm || got.KeyVersion != sent.KeyVersion ||
			!bytes.Equal(got.Value, sent.Value) {
			t.Fatalf("%+v came back as %+v, %v", sent, got, err)
		}
	})
}

func FuzzParseSignature(f *testing.F) {
	f.Add("algorithm=RSA256,keyVersion=1,signature=%2B%2F%2B%2F%2F%2F%2F%2FAQIDBA%3D%3D")
	f.Add("algorithm=RSA256, keyVersion=1, signature=KrwDE9tAPJ/dcHvlfKHdNg==")
	f.Add("Signature=-_-_,ALGORITHM=ed25519")
	f.Add("algorithm=RSA256,signature=%")
	f.Add(",,,=,=%00")
	f.Fuzz(func(t *testing.T, header string) {
		got, err := wire.ParseSignature(header)
		if err != nil {
			if fault.KindOf(err) != fault.Unauthenticated || fault.DetailOf(err) == "" {
				t.Fatalf("an error without kind or sentence: %v", err)
			}
			return
		}
		if len(got.Value) == 0 || got.KeyVersion < 0 || got.Algorithm.String() == "" {
			t.Fatalf("%q gives %+v", header, got)
		}
		again, err := wire.ParseSignature(got.Header())
		if err != nil || !bytes.Equal(again.Value, got.Value) || again.KeyVersion != got.KeyVersion ||
			again.Algorithm != got.Algorithm {
			t.Fatalf("%q is not stable: %+v, %v", header, again, err)
		}
	})
}
