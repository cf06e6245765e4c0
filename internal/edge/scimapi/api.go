// Package scimapi is the edge at which a customer's directory pushes people and
// groups over SCIM 2.0. It authenticates, finds the workspace, hands the
// request to package scim, and records what came of it; what the request means
// is decided in package directory.
package scimapi

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/scim"
)

// RequestIDHeader carries the id under which a request stands in the
// provisioning log and in the change log (P08).
const RequestIDHeader = "X-Request-Id"

// Config is what the edge is made of.
type Config struct {
	Store     *store.Store
	Directory *directory.Service
	Tokens    *token.Service
	Product   *product.Product
	// BaseURL is the public address, without a trailing slash: https://id.example.com.
	// "" takes it from each request, which is fit for development only.
	BaseURL string
	// Proxies are the networks whose word is taken for a request's client, host and TLS.
	Proxies web.Proxies
	// InFlight bounds the requests of one workspace that are worked on at once;
	// more wait for their turn, and after Patience are told to come back. 0
	// means 256 and 10 seconds.
	InFlight int
	Patience time.Duration
	// Reading is how long a client may take to read an answer, and as long again
	// for every 4 MiB of it; then the connection is cut. As long it may take to send
	// a large body. 0 means 30 seconds.
	Reading time.Duration
	Log     *slog.Logger
	Limits  scim.Limits
}

// API is the edge as an http.Handler. It answers below the product's prefix.
type API struct {
	Config
	server scim.Server
	routes []route
	gates  gates
	bodies gates  // those with a large body
	large  queue  // those whose large body is in, of all workspaces
	unread unread // large answers on their way
}

const (
	largeBody   = 64 << 10 // bytes; what is decoded takes a multiple
	largeBodies = 4        // worked on at once; and as many of one workspace come in
	maxBody     = 1 << 20  // a group of ten thousand members in one request
)

// New makes the edge.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.InFlight <= 0 {
		c.InFlight = 256
	}
	if c.Patience <= 0 {
		c.Patience = 10 * time.Second
	}
	if c.Reading <= 0 {
		c.Reading = 30 * time.Second
	}
	if c.Limits.MaxBody == 0 {
		c.Limits.MaxBody = maxBody
	}
	if c.Limits.MaxBulkBody == 0 {
		c.Limits.MaxBulkBody = maxBody
	}
	a := &API{Config: c, bodies: gates{room: largeBodies}, large: make(queue, largeBodies), routes: routesOf(c.Product), gates: gates{room: c.InFlight}}
	a.server = scim.Server{
		Types:  []*scim.ResourceType{c.Directory.UserType(), c.Directory.GroupType()},
		Limits: c.Limits,
		AuthenticationSchemes: []scim.AuthenticationScheme{
			{Type: "oauthbearertoken", Name: "Bearer token", Description: "The SCIM token of the workspace in the Authorization header: Bearer TOKEN.", SpecURI: "https://www.rfc-editor.org/info/rfc6750", Primary: true},
			{Type: "httpbasic", Name: "User name and password", Description: "The connection's user name and password by HTTP Basic.", SpecURI: "https://www.rfc-editor.org/info/rfc7617"},
		},
	}
	return a
}

// exchange is one request on its way through the pipeline.
type exchange struct {
	place
	w     *recorder
	r     *http.Request
	log   identity.Request
	token identity.Token
	ws    identity.WorkspaceID // "" until it is known
	notes scim.Notes
	leave []func() // gives back the places that the request holds

	unread int64 // bytes of the answer, when it is a large one
}

func (x *exchange) release() {
	for _, leave := range x.leave {
		leave()
	}
	x.leave = nil
}

// ServeHTTP runs the pipeline: authenticate, bind the workspace, limit, decode
// and act, record. It is one place so that no request can miss a step.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := a.Store.Now()
	x := &exchange{w: &recorder{ResponseWriter: w}, r: r}
	x.w.begin = func() bool { return a.begin(x) }
	x.log = identity.Request{
		ID: identity.NewRequestID(now), At: now, Method: r.Method, Path: shown(r), Agent: directory.OneLine(r.UserAgent()), Remote: a.Proxies.Client(r).String(), ClientID: clientID(r.Header),
	}
	w.Header()[RequestIDHeader] = []string{string(x.log.ID)}
	defer a.record(x)
	defer a.letGo(x)
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("panic", "request", x.log.ID, "panic", p, "stack", string(debug.Stack()))
			a.fail(x, errors.New("panic"))
		}
	}()
	if err := a.serve(x); err != nil {
		a.fail(x, err)
	}
}

