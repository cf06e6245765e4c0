package signin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/web"
)

// Choices lists the connections that people of a workspace sign in through, the
// oldest first.
func (s *Service) Choices(ctx context.Context, ws identity.WorkspaceID) ([]Choice, error) {
	r := s.conf.Store.Read(ws)
	w, err := r.Details(ctx)
	if err != nil {
		return nil, err
	}
	all, err := r.Connections(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := r.SignOns(ctx)
	var out []Choice
	for _, c := range all {
		i := slices.IndexFunc(settings, func(o identity.SignOn) bool { return o.Connection == c.ID })
		if i >= 0 && settings[i].Enabled {
			out = append(out, Choice{w, c, settings[i]})
		}
	}
	return out, err
}

// ByAddress lists the connections that an address leads to: those of the
// workspace whose verified domain captures it, or else of every workspace that
// calls somebody so. An address that leads nowhere gets none, and no error: show
// the same page to everybody. Too many questions are identity.TooMany.
func (s *Service) ByAddress(ctx context.Context, address string, c account.Client) ([]Choice, error) {
	if wait, ok := s.asks.Allow(keyOf(c)); !ok {
		return nil, identity.Errorf(identity.TooMany, "", "there were too many tries; wait %s and try again", wait.Round(time.Second)+time.Second)
	}
	key := identity.Fold(strings.TrimSpace(address))
	at := strings.LastIndexByte(key, '@')
	if at <= 0 || at == len(key)-1 || len(key) > 320 {
		return nil, nil
	}
	captured, found, err := s.conf.Store.CapturingDomain(ctx, key[at+1:])
	if err != nil {
		return nil, err
	}
	called, err := s.conf.Store.SignOnsByMember(ctx, key) // asked in any case, so that it takes as long
	if err != nil {
		return nil, err
	}
	if found {
		called = []identity.WorkspaceID{captured}
	}
	var out []Choice
	for _, ws := range called {
		some, err := s.Choices(ctx, ws)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// keyOf is by what a client is counted.
func keyOf(c account.Client) string { return web.AddrKey(c.Remote) }
