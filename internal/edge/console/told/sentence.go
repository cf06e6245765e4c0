package told

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// sentence says what happened to whom.
func (t *Teller) sentence(c *identity.Change, name string) string {
	for _, forms := range []map[identity.Verb]string{t.forms(), t.signOnForms()} {
		if form, ok := forms[c.Verb]; ok {
			return strings.TrimSpace(strings.ReplaceAll(form, "%", name))
		}
	}
	switch c.Verb {
	case identity.MemberUpdated, identity.GroupUpdated:
		return t.updated(c, name)
	case identity.MembersChanged:
		return t.membersChanged(c, name)
	case identity.GroupMapped:
		if role := valueOf(c, "role"); len(c.Values) > 0 && c.Values[0].After != nil {
			return "The " + t.p.Words.Group + " " + name + " gives its " + t.p.Words.Members + " the " + t.p.Words.Role + " " + Role(t.p, role)
		}
		return "The " + t.p.Words.Group + " " + name + " gives no " + t.p.Words.Role + " any more"
	case identity.WorkspaceChanged:
		return t.workspaceChanged(c)
	}
	words := strings.NewReplacer(".", " ", "_", " ").Replace(string(c.Verb))
	return strings.TrimSpace(product.Title(words) + " " + name)
}

// forms are the sentences that need no more than a name, which stands for %.
func (t *Teller) forms() map[identity.Verb]string {
	w := &t.p.Words
	return map[identity.Verb]string{
		identity.WorkspaceCreated:  "The " + w.Workspace + " was created",
		identity.ConnectionAdded:   "The connection % was added",
		identity.ConnectionChanged: "The connection % was changed",
		identity.ConnectionRemoved: "The connection % was removed; its people are managed by hand from now on",
		identity.TokenIssued:       "A token for % was issued",
		identity.TokenRevoked:      "A token for % was revoked",
		identity.MemberAdded:       "% was added by hand",
		identity.MemberProvisioned: "% arrived",
		identity.MemberAdopted:     "% was taken over by the directory, which manages the profile from now on",
		identity.MemberReturned:    "% came back",
		identity.MemberDeactivated: "% is " + w.Inactive + " now",
		identity.MemberReactivated: "% is active again",
		identity.MemberDeleted:     "% was deleted by the directory and is " + w.Inactive + " now",
		identity.MemberReleased:    "% is managed by hand from now on",
		identity.GroupReleased:     "The " + w.Group + " % is managed by hand from now on",
		identity.MemberHeld:        "A change to %, an owner, is held until somebody accepts it",
		identity.HeldAccepted:      "What the directory asked of %, an owner, was accepted",
		identity.HeldRefused:       "What the directory asked of %, an owner, was refused",
		identity.MemberActivated:   "% signed in for the first time",
		identity.MemberJoined:      "% accepted the invitation",
		identity.MemberSignedOut:   "% was signed out everywhere",
		identity.LinkIssued:        "A link was made that lets somebody in",
		identity.LinkUsed:          "A link was used",
		identity.LinkRevoked:       "A link was revoked",
		identity.GroupCreated:      "The " + w.Group + " % arrived",
		identity.GroupDeleted:      "The " + w.Group + " % was deleted",
		identity.GroupsOrdered:     "The order in which " + w.Groups + " count was changed",
	}
}

// signOnForms are those of signing in through an identity provider.
func (t *Teller) signOnForms() map[identity.Verb]string {
	w := &t.p.Words
	return map[identity.Verb]string{
		identity.SignOnChanged:      "How people sign in through % was changed",
		identity.SignOnProven:       "An administrator signed in through %, as it is set up now",
		identity.MetadataRefreshed:  "The metadata of % brought other values",
		identity.KeyRotated:         "Our own key for single sign-on was changed",
		identity.MemberLinked:       "% signs in through the identity provider from now on",
		identity.MemberUnlinked:     "% signs in through the identity provider no longer",
		identity.MemberSignedIn:     "% signed in through the identity provider, which brought other values",
		identity.DomainAdded:        "The domain % was added",
		identity.DomainVerified:     "The domain % is verified",
		identity.DomainLapsed:       "The domain % is verified no longer: its record is gone",
		identity.DomainChanged:      "The domain % was changed",
		identity.DomainRemoved:      "The domain % was removed",
		identity.RequireChanged:     "Who has to use single sign-on was changed",
		identity.RequireConfirmed:   "An administrator signed in by single sign-on, which is required from now on",
		identity.RequireReverted:    "Requiring single sign-on was taken back, so that nobody is locked out",
		identity.MemberExempted:     "% need not use single sign-on for a time",
		identity.MemberNotExempted:  "% has to use single sign-on again",
		identity.RecoveryIssued:     "Recovery codes of the " + w.Workspace + " were made",
		identity.RecoveryUsed:       "% signed in with a recovery code of the " + w.Workspace,
		identity.VerifiersDisagreed: "A response through % was refused: the two verifiers do not agree on it",
	}
}

