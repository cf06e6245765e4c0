package lab_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/lab"
)

// newProduct starts the whole product on a store of its own, and gives the
// address and token of one workspace, and a way to add members by hand.
func newProduct(t *testing.T) (to lab.Target, hire func(address, given, family string)) {
	t.Helper()
	origin := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}
	p := product.Default()
	db, err := store.Open(t.Context(), store.Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	people, tokens := directory.New(db, p, directory.Bounds{}), token.New(db, p)
	srv := httptest.NewServer(scimapi.New(scimapi.Config{Store: db, Directory: people, Tokens: tokens, Product: p}))
	t.Cleanup(func() {
		srv.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w, err := people.CreateWorkspace(t.Context(), origin, "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := tokens.Issue(t.Context(), token.Request{Workspace: w.ID, Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
	hire = func(address, given, family string) {
		t.Helper()
		who := directory.Newcomer{Address: address, GivenName: given, FamilyName: family}
		if _, err := people.Add(t.Context(), directory.Caller{Workspace: w.ID, Origin: origin}, who); err != nil {
			t.Fatal(err)
		}
	}
	return lab.Target{URL: srv.URL + p.SCIM.Path("acme"), Token: secret}, hire
}

func TestK05_K17_T26_EveryProviderConvergesOnTheProductThroughEveryFault(t *testing.T) {
	for name, o := range choices() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, _ := newProduct(t)
			faults := &lab.Faults{Seed: 12, Lose: 0.04, Double: 0.04, Refuse: 0.04, Break: 0.04, Delay: 0.2, LongestDelay: time.Millisecond}
			to.HTTP, to.Retry = &http.Client{Transport: faults}, lab.Retry{Tries: 6, Wait: time.Microsecond}
			d := lab.Generate(71, 40, 6)
			o.Workers = 8
			provider, _, _ := strings.Cut(name, " ")
			p := made(t, provider, d, to, o)
			if err := p.TestConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			mustSync(t, p)
			for i, change := range append(story(d), endings(d)...) {
				if err := change(); err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				mustSync(t, p)
			}
		})
	}
}

func TestP22_EverybodyOfTheProductIsListedWhoeverMadeThem(t *testing.T) {
	to, hire := newProduct(t)
	mustSync(t, made(t, "okta", lab.Generate(72, 130, 0), to, lab.Options{Workers: 4}))
	for i := range 20 {
		hire(fmt.Sprintf("By.Hand%d@acme.example", i), "Bý", fmt.Sprintf("Hand %d", i))
	}
	d := lab.NewDirectory(1)
	entra := made(t, "entra", d, to, lab.Options{Workers: 4})
	sum, err := entra.(lab.Importer).Import(t.Context())
	if err != nil || len(sum.Added) != 150 || len(sum.Odd) != 0 {
		t.Fatalf("%v %+v", err, sum)
	}
	byHand := 0
	for _, p := range d.People() {
		if p.GivenName == "Bý" && strings.HasPrefix(p.Surname, "Hand ") && strings.EqualFold(p.Mail, p.UserPrincipalName) {
			byHand++
		}
	}
	if byHand != 20 {
		t.Errorf("%d of 20 members added by hand came in with name and address", byHand)
	}
	found, err := entra.(lab.Discoverer).DiscoverAccounts(t.Context())
	if err != nil || len(found.Unassigned) != 150 || len(found.Odd) != 0 {
		t.Fatalf("%v %+v", err, found)
	}
	for _, id := range sum.Added {
		_ = d.Assign(id)
	}
	mustSync(t, entra)
}
