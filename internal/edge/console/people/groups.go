package people

import (
	"net/url"
	"slices"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// groupList is the page of the directory's groups.
type groupList struct {
	Rows         []groupRow
	Older, Newer string
	Order        []ordered // those that give roles, in the order in which they count
	Version      int64     // of that table
	MayOrder     bool
	One          bool // a member holds one role, so that the order decides
	AsRoles      bool // a group that is not mapped is a role of its own
	Parked       int64
	Guide        string // where the set-up guide is, "" when the member may not go there
	People       []row  // who arrived last, on the first page
	Everybody    string // where the others are
}

// groupRow is a group in the list.
type groupRow struct {
	directory.GroupRow
	Href, RoleTitle string
}

// ordered is a group in the table of roles.
type ordered struct {
	identity.GroupRole
	Title, Href string
	First, Last bool
}

func showGroups(q *frame.Request) error {
	ctx, ws := q.Context(), q.Workspace.ID
	page, err := q.Directory.GroupPage(ctx, ws, q.Query("after"), 50)
	if err != nil {
		return err
	}
	tally, err := q.Store.Read(ws).Tally(ctx)
	if err != nil {
		return err
	}
	l := groupList{MayOrder: q.Can(access.MapGroup), One: !q.Product.Roles.Many, AsRoles: q.Product.SCIM.Groups == product.GroupsRoles, Parked: tally.Parked, Guide: link(q, access.ViewSSO, "settings", "sso")}
	titles, err := titlesOf(q)
	if err != nil {
		return err
	}
	for _, g := range page.Rows {
		g.ManagedBy = titles[g.Connection]
		l.Rows = append(l.Rows, groupRow{GroupRow: g, Href: q.To("groups", string(g.ID)), RoleTitle: told.Role(q.Product, g.Role)})
	}
	if l.Version, err = l.order(q); err != nil {
		return err
	}
	if page.Next != "" {
		l.Older = q.To("groups") + "?after=" + url.QueryEscape(page.Next)
	}
	if q.Query("after") != "" {
		l.Newer = q.To("groups")
	} else if err := l.newest(q); err != nil {
		return err
	}
	state := frame.Counted(tally.Groups, q.Product.Words.Group, q.Product.Words.Groups) + ", " + frame.Counted(tally.Members, q.Product.Words.Member, q.Product.Words.Members)
	return q.Render(frame.Page{Title: q.Product.Console.Labels.UsersAndGroups, State: state, Nav: frame.NavGroups, Template: "people/groups", Data: &l})
}

// shownPeople is how many of those who arrived last stand beside the groups.
const shownPeople = 10

// newest reads who arrived last, since the page is of people and groups.
func (l *groupList) newest(q *frame.Request) error {
	page, err := q.Directory.Members(q.Context(), q.Workspace.ID, directory.MemberQuery{Tab: identity.TabActive, Limit: shownPeople})
	if err != nil {
		return err
	}
	l.Everybody = q.To("members")
	l.People, err = rowsOf(q, page.Rows)
	return err
}

// order reads the table of roles, and gives its version.
func (l *groupList) order(q *frame.Request) (int64, error) {
	table, version, err := q.Directory.GroupRoles(q.Context(), q.Workspace.ID)
	for i, g := range table {
		l.Order = append(l.Order, ordered{GroupRole: g, Title: told.Role(q.Product, g.Role), Href: q.To("groups", string(g.Group)), First: i == 0, Last: i == len(table)-1})
	}
	return version, err
}

// orderGroups moves one group of the table up or down.
func orderGroups(q *frame.Request) error {
	var ids []identity.GroupID
	for _, id := range q.Fields("group") {
		ids = append(ids, identity.GroupID(id))
	}
	moved, by := identity.GroupID(q.Field("up")), -1
	if moved == "" {
		moved, by = identity.GroupID(q.Field("down")), 1
	}
	if i := slices.Index(ids, moved); i >= 0 && i+by >= 0 && i+by < len(ids) {
		ids[i], ids[i+by] = ids[i+by], ids[i]
	}
	if err := q.Directory.OrderGroupRoles(q.Context(), q.Workspace.ID, ids, version(q), q.Origin()); err != nil {
		return q.Again(err, showGroups)
	}
	return q.Redirect(q.To("groups"), "Saved. Who is in several of these "+q.Product.Words.Groups+" has the "+q.Product.Words.Role+" of the first one from now on.")
}

// group is the page of one group.
type group struct {
	directory.GroupRow
	Version      int64 // of the table of roles
	RoleTitle    string
	Choices      []choice
	MayMap       bool
	Refused      string // why no role can be given, "" when one can
	Members      []row
	Older, Newer string
	Parked       []parked
	ParkedCount  int64
}

// parked is somebody whom the directory named and nobody knows yet.
type parked struct {
	Value string
	At    frame.Moment
}

// shownParked is how many of them are written out.
const shownParked = 50

func showGroup(q *frame.Request) error {
	ctx, ws, id := q.Context(), q.Workspace.ID, identity.GroupID(q.Part("group"))
	row, version, err := q.Directory.Group(ctx, ws, id)
	if err != nil {
		return err
	}
	titles, err := titlesOf(q)
	if err != nil {
		return err
	}
	row.ManagedBy = titles[row.Connection]
	g := group{GroupRow: row, Version: version, RoleTitle: told.Role(q.Product, row.Role), MayMap: q.Can(access.MapGroup), Choices: groupChoices(q, row.Role)}
	if !slices.Contains(q.Product.Roles.Sources, product.SourceGroup) {
		g.Refused = product.Title(q.Product.Words.Roles) + " do not come from " + q.Product.Words.Groups + " in " + q.Product.Name + "."
	}
	members, err := q.Directory.GroupMembers(ctx, ws, id, identity.MemberID(q.Query("after")), 50)
	if err != nil {
		return err
	}
	if g.Members, err = rowsOf(q, members.Rows); err != nil {
		return err
	}
	here := q.To("groups", string(id))
	if members.Next != "" {
		g.Older = here + "?after=" + url.QueryEscape(members.Next)
	}
	if q.Query("after") != "" {
		g.Newer = here
	}
	waiting, err := q.Store.Read(ws).ParkedIn(ctx, id)
	if err != nil {
		return err
	}
	g.ParkedCount = int64(len(waiting))
	for _, p := range waiting[:min(len(waiting), shownParked)] {
		g.Parked = append(g.Parked, parked{p.Value, frame.MomentOf(p.At, q.Store.Now())})
	}
	return q.Render(frame.Page{
		Title: frame.OrElse(row.DisplayName, "(no name)"), State: groupState(q, &g), Nav: frame.NavGroups,
		Trail: []frame.Link{{Label: q.Product.Console.Labels.UsersAndGroups, Href: q.To("groups")}}, Template: "people/group", Data: &g,
	})
}

func groupState(q *frame.Request, g *group) string {
	s := frame.Counted(g.Group.Members, q.Product.Words.Member, q.Product.Words.Members)
	if g.ManagedBy != "" {
		s += " · managed by " + g.ManagedBy
	}
	return s + " · last push " + frame.MomentOf(g.Modified, q.Store.Now()).Ago
}

// groupChoices lists the roles that a group can give; one that would make owners
// of whom a directory names cannot be chosen, unless the product wants that.
func groupChoices(q *frame.Request, role string) []choice {
	out := choices(q, func(name string) bool { return name == frame.OrElse(q.Field("role"), role) })
	for i := range out {
		if r, ok := q.Product.Role(out[i].Name); ok && r.Owner && !q.Product.Roles.GrantOwner {
			out[i].Locked = true
		}
	}
	return out
}

func mapGroup(q *frame.Request) error {
	id, role := identity.GroupID(q.Part("group")), q.Field("role")
	if err := q.Directory.SetGroupRole(q.Context(), q.Workspace.ID, id, role, version(q), q.Origin()); err != nil {
		return q.Again(err, showGroup)
	}
	notice := "Saved. Who is in this " + q.Product.Words.Group + " is " + told.Role(q.Product, role) + " from now on."
	if role == "" {
		notice = "Saved. This " + q.Product.Words.Group + " gives no " + q.Product.Words.Role + " any more."
	}
	return q.Redirect(q.To("groups", string(id)), notice)
}
