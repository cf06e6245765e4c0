package scim

import (
	"net/url"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// AppendResource appends the resource as a client sees it: with schemas, id and meta, without what is never
// returned, and with no more than sel asks for. baseURL is absolute and without a trailing slash.
// The error means that r.Stored is damaged. RFC 7643 §3, RFC 7644 §3.9.
func (rt *ResourceType) AppendResource(dst []byte, r *Resource, baseURL string, sel *Selection) ([]byte, error) {
	if r.Stored != nil && sel == nil {
		if out, ok := rt.appendStored(dst, r, baseURL); ok {
			return out, nil
		}
	}
	if err := rt.Load(r); err != nil {
		return dst, err
	}
	ix := rt.index()
	v := view{ix: ix, sel: sel}
	dst = append(dst, `{"schemas":[`...)
	dst = appendString(dst, ix.core.urn)
	dst = v.appendExtensionURNs(dst, r.Attrs)
	dst = append(dst, `],"id":`...)
	dst = appendString(dst, r.ID)
	if r.Attrs != nil {
		dst = v.appendAttributes(dst, r.Attrs)
	}
	switch v.share("", "meta", nil) {
	case all:
		dst = rt.appendMeta(append(dst, `,"meta":`...), r, baseURL)
	case some:
		meta := rt.meta(r, baseURL)
		dst = v.appendPart(dst, "", "meta", ix.common.find("meta"), &Attr{Name: "meta", Value: meta})
	}
	return append(dst, '}'), nil
}

// view decides what a client sees.
type view struct {
	ix  *index
	sel *Selection
}

func (v *view) only() []filter.Path {
	if v.sel == nil {
		return nil
	}
	return v.sel.only
}

func (v *view) not() []filter.Path {
	if v.sel == nil {
		return nil
	}
	return v.sel.not
}

// appendExtensionURNs lists the extensions that the resource has attributes of. RFC 7643 §3.1, schemas.
func (v *view) appendExtensionURNs(dst []byte, o *Object) []byte {
	for i := range o.Len() {
		a := &o.Attrs[i]
		if isURN(a.Name) && isContainer(a) && v.share("", a.Name, nil) != none {
			dst = appendString(append(dst, ','), a.Name)
		}
	}
	return dst
}

func isContainer(a *Attr) bool {
	_, ok := a.Value.(*Object)
	return ok
}

func (v *view) appendAttributes(dst []byte, o *Object) []byte {
	if v.sel == nil && !v.ix.hiddenSubs && !v.hides(o) {
		return appendMembers(dst, o, v.ix.core.urn)
	}
	shown := &Object{}
	for i := range o.Attrs {
		if a, ok := v.cut(&o.Attrs[i]); ok {
			shown.Attrs = append(shown.Attrs, a)
		}
	}
	return appendMembers(dst, shown, v.ix.core.urn)
}

// hides says whether o has top-level attributes that the default answer leaves out.
func (v *view) hides(o *Object) bool {
	for _, name := range v.ix.left {
		if o.index(name) >= 0 {
			return true
		}
	}
	return false
}

// cut gives the part of a top-level attribute that is shown.
func (v *view) cut(a *Attr) (Attr, bool) {
	c, ok := a.Value.(*Object)
	if !ok || !isURN(a.Name) {
		return v.cutAttribute("", v.ix.top(a.Name), a)
	}
	if v.share("", a.Name, nil) == none {
		return Attr{}, false
	}
	s, shown := v.ix.schema(a.Name), &Object{}
	for i := range c.Attrs {
		var f *field
		if s != nil {
			f = s.find(c.Attrs[i].Name)
		}
		if in, ok := v.cutAttribute(a.Name, f, &c.Attrs[i]); ok {
			shown.Attrs = append(shown.Attrs, in)
		}
	}
	return Attr{Name: a.Name, Value: shown}, len(shown.Attrs) > 0
}

// cutAttribute gives the part of an attribute, of the extension uri or of none, that is shown.
func (v *view) cutAttribute(uri string, f *field, a *Attr) (Attr, bool) {
	switch v.share(uri, a.Name, f) {
	case none:
		return Attr{}, false
	case all:
		return *a, true
	}
	value := v.part(uri, a.Name, f, a.Value)
	return Attr{Name: a.Name, Value: value, Form: a.Form}, !absent(value)
}

// share says how much of an attribute is shown. RFC 7643 §7, returned.
func (v *view) share(uri, name string, f *field) share {
	returned := returnedOf(f)
	key, attr := name, ""
	if uri != "" {
		key, attr = uri, name
	}
	switch {
	case returned == ReturnedNever:
		return none
	case returned == ReturnedAlways:
		return all
	}
	shown := all
	if len(v.only()) > 0 {
		shown = shareIn(v.only(), key, attr)
	} else if returned == ReturnedRequest {
		return none
	}
	switch shareIn(v.not(), key, attr) {
	case all:
		return none
	case some:
		shown = min(shown, some)
	}
	if shown == all && f != nil && v.ix.hiddenSubs && f.kind == Complex {
		return some
	}
	return shown
}

// returnedOf is when an attribute is part of an answer; nil is one that no schema defines.
func returnedOf(f *field) Returned {
	switch {
	case f == nil:
		return ReturnedDefault
	case f.hidden():
		return ReturnedNever
	}
	return f.Returned
}

// part gives the value with only the sub-attributes that are shown.
func (v *view) part(uri, name string, f *field, value any) any {
	switch value := value.(type) {
	case *Object:
		shown := &Object{}
		for _, a := range value.Attrs {
			if v.showsSub(uri, name, f, a.Name) {
				shown.Attrs = append(shown.Attrs, a)
			}
		}
		return shown
	case []any:
		var list []any
		for _, e := range value {
			if p := v.part(uri, name, f, e); !absent(p) {
				list = append(list, p)
			}
		}
		return list
	}
	return value
}

func (v *view) showsSub(uri, name string, f *field, sub string) bool {
	returned := ReturnedDefault
	if f != nil {
		returned = returnedOf(f.subs.find(sub))
	}
	named := subNamed(v.only(), uri, name, sub)
	switch returned {
	case ReturnedNever:
		return false
	case ReturnedAlways:
		return true
	case ReturnedRequest:
		return named
	}
	key, attr := name, ""
	if uri != "" {
		key, attr = uri, name
	}
	if len(v.only()) > 0 && !named && shareIn(v.only(), key, attr) != all {
		return false
	}
	return !subNamed(v.not(), uri, name, sub)
}

func (v *view) appendPart(dst []byte, uri, name string, f *field, a *Attr) []byte {
	value := v.part(uri, name, f, a.Value)
	if absent(value) {
		return dst
	}
	return appendValue(appendKey(dst, name), value)
}

// appendMeta appends the meta attribute. RFC 7643 §3.1.
func (rt *ResourceType) appendMeta(dst []byte, r *Resource, baseURL string) []byte {
	dst = append(dst, `{"resourceType":`...)
	dst = appendString(dst, rt.Name)
	if !r.Created.IsZero() {
		dst = appendTime(append(dst, `,"created":`...), r.Created)
	}
	if !r.Modified.IsZero() {
		dst = appendTime(append(dst, `,"lastModified":`...), r.Modified)
	}
	dst = appendString(append(dst, `,"location":`...), rt.location(baseURL, r.ID))
	if r.Version != "" {
		dst = appendString(append(dst, `,"version":`...), etag(r.Version))
	}
	return append(dst, '}')
}

// meta gives the meta attribute as an object.
func (rt *ResourceType) meta(r *Resource, baseURL string) *Object {
	o := &Object{Attrs: []Attr{{Name: "resourceType", Value: rt.Name}}}
	if !r.Created.IsZero() {
		o.Set("created", timeText(r.Created))
	}
	if !r.Modified.IsZero() {
		o.Set("lastModified", timeText(r.Modified))
	}
	if baseURL != "" {
		o.Set("location", rt.location(baseURL, r.ID))
	}
	if r.Version != "" {
		o.Set("version", etag(r.Version))
	}
	return o
}

// location is the address of a resource. RFC 7644 §3.3.
func (rt *ResourceType) location(baseURL, id string) string {
	return baseURL + rt.Endpoint + "/" + url.PathEscape(id)
}

// etag writes a version as a weak entity tag. RFC 7644 §3.14.
func etag(version string) string { return `W/"` + version + `"` }
