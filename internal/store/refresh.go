package store

import (
	"context"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// ClaimRefresh takes a connection that is due to be looked at, and says when it is
// to be looked at next; false means that another server has taken it.
func (tx *Tx) ClaimRefresh(ctx context.Context, id identity.ConnectionID, due, next time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `UPDATE sign_on SET refresh = $4 WHERE workspace_id = $1 AND connection_id = $2 AND refresh = $3`, tx.ws, id, micros(due), micros(next))
	return n > 0, err
}
