package oidc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
)

// failed is an error of a provider, and the rule that it is told by.
type failed struct {
	code, description string
	rule              explain.Code
}

func browserFailures() []failed {
	return []failed{
		{"invalid_client", "AADSTS65001: The user or administrator has not consented to use the application with ID 'c'.\r\nTrace ID: 1", explain.OIDCConsent},
		{"consent_required", "", explain.OIDCConsent},
		{"access_denied", "AADSTS90094: The grant requires admin permission.", explain.OIDCAdminConsent},
		{"admin_policy_enforced", "", explain.OIDCAdminConsent},
		{"access_denied", "AADSTS65004: The resource owner or authorization server denied the request.", explain.OIDCConsentDeclined},
		{"interaction_required", "AADSTS50105: Your administrator has configured the application to block users unless they are assigned.", explain.OIDCUnassigned},
		{"access_denied", "User is not assigned to the client application.", explain.OIDCUnassigned},
		{"access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies.", explain.OIDCConditional},
		{"access_denied", "Policy evaluation failed for this request, please check the policy configurations.", explain.OIDCConditional},
		{"access_denied", "The resource owner or authorization server denied the request.", explain.OIDCDenied},
		{"login_required", "", explain.OIDCLoginRequired},
		{"login_required", "AADSTS50058: A silent sign-in request was sent but no user is signed in.", explain.OIDCLoginRequired},
		{"interaction_required", "AADSTS50076: you must use multi-factor authentication", explain.OIDCInteraction},
		{"interaction_required", "", explain.OIDCInteraction},
		{"account_selection_required", "", explain.OIDCInteraction},
		{"temporarily_unavailable", "", explain.OIDCTemporarily},
		{"server_error", "", explain.OIDCServerError},
		{"invalid_request", "AADSTS50011: The redirect URI specified in the request does not match.", explain.OIDCRedirectURI},
		{"invalid_request", "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.", explain.OIDCRedirectURI},
		{"redirect_uri_mismatch", "", explain.OIDCRedirectURI},
		{"invalid_request", "something is missing", explain.OIDCInvalidRequest},
		{"unauthorized_client", "AADSTS700016: Application with identifier 'c' was not found in the directory 't'.", explain.OIDCClientUnknown},
		{"invalid_client", "The OAuth client was not found.", explain.OIDCClientUnknown},
		{"unauthorized_client", "AADSTS7000112: Application is disabled.", explain.OIDCClientRefused},
		{"unauthorized_client", "", explain.OIDCClientRefused},
		{"invalid_request", "AADSTS90002: Tenant 't' not found.", explain.OIDCTenantUnknown},
		{"access_denied", "AADSTS50057: The user account is disabled.", explain.OIDCAccountDisabled},
		{"access_denied", "AADSTS50020: User account from identity provider does not exist in tenant.", explain.OIDCAccountForeign},
		{"org_internal", "", explain.OIDCAccountForeign},
		{"access_denied", "AADSTS50055: The password is expired.", explain.OIDCPasswordExpired},
		{"invalid_scope", "", explain.OIDCScope},
		{"unsupported_response_type", "", explain.OIDCResponseType},
		{"unmet_authentication_requirements", "", explain.OIDCUnmet},
		{"something_new", "AADSTS99999999: new", explain.OIDCOtherError},
	}
}

func tokenFailures() []failed {
	return []failed{
		{"invalid_client", "AADSTS7000222: The provided client secret keys for app 'c' are expired.", explain.OIDCSecretExpired},
		{"invalid_client", "AADSTS7000215: Invalid client secret provided.", explain.OIDCSecretWrong},
		{"invalid_client", "The client secret supplied for a confidential client is invalid.", explain.OIDCSecretWrong},
		{"unauthorized_client", "Invalid client or Invalid client credentials", explain.OIDCSecretWrong},
		{"invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", explain.OIDCRedirectType},
		{"invalid_client", "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", explain.OIDCRedirectType},
		{"invalid_request", "AADSTS9002327: Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.", explain.OIDCRedirectType},
		{"invalid_client", "The OAuth client was not found.", explain.OIDCClientUnknown},
		{"invalid_grant", "AADSTS70008: The provided authorization code or refresh token has expired.", explain.OIDCCodeExpired},
		{"invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed.", explain.OIDCCodeExpired},
		{"invalid_grant", "AADSTS501481: The Code_Verifier does not match the code_challenge supplied.", explain.OIDCVerifierRefused},
		{"invalid_grant", "PKCE verification failed.", explain.OIDCVerifierRefused},
		{"invalid_grant", "The redirect URI does not match", explain.OIDCRedirectURI},
		{"invalid_grant", "", explain.OIDCCodeRefused},
		{"invalid_grant", "AADSTS65001: The user or administrator has not consented.", explain.OIDCConsent},
		{"unsupported_grant_type", "", explain.OIDCResponseType},
		{"temporarily_unavailable", "", explain.OIDCTemporarily},
	}
}

