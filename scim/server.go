package scim

import (
	"net/http"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// Limits bound what one request may cost. A zero field takes its default.
type Limits struct {
	MaxBody           int           // bytes of a request body; 4 MiB
	MaxOperations     int           // operations of a PATCH; 1000
	MaxPage           int           // resources on a page; 500
	DefaultPage       int           // resources on a page when the client does not say; 100
	MaxBulkOperations int           // operations of a bulk request; 1000
	MaxBulkBody       int           // bytes of a bulk request; 4 MiB
	Filter            filter.Limits // of filters and paths
	MaxDepth          int           // nesting of a body; 32
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{
		{&l.MaxBody, 4 << 20}, {&l.MaxOperations, 1000}, {&l.MaxPage, 500}, {&l.DefaultPage, 100},
		{&l.MaxBulkOperations, 1000}, {&l.MaxBulkBody, 4 << 20}, {&l.MaxDepth, defaultDepth},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	l.DefaultPage = min(l.DefaultPage, l.MaxPage)
	return l
}

// AuthenticationScheme is one way to authenticate, for /ServiceProviderConfig. RFC 7643 §5.
type AuthenticationScheme struct {
	Type             string // oauth, oauth2, oauthbearertoken, httpbasic, httpdigest
	Name             string
	Description      string
	SpecURI          string
	DocumentationURI string
	Primary          bool
}

// Server is the protocol. It must not be changed after its first use, and is then safe for
// concurrent use.
type Server struct {
	Types                 []*ResourceType
	Limits                Limits
	AuthenticationSchemes []AuthenticationScheme
	DocumentationURI      string
}

// Tenant is what one request acts on.
type Tenant struct {
	// BaseURL is absolute, without a trailing slash: https://host/scim/v2
	BaseURL string
	// Backend gives the backend of a type. Nil switches the type off: it is not listed, reads
	// answer an empty list, writes 501 with OffDetail.
	Backend func(rt *ResourceType) Backend
	// Notes gathers what was tolerated, kept and dropped. May be nil.
	Notes *Notes
	// OffDetail is the reason in the 501 of a type that is switched off.
	OffDetail string
	// Me is the path of the resource behind the credential, "/Users/2819c223", which /Me stands
	// for. "" answers 501. RFC 7644 §3.11.
	Me string
}

// Serve answers one request. path is the part of the URL below the base, "/Users/2819c223"; doubled and
// trailing slashes in it are tolerated. The caller has authenticated the request and chosen the tenant.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, path string, t *Tenant) {
	c := &call{
		s: s, t: t, ctx: r.Context(), limits: s.Limits.withDefaults(),
		method: r.Method, path: segments(path), query: r.URL.RawQuery,
		ifMatch: r.Header.Get("If-Match"), ifNoneMatch: r.Header.Get("If-None-Match"),
	}
	err := c.readBody(r)
	if err == nil {
		err = c.route()
	}
	if err != nil {
		s.WriteError(w, err)
		return
	}
	c.out.write(w, r.Method)
}

// WriteError writes err as a SCIM error: the one place where errors become answers. An error that is
// not an *Error is a 500 that does not give the cause away. Headers such as WWW-Authenticate and Retry-After are the
// caller's to set before. RFC 7644 §3.12.
func (s *Server) WriteError(w http.ResponseWriter, err error) {
	e := errorOf(err)
	if e.allow != "" {
		w.Header().Set("Allow", e.allow)
	}
	a := answer{status: e.Status, body: e.appendJSON(nil)}
	a.write(w, http.MethodGet)
}
