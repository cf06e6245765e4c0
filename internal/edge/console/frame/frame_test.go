package frame_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// probe is a section with one route behind each gate.
func probe() frame.Section {
	say := func(word string) func(*frame.Request) error {
		return func(q *frame.Request) error {
			_, err := q.W.Write([]byte(word + " " + q.Workspace.Name))
			return err
		}
	}
	return frame.Section{Name: "probe", Routes: []frame.Route{
		{Pattern: "GET /open", Gate: frame.Public, Serve: say("open")},
		{Pattern: "GET /login", Gate: frame.Public, Serve: say("login")},
		{Pattern: "GET /own", Gate: frame.SignedIn, Serve: say("own")},
		{Pattern: "GET /operator", Gate: frame.Operator, Serve: say("operator")},
		{Pattern: "GET /w/{workspace}/members", Gate: frame.InWorkspace, Action: access.ViewMembers, Serve: say("members of")},
		{Pattern: "GET /w/{workspace}/domains", Gate: frame.InWorkspace, Action: access.ViewDomains, Feature: product.FeatureDomains, Serve: say("domains of")},
		{Pattern: "POST /w/{workspace}/domains", Gate: frame.InWorkspace, Action: access.ChangeDomains, Feature: product.FeatureDomains, Serve: say("changed domains of")},
		{Pattern: "GET /w/{workspace}/seldom", Gate: frame.InWorkspace, Action: access.ViewMembers, Feature: product.FeatureDomains,
			For: func(p *product.Product) bool { return p.SCIM.Groups != product.GroupsOff }, Serve: say("seldom of")},
		{Pattern: "GET /w/{workspace}/both", Gate: frame.InWorkspace, Action: access.ViewMembers, Serve: func(q *frame.Request) error {
			if !q.Unlocked(product.FeatureDomains) {
				return q.ShowLocked(product.FeatureDomains)
			}
			return say("both of")(q)
		}},
		{Pattern: "GET /broken", Gate: frame.Public, Serve: func(*frame.Request) error {
			return &identity.Error{Kind: identity.Internal, Msg: "secret cause"}
		}},
		{Pattern: "GET /panics", Gate: frame.Public, Serve: func(q *frame.Request) error { return q.Render(frame.Page{Template: q.Part("")[9:]}) }},
		{Pattern: "GET /notice", Gate: frame.Public, Serve: func(q *frame.Request) error { return q.Redirect("/w/acme/missing", "It is done.") }},
		{Pattern: "GET /hand", Gate: frame.SignedIn, Serve: func(q *frame.Request) error { q.ShowOnce("token", "s3cret"); return q.Redirect("/take", "") }},
		{At: func(p *product.Product) string { return "GET " + p.SignIn.SlugPath }, Gate: frame.Public, Serve: say("asked at")},
		{Pattern: "POST /answer", Foreign: true, Gate: frame.Public, Serve: func(q *frame.Request) error {
			q.Bind("b1nd", time.Minute)
			_, err := fmt.Fprintf(q.W, "bound %q, crossed %v, hinted %v", q.Bound(), q.Crossed(), q.Hinted())
			return err
		}},
		{Pattern: "GET /take", Gate: frame.SignedIn, Serve: func(q *frame.Request) error { _, err := q.W.Write([]byte("[" + q.Once("token") + "]")); return err }},
	}}
}

func TestEachGateLetsInWhoItIsForAndNobodyElse(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	other := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	member := w.Person(w.Acme, "mia@acme.example", "Mia", "Berg", "member")
	vendor, stranger := w.Vendor("vera@vendor.example"), w.Stranger()
	for _, c := range []struct {
		who    string
		v      *consoletest.Visitor
		path   string
		status int
		to     string
	}{
		{"a stranger", stranger, "/open", 200, ""}, {"a stranger", stranger, "/own", 303, "/login?to=%2Fown"},
		{"a stranger", stranger, "/operator", 303, "/login?to=%2Foperator"}, {"a stranger", stranger, "/w/acme/members", 303, "/login?to=%2Fw%2Facme%2Fmembers"},
		{"a stranger", stranger, "/w/nowhere/members", 303, "/login?to=%2Fw%2Fnowhere%2Fmembers"},
		{"an owner", owner, "/own", 200, ""}, {"an owner", owner, "/operator", 404, ""}, {"an owner", owner, "/w/acme/members", 200, ""},
		{"an owner", owner, "/w/globex/members", 404, ""}, {"an owner", owner, "/w/nowhere/members", 404, ""}, {"an owner", owner, "/w/acme/missing", 404, ""},
		{"another owner", other, "/w/acme/members", 404, ""}, {"another owner", other, "/w/globex/members", 200, ""},
		{"a member", member, "/w/acme/members", 403, ""},
		{"an operator", vendor, "/operator", 200, ""}, {"an operator", vendor, "/own", 200, ""}, {"an operator", vendor, "/w/acme/members", 404, ""},
	} {
		a := c.v.Get(c.path)
		if a.Status != c.status || a.Location != c.to {
			t.Errorf("%s at %s: %d %s, want %d %s", c.who, c.path, a.Status, a.Location, c.status, c.to)
		}
	}
}

