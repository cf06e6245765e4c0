// Package listing writes what the catalogues of identity providers ask about a
// product before they list it: values, texts and the tests to show (W19). All of
// it follows from the product definition; what the definition cannot know is
// left as a line to fill in, and what a catalogue demands and the product does
// not do is said.
//
// The package does no I/O.
package listing

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/product"
)

// Placeholder stands for a customer's workspace in addresses.
const Placeholder = "acme"

// Address is where the product is reached.
type Address struct {
	Base string // of its pages
	SCIM string // of the workspace Placeholder
}

// File is one text of the pack.
type File struct{ Name, Title, Text string }

// Pack gives the texts for every catalogue, the same for the same definition.
func Pack(p *product.Product, a Address) []File {
	return []File{
		{"okta.md", "Okta Integration Network", okta(p, a)},
		{"entra.md", "Microsoft Entra application gallery", entra(p, a)},
		{"attributes.csv", "Attributes", attributes(p)},
		{"tests.md", "Tests", tests(p, a)},
	}
}

// Zip packs the texts, byte for byte the same each time.
func Zip(files []File) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = part.Write([]byte(f.Text))
		}
		if err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// text is a document in the making.
type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

// row writes a row of a table; bars in values would end a cell.
func (t *text) row(cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	t.line("| %s |", strings.Join(cells, " | "))
}

func (t *text) table(head ...string) {
	t.row(head...)
	t.line("|%s", strings.Repeat("---|", len(head)))
}

// describe is the paragraph that every catalogue wants.
func describe(p *product.Product) string {
	w := &p.Words
	s := fmt.Sprintf("Provision %s into %s from your directory: %s are created, updated and made %s over SCIM 2.0.", w.Members, p.Name, w.Members, w.Inactive)
	switch p.SCIM.Groups {
	case product.GroupsRoles:
		s += fmt.Sprintf(" Groups become %s.", w.Roles)
	case product.GroupsGroups:
		s += fmt.Sprintf(" Groups come with their members, and an administrator may give each a %s.", w.Role)
	default:
		s += " Groups are not provisioned."
	}
	return s
}

// address tells how the SCIM address differs from customer to customer.
func address(p *product.Product, a Address) string {
	switch p.SCIM.Form {
	case product.FormHost:
		return fmt.Sprintf("%s, with the customer's own host: %s in it stands for %s", a.SCIM, Placeholder, p.Words.Slug)
	case product.FormPath:
		return fmt.Sprintf("%s, with %s for the %s", a.SCIM, Placeholder, p.Words.Slug)
	}
	return a.SCIM + ", the same for every customer; the token says which"
}

func credential(p *product.Product) string {
	t := &p.Tokens
	switch {
	case t.Basic.Offered:
		return "user name and password by HTTP Basic, or the password as a bearer token"
	case t.Support.Offered && !t.Workspace.Offered && !t.Personal.Offered:
		return "a bearer token, which " + p.Name + " hands out on request: " + p.Contact.URL
	case t.Personal.Offered && !t.Workspace.Offered:
		return "a bearer token, which an administrator issues under Personal settings > " + p.Console.Labels.PersonalTokens
	}
	return "a bearer token, which an administrator issues under Settings > " + p.Console.Labels.SSO
}

func life(p *product.Product) string {
	for _, k := range []product.TokenKind{p.Tokens.Workspace, p.Tokens.Personal, p.Tokens.Basic, p.Tokens.Support} {
		if k.Offered && k.Days > 0 {
			return fmt.Sprintf("%d days", k.Days)
		}
	}
	return "until it is revoked"
}

// plans lists the plans that unlock provisioning.
func plans(p *product.Product) string {
	var titles []string
	for _, o := range p.Unlocking(product.FeatureSCIM) {
		titles = append(titles, o.Title)
	}
	if len(titles) == 0 {
		return "switched on for one customer at a time"
	}
	return strings.Join(titles, ", ")
}

// attributes is the table of attributes as a file for spreadsheets.
func attributes(p *product.Product) string {
	var t text
	t.line("scim_path,entra_source,becomes,required,matching_precedence")
	for _, m := range guide.Mappings(p) {
		match, required := "", "no"
		if m.Match > 0 {
			match = fmt.Sprint(m.Match)
		}
		for _, path := range guide.Required(p) {
			if m.Target == path || strings.HasPrefix(m.Target, path+"[") {
				required = "yes"
			}
		}
		t.line("%s,%s,%s,%s,%s", cell(m.Target), cell(m.Source), cell(guide.Becomes(p, m.Target)), required, match)
	}
	return t.String()
}

// cell quotes a value for CSV (RFC 4180 §2).
func cell(s string) string {
	if strings.ContainsAny(s, `",`) {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
