package listing

import (
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/product"
)

// okta is what the OIN Wizard asks for.
func okta(p *product.Product, a Address) string {
	var t text
	t.line("# %s in the Okta Integration Network\n", p.Name)
	t.line("%s\n", describe(p))
	t.line("## Values for the OIN Wizard\n")
	t.table("Field", "Value")
	t.row("Display name", p.Name)
	t.row("Description", describe(p))
	t.row("Logo", logo(p))
	t.row("Base URL", address(p, a))
	t.row("Base URL holds no underscore", yes(!strings.Contains(a.SCIM, "_")))
	t.row("Authentication", credential(p))
	t.row("Header", "Authorization: Bearer TOKEN; the bare token is taken too")
	t.row("Token life", life(p))
	t.row("Unique identifier of people", "userName, the e-mail address")
	t.row("Create Users, Update User Attributes, Deactivate Users", "yes, each alone too")
	t.row("Import Users", "yes")
	t.row("Push Groups", yes(p.SCIM.Groups != product.GroupsOff))
	t.row("PUT and PATCH of people", "both")
	t.row("Delete Users", "taken; Okta sends Deactivate only")
	t.row("Plans", plans(p))
	t.row("Support contact", orLine(p.Contact.URL))
	t.row("Link to configuration guide", "(to fill in: the public address of the text below)")
	t.line("\nSingle sign-on values (SAML 2.0, OpenID Connect) come with sign-on; submit the SCIM part alone until then.\n")
	steps(&t, p, a, "okta")
	return t.String()
}

// entra is what Microsoft's onboarding of gallery applications asks for.
func entra(p *product.Product, a Address) string {
	var t text
	t.line("# %s in the Microsoft Entra application gallery\n", p.Name)
	t.line("%s\n", describe(p))
	t.line("## Requirements\n")
	t.table("Requirement", "State")
	t.row("SCIM 2.0 /Users with create, update, deactivate; soft or hard delete", "met")
	t.row("/Groups", map[bool]string{true: "met", false: "not offered: " + p.SCIM.GroupsOffDetail}[p.SCIM.Groups != product.GroupsOff])
	t.row("/Schemas, /ResourceTypes, /ServiceProviderConfig", "met")
	t.row("An empty result is 200", "met")
	t.row("Several changes of membership in one PATCH", "met")
	t.row("Bulk (recommended)", "met")
	t.row("25 requests a second and tenant", "measure it on your own machines: make bench")
	t.row("OAuth 2.0 client credentials, or workload identity federation", "NOT MET: the gallery takes no application with long-lived bearer tokens any more. Customers use a non-gallery application until then.")
	t.row("A public certificate, TLS 1.2 or later", "(to check on the address below)")
	t.row("100 customers in common with Microsoft", "(to fill in)")
	t.line("\n## Values\n")
	t.table("Field", "Value")
	t.row("Name", p.Name)
	t.row("Description", describe(p))
	t.row("Logo", logo(p))
	t.row("Tenant URL", address(p, a))
	t.row("Secret Token", credential(p))
	t.row("Token life", life(p))
	t.row("Plans", plans(p))
	t.row("Support contact", orLine(p.Contact.URL))
	t.line("\n## Attribute mappings\n")
	t.table("Entra attribute", "SCIM attribute", "Type", "Matching precedence", "Becomes")
	for _, m := range guide.Mappings(p) {
		match := ""
		if m.Match > 0 {
			match = fmt.Sprint(m.Match)
		}
		t.row(m.Source, m.Target, m.Kind, match, guide.Becomes(p, m.Target))
	}
	t.line("")
	steps(&t, p, a, "entra")
	return t.String()
}

// steps writes the guide for customers, as the console shows it.
func steps(t *text, p *product.Product, a Address, kind string) {
	t.line("## Configuration guide\n")
	user := ""
	if p.Tokens.Basic.Offered {
		user = Placeholder
	}
	for i, s := range guide.Steps(p, kind, guide.Values{URL: a.SCIM, UserName: user}) {
		t.line("%d. **%s.** %s", i+1, s.Title, strings.Join(s.Do, " "))
		for _, c := range s.Copy {
			value := c.Value
			if c.Secret {
				value = "the " + c.Label
			}
			t.line("   - %s: %s", c.Field, value)
		}
		for _, r := range s.Roles {
			t.line("   - %s, with the value `%s`", r.Title, r.Name)
		}
		if s.Why != "" {
			t.line("   %s", s.Why)
		}
	}
}

func logo(p *product.Product) string {
	if p.Brand.Logo == "" {
		return "(to fill in: the definition has no logo)"
	}
	return "brand.logo of the definition, an SVG document"
}

func yes(is bool) string { return map[bool]string{true: "yes", false: "no"}[is] }

func orLine(s string) string {
	if s == "" {
		return "(to fill in)"
	}
	return s
}
