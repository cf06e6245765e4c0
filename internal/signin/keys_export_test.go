package signin

import (
	"context"
	"crypto/x509"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Ring gives the key that signs, and how many decrypt.
func (s *Service) Ring(ctx context.Context, ws identity.WorkspaceID) (sign *x509.Certificate, decrypt int, err error) {
	r, err := s.keys(ctx, ws)
	if err != nil {
		return nil, 0, err
	}
	return r.sign.Certificate, len(r.decrypt), nil
}

// Farewell is what a sign-in keeps with its session.
func (s *Service) Farewell(a *identity.Assertion, idToken string) string {
	sealed, _ := s.sealName(nameKept{NameID: a.Subject, Format: a.Format, Qualifier: a.Qualifier, SPQualifier: a.SPQualifier, IDToken: idToken})
	return sealed
}
