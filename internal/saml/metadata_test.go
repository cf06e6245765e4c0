package saml_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

const md = "urn:oasis:names:tc:SAML:2.0:metadata"

func TestOurMetadataNamesEveryKeyAndAddress(t *testing.T) {
	k := keys()
	s := &saml.Service{EntityID: us, ACS: acs + "?a=\"b\"", SLO: slo, Keys: certs(k[0], k[1]), SignRequests: true, NameID: saml.FormatPersistent}
	d, err := dsig.Parse(s.Metadata())
	if err != nil {
		t.Fatal(err)
	}
	role, n := d.Root.Child(md, "SPSSODescriptor")
	if n != 1 || d.Root.Attr("entityID") != us || role.Attr("WantAssertionsSigned") != "true" || role.Attr("AuthnRequestsSigned") != "true" {
		t.Errorf("%s", s.Metadata())
	}
	var order, uses []string
	for e := range role.Children() {
		if l := len(order); l == 0 || order[l-1] != e.Local {
			order = append(order, e.Local)
		}
		if e.Local == "KeyDescriptor" {
			uses = append(uses, e.Attr("use"))
		}
		if e.Local == "AssertionConsumerService" && (e.Attr("Location") != s.ACS || e.Attr("Binding") != saml.PostBinding || e.Attr("index") != "0") {
			t.Error(e.Attrs)
		}
	}
	// The schema has them in this order.
	if got := strings.Join(order, " "); got != "KeyDescriptor SingleLogoutService NameIDFormat AssertionConsumerService" {
		t.Error(got)
	}
	if got := strings.Join(uses, " "); got != "signing signing encryption encryption" {
		t.Error(got)
	}
	for _, key := range k {
		if strings.Count(string(s.Metadata()), saml.CertificateText(key.Certificate)) != 2 {
			t.Error("a key is missing")
		}
	}
	_, err = saml.ReadMetadata(s.Metadata(), saml.MetadataOptions{Now: now()})
	is(t, err, explain.MetadataService)
}

// idp is a provider's metadata, with a part changed.
type idp struct {
	id, root, role, keys, more, sso string
}

func (p idp) String() string {
	or := func(s, usual string) string {
		switch s {
		case "":
			return usual
		case "-":
			return ""
		}
		return s
	}
	return fmt.Sprintf(`<EntityDescriptor xmlns="`+md+`" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="%s" %s>`+
		`<IDPSSODescriptor %s>%s%s%s</IDPSSODescriptor></EntityDescriptor>`,
		or(p.id, provider), or(p.root, ""), or(p.role, `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`),
		or(p.keys, key("signing", saml.CertificateText(keys()[0].Certificate))), or(p.more, ""),
		or(p.sso, service("SingleSignOnService", saml.RedirectBinding, sso)))
}

func key(use, cert string) string {
	if use != "" {
		use = ` use="` + use + `"`
	}
	return `<KeyDescriptor` + use + `><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + cert + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`
}

func service(name, binding, location string) string {
	return `<` + name + ` Binding="` + binding + `" Location="` + location + `"/>`
}

