package lab_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// wire remembers what a client sent.
type wire struct {
	mu  sync.Mutex
	all []lab.Exchange
}

func (w *wire) note(x lab.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, x)
}

// take gives what was sent since the last take, as "METHOD path body" lines.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, x := range w.all {
		out = append(out, strings.TrimSpace(x.Method+" "+x.Path+" "+string(x.Sent)))
	}
	w.all = nil
	return out
}

func (w *wire) target(s *server) lab.Target {
	return lab.Target{URL: s.URL, Token: "secret", OnExchange: w.note, Retry: lab.Retry{Wait: time.Millisecond}}
}

// sync runs a cycle that must leave the server equal.
func mustSync(t *testing.T, c interface {
	Cycle(context.Context) (*lab.Summary, error)
}) *lab.Summary {
	t.Helper()
	s, err := c.Cycle(t.Context())
	if err != nil {
		t.Fatalf("the cycle ended early: %v", err)
	}
	if !s.Compared || !s.Equal || s.Failed > 0 {
		t.Fatalf("the server does not equal the directory:\n%s", s)
	}
	return s
}

func TestEntraInitialCycleMakesTheServerEqual(t *testing.T) {
	for name, opt := range map[string]lab.EntraOptions{
		"plain":    {},
		"flag":     {OptSCIM062020: true, Workers: 4, MemberBatch: 5},
		"probing":  {ProbeMembers: true, Workers: 2},
		"timeneye": {Mapping: lab.TimeneyeMapping(), NoGroups: true},
		"flat":     {Mapping: lab.TimeneyeMapping(), FlatCore: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			entra := lab.NewEntra(lab.Generate(7, 60, 6), lab.Target{URL: s.URL + "/", Token: "secret"}, opt)
			if err := entra.TestConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			sum := mustSync(t, entra)
			if sum.People != 60 || sum.Did["created"] != 60 || len(s.docs["/Users"]) != 60 {
				t.Fatalf("not everybody arrived:\n%s", sum)
			}
			if again := mustSync(t, entra); again.Requests != 0 {
				t.Errorf("a second cycle without changes sent %d requests", again.Requests)
			}
		})
	}
}

func TestEntraStoryOfJoinersMoversAndLeavers(t *testing.T) {
	for name, opt := range map[string]lab.EntraOptions{"plain": {}, "flag": {OptSCIM062020: true, Workers: 3}} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			d := lab.Generate(3, 30, 4)
			entra := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret"}, opt)
			mustSync(t, entra)
			for i, change := range append(story(d), endings(d)...) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, entra)
			}
		})
	}
}

// story is a year in a directory's life.
func story(d *lab.Directory) []func() error {
	people, groups := d.People(), d.Groups()
	ids := func(i int) string { return people[i].ObjectID }
	var team string
	return []func() error{
		func() error { return d.Rename(ids(1), "Åsa-Britt", "O'Neill \"Bee\"") },
		func() error { return d.ChangeMail(ids(1), "Asa.Britt@Contoso.Example") },
		func() error { return d.ChangeUserName(ids(1), "asa-britt.new@contoso.example") },
		func() error { return d.Move(ids(2), "Legal", "Counsel") },
		func() error { return d.Disable(ids(3)) },
		func() error { return d.Enable(ids(3)) },
		func() error { return d.SoftDelete(ids(4)) },
		func() error { return d.Restore(ids(4)) },
		func() error { return d.SetManager(ids(5), ids(6)) },
		func() error { return d.SetManager(ids(5), "") },
		func() error { return d.RenameGroup(groups[0].ObjectID, "Renamed «group»") },
		func() error { return d.AddToGroup(groups[1].ObjectID, ids(7), ids(8), ids(9)) },
		func() error { return d.RemoveFromGroup(groups[1].ObjectID, ids(7), ids(9)) },
		func() error {
			id, err := d.AddPerson(lab.Person{UserPrincipalName: "new@contoso.example", GivenName: "New"})
			return errors.Join(err, d.Assign(id))
		},
		func() (err error) { team, err = d.NewGroup("New team", ids(1), ids(2)); return },
		func() error { return d.AssignGroup(team) },
		func() error { return d.DeleteGroup(team) },
	}
}

// endings are what happens to those who are deleted for good.
func endings(d *lab.Directory) []func() error {
	people := d.People()
	ids := func(i int) string { return people[i].ObjectID }
	return []func() error{
		func() error { return d.HardDelete(ids(10)) },
		func() error { return errors.Join(d.SoftDelete(ids(11)), d.Move(ids(11), "Gone", "Gone")) },
		func() error { d.Advance(lab.PurgeAfter); return nil },
	}
}

