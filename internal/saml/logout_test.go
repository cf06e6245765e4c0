package saml_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// What a provider sends is made with the same code as what we send, the other way
// around; the cases below change its text.
func logoutRequest() *saml.LogoutRequest {
	return &saml.LogoutRequest{
		ID: saml.NewID(), Issuer: provider, Destination: slo, At: now(), Expires: now().Add(5 * time.Minute),
		Subject: saml.NameID{Value: "ann@acme.example", Format: saml.FormatEmail, Qualifier: provider, SPQualifier: us, SessionIndex: "_session&1"},
	}
}

func logoutResponse(status string) *saml.LogoutResponse {
	return &saml.LogoutResponse{ID: saml.NewID(), Issuer: provider, Destination: slo, InResponseTo: "_asked", Status: status, At: now()}
}

func expected() saml.LogoutExpect {
	return saml.LogoutExpect{EntityID: provider, Certificates: certs(keys()[1], keys()[0]), Destinations: []string{slo, slo + "/old"}, Now: now(), Skew: 3 * time.Minute}
}

func TestSingleLogoutGoesBothWaysByBothBindings(t *testing.T) {
	k := keys()[0]
	request, response := logoutRequest(), logoutResponse(saml.StatusSuccess)
	partial := logoutResponse(saml.StatusResponder)
	partial.Second = saml.StatusPartial
	for name, send := range map[string]interface {
		Redirect(string, *saml.Key) (string, error)
		Form(string, *saml.Key) (url.Values, error)
	}{"request": request, "response": response, "a part": partial} {
		address, err := send.Redirect("relay", k)
		if err != nil {
			t.Fatal(err)
		}
		form, err := send.Form("relay", k)
		if err != nil {
			t.Fatal(err)
		}
		byAddress, err := saml.ReadLogoutQuery(query(t, address))
		if err != nil {
			t.Fatal(err)
		}
		byForm, err := saml.ReadLogoutForm(form)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*saml.LogoutMessage{byAddress, byForm} {
			l, err := m.Verify(expected())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if m.Issuer != provider || m.RelayState != "relay" || m.Response != (name != "request") {
				t.Errorf("%+v", m)
			}
			if name == "request" && (l.ID != request.ID || len(l.Sessions) != 1 || l.Sessions[0] != "_session&1" || !l.Expires.Equal(request.Expires)) {
				t.Errorf("%+v", l)
			}
			if want := request.Subject; name == "request" && (l.Subject.Value != want.Value || l.Subject.Format != want.Format || l.Subject.Qualifier != want.Qualifier || l.Subject.SPQualifier != want.SPQualifier) {
				t.Errorf("%+v", l.Subject)
			}
			if name != "request" && (l.InResponseTo != "_asked" || l.Partial != (name == "a part")) {
				t.Errorf("%+v", l)
			}
		}
	}
}

// changed gives a message with a part of its text replaced, signed by a key in
// the way of a binding.
func changed(t *testing.T, send *saml.LogoutRequest, pairs []string, k *saml.Key, post bool) (*saml.LogoutMessage, error) {
	t.Helper()
	address, err := send.Redirect("", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := saml.ReadRedirect(query(t, address))
	if err != nil {
		t.Fatal(err)
	}
	text := string(r.XML)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("there is no %q in %s", pairs[i], text)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	if post {
		signed, err := dsig.Sign([]byte(text), send.ID, k.Private, k.Certificate.Raw)
		if err != nil {
			t.Fatal(err)
		}
		return saml.ReadLogoutForm(url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(signed)}})
	}
	octets := "SAMLRequest=" + url.QueryEscape(pack(text)) + "&SigAlg=" + url.QueryEscape(dsig.RSASHA256)
	return saml.ReadLogoutQuery(octets + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(sign(t, k, octets))))
}