func (a *API) serve(x *exchange) error {
	at, ok := a.find(x.r)
	if !ok {
		return &scim.Error{Status: http.StatusNotFound, Detail: "there is no SCIM service at this address; the base URL ends in " + a.Product.SCIM.Prefix}
	}
	x.place = at
	if err := a.authenticate(x); err != nil {
		return err
	}
	if a.unread.full(x.ws) {
		return errUnread
	}
	leave, err := a.gates.enter(x.r.Context(), x.ws, a.Patience)
	if err != nil {
		return err
	}
	x.leave = append(x.leave, leave)
	defer x.release()
	if err := a.readBody(x); err != nil {
		return err
	}
	a.server.Serve(x.w, x.r, x.path, a.tenant(x))
	return nil
}

// begin is called when the work is done and the answer is to be written: who
// reads slowly keeps no place from others, and not for ever. False means that
// there is no room for the answer, and another was given instead of it.
func (a *API) begin(x *exchange) bool {
	size, _ := strconv.ParseInt(x.w.Header().Get("Content-Length"), 10, 64)
	if !a.hold(x, size) {
		x.w.drop()
		a.fail(x, errUnread)
		return false
	}
	x.release()
	x.w.deadline(time.Now().Add(a.Reading + time.Duration(float64(a.Reading)*float64(size)/(4<<20))))
	return true
}

