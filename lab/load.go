package lab

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxFile bounds a directory's file: 256 MiB.
const maxFile = 256 << 20

// maxMistakes is how many mistakes of a file are told at once.
const maxMistakes = 20

// Load reads a directory from JSON, as [Directory.Save] writes it or as people
// do by hand:
//
//	{
//	  "people": [
//	    {"userPrincipalName": "ann@contoso.example", "givenName": "Ann", "surname": "Lee"}
//	  ],
//	  "groups": [{"displayName": "Sales", "members": ["ann@contoso.example"]}],
//	  "roles": [{"value": "admin", "displayName": "Administrator"}],
//	  "assignments": [{"person": "ann@contoso.example", "roles": ["admin"]}, {"group": "Sales"}],
//	  "mappings": [{"source": "userPrincipalName", "target": "userName", "match": 1}]
//	}
//
// Every part may be left out, and so may ids, which follow from "seed". "now" is
// the time on the directory's clock. People are referred to by userPrincipalName
// or objectId, groups by displayName or objectId, roles by value or id. Accounts
// are enabled unless accountEnabled says otherwise.
//
// The error tells every mistake, up to twenty, with line, column and path: JSON
// that is none, a key that does not exist, a value of the wrong type, somebody
// who is there twice or not at all, a mapping that cannot be used.
func Load(r io.Reader) (*Directory, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, fmt.Errorf("the file is larger than %d MiB", maxFile>>20)
	}
	root, err := grow(text)
	if err != nil {
		return nil, err
	}
	l := &loader{text: text, people: map[string]string{}, groups: map[string]string{}, roles: map[string]AppRole{}}
	l.directory(root)
	if len(l.mistakes) > 0 {
		return nil, errors.Join(l.mistakes...)
	}
	return l.d, nil
}

// loader builds a directory from leaves and collects mistakes.
type loader struct {
	text     []byte
	mistakes []error
	d        *Directory
	people   map[string]string // ObjectID by userPrincipalName and by ObjectID
	groups   map[string]string
	roles    map[string]AppRole
}

func (l *loader) wrong(at *leaf, path, format string, args ...any) {
	if len(l.mistakes) < maxMistakes {
		l.mistakes = append(l.mistakes, fmt.Errorf("%s: %s: %s", place(l.text, at.at), path, fmt.Sprintf(format, args...)))
	}
}

// keys checks that a value is an object without keys that do not exist.
func (l *loader) keys(at *leaf, path string, known ...string) bool {
	if !at.object() {
		l.wrong(at, cmp.Or(path, "the file"), "this must be an object, not %s", at.kind())
		return false
	}
	for i, key := range at.keys {
		if slices.Contains(known, key) {
			continue
		}
		hint := "; known are " + strings.Join(known, ", ")
		if near := nearest(key, known); near != "" {
			hint = "; did you mean " + near + "?"
		}
		l.wrong(at.items[i], under(path, key), "there is no such key%s", hint)
	}
	return true
}

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// read puts a value under a key into a variable, unless the key is absent.
func read[T any](l *loader, at *leaf, path, key, kind string, into *T) (from *leaf) {
	v := at.get(key)
	if v == nil {
		return nil
	}
	got, ok := v.value.(T)
	if !ok {
		l.wrong(v, under(path, key), "this must be %s, not %s", kind, v.kind())
		return nil
	}
	*into = got
	return v
}

// each goes through a list under a key.
func (l *loader) each(at *leaf, path, key string, do func(item *leaf, path string)) {
	v := at.get(key)
	if v == nil {
		return
	}
	if !v.list {
		l.wrong(v, under(path, key), "this must be a list, not %s", v.kind())
		return
	}
	for i, item := range v.items {
		do(item, fmt.Sprintf("%s[%d]", under(path, key), i))
	}
}

func (l *loader) directory(root *leaf) {
	if !l.keys(root, "", "seed", "now", "people", "groups", "roles", "assignments", "mappings") {
		return
	}
	var number json.Number
	var seed uint64
	var now string
	if at := read(l, root, "", "seed", "a number", &number); at != nil {
		var err error
		if seed, err = strconv.ParseUint(number.String(), 10, 64); err != nil {
			l.wrong(at, "seed", "this must be a whole number from 0 on")
		}
	}
	l.d = NewDirectory(seed)
	if at := read(l, root, "", "now", "a time", &now); at != nil {
		l.d.clock = NewClock(l.time(at, "now", now))
	}
	l.each(root, "", "people", l.person)
	l.each(root, "", "people", l.manager)
	l.each(root, "", "groups", l.group)
	l.each(root, "", "roles", l.role)
	l.each(root, "", "assignments", l.assignment)
	l.each(root, "", "mappings", l.mapping)
	if at := root.get("mappings"); at != nil && len(l.mistakes) == 0 {
		if err := l.d.SetMappings(l.d.mappings); err != nil {
			l.wrong(at, "mappings", "%v", err)
		}
	}
}

func (l *loader) time(at *leaf, path, text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		l.wrong(at, path, "%q is no time; write it as 2026-09-01T12:00:00Z", text)
	}
	return t
}

