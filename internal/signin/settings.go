package signin

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// SignOn reads how people sign in through a connection of a workspace; what was
// never saved is empty. A foreign, unknown or removed connection is
// identity.NotFound.
func (s *Service) SignOn(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID) (identity.SignOn, error) {
	if _, err := s.conf.Directory.Connection(ctx, ws, id); err != nil {
		return identity.SignOn{}, err
	}
	o, found, err := s.conf.Store.Read(ws).SignOn(ctx, id)
	if !found {
		o.Connection = id
	}
	return o, err
}

// SaveSignOn changes how people sign in through a connection. Version is the one
// that was read: when somebody else has saved since, it is identity.Taken with the
// field "version". Change alters what it is given; a secret is put in as it is
// typed, and is sealed here. What is wrong is identity.Invalid with the name of the
// field; what the plan does not unlock is identity.Forbidden, field "plan".
// Switched on, everything must be there that a sign-in needs; otherwise a draft
// may lack anything. Who has proven the settings counts no longer when what matters
// changes.
func (s *Service) SaveSignOn(ctx context.Context, ws identity.WorkspaceID, id identity.ConnectionID, version int64, change func(*identity.SignOn) error, o identity.Origin) (out identity.SignOn, err error) {
	if err := s.needFeature(ctx, ws, product.FeatureSSO); err != nil {
		return out, err
	}
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		before, err := s.forChange(ctx, tx, id, version)
		if err != nil {
			return err
		}
		out = copied(&before)
		if err := change(&out); err != nil {
			return err
		}
		out.Connection, out.Version, out.Proven, out.ProvenBy = id, before.Version, before.Proven, before.ProvenBy
		out.Trust, out.Limit = before.Trust, before.Limit
		if err := s.check(ctx, tx, &out); err != nil {
			return err
		}
		deltas := signOnDeltas(&before, &out)
		if len(deltas) == 0 {
			return errUnchanged
		}
		return s.saveSignOn(ctx, tx, &before, &out, deltas, o)
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return out, err
}

// errUnchanged ends a write in which nothing was to be written.
var errUnchanged = errors.New("nothing changed")

// forChange reads what is to be changed, inside a write.
func (s *Service) forChange(ctx context.Context, tx *store.Tx, id identity.ConnectionID, version int64) (o identity.SignOn, err error) {
	c, found, err := tx.Connection(ctx, id)
	if err == nil && (!found || !c.Removed.IsZero()) {
		err = identity.Errorf(identity.NotFound, "id", "there is no such connection in this %s; it may have been removed meanwhile", s.conf.Product.Words.Workspace)
	}
	if err != nil {
		return o, err
	}
	if o, found, err = tx.SignOn(ctx, id); err != nil {
		return o, err
	}
	if !found {
		w, err := tx.Details(ctx)
		if err != nil {
			return o, err
		}
		o.Connection, o.SAML.Slug = id, w.Slug
	}
	if o.Version != version {
		return o, identity.Errorf(identity.Taken, "version", "somebody else saved a change meanwhile; look at what is there now, and make your change again")
	}
	return o, nil
}

func (s *Service) saveSignOn(ctx context.Context, tx *store.Tx, before, now *identity.SignOn, deltas []identity.Delta, o identity.Origin) error {
	s.sealSecrets(before, now)
	if matters(before, now) {
		now.Proven, now.ProvenBy = time.Time{}, ""
	}
	if err := s.weigh(ctx, tx, before, now, o.Actor); err != nil {
		return err
	}
	if err := s.keepWay(ctx, tx, before, now, o); err != nil {
		return err
	}
	now.Version++
	if err := tx.SaveSignOn(ctx, now); err != nil {
		return err
	}
	if err := tx.ScheduleRefresh(ctx, now.Connection, lookAfter(now, s.conf.Store.Now())); err != nil {
		return err
	}
	return tx.Log(ctx, o, identity.SignOnChanged, identity.Subject{Kind: "connection", ID: string(now.Connection)}, deltas)
}

// copied is a copy of which nothing is shared.
func copied(o *identity.SignOn) identity.SignOn {
	n := *o
	n.SAML.Certificates, n.SAML.Attributes = slices.Clone(o.SAML.Certificates), maps.Clone(o.SAML.Attributes)
	n.OIDC.Scopes, n.OIDC.Algorithms, n.OIDC.Attributes = slices.Clone(o.OIDC.Scopes), slices.Clone(o.OIDC.Algorithms), maps.Clone(o.OIDC.Attributes)
	return n
}

// purposeSecret is for what a connection's client secrets are sealed.
func purposeSecret(id identity.ConnectionID) string { return "client secret " + string(id) }

// sealSecrets seals those secrets that are none of before.
func (s *Service) sealSecrets(before, now *identity.SignOn) {
	for _, secret := range []*string{&now.OIDC.Secret, &now.OIDC.OldSecret} {
		if *secret != "" && *secret != before.OIDC.Secret && *secret != before.OIDC.OldSecret {
			*secret = s.conf.Box.Seal(purposeSecret(now.Connection), *secret)
		}
	}
}

