package console

import (
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// How much the page shows of what may be long.
const (
	shownMembers  = 200
	shownGroups   = 50
	shownRequests = 8
	shownNames    = 5 // of one member's groups
)

// livePage is what pages/live is filled with.
type livePage struct {
	Product, Workspace string
	SCIMURL            string
	GroupsOff          bool // the product has no groups
	Version            string
	Now                time.Time
	Tally              store.Tally
	Members            []memberRow
	Groups             []groupRow
	Requests           []requestRow
}

type memberRow struct {
	ID            identity.MemberID
	Name, Address string
	Role, Groups  string
	State         badge
	Held          bool
	Arrived       frame.Moment
}

type groupRow struct {
	ID            identity.GroupID
	Name          string
	Members, Word string
}

type requestRow struct {
	ID           identity.RequestID
	Method, Path string
	Status       int
	Tone         string // "" when all is well
	Cause        string
	Detail       string
	Took         string
	At           frame.Moment
}

// badge is a state as a word, with a tone that underlines it.
type badge struct{ Word, Tone, Hint string }

// fill reads what the page shows. The version is read first: what changes while
// the rest is read makes another one, and the page is fetched again.
func (p *livePage) fill(ctx context.Context, l *Live) error {
	r, now := l.Store.Read(l.Workspace.ID), l.Store.Now()
	p.Now = now
	tally, requests, err := l.pulse(ctx)
	if err != nil {
		return err
	}
	p.Tally, p.Version = tally, versionOf(tally, requests)
	for i := range requests {
		p.Requests = append(p.Requests, requestOf(&requests[i], l.SCIMURL, now))
	}
	if !p.GroupsOff {
		groups, err := r.GroupsAfter(ctx, "", shownGroups)
		if err != nil {
			return err
		}
		for i := range groups {
			p.Groups = append(p.Groups, groupOf(&groups[i]))
		}
	}
	return p.fillMembers(ctx, l, r)
}

func (p *livePage) fillMembers(ctx context.Context, l *Live, r *store.Reader) error {
	members, err := r.Members(ctx, shownMembers)
	if err != nil {
		return err
	}
	for i := range members {
		m := &members[i]
		var groups []identity.Reference
		if len(p.Groups) > 0 {
			if groups, err = r.GroupsOf(ctx, m.ID); err != nil {
				return err
			}
		}
		p.Members = append(p.Members, memberRow{
			ID: m.ID, Name: frame.OrElse(m.Name(), "(no name)"), Address: m.Address, Groups: groupNames(groups), Role: l.roleTitles(m, groups),
			State: stateOf(m), Held: !m.Held.Empty(), Arrived: frame.MomentOf(m.Created, p.Now),
		})
	}
	return nil
}

// pulse reads the little that tells whether the page has changed.
func (l *Live) pulse(ctx context.Context) (store.Tally, []identity.Request, error) {
	r := l.Store.Read(l.Workspace.ID)
	t, err := r.Tally(ctx)
	if err != nil {
		return t, nil, err
	}
	requests, err := r.Requests(ctx, "", shownRequests)
	return t, requests, err
}

// version names what the page would show now.
func (l *Live) version(ctx context.Context) (string, error) {
	t, requests, err := l.pulse(ctx)
	return versionOf(t, requests), err
}

// versionOf covers the change log, whose number grows with every change, and
// the requests, of which those that only read change nothing else.
func versionOf(t store.Tally, requests []identity.Request) string {
	h := fnv.New32a()
	for i := range requests {
		_, _ = fmt.Fprintln(h, requests[i].ID, requests[i].Status)
	}
	return fmt.Sprintf("%d-%08x", t.Seq, h.Sum32())
}

// roleTitles gives the roles that count, as people read them.
func (l *Live) roleTitles(m *identity.Member, groups []identity.Reference) string {
	var titles []string
	for _, g := range l.Directory.Roles(m, groups) {
		title := g.Role
		if role, ok := l.Product.Role(g.Role); ok && role.Title != "" {
			title = role.Title
		}
		titles = append(titles, title)
	}
	return strings.Join(titles, ", ")
}

func groupOf(g *identity.Group) groupRow {
	row := groupRow{ID: g.ID, Name: frame.OrElse(g.DisplayName, "(no name)"), Members: frame.Number(g.Members), Word: "members"}
	if g.Members == 1 {
		row.Word = "member"
	}
	return row
}

func groupNames(groups []identity.Reference) string {
	var names []string
	for i, g := range groups {
		if i == shownNames {
			return strings.Join(names, ", ") + " and " + frame.Number(int64(len(groups)-i)) + " more"
		}
		names = append(names, g.Display)
	}
	return strings.Join(names, ", ")
}

func stateOf(m *identity.Member) badge {
	switch {
	case m.ResourceID == "":
		return badge{"Removed", "off", "The directory deleted this person. What is known stays, and the same person can come back."}
	case m.State == identity.Active:
		return badge{"Active", "good", ""}
	case m.State == identity.Pending:
		return badge{"Pending", "wait", "Has not signed in yet."}
	}
	return badge{"Inactive", "off", "May not sign in and takes no seat."}
}

func requestOf(r *identity.Request, base string, now time.Time) requestRow {
	row := requestRow{
		ID: r.ID, Method: r.Method, Path: below(r.Path, base), Status: r.Status,
		Cause: r.Cause, Detail: r.Detail, Took: frame.Took(r.Duration), At: frame.MomentOf(r.At, now),
	}
	switch {
	case r.Status >= 500:
		row.Tone = "bad"
	case r.Status >= 400:
		row.Tone = "wait"
	}
	return row
}

// below shortens a request's path to what follows the SCIM address.
func below(path, base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return path
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(u.Path, "/")); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	return path
}

// People says how many there are, in words.
func (p *livePage) People() string { return frame.Counted(p.Tally.Users, "person", "people") }

// Crowd says how many groups there are, in words.
func (p *livePage) Crowd() string { return frame.Counted(p.Tally.Groups, "group", "groups") }

// PeopleCount and GroupCount are the same in digits.
func (p *livePage) PeopleCount() string { return frame.Number(p.Tally.Users) }

// GroupCount is the number of groups in digits.
func (p *livePage) GroupCount() string { return frame.Number(p.Tally.Groups) }

// Last is the time of the newest request, told to the second.
func (p *livePage) Last() frame.Moment {
	return p.Requests[0].At.ToTheSecond(p.Now)
}

// Cut says that the table does not show everybody, "" when it does.
func (p *livePage) Cut() string {
	if len(p.Members) < shownMembers || p.Tally.Users <= shownMembers {
		return ""
	}
	return fmt.Sprintf("The newest %d of %s are shown.", shownMembers, p.People())
}

// CutGroups says that not every group is shown, "" when each is.
func (p *livePage) CutGroups() string {
	if p.Tally.Groups <= shownGroups {
		return ""
	}
	return fmt.Sprintf("The first %d of %s are shown.", shownGroups, p.Crowd())
}

// Initial is the letter that stands for the workspace.
func (p *livePage) Initial() string {
	for _, c := range strings.ToUpper(p.Workspace) {
		return string(c)
	}
	return ""
}

// Local says that the SCIM address is one of this machine only.
func (p *livePage) Local() bool {
	u, err := url.Parse(p.SCIMURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost") || ip != nil && ip.IsLoopback()
}
