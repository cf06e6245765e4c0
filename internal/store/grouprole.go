package store

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func scanGroupRole(s scanner) (g identity.GroupRole, err error) {
	err = s.Scan(&g.Group, &g.Name, &g.Role, &g.Position)
	return g, err
}

// GroupRoles lists what groups give their members, in the order in which they
// count.
func (r *Reader) GroupRoles(ctx context.Context) ([]identity.GroupRole, error) {
	return many(ctx, r.q, scanGroupRole, `SELECT o.group_id, g.display_name, o.role, o.position FROM group_role o
		CROSS JOIN user_group g WHERE o.workspace_id = $1 AND g.workspace_id = o.workspace_id AND g.id = o.group_id ORDER BY o.position, o.group_id`, r.ws)
}

// SetGroupRole writes which role a group gives, and its place; "" none.
func (tx *Tx) SetGroupRole(ctx context.Context, g identity.GroupID, role string, position int64) error {
	if role == "" {
		_, err := tx.q.exec(ctx, `DELETE FROM group_role WHERE workspace_id = $1 AND group_id = $2`, tx.ws, g)
		return err
	}
	_, err := tx.q.exec(ctx, `INSERT INTO group_role (workspace_id, group_id, role, position) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, group_id) DO UPDATE SET role = excluded.role, position = excluded.position`, tx.ws, g, role, position)
	return err
}

// Belonging is a group of a member.
type Belonging struct {
	Member identity.MemberID
	Group  identity.Reference
}

// belongingSizes are the numbers of members that GroupsOfAll asks for at once:
// few, since each is a statement of its own.
var belongingSizes = [...]int{1, 10, 50, 100}

// GroupsOfAll lists the groups of several members; see GroupsOf.
func (r *Reader) GroupsOfAll(ctx context.Context, members []identity.MemberID) (map[identity.MemberID][]identity.Reference, error) {
	out := map[identity.MemberID][]identity.Reference{}
	for len(members) > 0 {
		var run []any
		run, members = sized(members)
		found, err := many(ctx, r.q, scanBelongingOf, `SELECT s.member_id, g.id, g.display_name, coalesce(o.role, ''), coalesce(o.position, 0) FROM membership s
			CROSS JOIN user_group g LEFT JOIN group_role o ON o.workspace_id = g.workspace_id AND o.group_id = g.id
			WHERE s.workspace_id = $1 AND s.member_id IN (`+places(2, len(run))+`) AND g.workspace_id = s.workspace_id AND g.id = s.group_id ORDER BY s.member_id, s.group_id`, append([]any{r.ws}, run...)...)
		if err != nil {
			return nil, err
		}
		for _, b := range found {
			out[b.Member] = append(out[b.Member], b.Group)
		}
	}
	return out, nil
}

// sized takes a run of members off the list, as arguments: one of a few lengths,
// filled up with the last of them, so that few statements are prepared.
func sized(members []identity.MemberID) (run []any, rest []identity.MemberID) {
	n := 0
	for _, size := range belongingSizes {
		if n = size; n >= len(members) {
			break
		}
	}
	for i := range n {
		run = append(run, members[min(i, len(members)-1)])
	}
	return run, members[min(n, len(members)):]
}

func scanBelongingOf(s scanner) (b Belonging, err error) {
	err = s.Scan(&b.Member, &b.Group.ID, &b.Group.Display, &b.Group.Role, &b.Group.Position)
	return b, err
}

// MembersInGroup lists up to limit members of a group in the order of their ids,
// from behind the given one. Docs are not read.
func (r *Reader) MembersInGroup(ctx context.Context, g identity.GroupID, after identity.MemberID, limit int) ([]identity.Member, error) {
	return many(ctx, r.q, scanListed, `SELECT `+rowColumns+` FROM membership s CROSS JOIN member m
		WHERE s.workspace_id = $1 AND s.group_id = $2 AND s.member_id > $3 AND m.workspace_id = s.workspace_id AND m.id = s.member_id
		ORDER BY s.member_id LIMIT $4 + 0`, r.ws, g, after, limit)
}
