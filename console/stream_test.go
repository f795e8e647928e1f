// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// streamPatience ends a test that waits for an event which never comes.
const streamPatience = 30 * time.Second

// event is one server-sent event of the console's.
type event struct {
	id, name string
	Rows     []string
	Panels   map[string]string
}

// listener reads a stream.
type listener struct {
	t      *testing.T
	lines  *bufio.Reader
	cancel context.CancelFunc
	panels map[string]string // as the page has them by now
}

// serve answers over a socket, as streams need.
func (w *world) serve(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(w.handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

// listen opens a stream at an address, as if the last event seen were so named.
func listen(t *testing.T, url, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), streamPatience)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" ||
		answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Content-Security-Policy") == "" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	return &listener{t: t, lines: bufio.NewReader(answer.Body), cancel: cancel, panels: map[string]string{}}
}

// next is the next event.
func (l *listener) next() event {
	l.t.Helper()
	e := event{}
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			l.t.Fatal(err)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e); err != nil {
				l.t.Fatalf("%v in %s", err, value)
			}
		case "":
			if e.name != "" {
				maps.Copy(l.panels, e.Panels)
				return e
			}
		}
	}
}

// until is the first event that is as wanted.
func (l *listener) until(wanted func(event) bool) event {
	l.t.Helper()
	for {
		if e := l.next(); wanted(e) {
			return e
		}
	}
}

// shows reads on until the panels of the page are as wanted: which event brought them is the stream's to choose.
func (l *listener) shows(wanted func(panels map[string]string) bool) {
	l.t.Helper()
	for !wanted(l.panels) {
		l.next()
	}
}

// tells reports whether an event brings a payment's row that holds a text.
func (e event) tells(name, text string) bool {
	for _, row := range e.Rows {
		if strings.HasPrefix(row, `<tr id="p-`+name+`"`) && strings.Contains(row, text) {
			return true
		}
	}
	return false
}

// stream is the address that a page's script listens at.
func stream(t *testing.T, w *world) string {
	t.Helper()
	return strings.ReplaceAll(part(t, w.page("/"), "live", `" data-most`)[len(` data-events="`):], "&amp;", "&")
}

func TestStreamTellsAPaymentAsItChanges(t *testing.T) {
	t.Parallel()
	w := setup(t)
	before := w.pay("before", "m-2", "jp", 100)
	address := stream(t, w)
	l := listen(t, w.serve(t).URL+address, "")
	first := l.next()
	if first.name != "change" || len(first.Rows) != 0 || !strings.Contains(first.Panels["strip"],
		`<dd id="begun">1</dd>`) {
		t.Fatalf("the page knows %v already: %+v", before.ID, first)
	}
	w.wallets["hk"].mute = true
	p := w.pay("a", "m-1", "hk", 3200)
	name := p.ID.String()
	l.until(func(e event) bool { return e.tells(name, "Not known yet") })
	l.shows(func(panels map[string]string) bool { return strings.Contains(panels["doubts"], "doubt-"+name) })
	w.wallets["hk"].mute = false
	w.run(4 * time.Second)
	l.until(func(e event) bool { return e.tells(name, "Paid") })
	l.shows(func(panels map[string]string) bool {
		return strings.Contains(panels["doubts"], "the wallet took the money") ||
			strings.Contains(panels["strip"], `<dd class="paid">2</dd>`)
	})
}

func TestStreamGoesOnWhereAClientLeftOff(t *testing.T) {
	t.Parallel()
	w := setup(t)
	server := w.serve(t)
	l := listen(t, server.URL+stream(t, w), "")
	a := w.pay("a", "m-1", "hk", 1000)
	seen := l.until(func(e event) bool { return e.tells(a.ID.String(), "Paid") })
	l.cancel()
	b := w.pay("b", "m-1", "hk", 2000)
	again := listen(t, server.URL+"/events?after=nothing", seen.id).next()
	if again.name != "change" || len(again.Rows) != 1 || !again.tells(b.ID.String(), "2,000") {
		t.Fatalf("%+v", again)
	}
}

func TestStreamBeginsWithEverythingForWhoeverSawAnotherBoard(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a, b := w.pay("a", "m-1", "hk", 1000), w.pay("b", "m-1", "hk", 2000)
	server := w.serve(t)
	for _, last := range []string{"", "zzzz-1", "7", "-", "x-99999999999999999999", stream(t,
		w)[len("/events?after="):] + "-1"} {
		e := listen(t, server.URL+"/events", last).next()
		if e.name != "snapshot" || len(e.Rows) != 2 || !e.tells(a.ID.String(), "1,000") ||
			!e.tells(b.ID.String(), "2,000") ||
			len(e.Panels) != 3 {
			t.Errorf("%q: %+v", last, e)
		}
	}
}

// A client that reads nothing for a while has missed nothing: what it is told then is what it has not seen.
func TestSlowClientIsToldWhatItMissedAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	l := listen(t, w.serve(t).URL+stream(t, w), "")
	l.next()
	for i := range 200 {
		w.pay(string(rune('a'+i%26))+strings.Repeat("x", i), "m-1", "jp", int64(100+i))
	}
	last := w.pay("last", "m-1", "jp", 9999)
	rows, events := 0, 0
	l.until(func(e event) bool {
		rows, events = rows+len(e.Rows), events+1
		if len(e.Rows) > 60 {
			t.Errorf("%d rows in one event", len(e.Rows))
		}
		return e.tells(last.ID.String(), "9,999")
	})
	if events > 200 {
		t.Errorf("%d events for 201 payments", events)
	}
}

func TestStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ended := make(chan struct{})
	inner := w.handler
	w.handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(rw, r)
		if r.URL.Path == "/events" {
			close(ended)
		}
	})
	l := listen(t, w.serve(t).URL+"/events", "")
	l.next()
	l.cancel()
	select {
	case <-ended:
	case <-time.After(streamPatience):
		t.Fatal("the stream goes on")
	}
}

func TestTooManyWatchersAreTurnedAway(t *testing.T) {
	t.Parallel()
	w := setup(t, func(w *world) { w.config.Watchers = 2 })
	server := w.serve(t)
	listen(t, server.URL+"/events", "").next()
	listen(t, server.URL+"/events", "").next()
	answer := w.get("/events", "en")
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Fatalf("%d %v", answer.Code, answer.Header())
	}
	has(t, answer.Body.String(), "Too many people are watching")
	w.page("/") // the page itself is there
}
