// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The official SDKs sign and verify alike in principle and differently in every detail. These are their details,
// written again from the specification with nothing but the standard library: what these accept, the SDKs accept.
//
// Source: reference/alipay-wire-api.md 1.2, 1.3, 7.2.

// sdk is how one SDK writes its requests and what it demands of the answers.
type sdk struct {
	name   string
	time   func(time.Time) string
	extra  [][2]string
	verify func(answer http.Header, path, ownClient string, body []byte) (signed string, signature string, err error)
}

var sdks = []sdk{
	{"go", func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }, [][2]string{
		{"Content-Type", "application/json"}, {"Content-Type", "application/json; charset=UTF-8"}, {"agent-token", ""},
		{"Key-Version", "1"}, {"SDK-VERSION", "global-open-sdk-go"}, {"User-Agent", "global-open-sdk-go/1.3.5"}},
		goVerify},
	{"java", func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }, [][2]string{
		{"Content-Type", "application/json; charset=UTF-8"}}, javaVerify},
	{"python", func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") + "+00:00" }, [][2]string{
		{"Content-Type", "application/json; charset=UTF-8"}, {"Accept", "text/plain,text/xml,text/javascript,text/html"}},
		pythonVerify},
	{"php", func(t time.Time) string { return t.Format("2006-01-02T15:04:05-0700") }, [][2]string{
		{"Content-Type", "application/json; charset=UTF-8"}}, phpVerify},
	{"dotnet", func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000") + "Z" }, [][2]string{
		{"Content-Type", "application/json; charset=UTF-8"}, {"X-sdkVersion", "2.2.5"}}, goVerify},
	{"ams-java", func(t time.Time) string {
		return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05-07:00")
	}, [][2]string{{"Content-Type", "application/json; charset=UTF-8"}, {"X-sdkVersion", "2.2.0"}, {"X-Telemetry", "1"}},
		javaVerify},
}

// goSDK are the headers of a request as the Go SDK sends them.
func goSDK(now time.Time, p person, path string, body []byte) [][2]string {
	return sdks[0].headers(now, p, path, body)
}

func (s sdk) headers(now time.Time, p person, path string, body []byte) [][2]string {
	at := s.time(now)
	text := "POST " + path + "\n" + string(p.client) + "." + at + "." + string(body)
	headers := [][2]string{{"client-id", string(p.client)}, {"request-time", at},
		{"signature", "algorithm=RSA256,keyVersion=" + strconv.Itoa(p.version) + ",signature=" + sign(p.key, text)}}
	return append(headers, s.extra...)
}

// sign is RSA with SHA-256 and PKCS#1 v1.5, base64, and every escape that URL-encoding asks for.
func sign(key, text string) string {
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, keys()[key].rsa, crypto.SHA256, digest[:])
	if err != nil {
		return err.Error()
	}
	return url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
}

// raw is a header under exactly that spelling: two SDKs find it in no other.
func raw(h http.Header, name string) string {
	if values := h[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// goVerify takes the text after "signature=", and the client id from the answer.
func goVerify(h http.Header, path, _ string, body []byte) (signed, signature string, err error) {
	_, signature, found := strings.Cut(raw(h, "signature"), "signature=")
	if !found || raw(h, "client-id") == "" {
		return "", "", errors.New("the answer has no signature or client-id")
	}
	return path + "\n" + raw(h, "client-id") + "." + raw(h, "response-time") + "." + string(body), signature, nil
}

// javaVerify splits at commas: the third part is the signature, and has exactly one "=".
func javaVerify(h http.Header, path, own string, body []byte) (signed, signature string, err error) {
	parts := strings.Split(raw(h, "signature"), ",")
	if len(parts) < 3 {
		return "", "", errors.New("the signature header has fewer than three parts")
	}
	pair := strings.Split(parts[2], "=")
	if len(pair) != 2 || pair[0] != "signature" {
		return "", "", errors.New("the third part is no signature with one =")
	}
	if !strings.Contains(string(body), `"result":{`) || raw(h, "response-time") == "" {
		return "", "", errors.New("there is no result or response-time")
	}
	return path + "\n" + own + "." + raw(h, "response-time") + "." + string(body), pair[1], nil
}

// pythonVerify demands all three headers in lower case.
func pythonVerify(h http.Header, path, _ string, body []byte) (signed, signature string, err error) {
	for _, name := range []string{"signature", "client-id", "response-time"} {
		if len(h[name]) != 1 {
			return "", "", fmt.Errorf("the answer has no header %s in lower case", name)
		}
	}
	_, signature, _ = strings.Cut(raw(h, "signature"), "signature=")
	return path + "\n" + raw(h, "client-id") + "." + raw(h, "response-time") + "." + string(body), signature, nil
}

// phpVerify scans header lines for words, and takes the text after the last "=".
func phpVerify(h http.Header, path, own string, body []byte) (signed, signature string, err error) {
	at := ""
	for name, values := range h {
		for _, value := range values {
			switch text := name + ": " + value; {
			case strings.Contains(text, "signature") && name != "signature",
				strings.Contains(text, "response-time") && name != "response-time":
				return "", "", errors.New("another header holds the word: " + text)
			case name == "signature":
				signature = value[strings.LastIndex(value, "=")+1:]
			case name == "response-time":
				at = value
			}
		}
	}
	return path + "\n" + own + "." + at + "." + string(body), signature, nil
}

// everySDKVerifies verifies an answer as each SDK would that had sent the request, with the house key that the header
// names.
func everySDKVerifies(method, path string, answer *http.Response, body []byte) error {
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/json; charset=UTF-8" {
		return fmt.Errorf("status %d, %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	var version int
	if _, err := fmt.Sscanf(raw(answer.Header, "signature"), "algorithm=RSA256,keyVersion=%d,", &version); err != nil {
		return fmt.Errorf("the signature header is %q: %w", raw(answer.Header, "signature"), err)
	}
	house, ok := map[int]string{1: "house", 2: "house 2"}[version]
	if !ok {
		return fmt.Errorf("signed with version %d, which there is not", version)
	}
	for _, s := range sdks {
		text, signature, err := s.verify(answer.Header, path, raw(answer.Header, "client-id"), body)
		if err == nil {
			err = verified(&keys()[house].rsa.PublicKey, method+" "+text, signature)
		}
		if err != nil {
			return fmt.Errorf("the %s SDK refuses the answer: %w", s.name, err)
		}
	}
	return nil
}

// verified unescapes once, as all SDKs do: a value that was not escaped fails in those whose base64 holds a plus.
func verified(public *rsa.PublicKey, text, signature string) error {
	if strings.ContainsAny(signature, "+/= ") {
		return errors.New("the signature is not URL-encoded")
	}
	unescaped, err := url.QueryUnescape(signature)
	if err != nil {
		return err
	}
	value, err := base64.StdEncoding.DecodeString(unescaped)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], value)
}
