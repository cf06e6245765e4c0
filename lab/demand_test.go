package lab_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

func TestProvisionOnDemandDoesOnePersonAtOnceInThePlainForm(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.NewDirectory(1)
	boss, _ := d.AddPerson(lab.Person{UserPrincipalName: "boss@x.example", DisplayName: "Boss"})
	ann, _ := d.AddPerson(lab.Person{UserPrincipalName: "ann@x.example", GivenName: "Ann", Manager: boss})
	_ = d.Assign(ann, lab.AppRole{ID: "1", Value: "admin"})
	_ = d.Assign(boss)
	table := append(lab.DefaultMapping(), lab.Mapping{Source: "AppRoleAssignmentsComplex([appRoleAssignments])", Target: "roles"})
	var entra lab.OnDemand = lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: table, OptSCIM062020: true, NoGroups: true})
	demand := func(id string, want ...string) *lab.Summary {
		t.Helper()
		w.take()
		sum, err := entra.ProvisionOnDemand(t.Context(), id)
		if err != nil || sum.Failed > 0 || sum.Compared || sum.Kind != "on demand" {
			t.Fatalf("%v\n%s", err, sum)
		}
		got := w.take()
		if len(got) != len(want) || !slices.EqualFunc(got, want, strings.HasPrefix) {
			t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		return sum
	}
	const probe = `GET /Users?aadOptscim062020&filter=userName+eq+`
	demand(boss, probe, probe, `POST /Users?aadOptscim062020 {"active":true,"displayName":"Boss","meta"`)
	sum := demand(ann, probe, probe, `POST /Users?aadOptscim062020 {"active":true,"displayName":"Ann",`, `GET /Users?aadOptscim062020&filter=id+eq+%22id-2%22+and+manager`,
		`PATCH /Users/id-2?aadOptscim062020 {"Operations":[{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"id-1"}]`)
	if roles := s.docs["/Users"][1]["roles"]; len(roles.([]any)) != 0 || sum.People != 1 || sum.Did["created"] != 1 {
		t.Errorf("roles %v\n%s", roles, sum)
	}
	_ = d.Unassign(ann)
	demand(ann, probe, `GET /Users/id-2`, `PATCH /Users/id-2?aadOptscim062020 {"Operations":[{"op":"Replace","path":"active","value":"False"}]`)
	_ = d.Assign(ann, lab.AppRole{ID: "1", Value: "admin"})
	// The next cycle brings what provisioning on demand left out.
	mustSync(t, entra.(lab.Provider))
	if roles := s.docs["/Users"][1]["roles"]; len(roles.([]any)) != 1 {
		t.Errorf("after a cycle the roles are %v", roles)
	}
}

func TestProvisionOnDemandDoesAGroupAndFiveOfItsMembers(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(51, 12, 0)
	var ids []string
	for _, p := range d.People() {
		ids = append(ids, p.ObjectID)
	}
	entra := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{MemberBatch: 10})
	mustSync(t, entra)
	g, _ := d.NewGroup("Twelve", ids...)
	if _, err := entra.ProvisionOnDemand(t.Context(), g); err == nil || !strings.Contains(err.Error(), "not assigned") {
		t.Errorf("an unassigned group: %v", err)
	}
	_ = d.AssignGroup(g)
	for _, want := range []int{5, 10, 12, 12} {
		if sum, err := entra.ProvisionOnDemand(t.Context(), g); err != nil || sum.Failed > 0 || sum.Groups != 1 {
			t.Fatalf("%v\n%s", err, sum)
		}
		if got := len(s.docs["/Groups"][0]["members"].([]any)); got != want {
			t.Errorf("%d members, want %d", got, want)
		}
	}
	mustSync(t, entra)
}

