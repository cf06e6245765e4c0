package saml

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// LogoutMessage is a logout request or response that came. Nothing of it is
// proven before Verify.
type LogoutMessage struct {
	Response     bool   // it answers a request of ours
	Issuer       string // claimed: to find the connection by
	InResponseTo string // claimed: to find the request by
	RelayState   string
	document     *dsig.Document
	redirected   *Redirected // nil when it was posted
}

// Logout is what a logout message says, after it was proven.
type Logout struct {
	ID           string
	Subject      NameID   // of a request
	Sessions     []string // SessionIndex of a request; none: every session of the subject
	Expires      time.Time
	InResponseTo string // of a response
	Status       string // of a response: the code, and those below it
	Partial      bool   // the provider ended its own session, but not all others
}

// LogoutExpect is what a logout message has to fit.
type LogoutExpect struct {
	EntityID     string // the provider's
	Certificates []*x509.Certificate
	SHA1         bool     // signatures with SHA-1 count
	Destinations []string // our addresses that take logout messages
	Now          time.Time
	Skew         time.Duration // by which clocks may differ
}

const (
	maxForm    = 256 << 10
	longestRun = 24 * time.Hour  // that a request may count for
	unsaidRun  = 5 * time.Minute // that one counts for which does not say how long
)

// ReadLogoutQuery reads a logout message of the redirect binding from the raw
// query of an address.
func ReadLogoutQuery(rawQuery string) (m *LogoutMessage, err error) {
	defer recovered(&err)
	r, err := ReadRedirect(rawQuery)
	if err != nil {
		return nil, err
	}
	if m, err = readLogout(r.XML, r.Parameter); err != nil {
		return nil, err
	}
	for e := range m.document.Root.Descendants() {
		if e.Is(dsigSpace, "Signature") { // saml-bindings-2.0 §3.4.4.1
			return nil, explain.Refuse(explain.LogoutShape, "a signature in the address", "one in the message")
		}
	}
	m.redirected, m.RelayState = r, r.RelayState
	return m, nil
}

// ReadLogoutForm reads a logout message of the POST binding.
func ReadLogoutForm(form url.Values) (m *LogoutMessage, err error) {
	defer recovered(&err)
	request, response := form["SAMLRequest"], form["SAMLResponse"]
	if len(request)+len(response) != 1 || len(form["RelayState"]) > 1 {
		return nil, explain.Refuse(explain.RedirectParameter, "one SAMLRequest or SAMLResponse", fmt.Sprint(len(request)+len(response)))
	}
	parameter := "SAMLRequest"
	if len(response) == 1 {
		parameter = "SAMLResponse"
	}
	text := strings.NewReplacer("\r", "", "\n", "").Replace(form.Get(parameter))
	if len(text) > maxForm {
		return nil, explain.Refuse(explain.RedirectLarge, fmt.Sprintf("at most %d bytes", maxForm), fmt.Sprint(len(text)))
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, explain.Refuse(explain.RedirectEncoding, "a message in base64", "something else")
	}
	if m, err = readLogout(raw, parameter); err == nil {
		m.RelayState = form.Get("RelayState")
	}
	return m, err
}

func readLogout(raw []byte, parameter string) (*LogoutMessage, error) {
	d, err := dsig.Parse(raw)
	if err != nil {
		return nil, err
	}
	m := &LogoutMessage{Response: parameter == "SAMLResponse", document: d}
	want := "LogoutRequest"
	if m.Response {
		want = "LogoutResponse"
	}
	if !d.Root.Is(protocolSpace, want) {
		return nil, explain.Refuse(explain.LogoutShape, want, d.Root.Local)
	}
	m.Issuer, err = issuerOf(d.Root)
	m.InResponseTo = d.Root.Attr("InResponseTo")
	return m, err
}

// issuerOf gives the one issuer of a message.
func issuerOf(root *dsig.Element) (string, error) {
	e, n := root.Child(assertionSpace, "Issuer")
	if n != 1 {
		return "", explain.Refuse(explain.LogoutIssuer, "one Issuer", fmt.Sprint(n))
	}
	text, ok := e.Text()
	if text = strings.TrimSpace(text); !ok || text == "" || len(text) > longestID {
		return "", explain.Refuse(explain.LogoutIssuer, "an entity id", "none")
	}
	return text, nil
}

// Verify proves a message and reads it: signed by the provider, by its issuer, for
// us, now. Whether it names a session, or a request, of ours is for the caller.
// saml-profiles-2.0 §4.4
func (m *LogoutMessage) Verify(want LogoutExpect) (l *Logout, err error) {
	defer recovered(&err)
	root, err := m.proven(want)
	if err != nil {
		return nil, err
	}
	issuer, err := issuerOf(root)
	if err != nil {
		return nil, err
	}
	if issuer != want.EntityID {
		return nil, explain.Refuse(explain.LogoutIssuer, want.EntityID, issuer)
	}
	l = &Logout{ID: root.Attr("ID"), InResponseTo: root.Attr("InResponseTo")}
	if err := l.head(root, want); err != nil {
		return nil, err
	}
	if m.Response {
		return l, l.response(root)
	}
	return l, l.request(root, want)
}

