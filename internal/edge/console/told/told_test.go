package told_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// tell puts one change of a member called Maria Rossi into words.
func tell(t *testing.T, p *product.Product, change func(c *identity.Change)) told.Entry {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := directory.New(db, p, directory.Bounds{})
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "cli", At: db.Now()}
	ws, err := dir.CreateWorkspace(ctx, o, "acme", "Acme")
	if err != nil {
		t.Fatal(err)
	}
	m, err := dir.Add(ctx, directory.Caller{Workspace: ws.ID, Origin: o}, directory.Newcomer{Address: "maria@acme.example", GivenName: "Maria", FamilyName: "Rossi"})
	if err != nil {
		t.Fatal(err)
	}
	c := identity.Change{Actor: "member:" + string(m.ID), Source: "console", At: time.Now(), Subject: identity.Subject{Kind: "member", ID: string(m.ID)}}
	change(&c)
	entries, err := told.New(p, db.Read(ws.ID)).Tell(ctx, []identity.Change{c})
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	return entries[0]
}

func TestAChangeIsToldInTheProductsWords(t *testing.T) {
	archived := product.Default()
	archived.Words.Inactive, archived.Words.Workspace, archived.Words.Group = "archived", "organization", "team"
	gone := identity.Subject{Kind: "group", ID: "none"}
	for what, c := range map[string]identity.Change{
		"Maria Rossi is archived now":                                    {Verb: identity.MemberDeactivated},
		"Maria Rossi came back":                                          {Verb: identity.MemberReturned},
		"The organization was created":                                   {Verb: identity.WorkspaceCreated, Subject: identity.Subject{Kind: "workspace"}},
		"Provisioning was switched off":                                  {Verb: identity.WorkspaceChanged, Values: []identity.Delta{{Field: "provisioning", Before: true, After: false}}},
		"Job title of Maria Rossi changed":                               {Verb: identity.MemberUpdated, Values: []identity.Delta{{Field: "title", After: "Engineer"}}},
		"Job title, E-mail and Microsoft id of Maria Rossi changed":      {Verb: identity.MemberUpdated, Values: []identity.Delta{{Field: "title"}, {Field: "emails"}, {Field: "microsoftId"}}},
		"Team Night shift: 2 members added, 1 member removed":            {Verb: identity.MembersChanged, Subject: gone, Values: []identity.Delta{{Field: "members", After: []any{"a", "b"}}, {Field: "members", Before: []any{"c"}}, {Field: "displayName", After: "Night shift"}}},
		"The team Night shift gives its members the role Administrator":  {Verb: identity.GroupMapped, Subject: gone, Values: []identity.Delta{{Field: "role", After: "admin"}, {Field: "displayName", After: "Night shift"}}},
		"The team Night shift gives no role any more":                    {Verb: identity.GroupMapped, Subject: gone, Values: []identity.Delta{{Field: "role", Before: "admin"}, {Field: "displayName", After: "Night shift"}}},
		"Maria Rossi signs in through the identity provider from now on": {Verb: identity.MemberLinked},
		"The domain acme.example is verified":                            {Verb: identity.DomainVerified, Subject: identity.Subject{Kind: "domain", ID: "acme.example"}},
		"How people sign in through Okta was changed":                    {Verb: identity.SignOnChanged, Subject: identity.Subject{Kind: "connection", ID: "none"}, Values: []identity.Delta{{Field: "title", After: "Okta"}}},
		"Member sang a song Maria Rossi":                                 {Verb: "member.sang_a_song"},
	} {
		got := tell(t, archived, func(n *identity.Change) {
			n.Verb, n.Values = c.Verb, c.Values
			if c.Subject.Kind != "" {
				n.Subject = c.Subject
			}
		})
		if got.What != what {
			t.Errorf("%q, want %q", got.What, what)
		}
	}
}

func TestWhoAndHowAreToldByName(t *testing.T) {
	for actor, want := range map[string]string{"operator:x": "the vendor", "token:none": "the directory", "system:x": "Anteroom demo", "person:x": "the person", "member:none": "a member without a name"} {
		got := tell(t, product.Default(), func(c *identity.Change) { c.Actor, c.Source, c.Verb = actor, "scim", identity.MemberUpdated })
		if got.Who != want || got.How != "provisioning" {
			t.Errorf("%s: %q by %q", actor, got.Who, got.How)
		}
	}
}

func TestValuesAreToldBeforeAndAfter(t *testing.T) {
	got := tell(t, product.Default(), func(c *identity.Change) {
		c.Verb, c.Values = identity.MemberUpdated, []identity.Delta{
			{Field: "state", Before: "active", After: "inactive"}, {Field: "role", Before: "admin", After: "member"},
			{Field: "emails", After: []any{map[string]any{"value": "a@b.example", "type": "work"}}},
			{Field: "name", Before: map[string]any{"givenName": "Ada", "familyName": "Byron"}}, {Field: "urn:x:employeeNumber", After: float64(7)}, {Field: "active", After: true},
		}
	})
	var lines []string
	for _, f := range got.Fields {
		lines = append(lines, f.Name+": "+f.Before+" > "+f.After)
	}
	want := "State: Active > Inactive|Role: Administrator > Member|E-mail:  > a@b.example (work)|Name: family name Byron, given name Ada > |Employee number:  > 7|State:  > Active"
	if strings.Join(lines, "|") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "|"), want)
	}
}
