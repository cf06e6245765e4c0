package oidc

import (
	"regexp"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// aadsts finds the number of an error of Entra in its description.
var aadsts = regexp.MustCompile(`AADSTS(\d{4,9})`)

// failure makes a refusal of an error that the provider answered: at its token
// endpoint, or else by the browser. Entra's own number says more than the error of
// the standard, other providers' descriptions sometimes do.
func (c *Client) failure(code, description string, ch Channel, atToken bool) *explain.Refusal {
	var rule explain.Code
	switch found := aadsts.FindStringSubmatch(description); {
	case found != nil && entraErrors()[found[1]] != "":
		rule = entraErrors()[found[1]]
	default:
		rule = plainError(code, strings.ToLower(description), atToken)
	}
	got, _, _ := strings.Cut(description, "\n")
	got, _, _ = strings.Cut(strings.TrimSpace(got), " Trace ID:")
	if got != "" {
		got = ": " + got
	}
	r := explain.Refuse(rule, c.wanted(rule, ch), code+got)
	if rule == explain.OIDCConsent || rule == explain.OIDCAdminConsent {
		r.Link = c.ConsentURL()
	}
	return r
}

// wanted says what a refusal expected, where we know it.
func (c *Client) wanted(rule explain.Code, ch Channel) string {
	switch rule {
	case explain.OIDCRedirectURI, explain.OIDCRedirectType:
		if ch == App {
			return c.AppURI + " as Public client (mobile & desktop)"
		}
		return c.WebURI + " as Web"
	case explain.OIDCClientUnknown, explain.OIDCClientRefused:
		return "the client id " + c.Settings.ClientID
	case explain.OIDCTenantUnknown:
		return c.Settings.Issuer
	case explain.OIDCScope:
		return strings.Join(c.scopes(), " ")
	case explain.OIDCSecretExpired:
		if !c.Settings.SecretExpires.IsZero() {
			return "a secret that counts after " + c.Settings.SecretExpires.UTC().Format(time.DateOnly)
		}
		return "a secret that counts"
	case explain.OIDCConsent, explain.OIDCAdminConsent:
		if link := c.ConsentURL(); link != "" {
			return "consent, at " + link
		}
	}
	return ""
}

// entraErrors are the errors of Microsoft Entra ID that people meet, by their number.
func entraErrors() map[string]explain.Code {
	return map[string]explain.Code{
		"65001": explain.OIDCConsent, "90094": explain.OIDCAdminConsent, "90095": explain.OIDCAdminConsent, "900941": explain.OIDCAdminConsent, "65004": explain.OIDCConsentDeclined,
		"50105": explain.OIDCUnassigned, "7000222": explain.OIDCSecretExpired, "7000215": explain.OIDCSecretWrong,
		"50011": explain.OIDCRedirectURI, "500113": explain.OIDCRedirectURI, "700016": explain.OIDCClientUnknown, "7000112": explain.OIDCClientRefused,
		"7000218": explain.OIDCRedirectType, "700025": explain.OIDCRedirectType, "9002326": explain.OIDCRedirectType, "9002327": explain.OIDCRedirectType,
		"53000": explain.OIDCConditional, "53001": explain.OIDCConditional, "53002": explain.OIDCConditional, "53003": explain.OIDCConditional, "53004": explain.OIDCConditional, "530003": explain.OIDCConditional,
		"50072": explain.OIDCInteraction, "50074": explain.OIDCInteraction, "50076": explain.OIDCInteraction, "50079": explain.OIDCInteraction, "50158": explain.OIDCInteraction, "16000": explain.OIDCInteraction,
		"50058": explain.OIDCLoginRequired, "50057": explain.OIDCAccountDisabled, "50055": explain.OIDCPasswordExpired, "50144": explain.OIDCPasswordExpired,
		"50020": explain.OIDCAccountForeign, "50034": explain.OIDCAccountForeign, "51004": explain.OIDCAccountForeign, "90072": explain.OIDCAccountForeign,
		"90002": explain.OIDCTenantUnknown, "900023": explain.OIDCTenantUnknown, "70011": explain.OIDCScope, "650053": explain.OIDCScope, "500011": explain.OIDCScope,
		"70008": explain.OIDCCodeExpired, "54005": explain.OIDCCodeExpired, "70000": explain.OIDCCodeRefused, "501481": explain.OIDCVerifierRefused, "90033": explain.OIDCTemporarily,
	}
}

// said is an error of the standard, and what the description of some providers adds.
type said struct {
	code  string
	words string // in the description, in lower case; "" for any
	rule  explain.Code
}

// plainError finds the rule of an error of the standard: the first row that fits.
func plainError(code, description string, atToken bool) explain.Code {
	list := browserErrors()
	if atToken {
		list = append(tokenErrors(), list...)
	}
	for _, s := range list {
		if s.code == code && strings.Contains(description, s.words) {
			return s.rule
		}
	}
	return explain.OIDCOtherError
}

// browserErrors are of RFC 6749 §4.1.2.1 and openid-connect-core-1_0 §3.1.2.6.
func browserErrors() []said {
	return []said{
		{"consent_required", "", explain.OIDCConsent},
		{"admin_policy_enforced", "", explain.OIDCAdminConsent},
		{"access_denied", "not assigned", explain.OIDCUnassigned},
		{"access_denied", "policy", explain.OIDCConditional},
		{"access_denied", "", explain.OIDCDenied},
		{"login_required", "", explain.OIDCLoginRequired},
		{"interaction_required", "", explain.OIDCInteraction},
		{"account_selection_required", "", explain.OIDCInteraction},
		{"temporarily_unavailable", "", explain.OIDCTemporarily},
		{"server_error", "", explain.OIDCServerError},
		{"org_internal", "", explain.OIDCAccountForeign},
		{"redirect_uri_mismatch", "", explain.OIDCRedirectURI},
		{"invalid_request", "redirect_uri", explain.OIDCRedirectURI},
		{"invalid_request", "redirect uri", explain.OIDCRedirectURI},
		{"invalid_request", "", explain.OIDCInvalidRequest},
		{"invalid_request_object", "", explain.OIDCInvalidRequest},
		{"invalid_scope", "", explain.OIDCScope},
		{"unsupported_response_type", "", explain.OIDCResponseType},
		{"unauthorized_client", "", explain.OIDCClientRefused},
		{"disabled_client", "", explain.OIDCClientRefused},
		{"invalid_client", "", explain.OIDCClientUnknown},
		{"deleted_client", "", explain.OIDCClientUnknown},
		{"unmet_authentication_requirements", "", explain.OIDCUnmet},
	}
}

// tokenErrors are those of RFC 6749 §5.2 that mean something else there.
func tokenErrors() []said {
	return []said{
		{"invalid_client", "expired", explain.OIDCSecretExpired},
		{"invalid_client", "not found", explain.OIDCClientUnknown},
		{"invalid_client", "", explain.OIDCSecretWrong},
		{"unauthorized_client", "credentials", explain.OIDCSecretWrong},
		{"unsupported_grant_type", "", explain.OIDCResponseType},
		{"invalid_grant", "pkce", explain.OIDCVerifierRefused},
		{"invalid_grant", "code_verifier", explain.OIDCVerifierRefused},
		{"invalid_grant", "redirect", explain.OIDCRedirectURI},
		{"invalid_grant", "expired", explain.OIDCCodeExpired},
		{"invalid_grant", "already", explain.OIDCCodeExpired},
		{"invalid_grant", "", explain.OIDCCodeRefused},
	}
}