func TestWhatIsForeignAndWhatIsMissingLookTheSame(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	reference := regexp.MustCompile(`req_\w+`)
	foreign, missing := owner.Get("/w/globex/members"), owner.Get("/w/no-such/members")
	if a, b := reference.ReplaceAllString(foreign.Body, ""), reference.ReplaceAllString(missing.Body, ""); a != b || strings.Contains(a, "Globex") {
		t.Errorf("another workspace answers %q, none answers %q", a, b)
	}
}

func TestT02_ALockedPageSaysWhatUnlocksItAndAPlanUnlocksItWithoutARestart(t *testing.T) {
	p := consoletest.Load(t, "trackingtime")
	w := consoletest.New(t, p, "", probe())
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", ownerOf(p))
	at := t.Context()
	if err := w.Directory.SetPlan(at, w.Acme.ID, "pro", w.Operator); err != nil {
		t.Fatal(err)
	}
	a := admin.Get("/w/acme/domains")
	for _, want := range []string{"is not part of your plan", "Business", "get in touch", p.Contact.URL} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the locked page does not say %q", want)
		}
	}
	if a := admin.Post("/w/acme/domains"); a.Status != http.StatusForbidden || strings.Contains(a.Body, "changed") {
		t.Errorf("a locked form answers %d", a.Status)
	}
	if err := w.Directory.SetPlan(at, w.Acme.ID, "business", w.Operator); err != nil {
		t.Fatal(err)
	}
	if a := admin.Get("/w/acme/domains"); a.Body != "domains of Acme" {
		t.Errorf("unlocked, it answers %d %q", a.Status, a.Body)
	}
}

func TestAnAddressThatAProductDoesNotHaveIsNotThereWhateverThePlan(t *testing.T) {
	for groups, status := range map[product.Groups]int{product.GroupsOff: http.StatusNotFound, product.GroupsGroups: http.StatusOK} {
		p := consoletest.Load(t, "trackingtime")
		p.SCIM.Groups = groups
		w := consoletest.New(t, p, "", probe())
		admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", ownerOf(p))
		if err := w.Directory.SetPlan(t.Context(), w.Acme.ID, "pro", w.Operator); err != nil {
			t.Fatal(err)
		}
		a := admin.Get("/w/acme/seldom")
		if a.Status != status || strings.Contains(a.Body, "is not part of your plan") != (status == http.StatusOK) {
			t.Errorf("groups %s: %d %s", groups, a.Status, a.Body)
		}
		listed := false
		for _, r := range w.Routes() {
			listed = listed || strings.HasSuffix(r.Pattern, "/seldom")
		}
		if listed != (status == http.StatusOK) {
			t.Errorf("groups %s: the route is listed: %v", groups, listed)
		}
	}
}

func TestAPageShowsByItselfWhatUnlocksAPartOfIt(t *testing.T) {
	p := consoletest.Load(t, "trackingtime")
	w := consoletest.New(t, p, "", probe())
	admin := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", ownerOf(p))
	for plan, want := range map[string]string{"pro": "Verified domains is not part of your plan", "business": "both of Acme"} {
		if err := w.Directory.SetPlan(t.Context(), w.Acme.ID, plan, w.Operator); err != nil {
			t.Fatal(err)
		}
		if a := admin.Get("/w/acme/both"); a.Status != http.StatusOK || !strings.Contains(a.Body, want) {
			t.Errorf("%s: %d, without %q", plan, a.Status, want)
		}
	}
}

func ownerOf(p *product.Product) string {
	for _, r := range p.Roles.Catalogue {
		if r.Owner {
			return r.Name
		}
	}
	return ""
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	if a := owner.Forged("/w/acme/domains"); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "sent from another site") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := owner.Post("/w/acme/domains"); a.Status != http.StatusOK {
		t.Errorf("our own form: %d", a.Status)
	}
}

