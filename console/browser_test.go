// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browserPatience ends a test whose condition never holds.
const browserPatience = 60 * time.Second

// browser is a tab of a browser of its own, in front of a world's console.
type browser struct {
	t      *testing.T
	ctx    context.Context
	url    string
	server *httptest.Server

	mutex    sync.Mutex
	handler  http.Handler
	messages []string // what the page wrote to the console, but for debugging
}

// browse opens a browser, or skips the test where there is none and none is demanded.
func browse(t *testing.T, w *world) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	demanded := os.Getenv("KAKEHASHI_REQUIRE_CHROMIUM") == "1"
	switch {
	case path == "" && demanded:
		t.Fatal("no chromium is found, and KAKEHASHI_REQUIRE_CHROMIUM is 1")
	case path == "":
		t.Skip("no chromium is found: ./test setup installs it")
	case testing.Short() && !demanded:
		t.Skip("a browser takes seconds to start")
	}
	b := &browser{t: t, handler: w.handler}
	b.server = httptest.NewServer(http.HandlerFunc(b.answer))
	b.url = b.server.URL
	t.Cleanup(func() {
		b.server.CloseClientConnections() // the streams
		b.server.Close()
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, shut := chromedp.NewContext(allocator)
	t.Cleanup(shut)
	if err := chromedp.Do(tab); err != nil { // starts the browser
		t.Fatal(err)
	}
	messages := chromedp.Console(tab)
	var listening sync.WaitGroup
	listening.Go(func() { b.listen(messages) })
	t.Cleanup(func() {
		shut()
		listening.Wait()
	})
	ctx, end := context.WithTimeout(tab, browserPatience)
	t.Cleanup(end)
	b.ctx = ctx
	return b
}

// answer is the console that is there at present.
func (b *browser) answer(w http.ResponseWriter, r *http.Request) {
	b.mutex.Lock()
	h := b.handler
	b.mutex.Unlock()
	h.ServeHTTP(w, r)
}

func (b *browser) listen(messages func(func(chromedp.ConsoleMessage, error) bool)) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.Type != chromedp.ConsoleDebug {
			b.mutex.Lock()
			b.messages = append(b.messages, m.String()+" "+m.URL)
			b.mutex.Unlock()
		}
	}
}

// quiet fails the test when the page wrote an error or a report to the console.
func (b *browser) quiet() {
	b.t.Helper()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.messages) > 0 {
		b.t.Errorf("the page wrote to the console: %s", strings.Join(b.messages, "\n"))
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// wait waits until an expression of the page's is true.
func (b *browser) wait(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")")); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
		b.t.Fatalf("%s: %v\n%s", expression, err, text)
	}
}

// text is what an expression of the page's comes to.
func (b *browser) text(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// dress sets the size of the window, in which light, and in which language the page is asked for.
func (b *browser) dress(width, height int64, scheme, lang string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
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
func (b *browser) keep(name string, whole bool) {
	b.t.Helper()
	folder := os.Getenv("KAKEHASHI_ARTIFACTS")
	if folder == "" {
		return
	}
	shot := chromedp.CaptureScreenshot()
	if whole {
		shot = chromedp.FullScreenshot(100)
	}
	data, err := chromedp.Run(b.ctx, shot)
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
