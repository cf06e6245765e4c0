package settings_test

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/settings"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

var ctx = context.Background()

func world(t *testing.T, name string) *consoletest.World {
	t.Helper()
	var p *product.Product
	if name != "" {
		p = consoletest.Load(t, name)
	}
	return consoletest.New(t, p, "", settings.Section())
}

// roles gives the name of a role that owns, and of one that does not.
func roles(p *product.Product) (owner, other string) {
	for _, r := range p.Roles.Catalogue {
		if r.Owner && owner == "" {
			owner = r.Name
		}
	}
	return owner, p.Roles.Default
}

func contains(t *testing.T, a consoletest.Answer, status int, wants ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("status %d, want %d: %s", a.Status, status, short(a.Body))
	}
	for _, want := range wants {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page does not say %q: %s", want, short(a.Body))
		}
	}
}

func short(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "), " ")
}

func version(n int64) string { return strconv.FormatInt(n, 10) }

func now(t *testing.T, w *consoletest.World, ws identity.Workspace) identity.Workspace {
	t.Helper()
	got, err := w.Store.WorkspaceBySlug(ctx, ws.Slug)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnAdministratorRenamesTheWorkspace(t *testing.T) {
	w := world(t, "")
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	v := now(t, w, w.Acme).Version
	contains(t, owner.Get("/w/acme/settings/workspace"), 200, `value="Acme"`, "General Configurations", version(v))
	if a := owner.Post("/w/acme/settings/workspace", "name", "Acme & Söhne", "version", version(v)); a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, short(a.Body))
	}
	contains(t, owner.Get("/w/acme/settings/workspace"), 200, "Acme &amp; Söhne", "Saved.")
	if got := now(t, w, w.Globex).Name; got != "Globex" {
		t.Errorf("the other workspace is called %s", got)
	}
}

func TestTheSecondOfTwoAdministratorsIsToldAndNothingIsLost(t *testing.T) {
	w := world(t, "")
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	v := version(now(t, w, w.Acme).Version)
	owner.Post("/w/acme/settings/workspace", "name", "First", "version", v)
	contains(t, owner.Post("/w/acme/settings/workspace", "name", "Second", "version", v), http.StatusConflict, "Somebody else saved", `value="Second"`)
	if got := now(t, w, w.Acme).Name; got != "First" {
		t.Errorf("the workspace is called %s", got)
	}
	for _, bad := range []string{"", "x", "-1", "99999999999999999999"} {
		contains(t, owner.Post("/w/acme/settings/workspace", "name", "Third", "version", bad), http.StatusConflict, `value="Third"`)
	}
}

func TestWhatIsTypedWrongComesBackWithWhatIsWrong(t *testing.T) {
	w := world(t, "")
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	v := version(now(t, w, w.Acme).Version)
	for _, name := range []string{"", strings.Repeat("x", 201)} {
		contains(t, owner.Post("/w/acme/settings/workspace", "name", name, "version", v), http.StatusUnprocessableEntity, "one line", `aria-invalid="true"`)
	}
}

func TestK11_NewPeopleGetTheDefaultRegionThatTheAdministratorChose(t *testing.T) {
	w := world(t, "tracktik")
	owner, _ := roles(w.Product)
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", owner)
	page := admin.Get("/w/acme/settings/workspace")
	contains(t, page, 200, "Default Region", "default is HQ")
	field := regexp.MustCompile(`name="(default:[^"]*region)"`).FindStringSubmatch(page.Body)
	if field == nil {
		t.Fatal("there is no field for the region")
	}
	v := version(now(t, w, w.Acme).Version)
	if a := admin.Post("/w/acme/settings/workspace", "name", "Acme", "version", v, field[1], "North"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, short(a.Body))
	}
	if got := now(t, w, w.Acme).Defaults; len(got) != 1 || got[strings.TrimPrefix(field[1], "default:")] != "North" {
		t.Errorf("the defaults are %v", got)
	}
	contains(t, admin.Post("/w/acme/settings/workspace", "name", "Acme", "version", version(now(t, w, w.Acme).Version), "default:salary", "1"), http.StatusUnprocessableEntity, "salary")
}

func TestT22_T28_TheDefaultRoleIsChosenBesideWhatEachRoleMayDo(t *testing.T) {
	w := world(t, "trackingtime")
	owner, first := roles(w.Product)
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", owner)
	page := admin.Get("/w/acme/settings/roles")
	contains(t, page, 200, "Default role", `value="`+first+`" checked`)
	other := ""
	for _, r := range w.Product.Roles.Catalogue {
		if strings.Count(page.Body, r.Hint) == 0 && r.Hint != "" {
			t.Errorf("the hint of %s is not shown", r.Name)
		}
		if !r.Owner && r.Name != first {
			other = r.Name
		}
	}
	mia := w.Person(w.Acme, "mia@acme.example", "Mia", "Berg", first)
	v := version(now(t, w, w.Acme).Version)
	if a := admin.Post("/w/acme/settings/roles/default", "role", other, "version", v); a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, short(a.Body))
	}
	if got := now(t, w, w.Acme).DefaultRole; got != other {
		t.Errorf("the default role is %s", got)
	}
	if roles, err := w.Directory.Effective(ctx, w.Acme.ID, mia.Member.ID); err != nil || len(roles) != 1 || roles[0].Role != first {
		t.Errorf("who was there before has %v now: %v", roles, err)
	}
	v = version(now(t, w, w.Acme).Version)
	for _, bad := range []string{owner, "no-such-role"} {
		if a := admin.Post("/w/acme/settings/roles/default", "role", bad, "version", v); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q as the default answers %d", bad, a.Status)
		}
	}
}

