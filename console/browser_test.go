// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/kakehashi-pay/kakehashi/internal/browser"
)

// tab is one of a browser of its own, in front of a world's console.
type tab struct {
	*browser.Tab
	t      *testing.T
	url    string
	server *httptest.Server

	mutex   sync.Mutex
	handler http.Handler
}

// browse opens a browser, or skips the test where there is none and none is demanded.
func browse(t *testing.T, w *world) *tab {
	t.Helper()
	b := &tab{t: t, handler: w.handler}
	b.server = httptest.NewServer(http.HandlerFunc(b.answer))
	b.url = b.server.URL
	t.Cleanup(func() {
		b.server.CloseClientConnections() // the streams
		b.server.Close()
	})
	b.Tab = browser.Open(t)
	return b
}

// answer is the console that is there at present.
func (b *tab) answer(w http.ResponseWriter, r *http.Request) {
	b.mutex.Lock()
	h := b.handler
	b.mutex.Unlock()
	h.ServeHTTP(w, r)
}

// quiet fails the test when the page wrote an error or a report to the console.
func (b *tab) quiet() {
	b.t.Helper()
	for _, m := range b.Messages() {
		if m.Type != chromedp.ConsoleDebug {
			b.t.Errorf("the page wrote to the console: %s %s", m.String(), m.URL)
		}
	}
}

// wait waits until an expression of the page's is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.Context, chromedp.Poll[bool]("!!("+expression+")")); err != nil {
		text, _ := chromedp.Run(b.Context, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
		b.t.Fatalf("%s: %v\n%s", expression, err, text)
	}
}

// dress sets the size of the window, in which light, and in which language the page is asked for.
func (b *tab) dress(width, height int64, scheme, lang string) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: "kakehashi test", AcceptLanguage: lang}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

// keep writes a picture of the page where KAKEHASHI_ARTIFACTS says, if it does.
func (b *tab) keep(name string, whole bool) {
	b.t.Helper()
	folder := os.Getenv("KAKEHASHI_ARTIFACTS")
	if folder == "" {
		return
	}
	shot := chromedp.CaptureScreenshot()
	if whole {
		shot = chromedp.FullScreenshot(100)
	}
	data, err := chromedp.Run(b.Context, shot)
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), data, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
