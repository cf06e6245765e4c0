// Package activity is the pages on what happened in a workspace: what its
// directory asked and what came of it, and every change.
package activity

import (
	"embed"
	"io/fs"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed templates/*.html
var files embed.FS

// Section is the activity's part of the console.
func Section() frame.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		templates = nil // the folder is compiled in
	}
	const base = "/w/{workspace}/activity"
	at := func(pattern string, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: access.ViewActivity, Serve: serve}
	}
	export := func(pattern string, serve func(*frame.Request) error) frame.Route {
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: access.ExportActivity, Feature: product.FeatureAudit, Serve: serve}
	}
	return frame.Section{Name: "activity", Files: templates, Routes: []frame.Route{
		at("GET "+base, requestsPage),
		at("GET "+base+"/requests/{request}", requestPage),
		at("GET "+base+"/changes", changesPage),
		export("GET "+base+"/export/requests", exportRequests),
		export("GET "+base+"/export/changes", exportChanges),
	}}
}

// rows is how many a page shows.
const rows = 50

func tabs(q *frame.Request, current string) []frame.Tab {
	return []frame.Tab{
		{Label: "Provisioning", Href: q.To("activity"), Current: current == "requests"},
		{Label: "Changes", Href: q.To("activity", "changes"), Current: current == "changes"},
	}
}
