package settings

import (
	"strconv"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

func titled(_ *frame.Request, word string) string { return product.Title(word) }

// workspaceData is what the page Workspace is filled with.
type workspaceData struct {
	May      bool
	Defaults []defaultField
	SSO      string // where the workspace ID is changed; "" when the member may not go there
}

// defaultField is an attribute that new members get a value of when their
// directory gives none (K11).
type defaultField struct{ Path, Field, Label, Hint, Value string }

func workspacePage(q *frame.Request) error {
	d := workspaceData{May: q.Can(access.ChangeWorkspace)}
	if q.Can(access.ViewSSO) || q.Can(access.ViewSCIM) {
		d.SSO = q.To("settings", "sso")
	}
	for i := range q.Product.Attributes {
		a := &q.Product.Attributes[i]
		if a.Match || a.Immutable || a.Multi || a.Type != product.TypeString || a.Standard() || isRole(q.Product, a.Path()) {
			continue
		}
		hint := "For new " + q.Product.Words.Members + " whose directory gives none."
		if a.Default != "" {
			hint += " " + q.Product.Name + "'s own default is " + a.Default + "."
		}
		d.Defaults = append(d.Defaults, defaultField{
			Path: a.Path(), Field: "default:" + a.Path(), Label: product.Title(a.Name), Hint: hint, Value: q.Workspace.Defaults[a.Path()],
		})
	}
	return q.Render(frame.Page{
		Title: "General Configurations", State: "What this " + q.Product.Words.Workspace + " is called, and what new " + q.Product.Words.Members + " begin with.",
		Nav: frame.NavGeneral, Tabs: generalTabs(q, "workspace"), Template: "settings/workspace", Data: d,
	})
}

// isRole says that an attribute names roles, which have a default of their own.
func isRole(p *product.Product, path string) bool {
	for _, a := range p.Roles.Attributes {
		if a == path {
			return true
		}
	}
	return false
}

func saveWorkspace(q *frame.Request) error {
	name := q.Field("name")
	change := directory.WorkspaceChange{Name: &name}
	for field := range q.R.PostForm {
		if len(field) > len("default:") && field[:len("default:")] == "default:" {
			if change.Defaults == nil {
				change.Defaults = map[string]string{}
			}
			change.Defaults[field[len("default:"):]] = q.Field(field)
		}
	}
	if _, err := q.Directory.UpdateWorkspace(q.Context(), q.Workspace.ID, version(q), change, q.Origin()); err != nil {
		return q.Again(err, workspacePage)
	}
	return q.Redirect(q.To("settings", "workspace"), "Saved.")
}

// version is the version that the form was made from. One that is none is one
// that nothing has.
func version(q *frame.Request) int64 {
	n, err := strconv.ParseInt(q.Field("version"), 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}
