package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// relyingParty sets the protocol up (W3C Web Authentication Level 3): passkeys
// that are discoverable and verify their user, of this origin only.
func relyingParty(base *url.URL, name string) (*webauthn.WebAuthn, error) {
	if net.ParseIP(base.Hostname()) != nil {
		return nil, nil //nolint:nilnil // no name, no passkeys
	}
	return webauthn.New(&webauthn.Config{
		RPID: base.Hostname(), RPDisplayName: name, RPOrigins: []string{base.Scheme + "://" + base.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// holder shows a person to the protocol. The person's id is the user handle: it
// says nothing about the person.
type holder struct {
	person identity.Person
	keys   []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.person.ID) }
func (h *holder) WebAuthnName() string                       { return h.person.Address }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (h *holder) WebAuthnDisplayName() string {
	if h.person.Name == "" {
		return h.person.Address
	}
	return h.person.Name
}

func (s *Service) holder(ctx context.Context, id identity.PersonID) (*holder, error) {
	p, found, err := s.store.Person(ctx, id)
	if err != nil || !found {
		return nil, firstError(err, errPasskey)
	}
	kept, err := s.store.Passkeys(ctx, id)
	if err != nil {
		return nil, err
	}
	h := &holder{person: p}
	for _, k := range kept {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// Ceremony is a step that a browser takes with a passkey.
type Ceremony struct {
	Options []byte // JSON for navigator.credentials
	Ticket  string // comes back with the browser's answer; five minutes, once
}

// challenge is what a ticket of a ceremony holds.
type challenge struct {
	Session webauthn.SessionData `json:"s"`
	Expires int64                `json:"e"` // microseconds
}

const (
	purposeRegister = "passkey registration"
	purposePasskey  = "passkey sign-in"
	maxPasskeys     = 20
	maxAnswer       = 64 << 10
)

var errPasskey = identity.Errorf(identity.Unauthenticated, "", "the passkey was not recognised; try again, or sign in another way")

func (s *Service) needPasskey() error {
	if !s.HasPasskeys() {
		return off("signing in with a passkey")
	}
	return nil
}

// HasPasskeys reports whether people may sign in with passkeys: the product has
// them, and the pages are reached by a name, since a passkey belongs to a name
// and never to an IP address (WebAuthn Level 3 §5.1.2).
func (s *Service) HasPasskeys() bool { return s.product.SignIn.Passkey && s.webauthn != nil }

func (s *Service) ceremony(purpose string, options any, data *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(options)
	return Ceremony{text, s.sealed(purpose, challenge{*data, s.store.Now().Add(ticketLife).UnixMicro()})}, err
}

// resume opens a ceremony's ticket.
func (s *Service) resume(purpose, ticket string) (*webauthn.SessionData, error) {
	var c challenge
	if err := s.unsealed(purpose, ticket, &c); err != nil {
		return nil, err
	}
	if s.store.Now().UnixMicro() >= c.Expires {
		return nil, errTicket
	}
	return &c.Session, nil
}

// spend uses a ceremony's challenge up inside a write: the challenge, since a
// ticket may be spelt in several ways.
func (s *Service) spend(ctx context.Context, tx *store.Tx, data *webauthn.SessionData) error {
	ok, err := tx.Spend(ctx, digest(data.Challenge), s.store.Now().Add(ticketLife))
	if err != nil || !ok {
		return firstError(err, errTicket)
	}
	return nil
}

var errPasskeys = identity.Errorf(identity.TooMany, "", "an account has at most %d passkeys; remove one that is not used", maxPasskeys)

// BeginPasskey starts to register a passkey. It needs a recent proof.
func (s *Service) BeginPasskey(ctx context.Context, l *Live) (Ceremony, error) {
	if err := s.needPasskey(); err != nil {
		return Ceremony{}, err
	}
	if err := s.NeedProof(l); err != nil {
		return Ceremony{}, err
	}
	h, err := s.holder(ctx, l.Person.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(h.keys) >= maxPasskeys {
		return Ceremony{}, errPasskeys
	}
	options, data, err := s.webauthn.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(purposeRegister, options, data)
}

// FinishPasskey keeps the passkey that the browser made. Answer is its JSON. It
// needs a recent proof.
func (s *Service) FinishPasskey(ctx context.Context, l *Live, ticket, name string, answer []byte) (identity.Passkey, error) {
	var none identity.Passkey
	if err := s.needPasskey(); err != nil {
		return none, err
	}
	if err := s.NeedProof(l); err != nil {
		return none, err
	}
	data, err := s.resume(purposeRegister, ticket)
	if err != nil {
		return none, err
	}
	refused := func(err error) error {
		return &identity.Error{Kind: identity.Invalid, Msg: "the passkey could not be added; try again", Err: err}
	}
	if len(answer) > maxAnswer {
		return none, refused(nil)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return none, refused(err)
	}
	c, err := s.webauthn.CreateCredential(&holder{person: l.Person}, *data, parsed)
	if err != nil {
		return none, refused(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return none, err
	}
	now := s.store.Now()
	k := identity.Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Person: l.Person.ID, Name: passkeyName(name), Credential: text, Created: now}
	err = s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error {
		if err := s.spend(ctx, tx, data); err != nil {
			return err
		}
		return s.addPasskey(ctx, tx, p, &k)
	})
	s.outbox.Ring()
	if err != nil {
		return none, err
	}
	return k, nil
}

func (s *Service) addPasskey(ctx context.Context, tx *store.Tx, p *identity.Person, k *identity.Passkey) error {
	n, err := tx.CountPasskeys(ctx, p.ID)
	if err != nil || n >= maxPasskeys {
		return firstError(err, errPasskeys)
	}
	fresh, err := tx.InsertPasskey(ctx, k)
	if err != nil || !fresh {
		return firstError(err, identity.Errorf(identity.Taken, "", "that passkey is there already"))
	}
	return s.notice(ctx, tx, p, "A passkey was added to your account")
}

func passkeyName(name string) string {
	name = strings.TrimSpace(directory.OneLine(name))
	if name == "" {
		return "Passkey"
	}
	if utf8.RuneCountInString(name) > 60 {
		return string([]rune(name)[:60])
	}
	return name
}

// Passkeys lists the person's passkeys: none to a session that an identity provider
// began for one workspace.
func (s *Service) Passkeys(ctx context.Context, l *Live) ([]identity.Passkey, error) {
	if l.Session.Within != "" {
		return nil, nil
	}
	return s.store.Passkeys(ctx, l.Person.ID)
}

// RemovePasskey removes one of the person's passkeys; another's is
// identity.NotFound. The last thing to sign in with stays. It needs a recent proof.
func (s *Service) RemovePasskey(ctx context.Context, l *Live, id string) error {
	if err := s.NeedProof(l); err != nil {
		return err
	}
	err := s.change(ctx, l, func(tx *store.Tx, p *identity.Person) error {
		gone, err := tx.DeletePasskey(ctx, p.ID, id)
		if err != nil || !gone {
			return firstError(err, identity.Errorf(identity.NotFound, "", "there is no such passkey"))
		}
		left, err := tx.CountPasskeys(ctx, p.ID)
		if err != nil || left == 0 && (p.Password == "" || !s.product.SignIn.Password) {
			return firstError(err, identity.Errorf(identity.Invalid, "", "this passkey is the only thing that you sign in with; add another first"))
		}
		return s.notice(ctx, tx, p, "A passkey was removed from your account")
	})
	s.outbox.Ring()
	return err
}

// BeginPasskeySignIn starts to sign in with whatever passkey the browser offers.
func (s *Service) BeginPasskeySignIn(c Client) (Ceremony, error) {
	if err := s.needPasskey(); err != nil {
		return Ceremony{}, err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return Ceremony{}, err
	}
	options, data, err := s.webauthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(purposePasskey, options, data)
}

// PasskeySignIn begins a session with the browser's answer. A passkey verifies
// its user, so it needs no second factor.
func (s *Service) PasskeySignIn(ctx context.Context, ticket string, answer []byte, c Client) (f Fresh, err error) {
	if err := s.needPasskey(); err != nil {
		return f, err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return f, err
	}
	data, err := s.resume(purposePasskey, ticket)
	if err != nil {
		return f, err
	}
	p, used, err := s.recognise(ctx, data, answer)
	if err != nil {
		return f, err
	}
	if err := s.needReach(ctx, &p); err != nil {
		return f, err
	}
	text, err := json.Marshal(used)
	if err != nil {
		return f, err
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		if err := s.spend(ctx, tx, data); err != nil {
			return err
		}
		ok, err := tx.UsePasskey(ctx, p.ID, base64.RawURLEncoding.EncodeToString(used.ID), text, s.store.Now())
		if err != nil || !ok {
			return firstError(err, errPasskey)
		}
		f, err = s.begin(ctx, tx, p.ID, identity.ByPasskey, c)
		return err
	})
	return f, err
}

// recognise says whose passkey answered. A counter that went back means that
// the passkey was copied (Web Authentication §6.1.1), which is refused.
func (s *Service) recognise(ctx context.Context, data *webauthn.SessionData, answer []byte) (identity.Person, *webauthn.Credential, error) {
	var p identity.Person
	if len(answer) > maxAnswer {
		return p, nil, errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return p, nil, unrecognised(err)
	}
	used, err := s.webauthn.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		h, err := s.holder(ctx, identity.PersonID(handle))
		if err == nil {
			p = h.person
		}
		return h, err
	}, *data, parsed)
	if err != nil {
		return p, nil, unrecognised(err)
	}
	if used.Authenticator.CloneWarning {
		return p, nil, errPasskey
	}
	return p, used, nil
}

// unrecognised is errPasskey with the cause, for the log.
func unrecognised(err error) error {
	e := *errPasskey
	e.Err = err
	return &e
}
