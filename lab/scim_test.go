package lab_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/scim"
)

// newMemory is package scim's own handler on its memory backend.
func newMemory() http.Handler {
	backends := map[string]scim.Backend{}
	for _, rt := range []*scim.ResourceType{scim.UserType(), scim.GroupType()} {
		backends[rt.Name] = scim.NewMemory(rt)
	}
	return &scim.Handler{Backends: backends, Prefix: "/scim/v2", InsecureNoAuthentication: true}
}

// newHandler starts it.
func newHandler(t *testing.T) lab.Target {
	t.Helper()
	srv := httptest.NewServer(newMemory())
	t.Cleanup(srv.Close)
	return lab.Target{URL: srv.URL + "/scim/v2"}
}

// provider is what Entra and Okta have in common.
type provider interface {
	TestConnection(context.Context) error
	Cycle(context.Context) (*lab.Summary, error)
	Compare(context.Context) (*lab.Comparison, error)
}

func TestEveryProviderConvergesOnOurOwnServer(t *testing.T) {
	entra := func(opt lab.EntraOptions) func(*lab.Directory, lab.Target) provider {
		return func(d *lab.Directory, to lab.Target) provider { return lab.NewEntra(d, to, opt) }
	}
	okta := func(opt lab.OktaOptions) func(*lab.Directory, lab.Target) provider {
		return func(d *lab.Directory, to lab.Target) provider { return lab.NewOkta(d, to, opt) }
	}
	for name, make := range map[string]func(*lab.Directory, lab.Target) provider{
		"entra":             entra(lab.EntraOptions{}),
		"entra workers":     entra(lab.EntraOptions{Workers: 8, MemberBatch: 3, ProbeMembers: true}),
		"entra flag":        entra(lab.EntraOptions{OptSCIM062020: true, Workers: 4}),
		"entra timeneye":    entra(lab.EntraOptions{Mapping: lab.TimeneyeMapping(), FlatCore: true}),
		"okta catalogue":    okta(lab.OktaOptions{Workers: 4}),
		"okta custom":       okta(lab.OktaOptions{Custom: true}),
		"okta no group box": okta(lab.OktaOptions{NoGroups: true}),
	} {
		t.Run(name, func(t *testing.T) {
			d := lab.Generate(11, 60, 8)
			p := make(d, newHandler(t))
			if err := p.TestConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			mustSync(t, p)
			for i, change := range story(d) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, p)
			}
		})
	}
}

func TestASecondProviderTakesOverWhatTheFirstLeft(t *testing.T) {
	d, to := lab.Generate(12, 40, 5), newHandler(t)
	mustSync(t, lab.NewEntra(d, to, lab.EntraOptions{Workers: 4}))
	again := mustSync(t, lab.NewEntra(d, to, lab.EntraOptions{Workers: 4}))
	if again.Did["matched"] != 40 || again.Did["created"] != 0 || again.Did["groups matched"] != 5 {
		t.Errorf("a fresh Entra did not match what was there:\n%s", again)
	}
	taken := mustSync(t, lab.NewOkta(d, to, lab.OktaOptions{}))
	if taken.Did["created"] != 0 || taken.Did["groups created"] != 0 {
		t.Errorf("Okta created what was there:\n%s", taken)
	}
}
