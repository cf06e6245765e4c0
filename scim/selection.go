package scim

import (
	"strings"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// Selection is the attributes or excludedAttributes of a request. A nil Selection is the
// default set. RFC 7644 §3.9.
type Selection struct {
	ix   *index
	only []filter.Path // attributes; empty for the default set
	not  []filter.Path // excludedAttributes
}

// Select makes a Selection of the names in attributes and excludedAttributes, each of them an
// attribute path or several of them with commas between. It is nil when there are none. Names that no schema
// defines are allowed, and select what was kept under that name. RFC 7644 §3.9, §3.10.
func (rt *ResourceType) Select(attributes, excluded []string) (*Selection, error) {
	ix := rt.index()
	only, err := ix.selected(attributes)
	if err != nil {
		return nil, err
	}
	not, err := ix.selected(excluded)
	if err != nil || len(only)+len(not) == 0 {
		return nil, err
	}
	return &Selection{ix: ix, only: only, not: not}, nil
}

// maxSelected bounds the names in attributes and excludedAttributes.
const maxSelected = 200

func (ix *index) selected(lists []string) ([]filter.Path, error) {
	var paths []filter.Path
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.TrimSpace(name)
			if name == "" {
				continue
			}
			p, err := filter.ParsePath(name)
			if err != nil {
				return nil, refused(invalidPath, err)
			}
			if paths = append(paths, ix.canonical(p)); len(paths) > maxSelected {
				return nil, BadRequest(invalidValue, "attributes and excludedAttributes may list at most %d names each.", maxSelected)
			}
		}
	}
	return paths, nil
}

// canonical spells a path as the schemas do, and leaves what they do not define as it is.
func (ix *index) canonical(p filter.Path) filter.Path {
	p.Filter = nil
	r := resolver{ix: ix}
	base, f, err := r.attribute(p)
	if err != nil {
		return p
	}
	base.Sub = p.Sub
	if f != nil {
		if sub := f.subs.find(p.Sub); sub != nil {
			base.Sub = sub.Name
		}
	}
	return base
}

// Wants says whether the answer shows the top-level attribute called name, or any part of
// it: Wants("members"). The name of an extension is its URN.
func (s *Selection) Wants(name string) bool {
	if s == nil {
		return true
	}
	if s.isAlways(name) {
		return true
	}
	if len(s.only) > 0 {
		return shareIn(s.only, name, "") != none && shareIn(s.not, name, "") != all
	}
	return shareIn(s.not, name, "") != all
}

func (s *Selection) isAlways(name string) bool {
	if equalFold(name, "id") || equalFold(name, "schemas") {
		return true
	}
	if s.ix == nil {
		return false
	}
	for _, a := range s.ix.always {
		if equalFold(a, name) {
			return true
		}
	}
	return false
}

// share is how much of an attribute a list of paths names.
type share uint8

const (
	none share = iota
	some       // a sub-attribute, or attributes of the extension
	all
)

// shareIn says how much of an attribute the paths name. For a top-level attribute attr is "" and name is
// its name, or the URN of an extension; for an attribute within an extension name is the URN.
func shareIn(paths []filter.Path, name, attr string) share {
	found := none
	for i := range paths {
		p := &paths[i]
		var sh share
		switch {
		case p.URI == "" && attr == "":
			sh = shareOf(p.Attr, p.Sub, name)
		case p.URI == "" || !equalFold(p.URI, name):
		case p.Attr == "":
			sh = all
		case attr == "":
			sh = some
		default:
			sh = shareOf(p.Attr, p.Sub, attr)
		}
		found = max(found, sh)
	}
	return found
}

func shareOf(attr, sub, name string) share {
	switch {
	case !equalFold(attr, name):
		return none
	case sub == "":
		return all
	}
	return some
}

// subNamed says whether the paths name this sub-attribute.
func subNamed(paths []filter.Path, uri, attr, sub string) bool {
	for i := range paths {
		p := &paths[i]
		if equalFold(p.Sub, sub) && equalFold(p.Attr, attr) && equalFold(p.URI, uri) {
			return true
		}
	}
	return false
}