func TestAnErrorInTheBrowserBecomesARuleWithWhatToDo(t *testing.T) {
	rp := answers(func(*http.Request) (int, string) { return 500, "" }).party(time.Now)
	for _, f := range browserFailures() {
		r := oidc.NewRequest(oidc.Web, noon)
		_, err := rp.Redeem(t.Context(), entra(), r, oidc.Web, url.Values{"state": {r.State}, "error": {f.code}, "error_description": {f.description}})
		wantTold(t, f, err)
	}
}

func TestAnErrorOfTheTokenEndpointBecomesARuleWithWhatToDo(t *testing.T) {
	for _, f := range tokenFailures() {
		body, err := json.Marshal(map[string]string{"error": f.code, "error_description": f.description})
		if err != nil {
			t.Fatal(err)
		}
		rp := answers(func(*http.Request) (int, string) { return 400, string(body) }).party(time.Now)
		r := oidc.NewRequest(oidc.Web, noon)
		_, err = rp.Redeem(t.Context(), entra(), r, oidc.Web, url.Values{"state": {r.State}, "code": {"c"}})
		wantTold(t, f, err)
	}
}

func wantTold(t *testing.T, f failed, err error) {
	t.Helper()
	got := refusal(t, err)
	if got.Code != f.rule {
		t.Errorf("%s (%s) is told as %s, not %s", f.code, f.description, got.Code, f.rule)
	}
	rule, known := explain.Find(got.Code)
	if !known || rule.Title == "" || rule.Mend == "" || rule.Source == "" {
		t.Errorf("rule %s does not say what to do: %+v", got.Code, rule)
	}
	if got.Got == "" || len(got.Got) > 310 {
		t.Errorf("what came is not told: %q", got.Got)
	}
}

func TestAnAnswerOfAnEndpointThatFailsIsTold(t *testing.T) {
	for status, code := range map[int]explain.Code{503: explain.OIDCTemporarily, 429: explain.OIDCTemporarily, 500: explain.OIDCTokenStatus, 302: explain.OIDCTokenStatus, 200: explain.OIDCTokenStatus, 0: explain.OIDCTokenUnreachable} {
		rp := answers(func(*http.Request) (int, string) { return status, "<h1>Sorry</h1>" }).party(time.Now)
		r := oidc.NewRequest(oidc.Web, noon)
		_, err := rp.Redeem(t.Context(), entra(), r, oidc.Web, url.Values{"state": {r.State}, "code": {"c"}})
		if got := refusal(t, err); got.Code != code {
			t.Errorf("HTTP %d is told as %v, not %s", status, got, code)
		}
	}
}

func TestP13_MissingConsentLeadsToWhereAnAdministratorGivesIt(t *testing.T) {
	const link = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/adminconsent?client_id=client-1"
	rp := answers(func(*http.Request) (int, string) { return 500, "" }).party(time.Now)
	for _, description := range []string{"AADSTS65001: not consented", "AADSTS90094: admin"} {
		r := oidc.NewRequest(oidc.Web, noon)
		_, err := rp.Redeem(t.Context(), entra(), r, oidc.Web, url.Values{"state": {r.State}, "error": {"access_denied"}, "error_description": {description}})
		got := refusal(t, err)
		rule, _ := explain.Find(got.Code)
		if got.Link != link || rule.Person != "Ask an administrator of your organization's identity provider to grant consent." || rule.Place("entra") == "" {
			t.Errorf("%+v, %+v", got, rule)
		}
	}
	c := okta()
	if s := c.ConsentURL(); s != "" {
		t.Errorf("Okta has no such page, and got %s", s)
	}
	_, err := oidc.State(url.Values{"admin_consent": {"True"}, "tenant": {"t"}})
	if got := refusal(t, err); got.Code != explain.OIDCConsentGiven {
		t.Errorf("an administrator who comes back is told %v", got)
	}
}

func TestTheProvidersTraceIdsAreNotShownAndNothingIsTooLong(t *testing.T) {
	rp := answers(func(*http.Request) (int, string) { return 500, "" }).party(time.Now)
	r := oidc.NewRequest(oidc.Web, noon)
	_, err := rp.Redeem(t.Context(), entra(), r, oidc.Web, url.Values{"state": {r.State}, "error": {"access_denied"}, "error_description": {"AADSTS50105: not assigned. Trace ID: 1234\r\nCorrelation ID: 5"}})
	if got, want := refusal(t, err).Got, "access_denied: AADSTS50105: not assigned."; got != want {
		t.Errorf("shown is %q, not %q", got, want)
	}
}

func TestEveryRuleOfOpenIDConnectHasItsWords(t *testing.T) {
	names := map[string]bool{}
	for _, r := range explain.Rules() {
		if r.Code[0] != 'O' {
			continue
		}
		if names[r.Name] || r.Title == "" || r.Mend == "" || r.Source == "" {
			t.Errorf("%s %s lacks words, or its name is taken", r.Code, r.Name)
		}
		names[r.Name] = true
	}
	if len(names) < 100 {
		t.Error(fmt.Sprint(len(names), " rules"))
	}
}
