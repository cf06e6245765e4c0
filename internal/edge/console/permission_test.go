package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// refused is what the gate says to a role that lacks the right.
const refused = "Your role does not allow this."

// walker sends what a route is for, with ids that nothing has.
var walker = strings.NewReplacer("{workspace}", "acme", "{$}", "")

func pathOf(r *frame.Route, slug string) (method, path string) {
	method, path, _ = strings.Cut(r.Pattern, " ")
	parts := strings.Split(walker.Replace(path), "/")
	for i, p := range parts {
		switch {
		case p == "acme":
			parts[i] = slug
		case strings.HasPrefix(p, "{"):
			parts[i] = "none"
		}
	}
	return method, strings.Join(parts, "/")
}

// try sends a request to a route; for one that reads, HEAD is enough to know and
// ends streams at once.
func try(v *consoletest.Visitor, method, path string) consoletest.Answer {
	if method == http.MethodPost {
		return v.Post(path)
	}
	a := v.Head(path)
	if a.Status == http.StatusForbidden {
		return v.Get(path)
	}
	return a
}

func TestEveryRouteLetsInEveryRoleThatTheTableAllowsAndNoOther(t *testing.T) {
	for _, name := range []string{"trackingtime", "timeneye", "tracktik", "webwork", "platform"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := consoletest.Load(t, name)
			w := consoletest.New(t, p, "", console.Sections()...)
			unlockAll(t, w, w.Acme)
			unlockAll(t, w, w.Globex)
			foreign := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", ownerOf(p))
			for _, role := range p.Roles.Catalogue {
				v := w.Person(w.Acme, role.Name+"@acme.example", "One", role.Title, role.Name)
				for _, r := range w.Routes() {
					if r.Gate == frame.InWorkspace {
						checkRoute(t, w, v, &role, &r)
					}
				}
			}
			for _, r := range w.Routes() {
				if r.Gate != frame.InWorkspace {
					continue
				}
				method, path := pathOf(&r, "acme")
				if a := try(foreign, method, path); a.Status != http.StatusNotFound {
					t.Errorf("%s as another workspace's owner: %d", r.Pattern, a.Status)
				}
				if a := try(w.Stranger(), method, path); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/login") {
					t.Errorf("%s as nobody: %d %s", r.Pattern, a.Status, a.Location)
				}
			}
		})
	}
}

func checkRoute(t *testing.T, w *consoletest.World, v *consoletest.Visitor, role *product.Role, r *frame.Route) {
	t.Helper()
	method, path := pathOf(r, "acme")
	if strings.Contains(r.Pattern, "deactivate") || strings.Contains(r.Pattern, "/leave") {
		path = strings.Replace(path, "none", "mem_none", 1)
	}
	a := try(v, method, path)
	may := r.Lets(func(a access.Action) bool { return access.Allowed(*role, a) })
	if is := a.Status == http.StatusForbidden && strings.Contains(a.Body, refused); is == may {
		t.Errorf("%s as %s: %d; the table says %v", r.Pattern, role.Name, a.Status, may)
	}
	if a.Status >= http.StatusInternalServerError {
		t.Errorf("%s as %s: %d", r.Pattern, role.Name, a.Status)
	}
	method, path = pathOf(r, "globex")
	if a := try(v, method, path); a.Status != http.StatusNotFound {
		t.Errorf("%s in a foreign workspace as %s: %d", r.Pattern, role.Name, a.Status)
	}
}

func unlockAll(t *testing.T, w *consoletest.World, ws identity.Workspace) {
	t.Helper()
	on := true
	for _, f := range product.Features() {
		if err := w.Directory.SetEntitlement(t.Context(), ws.ID, f, &on, w.Operator); err != nil {
			t.Fatal(err)
		}
	}
}

func ownerOf(p *product.Product) string {
	i := slices.IndexFunc(p.Roles.Catalogue, func(r product.Role) bool { return r.Owner })
	return p.Roles.Catalogue[i].Name
}

func TestWhatThePlanLocksIsLockedOnEveryRouteOfTheFeature(t *testing.T) {
	p := consoletest.Load(t, "trackingtime")
	w := consoletest.New(t, p, "", console.Sections()...)
	off := false
	for _, f := range product.Features() {
		if err := w.Directory.SetEntitlement(t.Context(), w.Acme.ID, f, &off, w.Operator); err != nil {
			t.Fatal(err)
		}
	}
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", ownerOf(p))
	for _, r := range w.Routes() {
		if r.Gate != frame.InWorkspace || r.Feature == "" {
			continue
		}
		method, path := pathOf(&r, "acme")
		a := owner.Get(path)
		if method == http.MethodPost {
			if a = owner.Post(path); a.Status != http.StatusForbidden {
				t.Errorf("%s: %d", r.Pattern, a.Status)
			}
		}
		if !strings.Contains(a.Body, "is not part of your plan") {
			t.Errorf("%s is not locked: %d", r.Pattern, a.Status)
		}
	}
}

func TestEveryFormIsRefusedWhenItComesFromAnotherSite(t *testing.T) {
	w := consoletest.New(t, nil, "", console.Sections()...)
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	for _, r := range w.Routes() {
		method, path := pathOf(&r, "acme")
		if method != http.MethodPost || r.Foreign {
			continue
		}
		if a := owner.Forged(path); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "sent from another site") {
			t.Errorf("%s: %d", r.Pattern, a.Status)
		}
	}
}