func TestProvisionOnDemandRefusesWhatTheRealOneRefuses(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(51, 4, 1)
	p, to := d.People(), lab.Target{URL: s.URL, Token: "secret"}
	entra := lab.NewEntra(d, to, lab.EntraOptions{NoGroups: true})
	_, group := d.Disable(p[0].ObjectID), d.Groups()[0]
	_, _ = d.SoftDelete(p[1].ObjectID), d.Unassign(p[2].ObjectID)
	_ = d.RemoveFromGroup(group.ObjectID, p[2].ObjectID)
	for id, want := range map[string]string{
		p[0].ObjectID: "disabled or deleted", p[1].ObjectID: "disabled or deleted", p[2].ObjectID: "not assigned",
		group.ObjectID: "groups are not provisioned", "nobody": "no person and no group nobody",
	} {
		if sum, err := entra.ProvisionOnDemand(t.Context(), id); err == nil || sum != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	s.token = "other"
	if _, err := entra.ProvisionOnDemand(t.Context(), p[3].ObjectID); !errors.Is(err, lab.ErrUnauthorized) {
		t.Errorf("with a wrong token: %v", err)
	}
	s.token, s.fault = "secret", func(r *http.Request, _ int) int { return map[bool]int{true: 400}[r.Method == "POST"] }
	if sum, err := entra.ProvisionOnDemand(t.Context(), p[3].ObjectID); err != nil || sum.Failed != 1 {
		t.Errorf("refused by the server: %v\n%s", err, sum)
	}
}

func TestAccountDiscoveryPagesThroughEverybodyAndSaysWhoseTheyAre(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(52, 230, 0)
	var entra lab.Discoverer = lab.NewEntra(d, w.target(s), lab.EntraOptions{})
	mustSync(t, entra.(lab.Provider))
	people := d.People()
	_ = d.Unassign(people[7].ObjectID)
	_ = d.HardDelete(people[8].ObjectID)
	s.docs["/Users"] = append(s.docs["/Users"], object{"id": "local", "userName": "service@x.example", "active": false}, object{"id": "nameless"})
	s.docs["/Users"][0]["userName"] = strings.ToUpper(s.docs["/Users"][0]["userName"].(string))
	w.take()
	found, err := entra.DiscoverAccounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Assigned) != 228 || len(found.Unassigned) != 1 || found.Unassigned[0].ObjectID != people[7].ObjectID || len(found.Local) != 3 || found.Requests != 3 || len(found.Odd) != 0 {
		t.Errorf("assigned %d, unassigned %+v, local %+v, requests %d, odd %v", len(found.Assigned), found.Unassigned, found.Local, found.Requests, found.Odd)
	}
	if local := found.Local[1]; local != (lab.Account{ID: "local", UserName: "service@x.example", Value: "service@x.example"}) {
		t.Errorf("the application's own account is %+v", local)
	}
	if got := w.take(); !slices.Equal(got, []string{"GET /Users?startIndex=1&count=100", "GET /Users?startIndex=101&count=100", "GET /Users?startIndex=201&count=100"}) {
		t.Errorf("asked %q", got)
	}
	expression := []lab.Mapping{{Source: "ToLower([userPrincipalName])", Target: "userName", Match: 1}, {Source: "[mail]", Target: "externalId", Match: 2}}
	if _, err := lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: expression}).DiscoverAccounts(t.Context()); err == nil || !strings.Contains(err.Error(), "mapped directly") {
		t.Errorf("with an expression as the first matching attribute: %v", err)
	}
}

// strangers fills our own server with people whom no directory knows.
func strangers(t *testing.T, n int) lab.Target {
	t.Helper()
	to := newHandler(t)
	mustSync(t, made(t, "google", lab.Generate(53, n, 0), to, lab.Options{}))
	return to
}

func TestP22_PeopleAreImportedFromTheServerIntoTheDirectory(t *testing.T) {
	to := strangers(t, 250)
	d := lab.Generate(53, 40, 2) // who are at the server, too
	_ = d.Disable(d.People()[0].ObjectID)
	var entra lab.Importer = lab.NewEntra(d, to, lab.EntraOptions{Workers: 4})
	sum, err := entra.Import(t.Context())
	if err != nil || sum.Listed != 250 || len(sum.Matched) != 40 || len(sum.Added) != 210 || sum.Requests != 3 || len(sum.Odd) != 0 {
		t.Fatalf("%v %+v", err, sum)
	}
	theirs := map[string]lab.Person{}
	for _, p := range lab.Generate(53, 250, 0).People() {
		theirs[p.UserPrincipalName] = p
	}
	for _, id := range sum.Added {
		p, _ := d.Person(id)
		want := theirs[p.UserPrincipalName]
		if p.GivenName != want.GivenName || p.Surname != want.Surname || p.DisplayName != want.DisplayName || p.JobTitle != want.JobTitle || p.Mobile != want.Mobile || p.Department != want.Department {
			t.Fatalf("imported %+v\nof %+v", p, want)
		}
		if _, assigned := d.Assignment(id); assigned {
			t.Fatalf("%s was assigned by the import", p.UserPrincipalName)
		}
	}
	again, err := entra.Import(t.Context())
	if err != nil || len(again.Added) != 0 || len(again.Matched) != 250 {
		t.Errorf("a second import: %v %+v", err, again)
	}
	for _, id := range sum.Added {
		_ = d.Assign(id)
	}
	if cycle := mustSync(t, entra.(lab.Provider)); cycle.Did["matched"] != 249 || cycle.Did["created"] != 0 {
		t.Errorf("assigned after the import:\n%s", cycle)
	}
}

