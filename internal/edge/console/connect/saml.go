package connect

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// certificate is one of the identity provider's, with what is kept of it.
type certificate struct {
	signin.Certificate
	Value string // as it is kept
	Kept  bool
	Ends  signin.Ending
}

// nameIDs are the forms of the subject that can be asked for. saml-core-2.0 §8.3
func nameIDs() []choice {
	return []choice{
		{"", "Whatever the identity provider sends"},
		{"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "An e-mail address"},
		{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "A persistent id"},
		{"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "Unspecified"},
	}
}

func showSAML(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	if !p.HasProtocol("saml") {
		return errNoTab
	}
	d, err := signOnOf(q, &q.Workspace, p, identity.SAML)
	if err != nil {
		return err
	}
	if q.Has("signon") { // the form came back
		_ = typedSAML(q, &d.Draft) // what is wrong is told already
	}
	return renderSAML(q, d)
}

// errNoTab is for the tab of a protocol that the connector does not have.
var errNoTab = identity.Errorf(identity.NotFound, "", "This connector does not sign people in so.")

func renderSAML(q *frame.Request, s signOn) error {
	d := signOnPage{signOn: s, NameIDs: nameIDs(), Certificates: certificates(&s.Draft.SAML)}
	d.Attributes = attributes(q.Product, s.Draft.SAML.Attributes, usualSAML)
	var err error
	if d.Keys, err = keysOf(q, q.Workspace.ID); err != nil {
		return err
	}
	return q.Render(page(q, s.place, "saml", signOnState(q, &s), d))
}

// usualSAML is under which names an attribute is found without being told.
func usualSAML(name string) string {
	return map[string]string{
		"email": "email, mail, …/claims/emailaddress", "userName": "userName, upn, …/claims/upn", "givenName": "givenName, firstName, …/claims/givenname",
		"familyName": "familyName, lastName, sn, …/claims/surname", "displayName": "displayName, name, cn",
	}[name]
}

// signOnState says in words how signing in through a connection does.
func signOnState(q *frame.Request, s *signOn) string {
	switch {
	case s.Other:
		return q.Product.Words.Members + " sign in through this connector by the other protocol."
	case s.On && s.Stored.Proven.IsZero():
		return "Switched on. No administrator has signed in through it as it is now."
	case s.On:
		return "Switched on. An administrator signed in through it " + frame.Ago(q.Store.Now().Sub(s.Stored.Proven), false) + "."
	}
	return "Switched off. Nobody signs in through it, and nothing that you save here changes that until you switch it on."
}

func certificates(c *identity.SAMLSettings) (out []certificate) {
	for _, one := range signin.Certificates(c) {
		value := strings.Join(strings.Fields(strings.NewReplacer("-----BEGIN CERTIFICATE-----", "", "-----END CERTIFICATE-----", "").Replace(one.Text)), "")
		out = append(out, certificate{Certificate: one, Value: value, Kept: true, Ends: signin.Ending{What: one.Subject, At: one.Until}})
	}
	return out
}

// read reads a form that may hold a file.
func read(q *frame.Request) error {
	if !strings.HasPrefix(q.R.Header.Get("Content-Type"), "multipart/form-data") {
		return nil
	}
	if err := q.R.ParseMultipartForm(1 << 20); err != nil {
		return &identity.Error{Kind: identity.Invalid, Field: "file", Msg: "The file is too large: a megabyte is taken. Upload the metadata of this one identity provider.", Err: err}
	}
	return nil
}

// typedSAML puts what was typed into settings. Fields that the form does not have
// stay as they are.
func typedSAML(q *frame.Request, d *identity.SignOn) error {
	c := &d.SAML
	onOff(q, d, identity.SAML)
	for field, to := range map[string]*string{
		"metadata_url": &c.MetadataURL, "entity_id": &c.EntityID, "sso_url": &c.SSOURL, "sso_post_url": &c.SSOPostURL,
		"slo_url": &c.SLOURL, "slo_return_url": &c.SLOReturnURL, "name_id": &c.NameID, "context": &c.Context,
	} {
		if q.Has(field) {
			*to = q.Field(field)
		}
	}
	if q.Has("more") { // boxes that are not ticked are not there
		d.Unasked, c.SignRequests, c.ForceAuthn, c.CBC = q.Has("unasked"), q.Has("sign_requests"), q.Has("force_authn"), q.Has("cbc")
		c.Attributes = typedAttributes(q, c.Attributes)
	}
	added, err := signin.ReadCertificates(q.Field("certificates"))
	if q.Has("certificate") || q.Has("certificates") {
		c.Certificates = slices.Concat(q.Fields("certificate"), added)
	}
	if err == nil && q.Has("sha1_until") {
		c.SHA1Until, err = until(q, "sha1_until")
	}
	if err == nil && q.Has("valid_until") {
		c.ValidUntil, err = until(q, "valid_until")
	}
	if c.MetadataURL == "" {
		c.Gone, c.FetchError, c.Found = nil, "", ""
	}
	return err
}

// saveSAML keeps what stands on the tab. Where the address of the metadata is new,
// it gets them, and saves what they say (W13).
func saveSAML(q *frame.Request) error {
	p, err := find(q)
	if err == nil {
		err = read(q)
	}
	if err != nil {
		return err
	}
	before, now, err := keepSAML(q, &p)
	if err != nil {
		return q.Again(err, showSAML)
	}
	return saved(q, &p, &before, &now, "saml")
}

func keepSAML(q *frame.Request, p *place) (before, now identity.SignOn, err error) {
	if before, err = q.SignIn.SignOn(q.Context(), q.Workspace.ID, p.ID); err != nil {
		return before, now, err
	}
	var came *identity.SAMLSettings
	if at := q.Field("metadata_url"); at != "" && at != before.SAML.MetadataURL && at != q.Field("came") {
		found, err := q.SignIn.FetchMetadata(q.Context(), q.Workspace.ID, p.ID, at)
		if err != nil {
			return before, now, err
		}
		came = &found
	}
	now, err = q.SignIn.SaveSignOn(q.Context(), q.Workspace.ID, p.ID, signOnVersion(q), func(d *identity.SignOn) error {
		if err := typedSAML(q, d); err != nil {
			return err
		}
		if at := q.Field("came"); at != "" && at == d.SAML.MetadataURL { // it was looked at
			d.SAML.Fetched, d.SAML.Found, d.SAML.FetchError, d.SAML.Gone = q.Store.Now(), "", "", nil
		}
		if came != nil {
			take(&d.SAML, came)
		}
		return nil
	}, q.Origin())
	return before, now, err
}

// take puts what metadata say into settings, and leaves what only we say.
func take(to, came *identity.SAMLSettings) {
	kept := *to
	*to = *came
	to.Slug, to.SignRequests, to.ForceAuthn, to.Context, to.NameID = kept.Slug, kept.SignRequests || came.SignRequests, kept.ForceAuthn, kept.Context, kept.NameID
	to.SHA1Until, to.CBC, to.Attributes = kept.SHA1Until, kept.CBC, kept.Attributes
}

// getMetadata fills the fields in from the metadata's address, for somebody to look
// at; nothing is saved (T07).
func getMetadata(q *frame.Request) error {
	return fillIn(q, func(id identity.ConnectionID) (identity.SAMLSettings, string, error) {
		at := q.Field("metadata_url")
		if at == "" {
			return identity.SAMLSettings{}, "", identity.Errorf(identity.Invalid, "metadata_url", "Paste the address of the identity provider's metadata first.")
		}
		found, err := q.SignIn.FetchMetadata(q.Context(), q.Workspace.ID, id, at)
		return found, "These values came from the metadata just now. They are not saved yet: compare them with the identity provider's, and save.", err
	})
}

// uploadMetadata is getMetadata of a file.
func uploadMetadata(q *frame.Request) error {
	return fillIn(q, func(id identity.ConnectionID) (identity.SAMLSettings, string, error) {
		text, err := uploaded(q)
		if err != nil {
			return identity.SAMLSettings{}, "", err
		}
		found, err := q.SignIn.ReadMetadata(q.Context(), q.Workspace.ID, id, text)
		return found, "These values came from the file. They are not saved yet: compare them with the identity provider's, and save.", err
	})
}

// uploaded is the file of the form.
func uploaded(q *frame.Request) ([]byte, error) {
	f, _, err := q.R.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, identity.Errorf(identity.Invalid, "file", "Choose the metadata file first.")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}

func fillIn(q *frame.Request, get func(identity.ConnectionID) (identity.SAMLSettings, string, error)) error {
	p, err := find(q)
	if err == nil {
		err = read(q)
	}
	if err != nil {
		return err
	}
	d, err := signOnOf(q, &q.Workspace, p, identity.SAML)
	if err != nil {
		return err
	}
	again := showSAML
	if q.Field("from") == "home" {
		again = showHome
		if err := keep(q); err != nil { // what else was typed there is not lost
			return q.Again(err, again)
		}
	}
	came, review, err := get(p.ID)
	if err != nil {
		return q.Again(err, again)
	}
	_ = typedSAML(q, &d.Draft)
	take(&d.Draft.SAML, &came)
	d.Review, d.Came = review, d.Draft.SAML.MetadataURL
	return renderSAML(q, d)
}

// signOnTabs are the tabs of signing in that a connection has.
func signOnTabs(q *frame.Request, p *place, current string) (out []frame.Tab) {
	if !q.Can(access.ViewSSO) || !signsIn(q) {
		return nil
	}
	for _, by := range p.protocols {
		label := map[identity.Protocol]string{identity.SAML: "SAML", identity.OIDC: "OpenID Connect"}[by]
		out = append(out, frame.Tab{Label: label, Href: to(q, p.ID, string(by)), Current: current == string(by)})
	}
	return out
}
