package guide_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

func ourValues() guide.SignOn {
	return guide.SignOn{
		EntityID: "https://id.example/entity", ACS: "https://id.example/saml/acme/acs", Logout: "https://id.example/saml/acme/slo",
		Start: "https://id.example/sso/acme", App: "https://id.example/oidc/con_1/app", Web: "https://id.example/oidc/con_1/web",
	}
}

func TestT26_P27_EachProviderHasAGuideToSigningInWithOurValuesAndItsOwnNames(t *testing.T) {
	for name, p := range five(t) {
		for _, kind := range append(identity.ConnectionKinds(), "") {
			for _, by := range guide.Protocols(p, kind) {
				values, seen, words := map[string]string{}, map[guide.Sight]bool{}, ""
				for _, s := range guide.SignOnSteps(p, kind, by, ourValues(), false) {
					if s.Title == "" || len(s.Do) == 0 {
						t.Errorf("%s, %s: a step without words: %+v", name, kind, s)
					}
					for _, c := range s.Copy {
						values[c.Value] = c.Label
					}
					seen[s.Tick] = true
					words += strings.Join(s.Do, " ")
				}
				want := map[string]string{ourValues().EntityID: p.Console.Labels.EntityID, ourValues().ACS: p.Console.Labels.ACS}
				if by == identity.OIDC {
					want = map[string]string{ourValues().App: p.Console.Labels.Redirect + " 1", ourValues().Web: p.Console.Labels.Redirect + " 2"}
				}
				for value, label := range want {
					if values[value] != label {
						t.Errorf("%s, %s, %s: %s stands under %q", name, kind, by, value, values[value])
					}
				}
				if !seen[guide.Known] || !seen[guide.Answered] || !seen[guide.Entered] || !strings.Contains(words, "Test sign-in") {
					t.Errorf("%s, %s, %s: ticks %v", name, kind, by, seen)
				}
			}
		}
	}
}

func TestWhichProtocolsAConnectorOffersFollowsFromTheProduct(t *testing.T) {
	all := five(t)
	for _, c := range []struct {
		product, kind string
		want          []identity.Protocol
	}{
		{"trackingtime", "entra", []identity.Protocol{identity.SAML}},
		{"webwork", "okta", []identity.Protocol{identity.SAML}},
		{"platform", "entra", []identity.Protocol{identity.OIDC}},
		{"timeneye", "entra", []identity.Protocol{identity.SAML, identity.OIDC}},
		{"", "keycloak", []identity.Protocol{identity.SAML, identity.OIDC}},
		{"", "saml", []identity.Protocol{identity.SAML}},
		{"", "oidc", []identity.Protocol{identity.OIDC}},
		{"", "scim", nil},
	} {
		if got := guide.Protocols(all[c.product], c.kind); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v", c.product, c.kind, got)
		}
	}
}

func TestT05_T25_P10_AnApplicationThatProvisionsIsOpenedAndNotMadeAgain(t *testing.T) {
	for _, by := range []identity.Protocol{identity.SAML, identity.OIDC} {
		fresh := guide.SignOnSteps(product.Default(), "entra", by, ourValues(), false)[0]
		second := guide.SignOnSteps(product.Default(), "entra", by, ourValues(), true)[0]
		if strings.HasPrefix(fresh.Title, "Open") || !strings.HasPrefix(second.Title, "Open the") || second.Why != "One application does both." {
			t.Errorf("%s: %+v, %+v", by, fresh, second)
		}
	}
	if s := guide.SignOnSteps(product.Default(), "entra", identity.SAML, ourValues(), false)[0]; !strings.Contains(strings.Join(s.Do, " "), "Non-gallery") {
		t.Errorf("%+v", s)
	}
}

func TestT07_P14_P15_WhatIsBroughtHereStandsUnderBothNames(t *testing.T) {
	all := five(t)
	brought := func(p *product.Product, kind string, by identity.Protocol) (out []guide.Bring) {
		for _, s := range guide.SignOnSteps(p, kind, by, ourValues(), false) {
			out = append(out, s.Bring...)
		}
		return out
	}
	if got := brought(all["trackingtime"], "entra", identity.SAML); !slices.Equal(got, []guide.Bring{{Field: "App Federation Metadata Url", Label: "Metadata"}}) {
		t.Errorf("%+v", got)
	}
	want := []guide.Bring{
		{Field: "Application (client) ID", Label: "OpenID Connect - Client Id"}, {Field: "Value", Label: "Client Secret"},
		{Field: "Directory (tenant) ID", Label: "OpenID Connect - Authority/Issuer URL"},
	}
	if got := brought(all["platform"], "entra", identity.OIDC); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if n := guide.SignOnNames("okta"); n.EntityID != "Audience URI (SP Entity ID)" || n.ACS != "Single sign-on URL" || n.Metadata != "Metadata URL" {
		t.Errorf("%+v", n)
	}
}
