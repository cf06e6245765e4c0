package told

import (
	"cmp"
	"context"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// Issuer says who issued a token, and whether that is still somebody who could:
// the token works on all the same (E07).
func (t *Teller) Issuer(ctx context.Context, d *directory.Service, k *identity.Token) (string, error) {
	if k.Issuer == "" {
		return t.Actor(ctx, k.IssuedBy)
	}
	m, err := d.Member(ctx, k.Workspace, k.Issuer)
	if identity.KindOf(err) == identity.NotFound {
		return "somebody who is not here any more", nil
	}
	if err != nil {
		return "", err
	}
	name := cmp.Or(m.Name(), m.Address)
	groups, err := t.r.GroupsOf(ctx, k.Issuer)
	switch {
	case err != nil:
		return "", err
	case m.State == identity.Inactive:
		return name + " (" + t.p.Words.Inactive + ")", nil
	case !access.AnyAllowed(d.Rights(&m.Member, groups), access.IssueSCIMToken):
		return name + " (no longer admin)", nil
	}
	return name, nil
}
