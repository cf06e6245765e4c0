package lab_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// town is a directory of one person in one group, and a server for it.
type town struct {
	t      *testing.T
	s      *server
	w      *wire
	d      *lab.Directory
	ann, g string
	p      lab.Provider
}

func newTown(t *testing.T, provider string, o lab.Options) *town {
	t.Helper()
	x := &town{t: t, s: newServer(t), w: &wire{}, d: lab.NewDirectory(1)}
	x.ann, _ = x.d.AddPerson(lab.Person{ObjectID: "oid-ann", UserPrincipalName: "ann@x.example", GivenName: "Ann", Surname: "Lee", JobTitle: "Chief"})
	x.g, _ = x.d.NewGroup("Team", x.ann)
	for _, err := range []error{x.d.Assign(x.ann, lab.AppRole{ID: "1", Value: "admin", DisplayName: "Admin"}), x.d.AssignGroup(x.g)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	x.p = made(t, provider, x.d, x.w.target(x.s), o)
	return x
}

// sent runs a cycle after a change and gives what came over the wire, without
// what reads the server back.
func (x *town) sent(changes ...error) []string {
	x.t.Helper()
	for _, err := range changes {
		if err != nil {
			x.t.Fatal(err)
		}
	}
	x.w.take()
	sum, err := x.p.Cycle(x.t.Context())
	if err != nil || sum.Failed > 0 {
		x.t.Fatalf("%v\n%s", err, sum)
	}
	return x.w.take()
}

// want compares what was sent with the beginnings of what should be.
func (x *town) want(what string, got []string, want ...string) {
	x.t.Helper()
	if len(got) != len(want) || !slices.EqualFunc(got, want, strings.HasPrefix) {
		x.t.Errorf("%s sent\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const annAsJSON = `"displayName":"Ann Lee","emails":[{"primary":true,"type":"work","value":"ann@x.example"}],"externalId":"oid-ann",`

func TestGoogleOnTheWire(t *testing.T) {
	x := newTown(t, "google", lab.Options{NoCompare: true})
	if err := x.p.TestConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.want("the connection test", x.w.take(), `GET /Users?count=1`)
	x.want("the first cycle", x.sent(),
		`GET /Users?filter=userName%20eq%20%22ann%40x.example%22`,
		`POST /Users {"active":true,`+annAsJSON+`"name":{"familyName":"Lee","givenName":"Ann"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"Chief","userName":"ann@x.example"}`)
	x.want("a title taken away", x.sent(x.d.Move(x.ann, "", "")),
		`PUT /Users/id-1 {"active":true,`+annAsJSON+`"id":"id-1","name":{"familyName":"Lee","givenName":"Ann"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@x.example"}`)
	x.want("nothing", x.sent())
}

func TestGoogleSuspendsAndDeletesAfterTheDelayOfEachTrigger(t *testing.T) {
	const day = 24 * time.Hour
	after := &lab.Triggers{
		Unassigned: lab.Deprovision{SuspendAfter: day, Delete: true, DeleteAfter: 7 * day},
		Suspended:  lab.Deprovision{KeepActive: true},
		Deleted:    lab.Deprovision{Delete: true},
	}
	x := newTown(t, "google", lab.Options{Deprovision: after, NoCompare: true})
	x.sent()
	off, gone := `PUT /Users/id-1 {"active":false,`, `DELETE /Users/id-1`
	x.want("suspending", x.sent(x.d.Disable(x.ann)))
	x.d.Advance(100 * day)
	x.want("suspending, later", x.sent())
	x.want("unassigning", x.sent(x.d.Enable(x.ann), x.d.UnassignGroup(x.g), x.d.Unassign(x.ann)))
	x.d.Advance(day - 1)
	x.want("unassigning, almost a day later", x.sent())
	x.d.Advance(1)
	x.want("unassigning, a day later", x.sent(), off)
	x.want("assigning again", x.sent(x.d.Assign(x.ann)), `PUT /Users/id-1 {"active":true,`)
	x.want("unassigning again", x.sent(x.d.Unassign(x.ann)))
	x.d.Advance(7 * day)
	x.want("unassigning again, a week later", x.sent(), gone)
	x.want("assigning after the deletion", x.sent(x.d.Assign(x.ann)), `GET /Users?filter=`, `POST /Users `)
	x.want("deleting", x.sent(x.d.SoftDelete(x.ann)), `DELETE /Users/id-2`)
}

func TestOneLoginOnTheWire(t *testing.T) {
	x := newTown(t, "onelogin", lab.Options{NoCompare: true})
	x.want("the first cycle", x.sent(),
		`GET /Users?filter=userName%20eq%20%22ann%40x.example%22`,
		`POST /Users {"active":true,`+annAsJSON+`"name":{"familyName":"Lee","formatted":"Ann Lee","givenName":"Ann"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:`,
		`GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Team%22`,
		`POST /Groups {"displayName":"Team","externalId":"`,
		`PATCH /Groups/id-2 {"Operations":[{"op":"add","path":"members","value":[{"value":"id-1"}]}],`)
	x.want("a suspended person", x.sent(x.d.Disable(x.ann)), `PUT /Users/id-1 {"active":false,`)
	x.want("leaving the group", x.sent(x.d.RemoveFromGroup(x.g, x.ann)), `PATCH /Groups/id-2 {"Operations":[{"op":"remove","path":"members[value eq \"id-1\"]"}],`)
	x.want("access removed", x.sent(x.d.Unassign(x.ann)), `DELETE /Users/id-1`)

	x = newTown(t, "onelogin", lab.Options{NoCompare: true, Updates: http.MethodPatch, NoGroups: true,
		Template: `{"userName": "{$user.email}", "displayName": "{$user.firstname} {$user.lastname}", "title": "{$user.title}", "urn:x:2.0:User": {"country": "{$user.country}", "level": 3}, "locale": "en"}`})
	x.want("the first cycle", x.sent(), `GET /Users`, `POST /Users {"active":true,"displayName":"Ann Lee","locale":"en","title":"Chief","urn:x:2.0:User":{"level":3},"userName":"ann@x.example"}`)
	x.want("changes", x.sent(x.d.Move(x.ann, "", ""), x.d.Rename(x.ann, "Anna", "Lee"), x.d.Update(x.ann, func(p *lab.Person) { p.Country = "NO" })),
		`PATCH /Users/id-1 {"Operations":[{"op":"replace","value":{"displayName":"Anna Lee","urn:x:2.0:User":{"country":"NO"}}},{"op":"remove","path":"title"}],`)
	x.want("a suspended person", x.sent(x.d.Disable(x.ann)), `PATCH /Users/id-1 {"Operations":[{"op":"replace","value":{"active":false}}],`)
}

func TestJumpCloudOnTheWire(t *testing.T) {
	x := newTown(t, "jumpcloud", lab.Options{NoCompare: true})
	for range 2 {
		if err := x.p.TestConnection(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := x.w.take()
		x.want("the activation", []string{got[0], got[1], got[2], got[4], got[5], got[6], got[8]}, `GET /Users?filter=userName%20eq%20%22connection-test%40anteroom-lab.invalid%22`,
			`POST /Users {"active":true,`, `PUT /Users/id-`, `POST /Groups {"displayName":"JumpCloud test group"`,
			`PATCH /Groups/id-`, `PATCH /Groups/id-`, `PUT /Users/id-`)
		if len(got) != 10 || !strings.Contains(got[2], "JumpCloud Tested") || !strings.Contains(got[6], `{"op":"remove","path":"members","value":[{"value":"id-`) ||
			!strings.HasPrefix(got[7], "DELETE /Groups") || !strings.Contains(got[8], `{"active":false`) || !strings.HasPrefix(got[9], "DELETE /Users") {
			t.Errorf("the activation sent\n%s", strings.Join(got, "\n"))
		}
		if len(x.s.docs["/Users"])+len(x.s.docs["/Groups"]) != 0 {
			t.Errorf("left behind: %v", x.s.docs)
		}
	}
	x.s.fault = func(r *http.Request, _ int) int {
		return map[bool]int{true: http.StatusNotImplemented}[r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/Users")]
	}
	for range 2 {
		if err := x.p.TestConnection(t.Context()); err != nil {
			t.Fatal(err)
		}
		if users := x.s.docs["/Users"]; len(users) != 1 || users[0]["active"] != false {
			t.Fatalf("on a server without DELETE there is %v", users)
		}
	}
	x.w.take()
	x.want("the first cycle", x.sent(), `GET /Users`, `POST /Users`, `GET /Groups`, `POST /Groups`, `PATCH /Groups/`)
	id := x.p.(interface{ Accounts() map[string]string }).Accounts()[x.ann]
	x.want("leaving the group", x.sent(x.d.RemoveFromGroup(x.g, x.ann)), `PATCH /Groups/`)
	if left := x.s.docs["/Groups"][0]["members"].([]any); len(left) != 0 {
		t.Errorf("members are %v", left)
	}
	x.want("joining and leaving", append(x.sent(x.d.AddToGroup(x.g, x.ann)), x.sent(x.d.RemoveFromGroup(x.g, x.ann))...), `PATCH /Groups/`, `PATCH /Groups/`+x.s.docs["/Groups"][0]["id"].(string)+
		` {"Operations":[{"op":"remove","path":"members","value":[{"value":"`+id+`"}]}],`)
	x.want("unassigning", x.sent(x.d.UnassignGroup(x.g), x.d.Unassign(x.ann)), `PUT /Users/`+id+` {"active":false,`, `DELETE /Groups/`)
	x.want("deleting", x.sent(x.d.HardDelete(x.ann)))
}

func TestPingFederateOnTheWire(t *testing.T) {
	x := newTown(t, "pingfederate", lab.Options{NoCompare: true, Filter: `externalId pr and emails.value Eq "%s"`})
	x.s.fault = func(r *http.Request, _ int) int { // this filter is beyond the naive server
		return map[bool]int{true: http.StatusTeapot}[strings.Contains(r.URL.RawQuery, "externalId")]
	}
	if sum, err := x.p.Cycle(t.Context()); err != nil || sum.Failed != 1 {
		t.Fatal(err, sum)
	}
	x.want("a filter of one's own", x.w.take()[:1], `GET /Users?filter=externalId%20pr%20and%20emails.value%20Eq%20%22ann%40x.example%22`)

	x = newTown(t, "pingfederate", lab.Options{NoCompare: true})
	x.want("the first cycle", x.sent(), `GET /Users?filter=userName%20eq%20%22ann%40x.example%22`, `POST /Users`, `GET /Groups`, `POST /Groups`,
		`PUT /Groups/id-2 {"displayName":"Team","externalId":"`)
	x.want("renaming", x.sent(x.d.Rename(x.ann, "Anna", "Lee"), x.d.RenameGroup(x.g, "Crew")), `PUT /Users/id-1 {"active":true,"displayName":"Anna Lee"`, `PUT /Groups/id-2 {"displayName":"Crew"`)

	x = newTown(t, "pingfederate", lab.Options{NoCompare: true, Updates: http.MethodPatch, Deprovision: &lab.Triggers{Unassigned: lab.Deprovision{Delete: true}}})
	x.sent()
	x.want("renaming", x.sent(x.d.Rename(x.ann, "Anna", "Lee"), x.d.Move(x.ann, "Sales", ""), x.d.RenameGroup(x.g, "Crew")),
		`PATCH /Users/id-1 {"Operations":[{"op":"replace","path":"displayName","value":"Anna Lee"},{"op":"replace","path":"name","value":{"familyName":"Lee","givenName":"Anna"}},`+
			`{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"},{"op":"remove","path":"title"}],`,
		`PATCH /Groups/id-2 {"Operations":[{"op":"replace","path":"displayName","value":"Crew"}],`)
	x.want("disabling", x.sent(x.d.Disable(x.ann)), `PATCH /Users/id-1 {"Operations":[{"op":"replace","path":"active","value":false}],`)
	x.want("removing", x.sent(x.d.UnassignGroup(x.g), x.d.Unassign(x.ann)), `DELETE /Users/id-1`, `DELETE /Groups/id-2`)
}

func TestW20_P05_PingFederateAuthenticatesInEachWay(t *testing.T) {
	var got []string
	s := newServer(t)
	s.fault = func(r *http.Request, _ int) int { got = append(got, r.Header.Get("Authorization")); return 0 }
	for _, to := range []lab.Target{{}, {User: "acme", Password: "secret"}, {Token: "secret"}} {
		to.URL = s.URL
		_ = made(t, "pingfederate", lab.NewDirectory(1), to, lab.Options{}).TestConnection(t.Context())
	}
	if want := []string{"", "Basic YWNtZTpzZWNyZXQ=", "Bearer secret"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestSailPointOnTheWire(t *testing.T) {
	x := newTown(t, "sailpoint", lab.Options{NoCompare: true})
	x.s.fault = func(r *http.Request, _ int) int { // the naive server has no description of itself
		return map[bool]int{true: http.StatusNotFound}[!strings.HasPrefix(r.URL.Path, "/Users")]
	}
	if err := x.p.TestConnection(t.Context()); err == nil || !strings.Contains(err.Error(), "/ServiceProviderConfig: 404") {
		t.Errorf("a server without /ServiceProviderConfig: %v", err)
	}
	x.s.fault = nil
	const lists = `attributes=active%2CdisplayName%2Cemails%2CexternalId%2Cname%2CphoneNumbers%2Croles%2Ctitle%2Curn`
	first := x.sent()
	x.want("the first cycle", first, `GET /Users?`+lists, `GET /Groups?attributes=displayName&startIndex=1&count=100`,
		`POST /Users {"active":true,`+annAsJSON+`"name":{"familyName":"Lee","givenName":"Ann"},"roles":[{"display":"Admin","value":"admin"}],`, `POST /Groups`, `PATCH /Groups/id-2`)
	second := x.sent(x.d.Assign(x.ann, lab.AppRole{ID: "2", Value: "staff", DisplayName: "Staff"}), x.d.Update(x.ann, func(p *lab.Person) { p.GivenName = "Anna" }))
	x.want("another role and first name", second[2:],
		`PATCH /Users/id-1 {"Operations":[{"op":"replace","path":"name","value":{"givenName":"Anna"}},`+
			`{"op":"add","path":"roles","value":[{"display":"Staff","value":"staff"}]},{"op":"remove","path":"roles[value eq \"admin\"]"}],`)
	x.want("disabling", x.sent(x.d.Disable(x.ann))[2:], `PATCH /Users/id-1 {"Operations":[{"op":"replace","path":"active","value":false}],`)
}

func TestAServerThatDoesNotMergeIsToldBySailPoint(t *testing.T) {
	x := newTown(t, "sailpoint", lab.Options{NoGroups: true}) // the naive server replaces name as a whole
	mustSync(t, x.p)
	if err := x.d.Update(x.ann, func(p *lab.Person) { p.GivenName = "Anna" }); err != nil {
		t.Fatal(err)
	}
	sum, err := x.p.Cycle(t.Context())
	if err != nil || sum.Equal || !strings.Contains(sum.String(), `name.familyName is absent on the server and "Lee" in the directory`) {
		t.Errorf("%v\n%s", err, sum)
	}
}

func TestValuesThatPeopleLoseAreLostAtTheServer(t *testing.T) {
	for name, o := range choices() {
		provider, _, _ := strings.Cut(name, " ")
		if strings.HasPrefix(provider, "entra") { // sends no nulls
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := lab.Generate(33, 8, 1)
			to, _ := newProduct(t)
			p := made(t, provider, d, to, o)
			mustSync(t, p)
			for i, person := range d.People() {
				_ = d.Update(person.ObjectID, func(p *lab.Person) {
					p.JobTitle, p.Mobile, p.Department = "", "", ""
					if i%2 == 0 {
						p.Telephone, p.Mail = "", ""
					}
				})
			}
			mustSync(t, p)
		})
	}
}

func TestSailPointGivesAndTakesRolesOneByOne(t *testing.T) {
	to, _ := newProduct(t)
	d := lab.Generate(34, 6, 1)
	p := made(t, "sailpoint", d, to, lab.Options{})
	mustSync(t, p)
	admin, other := lab.AppRole{ID: "9", Value: "admin", DisplayName: "Admin"}, lab.AppRole{ID: "8", Value: "x", DisplayName: "X"}
	for _, roles := range [][]lab.AppRole{{admin, other}, {other}, {admin}, {}} {
		for _, person := range d.People() {
			_ = d.Assign(person.ObjectID, roles...)
		}
		mustSync(t, p)
	}
}

func TestBoxesOfTheOtherProviders(t *testing.T) {
	for _, provider := range []string{"entra", "google", "onelogin", "jumpcloud", "pingfederate", "sailpoint"} {
		for i := range 8 {
			o := lab.Options{NoCreate: i&1 != 0, NoUpdate: i&2 != 0, NoDeactivate: i&4 != 0, NoGroups: true}
			d := lab.Generate(34, 4, 0)
			to := newHandler(t)
			if i&1 != 0 { // half of them are there already
				early := lab.Generate(34, 2, 0)
				mustSync(t, made(t, "google", early, to, lab.Options{}))
			}
			p := made(t, provider, d, to, o)
			first := mustSync(t, p)
			if (first.Did["created"] == 0) != o.NoCreate || o.NoCreate && first.Did["matched"] != 2 {
				t.Errorf("K05 %s %+v: %v", provider, o, first.Did)
			}
			there := p.(interface{ Accounts() map[string]string }).Accounts()
			for _, person := range d.People() {
				if there[person.ObjectID] != "" {
					_ = d.Move(person.ObjectID, "Moved", "Moved")
				}
			}
			if sum := mustSync(t, p); (sum.Did["updated"] > 0) == o.NoUpdate {
				t.Errorf("K05 %s %+v: %v", provider, o, sum.Did)
			}
			for _, person := range d.People() {
				_ = d.HardDelete(person.ObjectID)
			}
			if sum := mustSync(t, p); (sum.Did["deleted"]+sum.Did["disabled"] > 0) == o.NoDeactivate {
				t.Errorf("K05 %s %+v: %v", provider, o, sum.Did)
			}
		}
	}
}
