// SPDX-License-Identifier: Apache-2.0

// Package browser opens a real browser for the tests of the pages.
package browser

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience ends a test whose condition never holds.
const patience = 60 * time.Second

// Tab is a tab of a browser of its own.
//
// Invariant: Context ends with the browser, or after a minute.
type Tab struct {
	Context context.Context

	t        *testing.T
	mutex    sync.Mutex
	messages []chromedp.ConsoleMessage
}

// Open opens a browser, or skips the test where there is none and none is demanded.
func Open(t *testing.T) *Tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(find(t)), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, shut := chromedp.NewContext(allocator)
	t.Cleanup(shut)
	if err := chromedp.Do(tab); err != nil { // starts the browser
		t.Fatal(err)
	}
	b := &Tab{t: t}
	messages := chromedp.Console(tab)
	var listening sync.WaitGroup
	listening.Go(func() { b.listen(messages) })
	t.Cleanup(func() {
		shut()
		listening.Wait()
	})
	ctx, end := context.WithTimeout(tab, patience)
	t.Cleanup(end)
	b.Context = ctx
	return b
}

// find is where the browser is.
func find(t *testing.T) (path string) {
	t.Helper()
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
	return path
}

func (b *Tab) listen(messages func(func(chromedp.ConsoleMessage, error) bool)) {
	for m, err := range messages {
		if err != nil {
			return
		}
		b.mutex.Lock()
		b.messages = append(b.messages, m)
		b.mutex.Unlock()
	}
}

// Messages are what pages have written to the console so far.
func (b *Tab) Messages() []chromedp.ConsoleMessage {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.messages)
}

// Do takes steps, and ends the test where one cannot be taken.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Text is what an expression of the page's comes to.
func (b *Tab) Text(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.Context, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}
