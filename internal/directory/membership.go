package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// delta is what a request does to a group's members, written row by row as it
// is read, and logged as the ids added and removed.
type delta struct {
	g              *Groups
	tx             *store.Tx
	group          identity.GroupID
	added, removed []identity.MemberID
	turns          map[identity.MemberID]int // of this request so far: 1 added, -1 removed, 0 both
	order          []identity.MemberID       // in which they first turned
	known          map[string]resolved       // values that were looked up already
	parked         int
	unparked       bool
	waiting        int64 // parked for the group, once they are counted
	counted        bool
	looked         int  // members looked at by operations that do not name them
	off            bool // nobody comes in: provisioning is off
	refused        bool // something was not done for that reason
}

func (g *Groups) delta(tx *store.Tx, id identity.GroupID) *delta {
	return &delta{g: g, tx: tx, group: id, turns: map[identity.MemberID]int{}, known: map[string]resolved{}}
}

// maxValues bounds how many different members one request may name.
const maxValues = 20_000

// resolved is what a member's value was found to mean.
type resolved struct {
	member identity.MemberID
	found  bool
}

// resolve finds the member that a value means, once for each value.
func (d *delta) resolve(ctx context.Context, ref string) (identity.MemberID, bool, error) {
	if r, ok := d.known[ref]; ok {
		return r.member, r.found, nil
	}
	if len(d.known) >= maxValues {
		return "", false, scim.TooMany(fmt.Sprintf("one request may name %d members; send the others in another one", maxValues))
	}
	m, found, err := d.g.resolve(ctx, d.tx, d.g.c.Connection, ref)
	if err == nil {
		d.known[ref] = resolved{m, found}
	}
	return m, found, err
}

// turn notes that a member was added (1) or removed (-1). Who is removed and
// added in one request has not moved.
func (d *delta) turn(m identity.MemberID, by int) {
	if _, ok := d.turns[m]; !ok {
		d.order = append(d.order, m)
	}
	d.turns[m] += by
}

// sum puts what has turned into the lists of those added and removed.
func (d *delta) sum() {
	for _, m := range d.order {
		switch d.turns[m] {
		case 1:
			d.added = append(d.added, m)
		case -1:
			d.removed = append(d.removed, m)
		}
	}
	clear(d.turns)
	d.order = nil
}

func (d *delta) empty() bool {
	d.sum()
	return len(d.added) == 0 && len(d.removed) == 0 && d.parked == 0 && !d.unparked
}

