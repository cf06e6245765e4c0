package connect

import (
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// provider is the setting of the connection that a workspace begins with which
// says whose directory it is, since that connection was made before anybody knew.
const provider = "provider"

// kindOf is the identity provider of a connection.
func kindOf(p *product.Product, c *identity.Connection) string { return directory.ConnectionKind(p, c) }

// titleOf is what the product calls a kind of connection.
func titleOf(p *product.Product, kind string) string {
	for _, k := range p.Console.Connectors {
		if k.Kind == kind {
			return k.Title
		}
	}
	return "Another directory"
}

// place is one connection as its pages show it.
type place struct {
	identity.Connection
	Name     string // as people call it
	Provider string // "entra"
	Title    string // of the provider: "Microsoft Entra ID"
	labels   *product.Labels
	prefix   string // of the paths of its requests

	protocols []identity.Protocol // by which people can sign in through it
}

func placeOf(p *product.Product, c *identity.Connection) place {
	kind := kindOf(p, c)
	return place{Connection: *c, Name: product.Title(told.Connection(p, c)), Provider: kind, Title: titleOf(p, kind), labels: &p.Console.Labels, protocols: guide.Protocols(p, kind)}
}

// BesideLabel is the provider's own name of a field, to stand beside the
// product's label: "Entra ID: Tenant URL" (T16). It is "" where the two are one.
func (p place) BesideLabel(field, label string) string {
	if field == "" || strings.EqualFold(field, label) {
		return ""
	}
	return p.Title + ": " + field
}

// URLField is what the provider calls the SCIM address.
func (p place) URLField() string {
	url, _, _ := guide.Fields(p.Provider)
	return p.BesideLabel(url, p.labels.SCIMURL)
}

// SecretField is what the provider calls the token.
func (p place) SecretField() string {
	_, secret, _ := guide.Fields(p.Provider)
	return p.BesideLabel(secret, p.labels.SCIMToken)
}

// UserField is what the provider calls the user name.
func (p place) UserField() string {
	_, _, user := guide.Fields(p.Provider)
	return p.BesideLabel(user, p.labels.SCIMUser)
}

// Below is the path of a request below the SCIM address: "/Users".
func (p place) Below(path string) string {
	if rest, ok := strings.CutPrefix(path, p.prefix); ok && rest != "" {
		return rest
	}
	return path
}

// Provisions reports whether the provider can provision at all.
func (p place) Provisions() bool { return guide.Provisions(p.Provider) }

// find reads the connection of the path. One of another workspace is not there.
func find(q *frame.Request) (place, error) {
	c, err := q.Directory.Connection(q.Context(), q.Workspace.ID, identity.ConnectionID(q.Part("connection")))
	if err != nil {
		return place{}, err
	}
	p := placeOf(q.Product, &c)
	p.prefix = q.Product.SCIM.Path(q.Workspace.Slug)
	return p, nil
}

// to is the address of a page of a connection.
func to(q *frame.Request, id identity.ConnectionID, parts ...string) string {
	return q.To(append([]string{"settings", "sso", "connections", string(id)}, parts...)...)
}

func trail(q *frame.Request) []frame.Link {
	return []frame.Link{{Label: q.Product.Console.Labels.SSO, Href: q.To("settings", "sso")}}
}

// page is a page of one connection, with its tabs.
func page(q *frame.Request, p place, current, state string, data any) frame.Page {
	tabs := append([]frame.Tab{{Label: "Setup", Href: to(q, p.ID), Current: current == "setup"}}, signOnTabs(q, &p, current)...)
	if q.Can(access.ViewSCIM) && p.Provisions() {
		tabs = append(tabs, frame.Tab{Label: "SCIM Provisioning", Href: to(q, p.ID, "scim"), Current: current == "scim"},
			frame.Tab{Label: "Mappings", Href: to(q, p.ID, "mappings"), Current: current == "mappings"})
	}
	if q.Can(access.ViewSSO) && signsIn(q) && len(p.protocols) > 0 {
		tabs = append(tabs, frame.Tab{Label: "Test", Href: to(q, p.ID, "test"), Current: current == "test"})
	}
	if q.Can(access.ViewActivity) {
		tabs = append(tabs, frame.Tab{Label: "Activity", Href: to(q, p.ID, "activity"), Current: current == "activity"})
	}
	return frame.Page{Title: p.Name, State: state, Nav: frame.NavSSO, Trail: trail(q), Tabs: tabs, Template: "connect/" + current, Data: data}
}

// standing is how a connection does, as a word.
type standing struct{ Word, Tone, Hint string }

// standingOf says how a connection does: T18 calls the time before the first
// request waiting, so that nobody thinks it is broken.
func standingOf(q *frame.Request, p *place, c *identity.Cadence, tokens []identity.Token, now time.Time) standing {
	living, ended := 0, 0
	for i := range tokens {
		if tokens[i].Alive(now) {
			living++
		} else {
			ended++
		}
	}
	last := time.Duration(0)
	if !c.Last.IsZero() {
		last = now.Sub(c.Last)
	}
	switch {
	case !p.Provisions():
		return standing{"No provisioning", "off", p.Title + " signs people in and does not provision."}
	case !q.Unlocked(product.FeatureSCIM):
		return standing{"Locked", "off", "The plan does not include provisioning. The directory may only take people out."}
	case !q.Workspace.Provisioning:
		return standing{"Switched off", "off", "The directory may only take people out."}
	case living == 0 && ended > 0:
		return standing{"No token that works", "bad", "Every token of this connector has expired or was revoked, so its directory is refused."}
	case living == 0:
		return standing{"Not set up yet", "off", "There is no token yet."}
	case c.First.IsZero():
		return standing{"Waiting for first sync", "wait", "Nothing has been received yet. A first cycle may take an hour to begin."}
	case c.Every > 0 && last > 3*c.Every+time.Hour:
		return standing{"Silent", "bad", "The directory used to come every " + every(c.Every) + " and has stopped."}
	}
	return standing{"Connected", "good", ""}
}

// every tells a usual gap in words.
func every(d time.Duration) string {
	if d < 2*time.Hour {
		return frame.Counted(int64(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	}
	return frame.Counted(int64(d.Round(time.Hour)/time.Hour), "hour", "hours")
}

// tokensOf gives a connection's tokens, the newest first.
func tokensOf(q *frame.Request, ws identity.WorkspaceID, id identity.ConnectionID) (out []identity.Token, err error) {
	all, err := q.Tokens.List(q.Context(), ws)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Connection == id {
			out = append(out, all[i])
		}
	}
	return out, err
}
