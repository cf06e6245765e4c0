package lab_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

func TestOktaStoryOfJoinersMoversAndLeavers(t *testing.T) {
	for name, opt := range map[string]lab.OktaOptions{"catalogue": {}, "custom": {Custom: true, Workers: 3}} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			d := lab.Generate(3, 30, 4)
			okta := lab.NewOkta(d, lab.Target{URL: s.URL, Token: "secret"}, opt)
			if err := okta.TestConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			if sum := mustSync(t, okta); sum.Did["created"] != 30 || sum.Did["groups created"] != 4 {
				t.Fatalf("not everybody arrived:\n%s", sum)
			}
			for i, change := range append(story(d), endings(d)...) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, okta)
			}
			if again := mustSync(t, okta); again.Requests != 0 {
				t.Errorf("a cycle without changes sent %d requests", again.Requests)
			}
		})
	}
}

func TestW04_W07_OktaOnTheWire(t *testing.T) {
	const op = `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`
	for name, c := range map[string]struct {
		custom          bool
		off, on, rename []string // beginnings of what is sent
	}{
		"catalogue": {false,
			[]string{`PATCH /Users/id-1 {"Operations":[{"op":"replace","value":{"active":false}}],` + op},
			[]string{`PATCH /Users/id-1 {"Operations":[{"op":"replace","value":{"active":true}}],` + op},
			[]string{`PATCH /Groups/id-2 {"Operations":[{"op":"replace","value":{"displayName":"New","id":"id-2"}}],` + op}},
		"custom": {true,
			[]string{`GET /Users/id-1`, `PUT /Users/id-1 {"active":false,`},
			[]string{`GET /Users/id-1`, `PUT /Users/id-1 {"active":true,`},
			[]string{`PUT /Groups/id-2 {"displayName":"New","id":"id-2","members":[{"display":"ann@x.example","value":"id-1"}]`}},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := newServer(t), &wire{}
			d := lab.NewDirectory(1)
			id, _ := d.AddPerson(lab.Person{UserPrincipalName: "ann@x.example", GivenName: "Ann", Surname: "Lee"})
			_ = d.Assign(id)
			g, _ := d.NewGroup("Old", id)
			_ = d.AssignGroup(g)
			okta := lab.NewOkta(d, w.target(s), lab.OktaOptions{Custom: c.custom, NoCompare: true})
			step := func(change error, want []string) {
				t.Helper()
				w.take()
				if _, err := okta.Cycle(t.Context()); err != nil || change != nil {
					t.Fatal(err, change)
				}
				sent := w.take()
				if len(sent) != len(want) || !slices.EqualFunc(sent, want, strings.HasPrefix) {
					t.Errorf("sent\n%s\nwant\n%s", strings.Join(sent, "\n"), strings.Join(want, "\n"))
				}
			}
			step(nil, oktaFirst(c.custom))
			step(d.Disable(id), c.off)
			step(d.Enable(id), c.on)
			step(d.RenameGroup(g, "New"), c.rename)
		})
	}
}

// oktaFirst is what arrives when the first person and group are pushed.
func oktaFirst(custom bool) []string {
	first := []string{
		`GET /Users?filter=userName%20eq%20%22ann%40x.example%22&startIndex=1&count=100`,
		`POST /Users {"active":true,"displayName":"Ann Lee","emails":[{"primary":true,"type":"work","value":"ann@x.example"}],"externalId":"00u`,
		`GET /Groups?filter=displayName%20eq%20%22Old%22&startIndex=1&count=100`,
	}
	if custom {
		return append(first, `POST /Groups {"displayName":"Old","members":[{"display":"ann@x.example","value":"id-1"}]`)
	}
	return append(first,
		`POST /Groups {"displayName":"Old","members":[]`,
		`PATCH /Groups/id-2 {"Operations":[{"op":"replace","value":{"displayName":"Old","id":"id-2"}}]`,
		`PATCH /Groups/id-2 {"Operations":[{"op":"replace","path":"members","value":[{"display":"ann@x.example","value":"id-1"}]}]`)
}

func TestW10_EachBoxUnderProvisioningToAppWorksAlone(t *testing.T) {
	for i := range 8 {
		opt := lab.OktaOptions{NoCreate: i&1 != 0, NoUpdate: i&2 != 0, NoDeactivate: i&4 != 0}
		s := newServer(t)
		d := lab.Generate(4, 6, 1)
		okta := lab.NewOkta(d, lab.Target{URL: s.URL, Token: "secret"}, opt)
		mustSync(t, okta)
		if got := len(s.docs["/Users"]); (got == 0) != opt.NoCreate {
			t.Errorf("%+v: %d people were created", opt, got)
		}
		p := d.People()
		_ = d.Move(p[0].ObjectID, "X", "Moved")
		_ = d.Disable(p[1].ObjectID)
		sum := mustSync(t, okta)
		if want := !opt.NoCreate && !opt.NoUpdate; (sum.Did["updated"] > 0) != want {
			t.Errorf("%+v: updates %d", opt, sum.Did["updated"])
		}
		if want := !opt.NoCreate && !opt.NoDeactivate; (sum.Did["disabled"] > 0) != want {
			t.Errorf("%+v: deactivations %d", opt, sum.Did["disabled"])
		}
	}
}

func TestOktaFindsTheInactivePersonAgain(t *testing.T) {
	for _, custom := range []bool{false, true} {
		s := newServer(t)
		d := lab.Generate(4, 3, 1)
		p := d.People()[0].ObjectID
		okta := lab.NewOkta(d, lab.Target{URL: s.URL, Token: "secret"}, lab.OktaOptions{Custom: custom})
		mustSync(t, okta)
		_ = d.SoftDelete(p)
		mustSync(t, okta)
		_ = d.Restore(p)
		sum := mustSync(t, okta)
		if sum.Did["matched"] != 1 || len(s.docs["/Users"]) != 3 {
			t.Errorf("custom %v: %s", custom, sum)
		}
	}
}

func TestW20_RawTokenAndBasicCredentials(t *testing.T) {
	s, w := newServer(t), &wire{}
	for name, target := range map[string]lab.Target{
		"raw":   {URL: s.URL, Token: "Bearer secret", RawToken: true},
		"basic": {URL: s.URL, User: "acme", Password: "secret"},
	} {
		target.OnExchange = w.note
		err := lab.NewOkta(lab.NewDirectory(1), target, lab.OktaOptions{}).TestConnection(t.Context())
		if (err == nil) != (name == "raw") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFullPushReplacesTheWholeMembership(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(4, 6, 1)
	okta := lab.NewOkta(d, w.target(s), lab.OktaOptions{})
	mustSync(t, okta)
	s.docs["/Groups"][0]["members"] = []any{}
	w.take()
	if sum, err := okta.FullPush(t.Context()); err != nil || !sum.Equal {
		t.Fatalf("%v %s", err, sum)
	}
	if sent := w.take(); !strings.Contains(sent[1], `{"op":"replace","path":"members","value":[`) {
		t.Errorf("sent %q", sent[1])
	}
}
