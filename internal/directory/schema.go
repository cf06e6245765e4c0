package directory

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim"
)

// userType is SCIM's User with the attributes that the product declares.
func userType(p *product.Product) *scim.ResourceType {
	rt := scim.UserType()
	for _, a := range p.Attributes {
		if a.Standard() {
			require(rt, &a)
			continue
		}
		attribute := scim.Attribute{
			Name: a.Name, Type: kindOf(a.Type), MultiValued: a.Multi, CaseExact: a.CaseExact, Required: a.Required,
			Match: a.Match, Description: a.Description, Custom: a.URN() == product.CoreUser,
		}
		if attribute.Custom {
			rt.Schema.Attributes = append(rt.Schema.Attributes, attribute)
		} else {
			s := extension(rt, a.URN())
			s.Attributes = append(s.Attributes, attribute)
		}
	}
	return rt
}

// require marks a standard top-level attribute as required; deeper ones are
// checked by the rules.
func require(rt *scim.ResourceType, a *product.Attribute) {
	for i := range rt.Schema.Attributes {
		if s := &rt.Schema.Attributes[i]; a.Required && a.URN() == rt.Schema.ID && strings.EqualFold(s.Name, a.Name) {
			s.Required = true
		}
	}
}

func extension(rt *scim.ResourceType, urn string) *scim.Schema {
	for _, e := range rt.Extensions {
		if strings.EqualFold(e.Schema.ID, urn) {
			return e.Schema
		}
	}
	s := &scim.Schema{ID: urn, Name: urn[strings.LastIndexByte(urn, ':')+1:], Description: "Attributes of this product."}
	rt.Extensions = append(rt.Extensions, scim.Extension{Schema: s})
	return s
}

func kindOf(t product.Type) scim.Kind {
	switch t {
	case product.TypeBoolean:
		return scim.Boolean
	case product.TypeInteger:
		return scim.Integer
	case product.TypeDecimal:
		return scim.Decimal
	case product.TypeDateTime:
		return scim.DateTime
	case product.TypeReference:
		return scim.Reference
	}
	return scim.String
}
