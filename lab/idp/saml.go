package idp

import (
	"bytes"
	"compress/flate"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// Post is a form that a browser would send.
type Post struct {
	URL  string
	Form url.Values
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// request is an authentication request that came.
type request struct {
	id, issuer, acs string
	force           bool
	context         string
	relayState      string
	sp              SP
}

// Unasked gives the form that a browser would post when somebody clicks on an
// application's tile: a response that nobody asked for.
func (p *Provider) Unasked(person, entityID string) (Post, error) {
	sp, err := p.sp(entityID, "")
	if err != nil {
		return Post{}, err
	}
	return p.respond(&request{sp: sp, relayState: sp.RelayState}, person, nil)
}

// Answer gives the form that a browser would post after somebody signed in, when
// a service provider had sent it to this address (redirect binding).
func (p *Provider) Answer(address, person string) (Post, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Post{}, err
	}
	if !strings.HasPrefix(address, p.SSOURL()+"?") {
		return Post{}, fmt.Errorf("%s is not where this provider takes requests: %s", address, p.SSOURL())
	}
	r, err := p.readRequest(u.Query(), u.RawQuery, true)
	if err != nil {
		return Post{}, err
	}
	return p.respond(r, person, nil)
}

// AnswerChanged is [Provider.Answer] with a response that change may alter before
// it is written.
func (p *Provider) AnswerChanged(address, person string, change func(*Response)) (Post, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Post{}, err
	}
	r, err := p.readRequest(u.Query(), u.RawQuery, true)
	if err != nil {
		return Post{}, err
	}
	one, err := p.person(person)
	if err != nil {
		return Post{}, err
	}
	res := p.Response(&one, &r.sp, r.id)
	change(res)
	value, err := res.Form()
	return Post{r.sp.ACS, url.Values{"SAMLResponse": {value}}}, err
}

// AnswerRequest answers the value of a SAMLRequest that was made for another
// provider, as a provider does that does not look.
func (p *Provider) AnswerRequest(packed, person string) (Post, error) {
	text, err := message(packed, true)
	if err != nil {
		return Post{}, err
	}
	e, err := markup.Read(text)
	if err != nil {
		return Post{}, err
	}
	sps := p.ServiceProviders()
	if len(sps) == 0 {
		return Post{}, errors.New("no service provider is set up")
	}
	return p.respond(&request{id: e.Get("ID"), sp: sps[0]}, person, nil)
}

// AnswerPost is [Provider.Answer] for a request that came by the POST binding.
func (p *Provider) AnswerPost(form url.Values, person string) (Post, error) {
	r, err := p.readRequest(form, "", false)
	if err != nil {
		return Post{}, err
	}
	return p.respond(r, person, nil)
}

// readRequest reads an AuthnRequest from a query or form.
func (p *Provider) readRequest(q url.Values, raw string, redirect bool) (*request, error) {
	text, err := message(q.Get("SAMLRequest"), redirect)
	if err != nil {
		return nil, fmt.Errorf("AADSTS750054: SAMLRequest must be there, and readable: %w", err)
	}
	e, err := markup.Read(text)
	if err != nil || e.Local != "AuthnRequest" || e.Space != markup.Protocol {
		return nil, fmt.Errorf("AADSTS75005: the request is not a valid AuthnRequest: %w", err)
	}
	r := &request{id: e.Get("ID"), acs: e.Get("AssertionConsumerServiceURL"), force: e.Get("ForceAuthn") == "true", relayState: q.Get("RelayState")}
	if i := e.Find("Issuer"); i != nil {
		r.issuer = i.Text
	}
	if c := e.Find("AuthnContextClassRef"); c != nil {
		r.context = c.Text
	}
	if d := e.Get("Destination"); d != "" && d != p.SSOURL() {
		return nil, fmt.Errorf("the request is meant for %s", d)
	}
	if r.sp, err = p.sp(r.issuer, r.acs); err != nil {
		return nil, err
	}
	return r, p.requestSigned(r, e, raw, redirect)
}

