package operator_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/operator"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

var ctx = context.Background()

func now(t *testing.T, w *consoletest.World, slug string) identity.Workspace {
	t.Helper()
	got, err := w.Store.WorkspaceBySlug(ctx, slug)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func says(t *testing.T, a consoletest.Answer, status int, wants ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("status %d, want %d", a.Status, status)
	}
	for _, want := range wants {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestT03_TheVendorUnlocksAFeatureForOneWorkspaceAndItIsWrittenDown(t *testing.T) {
	w := consoletest.New(t, consoletest.Load(t, "trackingtime"), "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	for _, ws := range []identity.Workspace{w.Acme, w.Globex} {
		if err := w.Directory.SetPlan(ctx, ws.ID, "pro", w.Operator); err != nil {
			t.Fatal(err)
		}
	}
	if a := vendor.Post("/operator/workspaces/acme/entitlements", "feature", "sso", "now", "on"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d", a.Status)
	}
	if !w.Directory.Unlocked(now(t, w, "acme"), product.FeatureSSO) || w.Directory.Unlocked(now(t, w, "globex"), product.FeatureSSO) {
		t.Error("it is not unlocked for exactly that workspace")
	}
	changes, err := w.Store.Read(w.Acme.ID).ChangesBefore(ctx, 0, 1)
	if err != nil || len(changes) != 1 || changes[0].Verb != identity.WorkspaceChanged || !strings.HasPrefix(changes[0].Actor, "operator:per_") {
		t.Errorf("the log says %+v, %v", changes, err)
	}
	says(t, vendor.Get("/operator/workspaces/acme"), 200, `<option value="on" selected>`)
	for _, bad := range [][2]string{{"sso", "maybe"}, {"telepathy", "on"}} {
		if a := vendor.Post("/operator/workspaces/acme/entitlements", "feature", bad[0], "now", bad[1]); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v answers %d", bad, a.Status)
		}
	}
	vendor.Post("/operator/workspaces/acme/entitlements", "feature", "sso", "now", "")
	if w.Directory.Unlocked(now(t, w, "acme"), product.FeatureSSO) {
		t.Error("left to the plan, it is still unlocked")
	}
}

func TestW01_ThePlanIsChangedAndCountsAtOnce(t *testing.T) {
	w := consoletest.New(t, consoletest.Load(t, "webwork"), "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	for _, plan := range w.Product.Plans {
		if a := vendor.Post("/operator/workspaces/acme/plan", "plan", plan.Name); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d", plan.Name, a.Status)
		}
		want := plan.Name == "plus" || plan.Name == "premium"
		if got := w.Directory.Unlocked(now(t, w, "acme"), product.FeatureSSO); got != want {
			t.Errorf("on %s single sign-on is unlocked: %v", plan.Name, got)
		}
	}
	if a := vendor.Post("/operator/workspaces/acme/plan", "plan", "gold"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a plan that is none: %d", a.Status)
	}
}

func TestK02_K19_SupportIssuesATokenThatIsShownOnce(t *testing.T) {
	w := consoletest.New(t, consoletest.Load(t, "tracktik"), "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	if a := vendor.Post("/operator/workspaces/acme/tokens", "token_name", "For the Azure portal"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d", a.Status)
	}
	page := vendor.Get("/operator/workspaces/acme")
	secret := regexp.MustCompile(`scim_[A-Za-z0-9_-]{40,}`).FindString(page.Body)
	if _, err := w.Tokens.Check(ctx, token.Credential{Secret: secret}); err != nil {
		t.Fatalf("the token that is shown does not work: %v", err)
	}
	says(t, page, 200, "For the Azure portal", w.SCIMURL("acme"))
	if again := vendor.Get("/operator/workspaces/acme"); strings.Contains(again.Body, secret) {
		t.Error("the token is shown twice")
	}
	all, err := w.Tokens.List(ctx, w.Acme.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if a := vendor.Post("/operator/workspaces/globex/tokens/" + string(all[0].ID) + "/revoke"); a.Status != http.StatusNotFound {
		t.Errorf("under another workspace: %d", a.Status)
	}
	vendor.Post("/operator/workspaces/acme/tokens/" + string(all[0].ID) + "/revoke")
	if _, err := w.Tokens.Check(ctx, token.Credential{Secret: secret}); err == nil {
		t.Error("the token works after it was revoked")
	}
}

