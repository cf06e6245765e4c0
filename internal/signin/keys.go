package signin

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/store"
)

// KeyState is what one of our keys in SAML does.
type KeyState string

// The states of a key.
const (
	KeyNext    KeyState = "next"    // is published, and signs soon
	KeyCurrent KeyState = "current" // signs
	KeyOld     KeyState = "old"     // decrypts what was encrypted to it before
	KeyRetired KeyState = "retired" // does nothing any more
)

// publishedBefore is how long a key is published before it signs: providers that
// fetch our metadata do so at least once a day.
const publishedBefore = 24 * time.Hour

// ServiceKey is one of our keys in SAML, for people: without its private part.
type ServiceKey struct {
	ID          string // "1", "2", ...
	State       KeyState
	Certificate *x509.Certificate
	Created     time.Time
	UsedFrom    time.Time // signs from then on
	Retired     time.Time
}

// ServiceKeys lists a workspace's keys in SAML in the order in which they sign.
// The first is made when it is first asked for.
func (s *Service) ServiceKeys(ctx context.Context, ws identity.WorkspaceID) ([]ServiceKey, error) {
	rows, err := s.keyRows(ctx, ws)
	if err != nil {
		return nil, err
	}
	return s.serviceKeys(rows)
}

func (s *Service) serviceKeys(rows []store.SAMLKey) (out []ServiceKey, err error) {
	current := s.current(rows)
	for i, r := range rows {
		k := ServiceKey{ID: r.ID, State: KeyOld, Created: r.Created, UsedFrom: r.UsedFrom, Retired: r.Retired}
		switch {
		case !r.Retired.IsZero():
			k.State = KeyRetired
		case i == current:
			k.State = KeyCurrent
		case i > current:
			k.State = KeyNext
		}
		if k.Certificate, err = saml.ParseCertificate(r.Certificate); err != nil {
			return nil, fmt.Errorf("the certificate of key %s: %w", r.ID, err)
		}
		out = append(out, k)
	}
	return out, nil
}

// current finds the key that signs now: the newest that lives and is in use, or
// the oldest that lives when none is.
func (s *Service) current(rows []store.SAMLKey) int {
	now, first, last := s.conf.Store.Now(), -1, -1
	for i, r := range rows {
		if !r.Retired.IsZero() {
			continue
		}
		if first < 0 {
			first = i
		}
		if !r.UsedFrom.After(now) {
			last = i
		}
	}
	if last < 0 {
		return first
	}
	return last
}

// keyRows reads a workspace's keys, and makes the first.
func (s *Service) keyRows(ctx context.Context, ws identity.WorkspaceID) ([]store.SAMLKey, error) {
	rows, err := s.conf.Store.Read(ws).SAMLKeys(ctx)
	if err != nil || s.current(rows) >= 0 {
		return rows, err
	}
	k, err := s.newKey(ws, strconv.Itoa(len(rows)+1)) // outside the write: it takes a while
	if err != nil {
		return nil, err
	}
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		// Of two who come first at once, one's key stays: both have the same id.
		if _, err := tx.InsertSAMLKey(ctx, k); err != nil {
			return err
		}
		rows, err = tx.SAMLKeys(ctx)
		return err
	})
	return rows, err
}

// newKey makes a key that signs at once.
func (s *Service) newKey(ws identity.WorkspaceID, id string) (*store.SAMLKey, error) {
	now := s.conf.Store.Now()
	k, err := saml.NewKey(s.conf.Product.Name+" SAML", now)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.Private)
	if err != nil {
		return nil, err
	}
	return &store.SAMLKey{
		ID: id, Certificate: saml.CertificateText(k.Certificate), Created: now, UsedFrom: now,
		Private: s.conf.Box.Seal(keyPurpose(ws, id), base64.StdEncoding.EncodeToString(der)),
	}, nil
}

// keyPurpose is for what a private key is sealed.
func keyPurpose(ws identity.WorkspaceID, id string) string {
	return "saml key " + string(ws) + " " + id
}

// RotateKey makes the key that signs next. It is published at once and signs after
// a day, or by UseKey; the present one decrypts until the rotation after that,
// which retires it. While one waits already it is identity.Taken.
func (s *Service) RotateKey(ctx context.Context, ws identity.WorkspaceID, o identity.Origin) (ServiceKey, error) {
	rows, err := s.keyRows(ctx, ws)
	if err != nil {
		return ServiceKey{}, err
	}
	next, err := s.newKey(ws, strconv.Itoa(len(rows)+1))
	if err != nil {
		return ServiceKey{}, err
	}
	next.UsedFrom = next.Created.Add(publishedBefore)
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		if rows, err = tx.SAMLKeys(ctx); err != nil {
			return err
		}
		current := s.current(rows)
		made, err := tx.InsertSAMLKey(ctx, next)
		switch {
		case err != nil:
			return err
		case !made || current < len(rows)-1:
			return identity.Errorf(identity.Taken, "key", "the next key is published already; have it sign now, or wait until it does")
		}
		if err := s.retire(ctx, tx, rows[:current]); err != nil {
			return err
		}
		return s.logKey(ctx, tx, o, rows[current].ID, next.ID, "published")
	})
	if err != nil {
		return ServiceKey{}, err
	}
	all, err := s.serviceKeys([]store.SAMLKey{*next})
	if err != nil {
		return ServiceKey{}, err
	}
	all[0].State = KeyNext
	return all[0], nil
}

// retire ends the keys that sign no more.
func (s *Service) retire(ctx context.Context, tx *store.Tx, rows []store.SAMLKey) error {
	for _, r := range rows {
		if !r.Retired.IsZero() {
			continue
		}
		if err := tx.RetireSAMLKey(ctx, r.ID, s.conf.Store.Now()); err != nil {
			return err
		}
	}
	return nil
}