// authenticate finds the token and with it the workspace, which must be the one
// that the address names, if it names one.
func (a *API) authenticate(x *exchange) error {
	ctx := x.r.Context()
	if x.slug != "" {
		if w, err := a.Store.WorkspaceBySlug(ctx, x.slug); err == nil {
			x.ws = w.ID
		} else if identity.KindOf(err) != identity.NotFound {
			return err
		}
	}
	c, err := token.ParseAuthorization(x.r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	t, err := a.Tokens.Check(ctx, c)
	if t.ID != "" && (x.slug == "" || x.ws == t.Workspace) {
		x.ws, x.token, x.log.Actor = t.Workspace, t, "token:"+string(t.ID)
	}
	switch {
	case err != nil:
		return err
	case x.token.ID == "":
		return identity.Errorf(identity.Unauthenticated, "", "the SCIM token is not one of the workspace that this address names; check that address and token come from the same page")
	}
	a.Tokens.Used(t, x.log.Remote)
	return nil
}

// readBody takes the body in, as far as it may be read at all, and notes which
// attributes it names.
func (a *API) readBody(x *exchange) error {
	if x.r.Body == nil || x.r.Body == http.NoBody {
		return nil
	}
	body, err := a.bytesOf(x)
	if err != nil {
		return err
	}
	x.log.Sent = outline(body)
	x.r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// bytesOf reads a body. A large one comes in at one of its workspace's places and
// in its time, and takes a place from others when it is in.
func (a *API) bytesOf(x *exchange) ([]byte, error) {
	limit := int64(max(a.Limits.MaxBody, a.Limits.MaxBulkBody)) + 1
	if n := x.r.ContentLength; 0 <= n && n <= largeBody {
		return readAll(x.r.Body, limit)
	}
	leave, err := a.bodies.enter(x.r.Context(), x.ws, a.Patience)
	if err != nil {
		return nil, err
	}
	x.leave = append(x.leave, leave)
	x.w.mustRead(time.Now().Add(a.Reading))
	body, err := readAll(x.r.Body, limit)
	if err != nil {
		return nil, err
	}
	x.w.mustRead(time.Time{})
	if leave, err = a.large.enter(x.r.Context(), a.Patience); err != nil {
		return nil, err
	}
	x.leave = append(x.leave, leave)
	return body, nil
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return nil, scim.BadRequest("invalidSyntax", "the body could not be read to its end; send it again")
	}
	return body, nil
}

func (a *API) tenant(x *exchange) *scim.Tenant {
	base := a.base(x)
	caller := directory.Caller{
		BaseURL: base, Workspace: x.ws, Connection: x.token.Connection, Notes: &x.notes,
		Origin: identity.Origin{Actor: identity.Actor{Kind: identity.ActorToken, ID: string(x.token.ID)}, Source: "scim", RequestID: x.log.ID, At: x.log.At},
	}
	if s := success(x); s != 0 {
		x.log.Status = s
		caller.Request = &x.log
	}
	return &scim.Tenant{
		BaseURL: base, Notes: &x.notes, OffDetail: a.Product.SCIM.GroupsOffDetail,
		Backend: func(rt *scim.ResourceType) scim.Backend {
			switch {
			case rt.Name == "User":
				return users{a.Directory.People(caller)}
			case a.Product.SCIM.Groups != product.GroupsOff:
				return groups{a.Directory.Groups(caller)}
			}
			return nil
		},
	}
}

// success is the status that a single write answers when it succeeds, so that
// its log entry can be part of the write's own commit; 0 for anything else.
func success(x *exchange) int {
	single := strings.HasPrefix(x.path, "/Users") || strings.HasPrefix(x.path, "/Groups")
	switch {
	case !single || strings.Contains(x.path, ".search"):
		return 0
	case x.r.Method == http.MethodPost:
		return http.StatusCreated
	case x.r.Method == http.MethodPut:
		return http.StatusOK
	case x.r.Method == http.MethodDelete:
		return http.StatusNoContent
	case x.r.Method == http.MethodPatch && strings.HasPrefix(x.path, "/Groups") && !x.r.URL.Query().Has("attributes"):
		return http.StatusNoContent
	case x.r.Method == http.MethodPatch:
		return http.StatusOK
	}
	return 0
}

// fail answers with an error, in SCIM's form. Causes stay in our own log.
func (a *API) fail(x *exchange, err error) {
	err = toSCIM(err)
	var se *scim.Error
	if !errors.As(err, &se) || se.Status >= 500 && se.Err != nil {
		a.Log.Error("request failed", "request", x.log.ID, "method", x.log.Method, "path", x.log.Path, "error", err)
	}
	if se != nil && se.Status == http.StatusUnauthorized {
		x.w.Header().Add("WWW-Authenticate", `Bearer realm="scim"`) // RFC 6750 §3
		x.w.Header().Add("WWW-Authenticate", `Basic realm="scim", charset="UTF-8"`)
	}
	if se != nil && (se.Status == http.StatusServiceUnavailable || se.Status == http.StatusTooManyRequests) {
		x.w.Header().Set("Retry-After", "5")
	}
	if !x.w.started {
		a.server.WriteError(x.w, err)
	}
}

// record keeps the request in its workspace's provisioning log. A write that
// succeeded has done so in its own commit; the others' entries ride along with
// the next one.
func (a *API) record(x *exchange) {
	status := x.w.status()
	if x.ws == "" || x.log.Committed && x.log.Status == status {
		return
	}
	entry := x.log
	entry.Status, entry.Duration = status, a.Store.Now().Sub(x.log.At)
	entry.Cause, entry.Detail = x.w.cause()
	entry.Notes = nil
	for _, n := range x.notes {
		entry.Notes = append(entry.Notes, directory.OneLine(n.Text))
	}
	if status == http.StatusUnauthorized && !a.gates.mayRecordStranger(x.ws, entry.At) {
		return
	}
	a.Store.RecordLater(x.ws, entry.ID, status, entry.AppendEntry(make([]byte, 0, 384)))
}

// secrets are query parameters that somebody may put a credential into.
var secrets = regexp.MustCompile(`(?i)((?:^|&)[^=&]*(?:token|password|secret|authorization|api_?key)[^=&]*=)[^&]*`)

// mayHoldSecret is a quick look at the parameters' names, since every look-up has a query.
func mayHoldSecret(query string) bool {
	for parameter := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(parameter, "=")
		name = strings.ToLower(name)
		for _, word := range [...]string{"token", "password", "secret", "authorization", "key"} {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// shown is the request's path and query as the log shows it.
func shown(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return directory.OneLine(r.URL.Path)
	}
	query := r.URL.RawQuery
	if mayHoldSecret(query) {
		query = secrets.ReplaceAllString(query, "${1}…")
	}
	return directory.OneLine(r.URL.Path + "?" + query)
}

// clientID is the directory's own id for a request, so that its audit log and
// ours can be laid side by side (P08).
func clientID(h http.Header) string {
	for _, name := range [...]string{"Client-Request-Id", "X-Ms-Client-Request-Id", "X-Okta-Request-Id", "X-Request-Id", "X-Correlation-Id"} {
		if v := h[name]; len(v) > 0 && v[0] != "" {
			return directory.OneLine(v[0])
		}
	}
	return ""
}