func TestAProductWithoutSupportTokensIssuesNone(t *testing.T) {
	w := consoletest.New(t, consoletest.Load(t, "timeneye"), "", operator.Section())
	if a := w.Vendor("vera@vendor.example").Post("/operator/workspaces/acme/tokens", "token_name", "x"); a.Status != http.StatusForbidden {
		t.Errorf("%d", a.Status)
	}
}

func TestTheFirstOwnerGetsALinkThatIsShownOnce(t *testing.T) {
	w := consoletest.New(t, nil, "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	if a := vendor.Post("/operator/workspaces/acme/owner", "address", "olga@acme.example", "name", "Olga Berg"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d", a.Status)
	}
	link := regexp.MustCompile(`http://localhost:\d+/link/[\w-]+`)
	first, second := vendor.Get("/operator/workspaces/acme"), vendor.Get("/operator/workspaces/acme")
	if link.FindString(first.Body) == "" || link.FindString(second.Body) != "" {
		t.Error("the link is not shown exactly once")
	}
	says(t, second, 200, "first owner", "Works")
	says(t, vendor.Post("/operator/workspaces/acme/owner", "address", "nonsense", "name", "X"), http.StatusUnprocessableEntity, `value="nonsense"`)
}

func TestTheVendorMakesNoOwnerBesideOneAndReadsNobodysAddress(t *testing.T) {
	w := consoletest.New(t, nil, "", operator.Section())
	w.Person(w.Acme, "ada@acme.example", "Ada", "Lovelace", "owner")
	if _, err := w.Accounts.Invite(ctx, w.Acme.ID, directory.Newcomer{Address: "secret.person@acme.example"}, w.Operator); err != nil {
		t.Fatal(err)
	}
	vendor := w.Vendor("vera@vendor.example")
	says(t, vendor.Post("/operator/workspaces/acme/owner", "address", "vera@vendor.example", "name", "Vera"), http.StatusConflict, "command line")
	a := vendor.Get("/operator/mails")
	says(t, a, 200, "s…@acme.example")
	if strings.Contains(a.Body, "secret.person") {
		t.Error("the page says whom a workspace has invited")
	}
}

func TestAWorkspaceIsCreatedOnceUnderAnAddress(t *testing.T) {
	w := consoletest.New(t, nil, "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	if a := vendor.Post("/operator/workspaces", "slug", "initech", "name", "Initech"); a.Location != "/operator/workspaces/initech" {
		t.Fatalf("%d %s", a.Status, a.Location)
	}
	says(t, vendor.Post("/operator/workspaces", "slug", "initech", "name", "Again"), http.StatusConflict, `value="Again"`)
	says(t, vendor.Post("/operator/workspaces", "slug", "Bad Slug", "name", "X"), http.StatusUnprocessableEntity, `value="Bad Slug"`)
	says(t, vendor.Get("/operator?q=init"), 200, "Initech")
	if a := vendor.Get("/operator?q=init"); strings.Contains(a.Body, "Globex") {
		t.Error("the filter lets others through")
	}
}

func TestTheOperatorsPagesAreForOperators(t *testing.T) {
	w := consoletest.New(t, nil, "", operator.Section())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	for _, r := range w.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{workspace}", "acme", "{token}", "x", "{link}", "x").Replace(path)
		a := owner.Get(path)
		if method == http.MethodPost {
			a = owner.Post(path)
		}
		if a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", r.Pattern, a.Status)
		}
	}
}

func TestTheOperatorsPagesAreGoodToLookAt(t *testing.T) {
	w := consoletest.New(t, consoletest.Load(t, "tracktik"), "", operator.Section())
	vendor := w.Vendor("vera@vendor.example")
	vendor.Post("/operator/workspaces/acme/tokens", "token_name", "For the Azure portal")
	b := vendor.Browser()
	for path, name := range map[string]string{"": "workspaces", "/workspaces/acme": "workspace", "/product": "product", "/mails": "mails"} {
		w.Look(b, "/operator"+path, "operator-"+name)
	}
}