// requestSigned checks the signature of a request where the service provider's
// certificate is known. Of the POST binding only its presence is looked at.
func (p *Provider) requestSigned(r *request, e *markup.Element, raw string, redirect bool) error {
	switch {
	case len(r.sp.Verify) == 0:
		return nil
	case redirect:
		return verifyQuery(raw, "SAMLRequest", r.sp.Verify)
	case e.Find("Signature") == nil:
		return errors.New("AADSTS76021: the request is not signed")
	}
	return nil
}

// message takes a SAML message from a field: base64, and deflated in the redirect
// binding.
func message(field string, deflated bool) (string, error) {
	if field == "" {
		return "", errors.New("it is missing")
	}
	data, err := base64.StdEncoding.DecodeString(field)
	if err != nil || !deflated {
		return string(data), err
	}
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), 1<<20))
	return string(out), err
}

// respond makes the response for somebody. Whoever may not use the application is
// an error, which the provider shows on a page of its own.
func (p *Provider) respond(r *request, person string, v *visit) (Post, error) {
	one, err := p.person(person)
	if err != nil {
		return Post{}, err
	}
	if err := p.admitted(&one); err != nil {
		return Post{}, err
	}
	res := p.Response(&one, &r.sp, r.id)
	if r.context != "" && len(res.Assertions) > 0 {
		res.Assertions[0].Statements[0].Context = r.context
	}
	p.remember(v, &r.sp, res)
	value, err := p.spoil(res)
	if err != nil {
		return Post{}, err
	}
	form := url.Values{"SAMLResponse": {value}}
	if r.relayState != "" {
		form.Set("RelayState", r.relayState)
	}
	return Post{r.sp.ACS, form}, nil
}

// Response makes an honest response about a person for a service provider, to be
// changed at will before it is written. It does not ask whether the person may
// use the application.
func (p *Provider) Response(one *lab.Person, sp *SP, inResponseTo string) *Response {
	now, s := p.now(), p.signer()
	r := &Response{
		ID: randomID(), Version: "2.0", InResponseTo: inResponseTo, Destination: sp.ACS, Issuer: p.EntityID(), IssueInstant: now,
		Status: []string{Success}, Style: p.conf.Style, Key: s.key, Cert: s.cert,
		Assertions: []Assertion{p.assertion(one, sp, inResponseTo, now)},
	}
	if sp.EncryptTo != nil {
		if key, ok := sp.EncryptTo.PublicKey.(*rsa.PublicKey); ok {
			r.Encrypt = &markup.Encrypting{To: key}
		}
	}
	return r
}

func (p *Provider) assertion(one *lab.Person, sp *SP, inResponseTo string, now time.Time) Assertion {
	name, format := p.nameID(one, sp)
	a := Assertion{
		ID: randomID(), Version: "2.0", Issuer: p.EntityID(), IssueInstant: now, NameID: name, NameIDFormat: format,
		Confirmations: []Confirmation{{Method: Bearer, Recipient: sp.ACS, InResponseTo: inResponseTo, NotAfter: now.Add(5 * time.Minute)}},
		NotBefore:     now.Add(-5 * time.Minute), NotAfter: now.Add(time.Hour), Audiences: [][]string{{sp.EntityID}},
		Statements: []Statement{{Instant: now, Session: randomID(), Context: Password}},
		Attributes: p.attributes(one),
	}
	a.Statements[0].Session = a.ID // as Entra has it
	return a
}

// sso is the door of SAML requests.
func (p *Provider) sso(w http.ResponseWriter, r *http.Request) {
	redirect := r.Method == http.MethodGet
	q := r.URL.Query()
	if !redirect {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		if err := r.ParseForm(); err != nil {
			p.fail(w, err)
			return
		}
		q = r.PostForm
	}
	req, err := p.readRequest(q, r.URL.RawQuery, redirect)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.ask(w, r, &errand{saml: req, fresh: req.force})
}
