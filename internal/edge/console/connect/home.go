package connect

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// home is the page of all connections.
type home struct {
	Rows    []connector
	Kinds   []product.Connector // to add
	Single  *draft              // the one connection of a product that has one, its values in place
	Inline  *draft              // the only connection that there is otherwise: how people sign in, in place (T07)
	Locked  []frame.Lock        // features that the plan does not unlock
	Shut    bool                // none of the page's features is unlocked
	Slug    slug
	May     bool   // change connectors
	Once    string // a secret that was just issued
	Section string
}

// connector is one connection in the list.
type connector struct {
	place
	State  standing
	Last   time.Time
	People int64
	SignIn standing // how people sign in through it; "" where nobody can
	Choose bool     // the provider can be chosen
	used   bool     // has or had a token
}

// untouched reports whether nobody has done anything with the connection.
func (c *connector) untouched() bool {
	return c.Kind == "" && !c.used && c.Connection.Title == "" && len(c.Settings) == 0 && c.People == 0 && c.Last.IsZero()
}

// slug is the workspace's name in addresses, and what stands in them.
type slug struct {
	May    bool
	Signin string   // where its people sign in
	SCIM   string   // where its directory provisions to, when that changes with it; otherwise ""
	Former []string // that still lead here
	Now    string   // what is stored, when what was typed is another
}

// draft is the values of a product's single connection, which are there from the
// start (W16).
type draft struct {
	connector
	URL, User string
	Basic     bool
	Token     *identity.Token // the newest that lives
	Issue     how
	SAML      *signOn // nil where nobody signs in so
	Taken     []certificate
}

func showHome(q *frame.Request) error {
	h := home{May: q.Can(access.ChangeConnection), Section: q.Product.Console.Labels.SSOSection}
	h.Locked, h.Shut = locks(q)
	var err error
	if h.Slug, err = slugOf(q); err != nil {
		return err
	}
	if h.Rows, err = connectors(q); err != nil {
		return err
	}
	if q.Product.Console.Single && len(h.Rows) > 0 {
		if h.Single, err = draftOf(q, h.Rows[0]); err != nil {
			return err
		}
		h.Once = q.Once(onceName(h.Single.ID))
		h.Rows = h.Rows[1:]
	}
	if h.Single == nil && len(h.Rows) == 1 {
		if h.Inline, err = draftOf(q, h.Rows[0]); err != nil {
			return err
		}
	}
	if len(h.Rows) == 0 || !q.Product.Console.Single {
		h.Kinds = q.Product.Console.Connectors
	}
	if h.Single != nil {
		h.Kinds = nil
	}
	return q.Render(frame.Page{
		Title: q.Product.Console.Labels.SSO, State: overall(q, &h), Nav: frame.NavSSO, Tabs: homeTabs(q, "connectors"), Template: "connect/home", Data: h,
	})
}

func homeTabs(q *frame.Request, current string) []frame.Tab {
	tabs := []frame.Tab{{Label: "Connectors", Href: q.To("settings", "sso"), Current: current == "connectors"}}
	if q.Can(access.ViewDomains) {
		tabs = append(tabs, frame.Tab{Label: "Domains", Href: q.To("settings", "sso", "domains"), Current: current == "domains"})
	}
	if q.Can(access.RequireSSO) {
		tabs = append(tabs, frame.Tab{Label: "Require SSO", Href: q.To("settings", "sso", "require"), Current: current == "require"})
	}
	if q.Can(access.ViewSSO) {
		tabs = append(tabs, frame.Tab{Label: "Catalogue listing", Href: q.To("settings", "sso", "listing"), Current: current == "listing"})
	}
	return tabs
}

// overall says in a line how the connections do.
func overall(q *frame.Request, h *home) string {
	rows := h.Rows
	if h.Single != nil {
		rows = append([]connector{h.Single.connector}, rows...)
	}
	var people int64
	var last connector
	for _, r := range rows {
		if people += r.People; r.Last.After(last.Last) {
			last = r
		}
	}
	if last.Last.IsZero() {
		return "How your directory provisions " + q.Product.Words.Members + " into " + q.Product.Name + ", and how they sign in."
	}
	return frame.Counted(people, q.Product.Words.Member, q.Product.Words.Members) + ", last heard from " + last.Name + " " + frame.Ago(q.Store.Now().Sub(last.Last), false) + "."
}

