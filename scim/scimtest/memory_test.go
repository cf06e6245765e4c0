package scimtest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// newHandler is package scim's own handler on its memory backend.
func newHandler() http.Handler {
	backends := map[string]scim.Backend{}
	for _, rt := range []*scim.ResourceType{scim.UserType(), scim.GroupType()} {
		backends[rt.Name] = scim.NewMemory(rt)
	}
	h := &scim.Handler{Backends: backends, Prefix: "/scim/v2", Authenticate: func(r *http.Request) error {
		header := r.Header.Get("Authorization")
		if user, password, ok := r.BasicAuth(); header == "secret" || strings.EqualFold(header, "Bearer secret") || ok && user == "acme" && password == "secret" {
			return nil
		}
		return errors.New("wrong token")
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "1")
		h.ServeHTTP(w, r)
	})
}

// serve starts a handler.
func serve(t *testing.T, h http.Handler) scimtest.Target {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return scimtest.Target{URL: srv.URL + "/scim/v2/", Token: "secret", User: "acme", Password: "secret", Strict: true}
}

// beyondMemory are cases that scim.Memory leaves to real backends: it keeps
// users and groups apart and sets no defaults.
func beyondMemory() map[string]bool {
	return map[string]bool{
		"create-active-default": true, "member-deleted": true, "member-unknown-shown": true,
		"member-replace-unknown": true, "member-user-groups": true,
	}
}

func TestTheSuitePassesOnTheMemoryBackend(t *testing.T) {
	target := serve(t, newHandler())
	target.Only = func(c scimtest.Case) bool { return !beyondMemory()[c.ID] }
	target.OnResult = func(r scimtest.Result) {
		if r.Outcome == scimtest.NotApplicable && r.Case.Needs&scimtest.NoGroups == 0 {
			t.Errorf("%s did not apply", r.Case.ID)
		}
	}
	scimtest.Run(t, target)
}
