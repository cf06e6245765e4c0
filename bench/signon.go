package main

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

// signOn is a workspace with an identity provider, in this process: what a
// sign-in costs without the network.
type signOn struct {
	store     *store.Store
	service   *signin.Service
	provider  *idp.Provider
	workspace identity.Workspace
	con       identity.ConnectionID
	n         int
}

func newSignOn(ctx context.Context, dir string) (*signOn, error) {
	const base = "https://id.example.com"
	s := &signOn{}
	var err error
	if s.store, err = store.Open(ctx, store.Options{Database: dir}); err != nil {
		return nil, err
	}
	p := product.Default()
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		return nil, err
	}
	people, outbox := directory.New(s.store, p, directory.Bounds{}), mail.NewOutbox(s.store, p, box)
	accounts, err := account.New(s.store, p, people, outbox, box, account.Config{BaseURL: base})
	if err != nil {
		return nil, err
	}
	if s.service, err = signin.New(signin.Config{Store: s.store, Product: p, Directory: people, Accounts: accounts, Outbox: outbox, Box: box, BaseURL: base}); err != nil {
		return nil, err
	}
	by := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "bench"}, Source: "cli"}
	if s.workspace, err = people.CreateWorkspace(ctx, by, "acme", "Acme"); err != nil {
		return nil, err
	}
	c, err := people.AddConnection(ctx, s.workspace.ID, "entra", "", by)
	if err != nil {
		return nil, err
	}
	s.con = c.ID
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	if s.provider, err = idp.New(idp.Config{Flavour: idp.Entra, Base: "https://idp.example", Keys: []*rsa.PrivateKey{key}}); err != nil {
		return nil, err
	}
	_, err = s.service.SaveSignOn(ctx, s.workspace.ID, s.con, 0, func(o *identity.SignOn) error {
		o.Enabled, o.Protocol, o.JustInTime = true, identity.SAML, "on"
		o.SAML.EntityID, o.SAML.SSOURL = s.provider.EntityID(), s.provider.SSOURL()
		for _, c := range s.provider.Certificates() {
			o.SAML.Certificates = append(o.SAML.Certificates, base64.StdEncoding.EncodeToString(c.Raw))
		}
		return nil
	}, by)
	return s, err
}

// once signs one of a hundred people in, and says how long the request and the
// response took together; what the provider does between them does not count.
func (s *signOn) once(ctx context.Context) (time.Duration, error) {
	s.n++
	i := s.n % 100
	who := lab.Person{
		ObjectID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), UserPrincipalName: fmt.Sprintf("user.%d@acme.example", i),
		Mail: fmt.Sprintf("user.%d@acme.example", i), GivenName: "Ada", Surname: fmt.Sprint("Lovelace ", i), DisplayName: fmt.Sprint("Ada Lovelace ", i), AccountEnabled: true,
	}
	client := account.Client{Agent: "bench", Remote: netip.AddrFrom4([4]byte{10, byte(s.n >> 16), byte(s.n >> 8), byte(s.n)})}
	began := time.Now()
	ask, err := s.service.Begin(ctx, signin.Start{Workspace: s.workspace.ID, Connection: s.con, Client: client})
	spent := time.Since(began)
	if err != nil {
		return 0, err
	}
	id, err := requestOf(ask.URL)
	if err != nil {
		return 0, err
	}
	at := s.service.Addresses(s.workspace, s.con, "")
	form, err := s.provider.Response(&who, &idp.SP{EntityID: at.EntityID, ACS: at.ACS}, id).Form()
	if err != nil {
		return 0, err
	}
	began = time.Now()
	_, err = s.service.FinishSAML(ctx, s.workspace, url.Values{"SAMLResponse": {form}}, ask.Browser, client)
	return spent + time.Since(began), err
}

// requestOf reads the id of the request in an address (saml-bindings-2.0 §3.4.4.1).
func requestOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(u.Query().Get("SAMLRequest"))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return "", err
	}
	var r struct {
		ID string `xml:"ID,attr"`
	}
	return r.ID, xml.Unmarshal(text, &r)
}

// signOnFigures adds what a whole sign-in costs, beside two durable rows by the
// bare driver and one bare verification.
func (b *bench) signOnFigures() error {
	ctx := context.Background()
	s, err := newSignOn(ctx, filepath.Join(b.dir, "sign-on"))
	if err != nil {
		return err
	}
	r, err := newResponses()
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err == nil {
		_, err = db.Exec(`CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`)
	}
	if err != nil {
		return err
	}
	row := func() error {
		_, err := db.Exec(`INSERT INTO bare (body) VALUES ('a request, or a session')`)
		return err
	}
	b.add(&figure{
		name: "sign-on: a whole sign-in by SAML", floor: "two durable rows by the bare driver and one bare RSA-2048",
		of: func() (sample, error) { return timed(b.span, func() (time.Duration, error) { return s.once(ctx) }) },
		over: func() (sample, error) {
			return timed(b.span, func() (time.Duration, error) {
				began := time.Now()
				for _, step := range []func() error{row, r.bare, row} {
					if err := step(); err != nil {
						return 0, err
					}
				}
				return time.Since(began), nil
			})
		}, better: slower,
	})
	return nil
}

// timed calls f one after the other for a span, and goes by the times that f gives.
func timed(span time.Duration, f func() (time.Duration, error)) (sample, error) {
	var all []time.Duration
	var sum time.Duration
	for began := time.Now(); time.Since(began) < span || len(all) < 20; {
		d, err := f()
		if err != nil {
			return sample{}, err
		}
		all, sum = append(all, d), sum+d
	}
	slices.Sort(all)
	return sample{n: len(all), rate: float64(len(all)) / sum.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100]}, nil
}
