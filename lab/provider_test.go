package lab_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// made makes a provider by its name.
func made(t *testing.T, name string, d *lab.Directory, to lab.Target, o lab.Options) lab.Provider {
	t.Helper()
	p, err := lab.New(name, d, to, o)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name() != name {
		t.Fatalf("%s calls itself %s", name, p.Name())
	}
	return p
}

// choices are providers with what an administrator can choose otherwise.
func choices() map[string]lab.Options {
	all := map[string]lab.Options{}
	for _, d := range lab.Providers() {
		all[d.Name] = lab.Options{Workers: 4}
	}
	suspend := &lab.Triggers{}
	remove := &lab.Triggers{Unassigned: lab.Deprovision{Delete: true}, Deleted: lab.Deprovision{Delete: true}}
	all["google PATCH"] = lab.Options{Updates: http.MethodPatch, Deprovision: remove}
	all["onelogin PATCH"] = lab.Options{Updates: http.MethodPatch, Deprovision: suspend, Workers: 3}
	all["pingfederate PATCH"] = lab.Options{Updates: http.MethodPatch, Filter: `userName eq "%s"`, Deprovision: remove}
	all["pingfederate alone"] = lab.Options{NoGroups: true}
	all["sailpoint deletes"] = lab.Options{Deprovision: remove, Workers: 8}
	all["entra alone"] = lab.Options{NoGroups: true}
	return all
}

func TestEveryProviderByNameConvergesOnOurOwnServer(t *testing.T) {
	for name, o := range choices() {
		t.Run(name, func(t *testing.T) {
			d := lab.Generate(31, 24, 4)
			provider, _, _ := strings.Cut(name, " ")
			p := made(t, provider, d, newHandler(t), o)
			if err := p.TestConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			if sum := mustSync(t, p); sum.Did["created"] != 24 || sum.Client != provider || sum.Kind != "initial" {
				t.Fatalf("not everybody arrived:\n%s", sum)
			}
			year := story(d)
			if !strings.HasPrefix(name, "entra") { // which leaves the memberships of the deleted to the server; this one keeps them
				year = append(year, endings(d)...)
			}
			for i, change := range year {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, p)
			}
			idle := mustSync(t, p)
			if reads := map[string]int{"sailpoint": 3}[provider]; idle.Requests > reads || idle.Methods["GET"] != idle.Requests {
				t.Errorf("a cycle without changes sent more than it reads:\n%s", idle)
			}
			if c, err := p.(lab.Comparer).Compare(t.Context()); err != nil || !c.Equal {
				t.Errorf("%v %v", err, c)
			}
		})
	}
}

func TestProvidersTakeOverWhatAnotherLeftAndRecoverWhatTheServerLost(t *testing.T) {
	for _, d := range lab.Providers() {
		t.Run(d.Name, func(t *testing.T) {
			s := newServer(t)
			dir := lab.Generate(32, 12, 0)
			to := lab.Target{URL: s.URL, Token: "secret"}
			mustSync(t, made(t, "google", dir, to, lab.Options{}))
			p := made(t, d.Name, dir, to, lab.Options{Deprovision: nil})
			if sum := mustSync(t, p); sum.Did["created"] != 0 || sum.Did["matched"] != 12 {
				t.Fatalf("what was there was not matched:\n%s", sum)
			}
			person := dir.People()[3]
			s.mu.Lock()
			s.docs["/Users"] = slices.DeleteFunc(s.docs["/Users"], func(o object) bool { return strings.EqualFold(o["userName"].(string), person.UserPrincipalName) })
			s.mu.Unlock()
			if err := dir.Move(person.ObjectID, "Elsewhere", "Else"); err != nil {
				t.Fatal(err)
			}
			// Okta tells the loss and looks for the person in the next cycle.
			if _, err := p.Cycle(t.Context()); err != nil {
				t.Fatal(err)
			}
			mustSync(t, p)
			if len(s.docs["/Users"]) != 12 {
				t.Errorf("%d people on the server", len(s.docs["/Users"]))
			}
		})
	}
}

func TestNewSaysWhatIsWrongWithNameAndOptions(t *testing.T) {
	d := lab.NewDirectory(1)
	for _, c := range []struct {
		name string
		o    lab.Options
		want string
	}{
		{"entrance", lab.Options{}, "there are entra, entra-062020, okta"},
		{"google", lab.Options{Mapping: lab.DefaultMapping()}, "fixed"},
		{"okta", lab.Options{Mapping: lab.DefaultMapping()}, "fixed"},
		{"entra", lab.Options{Mapping: []lab.Mapping{{Source: "mail", Target: "userName"}}}, "no matching attribute"},
		{"sailpoint", lab.Options{Mapping: []lab.Mapping{{Source: "Fly([mail])", Target: "userName", Match: 1}}}, "Fly is not known"},
		{"jumpcloud", lab.Options{Updates: http.MethodPatch}, "with PUT, not with PATCH"},
		{"jumpcloud", lab.Options{Deprovision: &lab.Triggers{}}, "no choice"},
		{"google", lab.Options{Template: "{}"}, "no template"},
		{"onelogin", lab.Options{Template: "{"}, "no JSON object"},
		{"onelogin", lab.Options{Template: "{}"}, "no userName"},
		{"onelogin", lab.Options{Template: `{"userName": "{$user.nick}"}`}, "{$user.nick}; known are parameters.department"},
		{"onelogin", lab.Options{Filter: "x"}, "PingFederate"},
		{"pingfederate", lab.Options{Filter: "userName eq x"}, "%s once"},
	} {
		if p, err := lab.New(c.name, d, lab.Target{URL: "http://x.example"}, c.o); err == nil || p != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %q", c.name, c.o, err, c.want)
		}
	}
	if _, err := lab.New("google", d, lab.Target{URL: "nonsense"}, lab.Options{}); err != nil {
		t.Errorf("the target was judged too early: %v", err)
	}
}
