package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

const (
	maxConnections = 20       // of one workspace
	maxSettings    = 64 << 10 // bytes of one connection's settings
)

// Connections lists a workspace's connections, oldest first, without those that
// were removed.
func (s *Service) Connections(ctx context.Context, ws identity.WorkspaceID) ([]identity.Connection, error) {
	return s.store.Read(ws).Connections(ctx)
}

// Connection reads one of a workspace's connections. One that does not exist, or
// was removed, is identity.NotFound.
func (s *Service) Connection(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (identity.Connection, error) {
	return connection(ctx, s.store.Read(ws), id)
}

func connection(ctx context.Context, r *store.Reader, id identity.ConnectionID) (identity.Connection, error) {
	c, found, err := r.Connection(ctx, id)
	if err == nil && (!found || !c.Removed.IsZero()) {
		err = identity.Errorf(identity.NotFound, "id", "there is no such connection in this workspace; it may have been removed meanwhile")
	}
	return c, err
}

// AddConnection adds a connection of one of identity.ConnectionKinds. A plan
// that does not unlock what it is for is identity.Forbidden, field "plan".
func (s *Service) AddConnection(ctx context.Context, ws identity.WorkspaceID, kind, title string, o identity.Origin) (identity.Connection, error) {
	now := s.store.Now()
	c := identity.Connection{ID: identity.NewConnectionID(now), Kind: kind, Version: 1, Created: now}
	if !slices.Contains(identity.ConnectionKinds(), kind) {
		return c, identity.Errorf(identity.Invalid, "kind", "%q is no kind of connection; there are %s", kind, strings.Join(identity.ConnectionKinds(), ", "))
	}
	if err := setTitle(&c, title); err != nil {
		return c, err
	}
	err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if err := s.mayConnect(ctx, tx, kind); err != nil {
			return err
		}
		all, err := tx.Connections(ctx)
		if err != nil {
			return err
		}
		if len(all) >= maxConnections {
			return identity.Errorf(identity.TooMany, "", "a workspace has at most %d connections; remove one that is not used", maxConnections)
		}
		c.Name = freeName(kind, all)
		if err := tx.InsertConnection(ctx, c); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.ConnectionAdded, connectionSubject(c.ID),
			[]identity.Delta{{Field: "name", After: c.Name}, {Field: "kind", After: c.Kind}, {Field: "title", After: c.Title}})
	})
	return c, err
}

func connectionSubject(id identity.ConnectionID) identity.Subject {
	return identity.Subject{Kind: "connection", ID: string(id)}
}

// mayConnect refuses a connection for which the plan unlocks nothing.
func (s *Service) mayConnect(ctx context.Context, tx *store.Tx, kind string) error {
	w, err := tx.Details(ctx)
	switch {
	case err != nil:
		return err
	case kind == "scim":
		return s.Locked(w, product.FeatureSCIM)
	case kind == "saml" || kind == "oidc":
		return s.Locked(w, product.FeatureSSO)
	case s.Unlocked(w, product.FeatureSCIM):
		return nil
	}
	return s.Locked(w, product.FeatureSSO)
}

// freeName gives the kind's name, with a number when it is in use.
func freeName(kind string, all []identity.Connection) string {
	for n, name := 2, kind; ; n++ {
		if !slices.ContainsFunc(all, func(c identity.Connection) bool { return c.Name == name }) {
			return name
		}
		name = fmt.Sprintf("%s-%d", kind, n)
	}
}

func setTitle(c *identity.Connection, title string) error {
	c.Title = strings.TrimSpace(title)
	if len(c.Title) > maxTitle || OneLine(c.Title) != c.Title {
		return identity.Errorf(identity.Invalid, "title", "a connection's title has at most 200 bytes on one line")
	}
	return nil
}

// ConnectionChange is what somebody changes of a connection. What is nil stays.
type ConnectionChange struct {
	Title    *string
	Settings map[string]string // those that change; "" removes one
}

// UpdateConnection changes a connection. Version is the one that was read: when
// somebody else has saved since, it is identity.Taken with the field "version".
func (s *Service) UpdateConnection(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, version int64, change ConnectionChange, o identity.Origin) (c identity.Connection, err error) {
	err = s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if c, err = connection(ctx, &tx.Reader, id); err != nil {
			return err
		}
		if err := current(c.Version, version); err != nil {
			return err
		}
		before := c
		if err := change.apply(&c); err != nil {
			return err
		}
		deltas := append(changed("title", before.Title, c.Title), secretless(changedMap("settings.", before.Settings, c.Settings))...)
		if len(deltas) == 0 {
			return errUnchanged
		}
		if err := tx.SaveConnection(ctx, &c); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.ConnectionChanged, connectionSubject(id), deltas)
	})
	return c, unlessUnchanged(err)
}

func (change *ConnectionChange) apply(c *identity.Connection) error {
	if change.Title != nil {
		if err := setTitle(c, *change.Title); err != nil {
			return err
		}
	}
	settings := map[string]string{}
	maps.Copy(settings, c.Settings)
	size := 0
	for name, value := range change.Settings {
		if delete(settings, name); value != "" {
			settings[name] = value
		}
	}
	for name, value := range settings {
		size += len(name) + len(value)
	}
	if size > maxSettings {
		return identity.Errorf(identity.Invalid, "settings", "the settings of a connection may take %d KB; these take %d", maxSettings>>10, size>>10)
	}
	c.Settings = settings
	return nil
}

// secretless leaves the values of secrets out of the log.
func secretless(deltas []identity.Delta) []identity.Delta {
	for i, d := range deltas {
		if strings.Contains(strings.ToLower(d.Field), "secret") || strings.Contains(strings.ToLower(d.Field), "password") {
			deltas[i].Before, deltas[i].After = nil, "changed"
		}
	}
	return deltas
}

// RemovalPreview says what the removal of a connection is about: members whom
// its directory manages, groups that it sent, and tokens of it that still work.
func (s *Service) RemovalPreview(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (people, groups, tokens int64, err error) {
	r := s.store.Read(ws)
	if _, err := connection(ctx, r, id); err != nil {
		return 0, 0, 0, err
	}
	return r.Connected(ctx, id, s.store.Now())
}

// SessionsThrough counts the sessions that began through a connection, which its
// removal ends.
func (s *Service) SessionsThrough(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (int64, error) {
	return s.store.Read(ws).CountSessionsThrough(ctx, id, s.store.Now())
}