func (l *loader) person(at *leaf, path string) {
	fields := personFields()
	if !l.keys(at, path, append(slices.Sorted(maps.Keys(fields)), "manager", "accountEnabled", "softDeleted", "deletedAt")...) {
		return
	}
	p := &Person{AccountEnabled: true}
	for key, field := range fields {
		read(l, at, path, key, "a text", field(p))
	}
	read(l, at, path, "accountEnabled", "true or false", &p.AccountEnabled)
	read(l, at, path, "softDeleted", "true or false", &p.SoftDeleted)
	var when string
	if from := read(l, at, path, "deletedAt", "a time", &when); from != nil {
		p.DeletedAt = l.time(from, path+".deletedAt", when)
	}
	if p.ObjectID == "" {
		p.ObjectID = l.fresh()
	}
	if p.DisplayName == "" {
		p.DisplayName = p.fullName()
	}
	switch {
	case p.UserPrincipalName == "":
		l.wrong(at, path, "a person needs a userPrincipalName")
	case l.people[p.UserPrincipalName] != "":
		l.wrong(at, path, "%s is there twice", p.UserPrincipalName)
	case l.people[p.ObjectID] != "":
		l.wrong(at, path, "the objectId %s is there twice", p.ObjectID)
	default:
		l.d.people[p.ObjectID] = p
		l.people[p.UserPrincipalName], l.people[p.ObjectID] = p.ObjectID, p.ObjectID
	}
}

// fresh gives an id that nothing has.
func (l *loader) fresh() string {
	for {
		id := l.d.guid()
		if l.people[id] == "" && l.groups[id] == "" {
			return id
		}
	}
}

func (l *loader) manager(at *leaf, path string) {
	var name, boss string
	from := read(l, at, path, "manager", "a text", &boss)
	if from == nil || boss == "" {
		return
	}
	read(l, at, path, "userPrincipalName", "a text", &name)
	p := l.d.people[l.people[name]]
	if id := l.people[boss]; id == "" {
		l.wrong(from, path+".manager", "nobody is called %q", boss)
	} else if p != nil {
		p.Manager = id
	}
}

func (l *loader) group(at *leaf, path string) {
	if !l.keys(at, path, "objectId", "displayName", "members") {
		return
	}
	g := &group{members: map[string]bool{}}
	read(l, at, path, "objectId", "a text", &g.id)
	read(l, at, path, "displayName", "a text", &g.name)
	if g.id == "" {
		g.id = l.fresh()
	}
	switch {
	case g.name == "":
		l.wrong(at, path, "a group needs a displayName")
	case l.d.groups[g.id] != nil:
		l.wrong(at, path, "the objectId %s is there twice", g.id)
	}
	l.each(at, path, "members", func(item *leaf, path string) {
		name, ok := item.value.(string)
		if id := l.people[name]; !ok || id == "" {
			l.wrong(item, path, "nobody is called %s", show(item.value))
		} else {
			g.members[id] = true
		}
	})
	l.d.groups[g.id] = g
	l.groups[g.id] = g.id
	if _, taken := l.groups[g.name]; taken {
		l.groups[g.name] = "" // two are called so: only the ids tell them apart
	} else {
		l.groups[g.name] = g.id
	}
}

func (l *loader) role(at *leaf, path string) {
	if !l.keys(at, path, "id", "value", "displayName") {
		return
	}
	var r AppRole
	read(l, at, path, "id", "a text", &r.ID)
	read(l, at, path, "value", "a text", &r.Value)
	read(l, at, path, "displayName", "a text", &r.DisplayName)
	if r.ID == "" {
		r.ID = l.fresh()
	}
	l.roles[r.ID] = r
	if r.Value != "" {
		l.roles[r.Value] = r
	}
}

func (l *loader) assignment(at *leaf, path string) {
	if !l.keys(at, path, "person", "group", "roles") {
		return
	}
	var person, group string
	p := read(l, at, path, "person", "a text", &person)
	g := read(l, at, path, "group", "a text", &group)
	var roles []AppRole
	l.each(at, path, "roles", func(item *leaf, path string) {
		name, _ := item.value.(string)
		r, ok := l.roles[name]
		if !ok {
			l.wrong(item, path, "there is no role %s; it must stand in roles", show(item.value))
		}
		roles = append(roles, r)
	})
	switch {
	case (p == nil) == (g == nil):
		l.wrong(at, path, "an assignment names a person or a group")
	case p != nil && l.people[person] == "":
		l.wrong(p, path+".person", "nobody is called %q", person)
	case g != nil && l.groups[group] == "":
		l.wrong(g, path+".group", "no group, or more than one, is called %q", group)
	case p != nil:
		l.d.assigned[l.people[person]] = roles
	default:
		l.d.assignedGroups[l.groups[group]] = roles
	}
}

func (l *loader) mapping(at *leaf, path string) {
	if !l.keys(at, path, "source", "target", "match", "text", "onCreate") {
		return
	}
	var m Mapping
	var match json.Number
	source := read(l, at, path, "source", "a text", &m.Source)
	target := read(l, at, path, "target", "a text", &m.Target)
	read(l, at, path, "text", "true or false", &m.Text)
	read(l, at, path, "onCreate", "true or false", &m.OnCreate)
	if from := read(l, at, path, "match", "a number", &match); from != nil {
		n, err := match.Int64()
		if m.Match = int(n); err != nil || n < 0 {
			l.wrong(from, path+".match", "this must be a whole number from 0 on")
		}
	}
	if source == nil || target == nil {
		l.wrong(at, path, "a mapping needs source and target")
		return
	}
	if _, err := compile(m.Source); err != nil {
		l.wrong(source, path+".source", "%v", err)
	}
	if _, err := parsePath(m.Target); err != nil {
		l.wrong(target, path+".target", "%v", err)
	}
	l.d.mappings = append(l.d.mappings, m)
}

// nearest gives the known word that is at most two letters away, "" when none is.
func nearest(word string, known []string) string {
	best, closest := "", 3
	for _, k := range known {
		if n := distance(strings.ToLower(word), strings.ToLower(k)); n < closest {
			best, closest = k, n
		}
	}
	return best
}

// distance counts the letters to change, add or remove.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
