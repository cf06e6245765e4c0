package scimtest_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// page serves a report as the file that it is.
func page(t *testing.T, rep *scimtest.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := rep.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(out.Bytes())
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// some keeps a few results of each kind: axe-core reads every element.
func some(rep *scimtest.Report) *scimtest.Report {
	few, kept := *rep, map[string]int{}
	few.Results = nil
	for _, res := range rep.Results {
		kind := string(res.Outcome) + string(res.Case.Level)
		if kept[kind]++; kept[kind] <= 2 || res.Case.ID == "element-add-no-list" {
			few.Results = append(few.Results, res)
		}
	}
	few.Notices = []string{"The server takes no new people (status 403 No seat is free.)."}
	few.Left = []scimtest.Leftover{{Path: "/Users/2819c223-7f76-453a-919d-413861904646", Why: "DELETE: status 501 people are not deleted here; it is inactive now"}}
	return &few
}

// lookAtPage looks at the page of a report in every size and colour, filters it
// and searches in it.
func lookAtPage(t *testing.T, rep *scimtest.Report) {
	url := page(t, some(rep))
	b := browsertest.New(t)
	for _, v := range []struct {
		name, scheme string
		width        int64
	}{{"check-light", "light", 1280}, {"check-dark", "dark", 1280}, {"check-dark-390", "dark", 390}} {
		b.See(url+"/#element-add-no-list", v.scheme, v.width, 900)
		b.Until(`document.getElementById('element-add-no-list').open`)
		b.MustFit(v.name)
		b.MustBeAccessible(v.name)
		b.Shoot(v.name)
	}
	b.MustBeContent()

	b.See(url, "light", 800, 1000)
	b.Command("Emulation.setEmulatedMedia", map[string]any{"media": "print"})
	b.Until(`!document.querySelector('.tools').checkVisibility()`)
	b.Until(`document.querySelector('.failed dl').getBoundingClientRect().height > 20 && document.querySelector('.passed dl').getBoundingClientRect().height === 0`)
	b.Shoot("check-print")

	whole := page(t, rep)
	b = browsertest.New(t)
	b.See(whole, "light", 1280, 1400)
	b.Until(`document.getElementById('count').textContent.endsWith(' of ' + document.querySelectorAll('.case').length + ' cases')`)
	b.Shoot("check-whole")
	choose(b)
	b.Click("#o-all + *, label:has(#o-all)")
	b.Until(`document.getElementById('count').textContent === document.querySelectorAll('.case').length + ' cases'`)
	browsertest.Value[bool](b, `(search.value = 'user-agent-that-nothing-says', search.dispatchEvent(new Event('input')), true)`)
	b.Until(`!document.getElementById('nothing').hidden && [...document.querySelectorAll('.chapter')].every(c => c.hidden)`)
	browsertest.Value[bool](b, `(search.value = 'probe manager', search.dispatchEvent(new Event('input')), true)`)
	b.Until(`document.getElementById('count').textContent.startsWith('2 of ')`)
	b.MustBeContent()

	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.See(whole, "light", 1280, 900)
	b.Command("Emulation.setScriptExecutionDisabled", map[string]any{"value": false})
	choose(b)
	b.MustBeContent()
}

// choose filters by level and sender, which the style sheet does.
func choose(b *browsertest.Browser) {
	const seen = `[...document.querySelectorAll('.case')].filter(c => c.checkVisibility())`
	b.Until(seen + `.length > 20 && ` + seen + `.every(c => c.dataset.o === 'failed')`)
	b.Click("label:has(#l-must)")
	b.Until(seen + `.length > 20 && ` + seen + `.every(c => c.dataset.o === 'failed' && c.dataset.l === 'must')`)
	b.Click("label:has(#s-okta)")
	b.Until(seen + `.every(c => c.dataset.s === 'okta')`)
	b.Click("label:has(#s-entra)")
	b.Until(seen + `.length > 5 && ` + seen + `.every(c => c.dataset.o === 'failed' && c.dataset.l === 'must' && c.dataset.s === 'entra')`)
	b.Click("label:has(#l-all)")
	b.Click("label:has(#s-all)")
	b.Until(seen + `.some(c => c.dataset.l === 'should')`)
}
