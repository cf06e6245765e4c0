package directory

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

// roleValue is one role as a directory wrote it. The value counts; the display
// name is noise (E25).
type roleValue struct {
	value   string
	complex bool // an object, or JSON inside a string, as app roles are sent
	primary bool
}

// roleValues reads a role attribute in any of the shapes that directories send:
// a plain string; Entra's app role as an object, {"value", "displayName", …};
// the same as JSON inside a string, plain or as the "value" of an object; a list
// of any of these. The primary one comes first.
func roleValues(v any) (out []roleValue) {
	switch v := v.(type) {
	case string:
		out = roleText(v)
	case *scim.Object:
		if v == nil {
			return nil
		}
		primary, _ := v.Get("primary")
		for _, r := range roleText(v.Str("value")) {
			out = append(out, roleValue{value: r.value, complex: true, primary: primary == true})
		}
	case []any:
		for _, e := range v {
			out = append(out, roleValues(e)...)
		}
		slices.SortStableFunc(out, func(a, b roleValue) int { return rank(a) - rank(b) })
	}
	return out
}

func rank(r roleValue) int {
	if r.primary {
		return 0
	}
	return 1
}

// roleText reads a string: a role's value, or JSON that holds one.
func roleText(s string) []roleValue {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	if s[0] == '{' || s[0] == '[' {
		type appRole struct {
			Value   string `json:"value"`
			Primary bool   `json:"primary"`
		}
		var many []appRole
		text := s
		if s[0] == '{' {
			text = "[" + s + "]"
		}
		if json.Unmarshal([]byte(text), &many) == nil {
			var out []roleValue
			for _, r := range many {
				if v := strings.TrimSpace(r.Value); v != "" {
					out = append(out, roleValue{value: v, complex: true, primary: r.Primary})
				}
			}
			return out
		}
	}
	return []roleValue{{value: s}}
}

// granted puts what the directory asks in place of what it asked before.
func granted(grants []identity.Grant, w wish) []identity.Grant {
	grants = identity.Granted(grants, identity.ByAttribute)
	grants = identity.Granted(grants, identity.ByAppRole)
	if len(w.roles) > 0 {
		grants = identity.Granted(grants, w.source, w.roles...)
	}
	return grants
}

// isOwner says whether the grants that count make an owner.
func (r *rules) isOwner(grants []identity.Grant) bool {
	return slices.ContainsFunc(identity.Effective(grants, r.sources), func(g identity.Grant) bool {
		role, ok := r.p.Role(g.Role)
		return ok && role.Owner
	})
}

// roleNames gives the roles that count, in words for the log.
func (r *rules) roleNames(grants []identity.Grant) string {
	var out []string
	for _, g := range identity.Effective(grants, r.sources) {
		out = append(out, g.Role)
	}
	return strings.Join(out, ", ")
}
