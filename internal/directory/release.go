package directory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

func unlessUnchanged(err error) error {
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

const (
	handChunk = 200 // people handed back in one step
	// straggler is how long after the removal another copy of the server may take
	// a token of the connection for a good one.
	straggler = 30 * time.Second
)

// RemoveConnection ends a connection, its tokens and the sessions that began through
// it at once, whichever workspaces those reach, and hands its people and groups back: no directory manages them, so that administrators may change
// them and another directory may take them over. Nobody loses access or a role:
// what the directory granted becomes granted by hand.
//
// The people are handed back some at a time, so that nobody waits; when the
// server ends before the last, Prepare and Tidy go on. Until then another
// directory's writes to those who wait are refused.
func (s *Service) RemoveConnection(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, o identity.Origin) error {
	if err := s.store.Write(ctx, ws, func(tx *store.Tx) error { return s.markRemoved(ctx, tx, id, o) }); err != nil {
		return err
	}
	s.removed.Store(id, true)
	return s.handBack(context.WithoutCancel(ctx), ws, id, o) // whoever asked need not wait for it
}

func (s *Service) markRemoved(ctx context.Context, tx *store.Tx, id identity.ConnectionID, o identity.Origin) error {
	c, err := connection(ctx, &tx.Reader, id)
	if err != nil {
		return err
	}
	people, groups, _, err := tx.Connected(ctx, id, s.store.Now())
	if err != nil {
		return err
	}
	ended, err := tx.RevokeTokensOf(ctx, id, s.store.Now())
	if err != nil {
		return err
	}
	if err := tx.RevokeSetupLinks(ctx, id, s.store.Now()); err != nil {
		return err
	}
	if err := tx.SwitchSignOnOff(ctx, id); err != nil {
		return err
	}
	sessions, err := tx.CountSessionsThrough(ctx, id, s.store.Now())
	if err != nil {
		return err
	}
	if err := tx.EndSessionsThrough(ctx, id); err != nil {
		return err
	}
	name := c.Name
	c.Title, c.Name, c.Removed = cmp.Or(c.Title, c.Name), string(c.ID), s.store.Now() // its name is free for another
	if err := tx.SaveConnection(ctx, &c); err != nil {
		return err
	}
	return tx.Log(ctx, o, identity.ConnectionRemoved, connectionSubject(id), []identity.Delta{
		{Field: "name", Before: name}, {Field: "title", Before: c.Title}, {Field: "people", Before: people}, {Field: "groups", Before: groups}, {Field: "tokens", Before: ended}, {Field: "sessions", Before: sessions},
	})
}

// handBack hands back the people of a connection that was removed, from where it
// was left.
func (s *Service) handBack(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, o identity.Origin) error {
	for {
		r := s.store.Read(ws)
		after, err := r.Handed(ctx, id)
		if err != nil {
			return err
		}
		ids, err := r.MembersConnected(ctx, id, after, handChunk)
		if err != nil {
			return err
		}
		done := false
		err = s.store.Write(ctx, ws, func(tx *store.Tx) (err error) {
			done, err = s.handSome(ctx, tx, id, ids, o)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// handSome hands back some of a connection's people and, after the last of
// them, its groups; done says that there are no more.
func (s *Service) handSome(ctx context.Context, tx *store.Tx, id identity.ConnectionID, ids []identity.MemberID, o identity.Origin) (done bool, err error) {
	for _, m := range ids {
		if err := s.handMember(ctx, tx, id, m, o); err != nil {
			return false, err
		}
	}
	if len(ids) == handChunk {
		return false, tx.NoteHanded(ctx, id, ids[len(ids)-1], time.Time{})
	}
	groups, err := tx.ReleaseGroups(ctx, id, handChunk)
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		if err := tx.Log(ctx, o, identity.GroupReleased, groupSubject(g), []identity.Delta{{Field: "connection", Before: string(id)}}); err != nil {
			return false, err
		}
	}
	if len(groups) == handChunk {
		return false, nil
	}
	c, _, err := tx.Connection(ctx, id)
	if err != nil {
		return false, err
	}
	released := s.store.Now()
	if released.Sub(c.Removed) < straggler {
		released = time.Time{} // Tidy looks once more
	}
	return true, tx.NoteHanded(ctx, id, "", released)
}

func (s *Service) handMember(ctx context.Context, tx *store.Tx, id identity.ConnectionID, member identity.MemberID, o identity.Origin) error {
	m, found, err := tx.Member(ctx, member)
	if err != nil || !found || m.Connection != id {
		return err
	}
	doc, err := s.user.DecodeStored(m.Doc)
	if err != nil {
		return err
	}
	before := m.Grants
	m.Connection, m.Version, m.Inherited = "", m.Version+1, attributeNames(doc)
	if m.ResourceID != "" { // who was deleted has what a directory says on the way back
		m.Grants = s.rules.byHandNow(m.Grants)
	}
	if err := tx.ReleaseMember(ctx, &m); err != nil {
		return err
	}
	deltas := []identity.Delta{{Field: "connection", Before: string(id)}}
	if !slices.Equal(before, m.Grants) {
		deltas = append(deltas, identity.Delta{Field: "grants", Before: before, After: m.Grants})
	}
	return tx.Log(ctx, o, identity.MemberReleased, subject(&m), deltas)
}

// byHandNow makes what a directory granted, as far as it counts, granted by
// hand. Where the product knows no grants by hand, everything stays.
func (r *rules) byHandNow(grants []identity.Grant) []identity.Grant {
	if !slices.Contains(r.sources, identity.ByHand) {
		return grants
	}
	var roles []string
	for _, g := range identity.Effective(grants, r.sources) {
		if ofDirectory(g.Source) {
			roles = append(roles, g.Role)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(grants), func(g identity.Grant) bool { return ofDirectory(g.Source) })
	if len(roles) == 0 {
		return kept
	}
	return identity.Granted(kept, identity.ByHand, roles...)
}

func ofDirectory(s identity.Source) bool {
	return s == identity.ByAttribute || s == identity.ByAppRole || s == identity.ByAssertion
}

// finishRemovals hands back those whom removals have left waiting, in every
// workspace.
func (s *Service) finishRemovals(ctx context.Context) error {
	all, err := s.store.UnreleasedConnections(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem, ID: "removal"}, Source: "system", At: s.store.Now()}
		if err := s.handBack(ctx, c.Workspace, c.ID, o); err != nil {
			return err
		}
	}
	return nil
}

// refuseRemoved refuses what a removed connection's token still asks.
func (s *Service) refuseRemoved(id identity.ConnectionID) error {
	if _, gone := s.removed.Load(id); gone {
		return identity.Errorf(identity.Unauthenticated, "", "the connection of this SCIM token was removed; issue a token of another connection")
	}
	return nil
}
