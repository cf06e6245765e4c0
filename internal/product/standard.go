package product

import "strings"

// standard is one attribute of RFC 7643's own User schemas, or one
// sub-attribute, by its path below the schema's URN.
type standard struct {
	name    string
	typ     Type
	multi   bool
	complex bool // has sub-attributes: cannot be looked up or ruled as a whole
	listed  bool // inside a multi-valued attribute: emails.value
}

// coreStandards are the attributes that a definition may refer to.
// RFC 7643 §4.1, and externalId of §3.1. Left out on purpose: id, meta, schemas
// and groups, which are the server's own, and password, which is never kept.
var coreStandards = []standard{
	{name: "userName", typ: TypeString},
	{name: "externalId", typ: TypeString},
	{name: "displayName", typ: TypeString},
	{name: "nickName", typ: TypeString},
	{name: "profileUrl", typ: TypeReference},
	{name: "title", typ: TypeString},
	{name: "userType", typ: TypeString},
	{name: "preferredLanguage", typ: TypeString},
	{name: "locale", typ: TypeString},
	{name: "timezone", typ: TypeString},
	{name: "active", typ: TypeBoolean},
	{name: "name", complex: true},
	{name: "name.formatted", typ: TypeString},
	{name: "name.familyName", typ: TypeString},
	{name: "name.givenName", typ: TypeString},
	{name: "name.middleName", typ: TypeString},
	{name: "name.honorificPrefix", typ: TypeString},
	{name: "name.honorificSuffix", typ: TypeString},
	{name: "emails", complex: true, multi: true},
	{name: "emails.value", typ: TypeString, listed: true},
	{name: "phoneNumbers", complex: true, multi: true},
	{name: "phoneNumbers.value", typ: TypeString, listed: true},
	{name: "ims", complex: true, multi: true},
	{name: "ims.value", typ: TypeString, listed: true},
	{name: "photos", complex: true, multi: true},
	{name: "addresses", complex: true, multi: true},
	{name: "entitlements", complex: true, multi: true},
	{name: "roles", complex: true, multi: true},
	{name: "x509Certificates", complex: true, multi: true},
}

// enterpriseStandards are the attributes of RFC 7643 §4.3.
var enterpriseStandards = []standard{
	{name: "employeeNumber", typ: TypeString},
	{name: "costCenter", typ: TypeString},
	{name: "organization", typ: TypeString},
	{name: "division", typ: TypeString},
	{name: "department", typ: TypeString},
	{name: "manager", complex: true},
	{name: "manager.value", typ: TypeString},
}

// standardsOf returns the standard attributes of a schema, nil for a custom one.
func standardsOf(urn string) []standard {
	switch {
	case strings.EqualFold(urn, CoreUser):
		return coreStandards
	case strings.EqualFold(urn, EnterpriseUser):
		return enterpriseStandards
	}
	return nil
}

// standardPath finds a standard attribute in any spelling of case.
func standardPath(urn, name string) (standard, bool) {
	for _, s := range standardsOf(urn) {
		if strings.EqualFold(s.name, name) {
			return s, true
		}
	}
	return standard{}, false
}

// ownedByServer reports the names that no definition may take or rule.
func ownedByServer(name string) bool {
	switch strings.ToLower(name) {
	case "id", "meta", "schemas", "groups", "password":
		return true
	}
	return false
}