func TestK15_RolesAndSecurityListsTheStaffPortalRoles(t *testing.T) {
	w := world(t, "tracktik")
	owner, _ := roles(w.Product)
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", owner)
	page := admin.Get("/w/acme/settings/roles")
	contains(t, page, 200, "<h1>Roles &amp; Security</h1>", "Staff Portal Roles", "General Configurations")
}

func TestE06_E07_TheListOfTokensSaysWhoIssuedEachAndWhatBecameOfThem(t *testing.T) {
	w := world(t, "timeneye")
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Adams", "admin")
	made, _, err := w.Tokens.Issue(ctx, token.Request{
		Workspace: w.Acme.ID, Kind: identity.TokenPersonal, Name: "SCIM access token",
		Origin: identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(ann.Member.ID)}, Source: "console", At: w.Store.Now()},
	})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, admin.Get("/w/acme/settings/tokens"), 200, "SCIM access token", "Ann Adams", made.Hint, made.Expires.Format("2 Jan 2006"), "personal access token", "Valid")
	m, err := w.Directory.Member(ctx, w.Acme.ID, ann.Member.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.SetRoles(ctx, w.Acme.ID, ann.Member.ID, m.Version, []string{"member"}, w.Operator); err != nil {
		t.Fatal(err)
	}
	contains(t, admin.Get("/w/acme/settings/tokens"), 200, "Ann Adams (no longer admin)", "Valid")
	if m, err = w.Directory.Member(ctx, w.Acme.ID, ann.Member.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.Deactivate(ctx, w.Acme.ID, ann.Member.ID, m.Version, w.Operator); err != nil {
		t.Fatal(err)
	}
	contains(t, admin.Get("/w/acme/settings/tokens"), 200, "Ann Adams ("+w.Product.Words.Inactive+")", "Valid")
}

func TestATokenIsRevokedInItsOwnWorkspaceOnly(t *testing.T) {
	w := world(t, "")
	acme := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	globex := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	made, secret, err := w.Tokens.Issue(ctx, token.Request{Workspace: w.Acme.ID, Name: "Entra", Origin: w.Operator})
	if err != nil {
		t.Fatal(err)
	}
	if a := globex.Post("/w/globex/settings/tokens/" + string(made.ID) + "/revoke"); a.Status != http.StatusNotFound {
		t.Errorf("another workspace's token: %d", a.Status)
	}
	if _, err := w.Tokens.Check(ctx, token.Credential{Secret: secret}); err != nil {
		t.Errorf("the token does not work: %v", err)
	}
	if a := acme.Post("/w/acme/settings/tokens/" + string(made.ID) + "/revoke"); a.Status != http.StatusSeeOther {
		t.Errorf("%d %s", a.Status, short(a.Body))
	}
	contains(t, acme.Get("/w/acme/settings/tokens"), 200, "Revoked")
	if _, err := w.Tokens.Check(ctx, token.Credential{Secret: secret}); err == nil {
		t.Error("the token works on")
	}
	if a := acme.Post("/w/acme/settings/tokens/" + string(made.ID) + "/revoke"); a.Status != http.StatusNotFound {
		t.Errorf("once more: %d", a.Status)
	}
}

func TestE12_SeatsAndPlanCountsWhoTakesASeatAndSaysWhatThePlanUnlocks(t *testing.T) {
	w := world(t, "timeneye")
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	ann := w.Person(w.Acme, "ann@acme.example", "Ann", "Adams", "member")
	contains(t, admin.Get("/w/acme/settings/plan"), 200, "2 seats are taken", "SCIM provisioning", "Locked", "ENTERPRISE")
	m, err := w.Directory.Member(ctx, w.Acme.ID, ann.Member.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory.Deactivate(ctx, w.Acme.ID, ann.Member.ID, m.Version, w.Operator); err != nil {
		t.Fatal(err)
	}
	contains(t, admin.Get("/w/acme/settings/plan"), 200, "1 seat is taken")
}

func TestSettingsAreForWhoManagesThem(t *testing.T) {
	w := world(t, "timeneye")
	mia := w.Person(w.Acme, "mia@acme.example", "Mia", "Berg", "member")
	for _, path := range []string{"workspace", "roles", "tokens", "plan"} {
		if a := mia.Get("/w/acme/settings/" + path); a.Status != http.StatusForbidden {
			t.Errorf("a member sees %s: %d", path, a.Status)
		}
	}
	if a := mia.Post("/w/acme/settings/workspace", "name", "Mine", "version", "1"); a.Status != http.StatusForbidden {
		t.Errorf("a member saves: %d", a.Status)
	}
}

func TestTheSettingsPagesAreGoodToLookAt(t *testing.T) {
	w := world(t, "tracktik")
	owner, _ := roles(w.Product)
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", owner)
	if _, _, err := w.Tokens.Issue(ctx, token.Request{Workspace: w.Acme.ID, Kind: identity.TokenSupport, Name: "For the Azure portal", Origin: w.Operator}); err != nil {
		t.Fatal(err)
	}
	b := admin.Browser()
	for _, page := range []string{"workspace", "roles", "tokens", "plan"} {
		w.Look(b, "/w/acme/settings/"+page, "settings-"+page)
	}
}