func TestS8_ALogoutRequestThatDoesNotFitIsRefused(t *testing.T) {
	k := keys()[0]
	nameID := `<saml:NameID NameQualifier="` + provider + `" SPNameQualifier="` + us + `" Format="` + saml.FormatEmail + `">ann@acme.example</saml:NameID>`
	for name, c := range map[string]struct {
		pairs []string
		want  explain.Code
	}{
		"another issuer":              {[]string{">" + provider + "<", ">https://evil.example<"}, explain.LogoutIssuer},
		"no issuer":                   {[]string{"<saml:Issuer>" + provider + "</saml:Issuer>", ""}, explain.LogoutIssuer},
		"two issuers":                 {[]string{"<saml:Issuer>", "<saml:Issuer>x</saml:Issuer><saml:Issuer>"}, explain.LogoutIssuer},
		"another destination":         {[]string{slo, "https://app.example/saml/other/slo"}, explain.LogoutDestination},
		"no destination":              {[]string{` Destination="` + slo + `"`, ""}, explain.LogoutDestination},
		"expired":                     {[]string{"T03:09:05Z", "T03:01:05Z"}, explain.LogoutExpired},
		"old, and says nothing of it": {[]string{` NotOnOrAfter="2030-01-02T03:09:05Z"`, "", `T03:04:05Z`, `T02:55:05Z`}, explain.LogoutExpired},
		"counts for a year":           {[]string{`NotOnOrAfter="2030`, `NotOnOrAfter="2031`}, explain.LogoutExpired},
		"of last week":                {[]string{`IssueInstant="2030-01-02`, `IssueInstant="2029-12-26`}, explain.LogoutExpired},
		"from the future":             {[]string{`T03:04:05Z`, `T03:08:05Z`}, explain.LogoutIssued},
		"no time":                     {[]string{`2030-01-02T03:04:05Z`, `now`}, explain.LogoutIssued},
		"another version":             {[]string{`"2.0"`, `"1.1"`}, explain.LogoutShape},
		"nobody":                      {[]string{nameID, ""}, explain.LogoutSubject},
		"two people":                  {[]string{nameID, nameID + nameID}, explain.LogoutSubject},
		"an empty name":               {[]string{"ann@acme.example", ""}, explain.LogoutSubject},
		"an element in the name":      {[]string{"ann@acme.example", "ann<saml:x></saml:x>@acme.example"}, explain.LogoutSubject},
		"a name that is encrypted":    {[]string{nameID, "<saml:EncryptedID></saml:EncryptedID>"}, explain.LogoutEncrypted},
		"an empty session":            {[]string{"_session&amp;1", ""}, explain.LogoutSubject},
		"another message":             {[]string{"<samlp:LogoutRequest", "<samlp:AuthnRequest", "</samlp:LogoutRequest", "</samlp:AuthnRequest"}, explain.LogoutShape},
		"a comment":                   {[]string{"ann@", "ann<!-- -->@"}, explain.SAMLComment},
	} {
		t.Run(name, func(t *testing.T) {
			for _, post := range []bool{false, true} {
				if post && c.want == explain.SAMLComment {
					continue // it cannot even be signed by our own
				}
				m, err := changed(t, logoutRequest(), c.pairs, k, post)
				if err == nil {
					_, err = m.Verify(expected())
				}
				is(t, err, c.want)
			}
		})
	}
	m, err := changed(t, logoutRequest(), []string{` NotOnOrAfter="2030-01-02T03:09:05Z"`, ""}, k, true)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := m.Verify(expected()); err != nil || l.Expires != now().Add(5*time.Minute) {
		t.Errorf("a young one that does not say how long it counts: %+v %v", l, err)
	}
}