// ops carries out the operations of a PATCH on members, one after the other;
// rest are its others. Neighbours that do not name members by value share one
// look at all of them.
func (d *delta) ops(ctx context.Context, r *scim.Resource, ops []scim.Op, rest *scim.Patch) error {
	for len(ops) > 0 {
		n := slices.IndexFunc(ops, byValue)
		switch {
		case n == 0:
			if err := d.op(ctx, &ops[0]); err != nil {
				return err
			}
			ops = ops[1:]
			continue
		case n < 0:
			n = len(ops)
		}
		some := *rest
		some.Ops, some.Check = ops[:n], nil
		if err := d.whole(ctx, r, n, some.Apply); err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

func byValue(op scim.Op) bool {
	_, ok := op.Keys()
	return ok
}

// op carries out one PATCH operation on members that names them by value.
func (d *delta) op(ctx context.Context, op *scim.Op) error {
	if op.Verb == scim.Remove && op.Path.Filter == nil && op.Value == nil {
		return d.replace(ctx, nil)
	}
	refs, _ := op.Keys()
	switch op.Verb {
	case scim.Remove:
		return d.remove(ctx, refs)
	case scim.Replace:
		if op.Path.Filter == nil {
			return d.replace(ctx, refs)
		}
		return scim.BadRequest("mutability", "members: a member cannot be changed in place; remove it and add the other one")
	}
	if err := refuseNested(op.Value); err != nil {
		return err
	}
	return d.add(ctx, refs)
}

// maxLooked bounds how many members the operations of one request may look at
// that do not name them. One operation may look at any group's.
const maxLooked = 200_000

var errLooked = scim.TooMany("the operations look at too many members; name those to remove by their value, or send the operations in several requests")

// whole changes the members as they are shown in r, by a change that does not
// name them by their values, such as the removal of members[display eq "Bob"].
// Who waits to become a member is not shown, and stays.
func (d *delta) whole(ctx context.Context, r *scim.Resource, operations int, change scim.Change) error {
	shown := *r
	shown.Attrs = r.Attrs.Clone()
	if err := d.g.withMembers(ctx, &d.tx.Reader, d.group, &shown); err != nil {
		return err
	}
	before, err := memberRefs(shown.Attrs)
	if err != nil {
		return err
	}
	if d.looked += operations * len(before); d.looked > max(maxLooked, len(before)) {
		return errLooked
	}
	if changed, err := change(&shown); err != nil || !changed {
		return err
	}
	after, rest, err := splitMembers(shown.Attrs)
	if err != nil {
		return err
	}
	r.Attrs = rest
	if err := d.remove(ctx, missing(before, after)); err != nil {
		return err
	}
	return d.add(ctx, missing(after, before))
}

// missing gives those of a that are not in b.
func missing(a, b []string) (out []string) {
	in := make(map[string]bool, len(b))
	for _, s := range b {
		in[s] = true
	}
	for _, s := range a {
		if !in[s] {
			out = append(out, s)
		}
	}
	return out
}

func refuseNested(value any) error {
	values, many := value.([]any)
	if !many {
		values = []any{value}
	}
	for _, v := range values {
		if o, ok := v.(*scim.Object); ok && o.Str("value") != "" {
			if _, err := memberRef(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *delta) add(ctx context.Context, refs []string) error {
	for _, ref := range refs {
		m, found, err := d.resolve(ctx, ref)
		switch {
		case err != nil:
			return err
		case !found:
			err = d.park(ctx, ref)
		default:
			err = d.insert(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *delta) insert(ctx context.Context, m identity.MemberID) error {
	added, err := d.tx.InsertMembership(ctx, d.group, m)
	switch {
	case err != nil || !added:
		return err
	case d.off && d.turns[m] >= 0: // one whom this request took out may come back
		d.refused = true
		_, err = d.tx.DeleteMembership(ctx, d.group, m)
		return err
	}
	d.turn(m, 1)
	return nil
}

func (d *delta) drop(ctx context.Context, m identity.MemberID) error {
	removed, err := d.tx.DeleteMembership(ctx, d.group, m)
	if removed {
		d.turn(m, -1)
	}
	return err
}

func (d *delta) remove(ctx context.Context, refs []string) error {
	for _, ref := range refs {
		m, found, err := d.resolve(ctx, ref)
		if err != nil {
			return err
		}
		if found {
			err = d.drop(ctx, m)
		} else if d.tx.Tally().Parked > 0 {
			err = d.unpark(ctx, ref)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unpark forgets somebody who is not known, under this very spelling or, when
// nobody waits under it, under any.
func (d *delta) unpark(ctx context.Context, ref string) error {
	gone, err := d.unparkExactly(ctx, ref)
	if err != nil || gone {
		return err
	}
	before := d.tx.Tally().Parked
	_, err = d.tx.UnparkFolded(ctx, d.group, ref)
	d.noteUnparked(before)
	return err
}

func (d *delta) unparkExactly(ctx context.Context, ref string) (gone bool, err error) {
	before := d.tx.Tally().Parked
	gone, err = d.tx.Unpark(ctx, d.group, ref)
	d.noteUnparked(before)
	return gone, err
}

// noteUnparked notes that fewer wait than before, all of the group at hand.
func (d *delta) noteUnparked(before int64) {
	if gone := before - d.tx.Tally().Parked; gone > 0 {
		d.unparked = true
		d.waiting -= gone
	}
}

// replace makes the members exactly these. When none of those named is known,
// nothing is changed: a list of strangers is a mistake, not an empty group.
func (d *delta) replace(ctx context.Context, refs []string) error {
	if d.looked > maxLooked {
		return errLooked
	}
	now := make(map[identity.MemberID]bool, len(refs))
	var order []identity.MemberID
	var unknown []string
	for _, ref := range refs {
		m, found, err := d.resolve(ctx, ref)
		if err != nil {
			return err
		}
		if !found {
			unknown = append(unknown, ref)
		} else if !now[m] {
			now[m] = true
			order = append(order, m)
		}
	}
	if len(refs) > 0 && len(now) == 0 {
		return invalid("members", "none of the members named is known here, so the group was not changed; provision the people first, or send [] to empty the group")
	}
	if err := d.settle(ctx, now, order); err != nil {
		return err
	}
	return d.repark(ctx, unknown)
}

func (d *delta) settle(ctx context.Context, now map[identity.MemberID]bool, order []identity.MemberID) error {
	before, err := d.tx.MemberIDsOf(ctx, d.group)
	if err != nil {
		return err
	}
	d.looked += len(before)
	for _, m := range before {
		if !now[m] {
			if err := d.drop(ctx, m); err != nil {
				return err
			}
		}
		delete(now, m)
	}
	for _, m := range order {
		if now[m] {
			if err := d.insert(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// repark makes the parked members exactly these.
func (d *delta) repark(ctx context.Context, unknown []string) error {
	if d.tx.Tally().Parked > 0 {
		waiting, err := d.tx.ParkedIn(ctx, d.group)
		if err != nil {
			return err
		}
		d.looked += len(waiting)
		wanted := make(map[string]bool, len(unknown))
		for _, ref := range unknown {
			wanted[ref] = true
		}
		for _, w := range waiting {
			if !wanted[w.Value] {
				if _, err := d.unparkExactly(ctx, w.Value); err != nil {
					return err
				}
			}
		}
	}
	for _, ref := range unknown {
		if err := d.park(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// park remembers a member who is not known yet.
func (d *delta) park(ctx context.Context, ref string) error {
	if len(ref) > 512 {
		return invalid("members", "a member's value has at most 512 characters")
	}
	fresh, err := d.tx.Park(ctx, d.group, d.g.c.Connection, ref)
	switch {
	case err != nil || !fresh:
		return err
	case d.off:
		d.refused = true
		_, err = d.tx.Unpark(ctx, d.group, ref)
		return err
	}
	d.parked++
	d.waiting++
	if tooMany, err := d.crowded(ctx); err != nil {
		return err
	} else if tooMany {
		return scim.TooMany("too many members named are not known here; provision the people first, then the group")
	}
	d.g.c.Notes.Add("parked", "members", "members named before they exist here wait and join the group when they arrive; the first is %s", quoted(ref))
	return nil
}

// crowded says whether more wait than a workspace, or the group, may have. The
// group's are counted only where they could be too many, and once.
func (d *delta) crowded(ctx context.Context) (bool, error) {
	all, most := d.tx.Tally().Parked, d.g.bounds.ParkedPerGroup
	if all > int64(d.g.bounds.ParkedPerSpace) {
		return true, nil
	}
	if all <= int64(most) {
		return false, nil
	}
	if !d.counted {
		waiting, err := d.tx.ParkedIn(ctx, d.group)
		if err != nil {
			return false, err
		}
		d.counted, d.waiting = true, int64(len(waiting))
	}
	return d.waiting > int64(most), nil
}

func (d *delta) log(ctx context.Context, o identity.Origin) error {
	var values []identity.Delta
	if len(d.added) > 0 {
		values = append(values, identity.Delta{Field: "members", After: d.added})
	}
	if len(d.removed) > 0 {
		values = append(values, identity.Delta{Field: "members", Before: d.removed})
	}
	if values == nil {
		return nil
	}
	return d.tx.Log(ctx, o, identity.MembersChanged, groupSubject(d.group), values)
}

// resolve finds the member that a group's member value means: by SCIM id, by a
// retired id of the same human, by externalId, by userName.
func (s *Service) resolve(ctx context.Context, tx *store.Tx, c identity.ConnectionID, ref string) (identity.MemberID, bool, error) {
	if m, found, err := tx.MemberOf(ctx, ref); err != nil || found {
		return m, found, err
	}
	if id, found, err := tx.MemberByRetired(ctx, ref); err != nil {
		return "", false, err
	} else if found {
		m, _, err := tx.Member(ctx, id)
		return id, m.ResourceID != "", err
	}
	for _, k := range [...]store.Key{{Name: store.KeyExternalID, Value: ref, Connection: c}, {Name: store.KeyUserName, Value: identity.Fold(ref)}} {
		found, err := tx.Users(ctx, k, 2)
		if err != nil {
			return "", false, err
		}
		if len(found) == 1 {
			return found[0].Member, true, nil
		}
	}
	if _, group, err := tx.Group(ctx, ref); err != nil {
		return "", false, err
	} else if group {
		return "", false, invalid("members", "groups inside groups are not supported; assign the people, or the inner group itself, in the directory")
	}
	return "", false, nil
}