// updated names what was changed: "Job title and E-mail of Maria Rossi".
func (t *Teller) updated(c *identity.Change, name string) string {
	var names []string
	for _, d := range c.Values {
		if n := t.fieldName(d.Field); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	switch n := len(names); {
	case n == 0:
		return name + " was changed"
	case n > 4:
		return fmt.Sprintf("%s and %d more of %s", strings.Join(names[:3], ", "), n-3, name)
	case n > 1:
		names = append(names[:n-2], names[n-2]+" and "+names[n-1])
	}
	return strings.Join(names, ", ") + " of " + name + " changed"
}

func (t *Teller) membersChanged(c *identity.Change, name string) string {
	added, removed := 0, 0
	for _, d := range c.Values {
		added, removed = added+length(d.After), removed+length(d.Before)
	}
	var parts []string
	if added > 0 {
		parts = append(parts, counted(added, t.p.Words.Member, t.p.Words.Members)+" added")
	}
	if removed > 0 {
		parts = append(parts, counted(removed, t.p.Words.Member, t.p.Words.Members)+" removed")
	}
	return product.Title(t.p.Words.Group) + " " + name + ": " + strings.Join(parts, ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func length(v any) int {
	list, _ := v.([]any)
	return len(list)
}

func (t *Teller) workspaceChanged(c *identity.Change) string {
	for _, d := range c.Values {
		if d.Field == "provisioning" {
			return "Provisioning was switched " + map[bool]string{true: "on", false: "off"}[d.After == true]
		}
	}
	return t.updated(c, "the "+t.p.Words.Workspace)
}

// fields gives the values of a change in words.
func (t *Teller) fields(values []identity.Delta) (out []Field) {
	for _, d := range values {
		out = append(out, Field{Name: t.fieldName(d.Field), Before: t.text(d.Field, d.Before), After: t.text(d.Field, d.After)})
	}
	return out
}

// fieldName is what people call a field of the log.
func (t *Teller) fieldName(field string) string {
	w := &t.p.Words
	names := map[string]string{
		"userName": "User name", "displayName": "Display name", "name": "Name", "emails": "E-mail", "title": "Job title",
		"phoneNumbers": "Phone numbers", "addresses": "Addresses", "externalId": "External id", "preferredLanguage": "Language",
		"state": "State", "active": "State", "role": product.Title(w.Role), "roleByHand": product.Title(w.Role) + " by hand", "roles": product.Title(w.Roles),
		"grants": product.Title(w.Roles), "held": "Held", "connection": "Managed by", "resource": "SCIM id", "members": product.Title(w.Members),
		"slug": w.Slug, "member": product.Title(w.Member), "workspace": product.Title(w.Workspace), "plan": "Plan", "provisioning": "Provisioning", "groupOrder": "Order", "defaultRole": "Default " + w.Role,
	}
	if name, ok := names[field]; ok {
		return name
	}
	if name, ok := t.signOnFields()[field]; ok {
		return name
	}
	if a, ok := t.p.Attribute(field); ok {
		return Spaced(a.Name)
	}
	return Spaced(field[strings.LastIndexByte(field, ':')+1:])
}

// signOnFields are the names of a connection's settings for signing in.
func (t *Teller) signOnFields() map[string]string {
	l := &t.p.Console.Labels
	return map[string]string{
		"enabled": "Sign-in", "protocol": "Protocol", "justInTime": "Just-in-time", "unasked": "Sign-ins that begin at the provider",
		"saml.entityID": "Issuer", "saml.ssoURL": "Sign-in address", "saml.ssoPostURL": "Sign-in address for forms", "saml.sloURL": "Sign-out address",
		"saml.sloReturnURL": "Sign-out answer address", "saml.certificates": "Certificates", "saml.metadataURL": l.Metadata, "saml.validUntil": "Metadata valid until",
		"saml.signRequests": "Signed requests", "saml.forceAuthn": "Credentials anew each time", "saml.context": "Authentication context", "saml.nameID": "Name ID format",
		"saml.sha1Until": "SHA-1 taken until", "saml.cbc": "AES-CBC taken", "saml.slug": "Slug in the provider's addresses",
		"oidc.issuer": l.Issuer, "oidc.clientID": l.ClientID, "oidc.secret": l.ClientSecret, "oidc.oldSecret": "Earlier " + strings.ToLower(l.ClientSecret),
		"oidc.secretExpires": l.ClientSecret + " expires", "oidc.scopes": "Scopes", "oidc.algorithms": "Algorithms",
	}
}

// Spaced makes the name of an attribute words: "employeeNumber" is "Employee number".
func Spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '.' || r == '_':
			r = ' '
		case i > 0 && r >= 'A' && r <= 'Z':
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return product.Title(b.String())
}

// text gives a value in words, "" for none.
func (t *Teller) text(field string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return t.word(field, v)
	case bool:
		if field == "active" {
			return t.word("state", map[bool]string{true: string(identity.Active), false: string(identity.Inactive)}[v])
		}
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		return strings.TrimSuffix(fmt.Sprintf("%g", v), ".0")
	case []any:
		return t.list(field, v)
	case map[string]any:
		return t.object(v)
	}
	text, _ := json.Marshal(v) // came from JSON
	return string(text)
}

// word gives a name of the log as the product calls it.
func (t *Teller) word(field, v string) string {
	switch field {
	case "state":
		return State(t.p, identity.State(v))
	case "connection":
		return cmp.Or(t.names[v], v)
	case "role", "roleByHand", "defaultRole":
		titles := strings.Split(v, ", ")
		for i, name := range titles {
			titles[i] = Role(t.p, name)
		}
		return strings.Join(titles, ", ")
	}
	return v
}

// mostListed is how much of a list is written out.
const mostListed = 5

func (t *Teller) list(field string, v []any) string {
	if field == "members" {
		return counted(len(v), t.p.Words.Member, t.p.Words.Members)
	}
	var parts []string
	for i, e := range v {
		if i == mostListed {
			parts = append(parts, fmt.Sprintf("and %d more", len(v)-i))
			break
		}
		parts = append(parts, t.text(field, e))
	}
	return strings.Join(parts, "; ")
}

// object writes what an object holds: its value alone where it has one.
func (t *Teller) object(v map[string]any) string {
	if value, ok := v["value"]; ok {
		text := t.text("", value)
		if kind, ok := v["type"].(string); ok {
			text += " (" + kind + ")"
		}
		return text
	}
	var names []string
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = strings.ToLower(Spaced(name)) + " " + t.text(name, v[name])
	}
	return strings.Join(names, ", ")
}

// State is what the product calls a state.
func State(p *product.Product, s identity.State) string {
	switch s {
	case identity.Pending:
		return product.Title(p.Words.Pending)
	case identity.Inactive:
		return product.Title(p.Words.Inactive)
	}
	return "Active"
}

// Role is the title of a role of the catalogue; a group that is a role keeps its
// own name.
func Role(p *product.Product, name string) string {
	if r, ok := p.Role(name); ok {
		return cmp.Or(r.Title, r.Name)
	}
	return name
}

// valueOf gives a text among a change's values, the newer one first.
func valueOf(c *identity.Change, fields ...string) string {
	for _, field := range fields {
		for _, d := range c.Values {
			if d.Field != field {
				continue
			}
			for _, v := range []any{d.After, d.Before} {
				if s, ok := v.(string); ok && s != "" {
					return s
				}
			}
		}
	}
	return ""
}
