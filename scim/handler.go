package scim

import (
	"errors"
	"net/http"
	"strings"
	"sync"
)

// Handler is a whole SCIM service for one tenant, for the simple case:
//
//	http.Handle("/scim/v2/", &scim.Handler{
//		Prefix:       "/scim/v2",
//		Backends:     map[string]scim.Backend{"User": users},
//		Authenticate: checkToken,
//	})
//
// A service for several tenants calls Server.Serve itself.
type Handler struct {
	// Server is the protocol; nil takes User and Group with the usual limits.
	Server *Server
	// Backends are keyed by resource type name, "User". A type without one is switched off.
	Backends map[string]Backend
	// BaseURL is where clients find the service, https://host/scim/v2, without a trailing slash.
	// When it is empty, the scheme and host are those of each request, which is wrong behind a proxy that ends TLS.
	BaseURL string
	// Prefix is the path in front of the endpoints, "/scim/v2", as it arrives here.
	Prefix string
	// Authenticate says whether a request may pass. Its error is the answer: 401 unless it is an
	// *Error. It is required unless InsecureNoAuthentication is set.
	Authenticate func(*http.Request) error
	// InsecureNoAuthentication lets everybody in.
	InsecureNoAuthentication bool
	// Observe, if set, is called after each request with what was tolerated in it. It is called
	// concurrently.
	Observe func(r *http.Request, notes Notes)

	once  sync.Once
	usual *Server
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := h.server()
	if err := h.authenticate(r); err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="SCIM"`) // RFC 6750 §3
		s.WriteError(w, err)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, h.Prefix)
	if !ok {
		s.WriteError(w, &Error{Status: http.StatusNotFound, Detail: "SCIM is served below " + h.Prefix + "."})
		return
	}
	var notes Notes
	s.Serve(w, r, path, &Tenant{BaseURL: h.base(r), Notes: &notes, Backend: h.backend})
	if h.Observe != nil {
		h.Observe(r, notes)
	}
}

func (h *Handler) server() *Server {
	if h.Server != nil {
		return h.Server
	}
	h.once.Do(func() { h.usual = &Server{Types: []*ResourceType{UserType(), GroupType()}} })
	return h.usual
}

func (h *Handler) backend(rt *ResourceType) Backend { return h.Backends[rt.Name] }

func (h *Handler) authenticate(r *http.Request) error {
	if h.Authenticate == nil {
		if h.InsecureNoAuthentication {
			return nil
		}
		return errors.New("scim: Handler needs Authenticate, or InsecureNoAuthentication")
	}
	err := h.Authenticate(r)
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &Error{Status: http.StatusUnauthorized, Detail: "The credential is missing, wrong or expired. Send a valid one as Authorization: Bearer ...", Err: err}
}

func (h *Handler) base(r *http.Request) string {
	if h.BaseURL != "" {
		return h.BaseURL
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + strings.TrimSuffix(h.Prefix, "/")
}
