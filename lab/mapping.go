package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// softDeleted is the expression behind active in every default mapping.
const softDeleted = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`

// Mapping is one row of Entra's attribute-mapping table for users.
type Mapping struct {
	Source string `json:"source"` // attribute name or expression, as typed in the portal
	Target string `json:"target"` // SCIM path, as listed in the portal
	// Match is the matching precedence: 1 is tried first, 0 is no matching
	// attribute.
	Match int `json:"match,omitempty"`
	// Text sends a truth value as the words "True" and "False" when creating,
	// as Entra does where the target attribute's type is string. Otherwise it
	// is sent as a JSON boolean when creating. In updates without
	// aadOptscim062020 it is always a word.
	Text bool `json:"text,omitempty"`
	// OnCreate applies the mapping only when the person is created.
	OnCreate bool `json:"onCreate,omitempty"`
}

// DefaultMapping is the complete mapping that Entra gives a non-gallery
// application.
func DefaultMapping() []Mapping {
	const enterprise = enterpriseURN + ":"
	return []Mapping{
		{Source: "userPrincipalName", Target: "userName", Match: 1},
		{Source: softDeleted, Target: "active"},
		{Source: "displayName", Target: "displayName"},
		{Source: "jobTitle", Target: "title"},
		{Source: "mail", Target: `emails[type eq "work"].value`},
		{Source: "preferredLanguage", Target: "preferredLanguage"},
		{Source: "givenName", Target: "name.givenName"},
		{Source: "surname", Target: "name.familyName"},
		{Source: `Join(" ", [givenName], [surname])`, Target: "name.formatted"},
		{Source: "physicalDeliveryOfficeName", Target: `addresses[type eq "work"].formatted`},
		{Source: "streetAddress", Target: `addresses[type eq "work"].streetAddress`},
		{Source: "city", Target: `addresses[type eq "work"].locality`},
		{Source: "state", Target: `addresses[type eq "work"].region`},
		{Source: "postalCode", Target: `addresses[type eq "work"].postalCode`},
		{Source: "country", Target: `addresses[type eq "work"].country`},
		{Source: "telephoneNumber", Target: `phoneNumbers[type eq "work"].value`},
		{Source: "mobile", Target: `phoneNumbers[type eq "mobile"].value`},
		{Source: "facsimileTelephoneNumber", Target: `phoneNumbers[type eq "fax"].value`},
		{Source: "mailNickname", Target: "externalId"},
		{Source: "employeeId", Target: enterprise + "employeeNumber"},
		{Source: "department", Target: enterprise + "department"},
		{Source: "manager", Target: enterprise + "manager"},
	}
}

// TimeneyeMapping is the mapping of a help page that customers follow to the
// letter: attributes of their own inside the core schema's URN, active sent
// twice, the name only as name.formatted, no e-mail, the role as plain text,
// and two matching attributes.
func TimeneyeMapping() []Mapping {
	return []Mapping{
		{Source: "userPrincipalName", Target: "userName", Match: 2},
		{Source: softDeleted, Target: "active", Text: true},
		{Source: "displayName", Target: "displayName"},
		{Source: "jobTitle", Target: "title"},
		{Source: `Join(" ", [givenName], [surname])`, Target: "name.formatted"},
		{Source: softDeleted, Target: userURN + ":active", Text: true},
		{Source: "objectId", Target: userURN + ":microsoftId", Match: 1},
		{Source: "SingleAppRoleAssignment([appRoleAssignments])", Target: userURN + ":role"},
	}
}

// rule is a compiled mapping.
type rule struct {
	Mapping
	path  scimPath
	value expression
}

// truth says whether the target holds a truth value.
func (r *rule) truth() bool { return strings.EqualFold(r.path.attr, "active") }

// reference says whether the target is the manager, which is sent in a second
// pass when everybody exists.
func (r *rule) reference() bool { return strings.EqualFold(r.path.attr, "manager") }

// mapping is a whole compiled table.
type mapping struct {
	rules   []rule // without the manager
	matches []rule // by precedence
	manager *rule  // nil when not mapped
}

// compileMapping reads a table. It must have a matching attribute and userName.
func compileMapping(table []Mapping) (*mapping, error) {
	m := &mapping{}
	for _, row := range table {
		path, err := parsePath(row.Target)
		if err != nil {
			return nil, err
		}
		value, err := compile(row.Source)
		if err != nil {
			return nil, err
		}
		r := rule{Mapping: row, path: path, value: value}
		if r.reference() {
			m.manager = &r
			continue
		}
		m.rules = append(m.rules, r)
		if row.Match > 0 {
			m.matches = append(m.matches, r)
		}
	}
	if len(m.matches) == 0 {
		return nil, fmt.Errorf("the mapping has no matching attribute")
	}
	slices.SortStableFunc(m.matches, func(a, b rule) int { return cmp.Compare(a.Match, b.Match) })
	return m, nil
}

// values computes what the server should hold, by target. Targets without a
// value are absent: Entra's engine sends no nulls, and here no empty strings.
func (m *mapping) values(s *subject) map[string]any {
	out := make(map[string]any, len(m.rules))
	for i := range m.rules {
		if v := m.rules[i].value(s); given(v) {
			out[m.rules[i].Target] = v
		}
	}
	return out
}
