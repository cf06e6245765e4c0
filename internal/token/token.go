// Package token holds the verbs on secrets: issue, check, list and revoke the
// credentials with which a workspace's directory provisions.
//
// A secret is 32 random bytes, shown once; only its SHA-256 is kept. Random
// secrets of that size need no slow hash, so a check is one digest and one
// look-up, and mostly not even that.
package token

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Prefix starts every SCIM secret, so that a leaked one is recognised by
// secret scanners and by people.
const Prefix = "scim_"

const (
	cacheLife = 5 * time.Second // how long another copy's revocation may go unseen
	cacheSize = 8192
	touchRest = time.Minute     // how exact "last used" is
	quiet     = 5 * time.Minute // a directory that begins again after that begins a cycle
)

// Service issues and checks tokens. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	product *product.Product

	mu      sync.Mutex
	cache   map[digest]entry
	touched map[identity.TokenID]time.Time
}

// entry is what a look-up found; unknown digests are remembered as well, so
// that a flood of one wrong token costs nothing.
type entry struct {
	token identity.Token
	known bool
	at    time.Time
}

// New gives a service on a store. The product says which kinds of token it
// offers and how long each lives.
func New(s *store.Store, p *product.Product) *Service {
	return &Service{store: s, product: p, cache: map[digest]entry{}, touched: map[identity.TokenID]time.Time{}}
}

// Issue makes a token and returns it with its secret, which cannot be had again.
// A kind that the product does not offer, or not to this issuer, is
// identity.Forbidden.
func (s *Service) Issue(ctx context.Context, r Request) (identity.Token, string, error) {
	life, err := s.settle(&r)
	if err != nil {
		return identity.Token{}, "", err
	}
	var raw [32]byte
	rand.Read(raw[:])
	secret := Prefix + base64.RawURLEncoding.EncodeToString(raw[:])
	now := s.store.Now()
	t := identity.Token{
		ID: identity.NewTokenID(now), Workspace: r.Workspace, Name: r.Name, UserName: r.UserName, Hash: digestOf(secret).String(),
		Hint: Prefix + "…" + secret[len(secret)-4:], Scope: identity.ScopeSCIM, IssuedBy: r.Origin.Actor.String(), Kind: r.Kind, Issuer: issuer(r.Origin), Created: now, Expires: expiry(now, life),
	}
	if t.Name == "" {
		t.Name = "SCIM token"
	}
	err = s.store.Write(ctx, r.Workspace, func(tx *store.Tx) error { return insert(ctx, tx, r, &t) })
	if err != nil {
		return identity.Token{}, "", err
	}
	return t, secret, nil
}

func expiry(now time.Time, life time.Duration) time.Time {
	if life <= 0 {
		return time.Time{}
	}
	return now.Add(life)
}

func insert(ctx context.Context, tx *store.Tx, r Request, t *identity.Token) error {
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	if t.UserName == "" {
		t.UserName = w.Slug
	}
	c, err := connectionFor(ctx, tx, r, t.Created)
	if err != nil {
		return err
	}
	t.Connection = c.ID
	if err := tx.InsertToken(ctx, *t); err != nil {
		return err
	}
	return tx.Log(ctx, r.Origin, identity.TokenIssued, identity.Subject{Kind: "token", ID: string(t.ID)},
		[]identity.Delta{{Field: "name", After: t.Name}, {Field: "kind", After: string(t.Kind)}, {Field: "connection", After: c.Name}, {Field: "expires", After: t.Expires}})
}

// Revoke ends a token at once, here and within seconds on every other copy. A
// token that does not exist or has ended is identity.NotFound.
func (s *Service) Revoke(ctx context.Context, ws identity.WorkspaceID, id identity.TokenID, o identity.Origin) error {
	err := s.store.Write(ctx, ws, func(tx *store.Tx) error {
		ended, err := tx.RevokeToken(ctx, id, s.store.Now())
		if err != nil {
			return err
		}
		if !ended {
			return identity.Errorf(identity.NotFound, "id", "there is no living token %s in this workspace; list them to see their ids", id)
		}
		return tx.Log(ctx, o, identity.TokenRevoked, identity.Subject{Kind: "token", ID: string(id)}, nil)
	})
	s.Forget()
	return err
}

// Forget makes this copy look every token up anew, so that what ended otherwise
// than by Revoke, as by the removal of a connection, is refused at once.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cache)
}

