package oidc_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// documented answers discovery documents by their address, each with its issuer.
func documented(issuers map[string]string) *http.Client {
	return &http.Client{Transport: answers(func(req *http.Request) (int, string) {
		issuer, ok := issuers[strings.TrimSuffix(req.URL.String(), "/.well-known/openid-configuration")]
		if !ok {
			return 404, ""
		}
		doc, _ := json.Marshal(map[string]any{
			"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/k",
			"id_token_signing_alg_values_supported": []string{"HS256", "RS256", "ES256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_post"},
			"authorization_response_iss_parameter_supported": true,
		})
		return 200, string(doc)
	})}
}

func TestP15_AnAuthorityIsFoundInAllTheWaysThatPeopleWriteIt(t *testing.T) {
	const tid = "11111111-2222-3333-4444-555555555555"
	client := documented(map[string]string{
		"https://login.microsoftonline.com/" + tid + "/v2.0":              entraIssuer,
		"https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0":  entraIssuer,
		"https://login.microsoftonline.us/" + tid + "/v2.0":               "https://login.microsoftonline.us/" + tid + "/v2.0",
		"https://login.partner.microsoftonline.cn/" + tid + "/v2.0":       "https://login.partner.microsoftonline.cn/" + tid + "/v2.0",
		"https://acme.okta.com":                                           "https://acme.okta.com",
		"https://acme.okta.com/oauth2/default":                            "https://acme.okta.com/oauth2/default",
		"https://accounts.google.com":                                     "https://accounts.google.com",
		"https://acme.eu.auth0.com":                                       "https://acme.eu.auth0.com/",
		"https://idp.example/realms/acme":                                 "https://idp.example/realms/acme",
		"http://127.0.0.1:9000/" + tid + "/v2.0":                          "http://127.0.0.1:9000/" + tid + "/v2.0",
		"https://tenants.example/99999999-2222-3333-4444-555555555555":    "https://tenants.example/99999999-2222-3333-4444-555555555555",
		"https://fs.acme.example/adfs":                                    "https://fs.acme.example/adfs",
		"https://oauth.id.jumpcloud.com":                                  "https://oauth.id.jumpcloud.com/",
		"https://auth.pingone.eu/22222222-2222-3333-4444-555555555555/as": "https://auth.pingone.eu/22222222-2222-3333-4444-555555555555/as",
	})
	for _, row := range []struct{ typed, issuer, kind string }{
		{"https://login.microsoftonline.com/" + tid, entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/v2.0", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/v2.0/", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/.well-known/openid-configuration", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/v2.0/.well-known/openid-configuration", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/" + tid + "/oauth2/v2.0/authorize", entraIssuer, "entra"},
		{"https://login.microsoftonline.com/contoso.onmicrosoft.com", entraIssuer, "entra"},
		{"login.microsoftonline.com/" + strings.ToUpper(tid), entraIssuer, "entra"},
		{"https://sts.windows.net/" + tid + "/", entraIssuer, "entra"},
		{"https://login.windows.net/" + tid, entraIssuer, "entra"},
		{`  "https://login.microsoftonline.com:443/` + tid + `"`, entraIssuer, "entra"},
		{"https://login.microsoftonline.us/" + tid, "https://login.microsoftonline.us/" + tid + "/v2.0", "entra"},
		{"https://login.partner.microsoftonline.cn/" + tid, "https://login.partner.microsoftonline.cn/" + tid + "/v2.0", "entra"},
		{"http://127.0.0.1:9000/" + tid, "http://127.0.0.1:9000/" + tid + "/v2.0", "entra"},
		{"acme.okta.com", "https://acme.okta.com", "okta"},
		{"https://acme-admin.okta.com/admin/apps", "https://acme.okta.com", "okta"},
		{"https://acme.okta.com/oauth2/default", "https://acme.okta.com/oauth2/default", "okta"},
		{"https://accounts.google.com/.well-known/openid-configuration", "https://accounts.google.com", "google"},
		{"https://acme.eu.auth0.com", "https://acme.eu.auth0.com/", ""},
		{"https://acme.eu.auth0.com/", "https://acme.eu.auth0.com/", ""},
		{"https://idp.example/realms/acme/.well-known/openid-configuration", "https://idp.example/realms/acme", ""},
		{"https://IDP.example/realms/acme", "https://idp.example/realms/acme", ""},
		{"https://tenants.example/99999999-2222-3333-4444-555555555555", "https://tenants.example/99999999-2222-3333-4444-555555555555", ""},
		{"https://fs.acme.example/adfs/", "https://fs.acme.example/adfs", ""},
		{"https://oauth.id.jumpcloud.com/", "https://oauth.id.jumpcloud.com/", ""},
		{"https://auth.pingone.eu/22222222-2222-3333-4444-555555555555/as", "https://auth.pingone.eu/22222222-2222-3333-4444-555555555555/as", ""},
	} {
		found, err := oidc.Discover(t.Context(), client, row.typed)
		if err != nil || found.Settings.Issuer != row.issuer || found.Kind != row.kind {
			t.Errorf("%s: %q of %q, %v", row.typed, found.Settings.Issuer, found.Kind, err)
		}
		if found.Kind == "entra" && found.Tenant != tid {
			t.Errorf("%s: tenant %q", row.typed, found.Tenant)
		}
	}
}

func TestP15_WhatIsNoAuthorityIsToldInWords(t *testing.T) {
	client := documented(map[string]string{"https://idp.example": "https://other.example"})
	for _, row := range []struct {
		typed string
		code  explain.Code
		says  []string
	}{
		{"", explain.OIDCAddress, []string{"https://login.example.com"}},
		{"ftp://idp.example", explain.OIDCAddress, []string{"begins with https://"}},
		{"https://idp.example?x=1", explain.OIDCAddress, nil},
		{"https://idp exa mple", explain.OIDCAddress, nil},
		{"https://login.microsoftonline.com/common", explain.OIDCCommon, []string{"your own Directory (tenant) ID", "anybody with a Microsoft account"}},
		{"https://login.microsoftonline.com/ORGANIZATIONS/v2.0", explain.OIDCCommon, nil},
		{"https://login.microsoftonline.com/consumers", explain.OIDCCommon, nil},
		{"https://sts.windows.net/common", explain.OIDCCommon, nil},
		{"https://login.microsoftonline.com/", explain.OIDCTenantMissing, []string{"TENANT-ID"}},
		{"https://login.microsoftonline.com/{tenantid}/v2.0", explain.OIDCTenantMissing, nil},
		{"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/saml2", explain.OIDCAddress, nil},
		{"https://login.microsoftonline.com/..%2fcommon", explain.OIDCTenantMissing, nil},
		{"https://nowhere.example", explain.OIDCNoDocument, []string{"/.well-known/openid-configuration", "HTTP 404"}},
		{"https://idp.example", explain.OIDCIssuerDiffers, []string{"https://idp.example", "https://other.example"}},
	} {
		_, err := oidc.Discover(t.Context(), client, row.typed)
		var e *identity.Error
		if !errors.As(err, &e) || e.Field != "issuer" || e.Kind != identity.Invalid || refusal(t, err).Code != row.code {
			t.Errorf("%q: %v", row.typed, err)
			continue
		}
		for _, words := range row.says {
			if !strings.Contains(e.Msg, words) {
				t.Errorf("%q: %q does not say %q", row.typed, e.Msg, words)
			}
		}
	}
}

func TestDiscoveryBringsWhatTheDocumentSaysAndLeavesTheRest(t *testing.T) {
	client := documented(map[string]string{"https://idp.example": "https://idp.example"})
	found, err := oidc.Discover(t.Context(), client, "https://idp.example")
	if err != nil {
		t.Fatal(err)
	}
	s := identity.OIDCSettings{ClientID: "client-1", Secret: "sealed", Scopes: []string{"email"}, EndURL: "https://old.example/end"}
	found.Into(&s)
	if s.ClientID != "client-1" || s.Secret != "sealed" || len(s.Scopes) != 1 || s.EndURL != "" || !s.IssInAnswer || s.AuthMethod != "client_secret_post" {
		t.Errorf("%+v", s)
	}
	if strings.Join(s.Algorithms, " ") != "RS256 ES256" || s.TokenURL != "https://idp.example/t" || s.KeysURL != "https://idp.example/k" {
		t.Errorf("%+v", s)
	}
}
