package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
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
	if !s.product.SignIn.Passkey {
		return off("signing in with a passkey")
	}
	return nil
}

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

// spend uses a ceremony's ticket up inside a write.
func (s *Service) spend(ctx context.Context, tx *store.Tx, ticket string) error {
	ok, err := tx.Spend(ctx, digest(ticket), s.store.Now().Add(ticketLife))
	if err != nil || !ok {
		return firstError(err, errTicket)
	}
	return nil
}

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
		return Ceremony{}, identity.Errorf(identity.TooMany, "", "an account has at most %d passkeys; remove one that is not used", maxPasskeys)
	}
	options, data, err := s.webauthn.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(purposeRegister, options, data)
}

// FinishPasskey keeps the passkey that the browser made. Answer is its JSON.
func (s *Service) FinishPasskey(ctx context.Context, l *Live, ticket, name string, answer []byte) (identity.Passkey, error) {
	var none identity.Passkey
	if err := s.needPasskey(); err != nil {
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
	err = s.write(ctx, func(tx *store.Tx) error {
		if err := s.spend(ctx, tx, ticket); err != nil {
			return err
		}
		fresh, err := tx.InsertPasskey(ctx, &k)
		if err != nil || !fresh {
			return firstError(err, identity.Errorf(identity.Taken, "", "that passkey is there already"))
		}
		return s.notice(ctx, tx, &l.Person, "A passkey was added to your account")
	})
	s.outbox.Ring()
	return k, err
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

// Passkeys lists the person's passkeys.
func (s *Service) Passkeys(ctx context.Context, l *Live) ([]identity.Passkey, error) {
	return s.store.Passkeys(ctx, l.Person.ID)
}

// RemovePasskey removes one of the person's passkeys; another's is
// identity.NotFound. The last thing to sign in with stays. It needs a recent proof.
func (s *Service) RemovePasskey(ctx context.Context, l *Live, id string) error {
	if err := s.NeedProof(l); err != nil {
		return err
	}
	all, err := s.store.Passkeys(ctx, l.Person.ID)
	if err != nil {
		return err
	}
	if len(all) == 1 && all[0].ID == id && (l.Person.Password == "" || !s.product.SignIn.Password) {
		return identity.Errorf(identity.Invalid, "", "this passkey is the only thing that you sign in with; add another first")
	}
	err = s.write(ctx, func(tx *store.Tx) error {
		gone, err := tx.DeletePasskey(ctx, l.Person.ID, id)
		if err != nil || !gone {
			return firstError(err, identity.Errorf(identity.NotFound, "", "there is no such passkey"))
		}
		return s.notice(ctx, tx, &l.Person, "A passkey was removed from your account")
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
	p, used, err := s.recognise(ctx, ticket, answer)
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
		if err := s.spend(ctx, tx, ticket); err != nil {
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
func (s *Service) recognise(ctx context.Context, ticket string, answer []byte) (identity.Person, *webauthn.Credential, error) {
	var p identity.Person
	data, err := s.resume(purposePasskey, ticket)
	if err != nil {
		return p, nil, err
	}
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