// List gives a workspace's tokens, oldest first, those that have ended too.
func (s *Service) List(ctx context.Context, ws identity.WorkspaceID) ([]identity.Token, error) {
	return s.store.Read(ws).Tokens(ctx)
}

// Credential is what a request presented.
type Credential struct {
	Secret   string
	UserName string // with Basic only
	Basic    bool
}

// ParseAuthorization reads an Authorization header: "Bearer SECRET" (RFC 6750
// §2.1), "Basic …" (RFC 7617 §2), or the bare secret, as Okta's header token
// sends it (W20).
func ParseAuthorization(header string) (Credential, error) {
	scheme, rest, found := strings.Cut(strings.TrimSpace(header), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case scheme == "":
		return Credential{}, refused("send the SCIM token in the Authorization header: Bearer TOKEN")
	case !found:
		return Credential{Secret: scheme}, nil
	case strings.EqualFold(scheme, "Bearer"):
		return Credential{Secret: rest}, nil
	case strings.EqualFold(scheme, "Basic"):
		return parseBasic(rest)
	}
	return Credential{}, refused("the Authorization scheme is not known; use Bearer TOKEN, or Basic with the user name and password shown for this connection")
}

func parseBasic(encoded string) (Credential, error) {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	user, password, ok := strings.Cut(string(plain), ":")
	if err != nil || !ok {
		return Credential{}, refused("the Basic credentials cannot be read; they are base64 of user-name:password (RFC 7617)")
	}
	return Credential{Secret: password, UserName: user, Basic: true}, nil
}

func refused(format string, args ...any) error {
	return identity.Errorf(identity.Unauthenticated, "", format, args...)
}

// ErrUnknown is what a wrong secret, a foreign one and a wrong user name get: one answer.
var errUnknown = refused("the SCIM token is wrong or was revoked; issue a new one and paste it whole, without spaces")

// Check says which token a credential is. The error is identity.Unauthenticated
// and says what to do; for a token that has expired the token is returned with
// it, so that the failing request is recorded in its workspace (E06).
func (s *Service) Check(ctx context.Context, c Credential) (identity.Token, error) {
	if len(c.Secret) < 16 || len(c.Secret) > 512 {
		return identity.Token{}, errUnknown
	}
	e, err := s.find(ctx, digestOf(c.Secret))
	if err != nil {
		return identity.Token{}, err
	}
	t := e.token
	switch now := s.store.Now(); {
	case !e.known || !t.Revoked.IsZero():
		return identity.Token{}, errUnknown
	case c.Basic && subtle.ConstantTimeCompare([]byte(c.UserName), []byte(t.UserName)) != 1:
		return identity.Token{}, errUnknown
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return t, refused("the SCIM token %q expired on %s; issue a new one and paste it into the directory's provisioning settings", t.Name, t.Expires.Format("2 January 2006"))
	}
	return t, nil
}

// digest is the SHA-256 of a secret.
type digest [sha256.Size]byte

func digestOf(secret string) digest {
	var room [64]byte // a secret of ours is shorter
	return sha256.Sum256(append(room[:0], secret...))
}

// String is the digest as it is kept.
func (d digest) String() string { return hex.EncodeToString(d[:]) }

func (s *Service) find(ctx context.Context, hash digest) (entry, error) {
	now := s.store.Now()
	s.mu.Lock()
	e, ok := s.cache[hash]
	s.mu.Unlock()
	if ok && now.Sub(e.at) < cacheLife {
		return e, nil
	}
	t, known, err := s.store.TokenByHash(ctx, hash.String())
	if err != nil {
		return entry{}, fmt.Errorf("look the token up: %w", err)
	}
	e = entry{token: t, known: known, at: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cache) >= cacheSize {
		clear(s.cache)
	}
	s.cache[hash] = e
	return e, nil
}

// Used notes that a token was used, at most once a minute, without a commit of
// its own.
func (s *Service) Used(t identity.Token, from string) {
	now := s.store.Now()
	s.mu.Lock()
	last := s.touched[t.ID]
	due := now.Sub(last) >= touchRest
	if due {
		if len(s.touched) >= cacheSize {
			clear(s.touched)
		}
		s.touched[t.ID] = now
	}
	s.mu.Unlock()
	if due {
		s.store.Later(t.Workspace, func(tx *store.Tx) error {
			if err := tx.NoteContact(context.Background(), t.Connection, now, now.Add(-quiet)); err != nil {
				return err
			}
			return tx.TouchToken(context.Background(), t.ID, now, from)
		})
	}
}
