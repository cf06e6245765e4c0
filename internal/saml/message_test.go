package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

const (
	us       = "https://app.example/saml/ws_1"
	acs      = "https://app.example/saml/acme/acs"
	slo      = "https://app.example/saml/acme/slo"
	provider = "https://idp.example/metadata"
	sso      = "https://idp.example/sso"
)

func now() time.Time { return time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC) }

// keys are two keys of this test binary: making one takes a while.
var keys = sync.OnceValue(func() (out [2]*saml.Key) {
	for i := range out {
		k, err := saml.NewKey("a test", now())
		if err != nil {
			panic(err)
		}
		out[i] = k
	}
	return out
})

func certs(all ...*saml.Key) (out []*x509.Certificate) {
	for _, k := range all {
		out = append(out, k.Certificate)
	}
	return out
}

// is fails the test unless an error is a refusal by a rule that explains itself.
func is(t *testing.T, err error, want explain.Code) {
	t.Helper()
	var r *explain.Refusal
	if !errors.As(err, &r) || r.Code != want {
		t.Errorf("%v; not %s", err, want)
		return
	}
	if rule, ok := explain.Find(want); !ok || rule.Title == "" || rule.Mend == "" || rule.Source == "" {
		t.Errorf("%s explains nothing: %+v", want, rule)
	}
}

