package product

import (
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func checkAttributes(r *reader, p *Product) {
	seen := map[string]int{}
	for i := range p.Attributes {
		a, at := &p.Attributes[i], fmt.Sprintf("attributes[%d]", i)
		if !checkAttributeName(r, a, at) {
			continue
		}
		key := strings.ToLower(a.Path())
		if first, twice := seen[key]; twice {
			r.fault(at+".name", "bring the two together", "%q is already declared in line %d", a.Name, r.line(fmt.Sprintf("attributes[%d]", first)))
			continue
		}
		seen[key] = i
		checkStandard(r, a, at)
		checkKeys(r, a, at)
		checkRule(r, a, at)
		checkDefault(r, a, at)
	}
}

// checkAttributeName checks name and schema and reports whether they are sound.
func checkAttributeName(r *reader, a *Attribute, at string) bool {
	before := len(r.found)
	switch {
	case a.Name == "":
		r.fault(at, `add a line like "name: microsoftId"`, "an attribute needs a name")
	case hasURN(a.Name):
		urn, name := splitPath(a.Name)
		r.fault(at+".name", fmt.Sprintf("write \"name: %s\" and \"schema: %s\"", name, urn), "the name holds a URN")
	case ownedByServer(a.Name):
		r.fault(at+".name", "choose another name", "%q belongs to the server", a.Name)
	case !a.Standard() && !attributeName(a.Name):
		r.fault(at+".name", `begin with a letter, then letters, digits, "-", "_" or "$": "costCode"`, "%q is no attribute name", a.Name)
	}
	checkSchema(r, a, at)
	return len(r.found) == before
}

func checkSchema(r *reader, a *Attribute, at string) {
	switch {
	case a.Schema == SchemaCore:
	case !hasURN(a.Schema) || !schemaURN(a.Schema):
		r.fault(at+".schema", `write "core", or a URN like "urn:ietf:params:scim:schemas:extension:acme:2.0:User"`, "%q is no schema", a.Schema)
	case a.Schema == EnterpriseUser && !a.Standard():
		r.fault(at+".name", "use an attribute of RFC 7643 §4.3, or an extension URN of your own", "the enterprise schema has no %q", a.Name)
	case foreignSchema(a.Schema):
		r.fault(at+".schema", "leave it out, or use an extension URN of your own", "%q is not a schema of people", a.Schema)
	}
}

// foreignSchema reports URNs of RFC 7643 that cannot extend a User.
func foreignSchema(urn string) bool {
	lower := strings.ToLower(urn)
	return strings.HasPrefix(lower, "urn:ietf:params:scim:schemas:core:") || strings.HasPrefix(lower, "urn:ietf:params:scim:api:")
}

// schemaURN checks the form of a URN. RFC 8141 §2
func schemaURN(s string) bool {
	return len(s) <= 200 && strings.Count(s, ":") >= 2 && !strings.HasSuffix(s, ":") && !strings.Contains(s, "::") &&
		!strings.ContainsFunc(s, func(c rune) bool { return c != ':' && (c == '/' || notInPath(c)) })
}

// attributeName checks the form of a name. RFC 7643 §2.1
func attributeName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || strings.IndexByte("-_$", c) >= 0)) {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// checkStandard keeps a definition from changing what RFC 7643 fixes.
func checkStandard(r *reader, a *Attribute, at string) {
	s, ok := standardPath(a.URN(), a.Name)
	if !ok {
		return
	}
	if a.Type != s.typ {
		r.fault(at+".type", "remove the line", "%s is a standard attribute; its type cannot be changed", a.Name)
	}
	for _, key := range []string{"multi", "case_exact", "description"} {
		if r.given(at + "." + key) {
			r.fault(at+"."+key, "remove the line", "%s is a standard attribute; this cannot be changed", a.Name)
		}
	}
	if (s.complex || s.listed) && (a.Rule != "" || a.Default != "" || a.Match && s.complex) {
		r.fault(at+".name", "name a single value, like \"name.familyName\" or \"title\"", "%s is not a single value: rule, default and match do not apply", a.Name)
	}
}

func checkKeys(r *reader, a *Attribute, at string) {
	keyed := a.Type == TypeString || a.Type == TypeReference || a.Type == TypeInteger
	switch {
	case a.Type == "": // a standard attribute with parts; checkStandard says so
	case a.Match && !keyed:
		r.fault(at+".match", "use string, integer or reference", "people cannot be looked up by an attribute of type %s", a.Type)
	case a.Immutable && a.Type != TypeString:
		r.fault(at+".immutable", "use string", "an attribute of type %s cannot name a human for ever", a.Type)
	case a.Immutable && (a.Multi || a.Default != ""):
		r.fault(at+".immutable", "remove multi and default", "what names one human for ever has one value and no default")
	case a.Immutable && mutableStandard(a):
		r.fault(at+".immutable", "declare the directory's object id instead", "%s changes when people marry or move: it cannot name a human for ever", a.Name)
	case a.Match && a.Default != "":
		r.fault(at+".default", "remove the default or the match", "with a default, everybody would be found by the same value")
	}
}

// mutableStandard reports the standard attributes that never identify: an equal
// value alone must not hand one person's account to another.
func mutableStandard(a *Attribute) bool {
	return a.Standard() && a.Name != "externalId" && a.Name != "employeeNumber"
}

func checkRule(r *reader, a *Attribute, at string) {
	if a.Rule != RuleNone && a.Type != TypeString {
		r.fault(at+".rule", "remove the rule", "a rule has no effect on type %s", a.Type)
	}
}

// checkDefault checks that a default is a value of the attribute's type and
// satisfies its rule.
func checkDefault(r *reader, a *Attribute, at string) {
	if a.Default == "" {
		return
	}
	if !a.Type.accepts(a.Default) {
		r.fault(at+".default", "write "+a.Type.example(), "%q is no %s", a.Default, a.Type)
	}
	if s, err := a.Rule.Apply(a.Default); err != nil || s != a.Default {
		r.fault(at+".default", "change the default or the rule", "%q does not satisfy the rule %s", a.Default, a.Rule)
	}
}

// accepts reports whether the text of a default is a value of the type.
func (t Type) accepts(s string) bool {
	switch t {
	case TypeBoolean:
		return s == "true" || s == "false"
	case TypeInteger:
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil
	case TypeDecimal:
		_, _, err := big.ParseFloat(s, 10, 64, big.ToNearestEven)
		return err == nil && !strings.ContainsAny(s, "iIpP_")
	case TypeDateTime:
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	case TypeReference:
		_, err := url.Parse(s)
		return err == nil
	}
	return true
}

func (t Type) example() string {
	switch t {
	case TypeBoolean:
		return "true or false"
	case TypeInteger:
		return "a whole number"
	case TypeDecimal:
		return "a number like 0.5"
	case TypeDateTime:
		return `a time like "2026-01-31T09:00:00Z", in quotes`
	case TypeReference:
		return "an address"
	}
	return "text"
}
