package activity_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/activity"
	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
)

const person = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"active":true,"name":{"givenName":"A","familyName":"B"},"userName":`

// refusedRequest is a request that a directory makes, and the rule that refuses it.
type refusedRequest struct {
	what, method, path, body string
	status                   int
	code                     explain.Code
}

// byRule are requests whose refusal needs nothing but them. ID stands for the SCIM
// id of somebody.
func byRule() []refusedRequest {
	patch := func(op string) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + op + `]}`
	}
	return []refusedRequest{
		{"a user name that is in use", "POST", "/Users", person + `"ann@acme.example"}`, 409, explain.ValueTaken},
		{"somebody without a user name", "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`, 400, explain.ValueInvalid},
		{"a filter that cannot be read", "GET", "/Users?filter=" + url.QueryEscape(`userName eqq "x"`), "", 400, explain.FilterInvalid},
		{"a body that is none", "POST", "/Users", `{`, 400, explain.BodyUnreadable},
		{"a path that cannot be", "PATCH", "/Users/ID", patch(`{"op":"replace","path":"nam[e","value":"x"}`), 400, explain.PathInvalid},
		{"an attribute that is read-only", "PATCH", "/Users/ID", patch(`{"op":"replace","path":"id","value":"x"}`), 400, explain.ValueReadOnly},
		{"a value that is not there", "PATCH", "/Users/ID", patch(`{"op":"remove"}`), 400, explain.TargetMissing},
		{"somebody who is not there", "GET", "/Users/nobody", "", 404, explain.ResourceUnknown},
		{"an endpoint that is not there", "GET", "/Robots", "", 404, explain.MethodUnknown},
		{"a method that is not there", "PUT", "/Users", `{}`, 405, explain.MethodUnknown},
	}
}

// newest gives the code on the newest refused request's page, its address, and the
// page.
func newest(t *testing.T, owner *consoletest.Visitor) (code, at, page string) {
	t.Helper()
	if err := owner.Store.Write(ctx, owner.Acme.ID, func(*store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`/activity/requests/(req_\w+)`).FindStringSubmatch(owner.Get("/w/acme/activity?failed=1").Body)
	if id == nil {
		t.Fatal("no request was refused")
	}
	at = "/w/acme/activity/requests/" + id[1]
	page = owner.Get(at).Body
	if found := regexp.MustCompile(`<code>(C\d\d-[0-9A-Z]{5})</code>`).FindStringSubmatch(page); found != nil {
		code = found[1]
	}
	return code, at, page
}

func TestEveryRefusalOfADirectoryHasACodeThatLeadsToItsExplanation(t *testing.T) {
	w := consoletest.New(t, nil, "", activity.Section())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	gus := w.Person(w.Globex, "gus@globex.example", "Gus", "Globex", "owner")
	secret := issue(t, w, w.Acme)
	push(t, w, secret, "POST", "/Users", person+`"ann@acme.example"}`, "")
	ann, _, err := w.Store.Read(w.Acme.ID).MemberByAddress(ctx, "ann@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	leads := map[string]string{}
	check := func(c refusedRequest, secret string) {
		t.Helper()
		if got := push(t, w, secret, c.method, strings.ReplaceAll(c.path, "ID", string(ann.ResourceID)), c.body, ""); got != c.status {
			t.Errorf("%s: %d", c.what, got)
		}
		code, at, page := newest(t, owner)
		leads[code] = at
		rule, _ := explain.Find(c.code)
		if !strings.HasPrefix(code, string(c.code)+"-") || !strings.Contains(page, rule.Source) {
			t.Errorf("%s: the code is %q, not one of %s", c.what, code, c.code)
			return
		}
		if a := gus.Get("/w/globex/activity/explain?code=" + code); a.Status != 422 || !strings.Contains(a.Body, "No such code is kept here") {
			t.Errorf("%s: %s in another workspace: %d", c.what, code, a.Status)
		}
	}
	for _, c := range byRule() {
		check(c, secret)
	}
	mia := person + `"mia@acme.example"}`
	off := func(f product.Feature, on bool) {
		must(t, w.Directory.SetEntitlement(ctx, w.Acme.ID, f, &on, w.Operator))
	}
	off(product.FeatureSCIM, false)
	check(refusedRequest{"what the plan does not include", "POST", "/Users", mia, 403, explain.ProvisioningPlan}, secret)
	off(product.FeatureSCIM, true)
	must(t, w.Directory.SetProvisioning(ctx, w.Acme.ID, w.Operator, false))
	check(refusedRequest{"while provisioning is off", "POST", "/Users", mia, 403, explain.ProvisioningOff}, secret)
	must(t, w.Directory.SetProvisioning(ctx, w.Acme.ID, w.Operator, true))

	other, err := w.Directory.AddConnection(ctx, w.Acme.ID, "okta", "Okta", w.Operator)
	must(t, err)
	_, second, err := w.Tokens.Issue(ctx, token.Request{Workspace: w.Acme.ID, ConnectionID: other.ID, Name: "Okta", Origin: w.Operator})
	must(t, err)
	check(refusedRequest{"another connection's person", "PUT", "/Users/ID", person + `"ann@acme.example"}`, 403, explain.ProvisioningOther}, second)

	_, short, err := w.Tokens.Issue(ctx, token.Request{Workspace: w.Acme.ID, Name: "short", Life: time.Millisecond, Origin: w.Operator})
	must(t, err)
	time.Sleep(2 * time.Millisecond)
	check(refusedRequest{"a token that has expired", "GET", "/Users", "", 401, explain.TokenExpired}, short)
	for code, at := range leads {
		if a := owner.Get("/w/acme/activity/explain?code=" + strings.ToLower(code)); a.Status != 303 || a.Location != at {
			t.Errorf("%s leads to %d %s, not to %s", code, a.Status, a.Location, at)
		}
	}
}

func TestARulesCodeAloneIsExplainedToo(t *testing.T) {
	w := consoletest.New(t, nil, "", activity.Section())
	owner := w.Person(w.Acme, "olga@acme.example", "Olga", "Berg", "owner")
	for _, rule := range explain.Rules() {
		if a := owner.Get("/w/acme/activity/explain?code=" + string(rule.Code)); a.Status != 200 || !strings.Contains(a.Body, rule.Name) {
			t.Errorf("%s: %d", rule.Code, a.Status)
		}
	}
	for _, code := range []string{"X99", "S31-00000", "' OR 1", "C30-AAAAA"} {
		if a := owner.Get("/w/acme/activity/explain?code=" + url.QueryEscape(code)); a.Status != 422 || !strings.Contains(a.Body, "No such code is kept here") {
			t.Errorf("%q: %d", code, a.Status)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
