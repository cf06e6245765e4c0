package labpage_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// see opens a page of the lab and waits until it follows what happens.
func (w *world) see(b *browsertest.Browser, path, scheme string, width, height int64) {
	b.See(w.site.URL+path, scheme, width, height)
	b.Until(`document.getElementById('link').textContent === 'Live'`)
}

const (
	badgeOf   = `document.querySelector('#job-title .badge')?.textContent`
	noteOf    = `document.getElementById('note')?.textContent`
	talkCount = `document.querySelectorAll('#talk > li').length`
)

func TestAClickChangesSomebodyAndACycleSendsItWithoutAReload(t *testing.T) {
	w := newWorld(t, small(t))
	b := browsertest.New(t)
	w.see(b, "/", "light", 1280, 800)
	browsertest.Value[bool](b, `window.before = true`)
	b.Click("#b-start")
	b.Until(badgeOf + ` === 'Up to date' && [...document.querySelectorAll('#talk .fine')].some(f => f.textContent.startsWith('Creates Maria Rossi'))`)
	b.Until(`document.activeElement.id === 'b-start'`)

	maria := w.someone("Maria Rossi").ObjectID
	opened := browsertest.Value[string](b, `(() => {
		const li = [...document.querySelectorAll('#talk > li')].find(li => li.textContent.includes('Creates Maria Rossi'));
		li.querySelector('summary').click();
		return li.dataset.n;
	})()`)
	browsertest.Value[bool](b, `window.heard = `+talkCount+`, true`)
	b.Click("#enable-" + maria)
	b.Until(noteOf + ` === 'Maria Rossi is disabled.' && document.getElementById('enable-` + maria + `').textContent === 'Enable Maria Rossi'`)
	b.Until(`document.activeElement.id === 'enable-` + maria + `'`)
	b.Until(`document.querySelector('.waiting').textContent === '1 change waits for the next cycle: Maria Rossi is disabled.'`)
	b.Click("#b-later")
	b.Until(badgeOf + ` === 'Up to date' && !document.querySelector('.waiting') && ` + talkCount + ` > heard`)
	b.Until(`[...document.querySelectorAll('#talk > li')].filter(li => li.textContent.includes('Disables Maria Rossi')).length === 1`)
	b.Until(`document.getElementById('facts').textContent.includes('12:40')`)
	if !browsertest.Value[bool](b, `document.querySelector('#talk > li[data-n="`+opened+`"] details').open`) {
		t.Error("what was opened in the conversation is closed again")
	}
	if !browsertest.Value[bool](b, `window.before`) {
		t.Error("the page was loaded again")
	}
	b.MustBeContent()
}

// A burst of requests ends as the server has it, in bounded memory.
func TestABurstOfRequestsEndsAsThePageWouldBeLoaded(t *testing.T) {
	w := newWorld(t, lab.Generate(2, 300, 5))
	b := browsertest.New(t)
	w.see(b, "/", "light", 1280, 800)
	b.Click("#b-start")
	b.Until(badgeOf + ` !== 'Not started'`)
	w.ended()
	b.Until(badgeOf + ` === 'Up to date' && ` + talkCount + ` === 150`)
	same := func() bool {
		return browsertest.Value[bool](b, `fetch('/').then(r => r.text()).then(html => {
			const fresh = new DOMParser().parseFromString(html, 'text/html');
			const numbers = root => [...root.querySelectorAll('#talk > li')].map(li => li.dataset.n).join();
			const count = root => root.getElementById('talk-count').textContent;
			return numbers(document) === numbers(fresh) && count(document) === count(fresh) && Number(count(fresh).replace(',', '')) > 1000;
		})`)
	}
	for try := 0; !same() && try < 20; try++ { // the last requests may be on their way
		time.Sleep(50 * time.Millisecond)
	}
	if !same() {
		t.Error("the page shows other requests than it would when loaded anew")
	}
	b.MustBeContent()
}

func TestWhatIsTypedIsNotDisturbedAndMistakesStandAtTheField(t *testing.T) {
	w := newWorld(t, small(t))
	b := browsertest.New(t)
	w.see(b, "/", "light", 1280, 800)
	b.Click("#add > summary")
	b.Do(chromedp.SendKeys(chromedp.CSS("#givenName"), "Nora"), chromedp.SendKeys(chromedp.CSS("#userName"), "jonas.berg@contoso.example"))
	w.press("/people/"+w.someone("Maria Rossi").ObjectID+"/disable", "/") // by somebody else
	b.Until(`document.querySelector('.waiting')?.textContent.includes('Maria Rossi is disabled') && document.querySelector('#people .badge.wait')`)
	b.Until(`document.activeElement.id === 'userName' && document.getElementById('givenName').value === 'Nora' && document.getElementById('add').open`)

	b.Click("#add button")
	b.Until(`document.getElementById('field-error')?.textContent === 'That is the user principal name of Jonas Berg; choose another.'`)
	b.Until(`document.activeElement.id === 'userName' && document.getElementById('givenName').value === 'Nora'`)
	browsertest.Value[bool](b, `document.getElementById('userName').value = '', true`)
	b.Do(chromedp.SendKeys(chromedp.CSS("#userName"), "nora@contoso.example"))
	b.Click("#add button")
	b.Until(noteOf + ` === 'Nora is in the directory and assigned.' && !document.getElementById('add').open && document.getElementById('givenName').value === ''`)
	b.Until(`[...document.querySelectorAll('#people .name a')].some(a => a.textContent === 'Nora')`)
	b.Click(`#people .name a[href="/people/` + w.someone("Nora").ObjectID + `"]`)
	b.Until(`document.getElementById('title')?.textContent === 'Nora' && location.pathname.startsWith('/people/')`)
	b.Click("#demand")
	b.Until(noteOf + `?.startsWith('Nora is provisioned: 1 person created.')`)
}

