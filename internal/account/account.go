// Package account holds the verbs on people who sign in here and not at an
// identity provider: the first owner, invitations, passwords, passkeys, second
// factors, resets, sessions, and links for IT administrators.
//
// A person is of the deployment and may have members in several workspaces. A
// member becomes a person's by proof only: a one-time link that was sent to the
// member, used by somebody who shows a credential. An equal address alone binds
// nobody, and no workspace learns of another. A session is the person's and
// reaches a workspace only through a member who is not inactive, which is checked
// at every use.
//
// Of secrets that come back only SHA-256 digests are kept; of passwords argon2id.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Config says how long things live. A zero field takes its default.
type Config struct {
	BaseURL   string        // of the pages, as people reach them: https://id.example.com
	Idle      time.Duration // a session that is not used ends; 12 hours
	Absolute  time.Duration // a session ends; 14 days
	Proof     time.Duration // how long a credential that was shown counts for what needs one; 10 minutes
	OwnerLink time.Duration // 24 hours
	Invite    time.Duration // 7 days
	Reset     time.Duration // an hour
	SetupLink time.Duration // 7 days
	Cost      Cost          // of passwords
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Idle, 12 * time.Hour}, {&c.Absolute, 14 * 24 * time.Hour}, {&c.Proof, 10 * time.Minute}, {&c.OwnerLink, 24 * time.Hour},
		{&c.Invite, 7 * 24 * time.Hour}, {&c.Reset, time.Hour}, {&c.SetupLink, 7 * 24 * time.Hour},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return c
}

// Service is the accounts of a deployment. It is safe for concurrent use.
type Service struct {
	conf      Config
	store     *store.Store
	product   *product.Product
	directory *directory.Service
	outbox    *mail.Outbox
	box       *seal.Box
	passwords *passwords
	throttle  throttle
	webauthn  *webauthn.WebAuthn
}

// New gives the accounts of a product.
func New(s *store.Store, p *product.Product, d *directory.Service, o *mail.Outbox, box *seal.Box, c Config) (*Service, error) {
	c = c.withDefaults()
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Hostname() == "" {
		return nil, fmt.Errorf("the base URL %q is not one like https://id.example.com", c.BaseURL)
	}
	w, err := relyingParty(base, p.Name)
	if err != nil {
		return nil, err
	}
	return &Service{
		conf: c, store: s, product: p, directory: d, outbox: o, box: box,
		passwords: newPasswords(c.Cost), throttle: newThrottle(s.Now), webauthn: w,
	}, nil
}

// Client is the browser that a request came from.
type Client struct {
	Agent  string // User-Agent
	Remote netip.Addr
	// Session is the secret of the session that the browser holds, "" for none. It
	// ends when another one begins.
	Session string
}

func (c *Client) agent() string { return directory.OneLine(c.Agent) }

// secret is 32 random bytes, as they stand in a link or a cookie.
func secret() string {
	var raw [32]byte
	rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (s *Service) address(kind, secret string) string {
	return s.conf.BaseURL + "/" + kind + "/" + secret
}

// asMember is the origin of what a member does at sign-in.
func (s *Service) asMember(m identity.MemberID) identity.Origin {
	now := s.store.Now()
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(m)}, Source: "signin", RequestID: identity.NewRequestID(now), At: now}
}

// write runs a step on what is of the deployment.
func (s *Service) write(ctx context.Context, f func(*store.Tx) error) error {
	return s.store.Write(ctx, "", f)
}

// off is the refusal of what the product does without.
func off(what string) error {
	return identity.Errorf(identity.Forbidden, "", "%s is switched off for this product", what)
}

func (s *Service) needPassword() error {
	if !s.product.SignIn.Password {
		return off("signing in with a password")
	}
	return nil
}

// Tidy removes what has ended long ago.
func (s *Service) Tidy(ctx context.Context) error {
	before := s.store.Now().Add(-24 * time.Hour)
	return s.write(ctx, func(tx *store.Tx) error { return tx.TidyAccounts(ctx, before) })
}
