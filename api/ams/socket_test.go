// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// spoken sends bytes to a server as they are and gives back the bytes that came.
func spoken(t *testing.T, w *world, request string) string {
	t.Helper()
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, strings.ReplaceAll(request, "HOST", address)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// requestOf is a request as it travels, with the headers as the SDK spells them.
func requestOf(s sdk, target, path, body string) string {
	var request strings.Builder
	fmt.Fprintf(&request, "POST %s HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: %d\r\n", target,
		len(body))
	for _, h := range s.headers(noon, people["SHOP_1"], path, []byte(body)) {
		fmt.Fprintf(&request, "%s: %s\r\n", h[0], h[1])
	}
	return request.String() + "\r\n" + body
}

// received reads an answer off the wire and verifies it.
func received(t *testing.T, path, answer string) *httptest.ResponseRecorder {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
	if err != nil {
		t.Fatalf("%v: %q", err, answer)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	lower := http.Header{}
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			lower[name] = append(lower[name], value)
		}
	}
	asWritten := &http.Response{StatusCode: response.StatusCode, Header: lower}
	if err := everySDKVerifies("POST", path, asWritten, body); err != nil {
		t.Errorf("%v\n%s", err, answer)
	}
	recorder := httptest.NewRecorder()
	recorder.Code = response.StatusCode
	recorder.Body.Write(body)
	return recorder
}

// Traps 7, 8, 12 and 55, over a socket: Python writes the absolute form, Go two content types; the answer's headers
// are in lower case as they travel.
func TestEverySDKIsUnderstoodOverASocket(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i, s := range sdks {
		target := payPath
		if s.name == "python" {
			target = "https://HOST" + payPath
		}
		answer := spoken(t, w, requestOf(s, target, payPath,
			s.payBody(t, "n-"+s.name, fmt.Sprintf("2810000000000%03d00", i))))
		if got := code(t, received(t, payPath, answer)); got != "S SUCCESS" {
			t.Errorf("%s: %s", s.name, got)
		}
		for _, line := range []string{"client-id: SHOP_1\r\n", "response-time: 2026-", "signature: algorithm=RSA256,"} {
			if !strings.Contains(answer, "\r\n"+line) {
				t.Errorf("%s: %q is not in the answer", s.name, line)
			}
		}
	}
}

// Trap 10: a path with a double slash is one of the SDKs' paths. It is not cleaned, and nothing is redirected.
func TestNoPathIsCleanedOrRedirected(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for path, want := range map[string]string{
		"/ams/api//v1/payments/retrievePaymentSession": "F BUSINESS_NOT_SUPPORT",
		"/ams/v1/aba/funds/createExchange":             "F BUSINESS_NOT_SUPPORT",
		"//ams/api/v1/payments/pay":                    "F NO_INTERFACE_DEF",
		"/ams/api/v1/payments/../payments/pay":         "F NO_INTERFACE_DEF",
		"/ams/api/v1/payments/%70ay":                   "F NO_INTERFACE_DEF",
		"/ams/api/v1/payments/pay?":                    "F NO_INTERFACE_DEF",
	} {
		if got := code(t, received(t, path, spoken(t, w, requestOf(sdks[0], path, path, `{}`)))); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// The store that a request names is told of after the answer has left, and the connection lives on.
func TestOneConnectionServesManyRequests(t *testing.T) {
	t.Parallel()
	w := setup(t)
	inquiry := "/ams/api/v1/payments/inquiryPayment"
	first := strings.Replace(requestOf(sdks[0], payPath, payPath, good["pay"]), "Connection: close\r\n", "", 1)
	answer := spoken(t, w, first+requestOf(sdks[1], inquiry, inquiry, good["inquiryPayment"]))
	if strings.Count(answer, "HTTP/1.1 200 OK") != 2 || !strings.Contains(answer, `"paymentStatus":"SUCCESS"`) {
		t.Error(answer)
	}
}

// A body that does not come is not waited for beyond the budget, and nothing is done.
func TestABodyThatIsCutOffIsNoRequest(t *testing.T) {
	t.Parallel()
	w := setup(t)
	request := requestOf(sdks[0], payPath, payPath, good["pay"])
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	connection, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, request[:len(request)-20]); err != nil {
		t.Fatal(err)
	}
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil || strings.Contains(string(answer), "200 OK") {
		t.Errorf("%v: %q", err, answer)
	}
	w.untouched()
}

// The sandbox's amount of no answer hangs up without a word. 1.10
func TestTheSandboxHangsUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	path := "/ams/sandbox/api/v1/payments/pay"
	body := strings.Replace(good["pay"], `"value":"1000"`, `"value":"9902"`, 1)
	request := strings.Replace(requestOf(sdks[0], path, path, body), "client-id: SHOP_1", "client-id: SANDBOX_SHOP", 1)
	text := "POST " + path + "\nSANDBOX_SHOP." + sdks[0].time(noon) + "." + body
	head, _, _ := strings.Cut(request, "signature: ")
	_, rest, _ := strings.Cut(strings.TrimPrefix(request, head), "\r\n")
	request = head + "signature: algorithm=RSA256,keyVersion=1,signature=" + sign("shop", text) + "\r\n" + rest
	if answer := spoken(t, w, request); answer != "" {
		t.Errorf("it said %q", answer)
	}
}
