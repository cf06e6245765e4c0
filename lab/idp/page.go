package idp

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

//go:embed page.html
var pages embed.FS

// errand is a sign-in on its way: who asked, and for what.
type errand struct {
	saml  *request
	oidc  *authorization
	fresh bool // who is signed in has to show it anew
	began time.Time
}

// visit is a browser in which somebody is signed in here.
type visit struct {
	person  string
	session string // the provider's own name of it: sid
	sps     []SP   // signed in at, for logout
	clients []string
	nameIDs map[string]string // by entity id
	index   map[string]string // session index, by entity id
}

const (
	cookieName  = "lab_session"
	mostErrands = 1000
)

// routes lists the provider's doors.
func (p *Provider) routes() *http.ServeMux {
	at, m := p.conf.addresses(), http.NewServeMux()
	m.HandleFunc("GET "+at.metadata, p.metadata)
	m.HandleFunc("GET "+at.sso, p.sso)
	m.HandleFunc("POST "+at.sso, p.sso)
	m.HandleFunc("GET "+at.slo, p.slo)
	m.HandleFunc("POST "+at.slo, p.slo)
	m.HandleFunc("GET "+at.start, p.apps)
	m.HandleFunc("GET /launch", p.launch)
	m.HandleFunc("POST /be", p.be)
	m.HandleFunc("POST /signout", p.signOut)
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { lead(w, at.start) })
	m.HandleFunc("GET /post.js", script)
	p.oidcRoutes(m)
	return m
}

// script sends the form of a page as soon as it is there.
func script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript")
	_, _ = w.Write([]byte("document.forms[0].submit();\n"))
}

// shown is what the page is made of.
type shown struct {
	Provider, Title, Text, Error string
	Errand                       string
	People                       []lab.Person
	Apps                         []SP
	Post                         *Post
	Here                         string // who is signed in
}

func (p *Provider) show(w http.ResponseWriter, status int, s shown) {
	s.Provider = map[Flavour]string{Entra: "Lab Entra ID", Okta: "Lab Okta", Generic: "Lab identity provider"}[p.conf.Flavour]
	t, err := template.ParseFS(pages, "page.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = t.Execute(w, s)
}

// lead sends a browser to an address that was registered, or that is ours.
func lead(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// fail shows the provider's own error page, from which nobody comes back.
func (p *Provider) fail(w http.ResponseWriter, err error) {
	p.show(w, http.StatusBadRequest, shown{Title: "Sorry, but we're having trouble signing you in", Error: err.Error()})
}

// ask lets the browser choose a person, unless somebody is signed in here.
func (p *Provider) ask(w http.ResponseWriter, r *http.Request, e *errand) {
	if v := p.visit(r); v != nil && !e.fresh {
		p.finish(w, e, v)
		return
	}
	p.show(w, http.StatusOK, shown{Title: "Sign in", Text: "Who are you today?", Errand: p.wait(e), People: p.present()})
}

// present lists the people who have an account.
func (p *Provider) present() []lab.Person {
	var all []lab.Person
	for _, one := range p.conf.Directory.People() {
		if !one.SoftDeleted {
			all = append(all, one)
		}
	}
	return all
}

// wait keeps an errand until somebody is chosen, and gives its key.
func (p *Provider) wait(e *errand) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) >= mostErrands {
		clear(p.waiting)
	}
	key := secret()
	e.began = p.conf.Clock()
	p.waiting[key] = e
	return key
}

func (p *Provider) visit(r *http.Request) *visit {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions[c.Value]
}

// be signs somebody in here: the one who was clicked on.
func (p *Provider) be(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	one, err := p.person(r.PostFormValue("person"))
	if err != nil {
		p.fail(w, err)
		return
	}
	v := p.begin(w, one.ObjectID)
	p.mu.Lock()
	e := p.waiting[r.PostFormValue("errand")]
	delete(p.waiting, r.PostFormValue("errand"))
	p.mu.Unlock()
	if e == nil {
		lead(w, p.StartURL())
		return
	}
	p.finish(w, e, v)
}

// begin starts a session in a browser.
func (p *Provider) begin(w http.ResponseWriter, person string) *visit {
	v, key := p.newVisit(person), secret()
	p.mu.Lock()
	p.sessions[key] = v
	p.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: key, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // the lab speaks plain HTTP on this machine
	return v
}

func (p *Provider) newVisit(person string) *visit {
	return &visit{person: person, session: secret(), nameIDs: map[string]string{}, index: map[string]string{}}
}

// finish answers who asked for the sign-in.
func (p *Provider) finish(w http.ResponseWriter, e *errand, v *visit) {
	if e.oidc != nil {
		to, err := p.grant(e.oidc, v.person, v)
		if err != nil {
			p.fail(w, err)
			return
		}
		lead(w, to)
		return
	}
	post, err := p.respond(e.saml, v.person, v)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.show(w, http.StatusOK, shown{Title: "Working…", Post: &post})
}

// apps is the page of applications.
func (p *Provider) apps(w http.ResponseWriter, r *http.Request) {
	v := p.visit(r)
	if v == nil {
		p.show(w, http.StatusOK, shown{Title: "Sign in", Text: "Who are you today?", People: p.present()})
		return
	}
	one, _ := p.conf.Directory.Person(v.person)
	p.show(w, http.StatusOK, shown{Title: "Applications", Apps: p.ServiceProviders(), Here: one.UserPrincipalName})
}

// launch is a click on an application's tile.
func (p *Provider) launch(w http.ResponseWriter, r *http.Request) {
	sp, err := p.sp(r.FormValue("app"), r.FormValue("acs"))
	if err != nil {
		p.fail(w, err)
		return
	}
	p.ask(w, r, &errand{saml: &request{sp: sp, relayState: sp.RelayState}})
}

// LaunchURL is what a tile of an application leads to.
func (p *Provider) LaunchURL(entityID string) string {
	return p.conf.Base + "/launch?app=" + url.QueryEscape(entityID)
}
