package signin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/scim"
)

// roled is a product in whose roles the way into it lies, as the fifth help page has it.
const roled = `name: Platform
channels: [{name: app, title: mobile app}, {name: web, title: web portal}]
attributes: [{name: role, schema: core, description: the role}]
roles:
  catalogue:
    - {name: AppOnly, title: App login only, channels: [app]}
    - {name: ReadOnly, title: Read only, may: [members.view], channels: [app, web]}
    - {name: User, title: User, channels: [app, web]}
    - {name: Admin, title: Administrator, may: [everything], channels: [app, web]}
    - {name: EnterpriseAdmin, title: Enterprise administrator, owner: true, channels: [app, web]}
  default: AppOnly
  case_exact: true
  unknown: default
  grant_owner: true
members: {required: [name.givenName, name.familyName, emails], address_rule: lowercase, address_scope: deployment}
`

func TestP19_WhoHasTheAppAloneIsRefusedAtTheWebPortalWithTheReason(t *testing.T) {
	onEachOf(t, roled, func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		m := l.provision(ann())
		_, err := l.as(ann())
		r := refusedBy(t, "at the web portal", err, explain.ChannelClosed)
		tr, found, err := e.s.Trace(t.Context(), e.acme, r.Code)
		e.must(err)
		if !found || !strings.Contains(tr.Got, "mobile app") || !strings.Contains(tr.Got, "AppOnly") {
			t.Errorf("the administrator is told %q", tr.Got)
		}
		if known, err := e.db.Read(e.acme).SubjectsOf(t.Context(), m.ID); err != nil || len(known) != 0 {
			t.Errorf("who was refused is linked: %+v %v", known, err)
		}
		v := l.begin(func(s *signin.Start) { s.Channel = "app" })
		if o, err := v.bring(v.answer(ann())); err != nil || o.Member.ID != m.ID {
			t.Errorf("in the app: %v", err)
		}
	})
}

func TestP20_TheRoleInTheAssertionOpensTheWebPortalByItsExactValue(t *testing.T) {
	const role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
	onEachOf(t, roled, func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Entra)
		m := l.provision(ann())
		for _, c := range []struct {
			name, value string
			opens       bool
		}{{role, "ReadOnly", true}, {"role", "User", true}, {"roles", "Admin", true}, {role, "admin", false}, {role, "Boss", false}} {
			_, err := l.as(ann(), saying(c.name, c.value))
			if (err == nil) != c.opens {
				t.Errorf("%s: %v", c.value, err)
			}
			if grants := e.member(e.acme, m.ID).Grants; c.opens && !slices.Contains(grants, identity.Grant{Role: c.value, Source: identity.ByAssertion}) {
				t.Errorf("%s: the grants are %+v", c.value, grants)
			}
		}
		if _, err := l.as(ann()); ruleOf(err) != string(explain.ChannelClosed) {
			t.Errorf("without the role the way stays open: %v", err)
		}
	})
}

func TestP18_TheSameAddressInTwoWorkspacesIsTwoMembersAndOneInEach(t *testing.T) {
	onEachOf(t, roled, func(t *testing.T, e *estate) {
		on := func(o *identity.SignOn) { o.JustInTime = "on" }
		a, b := e.through(e.acme, idp.Entra, on), e.through(e.globex, idp.Entra, on)
		admin := saying("role", "Admin")
		first, second := a.in(ann(), admin), b.in(ann(), admin)
		if first.Member.ID == second.Member.ID || e.where(first.Fresh.Secret) != "acme" || e.where(second.Fresh.Secret) != "globex" {
			t.Errorf("%s reaches %q, %s reaches %q", first.Member.ID, e.where(first.Fresh.Secret), second.Member.ID, e.where(second.Fresh.Secret))
		}
		again := ann()
		again.ObjectID = "99999999-0000-4000-8000-000000000000"
		_, err := a.as(again, admin)
		refusedBy(t, "a second person of the address", err, explain.SubjectOther)
		again.UserPrincipalName, again.Mail = "x@acme.example", "ANN@acme.example"
		_, err = a.as(again, admin, named("x@acme.example", idp.Email))
		refusedBy(t, "by another user name", err, explain.SubjectOther)
	})
}

