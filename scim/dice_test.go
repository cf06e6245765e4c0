package scim_test

import (
	"fmt"
	"strings"
)

// dice makes decisions from fuzzed bytes, so that a fuzzer finds well-formed patches.
type dice []byte

func (d *dice) roll(n int) int {
	if len(*d) == 0 {
		return 0
	}
	b := int((*d)[0])
	*d = (*d)[1:]
	return b % n
}

func (d *dice) pick(list ...string) string { return list[d.roll(len(list))] }

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

func (d *dice) path() string {
	return d.pick("userName", "title", "active", "name", "name.givenName", "Name.FamilyName", "emails", "emails.value", "emails.type",
		`emails[type eq "work"]`, `emails[type eq "work"].value`, `emails[type eq "home"].display`, `emails[primary eq true].primary`,
		`emails[value co "x"]`, `emails[not (type eq "work")].value`, `emails[type eq "home" and value eq "h@x"].primary`,
		`roles[primary eq "True"].value`, "roles", `addresses[type eq "work"].locality`, "addresses", "tags", `tags[value eq "a"]`,
		"seats", "seats.desk", `seats[floor eq 2].desk`, `seats[floor gt 1]`, "seats.notes", "badge", "level", "rate", "hired", "microsoftId",
		enterprise, enterprise+":department", enterprise+":manager", enterprise+":manager.value", enterprise+":manager.displayName",
		"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId", "urn:ietf:params:scim:schemas:core:2.0:User:vendor", "urn:ietf:params:scim:schemas:core:2.0:User:TITLE",
		"urn:acme:2.0", "urn:x", "urn:x:y", "urn::", "urn:a:", "urn:::A", "urn:acme:2.0:a", "urn:acme:2.0:a.b", "manager", "department", "manager.value", "urn:acme:User:x", "urn:acme:User:x.y", `urn:acme:User:x[y eq "1"]`, `urn:acme:User:x[y eq "1"].z`, "urn:acme:User", "externalId", "id", "groups", "nickNmae", "password", "meta", "urn:ietf:params:scim:schemas:core:2.0:User")
}

func (d *dice) scalar() string {
	return d.pick(`"x"`, `""`, `null`, `true`, `"False"`, `1`, `2.5`, `"2026-01-01T00:00:00Z"`, `"work"`, `"home"`, `"h@x"`, `[]`, `{}`, `"a"`)
}

func (d *dice) element() string {
	return "{" + strings.Join(d.members("value", "type", "primary", "display", "floor", "desk", "$ref", "y", "locality"), ",") + "}"
}

// members gives up to three different members.
func (d *dice) members(names ...string) []string {
	var list []string
	for i, n := 0, d.roll(4); i < n; i++ {
		j := d.roll(len(names))
		list = append(list, fmt.Sprintf("%q:%s", names[j], d.scalar()))
		names = append(names[:j:j], names[j+1:]...)
	}
	return list
}

func (d *dice) value() string {
	switch d.roll(5) {
	case 0:
		return d.element()
	case 1:
		return "[" + d.element() + "," + d.element() + "]"
	case 2:
		return d.pick(`["a","b"]`, `[{"value":"h@x","type":"home","primary":true}]`, `[{"floor":2,"desk":"d","notes":["n"]}]`, `{"givenName":"G","familyName":null}`, `{"value":"m","$ref":"r"}`)
	}
	return d.scalar()
}

func (d *dice) operation() string {
	op := fmt.Sprintf(`"op":%q`, d.pick("add", "replace", "remove", "Replace", "Add"))
	switch d.roll(6) {
	case 0:
		var names []string
		for range 2 {
			names = append(names, fmt.Sprintf("%q:%s", d.path(), d.value()))
		}
		return "{" + op + `,"value":{` + strings.Join(names, ",") + "}}"
	case 1:
		return fmt.Sprintf(`{%s,"path":%q}`, op, d.path())
	}
	return fmt.Sprintf(`{"path":%q,"value":%s,%s}`, d.path(), d.value(), op)
}

// patch makes the body of a PATCH.
func (d *dice) patch() string {
	ops := []string{d.operation()}
	for range d.roll(4) {
		ops = append(ops, d.operation())
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}
