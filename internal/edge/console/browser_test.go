package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// root is the repository's top folder, seen from this package.
const root = "../../../"

// browser is a tab of a headless Chromium, and what it complained about.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// newBrowser starts a Chromium with an empty profile, which is removed with it.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium; install it with: apt-get install --yes --no-install-recommends chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	ctx, cancelProcess := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"))
	ctx, cancelTab := chromedp.NewContext(ctx)
	b := &browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancelTab()
		cancelProcess()
		cancel()
	})
	b.command("Log.enable", nil)
	b.listen("Log.entryAdded")
	b.listen("Runtime.exceptionThrown")
	return b
}

// command sends a command of the DevTools protocol.
func (b *browser) command(method string, params map[string]any) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return t.Call(ctx, method, params, nil) }))
}

// listen keeps what the browser complains about: violations of the policy,
// files not found, failures of the script.
func (b *browser) listen(event string) {
	b.t.Helper()
	b.do(chromedp.Func(func(_ context.Context, t *chromedp.Target) error {
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

func (b *browser) mustBeContent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains: %s", c)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// value evaluates an expression, awaiting it when it is a promise.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 200 {
		if value[bool](b, "Boolean("+expression+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("within ten seconds it did not come to be that %s; the page says: %s", expression, value[string](b, "document.body.innerText"))
}

// see opens a page in a window of this size and scheme of colours.
func (b *browser) see(s *httptest.Server, path, scheme string, width, height int64) {
	b.t.Helper()
	b.command("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(s.URL+path))
	b.until(`document.getElementById('link').textContent === 'Live'`)
}

func TestAMemberAppearsWithoutReload(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := newBrowser(t)
	b.see(s, w.live.Path(), "light", 1280, 800)
	value[bool](b, `window.before = true`)
	b.until(`document.querySelector('.card h2').textContent === 'Waiting for the directory'`)

	maria := w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.until(`document.querySelector('tbody tr .name')?.textContent === 'Maria Rossi'`)
	b.until(`document.getElementById('state').textContent.startsWith('1 person and 0 groups.')`)
	value[bool](b, `(window.maria = document.querySelector('tbody tr')) !== null`)

	w.arrives(w.acme, "jonas@acme.example", "Jonas Berg")
	w.gathers(w.acme, "Engineering", maria)
	b.until(`document.querySelector('.list li')?.textContent === 'Engineering1 member'`)
	b.until(`[...document.querySelectorAll('tbody .name')].map(c => c.textContent).join() === 'Jonas Berg,Maria Rossi'`)
	w.leaves(w.acme, maria)
	b.until(`window.maria.isConnected && window.maria.querySelector('.state').textContent === 'Inactive'`)
	b.until(`window.maria.querySelector('.in').textContent === 'Engineering'`)
	if !value[bool](b, `window.before`) {
		t.Error("the page was loaded again")
	}
	b.mustBeContent()
}

func TestABurstOfPeopleEndsAsTheServerHasIt(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(t)
	b.see(serve(t, w), w.live.Path(), "light", 1280, 800)
	w.crowd(40)
	eventually(t, func() bool { _, page, _ := w.get(w.live.Path()); return strings.Contains(page, ">409<") })
	b.until(`document.querySelectorAll('tbody tr').length === 40 && document.querySelector('.calls .wait')?.textContent === '409'`)
	if !value[bool](b, `fetch('main').then(r => r.text()).then(html => {
		const names = root => [...root.querySelectorAll('[data-key]')].map(r => r.dataset.key).join();
		return names(document) === names(new DOMParser().parseFromString(html, 'text/html'));
	})`) {
		t.Error("the page shows other rows, or in another order, than the server")
	}
	b.mustBeContent()
}

func TestWhatIsReadDoesNotMove(t *testing.T) {
	w := newWorld(t)
	w.crowd(40)
	b := newBrowser(t)
	b.see(serve(t, w), w.live.Path(), "light", 1280, 600)
	value[float64](b, `scrollTo(0, 700), window.row = [...document.querySelectorAll('tbody tr')].find(r => r.getBoundingClientRect().top > 100), window.top0 = row.getBoundingClientRect().top`)
	value[bool](b, `getSelection().selectAllChildren(row.querySelector('.name')), true`)
	chosen := value[string](b, `getSelection().toString()`)
	w.arrives(w.acme, "new@acme.example", "New Person")
	b.until(`document.querySelector('tbody .name').textContent === 'New Person'`)
	if moved := value[float64](b, `row.getBoundingClientRect().top - top0`); moved > 1 || moved < -1 {
		t.Errorf("the row that is read moved by %v pixels", moved)
	}
	if now := value[string](b, `getSelection().toString()`); now != chosen || chosen == "" {
		t.Errorf("%q was selected, and now %q is", chosen, now)
	}
	b.mustBeContent()
}

func TestThePageComesBackAfterTheServerWasAway(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := newBrowser(t)
	b.see(s, w.live.Path(), "light", 1280, 800)
	s.CloseClientConnections()
	b.until(`document.getElementById('link').textContent.startsWith('Not connected')`)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.until(`document.querySelector('tbody tr .name')?.textContent === 'Maria Rossi'`)
	b.until(`document.getElementById('link').textContent === 'Live'`)
}

func TestThePageWorksWithoutScript(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := newBrowser(t)
	b.command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.do(chromedp.Navigate(s.URL + w.live.Path()))
	b.until(`document.body?.innerText.includes('Waiting for the directory') && document.body.innerText.includes('Reloads every 5 seconds')`)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.until(`document.body?.innerText.includes('Maria Rossi')`)
	b.mustBeContent()
}

func TestTheAddressIsCopied(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(t)
	b.see(serve(t, w), w.live.Path(), "light", 1280, 800)
	b.do(chromedp.Click(chromedp.CSS("button[data-copy]")))
	b.until(`document.querySelector('button[data-copy]').textContent === 'Copied'`)
	b.until(`document.querySelector('button[data-copy]').textContent === 'Copy'`)
	b.mustBeContent()
}

func TestEveryViewIsAccessibleAndFits(t *testing.T) {
	axe, err := os.ReadFile(root + "node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("this test needs axe-core; install it with: make deps")
	}
	full, empty := newWorld(t), newWorld(t)
	full.crowd(25)
	eventually(t, func() bool { _, page, _ := full.get(full.live.Path()); return strings.Contains(page, ">409<") })
	pages := map[string]*httptest.Server{"full": serve(t, full), "empty": serve(t, empty)}
	b := newBrowser(t)
	for _, content := range []string{"full", "empty"} {
		for _, scheme := range []string{"light", "dark"} {
			for _, size := range []struct{ width, height int64 }{{1440, 900}, {1280, 800}, {1000, 700}, {390, 844}} {
				name := fmt.Sprintf("live-%s-%s-%d", content, scheme, size.width)
				b.see(pages[content], full.live.Path(), scheme, size.width, size.height)
				b.shoot(name)
				b.mustFit(name)
				b.mustBeAccessible(name, string(axe))
			}
		}
	}
	b.mustBeContent()
}

// shoot keeps a picture of the whole page, for people to look at.
func (b *browser) shoot(name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	folder := filepath.Join(root, "tmp", "screenshots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// mustFit wants no scrolling to the side.
func (b *browser) mustFit(name string) {
	b.t.Helper()
	if over := value[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.t.Errorf("%s: the page is %v pixels wider than the window", name, over)
	}
}

// mustBeAccessible asks axe-core, with every rule for WCAG 2.2 AA and its best practices.
func (b *browser) mustBeAccessible(name, axe string) {
	b.t.Helper()
	value[bool](b, axe+";true")
	found := value[string](b, `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(
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