// locks lists what of the page the plan does not unlock. Each feature is a gate of
// its own (E01).
func locks(q *frame.Request) (out []frame.Lock, shut bool) {
	shut = true
	for _, f := range []product.Feature{product.FeatureSSO, product.FeatureSCIM} {
		if q.Unlocked(f) {
			shut = false
			continue
		}
		out = append(out, q.Lock(f))
	}
	return out, shut
}

func slugOf(q *frame.Request) (s slug, err error) {
	s = slug{May: q.Can(access.ChangeWorkspace), Signin: q.BaseURL + q.Product.SignIn.SlugPath + "#" + q.Workspace.Slug}
	if q.Product.SCIM.Form != product.FormToken {
		s.SCIM = q.SCIMURL(q.Workspace.Slug)
	}
	all, err := q.Store.Read(q.Workspace.ID).Slugs(q.Context())
	for _, former := range all {
		if former != q.Workspace.Slug {
			s.Former = append(s.Former, former)
		}
	}
	if q.Has("slug") && typedSlug(q) != q.Workspace.Slug {
		s.Now = q.Workspace.Slug
	}
	return s, err
}

func typedSlug(q *frame.Request) string { return strings.ToLower(q.Field("slug")) }

// connectors lists the workspace's connections. The one that every workspace
// begins with is left out as long as nothing was done with it, except where it
// is the only one that there is to be.
func connectors(q *frame.Request) (out []connector, err error) {
	all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c, err := connectorOf(q, &all[i])
		if err != nil {
			return nil, err
		}
		if q.Product.Console.Single || !c.untouched() {
			out = append(out, c)
		}
	}
	return out, nil
}

func connectorOf(q *frame.Request, c *identity.Connection) (connector, error) {
	out := connector{place: placeOf(q.Product, c), Choose: c.Kind == "" && (q.Product.Console.Single || c.Settings[provider] == "")}
	cadence, err := q.Directory.Cadence(q.Context(), q.Workspace.ID, c.ID)
	if err != nil {
		return out, err
	}
	tokens, err := tokensOf(q, q.Workspace.ID, c.ID)
	if err != nil {
		return out, err
	}
	if out.SignIn, err = signInStanding(q, &out.place); err != nil {
		return out, err
	}
	out.Last = cadence.Last
	out.State = standingOf(q, &out.place, &cadence, tokens, q.Store.Now())
	out.People, _, _, err = q.Directory.RemovalPreview(q.Context(), q.Workspace.ID, c.ID)
	out.used = len(tokens) > 0
	return out, err
}

// save keeps what was typed on the page.
func save(q *frame.Request) error {
	if err := keepAll(q); err != nil {
		return q.Again(err, showHome)
	}
	return q.Redirect(q.To("settings", "sso"), "Saved.")
}

// add saves the page and adds a connection, so that nothing that was typed is
// lost (P03).
func add(q *frame.Request) error {
	if err := keepAll(q); err != nil {
		return q.Again(err, showHome)
	}
	kind := q.Field("kind")
	if !slices.ContainsFunc(q.Product.Console.Connectors, func(c product.Connector) bool { return c.Kind == kind }) {
		return q.Again(identity.Errorf(identity.Invalid, "kind", "Choose one of the connectors in the list."), showHome)
	}
	c, err := addKind(q, kind)
	if err != nil {
		return q.Again(err, showHome)
	}
	return q.Redirect(q.To("settings", "sso")+"#"+string(c.ID), "The page is saved, and "+titleOf(q.Product, kind)+" is added. Open it to set it up.")
}

