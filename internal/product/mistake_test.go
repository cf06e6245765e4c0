package product_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

// roles is a sound section to put other mistakes beside.
const roles = "roles:\n  catalogue: [{name: owner, owner: true}, {name: member}]\n  default: member\n"

func TestEveryMistakeIsReportedWithLineAndRemedy(t *testing.T) {
	for _, c := range []struct {
		name, yaml string
		want       []string // one per mistake, a part of its line each
	}{
		{"empty file", "", []string{"t.yaml: the file is empty; start with"}},
		{"only a comment", "# nothing\n", []string{"t.yaml: the file is empty"}},
		{"null document", "~\n", []string{"t.yaml:1: the file must be a list of keys and values"}},
		{"a list", "- name: x\n", []string{"t.yaml:1: the file must be a list of keys and values"}},
		{"not UTF-8", "name: x\nscim: \xff\n", []string{"t.yaml:2: the file is not valid UTF-8; save it as UTF-8"}},
		{"too large", "name: x\n#" + strings.Repeat("x", product.MaxSize), []string{"t.yaml: the file is larger"}},
		{"syntax", "name: x\nscim: [a\nb: c\n", []string{"not valid YAML"}},
		{"tab", "name: x\nscim:\n\tprefix: /x\n", []string{"t.yaml:3: not valid YAML"}},
		{"two documents", "name: x\n---\nname: y\n", []string{"t.yaml:2: the file holds a second document"}},
		{"unknown key", "name: x\nsicm: {}\n", []string{`t.yaml:2: sicm: unknown key "sicm"; did you mean "scim"?`}},
		{"unknown key, nothing near", "name: x\nzzzzzz: {}\n", []string{"known here: attributes, brand, channels, console, contact, match, members, name, new_plan, plans, roles, scim, sign_in, tokens, words"}},
		{"unknown key below", "name: x\nscim:\n  prefx: /a\n", []string{`t.yaml:3: scim.prefx: unknown key "prefx"; did you mean "prefix"?`}},
		{"key twice", "name: x\nname: y\n", []string{"t.yaml:2: name: the key was already given in line 1"}},
		{"anchor", "name: &n x\nmatch: [*n]\n", []string{"t.yaml:1: name: anchors", "t.yaml:2: match[0]: anchors"}},
		{"merge key", "name: x\nscim:\n  <<: {}\n", []string{"t.yaml:3: scim: only plain keys"}},
		{"key that is a list", "name: x\n? [a]\n: b\n", []string{"only plain keys"}},
		{"no name", "scim: {}\n", []string{"t.yaml: name: the product has no name; add a line"}},
		{"blank name", "name: ' '\n", []string{"t.yaml:1: name: the product has no name"}},
		{"long name", "name: " + strings.Repeat("x", 101) + "\n", []string{"t.yaml:1: name: the name is too long"}},
		{"name in two lines", "name: \"a\\nb\"\n", []string{"control characters"}},
		{"name a number", "name: 4711\n", []string{`name: text is expected here, not "4711"; put it in quotes: "4711"`}},
		{"name nothing", "name:\n", []string{"name: text is expected here, not nothing; write text"}},
		{"section a text", "name: x\nscim: yes\n", []string{`scim: keys and values is expected here, not "yes"`}},
		{"list a text", "name: x\nmatch: externalId\n", []string{`match: a list is expected here, not "externalId"; write a list`}},
		{"flag a text", "name: x\nmembers: {pending: maybe}\n", []string{`members.pending: true or false is expected here, not "maybe"`}},
		{"text a list", "name: [x]\n", []string{"name: text is expected here, not a list"}},
		{"default an object", "name: x\nattributes: [{name: a, default: {}}]\n", []string{"attributes[0].default: a single value is expected here, not keys and values"}},

		{"an accent that cannot be read", "name: x\nbrand: {accent: '#ffd400'}\n", []string{"t.yaml:2: brand.accent: text in #ffd400 on #ffffff has a contrast of 1.4 and cannot be read by everybody: 4.5 is the least; write \"#8c7500\", the nearest that can"}},
		{"a dark accent that cannot be read", "name: x\nbrand: {accent: '#224488', accent_dark: '#111111'}\n", []string{"brand.accent_dark: text in #111111 on #17181c"}},
		{"no colour", "name: x\nbrand: {accent: blue}\n", []string{`brand.accent: "blue" is no colour; write six digits`}},
		{"a logo that is a page", "name: x\nbrand: {logo: <html></html>}\n", []string{"brand.logo: the logo is not an SVG document"}},
		{"a logo with a script", "name: x\nbrand: {logo: '<svg><script/></svg>'}\n", []string{"brand.logo: the logo holds a script"}},
		{"a word too long", "name: x\nwords: {member: " + strings.Repeat("x", 41) + "}\n", []string{"words.member: ", "words.members: "}},
		{"a plan twice", "name: x\ncontact: {url: mailto:a@b.example}\nplans: [{name: pro}, {name: pro}]\n", []string{`plans[1].name: the plan "pro" is there already`}},
		{"a plan without a name", "name: x\ncontact: {url: mailto:a@b.example}\nplans: [{title: Pro}]\n", []string{`plans[0]: a plan needs a name`}},
		{"a feature misspelt", "name: x\nplans: [{name: pro, unlocks: [scmi]}]\ncontact: {url: mailto:a@b.example}\n", []string{`plans[0].unlocks[0]: "scmi" is not known; did you mean "scim"?`}},
		{"no plan", "name: x\nplans: []\n", []string{"plans: the list of plans is empty"}},
		{"an unknown new plan", "name: x\nnew_plan: gold\n", []string{`new_plan: there is no plan "gold"`}},
		{"locked, and nobody to ask", "name: x\nplans: [{name: pro}]\n", []string{"contact: a plan leaves something locked"}},
		{"a contact that is no address", "name: x\ncontact: {url: 'javascript:alert(1)'}\n", []string{"contact.url: "}},
		{"a channel of a role that is not there", "name: x\nchannels: [{name: web}]\nroles: {catalogue: [{name: a, channels: [wbe]}], default: a}\n", []string{`roles.catalogue[0].channels[0]: there is no channel "wbe"; write one of "web"`}},
		{"a right misspelt", "name: x\nroles: {catalogue: [{name: a, may: [sso.mange]}], default: a}\n", []string{`roles.catalogue[0].may[0]: "sso.mange" is not known; did you mean "sso.manage"?`}},
		{"one path for two pages", "name: x\nsign_in: {slug_path: /login/sso}\n", []string{"sign_in.address_path: "}},
		{"a page outside", "name: x\nsign_in: {slug_path: 'https://x'}\n", []string{"sign_in.slug_path: "}},
		{"a second factor beside nothing", "name: x\nsign_in: {password: false, totp: true}\n", []string{"sign_in.totp: a second factor stands beside a password, which is off"}},
		{"no token", "name: x\ntokens: {}\n", []string{"tokens: no kind of token is offered"}},
		{"a life that is no number", "name: x\ntokens: {personal: {days: year}}\n", []string{`tokens.personal.days: a whole number from 0 to 3650 is expected here, not "year"`}},
		{"a connector misspelt", "name: x\nconsole: {connectors: [{kind: entar}]}\n", []string{`console.connectors[0].kind: "entar" is not known; did you mean "entra"?`}},
		{"a connector twice", "name: x\nconsole: {connectors: [{kind: okta}, {kind: okta}]}\n", []string{`console.connectors[1]: the connector "okta" is there already`}},
		{"seat", "name: x\nmembers: {seat: never}\n", []string{`members.seat: "never" is not known; write one of "provisioning", "sign-in"`}},

		{"form", "name: x\nscim: {form: tokn, host: h}\n", []string{`scim.form: "tokn" is not known; did you mean "token"?`}},
		{"groups", "name: x\nscim: {groups: sometimes}\n", []string{`scim.groups: "sometimes" is not known; write one of "off", "groups", "roles"`}},
		{"reason without off", "name: x\nscim: {groups_off_detail: because}\n", []string{"scim.groups_off_detail: a reason has no effect"}},
		{"prefix without slash", "name: x\nscim: {prefix: scim/v2}\n", []string{`scim.prefix: the prefix must start with a slash; write "/scim/v2"`}},
		{"prefix with trailing slash", "name: x\nscim: {prefix: /scim/}\n", []string{`trailing or doubled slash or dots as a segment; write "/scim"`}},
		{"prefix with doubled slash", "name: x\nscim: {prefix: /scim//v2}\n", []string{`write "/scim/v2"`}},
		{"prefix with dots", "name: x\nscim: {prefix: /scim/../v2}\n", []string{`write "/v2"`}},
		{"prefix of one slash", "name: x\nscim: {prefix: /}\n", []string{"scim.prefix: the prefix is empty"}},
		{"prefix of the workspace alone", "name: x\nscim: {form: path, prefix: '/{workspace}'}\n", []string{"scim.prefix: the prefix is empty"}},
		{"prefix with query", "name: x\nscim: {prefix: '/scim?x'}\n", []string{"scim.prefix: the prefix holds a character"}},
		{"prefix with workspace in token form", "name: x\nscim: {prefix: '/scim/{workspace}'}\n", []string{`the form is "token"`}},
		{"path form without workspace", "name: x\nscim: {form: path, prefix: /scim}\n", []string{"must hold {workspace} once"}},
		{"path form with workspace twice", "name: x\nscim: {form: path, prefix: '/{workspace}/{workspace}'}\n", []string{"must hold {workspace} once"}},
		{"path form with workspace inside a segment", "name: x\nscim: {form: path, prefix: '/a-{workspace}'}\n", []string{"must hold {workspace} once, as a segment"}},
		{"path form with workspace before more", "name: x\nscim: {form: path, prefix: '/{workspace}x'}\n", []string{"must be a segment of its own"}},
		{"host in token form", "name: x\nscim: {host: '{workspace}.example.com'}\n", []string{`scim.host: a host has no effect in the form "token"`}},
		{"host form without host", "name: x\nscim: {form: host}\n", []string{"scim.host: in host form the host must be given"}},
		{"host without workspace", "name: x\nscim: {form: host, host: example.com}\n", []string{"must begin with {workspace}"}},
		{"host with scheme", "name: x\nscim: {form: host, host: 'https://{workspace}.example.com'}\n", []string{"must begin with {workspace}"}},
		{"host with port", "name: x\nscim: {form: host, host: '{workspace}.example.com:8080'}\n", []string{"is no host name"}},
		{"host with empty label", "name: x\nscim: {form: host, host: '{workspace}..com'}\n", []string{"is no host name"}},
		{"host far too long", "name: x\nscim: {form: host, host: '{workspace}." + strings.Repeat("a.", 120) + "com'}\n", []string{"is no host name"}},

		{"attribute without name", "name: x\nattributes:\n  - type: string\n", []string{"t.yaml:3: attributes[0]: an attribute needs a name"}},
		{"attribute not an object", "name: x\nattributes: [region]\n", []string{`attributes[0]: keys and values is expected here, not "region"`}},
		{"attribute with odd name", "name: x\nattributes: [{name: cost code}]\n", []string{`"cost code" is no attribute name`}},
		{"attribute with digit first", "name: x\nattributes: [{name: 1st}]\n", []string{`"1st" is no attribute name`}},
		{"attribute with URN for a name", "name: x\nattributes: [{name: 'urn:acme:x:User:region'}]\n", []string{`write "name: region" and "schema: urn:acme:x:User"`}},
		{"attribute of the server", "name: x\nattributes: [{name: Meta}]\n", []string{`"Meta" belongs to the server`}},
		{"attribute twice", "name: x\nattributes:\n  - name: region\n  - name: Region\n", []string{`t.yaml:4: attributes[1].name: "Region" is already declared in line 3`}},
		{"unknown type", "name: x\nattributes: [{name: a, type: sting, match: true}]\n", []string{`"sting" is not known; did you mean "string"?`}},
		{"no schema", "name: x\nattributes: [{name: a, schema: acme}]\n", []string{`"acme" is no schema; write "core"`}},
		{"schema of groups", "name: x\nattributes: [{name: a, schema: 'urn:ietf:params:scim:schemas:core:2.0:Group'}]\n", []string{"is not a schema of people"}},
		{"schema of messages", "name: x\nattributes: [{name: a, schema: 'urn:ietf:params:scim:api:messages:2.0:PatchOp'}]\n", []string{"is not a schema of people"}},
		{"enterprise schema extended", "name: x\nattributes: [{name: region, schema: '" + product.EnterpriseUser + "'}]\n", []string{`the enterprise schema has no "region"`}},
		{"standard attribute retyped", "name: x\nattributes: [{name: title, type: integer}]\n", []string{"attributes[0].type: title is a standard attribute"}},
		{"standard attribute made multiple", "name: x\nattributes: [{name: title, multi: true}]\n", []string{"attributes[0].multi: title is a standard attribute"}},
		{"rule on a whole", "name: x\nattributes: [{name: name, default: x}]\n", []string{"name is not a single value"}},
		{"match on a whole", "name: x\nattributes: [{name: emails, match: true}]\n", []string{"emails is not a single value"}},
		{"match on a boolean", "name: x\nattributes: [{name: a, type: boolean, match: true}]\n", []string{"attributes[0].match: people cannot be looked up by an attribute of type boolean"}},
		{"match with default", "name: x\nattributes: [{name: a, match: true, default: x}]\n", []string{"everybody would be found by the same value"}},
		{"immutable number", "name: x\nattributes: [{name: a, type: integer, immutable: true}]\n", []string{"cannot name a human for ever"}},
		{"immutable list", "name: x\nattributes: [{name: a, multi: true, immutable: true}]\n", []string{"has one value and no default"}},
		{"immutable userName", "name: x\nattributes: [{name: userName, immutable: true}]\n", []string{"userName changes when people marry or move"}},
		{"unknown rule", "name: x\nattributes: [{name: a, rule: lower-case}]\n", []string{`"lower-case" is not known; did you mean "lowercase"?`}},
		{"rule on a number", "name: x\nattributes: [{name: a, type: integer, rule: lowercase}]\n", []string{"a rule has no effect on type integer"}},
		{"default no integer", "name: x\nattributes: [{name: a, type: integer, default: 1.5}]\n", []string{`"1.5" is no integer; write a whole number`}},
		{"default no boolean", "name: x\nattributes: [{name: a, type: boolean, default: 'on'}]\n", []string{`"on" is no boolean`}},
		{"default no decimal", "name: x\nattributes: [{name: a, type: decimal, default: Inf}]\n", []string{`"Inf" is no decimal`}},
		{"default no time", "name: x\nattributes: [{name: a, type: dateTime, default: 2026-01-31}]\n", []string{"is no dateTime; write a time like"}},
		{"default no reference", "name: x\nattributes: [{name: a, type: reference, default: 'https://[x'}]\n", []string{"is no reference"}},
		{"default against its rule", "name: x\nattributes: [{name: a, rule: lowercase, default: HQ}]\n", []string{`"HQ" does not satisfy the rule lowercase`}},
		{"default against plain name", "name: x\nattributes: [{name: a, rule: plain-name, default: '<b>'}]\n", []string{"does not satisfy the rule plain-name"}},

		{"match unknown", "name: x\nmatch: [microsftId]\nattributes: [{name: microsoftId}]\n", []string{`t.yaml:2: match[0]: "microsftId" is no attribute of people; did you mean "microsoftId"?`}},
		{"match far from anything", "name: x\nmatch: [zzz]\n", []string{"declare it under attributes"}},
		{"match twice", "name: x\nmatch: [userName, USERNAME]\n", []string{`match[1]: "userName" stands here twice`}},
		{"match with filter", "name: x\nmatch: ['emails[type eq \"work\"].value']\n", []string{"write the attribute without a filter"}},
		{"match on a complex attribute", "name: x\nmatch: [emails]\n", []string{`emails is not a single value; write "emails.value"`}},
		{"match on active", "name: x\nmatch: [active]\n", []string{"people cannot be looked up by an attribute of type boolean"}},
		{"match on id", "name: x\nmatch: [id]\n", []string{"leave it out: it is the server's own"}},
		{"match not a text", "name: x\nmatch: [5]\n", []string{`match[0]: text is expected here, not "5"`}},

		{"no role", "name: x\nroles: {default: member}\n", []string{"roles.catalogue: the catalogue has no role"}},
		{"roles a text", "name: x\nroles: none\n", []string{"roles: keys and values is expected here"}},
		{"role without name", "name: x\nroles:\n  catalogue: [{title: A}, {name: m}]\n  default: m\n", []string{"roles.catalogue[0]: a role needs a name"}},
		{"role with blanks", "name: x\nroles:\n  catalogue: [{name: ' m'}]\n  default: ' m'\n", []string{"cannot be a role's name"}},
		{"role twice", "name: x\nroles:\n  catalogue: [{name: m}, {name: M}]\n  default: m\n", []string{`the role "M" is already in the catalogue; choose another name`}},
		{"long hint", "name: x\nroles:\n  catalogue: [{name: m, hint: " + strings.Repeat("x", 501) + "}]\n  default: m\n", []string{"title or hint is too long"}},
		{"default missing", "name: x\nroles:\n  catalogue: [{name: m}]\n", []string{`roles.default: the default role is missing; add "default: m"`}},
		{"default misspelt", "name: x\nroles:\n  catalogue: [{name: member}]\n  default: mmber\n", []string{`t.yaml:4: roles.default: "mmber" is not in the catalogue; did you mean "member"?`}},
		{"default far from anything", "name: x\nroles:\n  catalogue: [{name: member}]\n  default: zzz\n", []string{`write one of "member"`}},
		{"default an owner", "name: x\nroles:\n  catalogue: [{name: boss, owner: true}]\n  default: boss\n", []string{`roles.default: "boss" is an owner`}},
		{"owner switches without owner", "name: x\nroles: {catalogue: [{name: m}], default: m, grant_owner: true, adopt_owner: true}\n",
			[]string{"roles.grant_owner: no role of the catalogue is an owner", "roles.adopt_owner: no role of the catalogue is an owner"}},
		{"unknown source", "name: x\n" + roles + "  sources: [groop, default]\n", []string{`roles.sources[0]: "groop" is not known; did you mean "group"?`}},
		{"source twice", "name: x\n" + roles + "  sources: [hand, hand]\n", []string{`roles.sources[1]: "hand" stands here twice`}},
		{"source below default", "name: x\n" + roles + "  sources: [default, hand]\n", []string{"roles.sources[0]: nothing can rank below the default"}},
		{"role attribute unknown", "name: x\n" + roles + "  attributes: [roel]\n", []string{`roles.attributes[0]: "roel" is no attribute of people`}},
		{"role attribute a boolean", "name: x\n" + roles + "  attributes: [active]\n", []string{"an attribute of type boolean cannot name a role"}},
		{"unknown policy", "name: x\n" + roles + "  unknown: refused\n", []string{`"refused" is not known; did you mean "refuse"?`}},

		{"address rule", "name: x\nmembers: {address_rule: plain-name}\n", []string{`members.address_rule: "plain-name" is not known`}},
		{"required unknown", "name: x\nmembers: {required: [name.famlyName]}\n", []string{`did you mean "name.familyName"?`}},
		{"several at once", "name: 5\nscim: {groups: no}\nmatch: [zzz]\nroles: {}\n",
			[]string{"t.yaml:1: name", "t.yaml:2: scim.groups", "t.yaml:3: match[0]", "t.yaml:4: roles.catalogue"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := product.Load([]byte(c.yaml), "t.yaml")
			if err == nil || p != nil {
				t.Fatalf("loaded: %+v", p)
			}
			compareLines(t, err.Error(), c.want)
		})
	}
}

func compareLines(t *testing.T, got string, want []string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d mistakes, want %d:\n%s", len(lines), len(want), got)
	}
	for i, w := range want {
		if !strings.Contains(lines[i], w) {
			t.Errorf("mistake %d is %q, want %q in it", i, lines[i], w)
		}
		if !strings.Contains(lines[i], "; ") {
			t.Errorf("mistake %d has no remedy: %q", i, lines[i])
		}
	}
}
