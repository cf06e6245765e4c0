package directory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// rules are the product's, put so that reading a doc is quick.
type rules struct {
	p         *product.Product
	match     []attributePath // look-up keys kept in rows of their own
	lookUps   []string        // every look-up key of people, by its canonical path
	immutable []attributePath // those of them that name the same human for ever
	required  []attributePath
	roles     []attributePath
	own       []product.Attribute // the product's own attributes, kept with the member
	sources   []identity.Source
	folded    map[string]bool // canonical paths whose values compare folded
}

// attributePath is a product's path to an attribute, taken apart.
type attributePath struct {
	canonical string // as look-ups name it: "microsoftId", "urn:…:enterprise:2.0:User:employeeNumber"
	urn       string // the extension, "" for the core schema
	names     []string
}

func parsePath(path string) attributePath {
	if rest, core := cutPrefixFold(path, product.CoreUser+":"); core {
		path = rest
	}
	p := attributePath{canonical: path}
	if len(path) > 4 && strings.EqualFold(path[:4], "urn:") {
		i := strings.LastIndexByte(path, ':')
		p.urn, path = path[:i], path[i+1:]
	}
	p.names = strings.Split(path, ".")
	return p
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// in gives the value at the path, nil when there is none.
func (p *attributePath) in(doc *scim.Object) any {
	if p.urn != "" {
		doc = doc.Object(p.urn)
	}
	var v any = doc
	for _, n := range p.names {
		o, ok := v.(*scim.Object)
		if !ok || o == nil {
			return nil
		}
		v, _ = o.Get(n)
	}
	return v
}

func newRules(p *product.Product) rules {
	r := rules{p: p, folded: map[string]bool{}}
	for _, s := range p.Roles.Sources {
		r.sources = append(r.sources, identity.Source(s))
	}
	for _, m := range p.Match {
		path := parsePath(m)
		if a, ok := p.Attribute(m); ok && !a.CaseExact {
			r.folded[path.canonical] = true
		}
		if !builtInKey(path.canonical) {
			r.match = append(r.match, path)
		}
	}
	for _, a := range p.Attributes {
		path := parsePath(a.Path())
		if a.Immutable {
			r.immutable = append(r.immutable, path)
			if !a.Match && !builtInKey(path.canonical) {
				r.match = append(r.match, path)
			}
		}
		if a.Required {
			r.required = append(r.required, path)
		}
		if !a.Standard() {
			r.own = append(r.own, a)
		}
	}
	r.lookUps = []string{store.KeyUserName, store.KeyExternalID, store.KeyDisplayName, store.KeyAddress}
	for _, m := range r.match {
		r.lookUps = append(r.lookUps, m.canonical)
	}
	for _, m := range p.Members.Required {
		r.required = append(r.required, parsePath(m))
	}
	for _, a := range p.Roles.Attributes {
		r.roles = append(r.roles, parsePath(a))
	}
	return r
}

// namesRole says whether an attribute's values name roles.
func (r *rules) namesRole(path string) bool {
	p := parsePath(path)
	return slices.ContainsFunc(r.roles, func(o attributePath) bool { return strings.EqualFold(o.whole(), p.whole()) })
}

// builtInKey says whether every workspace has the look-up key anyway.
func builtInKey(canonical string) bool {
	switch canonical {
	case "id", store.KeyUserName, store.KeyExternalID, store.KeyDisplayName, store.KeyAddress, "emails":
		return true
	}
	return false
}

// person is what the product makes of a doc.
type person struct {
	userName, address, display, given, family, title, externalID string
	active                                                       bool
	attributes                                                   map[string]string
	role                                                         wish
}

// interpret reads a doc by the product's rules. The error is 400 invalidValue
// and names the attribute.
func (r *rules) interpret(doc *scim.Object, notes *scim.Notes) (p person, err error) {
	if err := r.checkRequired(doc); err != nil {
		return p, err
	}
	p = person{userName: doc.Str("userName"), display: doc.Str("displayName"), title: doc.Str("title"), externalID: doc.Str("externalId"), active: true}
	if a, ok := doc.Get("active"); ok {
		p.active, _ = a.(bool)
	}
	p.given, p.family = names(doc)
	p.address = r.p.Address(address(doc, p.userName))
	for _, n := range [...]struct{ field, value string }{{"name.givenName", p.given}, {"name.familyName", p.family}, {"displayName", p.display}, {"name.formatted", doc.Str("name", "formatted")}} {
		if err := r.p.CheckName(n.value); err != nil {
			return p, invalid(n.field, err.Error())
		}
	}
	if p.attributes, err = r.attributesOf(doc); err != nil {
		return p, err
	}
	if err := r.boundKeys(doc, &p); err != nil {
		return p, err
	}
	p.role, err = r.roleOf(doc, notes)
	return p, err
}

// boundKeys refuses values too long to be looked up by.
func (r *rules) boundKeys(doc *scim.Object, p *person) error {
	for _, f := range [...]struct{ field, value string }{
		{"userName", p.userName}, {"externalId", p.externalID}, {"displayName", p.display}, {"emails", p.address},
	} {
		if err := bounded(f.field, f.value); err != nil {
			return err
		}
	}
	keys := r.keys(doc, p.address)
	for _, k := range keys {
		if err := bounded(k.Name, k.Value); err != nil {
			return err
		}
	}
	if len(keys) > maxKeys {
		return invalid("emails", "one person may have 200 e-mail addresses and match values; this one has more")
	}
	return nil
}

// maxKeys bounds the look-up keys of one person.
const maxKeys = 200

func invalid(field, why string) error {
	return scim.BadRequest("invalidValue", "%s: %s", field, why)
}

func (r *rules) checkRequired(doc *scim.Object) error {
	for i := range r.required {
		p := &r.required[i]
		if empty(p.in(doc)) && (p.canonical != "emails" && p.canonical != "emails.value" || address(doc, doc.Str("userName")) == "") {
			return invalid(p.canonical, "a person needs this attribute to be provisioned; map a source attribute to it and see that the person has a value")
		}
	}
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case *scim.Object:
		return v.Len() == 0
	}
	return false
}

