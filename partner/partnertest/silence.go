// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// floodBytes is more than any connector may read of one answer.
const floodBytes = 10 << 20

// raw takes the connection over.
func raw(does func(x *exchange, c net.Conn, out *bufio.Writer)) behaviour {
	return func(x *exchange) {
		c, buffered, err := http.NewResponseController(x.writer).Hijack()
		invariant.Check(err == nil, "partnertest: taking a connection over: %v", err)
		defer func() { _ = c.Close() }()
		does(x, c, buffered.Writer)
	}
}

// sends writes bytes as they are and hangs up. Whoever receives them may do so first.
func sends(chunks ...string) behaviour {
	return raw(func(_ *exchange, _ net.Conn, out *bufio.Writer) {
		for _, chunk := range chunks {
			_, _ = out.WriteString(chunk)
		}
		_ = out.Flush()
	})
}

// dropsRequest hangs up without having done anything.
func dropsRequest(x *exchange) { sends()(x) }

// dropsAnswer does what it was asked, and hangs up.
func dropsAnswer(x *exchange) {
	x.act()
	sends()(x)
}

// resets does what it was asked, and breaks the connection off.
func resets(x *exchange) {
	x.act()
	raw(func(_ *exchange, c net.Conn, _ *bufio.Writer) { reset(c) })(x)
}

// reset ends a connection without the courtesies of TCP.
func reset(c net.Conn) bool {
	if secured, ok := c.(*tls.Conn); ok {
		c = secured.NetConn()
	}
	if plain, ok := c.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
	}
	_ = c.Close()
	return false
}

// never does nothing until the caller has gone.
func never(x *exchange) {
	x.server.expire()
	<-x.request.Context().Done()
}

// late does what it was asked, and answers when the deadline has passed and the caller has gone.
func late(x *exchange) {
	body := x.act()
	x.server.expire()
	<-x.request.Context().Done()
	x.reply(body, nil)
}

// stalls writes the beginning of an answer that was made honestly, and no more until the caller has gone.
func stalls(written func(headers, body string) string) behaviour {
	return raw(func(x *exchange, c net.Conn, out *bufio.Writer) {
		headers, body := x.printed()
		_, _ = out.WriteString(written(headers, body))
		_ = out.Flush()
		x.server.expire()
		_, _ = io.Copy(io.Discard, c)
	})
}

// breaks writes a part of an answer that was made honestly, and hangs up.
func breaks(written func(headers, body string) string) behaviour {
	return raw(func(x *exchange, _ net.Conn, out *bufio.Writer) {
		headers, body := x.printed()
		_, _ = out.WriteString(written(headers, body))
		_ = out.Flush()
	})
}