func TestEntraUnassignedPersonIsDisabledAndNoLongerManaged(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(5, 3, 0)
	p := d.People()[0]
	entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{NoCompare: true})
	run := func(change error) []string {
		t.Helper()
		if change != nil {
			t.Fatal(change)
		}
		if _, err := entra.Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
		return w.take()
	}
	run(nil)
	sent := run(d.Unassign(p.ObjectID))
	if len(sent) != 2 || !strings.Contains(sent[1], `{"op":"Replace","path":"active","value":"False"}`) {
		t.Fatalf("unassigning sent %q", sent)
	}
	if sent = run(d.HardDelete(p.ObjectID)); len(sent) != 0 {
		t.Fatalf("a hard delete after unassigning sent %q", sent)
	}
	if c, err := entra.Compare(t.Context()); err != nil || !c.Equal {
		t.Fatalf("%v %v", c, err)
	}
}

func TestEntraReassignedPersonIsMatchedAgain(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(5, 3, 0)
	p := d.People()[0]
	entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{})
	mustSync(t, entra)
	_ = d.Unassign(p.ObjectID)
	mustSync(t, entra)
	_ = d.Assign(p.ObjectID)
	w.take()
	sum := mustSync(t, entra)
	if sum.Did["matched"] != 1 || len(s.docs["/Users"]) != 3 {
		t.Fatalf("not matched: %s", sum)
	}
	if sent := w.take(); !strings.HasPrefix(sent[0], "GET /Users?filter=userName+eq+") {
		t.Fatalf("reassigning began with %q", sent[0])
	}
}

func TestEntraMatchesAgainWhenTheServerAnswers404(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(5, 3, 1)
	entra := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{})
	mustSync(t, entra)
	p := d.People()[0]
	gone := entra.Accounts()[p.ObjectID]
	s.docs["/Users"] = slices.DeleteFunc(s.docs["/Users"], func(o object) bool { return o["id"] == gone })
	_ = d.Move(p.ObjectID, "Elsewhere", "Else")
	for _, g := range s.docs["/Groups"] {
		removeMember(g, gone)
	}
	sum, err := entra.Cycle(t.Context())
	if err != nil || sum.Did["created"] != 1 || !sum.Equal {
		t.Fatalf("%v %s", err, sum)
	}
}

func TestEntraWordsOfUpdates(t *testing.T) {
	for name, c := range map[string]struct {
		flag bool
		want string
	}{
		"without flag": {false, `{"Operations":[` +
			`{"op":"Replace","path":"displayName","value":"Ann Lee"},` +
			`{"op":"Add","path":"title","value":"Boss"},` +
			`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"lee@x.example"},` +
			`{"op":"Replace","path":"name.givenName","value":"Ann"},` +
			`{"op":"Replace","path":"name.formatted","value":"Ann Lee"}],` +
			`"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`},
		"with flag": {true, `{"Operations":[` +
			`{"op":"replace","path":"emails[type eq \"work\"].value","value":"lee@x.example"},` +
			`{"op":"replace","value":{"displayName":"Ann Lee","name.formatted":"Ann Lee","name.givenName":"Ann"}},` +
			`{"op":"add","value":{"title":"Boss"}}],` +
			`"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := newServer(t), &wire{}
			d := lab.NewDirectory(1)
			id, _ := d.AddPerson(lab.Person{UserPrincipalName: "ann@x.example", GivenName: "An", Surname: "Lee", Mail: "an@x.example"})
			_ = d.Assign(id)
			entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{OptSCIM062020: c.flag, NoCompare: true})
			if _, err := entra.Cycle(t.Context()); err != nil {
				t.Fatal(err)
			}
			_ = errors.Join(d.Rename(id, "Ann", "Lee"), d.ChangeMail(id, "lee@x.example"), d.Move(id, "", "Boss"))
			w.take()
			if _, err := entra.Cycle(t.Context()); err != nil {
				t.Fatal(err)
			}
			sent := w.take()
			if _, body, _ := strings.Cut(sent[len(sent)-1], " {"); "{"+body != c.want {
				t.Errorf("sent\n%s\nwant\n%s", "{"+body, c.want)
			}
		})
	}
}

func TestEntraWordsOfMembership(t *testing.T) {
	for name, c := range map[string]struct {
		flag bool
		want []string
	}{
		"without flag": {false, []string{
			`{"op":"Add","path":"members","value":[{"$ref":null,"value":"id-1"}]}`,
			`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"id-1"}]}`}},
		"with flag": {true, []string{
			`{"op":"add","path":"members","value":[{"$ref":null,"value":"id-1"}]}`,
			`{"op":"remove","path":"members[value eq \"id-1\"]"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := newServer(t), &wire{}
			d := lab.Generate(1, 1, 0)
			g, _ := d.NewGroup("Group")
			_ = d.AssignGroup(g)
			entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{OptSCIM062020: c.flag})
			mustSync(t, entra)
			p := d.People()[0].ObjectID
			for i, change := range []func(string, ...string) error{d.AddToGroup, d.RemoveFromGroup} {
				w.take()
				_ = change(g, p)
				mustSync(t, entra)
				if sent := w.take(); !strings.Contains(sent[0], c.want[i]) {
					t.Errorf("sent %q, want %q", sent[0], c.want[i])
				}
			}
		})
	}
}