// proven gives the root of what was signed.
func (m *LogoutMessage) proven(want LogoutExpect) (*dsig.Element, error) {
	root := m.document.Root
	if m.redirected != nil {
		_, err := m.redirected.Verify(want.Certificates, want.SHA1)
		return root, err
	}
	signed, err := dsig.Verify(m.document, want.Certificates, dsig.Policy{Parents: []dsig.Name{{Space: root.Space, Local: root.Local}}, SHA1: want.SHA1})
	if err != nil {
		return nil, err
	}
	for _, s := range signed {
		if s.Element == root {
			return s.Root, nil
		}
	}
	return nil, explain.Refuse(explain.LogoutUnsigned, "a signature", "none")
}

// head checks what requests and responses have alike.
func (l *Logout) head(root *dsig.Element, want LogoutExpect) error {
	if root.Attr("Version") != "2.0" || l.ID == "" || len(l.ID) > longestID {
		return explain.Refuse(explain.LogoutShape, "Version 2.0 and an ID", "Version "+root.Attr("Version"))
	}
	if to := root.Attr("Destination"); !slices.Contains(want.Destinations, to) {
		return explain.Refuse(explain.LogoutDestination, strings.Join(want.Destinations, " or "), to)
	}
	issued, err := time.Parse(time.RFC3339, root.Attr("IssueInstant"))
	if err != nil || issued.After(want.Now.Add(want.Skew)) {
		return explain.Refuse(explain.LogoutIssued, "an IssueInstant at "+instant(want.Now)+" or before", root.Attr("IssueInstant"))
	}
	if want.Now.Sub(issued) > longestRun {
		return explain.Refuse(explain.LogoutExpired, "a message of the last day", root.Attr("IssueInstant"))
	}
	return nil
}

// request reads a logout request.
func (l *Logout) request(root *dsig.Element, want LogoutExpect) error {
	if err := l.until(root, want); err != nil {
		return err
	}
	if _, n := root.Child(assertionSpace, "EncryptedID"); n > 0 {
		return explain.Refuse(explain.LogoutEncrypted, "a NameID that can be read", "an EncryptedID")
	}
	if err := l.subject(root); err != nil {
		return err
	}
	for s := range root.All(protocolSpace, "SessionIndex") {
		text, ok := s.Text()
		if !ok || text == "" || len(l.Sessions) == 100 {
			return explain.Refuse(explain.LogoutSubject, "at most 100 SessionIndex, each with a text", "something else")
		}
		l.Sessions = append(l.Sessions, text)
	}
	return nil
}

// until reads how long a request counts. One that does not say it, as Auth0's,
// counts for some minutes: it would count for ever.
func (l *Logout) until(root *dsig.Element, want LogoutExpect) error {
	text, said := root.Lookup("NotOnOrAfter")
	until, err := time.Parse(time.RFC3339, text)
	if !said {
		text = root.Attr("IssueInstant")
		until, err = time.Parse(time.RFC3339, text)
		until = until.Add(unsaidRun)
	}
	if err != nil || !want.Now.Before(until.Add(want.Skew)) || until.Sub(want.Now) > longestRun {
		return explain.Refuse(explain.LogoutExpired, "a NotOnOrAfter behind "+instant(want.Now)+", by a day at most", text)
	}
	l.Expires = until.UTC()
	return nil
}

func (l *Logout) subject(root *dsig.Element) error {
	e, n := root.Child(assertionSpace, "NameID")
	if n != 1 {
		return explain.Refuse(explain.LogoutSubject, "one NameID", fmt.Sprint(n))
	}
	text, ok := e.Text()
	if !ok || strings.TrimSpace(text) == "" || len(text) > longestText {
		return explain.Refuse(explain.LogoutSubject, "a NameID with a text", "something else")
	}
	l.Subject = NameID{Value: strings.TrimSpace(text), Format: e.Attr("Format"), Qualifier: e.Attr("NameQualifier"), SPQualifier: e.Attr("SPNameQualifier")}
	return nil
}

// response reads a logout response. That some other session could not be ended is
// no failure of ours. saml-core-2.0 §3.7.3.2
func (l *Logout) response(root *dsig.Element) error {
	if l.InResponseTo == "" {
		return explain.Refuse(explain.LogoutUnasked, "an InResponseTo", "none")
	}
	status, n := root.Child(protocolSpace, "Status")
	if n != 1 {
		return explain.Refuse(explain.LogoutShape, "one Status", fmt.Sprint(n))
	}
	var codes []string
	for e := range status.Descendants() {
		if e.Is(protocolSpace, "StatusCode") {
			codes = append(codes, e.Attr("Value"))
		}
	}
	l.Status = strings.Join(codes, ", ")
	l.Partial = slices.Contains(codes, StatusPartial)
	if len(codes) == 0 || codes[0] != StatusSuccess && !l.Partial {
		return explain.Refuse(explain.LogoutStatus, StatusSuccess, l.Status)
	}
	return nil
}