func TestAFormFromAProvidersSiteReachesWhatTakesSuchForms(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	v := w.Stranger()
	a := v.Forged("/answer")
	if a.Status != http.StatusOK || a.Body != `bound "", crossed true, hinted false` {
		t.Errorf("the first: %d %s", a.Status, a.Body)
	}
	for _, c := range a.Header["Set-Cookie"] {
		if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
			t.Errorf("in clear the cookie is %s", c)
		}
	}
	if a := v.Post("/answer"); a.Body != `bound "b1nd", crossed false, hinted true` {
		t.Errorf("the second: %s", a.Body)
	}
}

func TestTheCookiesThatAProvidersFormHasToBringAreMarkedForItWhereThereIsTLS(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	c := w.Config
	c.BaseURL = "https://id.example.com"
	app, err := frame.New(c, probe())
	if err != nil {
		t.Fatal(err)
	}
	out := httptest.NewRecorder()
	app.ServeHTTP(out, httptest.NewRequest(http.MethodPost, "/answer", nil))
	for _, c := range out.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteNoneMode || c.MaxAge != 60 {
			t.Errorf("the cookie is %s", c)
		}
	}
	if len(out.Result().Cookies()) != 2 || strings.Contains(out.Body.String(), "crossed true") {
		t.Errorf("%v: %s", out.Header(), out.Body)
	}
}

func TestT10_AProductSaysThePathOfAPageAndNotOneThatIsTaken(t *testing.T) {
	p := consoletest.Load(t, "trackingtime")
	w := consoletest.New(t, p, "", probe())
	if a := w.Stranger().Get("/vue/sso"); a.Status != http.StatusOK || !w.Claims(httptest.NewRequest(http.MethodGet, "/vue/sso", nil)) {
		t.Errorf("%d", a.Status)
	}
	c := w.Config
	taken := *p
	taken.SignIn.SlugPath, c.Product = "/open", &taken
	if _, err := frame.New(c, probe()); err == nil || !strings.Contains(err.Error(), "GET /open") {
		t.Errorf("a path that is taken: %v", err)
	}
}

func TestACauseIsNeverShown(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	for _, path := range []string{"/broken", "/panics"} {
		a := w.Stranger().Get(path)
		if a.Status != http.StatusInternalServerError || strings.Contains(a.Body, "secret cause") || strings.Contains(a.Body, "runtime") || !strings.Contains(a.Body, a.Header.Get("X-Request-Id")) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func TestAnOldAddressOfAWorkspaceLeadsOn(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	w.Rename(w.Acme, "acme-corp")
	a := owner.Get("/w/acme/members?tab=pending")
	if a.Status != http.StatusSeeOther || a.Location != "/w/acme-corp/members?tab=pending" {
		t.Errorf("%d %s", a.Status, a.Location)
	}
}

func TestANoticeIsShownOnceAndASecretToItsSessionOnly(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	owner.Get("/notice")
	if first, second := owner.Get("/w/acme/missing"), owner.Get("/w/acme/missing"); !strings.Contains(first.Body, "It is done.") || strings.Contains(second.Body, "It is done.") {
		t.Error("the notice is not shown exactly once")
	}
	owner.Get("/hand")
	if first, second := owner.Get("/take"), owner.Get("/take"); first.Body != "[s3cret]" || second.Body != "[]" {
		t.Errorf("shown %s and %s", first.Body, second.Body)
	}
	owner.Get("/hand")
	thief := w.Person(w.Acme, "theo@acme.example", "Theo", "Thief", "member")
	at, err := url.Parse(w.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range owner.Client.Jar.Cookies(at) {
		if c.Name == "once" {
			thief.Client.Jar.SetCookies(at, []*http.Cookie{{Name: "once", Value: c.Value, Path: "/"}})
		}
	}
	if a := thief.Get("/take"); a.Body != "[]" {
		t.Errorf("another session reads the secret: %s", a.Body)
	}
}

func TestEveryAnswerForbidsWhatPagesDoNotNeed(t *testing.T) {
	w := consoletest.New(t, nil, "", probe())
	for _, path := range []string{"/open", "/w/acme/missing", "/w/acme/members", "/assets/console.css"} {
		h := w.Stranger().Get(path).Header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || h.Get("X-Frame-Options") != "DENY" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestNobodyIsLedElsewhere(t *testing.T) {
	for to, want := range map[string]string{
		"/w/acme/": "/w/acme/", "/w/acme/members?q=a b": "/w/acme/members?q=a b", "": "/", "https://evil.example": "/", "//evil.example": "/",
		"/\\evil.example": "/", "javascript:alert(1)": "/", "w/acme": "/", "/a\r\nSet-Cookie: x": "/", "/\t/evil.example": "/",
	} {
		if got := frame.Inside(to); got != want {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}
