// Package people is the part of the console that is about people: the
// workspace's first page, its members, and its groups.
package people

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed templates/*.html
var files embed.FS

// Section is the pages with their routes.
func Section() frame.Section {
	templates, _ := fs.Sub(files, "templates") // embedded; without it frame.New finds no page
	page := func(pattern string, a access.Action, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: a, Serve: serve}
	}
	groups := func(pattern string, a access.Action, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: a, Feature: product.FeatureGroups, For: hasGroups, Serve: serve}
	}
	invited := func(r frame.Route) frame.Route { r.For = invites; return r }
	return frame.Section{Name: "people", Files: templates, Routes: []frame.Route{
		page("GET /w/{workspace}/{$}", access.ViewHome, showHome),
		page("GET /w/{workspace}/pulse", access.ViewHome, streamHome),
		page("GET /w/{workspace}/members", access.ViewMembers, showMembers),
		invited(page("GET /w/{workspace}/members/invite", access.InviteMember, showInvite)),
		invited(page("POST /w/{workspace}/members/invite", access.InviteMember, invite)),
		page("GET /w/{workspace}/members/{member}", access.ViewMember, showProfile),
		page("POST /w/{workspace}/members/{member}", access.EditMember, saveProfile),
		page("GET /w/{workspace}/members/{member}/access", access.ViewMember, showAccess),
		page("POST /w/{workspace}/members/{member}/access", access.SetRole, saveRoles),
		page("GET /w/{workspace}/members/{member}/deactivate", access.Deactivate, askDeactivate),
		page("POST /w/{workspace}/members/{member}/deactivate", access.Deactivate, deactivate),
		page("POST /w/{workspace}/members/{member}/restore", access.Restore, restore),
		page("POST /w/{workspace}/members/{member}/held", access.AnswerHeld, answerHeld),
		page("GET /w/{workspace}/members/{member}/sessions", access.ViewMember, showSessions),
		page("POST /w/{workspace}/members/{member}/sessions/end", access.EndSessions, endSessions),
		page("GET /w/{workspace}/members/{member}/history", access.ViewMember, showHistory),
		groups("GET /w/{workspace}/groups", access.ViewGroups, showGroups),
		groups("POST /w/{workspace}/groups/order", access.MapGroup, orderGroups),
		groups("GET /w/{workspace}/groups/{group}", access.ViewGroups, showGroup),
		groups("POST /w/{workspace}/groups/{group}", access.MapGroup, mapGroup),
	}}
}

// errNothing is for addresses that this product does not have.
var errNothing = identity.Errorf(identity.NotFound, "", "There is nothing at this address.")

// hasGroups is for products that have groups.
func hasGroups(p *product.Product) bool { return p.SCIM.Groups != product.GroupsOff }

// invites is for products that people are invited into.
func invites(p *product.Product) bool { return p.SignIn.Invitations }

// mayGive reports whether who is signed in has every right of a role: nobody
// makes somebody else, or themselves, more than they are. The verbs refuse it.
func mayGive(q *frame.Request, role product.Role) bool { return !directory.Exceeds(role, q.Roles) }

// mayTouch reports whether who is signed in may change a member, for what a page
// offers. The verbs refuse it.
func mayTouch(q *frame.Request, m *identity.Member) bool {
	return q.Directory.MayTouch(q.Context(), q.Store.Read(q.Workspace.ID), q.Origin(), m) == nil
}

// member reads the member of the path.
func member(q *frame.Request) (directory.MemberRow, error) {
	m, err := q.Directory.Member(q.Context(), q.Workspace.ID, identity.MemberID(q.Part("member")))
	if err != nil {
		return m, err
	}
	titles, err := titlesOf(q)
	m.ManagedBy = titles[m.Connection]
	return m, err
}

// titlesOf gives what people call the workspace's connections.
func titlesOf(q *frame.Request) (map[identity.ConnectionID]string, error) {
	all, err := q.Store.Read(q.Workspace.ID).Connections(q.Context())
	titles := make(map[identity.ConnectionID]string, len(all))
	for i := range all {
		titles[all[i].ID] = told.Connection(q.Product, &all[i])
	}
	return titles, err
}
