package saml_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml"
)

// Whatever stands in an address is read or refused by a rule, and only what the
// provider signed is believed.
func FuzzLogoutQuery(f *testing.F) {
	for _, k := range []*saml.Key{nil, keys()[0], keys()[1]} {
		for _, send := range []interface {
			Redirect(string, *saml.Key) (string, error)
		}{logoutRequest(), logoutResponse(saml.StatusSuccess)} {
			address, err := send.Redirect("relay", k)
			if err != nil {
				f.Fatal(err)
			}
			_, q, _ := strings.Cut(address, "?")
			f.Add(q)
		}
	}
	want := expected()
	want.Certificates = certs(keys()[1])
	f.Fuzz(func(t *testing.T, q string) {
		m, err := saml.ReadLogoutQuery(q)
		if err == nil {
			_, err = m.Verify(want)
		}
		refusedOrFine(t, err)
		form, bad := url.ParseQuery(q)
		if bad != nil {
			return
		}
		if m, err = saml.ReadLogoutForm(form); err == nil {
			_, err = m.Verify(want)
		}
		refusedOrFine(t, err)
	})
}

// Whatever a provider publishes is read or refused by a rule, and never sends a
// browser to a place that is not https.
func FuzzMetadata(f *testing.F) {
	f.Add(idp{}.String())
	f.Add(idp{root: `validUntil="2030-06-01T00:00:00Z" cacheDuration="PT6H"`, more: service("SingleLogoutService", saml.RedirectBinding, "https://idp.example/slo")}.String())
	f.Add(string((&saml.Service{EntityID: us, ACS: acs, Keys: certs(keys()[0])}).Metadata()))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := saml.ReadMetadata([]byte(text), saml.MetadataOptions{Now: now()})
		refusedOrFine(t, err)
		if err != nil {
			return
		}
		for _, to := range []string{p.SSOURL, p.SSOPostURL, p.SLOURL, p.SLOReturnURL} {
			if to != "" && !strings.HasPrefix(strings.ToLower(to), "https://") {
				t.Errorf("leads to %q", to)
			}
		}
		if len(p.Certificates) == 0 || p.EntityID == "" {
			t.Errorf("%+v", p)
		}
	})
}

// refusedOrFine wants a rule for what went wrong, and not that of a panic.
func refusedOrFine(t *testing.T, err error) {
	t.Helper()
	var r *explain.Refusal
	if err == nil || errors.As(err, &r) && r.Code != explain.SAMLUnexpected {
		return
	}
	t.Errorf("no rule: %v", errors.Unwrap(err))
}
