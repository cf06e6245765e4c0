// Package settings is the pages below Settings that concern the workspace itself:
// its name and defaults, its roles, its tokens, its plan.
package settings

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

//go:embed templates/*.html
var files embed.FS

// Section is the settings' part of the console.
func Section() frame.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		templates = nil // the folder is compiled in
	}
	const base = "/w/{workspace}/settings/"
	at := func(pattern string, action access.Action, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: action, Serve: serve}
	}
	return frame.Section{Name: "settings", Files: templates, Routes: []frame.Route{
		at("GET "+base+"workspace", access.ViewWorkspace, workspacePage),
		at("POST "+base+"workspace", access.ChangeWorkspace, saveWorkspace),
		at("GET "+base+"roles", access.ViewRoles, rolesPage),
		at("POST "+base+"roles/default", access.SetDefaultRole, saveDefaultRole),
		at("POST "+base+"roles/order", access.MapGroup, orderGroups),
		at("GET "+base+"tokens", access.ViewTokens, tokensPage),
		at("POST "+base+"tokens/{token}/revoke", access.RevokeToken, revokeToken),
		at("GET "+base+"plan", access.ViewPlan, planPage),
	}}
}

// generalTabs are the parts of General Configurations that the member may see.
func generalTabs(q *frame.Request, current string) (tabs []frame.Tab) {
	if q.Can(access.ViewWorkspace) {
		tabs = append(tabs, frame.Tab{Label: titled(q, q.Product.Words.Workspace), Href: q.To("settings", "workspace"), Current: current == "workspace"})
	}
	if q.Can(access.ViewRoles) {
		tabs = append(tabs, frame.Tab{Label: q.Product.Console.Labels.Roles, Href: q.To("settings", "roles"), Current: current == "roles"})
	}
	return tabs
}
