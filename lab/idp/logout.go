package idp

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// remember notes that a browser's person was signed in at a service provider.
func (p *Provider) remember(v *visit, sp *SP, res *Response) {
	if v == nil || len(res.Assertions) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v.sps = slices.DeleteFunc(v.sps, func(o SP) bool { return o.EntityID == sp.EntityID && o.ACS == sp.ACS })
	v.sps = append(v.sps, *sp)
	a := &res.Assertions[0]
	v.nameIDs[sp.EntityID], v.index[sp.EntityID] = a.NameID, a.Statements[0].Session
}

// Logout is a message of single logout that is sent.
type Logout struct {
	ID, InResponseTo, Destination string
	NameID, Session               string // of a request
	Status                        []string
	RelayState                    string
	Issued, Expires               time.Time // a zero Issued is now
}

// logoutElement writes the message without a signature.
func (p *Provider) logoutElement(l *Logout) *markup.Element {
	kind := "LogoutRequest"
	if l.Status != nil {
		kind = "LogoutResponse"
	}
	issued := l.Issued
	if issued.IsZero() {
		issued = p.now()
	}
	e := protocol(kind, "ID", l.ID, "Version", "2.0", "IssueInstant", stamp(issued), "Destination", l.Destination,
		"InResponseTo", l.InResponseTo, "NotOnOrAfter", stamp(l.Expires))
	e.Add(markup.New(markup.Assertion, "saml", "Issuer").Say(p.EntityID()))
	if l.Status != nil {
		return e.Add(status(l.Status, ""))
	}
	e.Add(markup.New(markup.Assertion, "saml", "NameID", "Format", p.conf.Style.NameIDFormat).Say(l.NameID))
	if l.Session != "" {
		e.Add(protocol("SessionIndex").Say(l.Session))
	}
	return e
}

// LogoutText writes a logout message without a signature.
func (p *Provider) LogoutText(l *Logout) string { return p.logoutElement(l).String() }

// LogoutURL writes a logout message as a redirect, signed.
func (p *Provider) LogoutURL(l *Logout) (string, error) {
	name := "SAMLRequest"
	if l.Status != nil {
		name = "SAMLResponse"
	}
	return p.RedirectURL(l.Destination, name, p.logoutElement(l).String(), l.RelayState)
}

// LogoutForm writes a logout message as a form of the POST binding, signed.
func (p *Provider) LogoutForm(l *Logout) (Post, error) {
	name := "SAMLRequest"
	if l.Status != nil {
		name = "SAMLResponse"
	}
	e, err := p.LogoutElement(l)
	if err != nil {
		return Post{}, err
	}
	return Post{l.Destination, url.Values{name: {Encode(e.String())}, "RelayState": {l.RelayState}}}, nil
}

// LogoutElement writes a logout message with a signature in it.
func (p *Provider) LogoutElement(l *Logout) (*markup.Element, error) {
	e, s := p.logoutElement(l), p.signer()
	return e, markup.Sign(e, markup.Signing{Key: s.key, Cert: s.cert.Raw, Prefix: "ds", At: 1})
}

// LogoutRequest gives a signed logout request by redirect for what a service
// provider knows of somebody: the NameID and the session of an assertion.
func (p *Provider) LogoutRequest(sp *SP, nameID, session string) (string, error) {
	return p.LogoutURL(&Logout{ID: randomID(), Destination: sp.SLO, NameID: nameID, Session: session, Expires: p.now().Add(5 * time.Minute)})
}

// RedirectURL puts a message into the query of an address and signs the query, as
// the redirect binding does.
func (p *Provider) RedirectURL(to, name, text, relayState string) (string, error) {
	packed, err := Deflate(text)
	if err != nil {
		return "", err
	}
	q := name + "=" + url.QueryEscape(packed)
	if relayState != "" {
		q += "&RelayState=" + url.QueryEscape(relayState)
	}
	q += "&SigAlg=" + url.QueryEscape(markup.RSASHA256)
	sig, err := markup.SignText(p.signer().key, crypto.SHA256, q)
	if err != nil {
		return "", err
	}
	join := "?"
	if strings.Contains(to, "?") {
		join = "&"
	}
	return to + join + q + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(sig)), nil
}

