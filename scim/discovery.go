package scim

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	schemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	configURN       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
)

func isDiscovery(segment string) bool {
	return equalFold(segment, "ServiceProviderConfig") || equalFold(segment, "Schemas") || equalFold(segment, "ResourceTypes")
}

// discover answers the discovery endpoints. RFC 7644 §4.
func (c *call) discover() error {
	s, err := searchOf(c.query)
	if err != nil {
		return err
	}
	if s.filter != "" {
		return Forbidden("Discovery endpoints cannot be filtered; leave filter out.") // RFC 7644 §4
	}
	switch first := c.path[0]; {
	case len(c.path) > 2:
		return c.noEndpoint()
	case equalFold(first, "Schemas"):
		return c.discovered("Schema", c.schemas())
	case equalFold(first, "ResourceTypes"):
		return c.discovered("ResourceType", c.resourceTypes())
	case len(c.path) == 2:
		return c.noEndpoint()
	}
	c.out = answer{status: http.StatusOK, body: c.config().AppendJSON(nil)}
	return nil
}

// discovered answers with all documents, or with the one that the path names by its id.
func (c *call) discovered(kind string, documents []*Object) error {
	if len(c.path) == 2 {
		for _, d := range documents {
			if strings.EqualFold(d.Str("id"), c.path[1]) {
				c.out = answer{status: http.StatusOK, body: d.AppendJSON(nil)}
				return nil
			}
		}
		return NotFound(kind, clip(c.path[1], 80))
	}
	l := listing{call: c, start: 1, total: len(documents)}
	for _, d := range documents {
		l.begin()
		l.resources = d.AppendJSON(l.resources)
	}
	l.finish()
	return nil
}

// document builds an object attribute by attribute.
func document(pairs ...any) *Object {
	o := &Object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" && v != nil {
			o.Attrs = append(o.Attrs, Attr{Name: pairs[i].(string), Value: v})
		}
	}
	return o
}

func texts(list ...string) []any {
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = s
	}
	return values
}

func (c *call) metaOf(kind, id string) *Object {
	location := c.t.BaseURL + "/" + kind + "s"
	if kind == "ServiceProviderConfig" {
		location = c.t.BaseURL + "/" + kind
	}
	if id != "" {
		location += "/" + id
	}
	return document("resourceType", kind, "location", location)
}

// resourceTypes lists what is switched on. RFC 7643 §6.
func (c *call) resourceTypes() []*Object {
	var list []*Object
	for _, rt := range c.types() {
		extensions := make([]any, 0, len(rt.Extensions))
		for _, e := range rt.Extensions {
			extensions = append(extensions, document("schema", e.Schema.ID, "required", e.Required))
		}
		list = append(list, document(
			"schemas", texts(resourceTypeURN), "id", rt.Name, "name", rt.Name, "endpoint", rt.Endpoint,
			"description", rt.Description, "schema", rt.Schema.ID, "schemaExtensions", extensions,
			"meta", c.metaOf("ResourceType", rt.Name)))
	}
	return list
}

// schemas lists the schemas of what is switched on, each once. RFC 7643 §7.
func (c *call) schemas() []*Object {
	var list []*Object
	seen := map[string]bool{}
	add := func(s *Schema) {
		if !seen[s.ID] {
			seen[s.ID] = true
			list = append(list, document(
				"schemas", texts(schemaURN), "id", s.ID, "name", s.Name, "description", s.Description,
				"attributes", attributeDocuments(s.Attributes), "meta", c.metaOf("Schema", s.ID)))
		}
	}
	for _, rt := range c.types() {
		add(rt.Schema)
		for _, e := range rt.Extensions {
			add(e.Schema)
		}
	}
	return list
}

func attributeDocuments(attributes []Attribute) []any {
	list := make([]any, 0, len(attributes))
	for i := range attributes {
		if a := &attributes[i]; !a.Unlisted {
			list = append(list, attributeDocument(a))
		}
	}
	return list
}

// attributeDocument has every characteristic that applies. RFC 7643 §7.
func attributeDocument(a *Attribute) *Object {
	kind := newField(a, "").kind
	d := document("name", a.Name, "type", kind.String(), "multiValued", a.MultiValued, "description", a.Description, "required", a.Required)
	if len(a.CanonicalValues) > 0 {
		d.Set("canonicalValues", texts(a.CanonicalValues...))
	}
	if kind != Complex && kind != Boolean {
		d.Set("caseExact", a.CaseExact)
	}
	d.Set("mutability", [...]string{"readWrite", "readOnly", "immutable", "writeOnly"}[a.Mutability&3])
	d.Set("returned", [...]string{"default", "always", "never", "request"}[a.Returned&3])
	if kind != Boolean {
		d.Set("uniqueness", [...]string{"none", "server", "global", "none"}[a.Uniqueness&3])
	}
	if len(a.ReferenceTypes) > 0 {
		d.Set("referenceTypes", texts(a.ReferenceTypes...))
	}
	if kind == Complex {
		d.Set("subAttributes", attributeDocuments(a.SubAttributes))
	}
	return d
}

// config is the service provider's configuration. RFC 7643 §5, RFC 9865 §4.
func (c *call) config() *Object {
	l := c.limits
	supported := func(pairs ...any) *Object { return document(append([]any{"supported", true}, pairs...)...) }
	return document(
		"schemas", texts(configURN),
		"documentationUri", c.s.DocumentationURI,
		"patch", supported(),
		"bulk", supported("maxOperations", int64(l.MaxBulkOperations), "maxPayloadSize", int64(l.MaxBulkBody)),
		"filter", supported("maxResults", int64(l.MaxPage)),
		"changePassword", document("supported", false),
		"sort", supported(),
		"etag", supported(),
		"pagination", document("cursor", true, "index", true, "defaultPaginationMethod", "index",
			"defaultPageSize", int64(l.DefaultPage), "maxPageSize", int64(l.MaxPage)),
		"authenticationSchemes", c.schemes(),
		"meta", c.metaOf("ServiceProviderConfig", ""))
}

func (c *call) schemes() []any {
	list := []any{}
	for _, s := range c.s.AuthenticationSchemes {
		list = append(list, document("type", s.Type, "name", s.Name, "description", s.Description,
			"specUri", s.SpecURI, "documentationUri", s.DocumentationURI, "primary", s.Primary))
	}
	return list
}

// byteCount writes a number of bytes for people.
func byteCount(n int) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return strconv.Itoa(n>>20) + " MiB"
	}
	return strconv.Itoa(n) + " bytes"
}
