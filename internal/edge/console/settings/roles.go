package settings

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// rolesData is what the page Roles & Security is filled with.
type rolesData struct {
	Catalogue  []roleRow
	FromGroups []directory.GroupRow // groups that are roles of their own (K15)
	More       bool                 // there are more of them than are shown
	Default    string
	Choices    []product.Role // that may be the default
	Mapped     []identity.GroupRole
	Version    int64 // of the table of mapped groups
	MayDefault bool
	MayMap     bool
	Security   []string
}

// roleRow is one role of the catalogue as the page tells it.
type roleRow struct {
	product.Role
	Rights   string // in words
	Channels string
	Default  bool
}

func rolesPage(q *frame.Request) error {
	d := rolesData{MayDefault: q.Can(access.SetDefaultRole), MayMap: q.Can(access.MapGroup), Security: security(q.Product)}
	d.Default = frame.OrElse(q.Workspace.DefaultRole, q.Product.Roles.Default)
	for _, r := range q.Product.Roles.Catalogue {
		d.Catalogue = append(d.Catalogue, roleRow{Role: r, Rights: rights(&r), Channels: channels(q.Product, &r), Default: r.Name == d.Default})
		if !r.Owner {
			d.Choices = append(d.Choices, r)
		}
	}
	var err error
	if d.Mapped, d.Version, err = q.Directory.GroupRoles(q.Context(), q.Workspace.ID); err != nil {
		return err
	}
	if q.Product.SCIM.Groups == product.GroupsRoles {
		page, err := q.Directory.GroupPage(q.Context(), q.Workspace.ID, "", 100)
		if err != nil {
			return err
		}
		d.More = page.Next != ""
		d.FromGroups = slices.DeleteFunc(page.Rows, func(g directory.GroupRow) bool { return !g.Named })
	}
	return q.Render(frame.Page{
		Title: q.Product.Console.Labels.Roles, State: "What each " + q.Product.Words.Role + " may do, which one new " + q.Product.Words.Members + " get, and what groups become.",
		Nav: frame.NavGeneral, Tabs: generalTabs(q, "roles"), Template: "settings/roles", Data: d,
	})
}

// rights tells what a role may do in the console.
func rights(r *product.Role) string {
	if len(r.May) == len(product.Permissions()) {
		return "Everything in this console"
	}
	var words []string
	for _, m := range r.May {
		words = append(words, m.String())
	}
	return frame.OrElse(product.Title(strings.Join(words, ", ")), "Nothing in this console")
}

func channels(p *product.Product, r *product.Role) string {
	var words []string
	for _, name := range r.Channels {
		if c, ok := p.Channel(name); ok {
			words = append(words, c.Title)
		}
	}
	return strings.Join(words, ", ")
}

// security tells how people who are not on single sign-on come in.
func security(p *product.Product) (lines []string) {
	if p.SignIn.Password {
		lines = append(lines, "E-mail and password, of 12 characters or more. Whoever is on single sign-on signs in there and not with a password.")
	}
	if p.SignIn.Passkey {
		lines = append(lines, "Passkeys, which everybody adds under Personal settings > Security.")
	}
	if p.SignIn.TOTP {
		lines = append(lines, "A second factor by an authenticator app, with recovery codes, beside the password.")
	}
	return lines
}

func saveDefaultRole(q *frame.Request) error {
	role := q.Field("role")
	if _, err := q.Directory.UpdateWorkspace(q.Context(), q.Workspace.ID, version(q), directory.WorkspaceChange{DefaultRole: &role}, q.Origin()); err != nil {
		return q.Again(err, rolesPage)
	}
	return q.Redirect(q.To("settings", "roles"), "Saved. "+product.Title(q.Product.Words.Members)+" who are here already keep what they have.")
}

// orderGroups moves one of the mapped groups up by a place.
func orderGroups(q *frame.Request) error {
	table, _, err := q.Directory.GroupRoles(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(table, func(g identity.GroupRole) bool { return string(g.Group) == q.Field("up") })
	if i < 0 {
		return q.Again(identity.Errorf(identity.Taken, "", "This %s is not in the table any more; look at it again.", q.Product.Words.Group), rolesPage)
	}
	if i > 0 {
		table[i-1], table[i] = table[i], table[i-1]
	}
	order := make([]identity.GroupID, len(table))
	for i := range table {
		order[i] = table[i].Group
	}
	if err := q.Directory.OrderGroupRoles(q.Context(), q.Workspace.ID, order, version(q), q.Origin()); err != nil {
		return q.Again(err, rolesPage)
	}
	return q.Redirect(q.To("settings", "roles")+"#mapped", "The order is saved.")
}
