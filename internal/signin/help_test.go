package signin_test

import (
	"encoding/base64"
	"errors"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func asIdentity(err error, e **identity.Error) bool { return errors.As(err, e) }

func asUnasked(err error, u **signin.Unasked) bool { return errors.As(err, u) }

// heard notes that the connection's directory was heard of.
func (e *estate) heard(l *login) {
	e.t.Helper()
	e.must(e.db.Write(e.t.Context(), l.ws, func(tx *store.Tx) error {
		now := e.now()
		return tx.NoteContact(e.t.Context(), l.con.ID, now, now)
	}))
}

func ruleOf(err error) string {
	var r *signin.Refused
	if !errors.As(err, &r) {
		return ""
	}
	return r.Rule
}

// certificatesOf are a provider's, as settings hold them.
func certificatesOf(p *idp.Provider) (out []string) {
	for _, c := range p.Certificates() {
		out = append(out, base64.StdEncoding.EncodeToString(c.Raw))
	}
	return out
}
