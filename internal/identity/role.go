package identity

import "slices"

// Source is where a role comes from. A product says which source outranks
// which; losing the highest falls back to the next.
type Source string

// The sources of a role.
const (
	ByDefault   Source = "default"
	ByHand      Source = "hand"
	ByAttribute Source = "attribute"
	ByAppRole   Source = "app-role"
	ByGroup     Source = "group"
	ByAssertion Source = "assertion"
)

// Grant is one role that a member holds, with its source.
type Grant struct {
	Role   string `json:"role"`
	Source Source `json:"source"`
	Group  string `json:"-"` // the SCIM id of the group that gives it, when read
	Named  bool   `json:"-"` // the group itself is the role: it is none of the catalogue's and has no rights
}

// Granted returns grants with those of the source replaced by roles, in order;
// no roles withdraws the source's grants. The argument is not changed.
func Granted(grants []Grant, source Source, roles ...string) []Grant {
	kept := slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return g.Source == source })
	for _, r := range roles {
		kept = append(kept, Grant{Role: r, Source: source})
	}
	return kept
}

// Effective gives the roles that count, those of the highest source present.
// Precedence lists sources from highest to lowest; sources that it does not
// name come last.
func Effective(grants []Grant, precedence []Source) []Grant {
	best, rank := []Grant(nil), len(precedence)+1
	for _, g := range grants {
		r := slices.Index(precedence, g.Source)
		if r < 0 {
			r = len(precedence)
		}
		if r < rank {
			best, rank = nil, r
		}
		if r == rank {
			best = append(best, g)
		}
	}
	return best
}

// GroupRole says which role of the catalogue a group gives its members.
type GroupRole struct {
	Group    GroupID
	Name     string // the group's
	Role     string
	Position int64 // the lowest counts where a member holds one role only
}
