package people

import (
	"net/url"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// list is the members' page.
type list struct {
	Tab          identity.Tab
	Text         string // what was typed
	Tabs         []frame.Tab
	Rows         []row
	Older, Newer string
	Cut          bool     // the search stopped early; Older goes on
	Elsewhere    []string // other tabs where somebody is found, when nobody is here
	Invite       string   // where somebody is invited; "" when that cannot be
	Nobody       bool     // the workspace has no members of this tab at all
}

// row is a member in a list.
type row struct {
	directory.MemberRow
	Href  string
	Roles []held
	State badge
}

// held is a role that somebody has, and where it came from.
type held struct {
	Title, From string
	Hint        string
}

// badge is a state as a word.
type badge struct{ Word, Tone, Hint string }

func showMembers(q *frame.Request) error {
	query := directory.MemberQuery{Tab: identity.Tab(frame.OrElse(q.Query("tab"), string(identity.TabActive))), Text: q.Query("q"), After: q.Query("after"), Before: q.Query("before")}
	page, err := q.Directory.Members(q.Context(), q.Workspace.ID, query)
	if identity.KindOf(err) == identity.Invalid {
		return errNothing // an address that somebody made up, or that is too old
	}
	if err != nil {
		return err
	}
	tally, err := q.Store.Read(q.Workspace.ID).Tally(q.Context())
	if err != nil {
		return err
	}
	l := list{Tab: query.Tab, Text: query.Text, Cut: page.Cut, Tabs: memberTabs(q, &tally, query)}
	if l.Rows, err = rowsOf(q, page.Rows); err != nil {
		return err
	}
	here := func(cursor, value string) string {
		if value == "" {
			return ""
		}
		return listAddress(q, query.Tab, query.Text) + "&" + cursor + "=" + url.QueryEscape(value)
	}
	l.Older, l.Newer = here("after", page.Next), here("before", page.Prev)
	l.Nobody = countOf(&tally, query.Tab) == 0
	if q.Product.SignIn.Invitations {
		l.Invite = link(q, access.InviteMember, "members", "invite")
	}
	if len(l.Rows) == 0 && query.Text != "" {
		if l.Elsewhere, err = elsewhere(q, query); err != nil {
			return err
		}
	}
	title := frame.OrElse(q.Product.Console.Labels.Members, product.Title(q.Product.Words.Members))
	return q.Render(frame.Page{Title: title, State: membersState(q, &tally), Nav: frame.NavMembers, Template: "people/members", Data: &l})
}

// membersState says how many there are.
func membersState(q *frame.Request, t *store.Tally) string {
	s := frame.Counted(t.Members, q.Product.Words.Member, q.Product.Words.Members)
	return s + ", " + frame.Counted(q.Directory.Seats(*t), "seat", "seats") + " taken"
}

// tabTitle is what the product calls a tab.
func tabTitle(p *product.Product, t identity.Tab) string {
	switch t {
	case identity.TabPending:
		return product.Title(p.Words.Pending)
	case identity.TabInactive:
		return product.Title(p.Words.Inactive)
	case identity.TabGuest:
		return "Guests"
	}
	return "Active"
}

func countOf(t *store.Tally, tab identity.Tab) int64 {
	switch tab {
	case identity.TabPending:
		return t.Pending
	case identity.TabInactive:
		return t.Inactive
	case identity.TabGuest:
		return t.Guests
	}
	return t.Active()
}

func memberTabs(q *frame.Request, t *store.Tally, query directory.MemberQuery) (tabs []frame.Tab) {
	for _, tab := range identity.Tabs() {
		tabs = append(tabs, frame.Tab{
			Label: tabTitle(q.Product, tab), Href: listAddress(q, tab, query.Text),
			Count: frame.Number(countOf(t, tab)), Current: tab == query.Tab,
		})
	}
	return tabs
}

// listAddress is the address of a tab, with what was typed.
func listAddress(q *frame.Request, tab identity.Tab, text string) string {
	v := url.Values{"tab": {string(tab)}}
	if text != "" {
		v.Set("q", text)
	}
	return q.To("members") + "?" + v.Encode()
}

// elsewhere names the other tabs where the text finds somebody.
func elsewhere(q *frame.Request, query directory.MemberQuery) (titles []string, err error) {
	here := query.Tab
	query.After, query.Before, query.Limit = "", "", 1
	for _, tab := range identity.Tabs() {
		if tab == here {
			continue
		}
		query.Tab = tab
		page, err := q.Directory.Members(q.Context(), q.Workspace.ID, query)
		if err != nil {
			return nil, err
		}
		if len(page.Rows) > 0 {
			titles = append(titles, tabTitle(q.Product, tab))
		}
	}
	return titles, nil
}

// rowsOf makes members rows of a table.
func rowsOf(q *frame.Request, members []directory.MemberRow) ([]row, error) {
	titles, err := titlesOf(q)
	rows := make([]row, len(members))
	for i := range members {
		members[i].ManagedBy = titles[members[i].Connection]
		rows[i] = rowOf(q, &members[i])
	}
	return rows, err
}

func rowOf(q *frame.Request, m *directory.MemberRow) row {
	r := row{MemberRow: *m, Href: q.To("members", string(m.ID)), State: stateOf(q.Product, &m.Member)}
	for _, g := range m.Roles {
		r.Roles = append(r.Roles, heldRole(q.Product, g, m.ManagedBy))
	}
	return r
}

// heldRole tells a role and its provenance.
func heldRole(p *product.Product, g identity.Grant, managedBy string) held {
	h := held{Title: told.Role(p, g.Role), From: fromWhere(p, g.Source, managedBy)}
	if role, ok := p.Role(g.Role); ok {
		h.Hint = role.Hint
	}
	return h
}

// fromWhere says where a role came from, as its badge does.
func fromWhere(p *product.Product, s identity.Source, managedBy string) string {
	switch s {
	case identity.ByHand:
		return "by hand"
	case identity.ByDefault:
		return "default"
	case identity.ByGroup:
		return "by " + p.Words.Group
	case identity.ByAssertion:
		return "at sign-in"
	}
	return "from " + frame.OrElse(managedBy, "a directory")
}

// stateOf is the badge of a member's state.
func stateOf(p *product.Product, m *identity.Member) badge {
	switch {
	case m.State == identity.Inactive && m.ResourceID == "":
		return badge{product.Title(p.Words.Inactive), "off", "Deleted by the directory. Everything known stays, and the same person can come back."}
	case m.State == identity.Inactive:
		return badge{product.Title(p.Words.Inactive), "off", "May not sign in and takes no seat."}
	case m.State == identity.Pending:
		return badge{product.Title(p.Words.Pending), "wait", "Has not signed in yet."}
	}
	return badge{"Active", "good", ""}
}