func TestANewcomerHasWhatTheProductWantsOrIsRefusedByItsName(t *testing.T) {
	onEachOf(t, roled, func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime = "on" })
		who := ann()
		who.Surname = ""
		_, err := l.as(who, saying("role", "User"))
		r := refusedBy(t, "without a family name", err, explain.NewcomerInvalid)
		if tr, _, _ := e.s.Trace(t.Context(), e.acme, r.Code); tr.Expected != "name.familyName" {
			t.Errorf("it lacks %q", tr.Expected)
		}
		if n := len(e.members(e.acme)); n != 0 {
			t.Errorf("%d members were made", n)
		}
	})
}

func TestWhatADirectoryManagesStaysAndItsRoleOutranksTheAssertions(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := l.provision(ann(), "role", "member")
		who := ann()
		who.GivenName, who.Surname, who.DisplayName = "Other", "Name", "Other Name"
		l.in(who, saying("role", "admin"))
		now := e.member(e.acme, m.ID)
		counts, err := e.people.Effective(t.Context(), e.acme, m.ID)
		e.must(err)
		if now.GivenName != "Ann" || now.DisplayName != "Ann Ames" || len(counts) != 1 || counts[0].Role != "member" || counts[0].Source != identity.ByAttribute {
			t.Errorf("it is %+v, with %+v", now, counts)
		}
		if !slices.Contains(now.Grants, identity.Grant{Role: "admin", Source: identity.ByAssertion}) {
			t.Errorf("the assertion's role is not known: %+v", now.Grants)
		}
	})
}

func TestARoleByHandStaysUnderThatOfTheAssertionAndComesBackWithoutIt(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := e.joined(e.acme, "ann@acme.example", "member")
		l.in(ann(), saying("role", "admin"))
		l.in(ann())
		counts, err := e.people.Effective(t.Context(), e.acme, m.ID)
		e.must(err)
		if len(counts) != 1 || counts[0].Role != "member" || counts[0].Source != identity.ByHand {
			t.Errorf("it is %+v", counts)
		}
	})
}

func TestAnAssertionNeitherMakesNorUnmakesAnOwnerWhereTheProductForbidsIt(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		e.joined(e.acme, "ann@acme.example", "member")
		if o := l.in(ann(), saying("role", "owner")); e.people.IsOwner(&o.Member) {
			t.Error("an assertion made an owner")
		}
		_, _, err := e.accounts.Founder(t.Context(), e.globex, "bob@acme.example", "Bob Berg", byOperator)
		e.must(err)
		if o := e.through(e.globex, idp.Okta).in(bob(), saying("role", "member")); !e.people.IsOwner(&o.Member) {
			t.Error("an assertion unmade an owner")
		}
	})
}

func TestAttributesOfTheAssertionArePutWhereTheConnectionSays(t *testing.T) {
	const definition = "name: P\nattributes: [{name: region, schema: core, description: where}, {name: kind, schema: core, description: what}]\nroles: {catalogue: [{name: owner, owner: true}, {name: m}, {name: boss}], default: m, sources: [assertion, default], attributes: [kind]}\n"
	onEachOf(t, definition, func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) {
			o.JustInTime, o.SAML.Attributes = "on", map[string]string{"region": "custom_region", "kind": "custom_kind", "givenName": "vorname"}
		})
		o := l.in(ann(), saying("custom_region", "north"), saying("custom_kind", "boss"), saying("vorname", "Änne"))
		if m := o.Member; m.Attributes["region"] != "north" || m.GivenName != "Änne" || !slices.Contains(m.Grants, identity.Grant{Role: "boss", Source: identity.ByAssertion}) {
			t.Errorf("it is %+v", m)
		}
		if m := l.in(ann(), saying("custom_region", "south")).Member; m.Attributes["region"] != "south" {
			t.Errorf("the next time it is %+v", m.Attributes)
		}
		again := l.directory()
		r, err := again.Create(t.Context(), &scim.Resource{Attrs: personDoc("ann@acme.example", "region", "west")})
		e.must(err)
		l.in(ann(), saying("custom_region", "east"))
		m, _, err := e.db.Read(e.acme).MemberByResource(t.Context(), r.ID)
		e.must(err)
		if m.ID != o.Member.ID || m.Attributes["region"] != "west" {
			t.Errorf("what the directory says does not stay: %+v", m)
		}
	})
}

func personDoc(address string, more ...string) *scim.Object {
	doc := &scim.Object{}
	doc.Set("userName", address)
	for i := 0; i+1 < len(more); i += 2 {
		doc.Set(more[i], more[i+1])
	}
	return doc
}