func TestE22_E27_TimeneyeMappingOnTheWire(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.NewDirectory(1)
	id, _ := d.AddPerson(lab.Person{ObjectID: "oid-1", UserPrincipalName: "ann@x.example", GivenName: "Ann", Surname: "Lee", Mail: "ann@x.example"})
	_ = d.Assign(id, lab.AppRole{Value: "member", DisplayName: "Mmber"})
	mustSync(t, lab.NewEntra(d, w.target(s), lab.EntraOptions{Mapping: lab.TimeneyeMapping(), NoGroups: true}))
	sent := w.take()
	want := []string{
		"GET /Users?filter=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser%3AmicrosoftId+eq+%22oid-1%22",
		"GET /Users?filter=userName+eq+%22ann%40x.example%22",
		`POST /Users {"active":"True","displayName":"Ann Lee","meta":{"resourceType":"User"},"name":{"formatted":"Ann Lee"},"roles":[],` +
			`"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
			`"urn:ietf:params:scim:schemas:core:2.0:User":{"active":"True","microsoftId":"oid-1","role":"member"},"userName":"ann@x.example"}`,
	}
	if !slices.Equal(sent[:3], want) {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent[:3], "\n"), strings.Join(want, "\n"))
	}
}

func TestCompareTellsWhatABrokenServerDid(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*server)
		do    func(d *lab.Directory, people []lab.Person, groups []lab.Group)
		want  string
	}{
		"Remove with a value list empties the group": {func(s *server) { s.wipeOnRemove = true },
			func(d *lab.Directory, _ []lab.Person, g []lab.Group) {
				_ = d.RemoveFromGroup(g[0].ObjectID, g[0].Members[0])
			}, "is not a member on the server"},
		"an attribute is not kept": {func(s *server) { s.forgetTitle = true },
			func(d *lab.Directory, p []lab.Person, _ []lab.Group) { _ = d.Move(p[0].ObjectID, "", "Kept?") }, "title is absent on the server"},
		"deleted people stay": {func(s *server) { s.showDeleted = true },
			func(d *lab.Directory, p []lab.Person, _ []lab.Group) { _ = d.HardDelete(p[0].ObjectID) }, "is still listed by /Users after DELETE"},
		"memberships are lost on disable": {func(s *server) { s.dropOnDisable = true },
			func(d *lab.Directory, _ []lab.Person, g []lab.Group) { _ = d.Disable(g[0].Members[0]) }, "is not a member on the server"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			d := lab.Generate(2, 12, 2)
			entra := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{})
			mustSync(t, entra)
			c.spoil(s)
			c.do(d, d.People(), d.Groups())
			sum, err := entra.Cycle(t.Context())
			if err != nil || sum.Equal || !strings.Contains(strings.Join(sum.Differences, "\n"), c.want) {
				t.Fatalf("want a difference with %q, got %v\n%s", c.want, err, sum)
			}
		})
	}
}

func TestClientTriesAgainAfterTroubleWithinBounds(t *testing.T) {
	s := newServer(t)
	s.fault = func(r *http.Request, n int) int {
		switch n % 5 {
		case 1:
			return 429
		case 3:
			return 503
		}
		return 0
	}
	entra := lab.NewEntra(lab.Generate(2, 20, 2), lab.Target{URL: s.URL, Token: "secret", Retry: lab.Retry{Tries: 12, Wait: time.Microsecond}}, lab.EntraOptions{Workers: 4})
	sum := mustSync(t, entra)
	if sum.Retries == 0 || sum.Answers["429"] == 0 || sum.Answers["503"] == 0 {
		t.Errorf("the trouble was not counted: %s", sum)
	}
}

func TestCycleEndsWhenTheServerRefusesTheCredentialsOrIsSilent(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(2, 50, 0)
	_, err := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "wrong"}, lab.EntraOptions{}).Cycle(t.Context())
	if !errors.Is(err, lab.ErrUnauthorized) || !strings.Contains(err.Error(), "wrong token") {
		t.Errorf("wrong token: %v", err)
	}
	s.Close()
	silent := lab.NewEntra(d, lab.Target{URL: s.URL, Token: "secret", Retry: lab.Retry{Tries: 1}}, lab.EntraOptions{Workers: 4})
	if _, err := silent.Cycle(t.Context()); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("silent server: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := silent.Cycle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCycleTellsFailuresWithTheServersDetail(t *testing.T) {
	s := newServer(t)
	s.fault = func(r *http.Request, _ int) int {
		if r.Method == "POST" && r.URL.Path == "/Users" {
			return 400
		}
		return 0
	}
	sum, err := lab.NewEntra(lab.Generate(2, 3, 0), lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{}).Cycle(t.Context())
	if err != nil || sum.Failed != 3 || sum.Equal || !strings.Contains(sum.Errors[0], "made to fail") {
		t.Fatalf("%v %s", err, sum)
	}
}

func TestTestConnectionSaysWhatIsWrong(t *testing.T) {
	s := newServer(t)
	d := lab.Generate(1, 1, 0)
	for name, c := range map[string]struct {
		fault  int
		target lab.Target
		want   string
	}{
		"404 on an empty query": {404, lab.Target{URL: s.URL, Token: "secret"}, "SCIM compliance issue: HTTP/404"},
		"wrong token":           {0, lab.Target{URL: s.URL, Token: "no"}, "refused the credentials"},
		"no URL":                {0, lab.Target{URL: "acme"}, "no URL of a SCIM server"},
	} {
		s.fault = func(*http.Request, int) int { return c.fault }
		err := lab.NewEntra(d, c.target, lab.EntraOptions{}).TestConnection(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestFlagInTheTenantURLSwitchesTheModeAndIsSentAlong(t *testing.T) {
	s, w := newServer(t), &wire{}
	target := w.target(s)
	target.URL += "/?aadOptscim062020"
	d := lab.Generate(1, 1, 0)
	entra := lab.NewEntra(d, target, lab.EntraOptions{})
	mustSync(t, entra)
	_ = d.Disable(d.People()[0].ObjectID)
	mustSync(t, entra)
	var sawFlag, sawFalse bool
	for _, line := range w.take() {
		sawFlag = sawFlag || strings.Contains(line, "?aadOptscim062020&filter=")
		sawFalse = sawFalse || strings.Contains(line, `{"op":"replace","path":"active","value":false}`)
	}
	if !sawFlag || !sawFalse {
		t.Errorf("flag sent %v, boolean sent %v", sawFlag, sawFalse)
	}
}

func TestSummaryReadsWellAndEncodes(t *testing.T) {
	s := newServer(t)
	sum := mustSync(t, lab.NewEntra(lab.Generate(1, 5, 1), lab.Target{URL: s.URL, Token: "secret"}, lab.EntraOptions{}))
	for _, want := range []string{"entra, initial cycle 1: 5 people and 1 groups", "created 5", "the server's equals the directory's"} {
		if !strings.Contains(sum.String(), want) {
			t.Errorf("%q is missing in\n%s", want, sum)
		}
	}
	b, err := json.Marshal(sum)
	if err != nil || !strings.Contains(string(b), `"equal":true`) || !strings.Contains(string(b), `"answers":{"200"`) {
		t.Errorf("%v %s", err, b)
	}
}

func TestProgressGrowsToItsTotal(t *testing.T) {
	s := newServer(t)
	var last lab.Progress
	opt := lab.EntraOptions{Workers: 3, OnProgress: func(p lab.Progress) {
		if p.Done < last.Done || p.Done > p.Total {
			t.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
	}}
	mustSync(t, lab.NewEntra(lab.Generate(1, 20, 3), lab.Target{URL: s.URL, Token: "secret"}, opt))
	if last.Phase != "reading back" || last.Done != last.Total {
		t.Errorf("ended with %+v", last)
	}
}