// UseKey has the key that waits sign from now on: an administrator has given it to
// the provider. Any other key is identity.NotFound.
func (s *Service) UseKey(ctx context.Context, ws identity.WorkspaceID, id string, o identity.Origin) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		rows, err := tx.SAMLKeys(ctx)
		if err != nil {
			return err
		}
		current := s.current(rows)
		if i := slices.IndexFunc(rows, func(r store.SAMLKey) bool { return r.ID == id }); i < 0 || i <= current || !rows[i].Retired.IsZero() {
			return identity.Errorf(identity.NotFound, "key", "no such key waits; it may sign already")
		}
		if err := tx.UseSAMLKey(ctx, id, s.conf.Store.Now()); err != nil {
			return err
		}
		return s.logKey(ctx, tx, o, rows[current].ID, id, "signs")
	})
}

// RetireKey ends an old key at once; what is still encrypted to it cannot be read
// any more. One that signs, or waits to, is identity.NotFound.
func (s *Service) RetireKey(ctx context.Context, ws identity.WorkspaceID, id string, o identity.Origin) error {
	return s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		rows, err := tx.SAMLKeys(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r store.SAMLKey) bool { return r.ID == id })
		if i < 0 || i >= s.current(rows) || !rows[i].Retired.IsZero() {
			return identity.Errorf(identity.NotFound, "key", "there is no such old key")
		}
		if err := s.retire(ctx, tx, rows[i:i+1]); err != nil {
			return err
		}
		return s.logKey(ctx, tx, o, id, "", "retired")
	})
}

func (s *Service) logKey(ctx context.Context, tx *store.Tx, o identity.Origin, before, after, what string) error {
	deltas := []identity.Delta{{Field: "key", Before: before, After: orNil(after)}, {Field: "state", After: what}}
	return tx.Log(ctx, o, identity.KeyRotated, identity.Subject{Kind: "workspace", ID: string(tx.Workspace())}, deltas)
}

// errKey is what stands in the operator's log when a key cannot be used.
var errKey = errors.New("a SAML key of the workspace cannot be opened")

// ring is a workspace's keys, ready to be used.
type ring struct {
	sign    *saml.Key
	decrypt []*rsa.PrivateKey
}

// keys opens a workspace's keys.
func (s *Service) keys(ctx context.Context, ws identity.WorkspaceID) (*ring, error) {
	rows, err := s.keyRows(ctx, ws)
	if err != nil {
		return nil, err
	}
	out, current := &ring{}, s.current(rows)
	for i, r := range rows {
		if !r.Retired.IsZero() {
			continue
		}
		k, err := s.openKey(ws, &r)
		if err != nil {
			return nil, err
		}
		out.decrypt = append(out.decrypt, k.Private)
		if i == current {
			out.sign = k
		}
	}
	return out, nil
}

// keyCache keeps keys opened: reading one takes ten times as long as checking a
// signature. It is safe for concurrent use.
type keyCache struct {
	mu   sync.Mutex
	keys map[string]*saml.Key // by the sealed text, which is never another key's
}

const mostOpened = 1000

func (c *keyCache) get(sealed string) *saml.Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys[sealed]
}

func (c *keyCache) put(sealed string, k *saml.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) >= mostOpened {
		c.keys = map[string]*saml.Key{}
	}
	c.keys[sealed] = k
}

func (s *Service) openKey(ws identity.WorkspaceID, r *store.SAMLKey) (*saml.Key, error) {
	if k := s.opened.get(r.Private); k != nil {
		return k, nil
	}
	k, err := s.readKey(ws, r)
	if err == nil {
		s.opened.put(r.Private, k)
	}
	return k, err
}

func (s *Service) readKey(ws identity.WorkspaceID, r *store.SAMLKey) (*saml.Key, error) {
	text, err := s.conf.Box.Open(keyPurpose(ws, r.ID), r.Private)
	if err != nil {
		return nil, errors.Join(errKey, err)
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	private, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errKey
	}
	cert, err := saml.ParseCertificate(r.Certificate)
	return &saml.Key{Private: private, Certificate: cert}, err
}

// Metadata describes us to a workspace's SAML providers: our addresses, the key
// that signs, and the one that will. saml-metadata-2.0 §2.4.4
func (s *Service) Metadata(ctx context.Context, w identity.Workspace) ([]byte, error) {
	rows, err := s.keyRows(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	all, err := s.serviceKeys(rows)
	if err != nil {
		return nil, err
	}
	at := s.Addresses(w, "", "")
	d := &saml.Service{EntityID: at.EntityID, ACS: at.ACS, SLO: at.SLO}
	for _, k := range all {
		if k.State == KeyCurrent || k.State == KeyNext {
			d.Keys = append(d.Keys, k.Certificate)
		}
	}
	more, err := s.consumers(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	d.More = slices.DeleteFunc(more, func(a string) bool { return a == d.ACS })
	if d.SignRequests, err = s.signsRequests(ctx, w.ID); err != nil {
		return nil, err
	}
	return d.Metadata(), nil
}

// signsRequests reports whether requests of any of the workspace's connections
// carry our signature.
func (s *Service) signsRequests(ctx context.Context, ws identity.WorkspaceID) (bool, error) {
	all, err := s.conf.Store.Read(ws).SignOns(ctx)
	return slices.ContainsFunc(all, func(o identity.SignOn) bool { return o.Protocol != identity.OIDC && o.SAML.SignRequests }), err
}
