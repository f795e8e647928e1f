// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/look"
)

// How a stream is paced. A client that reads slowly is told less often, never more at once than the page
// shows: a message is what has changed since its last one, so there is no queue to grow.
const (
	watchersMax = 256                    // streams at once, unless the configuration says otherwise
	rowsPace    = 100 * time.Millisecond // between two messages
	panelsPace  = 500 * time.Millisecond // between two that bring more than rows
	panelsAge   = time.Second            // after which panels are looked at although nothing happened: ages grow
	heartbeat   = 15 * time.Second       // a stream that has nothing to say shows that it lives
	writeMax    = 20 * time.Second       // a client that takes nothing for so long is gone
)

// message is one event: rows that changed, oldest first, and panels that look different.
type message struct {
	Rows   []string          `json:"rows,omitempty"`
	Panels map[string]string `json:"panels,omitempty"`
}

// stream is one client.
type stream struct {
	*console
	lang    look.Lang
	request *http.Request
	writer  http.ResponseWriter
	control *http.ResponseController

	seen      int64 // version of the board
	panels    map[string]string
	panelled  time.Time // when panels were looked at last
	spokenAt  time.Time
	panelsDue bool
}

// position names a version of this board; another board's positions are none of it.
func (s *console) position(version int64) string {
	return s.board.epoch + "-" + strconv.FormatInt(version, 10)
}

// seen reads a position; 0, before everything, when it is not of this board.
func (s *console) seen(position string) int64 {
	epoch, text, _ := strings.Cut(position, "-")
	version, err := strconv.ParseInt(text, 10, 64)
	if epoch != s.board.epoch || err != nil || version < 0 {
		return 0
	}
	return version
}

// events is the stream of what changes on the live page.
//
// Source: HTML Standard, server-sent events.
func (s *console) events(w http.ResponseWriter, r *http.Request) {
	if s.watching.Add(1) > int64(s.Watchers) {
		s.watching.Add(-1)
		w.Header().Set("Retry-After", "30")
		s.kit.Refuse(w, r, http.StatusServiceUnavailable, "")
		return
	}
	defer s.watching.Add(-1)
	position := r.Header.Get("Last-Event-ID")
	if position == "" {
		position = r.URL.Query().Get("after")
	}
	t := &stream{console: s, lang: look.Chosen(r), request: r, writer: w, control: http.NewResponseController(w),
		seen: s.seen(position), panels: map[string]string{}}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that gathers events makes them late
	if t.write([]byte("retry: 2000\n\n")) == nil {
		t.run()
	}
}

// run tells the client what it has not seen until it leaves.
func (t *stream) run() {
	pace := time.NewTicker(rowsPace)
	defer pace.Stop()
	for {
		wake, err := t.tell()
		if err != nil {
			return
		}
		pace.Reset(rowsPace)
		select {
		case <-pace.C:
		case <-t.request.Context().Done():
			return
		}
		pause := panelsAge
		if t.panelsDue {
			pause = panelsPace
		}
		pace.Reset(pause)
		select {
		case <-wake:
		case <-pace.C:
		case <-t.request.Context().Done():
			return
		}
	}
}

// tell sends one message, where there is something to say. The channel it gives is closed when there is more.
func (t *stream) tell() (wake <-chan struct{}, err error) {
	n := t.board.news(t.seen)
	m, name := message{}, "change"
	if t.seen == 0 || t.seen > n.version {
		name = "snapshot"
	}
	err = recovered(func() error {
		for _, p := range n.rows {
			html, err := t.rowHTML(t.request.Context(), t.lang, p)
			if err != nil {
				return err
			}
			m.Rows = append(m.Rows, html)
		}
		return t.look(n.version, &m)
	})
	if err != nil {
		t.Alarm(AlarmPage, "GET /events: "+err.Error())
		return nil, err
	}
	if len(m.Rows) > 0 || len(m.Panels) > 0 || name == "snapshot" {
		return n.wake, t.send(name, n.version, m)
	}
	t.seen = n.version
	if time.Since(t.spokenAt) >= heartbeat {
		return n.wake, t.write([]byte(": here\n\n"))
	}
	return n.wake, nil
}

// look adds the panels that look different from what the client has, unless that was done a moment ago.
func (t *stream) look(version int64, m *message) error {
	t.panelsDue = t.panelsDue || version != t.seen
	if time.Since(t.panelled) < panelsPace {
		return nil
	}
	t.panelled, t.panelsDue = time.Now(), false
	fresh, err := t.panelsHTML(t.request.Context(), t.lang, version)
	if err != nil {
		return err
	}
	for name, html := range fresh {
		if t.panels[name] == html {
			continue
		}
		if m.Panels == nil {
			m.Panels = map[string]string{}
		}
		t.panels[name], m.Panels[name] = html, html
	}
	return nil
}

func (t *stream) send(name string, version int64, m message) error {
	var b bytes.Buffer
	b.WriteString("id: " + t.position(version) + "\nevent: " + name + "\ndata: ")
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return &fault.Error{Op: "console.Events", Kind: fault.Internal, Err: err}
	}
	b.WriteByte('\n')
	if err := t.write(b.Bytes()); err != nil {
		return err
	}
	t.seen = version
	return nil
}

// write sends bytes at once, or gives the client up.
func (t *stream) write(data []byte) error {
	t.spokenAt = time.Now()
	// A server that sets no deadlines cannot be told one; then a client that stalls is gone when its connection is.
	_ = t.control.SetWriteDeadline(t.spokenAt.Add(writeMax))
	if _, err := t.writer.Write(data); err != nil {
		return err
	}
	return t.control.Flush()
}
