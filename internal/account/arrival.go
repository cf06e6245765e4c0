package account

import (
	"context"
	"encoding/json"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Arrival is a session that has begun and that the browser does not hold yet: it has
// to say first which session it holds, or whether it means to be somebody else.
type Arrival struct {
	Fresh Fresh
	// Instead is whose session the browser gives up for it, "" when nobody asked.
	Instead identity.PersonID
	Note    json.RawMessage // the caller's own
}

// arrival is an Arrival as a ticket has it.
type arrival struct {
	Secret  string            `json:"s"`
	Person  identity.PersonID `json:"p"`
	Ends    time.Time         `json:"x"` // the session
	Instead identity.PersonID `json:"i,omitempty"`
	Note    json.RawMessage   `json:"n,omitempty"`
	Expires int64             `json:"e"` // the ticket, in microseconds
}

const purposeArrival = "arrival"

// ArrivalLife is how long an arrival waits.
const ArrivalLife = 10 * time.Minute

// Announce gives the ticket of an arrival.
func (s *Service) Announce(a Arrival) string {
	n := &a.Fresh.Session
	return s.sealed(purposeArrival, arrival{a.Fresh.Secret, n.Person, n.Expires, a.Instead, a.Note, s.store.Now().Add(ArrivalLife).UnixMicro()})
}

// Announced reads an arrival's ticket. Of the session it has the secret, the person
// and when it ends. The error is identity.Unauthenticated for one that is too old, or
// not ours.
func (s *Service) Announced(ticket string) (a Arrival, err error) {
	var t arrival
	if err := s.unsealed(purposeArrival, ticket, &t); err != nil {
		return a, err
	}
	if s.store.Now().UnixMicro() >= t.Expires {
		return a, errTicket
	}
	n := identity.Session{Person: t.Person, Expires: t.Ends, Hash: digest(t.Secret)}
	return Arrival{Fresh{n, t.Secret}, t.Instead, t.Note}, nil
}

// Arrive gives a session to a browser, once, and ends the one that the browser holds.
// The error is identity.Unauthenticated for a session that was given away before.
func (s *Service) Arrive(ctx context.Context, a Arrival, c Client) error {
	return s.write(ctx, func(tx *store.Tx) error {
		ok, err := tx.Spend(ctx, digest(purposeArrival+a.Fresh.Secret), s.store.Now().Add(ArrivalLife))
		if err != nil || !ok {
			return firstError(err, errTicket)
		}
		if c.Session == "" || c.Session == a.Fresh.Secret {
			return nil
		}
		return tx.EndSessionByHash(ctx, digest(c.Session))
	})
}