func TestT07_MetadataFillsEveryField(t *testing.T) {
	k := keys()
	first, second := saml.CertificateText(k[0].Certificate), saml.CertificateText(k[1].Certificate)
	text := `<?xml version="1.0" encoding="utf-8"?><!-- edited by hand --><?x?>`
	text = strings.TrimSuffix(text, "<?x?>") + idp{
		root: `validUntil="2030-06-01T00:00:00.000Z" cacheDuration="P1DT2H"`,
		role: `protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true" validUntil="2030-05-01T00:00:00"`,
		keys: key("signing", "\n  "+first[:64]+"\n  "+first[64:]+"\n") + key("", second) + key("signing", first) + key("encryption", "no certificate"),
		more: service("SingleLogoutService", saml.PostBinding, "https://idp.example/slo/post") +
			`<SingleLogoutService Binding="` + saml.RedirectBinding + `" Location="https://idp.example/slo" ResponseLocation="https://idp.example/slo/done"/>` +
			`<NameIDFormat> ` + saml.FormatPersistent + ` </NameIDFormat>`,
		sso: service("SingleSignOnService", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP", "javascript:alert(1)") + service("SingleSignOnService", saml.PostBinding, sso+"/post") +
			service("SingleSignOnService", saml.RedirectBinding, sso) + service("SingleSignOnService", saml.RedirectBinding, sso+"/2"),
	}.String()
	text = strings.Replace(text, "</EntityDescriptor>", `<Organization><OrganizationDisplayName xml:lang="en"> Acme
 Ltd </OrganizationDisplayName></Organization></EntityDescriptor>`, 1)
	p, err := saml.ReadMetadata([]byte("\xef\xbb\xbf"+text), saml.MetadataOptions{Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	s := identity.SAMLSettings{MetadataURL: "kept", CBC: true}
	p.Fill(&s)
	if s.EntityID != provider || s.SSOURL != sso || s.SSOPostURL != sso+"/post" || s.SLOURL != "https://idp.example/slo" || s.SLOReturnURL != "https://idp.example/slo/done" ||
		!s.SignRequests || s.MetadataURL != "kept" || !s.CBC || !s.ValidUntil.Equal(time.Date(2030, 5, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
	if len(s.Certificates) != 2 || s.Certificates[0] != first || s.Certificates[1] != second {
		t.Errorf("%d certificates", len(s.Certificates))
	}
	if p.CacheFor != 26*time.Hour || p.Name != "Acme Ltd" || len(p.Formats) != 1 || p.Formats[0] != saml.FormatPersistent {
		t.Errorf("%+v", p)
	}
}

func TestS9_MetadataThatIsWrongIsRefusedWithItsOwnRule(t *testing.T) {
	html := `<!DOCTYPE html><html><head><title>Sign in</title></head></html>`
	two := `<EntitiesDescriptor xmlns="` + md + `">` + idp{}.String() + idp{id: "https://other.example"}.String() + `</EntitiesDescriptor>`
	redirect := func(location string) string {
		return idp{sso: service("SingleSignOnService", saml.RedirectBinding, location)}.String()
	}
	for name, c := range map[string]struct {
		text string
		want explain.Code
	}{
		"nothing":                   {"", explain.MetadataXML},
		"no XML":                    {"metadata", explain.MetadataXML},
		"cut":                       {idp{}.String()[:300], explain.MetadataXML},
		"a page":                    {"\n " + html, explain.MetadataHTML},
		"a page of XHTML":           {`<html xmlns="http://www.w3.org/1999/xhtml"/>`, explain.MetadataHTML},
		"OpenID configuration":      {`{"issuer":"https://idp.example"}`, explain.MetadataRoot},
		"a response":                {`<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"/>`, explain.MetadataRoot},
		"an empty entity":           {`<EntityDescriptor xmlns="` + md + `" entityID="x"/>`, explain.MetadataRoot},
		"an entity":                 {`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + idp{}.String(), explain.SAMLDoctype},
		"something behind it":       {idp{}.String() + idp{}.String(), explain.SAMLTrailing},
		"too large":                 {idp{}.String() + strings.Repeat(" ", 1<<20), explain.SAMLSize},
		"two providers":             {two, explain.MetadataSeveral},
		"no entity id":              {idp{id: "-"}.String(), explain.MetadataEntityID},
		"an endless entity id":      {idp{id: "https://" + strings.Repeat("a", 1024)}.String(), explain.MetadataEntityID},
		"another protocol":          {idp{role: `protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"`}.String(), explain.MetadataProtocol},
		"no key":                    {idp{keys: "-"}.String(), explain.MetadataNoKey},
		"a key for encryption only": {idp{keys: key("encryption", saml.CertificateText(keys()[0].Certificate))}.String(), explain.MetadataNoKey},
		"a broken certificate":      {idp{keys: key("signing", "AAAA")}.String(), explain.MetadataKey},
		"a weak key":                {idp{keys: key("signing", saml.CertificateText(weak(t)))}.String(), explain.MetadataKey},
		"nowhere to sign in":        {idp{sso: "-"}.String(), explain.MetadataNoSSO},
		"SOAP only":                 {idp{sso: service("SingleSignOnService", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP", sso)}.String(), explain.MetadataNoSSO},
		"a script":                  {redirect("javascript:alert(document.domain)//https://"), explain.MetadataLocation},
		"data":                      {redirect("data:text/html,x"), explain.MetadataLocation},
		"plain http":                {redirect("http://idp.example/sso"), explain.MetadataLocation},
		"a relative address":        {redirect("/sso"), explain.MetadataLocation},
		"an address without host":   {redirect("https:///sso"), explain.MetadataLocation},
		"a user name in it":         {redirect("https://app.example@evil.example/"), explain.MetadataLocation},
		"a quote in it":             {redirect("https://idp.example/&quot;onload=x"), explain.MetadataLocation},
		"a line break in it":        {redirect("https://idp.example/&#10;x"), explain.MetadataLocation},
		"a script to log out":       {idp{more: service("SingleLogoutService", saml.RedirectBinding, "javascript:1")}.String(), explain.MetadataLocation},
		"expired":                   {idp{root: `validUntil="2030-01-02T03:04:05Z"`}.String(), explain.MetadataExpired},
		"expired around it":         {idp{root: `validUntil="2030-01-01T00:00:00Z"`, role: `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" validUntil="2030-06-01T00:00:00Z"`}.String(), explain.MetadataExpired},
		"no time":                   {idp{root: `validUntil="soon"`}.String(), explain.MetadataDate},
		"no duration":               {idp{root: `cacheDuration="P"`}.String(), explain.MetadataDate},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := saml.ReadMetadata([]byte(c.text), saml.MetadataOptions{Now: now()})
			is(t, err, c.want)
		})
	}
}

func TestS9_OfSeveralProvidersTheOneThatIsMeantCounts(t *testing.T) {
	entities := func(all ...string) []byte {
		return []byte(`<EntitiesDescriptor xmlns="` + md + `"><EntitiesDescriptor>` + strings.Join(all, "") + `</EntitiesDescriptor></EntitiesDescriptor>`)
	}
	sp := string((&saml.Service{EntityID: us, ACS: acs}).Metadata())
	_, sp, _ = strings.Cut(sp, "\n")
	one, other := idp{}.String(), idp{id: "https://other.example"}.String()
	read := func(document []byte, id string) (*saml.Provider, error) {
		return saml.ReadMetadata(document, saml.MetadataOptions{EntityID: id, Now: now()})
	}
	for name, id := range map[string]string{"the one that is meant": "https://other.example", "the only one": ""} {
		document := entities(one, sp, other)
		if id == "" {
			document = entities(sp, other)
		}
		if p, err := read(document, id); err != nil || p.EntityID != "https://other.example" {
			t.Errorf("%s: %+v %v", name, p, err)
		}
	}
	_, err := read(entities(one, other), "https://third.example")
	is(t, err, explain.MetadataMissing)
	_, err = read([]byte(one), "https://third.example")
	is(t, err, explain.MetadataMissing)
	_, err = read(entities(one, one), provider)
	is(t, err, explain.MetadataDuplicate)
}

func TestPlainHTTPIsForDevelopmentOnly(t *testing.T) {
	text := idp{sso: service("SingleSignOnService", saml.RedirectBinding, "http://127.0.0.1:8080/sso")}.String()
	if _, err := saml.ReadMetadata([]byte(text), saml.MetadataOptions{Now: now(), InsecureHTTP: true}); err != nil {
		t.Error(err)
	}
	is(t, saml.CheckLocation("javascript:alert(1)", true), explain.MetadataLocation)
}

func TestACertificateIsReadAsPeopleHaveIt(t *testing.T) {
	c := keys()[0].Certificate
	text := saml.CertificateText(c)
	for _, form := range []string{text, text[:50] + "\r\n" + text[50:], "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n"} {
		if got, err := saml.ParseCertificate(form); err != nil || !got.Equal(c) {
			t.Error(err)
		}
	}
	if _, err := saml.ParseCertificate("-----BEGIN PRIVATE KEY-----"); err == nil {
		t.Error("a private key")
	}
	if got := saml.Certificates([]string{"x", text}); len(got) != 1 {
		t.Error(len(got))
	}
	if c.NotBefore.After(now()) || c.NotAfter.Before(now().AddDate(9, 0, 0)) || c.Subject.CommonName != "a test" {
		t.Error(c.NotBefore, c.NotAfter, c.Subject)
	}
}
