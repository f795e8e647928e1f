// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/store"
)

// endings are the ways in which an endpoint may answer, and what each is for the event.
var endings = []struct {
	name   string
	answer func(w http.ResponseWriter, r *http.Request, nth int)
	want   string // of the event after one attempt
	detail string
}{
	{"the reply of the documents", acknowledge, "delivered delivered", "acknowledged"},
	{"another code and case", says(200, `{"result":{"resultStatus":"s","resultCode":"ok"}}`), "delivered delivered",
		"acknowledged"},
	{"fields of its own", says(200, ` {"a":[1],"result":{"resultStatus":"S"}}`), "delivered delivered", "acknowledged"},
	{"F", says(200, strings.Replace(acknowledgement, `"S"`, `"F"`, 1)), "pending postponed",
		"the answer acknowledges nothing"},
	{"U", says(200, `{"result":{"resultStatus":"U"}}`), "pending postponed", "the answer acknowledges nothing"},
	{"nothing", says(200, ""), "pending postponed", "the answer acknowledges nothing"},
	{"the word alone", says(200, "success"), "pending postponed", "the answer acknowledges nothing"},
	{"two results", says(200, `{"result":{"resultStatus":"F"},"result":{"resultStatus":"S"}}`), "pending postponed",
		"the answer acknowledges nothing"},
	{"another status of success", says(202, acknowledgement), "pending postponed", "the answer has status 202"},
	{"not found", says(404, acknowledgement), "pending postponed", "the answer has status 404"},
	{"broken", says(500, acknowledgement), "pending postponed", "the answer has status 500"},
	{"busy", says(429, acknowledgement), "pending postponed", "the answer has status 429"},
	{"gone", says(410, acknowledgement), "dead abandoned", "the answer has status 410: the endpoint is gone"},
	{"ten megabytes", func(w http.ResponseWriter, _ *http.Request, _ int) {
		_, _ = io.WriteString(w, acknowledgement+strings.Repeat(" ", 10<<20))
	}, "pending postponed", "the answer is larger than 64 KiB"},
	{"64 KiB", says(200, acknowledgement+strings.Repeat(" ", 64<<10-len(acknowledgement))), "delivered delivered",
		"acknowledged"},
	{"no answer", func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }, "pending postponed",
		"the connection ended before the answer did"},
	{"half an answer", func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, acknowledgement)
	}, "pending postponed", "the connection ended before the answer did"},
	{"no end", func(w http.ResponseWriter, r *http.Request, _ int) {
		_, _ = io.WriteString(w, acknowledgement[:10])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, "pending postponed", "there was no answer in time"},
	{"a packed answer", func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte{0x1f, 0x8b, 8, 0})
	}, "pending postponed", "the answer acknowledges nothing"},
}

func says(status int, body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func impatient(c *ams.NotifierConfig) { c.Limits.AnswerWithin = 200 * time.Millisecond }

func TestOnlyAnAcknowledgementEndsTheSending(t *testing.T) {
	t.Parallel()
	w := tell(t, impatient)
	for i, c := range endings {
		shop := receive(t, c.answer)
		w.notify("SHOP_1", shop.URL)
		id := w.bulk("SHOP_1", fmt.Sprint(i), 1)
		w.round()
		n := w.only(id)
		if state(n) != c.want || n.Event.Detail != c.detail || n.Attempts[0].Detail != c.detail ||
			len(shop.messages()) != 1 {
			t.Errorf("%s: %s, %q, %d messages", c.name, state(n), n.Event.Detail, len(shop.messages()))
		}
	}
}

// S-28: whatever an endpoint redirects to is never called.
func TestARedirectIsNeverFollowed(t *testing.T) {
	t.Parallel()
	w := tell(t)
	inside := receive(t, acknowledge)
	for _, status := range []int{301, 302, 303, 307, 308} {
		shop := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, inside.URL+"/internal", status)
		})
		w.notify("SHOP_1", shop.URL)
		id := w.bulk("SHOP_1", fmt.Sprint(status), 1)
		w.round()
		if n := w.only(id); state(n) != "pending postponed" ||
			n.Event.Detail != fmt.Sprintf("the answer has status %d: redirects are not followed", status) {
			t.Errorf("%d: %s, %q", status, state(n), n.Event.Detail)
		}
	}
	if n := len(inside.messages()); n != 0 {
		t.Errorf("%d messages were redirected", n)
	}
}

