package signin

import (
	"context"
	"net/url"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// mostTold is how many members of one workspace are mailed about one thing.
const mostTold = 50

// holding lists active members whose roles are right, and who can be mailed: up to
// mostTold, the oldest first.
func (s *Service) holding(ctx context.Context, ws identity.WorkspaceID, right func([]product.Role) bool) (out []identity.Member, err error) {
	r := s.conf.Store.Read(ws)
	for after := identity.MemberID(""); len(out) < mostTold; {
		page, err := r.MembersAfter(ctx, after, 500)
		if err != nil || len(page) == 0 {
			return out, err
		}
		after = page[len(page)-1].ID
		var ids []identity.MemberID
		for i := range page {
			ids = append(ids, page[i].ID)
		}
		groups, err := r.GroupsOfAll(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range page {
			m := &page[i]
			if m.State == identity.Active && m.Address != "" && right(s.conf.Directory.Rights(m, groups[m.ID])) {
				out = append(out, *m)
			}
		}
	}
	return out[:mostTold], nil
}

// post mails members, in the commit of what causes it.
func (s *Service) post(ctx context.Context, tx *store.Tx, to []identity.Member, letter func(address string) mail.Letter) error {
	for i := range to {
		if mail.CheckAddress(to[i].Address) != nil {
			continue // nothing reaches them, and that stops nobody
		}
		if err := s.conf.Outbox.Post(ctx, tx, letter(to[i].Address)); err != nil {
			return err
		}
	}
	return nil
}

// page is the address of a page below Settings > Single Sign-On.
func (s *Service) page(w *identity.Workspace, parts ...string) string {
	at := s.conf.BaseURL + "/w/" + url.PathEscape(w.Slug) + "/settings/sso"
	for _, p := range parts {
		at += "/" + url.PathEscape(p)
	}
	return at
}

// bySelf is where changes come from that nobody asked for.
func (s *Service) bySelf() identity.Origin {
	now := s.conf.Store.Now()
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem}, Source: "system", RequestID: identity.NewRequestID(now), At: now}
}

// administers reports whether roles make somebody an administrator of signing in.
func administers(roles []product.Role) bool {
	return slices.ContainsFunc(roles, func(r product.Role) bool { return r.Owner || r.Can(product.MayManageSSO) })
}
