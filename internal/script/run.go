// SPDX-License-Identifier: Apache-2.0

package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	handlerURL    = "http://kakehashi.test" // what a handler without a socket believes to be called
	answerTimeout = 30 * time.Second
	shownMax      = 4 << 10
)

// A player is one script at work.
type player struct {
	world   World
	vars    map[string]string
	jars    map[string]*cookiejar.Jar // by the name a request goes out under
	headers []line                    // of the next request
	answer  *Answer                   // the last one
}

func newPlayer(s *transcript, w World, dir string) (*player, error) {
	p := &player{world: w, vars: map[string]string{}, jars: map[string]*cookiejar.Jar{}}
	maps.Copy(p.vars, w.Vars)
	p.vars["dir"] = dir
	for _, f := range s.files {
		if !filepath.IsLocal(f.name) {
			return nil, fmt.Errorf("%s: the file %q lies outside its folder", s.file, f.name)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(name, []byte(f.text), 0o644); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// do plays one line.
func (p *player) do(l line) error {
	switch l.verb {
	case withHeader:
		p.headers = append(p.headers, l)
		return nil
	case sendRequest:
		return p.request(l)
	case runCommand:
		return p.command(l)
	case keepValue:
		return p.set(l)
	}
	return p.expect(l)
}

func (p *player) request(l line) error {
	method, target, name := l.words[0], l.words[1], l.words[2]
	p.answer = nil
	target, err := p.expand(target, plain)
	if err != nil {
		return err
	}
	if _, err := url.ParseRequestURI(target); err != nil {
		return err
	}
	var sent []byte
	if l.block != nil {
		text, err := p.expand(*l.block, plain)
		if err != nil {
			return err
		}
		sent = []byte(text)
	}
	headers, err := p.headersOf(name, method, target, sent)
	if err != nil {
		return err
	}
	answer, err := p.send(name, method, target, sent, headers)
	if err != nil {
		return err
	}
	p.answer = answer
	if name != "" && p.world.Verify != nil {
		if err := p.world.Verify(name, method, target, *answer); err != nil {
			return fmt.Errorf("the answer does not verify: %w", err)
		}
	}
	return nil
}

// headersOf puts together what the body suggests, what the signer says and what the script insists on, in this order.
func (p *player) headersOf(name, method, target string, sent []byte) (http.Header, error) {
	headers := http.Header{}
	if len(sent) > 0 && (sent[0] == '{' || sent[0] == '[') {
		headers.Set("Content-Type", "application/json; charset=UTF-8")
	}
	if name != "" && p.world.Sign != nil {
		for _, pair := range p.world.Sign(name, method, target, sent) {
			headers.Set(pair[0], pair[1])
		}
	}
	for _, l := range p.headers {
		value, err := p.expand(l.value, plain)
		if err != nil {
			return nil, err
		}
		headers.Del(l.words[0])
		if value != "" {
			headers.Set(l.words[0], value)
		}
	}
	p.headers = nil
	return headers, nil
}

func (p *player) send(name, method, target string, sent []byte, headers http.Header) (*Answer, error) {
	base := strings.TrimSuffix(p.world.URL, "/")
	if p.world.Handler != nil {
		base = handlerURL
	}
	if base == "" {
		return nil, errors.New("this world has neither a handler nor a URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, base+target, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	jar, err := p.jar(name)
	if err != nil {
		return nil, err
	}
	r.Header = headers
	place := *r.URL
	place.Scheme = "https" // so that cookies marked secure are kept and sent
	for _, cookie := range jar.Cookies(&place) {
		r.AddCookie(cookie)
	}
	response, err := p.roundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	jar.SetCookies(&place, response.Cookies())
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return &Answer{Status: response.StatusCode, Header: response.Header, Body: received}, nil
}

func (p *player) jar(name string) (*cookiejar.Jar, error) {
	if known, ok := p.jars[name]; ok {
		return known, nil
	}
	jar, err := cookiejar.New(nil)
	p.jars[name] = jar
	return jar, err
}

// roundTrip never follows a redirect: where it leads is the script's to check.
func (p *player) roundTrip(r *http.Request) (*http.Response, error) {
	if p.world.Handler == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234" // an address for documentation, RFC 5737
	recorder := httptest.NewRecorder()
	p.world.Handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (p *player) command(l line) error {
	p.answer = nil
	if p.world.Command == nil {
		return errors.New("this world has no commands")
	}
	args := make([]string, len(l.words))
	for i, word := range l.words {
		expanded, err := p.expand(word, plain)
		if err != nil {
			return err
		}
		args[i] = expanded
	}
	output, code := p.world.Command(args)
	p.answer = &Answer{Status: code, Header: http.Header{}, Body: []byte(output)}
	return nil
}

func (p *player) set(l line) error {
	name, source := l.words[0], l.words[1]
	escape := plain
	if source == "body" || source == "output" {
		escape = regexp.QuoteMeta
	}
	wanted, err := p.expand(l.value, escape)
	if err != nil {
		return err
	}
	if source == "text" {
		p.vars[name] = wanted
		return nil
	}
	if p.answer == nil {
		return errors.New("nothing has come back yet")
	}
	value, found, err := p.answer.value(source, wanted)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the answer has no %s %s", source, wanted)
	}
	p.vars[name] = value
	return nil
}

var variable = regexp.MustCompile(`\$\{(\w*)\}`)

func plain(text string) string { return text }

// expand puts the values of variables into a text. A variable that nobody has set is an error.
func (p *player) expand(text string, escape func(string) string) (string, error) {
	var missing error
	expanded := variable.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		value, ok := p.vars[name]
		if !ok {
			missing = fmt.Errorf("nothing is kept under the name %q", name)
		}
		return escape(value)
	})
	return expanded, missing
}

// shown is the answer as it is printed below a failure.
func (a *Answer) shown() string {
	text := "the answer was " + strconv.Itoa(a.Status) + "\n"
	var headers strings.Builder
	if err := a.Header.Write(&headers); err == nil {
		text += strings.ReplaceAll(headers.String(), "\r\n", "\n")
	}
	shown := a.Body
	if len(shown) > shownMax {
		shown = append(bytes.Clone(shown[:shownMax]), "…"...)
	}
	return text + "\n" + string(shown)
}
