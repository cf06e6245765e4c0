package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/web"
)

// RecoveryCodes is how many recovery codes a workspace gets.
const RecoveryCodes = 10

const (
	recoveryLife = time.Hour // of a session that a code began: long enough to mend the connection
	recoverySize = 10        // random bytes of a code
	longestTyped = 320       // bytes of what is looked at
)

// recoveryForm is base 32 without letters that look alike.
var recoveryForm = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// recoveryCode makes a code, in groups of four: "7kq4-mz0h-2c8d-w5xt".
func recoveryCode() string {
	var raw [recoverySize]byte
	rand.Read(raw[:])
	text := recoveryForm.EncodeToString(raw[:])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// recoveryHash is what is kept of a code, however it was typed.
func recoveryHash(ws identity.WorkspaceID, code string) string {
	plain := strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
	sum := sha256.Sum256([]byte("workspace recovery\x00" + string(ws) + "\x00" + plain))
	return hex.EncodeToString(sum[:])
}

// IssueRecoveryCodes gives a workspace new recovery codes, which cannot be had
// again; the old ones are worth nothing from then on. With a code an owner or an
// administrator signs in without the identity provider, so a member who has fewer
// rights than those is identity.Forbidden. The owners are mailed.
func (s *Service) IssueRecoveryCodes(ctx context.Context, ws identity.WorkspaceID, o identity.Origin) ([]string, error) {
	if err := s.mayIssueCodes(ctx, ws, o); err != nil {
		return nil, err
	}
	told, err := s.holding(ctx, ws, owns)
	if err != nil {
		return nil, err
	}
	codes, hashes := make([]string, RecoveryCodes), make([]string, RecoveryCodes)
	for i := range codes {
		codes[i] = recoveryCode()
		hashes[i] = recoveryHash(ws, codes[i])
	}
	now := s.conf.Store.Now()
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		if err := tx.ReplaceWorkspaceRecovery(ctx, hashes, now); err != nil {
			return err
		}
		if err := tx.Log(ctx, o, identity.RecoveryIssued, identity.Subject{Kind: "workspace", ID: string(ws)}, nil); err != nil {
			return err
		}
		w, err := tx.Details(ctx)
		if err != nil {
			return err
		}
		by, err := s.actorName(ctx, tx, o)
		if err != nil {
			return err
		}
		return s.post(ctx, tx, told, func(to string) mail.Letter { return mail.RecoveryIssued(s.conf.Product, to, w.Name, by, now) })
	})
	s.conf.Outbox.Ring()
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// mayIssueCodes refuses a member who would hold codes for more rights than the
// member has.
func (s *Service) mayIssueCodes(ctx context.Context, ws identity.WorkspaceID, o identity.Origin) error {
	if err := s.needFeature(ctx, ws, product.FeatureSSO); err != nil {
		return err
	}
	var roles []string
	for _, r := range s.conf.Product.Roles.Catalogue {
		if administers([]product.Role{r}) {
			roles = append(roles, r.Name)
		}
	}
	err := s.conf.Directory.MayGive(ctx, ws, o, roles...)
	if identity.KindOf(err) == identity.Forbidden {
		err = refused(identity.Forbidden, "", explain.Refuse(explain.RecoveryNotOwners, "every right that a code gives", "fewer rights").Because(err),
			"recovery codes let somebody in with more rights than you have; ask an owner to issue them")
	}
	return err
}

// actorName is what a letter calls who did something.
func (s *Service) actorName(ctx context.Context, tx *store.Tx, o identity.Origin) (string, error) {
	if o.Actor.Kind != identity.ActorMember {
		return "Whoever runs " + s.conf.Product.Name, nil
	}
	m, _, err := tx.Member(ctx, identity.MemberID(o.Actor.ID))
	return cmp.Or(m.Name(), m.Address, "Somebody"), err
}

// errRecovery is the one answer for a code that cannot be used, whatever is wrong.
func errRecovery() error {
	return refused(identity.Unauthenticated, "code", explain.Refuse(explain.RecoveryWrong, "a code that was not used, with the address of an administrator", "something else"),
		"the %s, the address or the code is wrong, or the code was used already", "workspace ID")
}

