// Package browsertest drives Debian's Chromium in tests of pages: it opens them
// in a size and a scheme of colours, takes pictures for people to look at, asks
// axe-core about accessibility, and keeps what the browser complains about. It
// is for tests only.
package browsertest

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser is a tab of a headless Chromium, and what it complained about. Every
// method ends the test when it cannot do what it is asked.
type Browser struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// New starts a Chromium with an empty profile, which is removed with it. It
// lives until the test ends, six minutes at most.
func New(t *testing.T) *Browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium; install it with: apt-get install --yes --no-install-recommends chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	ctx, cancelProcess := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"))
	ctx, cancelTab := chromedp.NewContext(ctx)
	b := &Browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancelTab()
		cancelProcess()
		cancel()
	})
	b.Command("Log.enable", nil)
	b.listen("Log.entryAdded")
	b.listen("Runtime.exceptionThrown")
	return b
}

// Command sends a command of the DevTools protocol.
func (b *Browser) Command(method string, params map[string]any) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return t.Call(ctx, method, params, nil) }))
}

// listen keeps what the browser complains about: violations of the policy,
// files not found, failures of the script.
func (b *Browser) listen(event string) {
	b.t.Helper()
	b.Do(chromedp.Func(func(_ context.Context, t *chromedp.Target) error {
		heard, stop := t.Subscribe(event)
		b.t.Cleanup(stop)
		go func() {
			for e := range heard {
				b.mu.Lock()
				b.complaints = append(b.complaints, string(e))
				b.mu.Unlock()
			}
		}()
		return nil
	}))
}

// MustBeContent fails the test when the browser complained about anything.
func (b *Browser) MustBeContent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains: %s", c)
	}
}

// Do takes steps one after another.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Click clicks on what a CSS selector finds first.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Value evaluates an expression, awaiting it when it is a promise.
func Value[T any](b *Browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Until waits for an expression to be true, thirty seconds at most. A page that is
// left while it is asked has not answered.
func (b *Browser) Until(expression string) {
	b.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")", chromedp.EvalAwaitPromise))
		if err == nil && is {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("within thirty seconds it did not come to be that %s; the page says: %s", expression, Value[string](b, "document.body.innerText"))
}

// See opens a page in a window of this size and scheme of colours, "light" or
// "dark".
func (b *Browser) See(url, scheme string, width, height int64) {
	b.t.Helper()
	b.Look(scheme, width, height)
	b.Do(chromedp.Navigate(url))
}

// Look gives the page that is open a window of another size and scheme.
func (b *Browser) Look(scheme string, width, height int64) {
	b.t.Helper()
	b.Command("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
	b.Do(chromedp.EmulateViewport(width, height))
}

// Shoot keeps a picture of the whole page as tmp/screenshots/NAME.png in the
// repository, for people to look at.
func (b *Browser) Shoot(name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	folder := filepath.Join(root(b.t), "tmp", "screenshots")
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // pictures are for everybody to look at
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil { //nolint:gosec // as above
		b.t.Fatal(err)
	}
}

// MustFit wants no scrolling to the side.
func (b *Browser) MustFit(name string) {
	b.t.Helper()
	if over := Value[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.t.Errorf("%s: the page is %v pixels wider than the window; beyond its edge stand: %s", name, over, Value[string](b, `[...document.body.querySelectorAll('*')]
			.filter(e => e.getBoundingClientRect().right > innerWidth).slice(0, 5).map(e => e.outerHTML.slice(0, 120)).join('\n')`))
	}
}

// MustBeAccessible asks axe-core, with every rule for WCAG 2.2 AA and its best
// practices, about the page as it is now.
func (b *Browser) MustBeAccessible(name string) {
	b.t.Helper()
	axe, err := os.ReadFile(filepath.Join(root(b.t), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatal("this test needs axe-core; install it with: make deps")
	}
	Value[bool](b, string(axe)+";true")
	found := Value[string](b, `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(
		r.violations.map(v => ({rule: v.id, help: v.help, at: v.nodes.map(n => n.html + ' ' + n.failureSummary).slice(0, 3)}))))`)
	var violations []struct {
		Rule, Help string
		At         []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: %s: %s\n%s", name, v.Rule, v.Help, strings.Join(v.At, "\n"))
	}
}

// root gives the repository's top folder: the nearest one above with a go.mod.
func root(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("there is no go.mod above this test")
		}
	}
}
