package directory

import (
	"context"
	"slices"
	"strconv"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// GroupRow is a group as a page shows it. Its doc is there, its members are not.
type GroupRow struct {
	identity.Group
	ManagedBy string // title of the directory connection, "" when none manages the group
	Role      string // what administrators mapped it to, "" nothing
	Named     bool   // it is a role of its own, as the product makes of groups that are not mapped
}

// GroupList is a page of groups, in the order in which they came.
type GroupList struct {
	Rows    []GroupRow
	Next    string // cursor of the next page, "" when there is none
	Version int64  // of the table of roles; see GroupRoles
}

// GroupRoles gives what groups give their members, in the order in which they
// count, and the version of this table, which says what it holds: a change to
// the table names the version that it was made on.
func (s *Service) GroupRoles(ctx context.Context, ws identity.WorkspaceID) ([]identity.GroupRole, int64, error) {
	table, err := s.store.Read(ws).GroupRoles(ctx)
	return table, tableVersion(table), err
}

// tableVersion is a digest, so that a table that is as it was is not stale.
func tableVersion(table []identity.GroupRole) int64 {
	sum := uint64(0)
	for i, g := range table {
		sum = digest(strconv.FormatUint(sum, 36), string(g.Group)+"\n"+g.Role+"\n"+strconv.Itoa(i))
	}
	return int64(sum >> 1)
}

// GroupPage lists up to limit groups (50 when it is not between 1 and 100) from
// behind a cursor.
func (s *Service) GroupPage(ctx context.Context, ws identity.WorkspaceID, after string, limit int) (GroupList, error) {
	limit = rowsOf(limit)
	r := s.store.Read(ws)
	groups, err := r.GroupsAfter(ctx, after, limit+1)
	if err != nil {
		return GroupList{}, err
	}
	table, err := r.GroupRoles(ctx)
	if err != nil {
		return GroupList{}, err
	}
	titles, err := s.connectionTitles(ctx, r)
	if err != nil {
		return GroupList{}, err
	}
	page := GroupList{Version: tableVersion(table)}
	if len(groups) > limit {
		groups = groups[:limit]
		page.Next = string(groups[limit-1].ID)
	}
	for _, g := range groups {
		page.Rows = append(page.Rows, s.groupRow(g, table, titles))
	}
	return page, nil
}

func rowsOf(limit int) int {
	if limit < 1 || limit > mostRows {
		return pageRows
	}
	return limit
}

func (s *Service) groupRow(g identity.Group, table []identity.GroupRole, titles map[identity.ConnectionID]string) GroupRow {
	row := GroupRow{Group: g, ManagedBy: titles[g.Connection]}
	if i := slices.IndexFunc(table, func(o identity.GroupRole) bool { return o.Group == g.ID }); i >= 0 {
		row.Role = table[i].Role
	}
	row.Named = row.Role == "" && s.product.SCIM.Groups == product.GroupsRoles
	return row
}

// Group gives one group as a page shows it, and the version of the table of
// roles. A foreign or unknown id is identity.NotFound.
func (s *Service) Group(ctx context.Context, ws identity.WorkspaceID, id identity.GroupID) (GroupRow, int64, error) {
	r := s.store.Read(ws)
	g, found, err := r.Group(ctx, string(id))
	if err != nil {
		return GroupRow{}, 0, err
	}
	if !found {
		return GroupRow{}, 0, s.noGroup()
	}
	table, err := r.GroupRoles(ctx)
	if err != nil {
		return GroupRow{}, 0, err
	}
	titles, err := s.connectionTitles(ctx, r)
	return s.groupRow(g, table, titles), tableVersion(table), err
}

func (s *Service) noGroup() error {
	return identity.Errorf(identity.NotFound, "", "there is no such %s", s.product.Words.Group)
}

// GroupMembers lists up to limit members of a group (50 when it is not between 1
// and 100) from behind a member's id, in the order in which they became known;
// Next is such an id. Docs are not read.
func (s *Service) GroupMembers(ctx context.Context, ws identity.WorkspaceID, group identity.GroupID, after identity.MemberID, limit int) (MemberPage, error) {
	limit = rowsOf(limit)
	r := s.store.Read(ws)
	if _, found, err := r.Group(ctx, string(group)); err != nil || !found {
		if err == nil {
			err = s.noGroup()
		}
		return MemberPage{}, err
	}
	members, err := r.MembersInGroup(ctx, group, after, limit+1)
	if err != nil {
		return MemberPage{}, err
	}
	var page MemberPage
	if len(members) > limit {
		members = members[:limit]
		page.Next = string(members[limit-1].ID)
	}
	page.Rows, err = s.memberRows(ctx, r, members)
	return page, err
}

// behind gives the roles of the table behind a place, which may count when the
// place goes; none where members hold several, or when it stays, with a role.
func (s *Service) behind(table []identity.GroupRole, at int, role string) (roles []string) {
	if at < 0 || role != "" || s.product.Roles.Many {
		return nil
	}
	for _, g := range table[at+1:] {
		roles = append(roles, g.Role)
	}
	return roles
}

// SetGroupRole maps a group to a role of the catalogue, which its members have
// from then on, or with "" to none. A group that gets its first role counts
// after the others. Version is that of the table (GroupRoles); when somebody
// else has changed it meanwhile the error is identity.Taken at "version". A member
// who lacks a right of the role, of the one that the group gave before, or of one
// that would count instead, is identity.Forbidden at "role".
func (s *Service) SetGroupRole(ctx context.Context, ws identity.WorkspaceID, group identity.GroupID, role string, version int64, o identity.Origin) error {
	if role != "" {
		if err := s.mappable(role); err != nil {
			return err
		}
		if !slices.Contains(s.rules.sources, identity.ByGroup) {
			return identity.Errorf(identity.Forbidden, "role", "this product takes no %s from %s; give it by hand", s.product.Words.Roles, s.product.Words.Groups)
		}
	}
	return s.changeTable(ctx, ws, version, o, func(tx *store.Tx, table []identity.GroupRole) error {
		g, found, err := tx.Group(ctx, string(group))
		if err != nil {
			return err
		}
		if !found {
			return s.noGroup()
		}
		at := slices.IndexFunc(table, func(e identity.GroupRole) bool { return e.Group == group })
		var had string
		position := int64(0)
		if at >= 0 {
			had, position = table[at].Role, table[at].Position
		} else if len(table) > 0 {
			position = table[len(table)-1].Position + 1
		}
		if had == role {
			return errUnchanged
		}
		if err := s.mayGive(ctx, &tx.Reader, o, append(s.behind(table, at, role), had, role)...); err != nil {
			return err
		}
		if err := tx.SetGroupRole(ctx, group, role, position); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.GroupMapped, groupSubject(group),
			[]identity.Delta{{Field: "role", Before: orNil(had), After: orNil(role)}, {Field: "displayName", After: g.DisplayName}})
	})
}

