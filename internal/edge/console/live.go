package console

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Config is what the live page is made of. All but Log is required.
type Config struct {
	Store     *store.Store
	Directory *directory.Service
	Product   *product.Product
	Workspace identity.Workspace // the one that is shown
	SCIMURL   string             // what an administrator pastes into the directory, absolute
	// Key is the unguessable segment in the page's address, which is all that
	// protects the page: 16 or more letters, digits, "-" and "_". With a lesser one
	// every address is 404.
	Key string
	Log *slog.Logger // nil means slog.Default()
}

// shortestKey is the least length of a key, 80 bits in base 32.
const shortestKey = 16

// maxStreams is how many readers of one page are told of changes at once; more
// are asked to come back.
const maxStreams = 64

// Live is one page on which the members and groups of a workspace appear while
// the directory pushes them. It is an http.Handler for everything below its
// Path, and safe for concurrent use.
type Live struct {
	Config
	page    *template.Template
	streams chan struct{} // a place for each stream of events
	closing sync.Once
	closed  chan struct{}
}

// New makes the page.
func New(c Config) *Live {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if !usable(c.Key) {
		c.Log.Error("the live page has no usable key and is switched off")
		c.Key = ""
	}
	return &Live{
		Config: c, page: template.Must(template.ParseFS(files, "pages/live/*.html")),
		streams: make(chan struct{}, maxStreams), closed: make(chan struct{}),
	}
}

func usable(key string) bool {
	return len(key) >= shortestKey && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// Path is the page's path on the server, with a slash at its end: /live/KEY/.
func (l *Live) Path() string { return "/live/" + l.Key + "/" }

// Close ends the streams of events, so that a server can shut down without
// waiting for readers to leave: give it to http.Server.RegisterOnShutdown.
func (l *Live) Close() { l.closing.Do(func() { close(l.closed) }) }

// ServeHTTP runs the pipeline: headers, key, method, part. What is not there,
// and what lies under another key, is the same 404.
func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	harden(w.Header())
	serve, found := l.part(r.URL.Path)
	switch {
	case !found:
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address can only be read.", http.StatusMethodNotAllowed)
		return
	}
	if err := serve(w, r); err != nil {
		l.fail(w, r, err)
	}
}

// fail answers with an error. Its cause stays in our own log.
func (l *Live) fail(w http.ResponseWriter, r *http.Request, err error) {
	var own *identity.Error
	switch {
	case r.Context().Err() != nil: // the reader has left
	case errors.As(err, &own) && own.Kind == identity.Unavailable:
		w.Header().Set("Retry-After", "5")
		http.Error(w, own.Msg, http.StatusServiceUnavailable)
	default:
		l.Log.Error("live page", "workspace", l.Workspace.ID, "error", err)
		http.Error(w, "The page cannot be shown just now; reload it in a moment.", http.StatusInternalServerError)
	}
}

type part = func(http.ResponseWriter, *http.Request) error

// part finds what serves a path: the page, its content alone, the stream of
// events, or a file.
func (l *Live) part(at string) (part, bool) {
	rest, ok := strings.CutPrefix(at, "/live/")
	if !ok {
		return nil, false
	}
	key, name, ok := strings.Cut(rest, "/")
	if !ok || l.Key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(l.Key)) != 1 {
		return nil, false
	}
	switch name {
	case "":
		return l.show("page"), true
	case "main":
		return l.show("content"), true
	case "changes":
		return l.stream, true
	case "live.css", "live.js", "icon.svg":
		return file(name), true
	}
	return nil, false
}

// show serves a template of the page, whole or not at all.
func (l *Live) show(name string) part {
	return func(w http.ResponseWriter, r *http.Request) error {
		content, err := l.read(r.Context())
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := l.page.ExecuteTemplate(&out, name, content); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
		_, _ = out.WriteTo(w) // that it did not arrive is no failure of ours
		return nil
	}
}

// file serves one of our own files.
func file(name string) part {
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", types[path.Ext(name)])
		http.ServeFileFS(w, r, files, "static/"+name)
		return nil
	}
}

// read gathers what the page shows at this moment.
func (l *Live) read(ctx context.Context) (*livePage, error) {
	p := &livePage{Product: l.Product.Name, Workspace: l.Workspace.Name, SCIMURL: l.SCIMURL, GroupsOff: l.Product.SCIM.Groups == product.GroupsOff}
	return p, p.fill(ctx, l)
}
