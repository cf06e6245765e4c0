package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Standing is what a change of a member is worked out on and must still find
// when it is written. What the resource shows has its version; who manages the
// member, and what they inherited, change without it.
type Standing struct {
	Version    int64
	Connection identity.ConnectionID
	Inherited  []string
}

// StandingOf gives the standing of a member as it was read.
func StandingOf(m *identity.Member) Standing {
	return Standing{m.Version, m.Connection, m.Inherited}
}

// Equal says whether nothing has moved.
func (s *Standing) Equal(o *Standing) bool {
	return s.Version == o.Version && s.Connection == o.Connection && slices.Equal(s.Inherited, o.Inherited)
}

func scanStanding(from scanner) (s Standing, err error) {
	var inherited string
	if err = from.Scan(&s.Version, &s.Connection, &inherited); err == nil && inherited != "" {
		err = json.Unmarshal([]byte(inherited), &s.Inherited)
	}
	return s, err
}

// Standing gives the standing of a member by its SCIM id.
func (r *Reader) Standing(ctx context.Context, id string) (Standing, bool, error) {
	return one(ctx, r.q, scanStanding, `SELECT m.version, m.connection_id, m.inherited FROM member m WHERE m.workspace_id = $1 AND m.resource_id = $2`, r.ws, id)
}
