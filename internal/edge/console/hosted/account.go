package hosted

import (
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

// The tabs of the personal settings, by their addresses.
const (
	tabProfile    = "/account"
	tabSecurity   = "/account/security"
	tabSessions   = "/account/sessions"
	tabApps       = "/account/apps"
	tabWorkspaces = "/account/workspaces"
)

// show answers with one of the personal settings.
func show(q *frame.Request, tab, template string, data any) error {
	tabs, err := tabsOf(q, tab)
	if err != nil {
		return err
	}
	return q.Render(frame.Page{
		Title: "Personal settings", State: q.Live.Person.Address, Nav: frame.NavAccount, Tabs: tabs, Template: "hosted/" + template, Data: data,
	})
}

func tabsOf(q *frame.Request, current string) ([]frame.Tab, error) {
	apps, err := hasApps(q)
	if err != nil {
		return nil, err
	}
	tabs := []frame.Tab{{Label: "Profile", Href: tabProfile}, {Label: "Security", Href: tabSecurity}, {Label: "Sessions", Href: tabSessions}}
	if apps {
		tabs = append(tabs, frame.Tab{Label: q.Product.Console.Labels.PersonalTokens, Href: tabApps})
	}
	if len(q.Live.Reached) > 0 {
		tabs = append(tabs, frame.Tab{Label: product.Title(q.Product.Words.Workspaces), Href: tabWorkspaces})
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Href == current
	}
	return tabs, nil
}

func profile(q *frame.Request) error { return show(q, tabProfile, "profile", q.Live.Person) }

func rename(q *frame.Request) error {
	if err := q.Accounts.Rename(q.Context(), q.Live, q.Field("name")); err != nil {
		return q.Again(err, profile)
	}
	return q.Redirect(tabProfile, "Saved.")
}

func reached(q *frame.Request) error {
	return show(q, tabWorkspaces, "workspaces", q.Live.Reached)
}
