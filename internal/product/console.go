package product

import (
	"fmt"
	"slices"
)

// Connector is an identity provider that the console offers by name.
type Connector struct {
	Kind  string // "entra"
	Title string // what the product calls it: "Azure Active Directory"
}

// connectorKinds are the identity providers that the console has a guide for,
// with their usual names.
func connectorKinds() []Connector {
	return []Connector{
		{"entra", "Microsoft Entra ID"}, {"okta", "Okta"}, {"google", "Google Workspace"}, {"onelogin", "OneLogin"}, {"jumpcloud", "JumpCloud"},
		{"ping", "PingFederate and PingOne"}, {"adfs", "AD FS"}, {"keycloak", "Keycloak"}, {"saml", "Another SAML 2.0 provider"},
		{"oidc", "Another OpenID Connect provider"}, {"scim", "Another SCIM 2.0 directory"},
	}
}

// Console is what the administrators' pages are called and offer.
type Console struct {
	Connectors []Connector // in the order of the list
	Single     bool        // one connection a workspace: its draft stands on the page from the start
	Labels     Labels
}

// Labels are titles and field names on the pages, as the product's help names them.
type Labels struct {
	SSO, SSOSection, AddConnector                                          string // the page, the section that holds the connectors, the link
	SCIMURL, SCIMToken, SCIMUser, SCIMPassword                             string
	Metadata, GetMetadata, EntityID, ACS                                   string
	ClientID, ClientSecret, Issuer, Redirect                               string
	Members, UsersAndGroups, Roles, ProductRoles, PersonalTokens, NewToken string
	ViewMember                                                             string // the link that opens somebody
}

// label is one label with its key and what it is called where the file is silent.
type label struct {
	key, usual string
	value      *string
}

func (l *Labels) all() []label {
	return []label{
		{"sso", "Single Sign-On", &l.SSO}, {"sso_section", "", &l.SSOSection}, {"add_connector", "Add Connector", &l.AddConnector},
		{"scim_url", "SCIM Base URL", &l.SCIMURL}, {"scim_token", "SCIM API Token", &l.SCIMToken},
		{"scim_user", "User Name", &l.SCIMUser}, {"scim_password", "Password", &l.SCIMPassword},
		{"metadata", "IDP metadata URL", &l.Metadata}, {"get_metadata", "Get Metadata", &l.GetMetadata},
		{"entity_id", "Audience URI (SP Entity ID)", &l.EntityID}, {"acs", "Single sign-on URL", &l.ACS},
		{"client_id", "OpenID Connect - Client Id", &l.ClientID}, {"client_secret", "Client Secret", &l.ClientSecret},
		{"issuer", "OpenID Connect - Authority/Issuer URL", &l.Issuer}, {"redirect", "OpenID Connect Login Redirect URI", &l.Redirect},
		{"members", "", &l.Members}, {"users_and_groups", "Users & Groups", &l.UsersAndGroups}, {"view_member", "View", &l.ViewMember},
		{"roles", "Roles & Security", &l.Roles}, {"product_roles", "", &l.ProductRoles},
		{"personal_tokens", "Third-party apps", &l.PersonalTokens}, {"new_token", "Issue new personal access token", &l.NewToken},
	}
}

func (c *Console) complete(w Words) {
	for _, l := range c.Labels.all() {
		*l.value = either(*l.value, l.usual)
	}
	c.Labels.Members = either(c.Labels.Members, Title(w.Members))
	c.Labels.ProductRoles = either(c.Labels.ProductRoles, Title(w.Roles))
	kinds := connectorKinds()
	if c.Connectors == nil {
		c.Connectors = kinds
	}
	for i := range c.Connectors {
		if k := slices.IndexFunc(kinds, func(o Connector) bool { return o.Kind == c.Connectors[i].Kind }); k >= 0 {
			c.Connectors[i].Title = either(c.Connectors[i].Title, kinds[k].Title)
		}
	}
}

func consoleFields(r *reader, c *Console) fields {
	var words []string
	for _, k := range connectorKinds() {
		words = append(words, k.Kind)
	}
	labels := fields{}
	for _, l := range c.Labels.all() {
		labels[l.key] = text(r, l.value)
	}
	return fields{
		"connectors": list(r, &c.Connectors, func(o *Connector) field {
			return section(r, fields{"kind": choice(r, &o.Kind, words...), "title": text(r, &o.Title).says("what the product calls it")})
		}).says("the identity providers that the console offers, in this order"),
		"single": flag(r, &c.Single).says("one connection a workspace, whose values stand on the page from the start"),
		"labels": section(r, labels).says("titles and field names as the product's help has them"),
	}
}

func checkConsole(r *reader, c Console) {
	for i, o := range c.Connectors {
		at := fmt.Sprintf("console.connectors[%d]", i)
		switch {
		case o.Kind == "" && !r.given(at+".kind"):
			r.fault(at, `add a line like "kind: entra"`, "a connector needs a kind")
		case slices.IndexFunc(c.Connectors, func(other Connector) bool { return other.Kind == o.Kind }) < i:
			r.fault(at, "remove one of the two", "the connector %q is there already", o.Kind)
		}
	}
	if len(c.Connectors) == 0 && !r.faulty("console.connectors") {
		r.fault("console.connectors", "remove the key, or add a connector", "the list is empty: nothing could be connected")
	}
	for _, l := range c.Labels.all() {
		if len(*l.value) > 80 || !printable(*l.value) {
			r.fault("console.labels."+l.key, "write at most 80 bytes on one line", "the label is too long or holds control characters")
		}
	}
}
