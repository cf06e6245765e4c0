// Package operator is the pages of the product's vendor: the workspaces, what
// their plans unlock, tokens that only the vendor issues, links, and the product
// definition as it was loaded. It shows no member's data.
package operator

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

//go:embed templates/*.html
var files embed.FS

// Section is the operator's part of the console.
func Section() frame.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		templates = nil // the folder is compiled in
	}
	at := func(pattern string, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.Operator, Serve: serve}
	}
	const one = "/operator/workspaces/{workspace}"
	return frame.Section{Name: "operator", Files: templates, Routes: []frame.Route{
		at("GET /operator", workspacesPage),
		at("POST /operator/workspaces", createWorkspace),
		at("GET "+one, workspacePage),
		at("POST "+one+"/plan", setPlan),
		at("POST "+one+"/entitlements", setEntitlement),
		at("POST "+one+"/owner", ownerLink),
		at("POST "+one+"/tokens", issueToken),
		at("POST "+one+"/tokens/{token}/revoke", revokeToken),
		at("POST "+one+"/links/{link}/revoke", revokeLink),
		at("GET /operator/product", productPage),
		at("GET /operator/signins", signInsPage),
		at("GET /operator/mails", mailsPage),
	}}
}

func tabs(current string) []frame.Tab {
	return []frame.Tab{
		{Label: "Workspaces", Href: "/operator", Current: current == "workspaces"},
		{Label: "Product definition", Href: "/operator/product", Current: current == "product"},
		{Label: "Sign-ins", Href: "/operator/signins", Current: current == "signins"},
		{Label: "Mails", Href: "/operator/mails", Current: current == "mails"},
	}
}
