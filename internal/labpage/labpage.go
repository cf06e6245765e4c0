// Package labpage is the page of a long-running lab: a person clicks "assign",
// "disable", "rename" and "start provisioning", as in the portal of an identity
// provider, and sees beside it every request that follows, with its answer.
//
// Pages are html/template, forms and links first; one script of our own brings
// the conversation in by server-sent events and spares reloads. The page is for
// one developer on one machine: it answers under names of this machine only,
// and takes changes from its own forms only.
package labpage

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/lab"
)

//go:embed pages/*.html static/*
var files embed.FS

// Config says whose page it is. All but Members, Now and Log is required.
type Config struct {
	// Name is the provider's, as people say it: "Microsoft Entra ID".
	Name      string
	Directory *lab.Directory
	// Target is the server that is pushed to. Its OnExchange is called as well.
	Target lab.Target
	// Open makes the provider, which pushes to the target it is given and tells its
	// progress. Its cycles need not read the server back; the page does so when
	// the provider is a lab.Comparer.
	Open    func(to lab.Target, progress func(lab.Progress)) (lab.Provider, error)
	Members string           // address of a page that shows the server's members, "" for none
	Now     func() time.Time // the reader's clock; nil means time.Now
	Log     *slog.Logger     // nil means slog.Default()
}

// maxStreams is how many readers are told of changes at once; more are asked to
// come back.
const maxStreams = 32

// maxForm bounds the body of a form, in bytes.
const maxForm = 64 << 10

// Page is the lab's page: an http.Handler for everything from the root on. It
// is safe for concurrent use.
type Page struct {
	Config
	pages   map[string]*template.Template
	handler http.Handler
	job     *job
	talk    *talk
	notes   notes
	bell    *bell
	streams chan struct{} // a place for each stream of events
	closing sync.Once
	closed  chan struct{}
	end     context.CancelFunc
}

// New makes the page and the provider. The error is Open's.
func New(c Config) (*Page, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	ctx, end := context.WithCancel(context.Background())
	p := &Page{Config: c, pages: parse(), bell: newBell(), streams: make(chan struct{}, maxStreams), closed: make(chan struct{}), end: end}
	p.talk = newTalk(c.Now, p.bell)
	var err error
	if p.job, err = newJob(ctx, p); err != nil {
		end()
		return nil, err
	}
	p.handler = p.pipeline()
	return p, nil
}

// ServeHTTP answers one request.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Close ends a running cycle and the streams of events, so that a server can
// shut down without waiting for readers to leave: give it to
// http.Server.RegisterOnShutdown.
func (p *Page) Close() {
	p.closing.Do(func() {
		p.end()
		close(p.closed)
	})
}

// pipeline is what every request goes through: headers, the host's name, where
// a form came from, its size, and then what serves the path.
func (p *Page) pipeline() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range p.routes() {
		mux.Handle(pattern, h.With(p.fail))
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "This form was not sent by the lab's own page.", http.StatusForbidden)
	}))
	return web.SecureHeaders(web.CSP{}, false, local(unkept(web.LimitBody(maxForm, origin.Handler(mux)))))
}

// local answers only under a name of this machine, so that a page from
// elsewhere cannot read this one by a name of its own that it points here.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !web.Loopback(r.Host) {
			http.Error(w, "The lab answers at its own address only, such as http://127.0.0.1:8090.", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// unkept keeps answers out of caches.
func unkept(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

func (p *Page) routes() map[string]web.Handler {
	all := map[string]web.Handler{
		"GET /{$}": p.showPeople, "GET /people": p.showPeople, "GET /groups": p.showGroups, "GET /people/{id}": p.showPerson, "GET /groups/{id}": p.showGroup,
		"GET /events": p.stream, "GET /conversation.txt": p.text, "/": missing,
		"POST /people": p.addPerson, "POST /people/{id}": p.editPerson, "POST /people/{id}/{verb}": p.changePerson,
		"POST /groups": p.addGroup, "POST /groups/{id}": p.renameGroup, "POST /groups/{id}/{verb}": p.changeGroup,
		"POST /provisioning/{verb}": p.provision, "POST /conversation/clear": p.clear,
	}
	for _, name := range []string{"lab.css", "lab.js", "icon.svg"} {
		all["GET /"+name] = func(w http.ResponseWriter, r *http.Request) error {
			http.ServeFileFS(w, r, files, "static/"+name)
			return nil
		}
	}
	return all
}

// bell wakes whoever waits for something to happen.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

func newBell() *bell { return &bell{next: make(chan struct{})} }

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.next)
	b.next = make(chan struct{})
}

// rung gives what is closed at the next ring.
func (b *bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}
