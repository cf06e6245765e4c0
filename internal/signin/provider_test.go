package signin_test

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/scim"
)

// theKey is what the providers of all tests sign with.
var theKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil
	}
	return k
})

// onEachOf tells a story on both engines under a product definition; "" is the
// built-in one.
func onEachOf(t *testing.T, definition string, story func(t *testing.T, e *estate)) {
	t.Helper()
	p := product.Default()
	if definition != "" {
		var err error
		if p, err = product.Load([]byte(definition), "test.yaml"); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, estateOf(t, t.TempDir(), p)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); story(t, estateOf(t, storetest.Postgres(t), p)) })
}

// login is a connection of a workspace with its identity provider.
type login struct {
	e   *estate
	ws  identity.WorkspaceID
	con identity.Connection
	idp *idp.Provider
}

// through connects a workspace to an identity provider by SAML, and switches it on.
func (e *estate) through(ws identity.WorkspaceID, flavour idp.Flavour, change ...func(*identity.SignOn)) *login {
	e.t.Helper()
	kind := string(flavour)
	if flavour == idp.Generic {
		kind = "saml"
	}
	con, err := e.people.AddConnection(e.t.Context(), ws, kind, "", byOperator)
	e.must(err)
	p, err := idp.New(idp.Config{Flavour: flavour, Base: "https://idp-" + string(con.ID) + ".example", Clock: e.now, Keys: []*rsa.PrivateKey{theKey()}})
	e.must(err)
	l := &login{e: e, ws: ws, con: con, idp: p}
	l.save(append([]func(*identity.SignOn){func(o *identity.SignOn) {
		o.Enabled, o.Protocol = true, identity.SAML
		o.SAML.EntityID, o.SAML.SSOURL = p.EntityID(), p.SSOURL()
		for _, c := range p.Certificates() {
			o.SAML.Certificates = append(o.SAML.Certificates, base64.StdEncoding.EncodeToString(c.Raw))
		}
	}}, change...)...)
	return l
}

// save changes how people sign in through the connection.
func (l *login) save(changes ...func(*identity.SignOn)) {
	l.e.t.Helper()
	o, err := l.e.s.SignOn(l.e.t.Context(), l.ws, l.con.ID)
	l.e.must(err)
	_, err = l.e.s.SaveSignOn(l.e.t.Context(), l.ws, l.con.ID, o.Version, func(o *identity.SignOn) error {
		for _, f := range changes {
			f(o)
		}
		return nil
	}, byOperator)
	l.e.must(err)
}

// visit is one sign-in on its way.
type visit struct {
	*login
	ask    signin.Ask
	id     string // of the request
	client account.Client
}

// begin asks the provider.
func (l *login) begin(change ...func(*signin.Start)) *visit {
	l.e.t.Helper()
	s := signin.Start{Workspace: l.ws, Connection: l.con.ID, Client: l.e.browser()}
	for _, f := range change {
		f(&s)
	}
	ask, err := l.e.s.Begin(l.e.t.Context(), s)
	l.e.must(err)
	return &visit{l, ask, requestID(l.e.t, ask.URL), s.Client}
}

// requestID reads the id of the AuthnRequest in an address.
func requestID(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(u.Query().Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		ID string `xml:"ID,attr"`
	}
	if err := xml.Unmarshal(text, &r); err != nil || r.ID == "" {
		t.Fatalf("the request has no id: %s %v", text, err)
	}
	return r.ID
}

func (l *login) workspace() identity.Workspace {
	l.e.t.Helper()
	w, err := l.e.db.Read(l.ws).Details(l.e.t.Context())
	l.e.must(err)
	return w
}

// answer makes the provider's response about somebody.
func (v *visit) answer(who lab.Person, change ...func(*idp.Response)) url.Values {
	v.e.t.Helper()
	w := v.workspace()
	at := v.e.s.Addresses(w, v.con.ID, "")
	r := v.idp.Response(&who, &idp.SP{EntityID: at.EntityID, ACS: at.ACS}, v.id)
	for _, f := range change {
		f(r)
	}
	text, err := r.Form()
	v.e.must(err)
	return url.Values{"SAMLResponse": {text}}
}

func (v *visit) bring(form url.Values) (signin.Outcome, error) {
	return v.e.s.FinishSAML(v.e.t.Context(), v.workspace(), form, v.ask.Browser, v.client)
}

// as signs somebody in at the provider and brings the answer.
func (l *login) as(who lab.Person, change ...func(*idp.Response)) (signin.Outcome, error) {
	l.e.t.Helper()
	v := l.begin()
	return v.bring(v.answer(who, change...))
}

// in is as of somebody who has to be let in.
func (l *login) in(who lab.Person, change ...func(*idp.Response)) signin.Outcome {
	l.e.t.Helper()
	o, err := l.as(who, change...)
	if err != nil {
		l.e.t.Fatalf("%s was refused: %v", who.UserPrincipalName, err)
	}
	return o
}