// UseRecoveryCode uses one of a workspace's recovery codes up and begins a session
// in this workspace alone, for an owner or an administrator of the address who has
// signed in before. Everything that can be wrong is told alike, with
// identity.Unauthenticated; too many tries are identity.TooMany. The owners are
// mailed.
func (s *Service) UseRecoveryCode(ctx context.Context, slug, address, code string, c account.Client) (f account.Fresh, err error) {
	slug = strings.ToLower(strings.TrimSpace(slug))
	if wait, ok := s.codes.Allow(web.AddrKey(c.Remote)); !ok {
		return f, identity.Errorf(identity.TooMany, "", "there were too many tries; wait %s and try again", wait.Round(time.Second)+time.Second)
	}
	if len(slug) > longestTyped || len(address) > longestTyped || len(code) > longestTyped {
		return f, errRecovery()
	}
	w, err := s.conf.Store.WorkspaceBySlug(ctx, slug)
	if identity.KindOf(err) == identity.NotFound {
		err = errRecovery()
	}
	if err != nil {
		return f, err
	}
	hash := recoveryHash(w.ID, code) // whoever has no code learns nothing of who is an administrator
	if good, err := s.conf.Store.Read(w.ID).HasWorkspaceRecovery(ctx, hash); err != nil || !good {
		return f, cmp.Or(err, errRecovery())
	}
	m, person, err := s.recoverable(ctx, w.ID, address)
	if err != nil {
		return f, err
	}
	told, err := s.holding(ctx, w.ID, owns)
	if err != nil {
		return f, err
	}
	err = s.conf.Store.Write(ctx, w.ID, func(tx *store.Tx) error {
		f, err = s.spendCode(ctx, tx, &w, &m, person, hash, told, c)
		return err
	})
	s.conf.Outbox.Ring()
	return f, err
}

// recoverable finds the administrator of an address, and whose member that is.
func (s *Service) recoverable(ctx context.Context, ws identity.WorkspaceID, address string) (identity.Member, identity.PersonID, error) {
	r := s.conf.Store.Read(ws)
	m, found, err := r.MemberByAddress(ctx, identity.Fold(s.conf.Product.Address(strings.TrimSpace(address))))
	if err != nil || !found {
		return m, "", cmp.Or(err, errRecovery())
	}
	_, roles, err := s.rights(ctx, r, m.ID)
	if err != nil || !administers(roles) {
		return m, "", cmp.Or(err, errRecovery())
	}
	person, bound, err := r.PersonOf(ctx, m.ID)
	if err != nil || !bound {
		return m, "", cmp.Or(err, errRecovery())
	}
	return m, person, nil
}

// spendCode uses a code up and begins the session, inside one write.
func (s *Service) spendCode(ctx context.Context, tx *store.Tx, w *identity.Workspace, m *identity.Member, person identity.PersonID, hash string, told []identity.Member, c account.Client) (f account.Fresh, err error) {
	now := s.conf.Store.Now()
	used, err := tx.UseWorkspaceRecovery(ctx, hash, m.ID, now)
	if err != nil || !used {
		return f, cmp.Or(err, errRecovery())
	}
	if present, found, err := tx.Member(ctx, m.ID); err != nil || !found || present.State == identity.Inactive {
		return f, cmp.Or(err, errRecovery())
	}
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(m.ID)}, Source: "signin", RequestID: identity.NewRequestID(now), At: now}
	if err := tx.Log(ctx, o, identity.RecoveryUsed, identity.Subject{Kind: "member", ID: string(m.ID)}, nil); err != nil {
		return f, err
	}
	left, _, err := tx.WorkspaceRecovery(ctx)
	if err != nil {
		return f, err
	}
	if err := s.post(ctx, tx, told, func(to string) mail.Letter {
		return mail.RecoveryUsed(s.conf.Product, to, w.Name, m.Address, c.Remote.String(), left, now)
	}); err != nil {
		return f, err
	}
	return s.conf.Accounts.Begin(ctx, tx, identity.Session{Person: person, Method: identity.ByRecoveryCode, Within: w.ID, Expires: now.Add(recoveryLife)}, c)
}
