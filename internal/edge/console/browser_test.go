package console_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
)

// see opens the live page and waits until it follows the changes.
func see(b *browsertest.Browser, s *httptest.Server, path, scheme string, width, height int64) {
	b.See(s.URL+path, scheme, width, height)
	b.Until(`document.getElementById('link').textContent === 'Live'`)
}

func TestAMemberAppearsWithoutReload(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := browsertest.New(t)
	see(b, s, w.live.Path(), "light", 1280, 800)
	browsertest.Value[bool](b, `window.before = true`)
	b.Until(`document.querySelector('.card h2').textContent === 'Waiting for the directory'`)

	maria := w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.Until(`document.querySelector('tbody tr .name')?.textContent === 'Maria Rossi'`)
	b.Until(`document.getElementById('state').textContent.startsWith('1 person and 0 groups.')`)
	browsertest.Value[bool](b, `(window.maria = document.querySelector('tbody tr')) !== null`)

	w.arrives(w.acme, "jonas@acme.example", "Jonas Berg")
	w.gathers(w.acme, "Engineering", maria)
	b.Until(`document.querySelector('.list li')?.textContent === 'Engineering1 member'`)
	b.Until(`[...document.querySelectorAll('tbody .name')].map(c => c.textContent).join() === 'Jonas Berg,Maria Rossi'`)
	w.leaves(w.acme, maria)
	b.Until(`window.maria.isConnected && window.maria.querySelector('.state').textContent === 'Inactive'`)
	b.Until(`window.maria.querySelector('.in').textContent === 'Engineering'`)
	if !browsertest.Value[bool](b, `window.before`) {
		t.Error("the page was loaded again")
	}
	b.MustBeContent()
}

func TestABurstOfPeopleEndsAsTheServerHasIt(t *testing.T) {
	w := newWorld(t)
	b := browsertest.New(t)
	see(b, serve(t, w), w.live.Path(), "light", 1280, 800)
	w.crowd(40)
	eventually(t, func() bool { _, page, _ := w.get(w.live.Path()); return strings.Contains(page, ">409<") })
	b.Until(`document.querySelectorAll('tbody tr').length === 40 && document.querySelector('.calls .wait')?.textContent === '409'`)
	if !browsertest.Value[bool](b, `fetch('main').then(r => r.text()).then(html => {
		const names = root => [...root.querySelectorAll('[data-key]')].map(r => r.dataset.key).join();
		return names(document) === names(new DOMParser().parseFromString(html, 'text/html'));
	})`) {
		t.Error("the page shows other rows, or in another order, than the server")
	}
	b.MustBeContent()
}

func TestWhatIsReadDoesNotMove(t *testing.T) {
	w := newWorld(t)
	w.crowd(40)
	b := browsertest.New(t)
	see(b, serve(t, w), w.live.Path(), "light", 1280, 600)
	browsertest.Value[float64](b, `scrollTo(0, 700), window.row = [...document.querySelectorAll('tbody tr')].find(r => r.getBoundingClientRect().top > 100), window.top0 = row.getBoundingClientRect().top`)
	browsertest.Value[bool](b, `getSelection().selectAllChildren(row.querySelector('.name')), true`)
	chosen := browsertest.Value[string](b, `getSelection().toString()`)
	w.arrives(w.acme, "new@acme.example", "New Person")
	b.Until(`document.querySelector('tbody .name').textContent === 'New Person'`)
	if moved := browsertest.Value[float64](b, `row.getBoundingClientRect().top - top0`); moved > 1 || moved < -1 {
		t.Errorf("the row that is read moved by %v pixels", moved)
	}
	if now := browsertest.Value[string](b, `getSelection().toString()`); now != chosen || chosen == "" {
		t.Errorf("%q was selected, and now %q is", chosen, now)
	}
	b.MustBeContent()
}

func TestThePageComesBackAfterTheServerWasAway(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := browsertest.New(t)
	see(b, s, w.live.Path(), "light", 1280, 800)
	s.CloseClientConnections()
	b.Until(`document.getElementById('link').textContent.startsWith('Not connected')`)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.Until(`document.querySelector('tbody tr .name')?.textContent === 'Maria Rossi'`)
	b.Until(`document.getElementById('link').textContent === 'Live'`)
}

func TestThePageWorksWithoutScript(t *testing.T) {
	w := newWorld(t)
	s := serve(t, w)
	b := browsertest.New(t)
	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.Do(chromedp.Navigate(s.URL + w.live.Path()))
	b.Until(`document.body?.innerText.includes('Waiting for the directory') && document.body.innerText.includes('Reloads every 5 seconds')`)
	w.arrives(w.acme, "maria@acme.example", "Maria Rossi")
	b.Until(`document.body?.innerText.includes('Maria Rossi')`)
	b.MustBeContent()
}

func TestTheAddressIsCopied(t *testing.T) {
	w := newWorld(t)
	b := browsertest.New(t)
	see(b, serve(t, w), w.live.Path(), "light", 1280, 800)
	b.Click("button[data-copy]")
	b.Until(`document.querySelector('button[data-copy]').textContent === 'Copied'`)
	b.Until(`document.querySelector('button[data-copy]').textContent === 'Copy'`)
	b.MustBeContent()
}

func TestEveryViewIsAccessibleAndFits(t *testing.T) {
	full, empty := newWorld(t), newWorld(t)
	full.crowd(25)
	eventually(t, func() bool { _, page, _ := full.get(full.live.Path()); return strings.Contains(page, ">409<") })
	pages := map[string]*httptest.Server{"full": serve(t, full), "empty": serve(t, empty)}
	b := browsertest.New(t)
	for _, content := range []string{"full", "empty"} {
		for _, scheme := range []string{"light", "dark"} {
			for _, size := range []struct{ width, height int64 }{{1440, 900}, {1280, 800}, {1000, 700}, {390, 844}} {
				name := fmt.Sprintf("live-%s-%s-%d", content, scheme, size.width)
				see(b, pages[content], full.live.Path(), scheme, size.width, size.height)
				b.Shoot(name)
				b.MustFit(name)
				b.MustBeAccessible(name)
			}
		}
	}
	b.MustBeContent()
}