func TestOktaImportConfirmsWhomItFindsAndHasASafeguard(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(54, 10, 1)
	okta := lab.NewOkta(d, lab.Target{URL: s.URL, Token: "secret"}, lab.OktaOptions{})
	mustSync(t, okta)
	s.docs["/Users"] = append(s.docs["/Users"],
		object{"id": "new-1", "userName": "new@x.example", "active": true, "name": object{"givenName": "Nu"}, "emails": []any{object{"type": "work", "value": "nu@x.example"}}},
		object{"id": "new-2", "userName": "gone@x.example", "active": false}, object{"id": "new-3", "active": true})
	name := s.docs["/Users"][0]["userName"].(string)
	s.docs["/Users"][0]["userName"] = strings.ToUpper(name) // another spelling is the same person
	sum, err := okta.Import(t.Context())
	s.docs["/Users"][0]["userName"] = name
	if err != nil || sum.Listed != 13 || sum.Groups != 1 || len(sum.Added) != 2 || len(sum.Matched) != 10 || len(sum.Missing) != 0 || fmt.Sprint(sum.Odd) != "[new-3 has no userName]" {
		t.Fatalf("%v %+v", err, sum)
	}
	nu, _ := d.Person(sum.Added[0])
	if _, assigned := d.Assignment(nu.ObjectID); nu.GivenName != "Nu" || nu.Mail != "nu@x.example" || !assigned {
		t.Errorf("imported %+v, assigned %v", nu, assigned)
	}
	s.docs["/Users"] = s.docs["/Users"][:12]
	if sum := mustSync(t, okta); sum.Did["created"]+sum.Did["matched"] != 0 {
		t.Errorf("the cycle after the import:\n%s", sum)
	}
	if gone, _ := d.Person(sum.Added[1]); gone.AccountEnabled {
		t.Error("an inactive account came in enabled")
	}

	all := s.docs["/Users"]
	s.docs["/Users"] = all[3:]
	sum, err = okta.Import(t.Context())
	if !errors.Is(err, lab.ErrSafeguard) || len(sum.Missing) != 0 || len(okta.Accounts()) != 12 {
		t.Errorf("with three of twelve missing: %v %+v", err, sum)
	}
	s.docs["/Users"] = all[2:]
	sum, err = okta.Import(t.Context())
	if err != nil || len(sum.Missing) != 2 || len(okta.Accounts()) != 10 {
		t.Errorf("with two of twelve missing: %v %+v", err, sum)
	}
	if _, assigned := d.Assignment(sum.Missing[0]); assigned {
		t.Error("who is missing is still assigned")
	}
}

func TestSailPointImportsAccountsWithTheirRoles(t *testing.T) {
	to := newHandler(t)
	first := lab.Generate(55, 30, 0)
	mustSync(t, made(t, "sailpoint", first, to, lab.Options{}))
	d := lab.NewDirectory(9)
	p := made(t, "sailpoint", d, to, lab.Options{})
	sum, err := p.(lab.Importer).Import(t.Context())
	if err != nil || len(sum.Added) != 30 {
		t.Fatalf("%v %+v", err, sum)
	}
	one := first.People()[0]
	want, _ := first.Assignment(one.ObjectID)
	for _, id := range sum.Added {
		roles, _ := d.Assignment(id)
		if got, _ := d.Person(id); got.UserPrincipalName == one.UserPrincipalName && (len(roles) != 1 || roles[0].Value != want[0].Value) {
			t.Errorf("roles %v, want %v", roles, want)
		}
	}
	mustSync(t, p)
	for _, other := range []string{"google", "onelogin", "jumpcloud", "pingfederate"} {
		if _, is := made(t, other, d, to, lab.Options{}).(lab.Importer); is {
			t.Errorf("%s imports", other)
		}
	}
}
