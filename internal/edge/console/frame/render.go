package frame

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed layout/*.html static/*
var files embed.FS

// Page is what a route answers with.
type Page struct {
	Title    string
	State    string // one line below the title that says in words how things are
	Nav      string // the entry of the rail that the page belongs to: NavMembers, ...
	Tabs     []Tab
	Trail    []Link // the pages above this one, the outermost first
	Template string // "SECTION/NAME"
	Data     any
	Bare     bool // without the rail: sign-in pages, and pages for who has no workspace
	Status   int  // 0 is 200, or what the form's mistake makes it
	// FormTo is another site that the page's form may be sent to, and Next where the
	// page leads at once without being asked; both are whole addresses.
	FormTo, Next string
}

// Tab is one of a page's parts.
type Tab struct {
	Label, Href string
	Count       string // "" for none
	Current     bool
}

// Link is somewhere to go.
type Link struct{ Label, Href string }

// View is what a template is filled with: the request, the page, and what
// stands around it.
type View struct {
	*Request
	Page
	Notice string
	Now    time.Time
}

// loadPages parses every section's templates, each with the layout.
func (a *App) loadPages(sections []Section) error {
	base, err := template.New("").Funcs(a.funcs()).ParseFS(files, "layout/*.html")
	if err != nil {
		return fmt.Errorf("the layout: %w", err)
	}
	own, err := fs.Sub(files, "layout")
	if err != nil {
		return err
	}
	for _, s := range append([]Section{{Name: "frame", Files: own}}, sections...) {
		if s.Files == nil {
			continue
		}
		names, err := fs.Glob(s.Files, "*.html")
		if err != nil {
			return err
		}
		for _, name := range names {
			t, err := base.Clone()
			if err == nil {
				t, err = t.ParseFS(s.Files, name)
			}
			if err != nil {
				return fmt.Errorf("the page %s/%s: %w", s.Name, name, err)
			}
			a.pages[s.Name+"/"+strings.TrimSuffix(name, ".html")] = t
		}
	}
	return nil
}

// Render answers with a page, whole or not at all.
func (q *Request) Render(p Page) error {
	t, found := q.pages[p.Template]
	if !found {
		return fmt.Errorf("there is no page %q", p.Template)
	}
	v := &View{Request: q, Page: p, Notice: q.recall(noticeCookie), Now: q.now()}
	var out bytes.Buffer
	layout := "shell"
	if p.Bare {
		layout = "card"
	}
	if err := t.ExecuteTemplate(&out, layout, v); err != nil {
		return fmt.Errorf("the page %s: %w", p.Template, err)
	}
	h := q.W.Header()
	if site := siteOf(p.FormTo); site != "" {
		h.Set("Content-Security-Policy", policy+" "+site)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	q.W.WriteHeader(q.statusFor(p))
	_, _ = out.WriteTo(q.W) // that it did not arrive is no failure of ours
	return nil
}

// siteOf is an address's origin as a policy names it (CSP Level 3 §2.3.1), "" when
// it has none.
func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(u.Host, " ;,'") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (q *Request) statusFor(p Page) int {
	switch {
	case p.Status != 0:
		return p.Status
	case q.problem != nil:
		return statusOf(q.problem)
	}
	return http.StatusOK
}

// Problem is what is wrong with the form, "" when nothing is.
func (v *View) Problem() string {
	if v.problem == nil {
		return ""
	}
	return v.problem.Msg
}

// Wrong is what is wrong with one field, "" when nothing is.
func (v *View) Wrong(field string) string {
	if v.problem == nil || v.problem.Field != field {
		return ""
	}
	return v.problem.Msg
}

// Reference names the request, for whoever asks what went wrong.
func (v *View) Reference() identity.RequestID { return v.from.RequestID }

// Value is what a field shows: what was typed when the form came back, otherwise
// what is stored.
func (v *View) Value(field, stored string) string {
	if v.problem != nil && v.R.PostForm.Has(field) {
		return clean(v.R.PostForm.Get(field))
	}
	return stored
}

// Ticked is the same of a box.
func (v *View) Ticked(field string, stored bool) bool {
	if v.problem != nil {
		return v.R.PostForm.Has(field)
	}
	return stored
}

// Moment tells a time in words, with the exact one beside it.
func (v *View) Moment(at time.Time) Moment { return MomentOf(at, v.Now) }

// Me is the name of who is signed in.
func (v *View) Me() string {
	if v.Member.ID != "" {
		return OrElse(v.Member.Name(), v.Member.Address)
	}
	if v.Live != nil {
		return OrElse(v.Live.Person.Name, v.Live.Person.Address)
	}
	return ""
}

// Initial is the letter that stands for the workspace, or for the product.
func (v *View) Initial() string {
	for _, c := range strings.ToUpper(OrElse(v.Workspace.Name, v.Product.Name)) {
		return string(c)
	}
	return ""
}

// funcs are the words and values that every template may use.
func (a *App) funcs() template.FuncMap {
	return template.FuncMap{
		"word":    func(name string) (string, error) { return a.word(name) },
		"Word":    func(name string) (string, error) { w, err := a.word(name); return product.Title(w), err },
		"label":   a.label,
		"asset":   a.assetURL,
		"number":  func(n int64) string { return Number(n) },
		"counted": Counted,
		"count":   a.counted,
		"dict":    dict,
		"join":    func(s []string) string { return strings.Join(s, ", ") },
		"orelse":  OrElse,
		"lower":   strings.ToLower,
		"title":   product.Title,
		"product": func() *product.Product { return a.Product },
	}
}

// dict makes a map for a template that takes several values.
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// counted gives a number with one of the product's words: count 3 "member".
func (a *App) counted(n int64, name string) (string, error) {
	one, err := a.word(name)
	if err != nil {
		return "", err
	}
	many, err := a.word(name + "s")
	return Counted(n, one, many), err
}

// word is what the product calls something, in lower case but for titles.
func (a *App) word(name string) (string, error) {
	w := &a.Product.Words
	words := map[string]string{
		"member": w.Member, "members": w.Members, "workspace": w.Workspace, "workspaces": w.Workspaces,
		"group": w.Group, "groups": w.Groups, "role": w.Role, "roles": w.Roles, "pending": w.Pending, "inactive": w.Inactive,
		"deactivate": w.Deactivate, "reactivate": w.Reactivate, "slug": w.Slug,
	}
	if s, ok := words[name]; ok {
		return s, nil
	}
	return "", fmt.Errorf("the product has no word %q", name)
}

// label is what the product calls a page or a field.
func (a *App) label(name string) (string, error) {
	l := &a.Product.Console.Labels
	labels := map[string]string{
		"sso": l.SSO, "sso_section": l.SSOSection, "add_connector": l.AddConnector,
		"scim_url": l.SCIMURL, "scim_token": l.SCIMToken, "scim_user": l.SCIMUser, "scim_password": l.SCIMPassword,
		"metadata": l.Metadata, "get_metadata": l.GetMetadata, "entity_id": l.EntityID, "acs": l.ACS,
		"client_id": l.ClientID, "client_secret": l.ClientSecret, "issuer": l.Issuer, "redirect": l.Redirect,
		"members": l.Members, "users_and_groups": l.UsersAndGroups, "view_member": l.ViewMember, "roles": l.Roles, "product_roles": l.ProductRoles,
		"personal_tokens": l.PersonalTokens, "new_token": l.NewToken,
	}
	if s, ok := labels[name]; ok {
		if s == "" && name == "members" {
			return product.Title(a.Product.Words.Members), nil
		}
		return s, nil
	}
	return "", fmt.Errorf("the product has no label %q", name)
}
