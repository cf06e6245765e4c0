// Package frame is what every page of the console stands in: the pipeline that
// a request runs through, the session and the workspace that it reaches, the
// layout, forms and their mistakes, notices, files, and pages for what went
// wrong. The pages themselves stand in the packages beside it; each gives its
// templates and its routes as a Section.
//
// A route says who may use it, and the pipeline sees to it before the page's own
// code runs: what a session does not reach is 404, what its role lacks is 403,
// what the plan does not unlock is a page that says what would.
package frame

import (
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web"
)

// Config is what the console is made of. All but Proxies, Log and Dev is
// required.
type Config struct {
	Store     *store.Store
	Directory *directory.Service
	Tokens    *token.Service
	Accounts  *account.Service
	SignIn    *signin.Service // through customers' identity providers
	Outbox    *mail.Outbox
	Product   *product.Product
	Box       *seal.Box // what is shown once waits sealed
	BaseURL   string    // of the pages, as people reach them, without a slash at the end
	// SCIMURL gives the address that a workspace's directory provisions to.
	SCIMURL func(slug string) string
	Proxies web.Proxies
	Log     *slog.Logger // nil means slog.Default()
	// Dev shows the mails that were written on a page, to everybody who reaches it.
	Dev bool
}

// Gate says whom a route is for.
type Gate int

// The gates.
const (
	Public      Gate = iota // everybody; a session is there when the browser has one
	SignedIn                // a session
	InWorkspace             // a session that reaches the {workspace} of the path, and the route's Action
	Operator                // a session of the vendor's own people
)

// Route is one address of the console.
type Route struct {
	// Pattern is a pattern of http.ServeMux with its method:
	// "GET /w/{workspace}/members/{member}". One InWorkspace begins its path with
	// "/w/{workspace}/". GET serves HEAD too.
	Pattern string
	Gate    Gate
	Action  access.Action   // what the member's role must allow; InWorkspace only
	Or      access.Action   // another one that opens the route as well; "" for none
	Feature product.Feature // what the plan must unlock; "" when every plan does
	// For says which products have the address; nil for all of them. In the others
	// it is not there, whatever the plan.
	For func(*product.Product) bool
	// At gives the pattern where a product says the path; "" where the product has no
	// such route. It then stands for Pattern.
	At func(*product.Product) string
	// Foreign lets a form of another site through, which is how identity providers
	// answer. Such a route trusts nothing but what the form itself proves.
	Foreign bool
	Serve   func(*Request) error
}

// Lets reports whether a role passes the route's gate.
func (r *Route) Lets(can func(access.Action) bool) bool {
	return can(r.Action) || r.Or != "" && can(r.Or)
}

// Section is a part of the console: its routes, and its templates. The
// file NAME.html of Section S is the page "S/NAME"; it defines "content", which
// is filled with a *View.
type Section struct {
	Name   string
	Files  fs.FS // with the templates at its root
	Routes []Route
}

// App is the console: an http.Handler for everything that its routes name. It
// is safe for concurrent use.
type App struct {
	Config
	routes  []Route
	mux     *http.ServeMux
	pages   map[string]*template.Template
	assets  map[string]asset
	roots   map[string]bool // the first segments of the routes' paths
	origin  *http.CrossOriginProtection
	streams *Places // of events
	closing sync.Once
	closed  chan struct{}
}

// How many readers are told of changes at once; more are asked to come back.
const (
	maxStreams          = 256
	streamsPerWorkspace = 64
	streamsPerReader    = 8 // of one session, or of one link
)

// New makes the console of its sections. The error is a mistake in a template or
// a route.
func New(c Config, sections ...Section) (*App, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	a := &App{
		Config: c, mux: http.NewServeMux(), pages: map[string]*template.Template{}, assets: map[string]asset{},
		roots: map[string]bool{"assets": true}, origin: http.NewCrossOriginProtection(), streams: NewPlaces(maxStreams), closed: make(chan struct{}),
	}
	if err := a.loadAssets(); err != nil {
		return nil, err
	}
	if err := a.loadPages(sections); err != nil {
		return nil, err
	}
	for _, s := range sections {
		for _, r := range s.Routes {
			if err := a.add(r); err != nil {
				return nil, err
			}
		}
	}
	a.mux.Handle("GET /assets/{name}", web.Handler(a.serveAsset).With(a.fail))
	a.mux.Handle("/", web.Handler(func(http.ResponseWriter, *http.Request) error { return errNothing }).With(a.fail))
	return a, nil
}

// add takes a route in, where the product has it.
func (a *App) add(r Route) error {
	if r.At != nil {
		r.Pattern = r.At(a.Product)
	}
	if r.Pattern == "" || r.For != nil && !r.For(a.Product) {
		return nil
	}
	if r.Gate == InWorkspace {
		if _, known := access.Needs(r.Action); !known {
			return fmt.Errorf("the route %s needs an action that the table does not have: %q", r.Pattern, r.Action)
		}
	}
	_, path, _ := strings.Cut(r.Pattern, " /")
	first, _, _ := strings.Cut(path, "/")
	a.routes, a.roots[first] = append(a.routes, r), true
	return a.handle(r.Pattern, a.handler(&r))
}

// handle gives a pattern to the mux, which panics at one that is taken.
func (a *App) handle(pattern string, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the page %s cannot be at that path, which another page has: choose another one in the product definition", pattern)
		}
	}()
	a.mux.Handle(pattern, h)
	return nil
}

// Routes lists every route, for whoever checks them.
func (a *App) Routes() []Route { return a.routes }

// Close ends the streams of events, so that a server can shut down without
// waiting for readers to leave: give it to http.Server.RegisterOnShutdown.
func (a *App) Close() { a.closing.Do(func() { close(a.closed) }) }

// Claims reports whether an address is the console's: it begins as one of its
// routes does. What is not goes elsewhere.
func (a *App) Claims(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return r.URL.Path == "/" || first != "" && a.roots[first]
}

// ServeHTTP sets the headers of every answer and runs the route.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.harden(w.Header())
	a.mux.ServeHTTP(w, r)
}

// policy is the Content-Security-Policy of every page (CSP Level 3): only what
// we serve ourselves, and no inline script or style. A page adds to its last
// directive where its form may go elsewhere: Page.FormTo.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

func (a *App) harden(h http.Header) {
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"Cache-Control":                "no-store",
		"Referrer-Policy":              "same-origin",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"X-Robots-Tag":                 "noindex, nofollow",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
	} {
		h.Set(name, value)
	}
	if a.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// now is the clock of every page.
func (a *App) now() time.Time { return a.Store.Now() }

// origin is where a change by a member comes from.
func origin(kind identity.ActorKind, id string, at time.Time) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: kind, ID: id}, Source: "console", RequestID: identity.NewRequestID(at), At: at}
}