func pack(text string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write([]byte(text))
	w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// behind puts something behind a message that is packed.
func behind(packed, more string) string {
	raw, _ := base64.StdEncoding.DecodeString(packed)
	return base64.StdEncoding.EncodeToString(append(raw, more...))
}

func query(t *testing.T, address string) string {
	t.Helper()
	_, q, ok := strings.Cut(address, "?")
	if !ok {
		t.Fatalf("%s has no query", address)
	}
	return q
}

func ask() *saml.Request {
	return &saml.Request{ID: saml.NewID(), Issuer: us, Destination: sso, ACS: acs, At: now()}
}

func TestARequestSaysWhatIsAskedAndNothingElse(t *testing.T) {
	plain, full := ask(), ask()
	full.NameID, full.Context, full.ForceAuthn = saml.FormatPersistent, "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract", true
	full.Destination = sso + "?tenant=a&b=\"<"
	for _, r := range []*saml.Request{plain, full} {
		address, err := r.Redirect("relay", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := saml.ReadRedirect(query(t, address))
		if err != nil {
			t.Fatal(err)
		}
		d, err := dsig.Parse(got.XML)
		if err != nil {
			t.Fatalf("%v: %s", err, got.XML)
		}
		root := d.Root
		issuer, _ := root.Child("urn:oasis:names:tc:SAML:2.0:assertion", "Issuer")
		text, _ := issuer.Text()
		if root.Local != "AuthnRequest" || root.Attr("ID") != r.ID || root.Attr("Version") != "2.0" || root.Attr("IssueInstant") != "2030-01-02T03:04:05Z" ||
			root.Attr("Destination") != r.Destination || root.Attr("AssertionConsumerServiceURL") != acs || text != us || root.Attr("ProtocolBinding") != saml.PostBinding {
			t.Errorf("%s", got.XML)
		}
		_, policy := root.Child("urn:oasis:names:tc:SAML:2.0:protocol", "NameIDPolicy")
		_, context := root.Child("urn:oasis:names:tc:SAML:2.0:protocol", "RequestedAuthnContext")
		if want := len(r.NameID); (policy > 0) != (want > 0) || (context > 0) != (r.Context != "") || (root.Attr("ForceAuthn") == "true") != r.ForceAuthn {
			t.Errorf("%s", got.XML)
		}
	}
}

func TestAnIDCannotBeGuessed(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := saml.NewID()
		if len(id) != 33 || id[0] != '_' || seen[id] {
			t.Fatal(id)
		}
		seen[id] = true
	}
}

func TestASignedRequestIsProvenByEitherBinding(t *testing.T) {
	k := keys()
	r := ask()
	for _, relay := range []string{"", "a b&c=d+é"} {
		address, err := r.Redirect(relay, k[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := saml.ReadRedirect(query(t, address))
		if err != nil {
			t.Fatal(err)
		}
		if by, err := got.Verify(certs(k[1], k[0]), false); err != nil || !by.Equal(k[0].Certificate) || got.RelayState != relay {
			t.Errorf("%v, relay %q", err, got.RelayState)
		}
		_, err = got.Verify(certs(k[1]), false)
		is(t, err, explain.LogoutSignature)
	}
	form, err := r.Form("relay", k[0])
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.StdEncoding.DecodeString(form.Get("SAMLRequest"))
	d, err := dsig.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := dsig.Verify(d, certs(k[0]), dsig.Policy{Parents: []dsig.Name{{Space: d.Root.Space, Local: "AuthnRequest"}}})
	if err != nil || len(signed) != 1 || signed[0].Element != d.Root || form.Get("RelayState") != "relay" {
		t.Errorf("%v %v", signed, err)
	}
}

func TestARelayStateIsShort(t *testing.T) {
	long := strings.Repeat("x", saml.MaxRelay+1)
	if _, err := ask().Redirect(long, nil); err == nil {
		t.Error("81 bytes in an address")
	}
	if _, err := ask().Form(long, nil); err == nil {
		t.Error("81 bytes in a form")
	}
	if _, err := ask().Redirect(long[1:], nil); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatHasAQueryKeepsIt(t *testing.T) {
	for to, want := range map[string]string{
		sso: sso + "?SAMLRequest=", sso + "?a=b": sso + "?a=b&SAMLRequest=", sso + "?": sso + "?SAMLRequest=", sso + "#x": sso + "?SAMLRequest=",
	} {
		r := ask()
		r.Destination = to
		if got, err := r.Redirect("", nil); err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s %v", to, got, err)
		}
	}
}

// Providers escape in their own ways; what is signed is what stands there.
func TestTheOctetsThatCameAreWhatIsSigned(t *testing.T) {
	k := keys()[0]
	address, err := ask().Redirect("a/b=c", k)
	if err != nil {
		t.Fatal(err)
	}
	// AD FS escapes in lower case: sign again what it would send.
	q := query(t, address)
	signed, _, _ := strings.Cut(q, "&Signature=")
	var lower strings.Builder
	for i := 0; i < len(signed); i++ {
		if signed[i] == '%' {
			lower.WriteString(strings.ToLower(signed[i : i+3]))
			i += 2
		} else {
			lower.WriteByte(signed[i])
		}
	}
	if lower.String() == signed {
		t.Fatal("nothing is escaped")
	}
	value := base64.StdEncoding.EncodeToString(sign(t, k, lower.String()))
	parts := strings.Split(lower.String(), "&")
	for name, raw := range map[string]string{
		"lower case":            lower.String() + "&Signature=" + url.QueryEscape(value),
		"another order":         "Signature=" + url.QueryEscape(value) + "&" + parts[2] + "&" + parts[1] + "&" + parts[0],
		"parameters of a proxy": "utm=1&" + lower.String() + "&Signature=" + url.QueryEscape(value) + "&utm=2",
	} {
		got, err := saml.ReadRedirect(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := got.Verify(certs(k), false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	upper, err := saml.ReadRedirect(signed + "&Signature=" + url.QueryEscape(value))
	if err != nil {
		t.Fatal(err)
	}
	_, err = upper.Verify(certs(k), false)
	is(t, err, explain.LogoutSignature)
}

func TestS8_WhatIsWrongWithAnAddressIsRefused(t *testing.T) {
	k := keys()[0]
	address, err := ask().Redirect("relay", k)
	if err != nil {
		t.Fatal(err)
	}
	q := query(t, address)
	signed, _, _ := strings.Cut(q, "&SigAlg=")
	message, _, _ := strings.Cut(q, "&")
	bomb := "SAMLRequest=" + url.QueryEscape(pack(strings.Repeat("a", 2<<20)))
	for name, c := range map[string]struct {
		query string
		want  explain.Code
	}{
		"nothing":                        {"", explain.RedirectParameter},
		"no message":                     {"RelayState=x", explain.RedirectParameter},
		"both messages":                  {message + "&SAMLResponse=eA%3D%3D", explain.RedirectParameter},
		"the message twice":              {message + "&" + q, explain.RedirectParameter},
		"the relay twice":                {q + "&RelayState=other", explain.RedirectParameter},
		"the signature twice":            {q + "&Signature=eA%3D%3D", explain.RedirectParameter},
		"a name written otherwise":       {strings.Replace(q, "SigAlg", "Sig%41lg", 1), explain.RedirectParameter},
		"the algorithm taken away":       {signed + "&Signature=eA%3D%3D", explain.RedirectSigAlg},
		"the signature taken away":       {signed + "&SigAlg=" + url.QueryEscape(dsig.RSASHA256), explain.RedirectSigAlg},
		"an empty signature":             {strings.Split(q, "&Signature")[0] + "&Signature=%20", explain.RedirectEncoding},
		"a signature in no base64":       {strings.Split(q, "&Signature")[0] + "&Signature=!", explain.RedirectEncoding},
		"a message in no base64":         {"SAMLRequest=!", explain.RedirectEncoding},
		"an empty message":               {"SAMLRequest=", explain.RedirectEncoding},
		"a message that is not deflated": {"SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("<a/>"))), explain.RedirectEncoding},
		"something behind it":            {"SAMLRequest=" + url.QueryEscape(behind(pack("<a/>"), "x")), explain.RedirectEncoding},
		"a broken escape":                {"SAMLRequest=%zz", explain.RedirectEncoding},
		"another encoding":               {message + "&SAMLEncoding=urn%3Ax", explain.RedirectEncoding},
		"a bomb":                         {bomb, explain.RedirectLarge},
		"an endless query":               {"SAMLRequest=" + strings.Repeat("A", 300<<10), explain.RedirectLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := saml.ReadRedirect(c.query)
			is(t, err, c.want)
		})
	}
}

func TestS8_ASignatureCountsByAKnownAlgorithmAndAKnownKeyOnly(t *testing.T) {
	k := keys()[0]
	text := "SAMLRequest=" + url.QueryEscape(pack("<a/>"))
	for name, c := range map[string]struct {
		algorithm string
		certs     []*x509.Certificate
		want      explain.Code
	}{
		"SHA-1":      {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", certs(k), explain.SAMLSHA1},
		"HMAC":       {"http://www.w3.org/2000/09/xmldsig#hmac-sha1", certs(k), explain.RedirectSigAlg},
		"MD5":        {"http://www.w3.org/2001/04/xmldsig-more#rsa-md5", certs(k), explain.RedirectSigAlg},
		"ECDSA":      {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", certs(k), explain.LogoutSignature},
		"no key":     {dsig.RSASHA256, nil, explain.SAMLNoKey},
		"other key":  {dsig.RSASHA256, certs(keys()[1]), explain.LogoutSignature},
		"a weak key": {dsig.RSASHA256, []*x509.Certificate{weak(t)}, explain.SAMLWeakKey},
	} {
		t.Run(name, func(t *testing.T) {
			octets := text + "&SigAlg=" + url.QueryEscape(c.algorithm)
			r, err := saml.ReadRedirect(octets + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(sign(t, k, octets))))
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Verify(c.certs, false)
			is(t, err, c.want)
		})
	}
}
