package signin

import (
	"context"
	"errors"
)

// Tick does what is due: it looks verified domains up again, takes back what
// nobody confirmed, fetches metadata of identity providers again, and removes what
// is kept no longer. It is called each minute, by every server of a deployment; two at once do nothing twice.
func (s *Service) Tick(ctx context.Context) error {
	var failed []error
	for _, part := range []func(context.Context) error{s.revertRequired, s.checkDomains, s.refreshMetadata, s.tidy} {
		if ctx.Err() != nil {
			break
		}
		failed = append(failed, part(ctx))
	}
	return errors.Join(failed...)
}
