// Package activity is the pages on what happened in a workspace: what its
// directory asked and what came of it, who signed in through a provider and who
// was refused, what a code means, and every change.
package activity

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
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
	exports, searches := frame.NewPlaces(exportsAtOnce), frame.NewPlaces(searchesAtOnce)
	export := func(pattern string, serve func(*frame.Request) error) frame.Route {
		serve = oneEach(exports, 0, "An export of this workspace, or several of others, are being written", serve)
		return frame.Route{Pattern: pattern, Gate: frame.InWorkspace, Action: access.ExportActivity, Feature: product.FeatureAudit, Serve: serve}
	}
	return frame.Section{Name: "activity", Files: templates, Routes: []frame.Route{
		at("GET "+base, func(q *frame.Request) error {
			if f := filterOf(q); f.ClientID == "" && f.Subject == "" && f.Connection == "" {
				return requestsPage(q) // which an index answers
			}
			return oneEach(searches, searchPatience, "Others are searching just now", requestsPage)(q)
		}),
		at("GET "+base+"/requests/{request}", requestPage),
		at("GET "+base+"/signins", signInsPage),
		at("GET "+base+"/explain", oneEach(searches, searchPatience, "Others are searching just now", explainPage)),
		at("GET "+base+"/changes", changesPage),
		export("GET "+base+"/export/requests", exportRequests),
		export("GET "+base+"/export/changes", exportChanges),
	}}
}

// What reads a log from end to end takes a place, one for a workspace, so that
// one workspace's do not keep the others' pages waiting.
const (
	exportsAtOnce  = 4
	searchesAtOnce = 4
	searchPatience = 5 * time.Second
)

// oneEach serves one such request of a workspace at a time, and asks others to
// come back when no place is left within the patience.
func oneEach(places *frame.Places, patience time.Duration, why string, serve func(*frame.Request) error) func(*frame.Request) error {
	return func(q *frame.Request) error {
		ctx, cancel := context.WithTimeout(q.Context(), patience)
		defer cancel()
		leave, ok := places.Wait(ctx, frame.Share{Key: string(q.Workspace.ID), Most: 1})
		if !ok {
			return identity.Errorf(identity.Unavailable, "", "%s; try again in a few seconds.", why)
		}
		defer leave()
		return serve(q)
	}
}

// rows is how many a page shows.
const rows = 50

func tabs(q *frame.Request, current string) []frame.Tab {
	return []frame.Tab{
		{Label: "Provisioning", Href: q.To("activity"), Current: current == "requests"},
		{Label: "Sign-ins", Href: q.To("activity", "signins"), Current: current == "signins"},
		{Label: "Changes", Href: q.To("activity", "changes"), Current: current == "changes"},
	}
}