func TestS8_ALogoutMessageWithoutTheProvidersSignatureIsRefused(t *testing.T) {
	k := keys()
	address, _ := logoutRequest().Redirect("", nil)
	m, err := saml.ReadLogoutQuery(query(t, address))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Verify(expected())
	is(t, err, explain.LogoutUnsigned)

	form, _ := logoutRequest().Form("", nil)
	if m, err = saml.ReadLogoutForm(form); err != nil {
		t.Fatal(err)
	}
	_, err = m.Verify(expected())
	is(t, err, explain.LogoutUnsigned)

	want := expected()
	want.Certificates = certs(k[1])
	for _, post := range []bool{false, true} {
		if m, err = changed(t, logoutRequest(), nil, k[0], post); err != nil {
			t.Fatal(err)
		}
		if _, err = m.Verify(want); err == nil {
			t.Error("a stranger's signature counts")
		}
	}
	// One in the message does not count where the address carries the signature.
	signed, _ := logoutRequest().Form("", k[0])
	raw, _ := base64.StdEncoding.DecodeString(signed.Get("SAMLRequest"))
	_, err = saml.ReadLogoutQuery("SAMLRequest=" + url.QueryEscape(pack(string(raw))))
	is(t, err, explain.LogoutShape)
}

// A signed request inside one that is not, or beside it, is no signed request.
func TestS8_AWrappedLogoutRequestIsRefused(t *testing.T) {
	k := keys()[0]
	r := logoutRequest()
	form, _ := r.Form("", k)
	raw, _ := base64.StdEncoding.DecodeString(form.Get("SAMLRequest"))
	evil, _ := logoutRequest().Form("", nil)
	outer, _ := base64.StdEncoding.DecodeString(evil.Get("SAMLRequest"))
	for name, inner := range map[string]string{
		"inside": "<samlp:Extensions>" + string(raw) + "</samlp:Extensions>",
		"beside": string(raw),
	} {
		text := strings.Replace(string(outer), "</saml:Issuer>", "</saml:Issuer>"+inner, 1)
		m, err := saml.ReadLogoutForm(url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString([]byte(text))}})
		if err == nil {
			_, err = m.Verify(expected())
		}
		if err == nil {
			t.Errorf("%s: it counts", name)
		}
	}
}

func TestALogoutResponseSaysWhetherItWentWell(t *testing.T) {
	k := keys()[0]
	for name, c := range map[string]struct {
		response *saml.LogoutResponse
		want     explain.Code
	}{
		"refused":            {logoutResponse(saml.StatusRequester), explain.LogoutStatus},
		"nobody asked":       {&saml.LogoutResponse{ID: saml.NewID(), Issuer: provider, Destination: slo, Status: saml.StatusSuccess, At: now()}, explain.LogoutUnasked},
		"somebody else says": {&saml.LogoutResponse{ID: saml.NewID(), Issuer: "https://evil.example", Destination: slo, InResponseTo: "_asked", Status: saml.StatusSuccess, At: now()}, explain.LogoutIssuer},
	} {
		t.Run(name, func(t *testing.T) {
			form, err := c.response.Form("", k)
			if err != nil {
				t.Fatal(err)
			}
			m, err := saml.ReadLogoutForm(form)
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Verify(expected())
			is(t, err, c.want)
		})
	}
}

func TestALogoutFormHasOneMessage(t *testing.T) {
	form, _ := logoutRequest().Form("", keys()[0])
	text := form.Get("SAMLRequest")
	for name, c := range map[string]struct {
		form url.Values
		want explain.Code
	}{
		"nothing":       {url.Values{}, explain.RedirectParameter},
		"two":           {url.Values{"SAMLRequest": {text, text}}, explain.RedirectParameter},
		"both":          {url.Values{"SAMLRequest": {text}, "SAMLResponse": {text}}, explain.RedirectParameter},
		"the other one": {url.Values{"SAMLResponse": {text}}, explain.LogoutShape},
		"no base64":     {url.Values{"SAMLRequest": {"%"}}, explain.RedirectEncoding},
		"too large":     {url.Values{"SAMLRequest": {strings.Repeat("A", 300<<10)}}, explain.RedirectLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := saml.ReadLogoutForm(c.form)
			is(t, err, c.want)
		})
	}
}