// names gives the parts of a name: as sent, or taken from name.formatted alone
// (E19), the last word being the family name.
func names(doc *scim.Object) (given, family string) {
	given, family = doc.Str("name", "givenName"), doc.Str("name", "familyName")
	if given != "" || family != "" {
		return given, family
	}
	whole := strings.Join(strings.Fields(doc.Str("name", "formatted")), " ")
	if i := strings.LastIndexByte(whole, ' '); i > 0 {
		return whole[:i], whole[i+1:]
	}
	return whole, ""
}

// address chooses the one e-mail address that stands for the person: the
// primary one, the work one, the first, or a userName that is an address (E27).
func address(doc *scim.Object, userName string) string {
	best, rank := "", 0
	for _, v := range doc.List("emails") {
		e, ok := v.(*scim.Object)
		if !ok || e.Str("value") == "" {
			continue
		}
		n := 1
		if primary, _ := e.Get("primary"); primary == true {
			n = 3
		} else if strings.EqualFold(e.Str("type"), "work") {
			n = 2
		}
		if n > rank {
			best, rank = e.Str("value"), n
		}
	}
	if rank == 0 && looksLikeAddress(userName) {
		return strings.TrimSpace(userName)
	}
	return strings.TrimSpace(best)
}

func looksLikeAddress(s string) bool {
	i := strings.LastIndexByte(s, '@')
	return i > 0 && i < len(s)-1 && !strings.ContainsAny(s, " \t\r\n")
}

// attributesOf gives the product's own attributes as text, with its rules and
// defaults applied (K11).
func (r *rules) attributesOf(doc *scim.Object) (map[string]string, error) {
	var out map[string]string
	for i := range r.own {
		a := &r.own[i]
		path := parsePath(a.Path())
		text := textOf(path.in(doc))
		if text == "" {
			text = a.Default
		}
		if text == "" {
			continue
		}
		text, err := a.Rule.Apply(text)
		if err != nil {
			return nil, invalid(path.canonical, err.Error())
		}
		if out == nil {
			out = map[string]string{}
		}
		out[path.canonical] = text
	}
	return out, nil
}