// addKind adds a connection for an identity provider. The first one becomes of the
// connection that the workspace began with, as long as nobody has said whose that
// is: tokens that are issued elsewhere, as personal ones (E04) and the vendor's
// (K02), belong to it.
func addKind(q *frame.Request, kind string) (identity.Connection, error) {
	all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	if err != nil {
		return identity.Connection{}, err
	}
	signsIn := kind == "saml" || kind == "oidc" || !guide.Provisions(kind)
	for _, c := range all {
		if signsIn || !q.Unlocked(product.FeatureSCIM) || c.Kind != "" || c.Settings[provider] != "" || c.Title != "" {
			continue
		}
		title := titleOf(q.Product, kind)
		change := directory.ConnectionChange{Title: &title, Settings: map[string]string{provider: kind}}
		return q.Directory.UpdateConnection(q.Context(), q.Workspace.ID, c.ID, c.Version, change, q.Origin())
	}
	return q.Directory.AddConnection(q.Context(), q.Workspace.ID, kind, "", q.Origin())
}

// keep saves what differs of what the page's one form holds.
func keep(q *frame.Request) error {
	if s := typedSlug(q); q.Has("slug") && s != q.Workspace.Slug {
		if !q.Can(access.ChangeWorkspace) {
			return identity.Errorf(identity.Forbidden, "slug", "Your role does not allow changing the %s.", q.Product.Words.Slug)
		}
		w, err := q.Directory.UpdateWorkspace(q.Context(), q.Workspace.ID, version(q, "version"), directory.WorkspaceChange{Slug: &s}, q.Origin())
		if err != nil {
			return err
		}
		q.Workspace = w
	}
	all, err := q.Directory.Connections(q.Context(), q.Workspace.ID)
	for i := range all {
		if err == nil {
			err = keepConnection(q, &all[i])
		}
	}
	return err
}

// keepAll is keep, and how people sign in through the product's single connection,
// where the form has it.
func keepAll(q *frame.Request) error {
	err := keep(q)
	id := identity.ConnectionID(q.Field("single"))
	if err != nil || id == "" || !q.Has("signon") || !q.Can(access.ChangeConnection) {
		return err
	}
	c, err := q.Directory.Connection(q.Context(), q.Workspace.ID, id)
	if err != nil {
		return err
	}
	d, err := q.SignIn.SignOn(q.Context(), q.Workspace.ID, id)
	if err != nil || d.SAML.MetadataURL == q.Field("metadata_url") && (d.Enabled && d.Protocol == identity.SAML) == q.Has("enabled") {
		return err // nothing of it was changed
	}
	p := placeOf(q.Product, &c)
	_, _, err = keepSAML(q, &p)
	return err
}

func keepConnection(q *frame.Request, c *identity.Connection) error {
	id := ":" + string(c.ID)
	var change directory.ConnectionChange
	if title := q.Field("title" + id); q.Has("title"+id) && title != c.Title {
		change.Title = &title
	}
	if kind := q.Field("provider" + id); c.Kind == "" && q.Has("provider"+id) && kind != kindOf(q.Product, c) {
		if !slices.ContainsFunc(q.Product.Console.Connectors, func(k product.Connector) bool { return k.Kind == kind }) {
			return identity.Errorf(identity.Invalid, "provider"+id, "Choose one of the identity providers in the list.")
		}
		change.Settings = map[string]string{provider: kind}
	}
	if change.Title == nil && change.Settings == nil {
		return nil
	}
	if !q.Can(access.ChangeConnection) {
		return identity.Errorf(identity.Forbidden, "title"+id, "Your role does not allow changing a connector.")
	}
	_, err := q.Directory.UpdateConnection(q.Context(), q.Workspace.ID, c.ID, version(q, "version"+id), change, q.Origin())
	return at(err, "title", "title"+id)
}

// at moves a mistake to the field that the page has for it.
func at(err error, from, to string) error {
	var e *identity.Error
	if errors.As(err, &e) && e.Field == from {
		moved := *e
		moved.Field = to
		return &moved
	}
	return err
}

// version is the version that the form was made from. One that is none is one
// that nothing has.
func version(q *frame.Request, field string) int64 {
	n, err := strconv.ParseInt(q.Field(field), 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}
