package token

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// The kinds of token, as identity.Token has them.
const (
	KindWorkspace = identity.TokenWorkspace
	KindPersonal  = identity.TokenPersonal
	KindSupport   = identity.TokenSupport
	KindBasic     = identity.TokenBasic
)

// Request says what token to issue.
type Request struct {
	Name         string                // shown in lists; "" becomes "SCIM token"
	Kind         identity.TokenKind    // "" is the first of Kinds
	Connection   string                // the directory connection's name; "" means the default one. An unknown one is made.
	ConnectionID identity.ConnectionID // instead of its name; one that does not exist is identity.NotFound
	UserName     string                // for HTTP user name and password; "" becomes the workspace's slug
	Life         time.Duration         // for operators only; 0 is what the product says of the kind, negative until it is revoked
	Origin       identity.Origin       // who issues it
	Workspace    identity.WorkspaceID  // whose it is
}

// Kinds lists the kinds of token that the product offers, the one for the whole
// workspace first.
func (s *Service) Kinds() (out []identity.TokenKind) {
	for _, k := range []identity.TokenKind{KindWorkspace, KindPersonal, KindBasic, KindSupport} {
		if s.Offered(k).Offered {
			out = append(out, k)
		}
	}
	return out
}

// Offered is what the product says of a kind of token.
func (s *Service) Offered(k identity.TokenKind) product.TokenKind {
	t := s.product.Tokens
	switch k {
	case KindWorkspace:
		return t.Workspace
	case KindPersonal:
		return t.Personal
	case KindSupport:
		return t.Support
	case KindBasic:
		return t.Basic
	}
	return product.TokenKind{}
}

// settle checks a request, chooses the kind, and says how long the token is to
// live; 0 is until it is revoked.
func (s *Service) settle(r *Request) (time.Duration, error) {
	if len(r.Name) > 200 {
		return 0, identity.Errorf(identity.Invalid, "name", "a token's name has at most 200 characters")
	}
	if all := s.Kinds(); r.Kind == "" && len(all) > 0 {
		r.Kind = all[0]
	}
	k, operator := s.Offered(r.Kind), byOperator(r.Origin)
	switch {
	case !k.Offered:
		return 0, identity.Errorf(identity.Forbidden, "kind", "%s offers no token of the kind %q", s.product.Name, r.Kind)
	case r.Kind == KindSupport && !operator:
		return 0, identity.Errorf(identity.Forbidden, "kind", "only the support of %s issues a %s; ask for one", s.product.Name, k.Title)
	case r.Life != 0 && !operator:
		return 0, identity.Errorf(identity.Forbidden, "life", "how long a token lives is not for its issuer to say")
	case r.Life != 0:
		return max(r.Life, 0), nil
	}
	return time.Duration(k.Days) * 24 * time.Hour, nil
}

func byOperator(o identity.Origin) bool {
	return o.Actor.Kind == identity.ActorOperator || o.Actor.Kind == identity.ActorSystem
}

func issuer(o identity.Origin) identity.MemberID {
	if o.Actor.Kind == identity.ActorMember {
		return identity.MemberID(o.Actor.ID)
	}
	return ""
}

// connectionFor finds the connection that a token is to speak for. Without a
// name it is the default one, or the oldest when that was removed; one with an
// unknown name is made.
func connectionFor(ctx context.Context, tx *store.Tx, r Request, now time.Time) (identity.Connection, error) {
	if r.ConnectionID != "" {
		c, found, err := tx.Connection(ctx, r.ConnectionID)
		if err == nil && (!found || !c.Removed.IsZero()) {
			err = identity.Errorf(identity.NotFound, "connection", "there is no such connection in this workspace; it may have been removed meanwhile")
		}
		return c, err
	}
	name := r.Connection
	if name == "" {
		name = identity.DefaultConnection
	}
	c, found, err := tx.ConnectionByName(ctx, name)
	if err != nil || found {
		return c, err
	}
	if r.Connection == "" {
		if all, err := tx.Connections(ctx); err != nil || len(all) > 0 {
			return first(all), err
		}
	}
	c = identity.Connection{ID: identity.NewConnectionID(now), Name: name, Created: now}
	return c, tx.InsertConnection(ctx, c)
}

func first(all []identity.Connection) (c identity.Connection) {
	if len(all) > 0 {
		c = all[0]
	}
	return c
}

// ListOf gives the tokens that a member issued, oldest first, those that have
// ended too.
func (s *Service) ListOf(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID) ([]identity.Token, error) {
	return s.store.Read(ws).TokensOf(ctx, member)
}

// RevokeOwn is Revoke of a token that the member issued; anybody else's is
// identity.NotFound.
func (s *Service) RevokeOwn(ctx context.Context, ws identity.WorkspaceID, member identity.MemberID, id identity.TokenID, o identity.Origin) error {
	all, err := s.ListOf(ctx, ws, member)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == id {
			return s.Revoke(ctx, ws, id, o)
		}
	}
	return identity.Errorf(identity.NotFound, "id", "there is no such token among your own")
}