// printed is an honest answer as it travels: the status line and headers with their empty line, and the body.
func (x *exchange) printed() (headers, body string) {
	recorded := recorder{header: http.Header{}}
	plain := *x
	plain.writer = &recorded
	plain.reply(x.act(), nil)
	var text strings.Builder
	text.WriteString("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(recorded.body.Len()) + "\r\n")
	for _, name := range [...]string{wire.HeaderContentType, wire.HeaderClientID, wire.HeaderResponseTime,
		wire.HeaderSignature} {
		text.WriteString(name + ": " + strings.Join(recorded.header[name], ", ") + "\r\n")
	}
	return text.String() + "\r\n", recorded.body.String()
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	body   bytes.Buffer
}

// Header is what is collected.
func (r *recorder) Header() http.Header { return r.header }

// Write keeps a part of the body.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// WriteHeader keeps nothing: every recorded answer is 200.
func (r *recorder) WriteHeader(int) {}

// floods writes one chunk again and again, at most as much as the size, until the caller hangs up.
func floods(out io.Writer, chunk string, bytesMax int) {
	for sent := 0; sent < bytesMax; sent += len(chunk) {
		if _, err := io.WriteString(out, chunk); err != nil {
			return
		}
	}
}

// endlessBody sends a body that does not end, under headers that look well.
func endlessBody(x *exchange) {
	h := x.writer.Header()
	h[wire.HeaderResponseTime] = []string{wire.FormatTime(now, nil)}
	h[wire.HeaderSignature] = []string{"algorithm=RSA256,keyVersion=2,signature=AAAA"}
	floods(x.writer, strings.Repeat(" ", 64<<10), floodBytes)
}

// endlessHeader sends headers that do not end.
func endlessHeader(x *exchange) {
	raw(func(_ *exchange, _ net.Conn, out *bufio.Writer) {
		_, _ = out.WriteString("HTTP/1.1 200 OK\r\n")
		floods(out, "x-sample: "+strings.Repeat("y", 1000)+"\r\n", floodBytes)
	})(x)
}

// endlessHints sends interim answers and never the last one.
func endlessHints(x *exchange) {
	raw(func(_ *exchange, _ net.Conn, out *bufio.Writer) {
		floods(out, "HTTP/1.1 103 Early Hints\r\nlink: </sample>\r\n\r\n", floodBytes)
	})(x)
}

// large is a signed answer that an honest wallet's answer begins, filled up to a size.
func large(size int) behaviour {
	return func(x *exchange) {
		body := bytes.TrimSuffix(x.act(), []byte("}"))
		body = append(body, `,"filler":"`...)
		body = append(body, bytes.Repeat([]byte("0"), max(size-len(body)-len(`"}`), 0))...)
		x.reply(append(body, `"}`...), nil)
	}
}

// manyFields is a signed answer with so many fields beside those of an honest one.
func manyFields(count int) behaviour {
	return func(x *exchange) {
		body := bytes.TrimSuffix(x.act(), []byte("}"))
		for i := range count {
			body = fmt.Appendf(body, `,"f%d":0`, i)
		}
		x.reply(append(body, '}'), nil)
	}
}

// millionFields is a signed answer with a thousand fields, each a thousand times.
func millionFields(x *exchange) {
	var thousand []byte
	for i := range 1_000 {
		thousand = fmt.Appendf(thousand, `,"f%d":0`, i)
	}
	body := append(bytes.TrimSuffix(x.act(), []byte("}")), bytes.Repeat(thousand, 1_000)...)
	x.reply(append(body, '}'), nil)
}

// bomb is an answer that is small on the wire and large when it is unpacked. What is signed is what is sent.
func bomb(header bool) behaviour {
	return func(x *exchange) {
		const block = 64 << 10
		spaces := squeezed(bytes.Repeat([]byte(" "), block))
		x.reply(append(squeezed(x.act()), bytes.Repeat(spaces, floodBytes/block)...), func(r *reply) {
			r.header = func(h http.Header) {
				if header {
					h.Set("Content-Encoding", "gzip")
				}
			}
		})
	}
}

// packed is an honest answer, signed and compressed after.
func packed(x *exchange) {
	x.reply(x.act(), func(r *reply) {
		r.header = func(h http.Header) { h.Set("Content-Encoding", "gzip") }
		r.body = squeezed
	})
}

// squeezed is a text compressed; several one after another unpack to all of their texts.
func squeezed(text []byte) []byte {
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, _ = w.Write(text)
	_ = w.Close()
	return small.Bytes()
}

// status is an honest answer under another status of HTTP.
func status(code int) behaviour {
	return signs(func(r *reply) {
		r.status = code
		if code == http.StatusNoContent {
			r.body = func([]byte) []byte { return nil }
		}
	})
}

// redirects is an honest answer that asks to go on elsewhere.
func redirects(code int, location string) behaviour {
	return signs(func(r *reply) {
		r.status = code
		r.header = func(h http.Header) { h["Location"] = []string{location} }
	})
}

// page is what a proxy says on its own behalf.
func page(code int) behaviour {
	return func(x *exchange) {
		x.act()
		x.writer.Header().Set("Content-Type", "text/html")
		x.writer.WriteHeader(code)
		_, _ = io.WriteString(x.writer, "<html><body><h1>"+http.StatusText(code)+"</h1>"+canary+"</body></html>")
	}
}
