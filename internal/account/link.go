package account

import (
	"context"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// errLink is the one answer for a link that is unknown, used, revoked or too old.
var errLink = identity.Errorf(identity.NotFound, "", "this link was used already, was revoked, or is too old; ask whoever gave it to you for another one")

// issue adds a link inside a write, logs it, and gives its secret.
func (s *Service) issue(ctx context.Context, tx *store.Tx, o identity.Origin, l *identity.Link, life time.Duration) (string, error) {
	now, word := s.store.Now(), secret()
	l.ID, l.Workspace, l.Hash, l.IssuedBy, l.Created, l.Expires = identity.NewLinkID(now), tx.Workspace(), digest(word), o.Actor.String(), now, now.Add(life)
	if err := tx.InsertLink(ctx, l); err != nil {
		return "", err
	}
	return word, tx.Log(ctx, o, identity.LinkIssued, identity.Subject{Kind: "link", ID: string(l.ID)}, []identity.Delta{
		{Field: "kind", After: string(l.Kind)}, {Field: "member", After: string(l.Member)}, {Field: "connection", After: string(l.Connection)}, {Field: "expires", After: l.Expires},
	})
}

// find gives a living link of one of the kinds.
func (s *Service) find(ctx context.Context, word string, kinds ...identity.LinkKind) (identity.Link, error) {
	if word == "" || len(word) > 128 {
		return identity.Link{}, errLink
	}
	l, found, err := s.store.LinkByHash(ctx, digest(word))
	if err != nil {
		return l, err
	}
	if found && l.Alive(s.store.Now()) {
		for _, k := range kinds {
			if l.Kind == k {
				return l, nil
			}
		}
	}
	return identity.Link{}, errLink
}

// Links lists a workspace's links, oldest first, those that have ended too.
func (s *Service) Links(ctx context.Context, ws identity.WorkspaceID) ([]identity.Link, error) {
	return s.store.Read(ws).Links(ctx)
}

// RevokeLink ends a link at once. One of another workspace, and one that has
// ended, is identity.NotFound.
func (s *Service) RevokeLink(ctx context.Context, ws identity.WorkspaceID, id identity.LinkID, o identity.Origin) error {
	return s.store.Write(ctx, ws, func(tx *store.Tx) error {
		ended, err := tx.RevokeLink(ctx, id, s.store.Now())
		if err != nil {
			return err
		}
		if !ended {
			return identity.Errorf(identity.NotFound, "id", "there is no living link %s here", id)
		}
		return tx.Log(ctx, o, identity.LinkRevoked, identity.Subject{Kind: "link", ID: string(id)}, nil)
	})
}

// Setup is what a set-up link opens: one connection of one workspace, and nothing
// else. It carries no member's rights and reads no members.
type Setup struct {
	Link       identity.LinkID
	Workspace  identity.WorkspaceID
	Connection identity.ConnectionID
	Expires    time.Time
}

const longestSetup = 30 * 24 * time.Hour // a set-up link's life

// IssueSetup makes a link with which an IT administrator without an account sets
// one connection up, and gives its address, which cannot be had again. A life of
// 0 is the default, and 30 days are the longest; a connection of another workspace,
// or one that was removed, is identity.NotFound. A member who may not issue a
// directory's token is identity.Forbidden.
func (s *Service) IssueSetup(ctx context.Context, ws identity.WorkspaceID, c identity.ConnectionID, life time.Duration, o identity.Origin) (identity.Link, string, error) {
	if may, err := s.mayHandOff(ctx, ws, o.Actor.String()); err != nil || !may {
		return identity.Link{}, "", firstError(err, identity.Errorf(identity.Forbidden, "", "with this link a token is issued, which your %s does not allow; ask somebody who may issue one", s.product.Words.Role))
	}
	if life <= 0 {
		life = s.conf.SetupLink
	}
	life = min(life, longestSetup)
	l := identity.Link{Kind: identity.LinkSetup, Connection: c}
	var word string
	err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
		known, found, err := tx.Connection(ctx, c)
		if err != nil || !found || !known.Removed.IsZero() {
			return firstError(err, identity.Errorf(identity.NotFound, "connection", "there is no such connection here"))
		}
		word, err = s.issue(ctx, tx, o, &l, life)
		return err
	})
	if err != nil {
		return identity.Link{}, "", err
	}
	return l, s.address("setup", word), nil
}

// OpenSetup says what a set-up link opens. It works until it expires or is
// revoked, the connection is removed, or the member who issued it is inactive or
// may no longer issue one.
func (s *Service) OpenSetup(ctx context.Context, word string, c Client) (Setup, error) {
	if err := s.throttle.from(c.Remote); err != nil {
		return Setup{}, err
	}
	l, err := s.find(ctx, word, identity.LinkSetup)
	if err != nil {
		return Setup{}, err
	}
	if err := s.needIssuer(ctx, &l); err != nil {
		return Setup{}, err
	}
	return Setup{l.ID, l.Workspace, l.Connection, l.Expires}, nil
}

// mayHandOff reports whether an actor may make a set-up link: an operator, or a
// member whose roles allow it today. With the link a token of the directory's is
// issued, so only one who may do that hands it over.
func (s *Service) mayHandOff(ctx context.Context, ws identity.WorkspaceID, actor string) (bool, error) {
	id, byMember := strings.CutPrefix(actor, string(identity.ActorMember)+":")
	if !byMember {
		return true, nil
	}
	r := s.store.Read(ws)
	m, found, err := r.Member(ctx, identity.MemberID(id))
	if err != nil || !found || m.State == identity.Inactive {
		return false, err
	}
	groups, err := r.GroupsOf(ctx, m.ID)
	roles := s.directory.Rights(&m, groups)
	return access.AnyAllowed(roles, access.HandOffSetup) && access.AnyAllowed(roles, access.IssueSCIMToken), err
}

// needIssuer refuses a set-up link whose connection is gone, or whose issuer could
// not make it today.
func (s *Service) needIssuer(ctx context.Context, l *identity.Link) error {
	r := s.store.Read(l.Workspace)
	c, found, err := r.Connection(ctx, l.Connection)
	if err != nil || !found || !c.Removed.IsZero() {
		return firstError(err, errLink)
	}
	may, err := s.mayHandOff(ctx, l.Workspace, l.IssuedBy)
	if err == nil && !may {
		err = errLink
	}
	return err
}
