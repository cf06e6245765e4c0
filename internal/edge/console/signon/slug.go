package signon

import (
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// slugPage asks for the workspace, or reads it from behind the # with a script:
// what stands there never reaches us (T10).
type slugPage struct {
	To, Typed string
	Other     string // where the e-mail address is asked for
}

// goal is where the sign-in is to lead, "" for wherever people begin.
func goal(q *frame.Request) string {
	to := frame.OrElse(q.Field("to"), q.Query("to"))
	if to == "" {
		return ""
	}
	return frame.Inside(to)
}

// with adds the goal to an address.
func with(path, to string) string {
	if to == "" || to == "/" {
		return path
	}
	return path + "?to=" + url.QueryEscape(to)
}

func showSlug(q *frame.Request) error {
	to := goal(q)
	typed := frame.OrElse(q.Query("workspace"), q.Part("slug"))
	return q.Render(frame.Page{
		Title: q.Product.SignIn.Button, State: "Which " + q.Product.Words.Workspace + " is it?", Template: "signon/slug", Bare: true,
		Data: slugPage{to, frame.OrElse(typed, within(to)), with(q.Product.SignIn.AddressPath, to)},
	})
}

// within is the workspace that an address lies in, "" for none: who follows a
// link has typed it already.
func within(to string) string {
	rest, inside := strings.CutPrefix(to, "/w/")
	if !inside {
		return ""
	}
	slug, _, _ := strings.Cut(rest, "/")
	return slug
}

func askWorkspace(q *frame.Request) error {
	if q.Query("workspace") == "" {
		return showSlug(q)
	}
	return enter(q, q.Query("workspace"), ByForm)
}

// direct is a workspace's own address (T10).
func direct(q *frame.Request) error { return enter(q, q.Part("slug"), ByLink) }

// enter begins at the provider of the workspace that somebody named.
func enter(q *frame.Request, typed string, how Way) error {
	choices, err := choicesAt(q, typed)
	if err != nil {
		return err
	}
	wanted := identity.ConnectionID(q.Query("connection"))
	for _, c := range choices {
		if c.Connection.ID == wanted || len(choices) == 1 {
			return Begin(q, signin.Start{Workspace: c.Workspace.ID, Connection: c.Connection.ID, To: goal(q), Channel: channel(q)}, how)
		}
	}
	if len(choices) > 1 {
		return chooseProvider(q, choices)
	}
	w := &q.Product.Words
	return q.Again(identity.Errorf(identity.Invalid, "workspace",
		"nobody signs in this way with that %s; compare it with the one that your administrator gave you", w.Slug), showSlug)
}

// channel is what somebody signs in to: the product's apps say so in the address
// that they open (P11, P23), and pages say nothing.
func channel(q *frame.Request) string {
	c, _ := q.Product.Channel(q.Query("channel"))
	return c.Name
}

// choicesAt lists what people can sign in through at a workspace; of one that is
// not there, none.
func choicesAt(q *frame.Request, typed string) ([]signin.Choice, error) {
	for _, slug := range spellings(typed) {
		w, err := q.Store.WorkspaceBySlug(q.Context(), slug)
		if identity.KindOf(err) == identity.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		return q.SignIn.Choices(q.Context(), w.ID)
	}
	return nil, nil
}

// spellings are what somebody may mean who typed a workspace's slug: the case of
// letters and blanks do not count (T09).
func spellings(typed string) []string {
	words := strings.Fields(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "#")))
	all := []string{strings.Join(words, ""), strings.Join(words, "-")}
	if len(words) < 2 {
		all = all[:1]
	}
	return all
}

// choicePage lets somebody choose among the providers of one workspace.
type choicePage struct{ Choices []choice }

// choice is one provider.
type choice struct{ Label, Href string }

func chooseProvider(q *frame.Request, all []signin.Choice) error {
	var p choicePage
	for _, c := range all {
		at := url.Values{"connection": {string(c.Connection.ID)}}
		for name, value := range map[string]string{"to": goal(q), "channel": channel(q)} {
			if value != "" {
				at.Set(name, value)
			}
		}
		p.Choices = append(p.Choices, choice{frame.OrElse(c.Connection.Title, makeOf(q, &c.Connection)), "/sso/" + url.PathEscape(c.Workspace.Slug) + "?" + at.Encode()})
	}
	return q.Render(frame.Page{Title: "How do you sign in?", State: "Your " + q.Product.Words.Workspace + " has several ways.", Template: "signon/choose", Bare: true, Data: p})
}

// makeOf is what the make of a connection's identity provider is called.
func makeOf(q *frame.Request, c *identity.Connection) string {
	names := map[string]string{
		"entra": "Microsoft", "okta": "Okta", "google": "Google", "onelogin": "OneLogin", "jumpcloud": "JumpCloud", "ping": "Ping", "adfs": "AD FS", "keycloak": "Keycloak",
	}
	if name := names[directory.ConnectionKind(q.Product, c)]; name != "" {
		return name
	}
	return "your company's sign-in"
}
