package console_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/web/browsertest"
	"github.com/anteroom-id/anteroom/lab"
)

// tour is a help page that is followed: an administrator in a browser, who finds
// everything by the words that stand on the screen, and a directory to connect.
type tour struct {
	*consoletest.World
	b    *browsertest.Browser
	dir  *lab.Directory
	name string // of the product, for the pictures
}

// setOut starts one of the products with all of the console.
func setOut(t *testing.T, product string) *tour {
	t.Helper()
	w := consoletest.New(t, consoletest.Load(t, product), "", console.Sections()...)
	return &tour{World: w, dir: lab.NewDirectory(1), name: product}
}

// withBrowser opens the browser; it stands at the page to sign in.
func (s *tour) withBrowser() *tour {
	s.T.Helper()
	s.b = browsertest.New(s.T)
	s.visit("/login")
	return s
}

// visit types an address: where somebody begins, or a link that was handed over.
func (s *tour) visit(path string) {
	s.T.Helper()
	s.b.See(s.BaseURL+strings.TrimPrefix(path, s.BaseURL), "light", 1280, 800)
}

// signIn signs somebody in with address and password.
func (s *tour) signIn(address string) {
	s.T.Helper()
	s.b.Command("Network.clearBrowserCookies", nil)
	s.visit("/login")
	s.enter("E-mail", address)
	s.enter("Password", consoletest.Password)
	s.click("Sign in")
}

// words is what the screen says, the values of its fields too; find is the
// element by the words on it: a link, a button, the label of a field, or what
// opens a fold. A count behind the words does not matter.
const (
	words = `(document.body ? (document.body.innerText + ' ' + [...document.querySelectorAll('input:not([type=hidden])')].map(i => i.value).join(' ')).replace(/\s+/g, ' ') : '')`
	find  = `(() => { const said = e => (e.getAttribute('aria-label') || e.textContent).replace(/\s+/g, ' ').trim();
		const all = [...document.querySelectorAll(%KIND%)].filter(e => e.getClientRects().length > 0 && said(e).replace(/ ([\d,]+|optional)$/, '') === %WORDS%);
		document.querySelector('[data-tour]')?.removeAttribute('data-tour'); all[0]?.setAttribute('data-tour', ''); return all[0]; })()`
)

func quoted(word string) string {
	text, _ := json.Marshal(word) // a string
	return string(text)
}

// at marks the element of a kind that has the words on it, as soon as it is there.
func (s *tour) at(kind, word string) {
	s.T.Helper()
	s.b.Until(strings.NewReplacer("%KIND%", quoted(kind), "%WORDS%", quoted(word)).Replace(find))
}

// press clicks what stays on the page: a button that copies, a choice.
func (s *tour) press(word string) {
	s.T.Helper()
	s.at("a, button, summary, label", word)
	s.b.Click("[data-tour]")
}

// click clicks a link or a button one after another, and waits for the page that
// each leads to.
func (s *tour) click(path ...string) {
	s.T.Helper()
	for _, word := range path {
		s.at("a, button", word)
		browsertest.Value[bool](s.b, `window.left = true`)
		s.b.Click("[data-tour]")
		s.b.Until(`window.left !== true && document.readyState === 'complete'`)
	}
}

// enter types into the field with a label, in place of what stands there.
func (s *tour) enter(label, text string) {
	s.T.Helper()
	s.at("label, input[aria-label]", label)
	s.b.Until(`(window.field = document.querySelector('[data-tour]').control || document.querySelector('[data-tour]')).select() === undefined`)
	browsertest.Value[bool](s.b, `document.querySelector('[data-tour]').removeAttribute('data-tour') === undefined && field.setAttribute('data-tour', '') === undefined`)
	s.b.Do(chromedp.SendKeys(chromedp.CSS("[data-tour]"), text))
}

// read is the value of the field with a label.
func (s *tour) read(label string) string {
	s.T.Helper()
	s.at("label, input[aria-label]", label)
	return browsertest.Value[string](s.b, `(document.querySelector('[data-tour]').control || document.querySelector('[data-tour]')).value`)
}

// sees wants words on the screen, within ten seconds.
func (s *tour) sees(wanted ...string) {
	s.T.Helper()
	for _, w := range wanted {
		s.b.Until(words + `.includes(` + quoted(w) + `)`)
	}
}

// misses wants words not to be on the screen.
func (s *tour) misses(unwanted ...string) {
	s.T.Helper()
	for _, w := range unwanted {
		if browsertest.Value[bool](s.b, words+`.includes(`+quoted(w)+`)`) {
			s.T.Errorf("the screen says %q: %s", w, browsertest.Value[string](s.b, words))
		}
	}
}

// row is what the table says of something: the row whose first cell begins so.
func (s *tour) row(first string) string {
	s.T.Helper()
	const one = `[...document.querySelectorAll('tbody tr')].find(r => r.cells[0].innerText.trim().startsWith(%))`
	row := strings.ReplaceAll(one, "%", quoted(first))
	s.b.Until(row)
	return browsertest.Value[string](s.b, row+`.innerText.replace(/\s+/g, ' ')`)
}

// shows wants words in the row of somebody or something.
func (s *tour) shows(first string, wanted ...string) {
	s.T.Helper()
	row := s.row(first)
	for _, w := range wanted {
		if !strings.Contains(row, w) {
			s.T.Errorf("of %s the table does not say %q: %s", first, w, row)
		}
	}
}

// shoot takes a picture of a step.
func (s *tour) shoot(step string) {
	s.T.Helper()
	s.b.Shoot("story-" + s.name + "-" + step)
	s.b.MustFit(step)
}

// unlocks sets a workspace's plan, as the vendor does on the operator's page.
func (s *tour) unlocks(plan string) {
	s.T.Helper()
	for _, slug := range []string{"acme", "globex"} {
		if a := s.Vendor("vera@"+plan+slug+".example").Post("/operator/workspaces/"+slug+"/plan", "plan", plan); a.Status != 303 {
			s.T.Fatalf("the plan %s: %d", plan, a.Status)
		}
	}
}

// pasted is what was read off the screen and pasted into the directory.
func pasted(url, secret string) lab.Target {
	return lab.Target{URL: url, Token: secret, Retry: lab.Retry{Tries: 1}}
}

// hire adds somebody to the directory; the application is not assigned yet.
func (s *tour) hire(given, surname, userName string, edit ...func(*lab.Person)) string {
	s.T.Helper()
	p := lab.Person{UserPrincipalName: userName, Mail: userName, GivenName: given, Surname: surname, MailNickname: strings.Split(userName, "@")[0]}
	for _, e := range edit {
		e(&p)
	}
	id, err := s.dir.AddPerson(p)
	s.do(err)
	return id
}

// do wants what somebody does in the directory to succeed.
func (s *tour) do(errs ...error) {
	s.T.Helper()
	for _, err := range errs {
		if err != nil {
			s.T.Fatal(err)
		}
	}
}

// cycles runs a cycle of a provider, after which the product must hold what the
// directory holds.
func (s *tour) cycles(idp interface {
	Cycle(context.Context) (*lab.Summary, error)
}) {
	s.T.Helper()
	if sum, err := idp.Cycle(s.T.Context()); err != nil || sum.Failed > 0 || !sum.Equal {
		s.T.Fatalf("%v\n%s", err, sum)
	}
}

// appRole is an app role as it is created under App registrations.
func appRole(display, value string) lab.AppRole {
	return lab.AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a01", Value: value, DisplayName: display}
}