// ann is somebody in the customer's directory.
func ann() lab.Person {
	return lab.Person{
		ObjectID: "0f8b4a51-2f0c-4c6a-9a43-1d6f2f1f8a01", UserPrincipalName: "ann@acme.example", Mail: "ann@acme.example", GivenName: "Ann", Surname: "Ames", DisplayName: "Ann Ames", AccountEnabled: true,
	}
}

// bob is somebody else.
func bob() lab.Person {
	return lab.Person{
		ObjectID: "2b1c7d12-77aa-4d11-8e55-6f0f0b0c0d02", UserPrincipalName: "bob@acme.example", Mail: "bob@acme.example", GivenName: "Bob", Surname: "Berg", DisplayName: "Bob Berg", AccountEnabled: true,
	}
}

// refusedBy holds an error against the rule that it should be.
func refusedBy(t *testing.T, what string, err error, want explain.Code) *signin.Refused {
	t.Helper()
	var r *signin.Refused
	if !errors.As(err, &r) {
		t.Fatalf("%s: got %v, want a refusal by %s", what, err, want)
	}
	if r.Rule != string(want) {
		t.Errorf("%s: refused by %v, want %s", what, err, want)
	}
	return r
}

// directoryOf is the directory of a connection, as SCIM would act.
func (l *login) directory() *directory.People {
	return l.e.people.People(directory.Caller{Workspace: l.ws, Connection: l.con.ID, Notes: &scim.Notes{}, Origin: byOperator})
}

// provision has the directory make somebody.
func (l *login) provision(who lab.Person, more ...any) identity.Member {
	l.e.t.Helper()
	doc := &scim.Object{}
	doc.Set("userName", who.UserPrincipalName)
	doc.Set("externalId", who.ObjectID)
	name := &scim.Object{}
	name.Set("givenName", who.GivenName)
	name.Set("familyName", who.Surname)
	doc.Set("name", name)
	doc.Set("displayName", who.DisplayName)
	mail := &scim.Object{}
	mail.Set("value", who.Mail)
	mail.Set("type", "work")
	doc.Set("emails", []any{mail})
	for i := 0; i+1 < len(more); i += 2 {
		doc.Set(more[i].(string), more[i+1])
	}
	r, err := l.directory().Create(l.e.t.Context(), &scim.Resource{Attrs: doc})
	l.e.must(err)
	m, _, err := l.e.db.Read(l.ws).MemberByResource(l.e.t.Context(), r.ID)
	l.e.must(err)
	return m
}

// rename has the directory call somebody otherwise.
func (l *login) rename(m identity.Member, to string) {
	l.e.t.Helper()
	_, err := l.directory().Update(l.e.t.Context(), string(m.ResourceID), func(r *scim.Resource) (bool, error) {
		mail := &scim.Object{}
		mail.Set("value", to)
		mail.Set("type", "work")
		r.Attrs.Set("userName", to)
		r.Attrs.Set("emails", []any{mail})
		return true, nil
	})
	l.e.must(err)
}

// active has the directory let somebody in or out.
func (l *login) active(m identity.Member, on bool) {
	l.e.t.Helper()
	_, err := l.directory().Update(l.e.t.Context(), string(m.ResourceID), func(r *scim.Resource) (bool, error) {
		r.Attrs.Set("active", on)
		return true, nil
	})
	l.e.must(err)
}

// members lists who is in a workspace.
func (e *estate) members(ws identity.WorkspaceID) []identity.Member {
	e.t.Helper()
	all, err := e.db.Read(ws).Members(e.t.Context(), 100)
	e.must(err)
	return all
}

func (e *estate) member(ws identity.WorkspaceID, id identity.MemberID) identity.Member {
	e.t.Helper()
	m, _, err := e.db.Read(ws).Member(e.t.Context(), id)
	e.must(err)
	return m
}

// where lists the workspaces that a session reaches, by their slugs.
func (e *estate) where(secret string) string {
	e.t.Helper()
	l, err := e.accounts.Check(e.t.Context(), secret, e.browser())
	if err != nil {
		return ""
	}
	var slugs []string
	for _, m := range l.Reached {
		slugs = append(slugs, m.Slug)
	}
	return strings.Join(slugs, " ")
}

// persistent makes the NameID one that stays.
func persistent(name string) func(*idp.Response) {
	return func(r *idp.Response) {
		r.Assertions[0].NameID, r.Assertions[0].NameIDFormat = name, idp.Persistent
	}
}

// named makes the NameID another one.
func named(name, format string) func(*idp.Response) {
	return func(r *idp.Response) { r.Assertions[0].NameID, r.Assertions[0].NameIDFormat = name, format }
}

// saying adds an attribute.
func saying(name string, values ...string) func(*idp.Response) {
	return func(r *idp.Response) {
		r.Assertions[0].Attributes = append(r.Assertions[0].Attributes, idp.Attribute{Name: name, Values: values})
	}
}
