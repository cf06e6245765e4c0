package directory

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/scim"
)

// differences lists the attributes in which two docs differ, each with its
// value before and after; an extension's attributes one by one. Old may be nil.
func differences(old, new *scim.Object) (out []identity.Delta) {
	return compare("", old, new, nil)
}

func compare(prefix string, old, new *scim.Object, out []identity.Delta) []identity.Delta {
	for i := range objects(new) {
		a := &new.Attrs[i]
		before, _ := old.Get(a.Name)
		if extension, ok := a.Value.(*scim.Object); ok && prefix == "" && strings.HasPrefix(a.Name, "urn:") {
			out = compare(a.Name+":", old.Object(a.Name), extension, out)
		} else if b, n := plain(before), plain(a.Value); !same(b, n) {
			out = append(out, identity.Delta{Field: prefix + a.Name, Before: b, After: n})
		}
	}
	for i := range objects(old) {
		a := &old.Attrs[i]
		if _, still := new.Get(a.Name); still {
			continue
		}
		if extension, ok := a.Value.(*scim.Object); ok && prefix == "" && strings.HasPrefix(a.Name, "urn:") {
			out = compare(a.Name+":", extension, nil, out)
		} else if a.Value != nil {
			out = append(out, identity.Delta{Field: prefix + a.Name, Before: plain(a.Value)})
		}
	}
	return out
}

func objects(o *scim.Object) []scim.Attr {
	if o == nil {
		return nil
	}
	return o.Attrs
}

// plain makes a value fit for JSON: complex ones become their own text.
func plain(v any) any {
	switch v := v.(type) {
	case *scim.Object:
		if v == nil {
			return nil
		}
		return json.RawMessage(v.AppendJSON(nil))
	case []any:
		whole := (&scim.Object{Attrs: []scim.Attr{{Name: "v", Value: v}}}).AppendJSON(nil)
		return json.RawMessage(whole[len(`{"v":`) : len(whole)-1])
	}
	return v
}

func same(a, b any) bool {
	x, xok := a.(json.RawMessage)
	y, yok := b.(json.RawMessage)
	if xok && yok {
		return string(x) == string(y)
	}
	return xok == yok && a == b
}

func equalFold(a, b string) bool { return identity.Fold(a) == identity.Fold(b) }

func quoted(s string) string {
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return strconv.Quote(s)
}