// Deflate packs a message for the redirect binding: deflated, in base64.
func Deflate(text string) (string, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return "", err
	}
	_, _ = w.Write([]byte(text))
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// verifyQuery checks the signature over a raw query by one of the certificates.
func verifyQuery(raw, name string, certs []*x509.Certificate) error {
	parts := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		k, v, _ := strings.Cut(pair, "=")
		parts[k] = v
	}
	if parts["Signature"] == "" || parts["SigAlg"] == "" {
		return errors.New("AADSTS76021: the request is not signed")
	}
	text := name + "=" + parts[name]
	if _, has := parts["RelayState"]; has {
		text += "&RelayState=" + parts["RelayState"]
	}
	text += "&SigAlg=" + parts["SigAlg"]
	sig, err := url.QueryUnescape(parts["Signature"])
	if err != nil {
		return err
	}
	value, err := base64.StdEncoding.DecodeString(sig)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	for _, c := range certs {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], value) == nil {
			return nil
		}
	}
	return errors.New("AADSTS76022: the signature of the request is not of a certificate that was uploaded")
}

// slo takes logout requests of service providers, and their answers to ours.
func (p *Provider) slo(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		p.fail(w, err)
		return
	}
	if r.Form.Has("SAMLResponse") {
		p.nextLogout(w, r)
		return
	}
	to, err := p.AnswerLogout(r.Form, r.URL.RawQuery, r.Method == http.MethodGet)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.forget(w, r)
	lead(w, to)
}

// AnswerLogout takes a logout request and gives the address that a browser would
// be sent to with the answer.
func (p *Provider) AnswerLogout(form url.Values, raw string, redirect bool) (string, error) {
	text, err := message(form.Get("SAMLRequest"), redirect)
	if err != nil {
		return "", err
	}
	e, err := markup.Read(text)
	if err != nil || e.Local != "LogoutRequest" {
		return "", errors.New("AADSTS75005: this is not a LogoutRequest")
	}
	issuer := ""
	if i := e.Find("Issuer"); i != nil {
		issuer = i.Text
	}
	sp, err := p.sp(issuer, "")
	if err != nil {
		return "", err
	}
	if redirect && len(sp.Verify) > 0 {
		if err := verifyQuery(raw, "SAMLRequest", sp.Verify); err != nil {
			return "", err
		}
	}
	return p.LogoutURL(&Logout{ID: randomID(), InResponseTo: e.Get("ID"), Destination: sp.SLO, Status: []string{Success}, RelayState: form.Get("RelayState")})
}

// forget ends the session of a browser.
func (p *Provider) forget(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		p.mu.Lock()
		delete(p.sessions, c.Value)
		p.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // as begin
}

// signOut is the button of the page of applications: everywhere, one after another.
func (p *Provider) signOut(w http.ResponseWriter, r *http.Request) { p.nextLogout(w, r) }

// nextLogout sends the browser to the next service provider that it is signed in
// at, and ends here.
func (p *Provider) nextLogout(w http.ResponseWriter, r *http.Request) {
	v := p.visit(r)
	if v == nil {
		p.show(w, http.StatusOK, shown{Title: "Signed out", Text: "You are signed out here and at the applications."})
		return
	}
	p.mu.Lock()
	v.sps = slices.DeleteFunc(v.sps, func(sp SP) bool { return sp.SLO == "" })
	if len(v.sps) == 0 {
		p.mu.Unlock()
		p.backChannel(r.Context(), v)
		p.forget(w, r)
		p.show(w, http.StatusOK, shown{Title: "Signed out", Text: "You are signed out here and at the applications."})
		return
	}
	sp := v.sps[0]
	v.sps = v.sps[1:]
	nameID, session := v.nameIDs[sp.EntityID], v.index[sp.EntityID]
	p.mu.Unlock()
	to, err := p.LogoutRequest(&sp, nameID, session)
	if err != nil {
		p.fail(w, err)
		return
	}
	lead(w, to)
}