// OpenSecrets gives a connection's client secrets in clear; "" for none.
func (s *Service) openSecrets(o *identity.SignOn) (secret, old string, err error) {
	for _, part := range []struct {
		sealed string
		to     *string
	}{{o.OIDC.Secret, &secret}, {o.OIDC.OldSecret, &old}} {
		if part.sealed == "" {
			continue
		}
		if *part.to, err = s.conf.Box.Open(purposeSecret(o.Connection), part.sealed); err != nil {
			return "", "", fmt.Errorf("open the client secret of %s: %w", o.Connection, err)
		}
	}
	return secret, old, nil
}

// matters reports whether a change makes it another way to sign in, which an
// administrator has to have tried: another provider, other addresses, a key that
// was not there before, or another reading of what comes.
func matters(before, now *identity.SignOn) bool {
	b, n := before, now
	switch {
	case b.Protocol != n.Protocol:
		return true
	case n.Protocol == identity.OIDC:
		return b.OIDC.Issuer != n.OIDC.Issuer || b.OIDC.ClientID != n.OIDC.ClientID || b.OIDC.Secret != n.OIDC.Secret ||
			b.OIDC.AuthURL != n.OIDC.AuthURL || b.OIDC.TokenURL != n.OIDC.TokenURL || b.OIDC.KeysURL != n.OIDC.KeysURL ||
			!slices.Equal(b.OIDC.Algorithms, n.OIDC.Algorithms) || !maps.Equal(b.OIDC.Attributes, n.OIDC.Attributes)
	}
	return b.SAML.EntityID != n.SAML.EntityID || b.SAML.SSOURL != n.SAML.SSOURL || b.SAML.SSOPostURL != n.SAML.SSOPostURL || newKeys(b, n) ||
		b.SAML.Context != n.SAML.Context || b.SAML.NameID != n.SAML.NameID || !maps.Equal(b.SAML.Attributes, n.SAML.Attributes)
}

// quiet are the settings whose changes are no news: when something was fetched.
var quiet = []string{"saml.fetched", "oidc.discovered", "version", "proven", "provenBy", "connection", "trust", "limit.owner", "limit.may"}

