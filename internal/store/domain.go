package store

import (
	"context"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const domainColumns = `d.workspace_id, d.name, d.token, d.created, d.verified, d.checked, d.missing, d.captures`

func scanDomain(s scanner) (d identity.Domain, err error) {
	var created, verified, checked, missing int64
	err = s.Scan(&d.Workspace, &d.Name, &d.Token, &created, &verified, &checked, &missing, &d.Captures)
	d.Created, d.Verified, d.Checked, d.Missing = fromMicros(created), fromMicros(verified), fromMicros(checked), fromMicros(missing)
	return d, err
}

// above gives a domain and those above it, up to eight, the nearest first, and ""
// for what is missing to eight.
func above(name string) (out [8]string) {
	labels := strings.Split(name, ".")
	labels = labels[max(0, len(labels)-len(out)):]
	for i := range labels {
		out[i] = strings.Join(labels[i:], ".")
	}
	return out
}

// VerifiedDomain finds the verified domain that covers a name, in any workspace:
// the name itself, or the nearest above it. One statement answers, whatever the
// name.
func (s *Store) VerifiedDomain(ctx context.Context, name string) (identity.Domain, bool, error) {
	return verifiedDomain(ctx, s.engine.reader(), name)
}

// VerifiedDomain finds it as the transaction sees it.
func (tx *Tx) VerifiedDomain(ctx context.Context, name string) (identity.Domain, bool, error) {
	return verifiedDomain(ctx, tx.q, name)
}

func verifiedDomain(ctx context.Context, q querier, name string) (identity.Domain, bool, error) {
	n := above(strings.ToLower(name))
	return one(ctx, q, scanDomain, `SELECT `+domainColumns+` FROM domain d
		WHERE d.name IN ($1, $2, $3, $4, $5, $6, $7, $8) AND d.verified > 0 ORDER BY length(d.name) DESC LIMIT 1 /* any workspace */`,
		n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7])
}

// CapturingDomain says to which workspace's provider an address of a domain leads
// on the sign-in page: to that of the verified domain that covers it, where that
// one captures.
func (s *Store) CapturingDomain(ctx context.Context, name string) (identity.WorkspaceID, bool, error) {
	d, found, err := s.VerifiedDomain(ctx, name)
	if err != nil || !found || !d.Captures {
		return "", false, err
	}
	return d.Workspace, true, nil
}

// DomainsDue lists up to limit verified domains of all workspaces that were not
// looked up since a time, those first that were not for longest.
func (s *Store) DomainsDue(ctx context.Context, before time.Time, limit int) ([]identity.Domain, error) {
	return many(ctx, s.engine.reader(), scanDomain, `SELECT `+domainColumns+` FROM domain d WHERE d.checked < $1 AND d.verified > 0 ORDER BY d.checked LIMIT $2 + 0 /* any workspace */`, micros(before), limit)
}

// Domains lists the workspace's domains by name.
func (r *Reader) Domains(ctx context.Context) ([]identity.Domain, error) {
	return many(ctx, r.q, scanDomain, `SELECT `+domainColumns+` FROM domain d WHERE d.workspace_id = $1 ORDER BY d.name`, r.ws)
}

// Domain finds one of the workspace's domains.
func (r *Reader) Domain(ctx context.Context, name string) (identity.Domain, bool, error) {
	return one(ctx, r.q, scanDomain, `SELECT `+domainColumns+` FROM domain d WHERE d.workspace_id = $1 AND d.name = $2`, r.ws, name)
}

// InsertDomain adds a domain; false means that the workspace has it already.
func (tx *Tx) InsertDomain(ctx context.Context, d *identity.Domain) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO domain (workspace_id, name, token, created, verified, checked, missing, captures)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, name) DO NOTHING`,
		tx.ws, d.Name, d.Token, micros(d.Created), micros(d.Verified), micros(d.Checked), micros(d.Missing), d.Captures)
	return n > 0, err
}

// SaveDomain writes what changes of a domain. One that is to be verified and is so
// in another workspace is identity.Taken.
func (tx *Tx) SaveDomain(ctx context.Context, d *identity.Domain) error {
	_, err := tx.q.exec(ctx, `UPDATE domain SET verified = $3, checked = $4, missing = $5, captures = $6 WHERE workspace_id = $1 AND name = $2`,
		tx.ws, d.Name, micros(d.Verified), micros(d.Checked), micros(d.Missing), d.Captures)
	return err
}

// DeleteDomain removes a domain; false means that there is none of that name.
func (tx *Tx) DeleteDomain(ctx context.Context, name string) (bool, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM domain WHERE workspace_id = $1 AND name = $2`, tx.ws, name)
	return n > 0, err
}