// textOf writes a simple value, or several, as text.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case *scim.Object:
		return v.Str("value")
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			parts = append(parts, textOf(e))
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// key gives a look-up key for a value, folded unless the attribute is exact.
func (r *rules) key(canonical string, value any) store.Key {
	text := textOf(value)
	if canonical != store.KeyExternalID && (builtInKey(canonical) || r.folded[canonical]) {
		text = identity.Fold(text)
	}
	return store.Key{Name: canonical, Value: text}
}

// keys gives the look-up keys that a doc needs beyond those in the member's own row.
func (r *rules) keys(doc *scim.Object, address string) (out []store.Key) {
	own := identity.Fold(address)
	for _, v := range doc.List("emails") {
		if e, ok := v.(*scim.Object); ok {
			if k := r.key(store.KeyAddress, e.Str("value")); k.Value != "" && k.Value != own {
				out = append(out, k)
			}
		}
	}
	for i := range r.match {
		values, many := r.match[i].in(doc).([]any)
		if !many {
			values = []any{r.match[i].in(doc)}
		}
		for _, v := range values {
			if k := r.key(r.match[i].canonical, v); k.Value != "" {
				out = append(out, k)
			}
		}
	}
	return out
}

// keysOf is keys for a member, whose resource may show another externalId than the
// member has: that of an owner who is not adopted.
func (r *rules) keysOf(m *identity.Member, doc *scim.Object) []store.Key {
	out := r.keys(doc, m.Address)
	if shown := doc.Str("externalId"); shown != "" && shown != m.ExternalID {
		out = append(out, store.Key{Name: store.KeyExternalID, Value: shown})
	}
	return out
}

// oktaID is the shape of an Okta user id; guid that of an Entra objectId.
var (
	oktaID = regexp.MustCompile(`^00u[0-9A-Za-z]{17}$`)
	guid   = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
)

// immutableKeys gives the keys that name the same human for ever: what the
// product declares so, and an externalId that is an Entra objectId or an Okta id.
func (r *rules) immutableKeys(doc *scim.Object) (out []store.Key) {
	for i := range r.immutable {
		if k := r.key(r.immutable[i].canonical, r.immutable[i].in(doc)); k.Value != "" {
			out = append(out, k)
		}
	}
	if id := doc.Str("externalId"); oktaID.MatchString(id) || guid.MatchString(id) {
		out = append(out, store.Key{Name: store.KeyExternalID, Value: id})
	}
	return out
}

// wish is the role that a directory asks for.
type wish struct {
	roles  []string // catalogue names; empty: none asked, or none known
	source identity.Source
}

// roleOf reads the role from the attributes that the product names, in every
// shape that directories send (E18, E23, E25, E26).
func (r *rules) roleOf(doc *scim.Object, notes *scim.Notes) (wish, error) {
	for i := range r.roles {
		path := &r.roles[i]
		asked := roleValues(path.in(doc))
		if len(asked) == 0 {
			continue
		}
		w := wish{source: identity.ByAttribute}
		if path.canonical == "roles" || asked[0].complex {
			w.source = identity.ByAppRole
		}
		for _, a := range asked {
			role, err := r.known(path.canonical, a.value, notes)
			if err != nil {
				return wish{}, err
			}
			if role != "" && (r.p.Roles.Many || len(w.roles) == 0) {
				w.roles = append(w.roles, role)
			}
		}
		return w, nil
	}
	return wish{}, nil
}

// known gives the catalogue's name of a role value; "" with a note, or an
// error, as the product asks, when there is none or it may not be granted.
func (r *rules) known(path, value string, notes *scim.Notes) (string, error) {
	role, ok := r.p.RoleByValue(value)
	switch {
	case ok && (!role.Owner || r.p.Roles.GrantOwner):
		return role.Name, nil
	case ok:
		notes.Add("owner-not-granted", path, "%s: this product does not let a directory make somebody %s; the default role %q applies", path, role.Name, r.p.Roles.Default)
		return "", nil
	}
	hint := ""
	if near := r.p.Nearest(value); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	if r.p.Roles.Unknown == product.UnknownRefuse {
		return "", invalid(path, fmt.Sprintf("%q is not a role of this product%s", value, hint))
	}
	notes.Add("unknown-role", path, "%s: %q is not a role of this product, so the default role %q applies%s", path, value, r.p.Roles.Default, hint)
	return "", nil
}
