package signin

import (
	"context"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/product"
)

// Discover reads what an OpenID provider publishes of itself, found by whatever of
// its addresses was typed, and gives the connection's settings as they would be
// with it: nothing is saved. Note says how the address was read when not as it
// stands, "" otherwise. What is wrong is identity.Invalid with the field
// "issuer", and wraps an *explain.Refusal. OpenID Connect Discovery 1.0 §4
func (s *Service) Discover(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, typed string) (out identity.OIDCSettings, note string, err error) {
	if err := s.needFeature(ctx, ws, product.FeatureSSO); err != nil {
		return out, "", err
	}
	var have identity.SignOn
	if id != "" { // else of a connection that is yet to be made
		if have, err = s.SignOn(ctx, ws, id); err != nil {
			return out, "", err
		}
	}
	found, err := oidc.Discover(ctx, s.conf.Client, typed)
	if err != nil {
		return have.OIDC, "", err
	}
	found.Into(&have.OIDC)
	have.OIDC.Discovered, have.OIDC.FetchError = s.conf.Store.Now(), ""
	return have.OIDC, found.Note, nil
}
