package product

import (
	"maps"
	"slices"
	"strings"
)

// Words are what the product calls things, in lower case but for Titles. They
// are for people; events, SCIM and the API keep the field's own terms.
type Words struct {
	Member, Members       string // employee, employees
	Workspace, Workspaces string // organization
	Group, Groups         string
	Role, Roles           string // role; the title of the page that lists them is Labels.Roles
	Pending               string // known, has not signed in
	Inactive              string // archived
	Deactivate            string // archive
	Reactivate            string // restore
	Slug                  string // "Workspace ID": what the workspace is called in addresses
}

func (w *Words) complete() {
	w.Member = either(w.Member, "member")
	w.Members = either(w.Members, plural(w.Member))
	w.Workspace = either(w.Workspace, "workspace")
	w.Workspaces = either(w.Workspaces, plural(w.Workspace))
	w.Group = either(w.Group, "group")
	w.Groups = either(w.Groups, plural(w.Group))
	w.Role = either(w.Role, "role")
	w.Roles = either(w.Roles, plural(w.Role))
	w.Pending = either(w.Pending, "pending")
	w.Inactive = either(w.Inactive, "inactive")
	w.Deactivate = either(w.Deactivate, "deactivate")
	w.Reactivate = either(w.Reactivate, "reactivate")
	w.Slug = either(w.Slug, Title(w.Workspace)+" ID")
}

// plural is good for the words that products use for people and places; a file
// says others itself.
func plural(s string) string {
	if strings.HasSuffix(s, "y") && !strings.HasSuffix(s, "ay") && !strings.HasSuffix(s, "ey") {
		return strings.TrimSuffix(s, "y") + "ies"
	}
	return s + "s"
}

// Title is a word as a heading begins with it.
func Title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func wordsFields(r *reader, w *Words) fields {
	return fields{
		"member":     text(r, &w.Member).says("what one of the workspace's people is called: employee"),
		"members":    text(r, &w.Members).says("the same for several"),
		"workspace":  text(r, &w.Workspace).says("what a customer is called: organization"),
		"workspaces": text(r, &w.Workspaces).says("the same for several"),
		"group":      text(r, &w.Group),
		"groups":     text(r, &w.Groups),
		"role":       text(r, &w.Role),
		"roles":      text(r, &w.Roles),
		"pending":    text(r, &w.Pending).says("known, and has not signed in yet"),
		"inactive":   text(r, &w.Inactive).says("taken out, with everything known about them kept: archived"),
		"deactivate": text(r, &w.Deactivate).says("to take somebody out: archive"),
		"reactivate": text(r, &w.Reactivate).says("to bring somebody back: restore"),
		"slug":       text(r, &w.Slug).says("what the workspace's name in addresses is called: Workspace ID"),
	}
}

// all lists the words with their keys, for checks.
func (w *Words) all() map[string]string {
	return map[string]string{
		"member": w.Member, "members": w.Members, "workspace": w.Workspace, "workspaces": w.Workspaces, "group": w.Group, "groups": w.Groups,
		"role": w.Role, "roles": w.Roles, "pending": w.Pending, "inactive": w.Inactive, "deactivate": w.Deactivate, "reactivate": w.Reactivate, "slug": w.Slug,
	}
}

func checkWords(r *reader, w Words) {
	words := w.all()
	for _, key := range slices.Sorted(maps.Keys(words)) {
		word := words[key]
		if len(word) > 40 || !printable(word) || strings.TrimSpace(word) != word {
			r.fault("words."+key, "write at most 40 bytes without blanks around them", "%q cannot be a word for people", word)
		}
	}
}
