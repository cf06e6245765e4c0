package lab

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Domain is the mail domain of generated people.
const Domain = "contoso.example"

// Generate makes a directory of people and groups, the same for the same
// numbers: many scripts, accents, apostrophes, single and very long names, some
// attributes missing, capital letters in some addresses, a tree of managers, one
// group of half the people, six of a department's size, and then teams of 2 to
// 14. Everybody is assigned with one app role (member, admin or owner), and
// every group is assigned. Negative numbers count as zero.
func Generate(seed uint64, people, groups int) *Directory {
	d := NewDirectory(seed)
	m := maker{d: d, r: d.random, taken: map[string]int{}, cultures: cultures()}
	ids := make([]string, 0, max(people, 0))
	for i := range max(people, 0) {
		p := m.person(i, ids)
		d.people[p.ObjectID] = p
		d.assigned[p.ObjectID] = []AppRole{m.role(i)}
		ids = append(ids, p.ObjectID)
	}
	for i := range max(groups, 0) {
		g := m.group(i, ids)
		d.groups[g.id] = g
		d.assignedGroups[g.id] = nil
	}
	return d
}

// maker makes people and groups from one source of chance.
type maker struct {
	d        *Directory
	r        *rand.Rand
	taken    map[string]int // local parts of addresses
	cultures []culture
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// now and then is true about once in n times.
func (m *maker) oneIn(n int) bool { return m.r.IntN(n) == 0 }

func (m *maker) person(i int, before []string) *Person {
	c := pick(m.r, m.cultures)
	given, family := pick(m.r, c.given), pick(m.r, c.family)
	local := m.local(strings.Trim(given.ascii+"."+family.ascii, "."))
	dept := pick(m.r, departments())
	p := &Person{
		ObjectID:          m.d.guid(),
		UserPrincipalName: local + "@" + Domain,
		Mail:              m.mail(local),
		GivenName:         given.written,
		Surname:           family.written,
		JobTitle:          pick(m.r, dept.titles),
		Department:        dept.name,
		EmployeeID:        fmt.Sprintf("E%06d", 100001+i),
		MailNickname:      local,
		PreferredLanguage: c.language,
		AccountEnabled:    true,
	}
	p.DisplayName = p.fullName()
	m.reach(p, c)
	m.leaveOut(p)
	if i > 0 {
		p.Manager = before[(i-1)/8]
	}
	return p
}

// local gives an address's local part that nobody else has.
func (m *maker) local(wish string) string {
	m.taken[wish]++
	if n := m.taken[wish]; n > 1 {
		return fmt.Sprintf("%s%d", wish, n)
	}
	return wish
}

// mail writes some addresses with capitals, as people type them.
func (m *maker) mail(local string) string {
	if m.oneIn(6) {
		parts := strings.Split(local, ".")
		for i, p := range parts {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
		return strings.Join(parts, ".") + "@Contoso.Example"
	}
	return local + "@" + Domain
}

// reach fills in where a person sits and how to call them.
func (m *maker) reach(p *Person, c culture) {
	p.Telephone = fmt.Sprintf("%s%04d", c.phone, m.r.IntN(10000))
	p.Mobile = fmt.Sprintf("%s%04d", strings.ReplaceAll(c.phone, " ", "-"), m.r.IntN(10000))
	p.Office = fmt.Sprintf("%s, building %d", c.city, 1+m.r.IntN(9))
	p.StreetAddress, p.City, p.State, p.PostalCode, p.Country = c.street, c.city, c.state, c.postal, c.country
	if m.oneIn(10) {
		p.Fax = fmt.Sprintf("%s%04d", c.phone, m.r.IntN(10000))
	}
}

// leaveOut removes values, because no real directory is complete.
func (m *maker) leaveOut(p *Person) {
	for _, field := range []*string{&p.JobTitle, &p.Mobile, &p.Telephone, &p.PreferredLanguage, &p.Office, &p.State} {
		if m.oneIn(8) {
			*field = ""
		}
	}
	if m.oneIn(25) {
		p.MailNickname = ""
	}
	if m.oneIn(25) {
		p.StreetAddress, p.City, p.State, p.PostalCode, p.Country = "", "", "", "", ""
	}
}

// role gives the first person owner, a few admin, and the rest member.
func (m *maker) role(i int) AppRole {
	switch {
	case i == 0:
		return AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a01", Value: "owner", DisplayName: "Owner"}
	case m.oneIn(12):
		return AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a02", Value: "admin", DisplayName: "Admin"}
	default:
		return AppRole{ID: "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a03", Value: "member", DisplayName: "Member"}
	}
}

// group makes the i-th group.
func (m *maker) group(i int, people []string) *group {
	g := &group{id: m.d.guid(), members: map[string]bool{}}
	if names := groupNames(); i < len(names) {
		g.name = names[i]
	} else {
		g.name = fmt.Sprintf("Team %03d", i+1)
	}
	for n := m.size(i, len(people)); len(g.members) < n; {
		g.members[pick(m.r, people)] = true
	}
	return g
}

// size says how many of the people are in the i-th group: as in most companies,
// half in the first, a tenth or so in a few departments, and a handful in each
// of the many teams.
func (m *maker) size(i, people int) int {
	n := 2 + m.r.IntN(2+m.r.IntN(12))
	switch {
	case i == 0:
		n = people / 2
	case i <= 6:
		n = people / (6 + i)
	}
	return min(people, max(n, 2))
}