// F21: certificates and versions of TLS.
func TestOnlyGoodTLSIsSpoken(t *testing.T) {
	t.Parallel()
	secure := func(most uint16) *httptest.Server {
		s := httptest.NewUnstartedServer(&receiver{answer: acknowledge})
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: most}
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	old, good := secure(tls.VersionTLS11), secure(tls.VersionTLS12)
	plain := "https" + strings.TrimPrefix(receive(t, acknowledge).URL, "http")
	roots := x509.NewCertPool()
	roots.AddCert(good.Certificate())
	trusting := func(c *ams.NotifierConfig) { c.Roots = roots }
	for name, c := range map[string]struct {
		url    string
		change func(*ams.NotifierConfig)
		want   string
	}{
		"a certificate that somebody vouches for": {good.URL, trusting, "acknowledged"},
		"a certificate that nobody vouches for":   {good.URL, func(*ams.NotifierConfig) {}, "the certificate was refused"},
		"a version before 1.2":                    {old.URL, trusting, "no TLS connection was made"},
		"no TLS":                                  {plain, trusting, "no TLS connection was made"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tell(t, c.change)
			w.notify("SHOP_1", c.url)
			id := w.bulk("SHOP_1", "a", 1)
			w.round()
			if n := w.only(id); n.Event.Detail != c.want || len(n.Attempts) != 1 {
				t.Errorf("%s, %q", state(n), n.Event.Detail)
			}
		})
	}
}

func TestANameThatIsNotResolvedIsTriedAgain(t *testing.T) {
	t.Parallel()
	var known []net.IP
	w := tell(t, func(c *ams.NotifierConfig) { c.Resolver = resolver(func() []net.IP { return known }) })
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", strings.Replace(shop.URL, "127.0.0.1", "shop.test", 1))
	id := w.bulk("SHOP_1", "a", 1)
	w.round()
	if n := w.only(id); state(n) != "pending postponed" || n.Event.Detail != "the host name was not resolved" {
		t.Errorf("%s, %q", state(n), n.Event.Detail)
	}
	known = []net.IP{net.IPv4(127, 0, 0, 1)}
	w.pass(time.Hour)
	if n := w.only(id); state(n) != "delivered postponed delivered" {
		t.Errorf("%s, %q", state(n), n.Event.Detail)
	}
}

func public(c *ams.NotifierConfig) { c.Private = false }

// S-26 and S-42: what a request names is no way into our own network. The reason is recorded, the address is not.
func TestAForbiddenAddressIsDeadWithItsReason(t *testing.T) {
	t.Parallel()
	w := tell(t, public)
	inside := receive(t, acknowledge)
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for i, c := range []struct{ url, why string }{
		{inside.URL, "its scheme must be https"},
		{"https://127.0.0.1" + port, "its host is not on the public internet"},
		{"https://[::1]" + port + "/x", "its host is not on the public internet"},
		{"https://2130706433" + port, "its host is a number that is no IP address"},
		{"https://169.254.169.254/latest", "its host is not on the public internet"},
		{"https://shop.example:22/", "its port must be 443, or 1024 and above"},
	} {
		id := w.pay("SHOP_1", fmt.Sprint("n-", i), fmt.Sprintf("28300000000000%02d00", i), `"paymentNotifyUrl":"`+c.url+`",`)
		w.round()
		n, why := w.only(id), "the address may not be called: "+c.why
		if state(n) != "dead abandoned" || n.Event.Detail != why || n.Attempts[0].Detail != why {
			t.Errorf("%s: %s, %q", c.url, state(n), n.Event.Detail)
		}
	}
	if n := len(inside.messages()); n != 0 || len(w.told) != 1 || strings.Contains(w.told[0], "127.0") {
		t.Errorf("%d messages, %v", n, w.told)
	}
}

// S-27: a name that was public when it was given and is not when it is called.
func TestARebindingNameIsNeverCalled(t *testing.T) {
	t.Parallel()
	inside := receive(t, acknowledge)
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	var asked atomic.Int64 // the resolver asks for both families at once
	private := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1), net.IPv4(192, 168, 0, 1), net.IPv4zero,
		net.IPv4(169, 254, 169, 254), net.IPv4(100, 64, 0, 1), net.IPv4(172, 16, 0, 1)}
	w := tell(t, public, func(c *ams.NotifierConfig) {
		c.Resolver = resolver(func() []net.IP {
			i := int(asked.Add(1))
			return []net.IP{private[i%len(private)], net.IPv6loopback, private[(i+1)%len(private)], net.ParseIP("fd00::1")}
		})
	})
	w.notify("SHOP_1", "https://rebind.test"+port+"/")
	times := 1000
	if testing.Short() {
		times = 100
	}
	w.bulk("SHOP_1", "a", times)
	for w.round() > 0 {
		continue
	}
	dead, err := w.log().Dead(context.Background(), store.Event{}, times+1)
	if err != nil || len(dead) != times || len(inside.messages()) != 0 {
		t.Fatalf("%d dead, %d messages, %v", len(dead), len(inside.messages()), err)
	}
	for _, e := range dead {
		if e.Detail != "the address may not be called: its host is not on the public internet" || e.Attempt != 1 {
			t.Fatalf("%+v", e)
		}
	}
}