func TestThePageWorksWithoutScript(t *testing.T) {
	w := newWorld(t, small(t))
	b := browsertest.New(t)
	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.Do(chromedp.Navigate(w.site.URL + "/"))
	b.Until(`document.getElementById('title')?.textContent === 'People'`)
	maria := w.someone("Maria Rossi").ObjectID
	b.Click("#enable-" + maria)
	b.Until(noteOf + ` === 'Maria Rossi is disabled.'`)
	b.Click("#b-start")
	b.Until(`document.querySelector('#job-title .badge')?.textContent === 'Up to date' && document.getElementById('talk').textContent.includes('Creates Jonas Berg')`)
	b.MustBeContent()
}

func TestThePageIsUsedByKeyboard(t *testing.T) {
	w := newWorld(t, small(t))
	b := browsertest.New(t)
	w.see(b, "/", "light", 1280, 800)
	press := func(key string) {
		b.Command("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": map[string]int{"Tab": 9, "Enter": 13}[key], "text": map[string]string{"Enter": "\r"}[key]})
		b.Command("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": map[string]int{"Tab": 9, "Enter": 13}[key]})
	}
	press("Tab")
	b.Until(`document.activeElement.textContent === 'Skip to People' && document.activeElement.getBoundingClientRect().top >= 0`)
	press("Enter")
	b.Until(`document.activeElement.id === 'content'`)
	for range 40 {
		if press("Tab"); browsertest.Value[string](b, `document.activeElement.textContent`) == "Unassign Aiko Tanaka" {
			break
		}
	}
	press("Enter")
	b.Until(noteOf + ` === 'Aiko Tanaka is not assigned any more.'`)
	b.Until(`document.activeElement.textContent === 'Assign Aiko Tanaka'`)
	for range 80 {
		if press("Tab"); browsertest.Value[bool](b, `document.activeElement.classList.contains('scroll')`) {
			return
		}
	}
	t.Error("the conversation cannot be reached, and so not scrolled")
}

// troubled is a world whose server refuses one person, then holds another back
// and at last refuses everything.
func troubled(t *testing.T) (w *world, refuse func()) {
	t.Helper()
	var refusing atomic.Bool
	w = newWorldBehind(t, small(t), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case refusing.Load():
				rw.WriteHeader(http.StatusUnauthorized)
			case r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "jonas"):
				rw.Header().Set("Content-Type", "application/scim+json")
				rw.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(rw, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"500","detail":"the index is being rebuilt"}`)
			default:
				h.ServeHTTP(rw, r)
			}
		})
	})
	w.provision()
	return w, func() {
		refusing.Store(true)
		w.provision()
	}
}

func TestEveryViewIsAccessibleAndFits(t *testing.T) {
	company := func() *lab.Directory { return lab.Generate(1, 14, 3) }
	fresh, full := newWorld(t, company()), newWorld(t, company())
	full.provision()
	people, groups := full.dir.People(), full.dir.Groups()
	for i, verb := range map[int]string{2: "disable", 4: "unassign", 6: "delete"} {
		full.press("/people/"+people[i].ObjectID+"/"+verb, "/")
	}
	failed, _ := troubled(t)
	sick, refuse := troubled(t)
	refuse()
	for _, v := range []struct {
		name, path string
		w          *world
		then       string // what is done on the page before it is looked at
	}{
		{"start", "/", fresh, ""},
		{"people", "/", full, ""},
		{"add", "/", full, `document.querySelector('#add summary').click()`},
		{"request", "/", full, `document.querySelector('#talk > li:nth-child(2) summary').click(), document.querySelector('#outcome summary').click()`},
		{"person", "/people/" + people[2].ObjectID, full, ""},
		{"deleted", "/people/" + people[6].ObjectID, full, ""},
		{"groups", "/groups", full, ""},
		{"group", "/groups/" + groups[0].ObjectID, full, ""},
		{"failed", "/", failed, ""},
		{"quarantine", "/", sick, ""},
		{"missing", "/people/nobody", fresh, ""},
	} {
		t.Run(v.name, func(t *testing.T) {
			b := browsertest.New(t)
			w := &world{t: t, site: v.w.site}
			for _, look := range []struct {
				scheme        string
				width, height int64
			}{{"light", 1440, 900}, {"light", 1024, 768}, {"dark", 390, 844}} { // each scheme and each size once
				shot := fmt.Sprintf("lab-%s-%s-%d", v.name, look.scheme, look.width)
				w.see(b, v.path, look.scheme, look.width, look.height)
				if v.then != "" {
					browsertest.Value[bool](b, v.then+", true")
				}
				b.Shoot(shot)
				b.MustFit(shot)
				if look.width != 1024 { // which shows nothing that the others do not
					b.MustBeAccessible(shot)
				}
			}
			if v.name != "missing" { // of which the browser says that it is
				b.MustBeContent()
			}
		})
	}
}
