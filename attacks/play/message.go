package play

import (
	"crypto/rsa"
	"errors"
	"net/url"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	relying "github.com/anteroom-id/anteroom/internal/oidc/attack"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/lab/idp/attack"
)

// service is what is attacked: a workspace's side of a connection.
type service struct {
	generator *attack.Generator
	target    attack.Target
	decrypt   []*rsa.PrivateKey
}

const secondFactor = "https://refeds.org/profile/mfa"

func newService() (*service, error) {
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	key, err := saml.NewKey("acme", now)
	if err != nil {
		return nil, err
	}
	old, err := saml.NewKey("acme", now.AddDate(-1, 0, 0))
	if err != nil {
		return nil, err
	}
	s := &service{
		target: attack.Target{
			EntityID: "https://anteroom.example/saml/acme", ACS: "https://anteroom.example/saml/acme/acs", SLO: "https://anteroom.example/saml/acme/slo",
			Request: "_request", Asked: now.Add(-time.Minute), Now: now, EncryptTo: key.Certificate, OldEncryptTo: old.Certificate,
		},
		decrypt: []*rsa.PrivateKey{key.Private, old.Private},
	}
	s.generator, err = attack.New(s.target)
	return s, err
}

// playMessages sends every message to the door that it is for.
func playMessages() ([]Row, error) {
	s, err := newService()
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, c := range attack.Cases() {
		if c.Kind == attack.Flow {
			continue
		}
		r := Row{Protocol: "SAML", Class: c.Class, Name: c.Name, Cause: c.Cause, Legal: c.Legal}
		m, err := c.Make(s.generator)
		if err != nil {
			r.Err = err
		} else {
			r.Code, r.Err = code(s.send(&c, &m))
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// code takes the code out of a refusal; another error is one of ours.
func code(err error) (explain.Code, error) {
	var no *explain.Refusal
	if errors.As(err, &no) {
		return no.Code, nil
	}
	return "", err
}

func (s *service) send(c *attack.Case, m *attack.Message) error {
	switch c.Kind {
	case attack.Logout:
		return s.logout(m)
	case attack.Metadata:
		_, err := saml.ReadMetadata([]byte(m.Metadata), saml.MetadataOptions{Now: s.target.Now})
		return err
	default:
		return s.response(c, m.Response)
	}
}

func (s *service) response(c *attack.Case, form string) error {
	r, err := saml.ReadResponse(form)
	if err != nil {
		return err
	}
	trust := saml.Trust{EntityID: s.generator.Provider.EntityID(), Certs: s.generator.Certificates(c.Trust), CBC: c.Trust.CBC, Decrypt: s.decrypt}
	if c.Trust.SHA1 {
		trust.SHA1Until = s.target.Now.Add(time.Hour)
	}
	pending := &saml.Pending{ID: s.target.Request, At: s.target.Asked, ForceAuthn: c.Trust.Fresh}
	if c.Trust.Context {
		pending.Context = secondFactor
	}
	if c.Trust.Unasked {
		pending = nil
	}
	_, err = r.Verify(trust, saml.Expect{Audience: s.target.EntityID, ACS: []string{s.target.ACS}, Request: pending, Now: s.target.Now})
	return err
}

func (s *service) logout(m *attack.Message) error {
	read := func() (*saml.LogoutMessage, error) { return saml.ReadLogoutQuery(m.Query) }
	if m.Form != nil {
		form := url.Values{}
		for _, pair := range m.Form {
			form.Add(pair[0], pair[1])
		}
		read = func() (*saml.LogoutMessage, error) { return saml.ReadLogoutForm(form) }
	}
	l, err := read()
	if err != nil {
		return err
	}
	_, err = l.Verify(saml.LogoutExpect{
		EntityID: s.generator.Provider.EntityID(), Certificates: s.generator.Certificates(attack.Trust{}), Destinations: []string{s.target.SLO},
		Now: s.target.Now, Skew: 3 * time.Minute,
	})
	return err
}

// playRelyingParty plays the cases of OpenID Connect.
func playRelyingParty() []Row {
	var rows []Row
	for _, c := range relying.Cases() {
		r := Row{Protocol: "OIDC", Class: c.Class, Name: c.Name, Legal: c.Legal, Wanted: c.Code}
		r.Code, r.Err = c.Run()
		rows = append(rows, r)
	}
	return rows
}