// signOnDeltas lists what differs, each setting by its path, secrets without their
// values.
func signOnDeltas(before, now *identity.SignOn) (out []identity.Delta) {
	b, n := flat(before), flat(now)
	all := slices.Collect(maps.Keys(b))
	for k := range n {
		if _, both := b[k]; !both {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	for _, k := range all {
		switch {
		case b[k] == n[k] || slices.Contains(quiet, k):
		case strings.Contains(strings.ToLower(k), "secret") && k != "oidc.secretExpires":
			out = append(out, identity.Delta{Field: k, After: "changed"})
		default:
			out = append(out, identity.Delta{Field: k, Before: orNil(b[k]), After: orNil(n[k])})
		}
	}
	return out
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// flat gives every setting as text, by its path; what is empty is left out.
func flat(o *identity.SignOn) map[string]string {
	out := map[string]string{}
	b, err := json.Marshal(o)
	var tree map[string]any
	if err == nil && json.Unmarshal(b, &tree) == nil {
		flatten(out, "", tree)
	}
	return out
}

func flatten(out map[string]string, prefix string, tree map[string]any) {
	for name, v := range tree {
		path := prefix + lowerFirst(name)
		switch v := v.(type) {
		case map[string]any:
			flatten(out, path+".", v)
		case []any:
			parts := make([]string, len(v))
			for i := range v {
				parts[i] = fmt.Sprint(v[i])
			}
			put(out, path, strings.Join(parts, ", "))
		case nil:
		default:
			put(out, path, fmt.Sprint(v))
		}
	}
}

func put(out map[string]string, path, text string) {
	if text != "" && text != "false" && text != "0001-01-01T00:00:00Z" {
		out[path] = text
	}
}

// lowerFirst gives a setting's name as the log has names: entityID, ssoURL.
func lowerFirst(name string) string {
	for _, short := range []string{"SAML", "OIDC", "SSO", "SLO", "SHA1", "CBC"} {
		if rest, ok := strings.CutPrefix(name, short); ok {
			return strings.ToLower(short) + rest
		}
	}
	return strings.ToLower(name[:1]) + name[1:]
}

const (
	mostCertificates = 20
	mostSignOn       = 128 << 10 // bytes of one connection's settings
)

func wrong(field, format string, args ...any) error {
	return identity.Errorf(identity.Invalid, field, format, args...)
}

// check holds settings against what holds for all of them.
func (s *Service) check(ctx context.Context, tx *store.Tx, o *identity.SignOn) error {
	if b, err := json.Marshal(o); err != nil || len(b) > mostSignOn {
		return wrong("", "the settings of a connection may take %d KB; these take more", mostSignOn>>10)
	}
	switch o.JustInTime {
	case "", "on", "off":
	default:
		return wrong("just_in_time", "%q is no choice; there are on, off, and none, which leaves it to the product", o.JustInTime)
	}
	if o.Unasked && !s.conf.Product.SignIn.IdPInitiated {
		return identity.Errorf(identity.Forbidden, "unasked", "in %s people sign in from the sign-in page; responses that nobody asked for are not taken", s.conf.Product.Name)
	}
	slugs, err := tx.Slugs(ctx)
	if err != nil {
		return err
	}
	if o.SAML.Slug != "" && !slices.Contains(slugs, o.SAML.Slug) {
		return wrong("slug", "%q is none of the names that this %s has or had", o.SAML.Slug, s.conf.Product.Words.Workspace)
	}
	for _, f := range []func(*identity.SignOn) error{s.checkSAML, s.checkOIDC} {
		if err := f(o); err != nil {
			return err
		}
	}
	if o.Enabled {
		return complete(o)
	}
	return nil
}

func (s *Service) checkSAML(o *identity.SignOn) error {
	c := &o.SAML
	for _, u := range []struct{ field, value string }{
		{"sso_url", c.SSOURL}, {"sso_post_url", c.SSOPostURL}, {"slo_url", c.SLOURL}, {"slo_return_url", c.SLOReturnURL}, {"metadata_url", c.MetadataURL},
	} {
		if err := s.checkURL(u.field, u.value); err != nil {
			return err
		}
	}
	if len(c.EntityID) > 1024 { // saml-core-2.0 §8.3.6
		return wrong("entity_id", "an entity id has at most 1,024 characters")
	}
	if len(c.Certificates) > mostCertificates {
		return wrong("certificates", "a connection has at most %d certificates; remove those that have expired", mostCertificates)
	}
	for i, text := range c.Certificates {
		c.Certificates[i] = strings.Join(strings.Fields(text), "")
		if err := checkCertificate(c.Certificates[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkCertificate(text string) error {
	one := parse(text)
	if one == nil {
		return wrong("certificates", "one of the certificates cannot be read; paste it whole, with its BEGIN and END lines")
	}
	switch key := one.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			return wrong("certificates", "the key of the certificate %s has %d bits; at least 2048 are needed", one.Subject, key.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return wrong("certificates", "the key of the certificate %s is too short; P-256 is the shortest that is taken", one.Subject)
		}
	default:
		return wrong("certificates", "the certificate %s has a key of a kind that is not used in SAML; RSA and ECDSA are", one.Subject)
	}
	return nil
}

// signedWith lists the algorithms that ID tokens may be signed with: none with a
// shared secret. RFC 7518 §3.1, RFC 8037 §3.1
func signedWith() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

func (s *Service) checkOIDC(o *identity.SignOn) error {
	c := &o.OIDC
	for _, u := range []struct{ field, value string }{
		{"issuer", c.Issuer}, {"auth_url", c.AuthURL}, {"token_url", c.TokenURL}, {"keys_url", c.KeysURL}, {"end_url", c.EndURL}, {"userinfo_url", c.UserInfoURL},
	} {
		if err := s.checkURL(u.field, u.value); err != nil {
			return err
		}
	}
	for _, a := range c.Algorithms {
		if !slices.Contains(signedWith(), a) {
			return wrong("algorithms", "%q is not taken; there are %s", a, strings.Join(signedWith(), ", "))
		}
	}
	return nil
}

// checkURL wants https, but of a provider on this machine, or where our own pages
// are not reached by https either.
func (s *Service) checkURL(field, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Fragment != "" || u.User != nil || len(value) > 2000 {
		return wrong(field, "%q is no address; write it like https://idp.example.com/sso", value)
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() || strings.HasPrefix(s.conf.BaseURL, "http://")
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return wrong(field, "%q does not begin with https://, so that others on the way could read and change what is sent", value)
	}
	return nil
}

// complete says what is still missing for a sign-in.
func complete(o *identity.SignOn) error {
	type part struct{ field, value, what string }
	var parts []part
	switch o.Protocol {
	case identity.SAML:
		parts = []part{
			{"entity_id", o.SAML.EntityID, "the entity id of the identity provider"},
			{"sso_url", o.SAML.SSOURL + o.SAML.SSOPostURL, "the address that people sign in at"},
			{"certificates", strings.Join(o.SAML.Certificates, ""), "the certificate that the identity provider signs with"},
		}
	case identity.OIDC:
		parts = []part{
			{"issuer", o.OIDC.Issuer, "the issuer"}, {"client_id", o.OIDC.ClientID, "the client id"},
			{"issuer", o.OIDC.AuthURL, "the address that people sign in at"}, {"issuer", o.OIDC.TokenURL, "the address of the token endpoint"},
			{"issuer", o.OIDC.KeysURL, "the address of the keys"},
		}
	default:
		return wrong("protocol", "choose SAML or OpenID Connect before the connection is switched on")
	}
	for _, p := range parts {
		if p.value == "" {
			return wrong(p.field, "%s is still missing; the connection can be switched on when it is there", p.what)
		}
	}
	return nil
}
