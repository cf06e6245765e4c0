package directory

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

// What a member has when a directory adopts it, the directory has not sent: it
// is inherited. A PUT clears what it omits, but what was inherited stays until
// this directory sends it, too. RFC 7644 §3.5.1 lets the service provider keep
// what the client does not assert.

// attributeNames lists the attributes of a doc, an extension's one by one.
func attributeNames(doc *scim.Object) (names []string) {
	for i := range objects(doc) {
		a := &doc.Attrs[i]
		extension, ok := a.Value.(*scim.Object)
		if !ok || !strings.HasPrefix(a.Name, "urn:") {
			names = append(names, a.Name)
			continue
		}
		for j := range extension.Attrs {
			names = append(names, a.Name+":"+extension.Attrs[j].Name)
		}
	}
	return names
}

// stillInherited gives those of the inherited attributes that neither changed nor
// were sent.
func stillInherited(names []string, old, doc *scim.Object, sent []string) []string {
	if len(names) == 0 {
		return nil
	}
	for _, d := range differences(old, doc) {
		sent = append(sent, d.Field)
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(sent, func(s string) bool { return strings.EqualFold(s, name) })
	})
}

// withInherited gives what was sent, completed with what is inherited of old.
func withInherited(names []string, old, sent *scim.Object) *scim.Object {
	if len(names) == 0 {
		return sent
	}
	out := sent.Clone()
	for i := range objects(old) {
		a := &old.Attrs[i]
		extension, ok := a.Value.(*scim.Object)
		if !ok || !strings.HasPrefix(a.Name, "urn:") {
			inherit(out, names, a.Name, a)
			continue
		}
		in := out.Object(a.Name).Clone()
		for j := range extension.Attrs {
			inherit(in, names, a.Name+":"+extension.Attrs[j].Name, &extension.Attrs[j])
		}
		if in.Len() > 0 {
			out.Set(a.Name, in)
		}
	}
	return out
}

// inherit adds an attribute called name to o, if it is inherited and was not sent.
func inherit(o *scim.Object, names []string, name string, a *scim.Attr) {
	if _, sent := o.Get(a.Name); !sent && slices.Contains(names, name) {
		o.Attrs = append(o.Attrs, *a)
	}
}

// adopts says whether a change by the caller makes the member the directory's.
func (p *People) adopts(m *identity.Member) bool {
	return m.Connection == "" && p.c.Connection != "" && (p.product.Roles.AdoptOwner || !p.rules.isOwner(m.Grants))
}