// OrderGroupRoles puts the groups that give roles into the order in which they
// count. It names every one of them once; otherwise, or when the table has
// changed meanwhile, the error is identity.Taken at "version". A member who lacks
// a right of a role that moves is identity.Forbidden at "role".
func (s *Service) OrderGroupRoles(ctx context.Context, ws identity.WorkspaceID, order []identity.GroupID, version int64, o identity.Origin) error {
	return s.changeTable(ctx, ws, version, o, func(tx *store.Tx, table []identity.GroupRole) error {
		before := make([]identity.GroupID, len(table))
		for i := range table {
			before[i] = table[i].Group
		}
		if slices.Equal(before, order) {
			return errUnchanged
		}
		if !slices.Equal(sorted(before), sorted(order)) {
			return stale("table")
		}
		if err := s.mayGive(ctx, &tx.Reader, o, moved(table, order)...); err != nil {
			return err
		}
		for at, group := range order {
			i := slices.Index(before, group)
			if err := tx.SetGroupRole(ctx, group, table[i].Role, int64(at)); err != nil {
				return err
			}
		}
		return tx.Log(ctx, o, identity.GroupsOrdered, identity.Subject{Kind: "workspace", ID: string(ws)},
			[]identity.Delta{{Field: "groupOrder", Before: before, After: order}})
	})
}

// moved gives the roles of the groups that stand elsewhere in the order.
func moved(table []identity.GroupRole, order []identity.GroupID) (roles []string) {
	for i, g := range table {
		if order[i] != g.Group {
			roles = append(roles, g.Role)
		}
	}
	return roles
}

func sorted(ids []identity.GroupID) []identity.GroupID { return slices.Sorted(slices.Values(ids)) }

// changeTable runs f on the table of roles that groups give, if it still is the
// one that the version names.
func (s *Service) changeTable(ctx context.Context, ws identity.WorkspaceID, version int64, o identity.Origin, f func(*store.Tx, []identity.GroupRole) error) error {
	return s.write(ctx, Caller{Workspace: ws, Origin: o}, func(tx *store.Tx) error {
		table, err := tx.GroupRoles(ctx)
		if err != nil {
			return err
		}
		if tableVersion(table) != version {
			return stale("table")
		}
		return s.refuseGain(ctx, tx, o, func() error { return f(tx, table) })
	})
}

// orNil gives nil for "", as the log has it.
func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// DeleteGroup deletes a group by hand; its members keep what they have from
// elsewhere. One that a directory manages is identity.Forbidden, with the name of
// the connection: the directory would only make it again.
func (s *Service) DeleteGroup(ctx context.Context, ws identity.WorkspaceID, group identity.GroupID, o identity.Origin) error {
	return s.write(ctx, Caller{Workspace: ws, Origin: o}, func(tx *store.Tx) error {
		g, found, err := tx.Group(ctx, string(group))
		if err != nil {
			return err
		}
		if !found {
			return s.noGroup()
		}
		titles, err := s.connectionTitles(ctx, &tx.Reader)
		if err != nil {
			return err
		}
		if by := titles[g.Connection]; by != "" {
			return identity.Errorf(identity.Forbidden, "", "%s manages this %s; delete it there", by, s.product.Words.Group)
		}
		return deleteGroup(ctx, tx, &g, o)
	})
}

// deleteGroup removes a group with its memberships, and logs who was in it.
func deleteGroup(ctx context.Context, tx *store.Tx, g *identity.Group, o identity.Origin) error {
	members, err := tx.MemberIDsOf(ctx, g.ID)
	if err != nil {
		return err
	}
	if err := tx.DeleteGroup(ctx, g.ID); err != nil {
		return err
	}
	return tx.Log(ctx, o, identity.GroupDeleted, groupSubject(g.ID),
		[]identity.Delta{{Field: "displayName", Before: g.DisplayName}, {Field: "members", Before: members}})
}
