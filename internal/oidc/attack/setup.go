package attack

import (
	"context"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/web/outbound"
)

// typing types an authority.
func typing(authority string) func(*world) { return func(w *world) { w.typed = authority } }

// documents changes the discovery document.
func documents(name string, value any) func(*world) {
	return func(w *world) {
		w.document = func(o object) {
			if o[name] = value; value == nil {
				delete(o, name)
			}
		}
	}
}

// outside reads an authority with the client that the server uses, which reaches
// no private network.
func outside(w *world) error {
	_, err := oidc.Discover(context.Background(), outbound.New(outbound.Options{}), w.typed)
	return err
}

// twice puts a member in front of the object that has it already.
func twice(member string) func(string) string {
	return func(s string) string { return "{" + member + "," + s[1:] }
}

const login = "https://login.microsoftonline.com/"

// discovery are authorities and documents that do not fit.
func discovery() []play {
	const d = "discovery"
	return []play{
		{d, "the authority is a script", "", explain.OIDCAddress, typing("javascript:alert(1)//idp.example"), nil},
		{d, "the authority carries a user name", "", explain.OIDCAddress, typing("https://idp.example@attacker.example"), nil},
		{d, "the tenant is common", "", explain.OIDCCommon, typing(login + "common/v2.0"), nil},
		{d, "the tenant is organizations", "", explain.OIDCCommon, typing(login + "organizations"), nil},
		{d, "the tenant is that of all personal accounts", "", explain.OIDCCommon, typing(login + "9188040d-6c67-4c5b-b112-36a304b66dad"), nil},
		{d, "no tenant", "", explain.OIDCTenantMissing, typing("https://login.microsoftonline.com"), nil},
		{d, "no provider there", "", explain.OIDCUnreachable, func(w *world) { w.status["/.well-known/openid-configuration"] = -1 }, nil},
		{d, "no document there", "", explain.OIDCNoDocument, func(w *world) { w.status["/.well-known/openid-configuration"] = 404 }, nil},
		{d, "a web page in place of the document", "", explain.OIDCNotJSON, func(w *world) { w.documentText = func(string) string { return "<!doctype html><h1>Sign in</h1>" } }, nil},
		{d, "a document without end", "", explain.OIDCDocumentSize, func(w *world) {
			w.documentText = func(s string) string { return s + strings.Repeat(" ", 2<<20) }
		}, nil},
		{d, "a document with two issuers", "", explain.OIDCDocumentTwice, func(w *world) { w.documentText = twice(`"issuer":"https://attacker.example"`) }, nil},
		{d, "a document with an issuer in other letters", "", explain.OIDCDocumentTwice, func(w *world) { w.documentText = twice(`"Issuer":"https://attacker.example"`) }, nil},
		{d, "the document of another issuer", "oidcc-client-test-discovery-issuer-mismatch", explain.OIDCIssuerDiffers, documents("issuer", "https://other.example"), nil},
		{d, "the document of another path", "", explain.OIDCIssuerDiffers, documents("issuer", issuer+"/other"), nil},
		{d, "the document of another tenant", "", explain.OIDCIssuerDiffers, func(w *world) {
			w.typed = login + tenant
			documents("issuer", login+"99999999-2222-3333-4444-555555555555/v2.0")(w)
		}, nil},
		{d, "the document of the first version", "", explain.OIDCIssuerDiffers, func(w *world) {
			w.typed = login + tenant
			documents("issuer", "https://sts.windows.net/"+tenant+"/")(w)
		}, nil},
		{d, "an issuer for every tenant", "", explain.OIDCIssuerTemplate, func(w *world) {
			w.typed = login + tenant
			documents("issuer", login+"{tenantid}/v2.0")(w)
		}, nil},
		{d, "no keys", "", explain.OIDCEndpointMissing, documents("jwks_uri", nil), nil},
		{d, "keys inside the data centre", "", explain.OIDCEndpointUnsafe, documents("jwks_uri", "http://169.254.169.254/latest/meta-data"), nil},
		{d, "a sign-in page that is a script", "", explain.OIDCEndpointUnsafe, documents("authorization_endpoint", "javascript:alert(1)"), nil},
		{d, "a token endpoint with a user name", "", explain.OIDCEndpointUnsafe, documents("token_endpoint", "https://idp.example@attacker.example/token"), nil},
		{d, "shared secrets only", "", explain.OIDCNoAlgorithm, documents("id_token_signing_alg_values_supported", []string{"none", "HS256"}), nil},
		{d, "PKCE downgrade: plain only", "", explain.OIDCPlainPKCE, documents("code_challenge_methods_supported", []string{"plain"}), nil},
		{d, "the implicit flow only", "", explain.OIDCNoCodeFlow, documents("response_types_supported", []string{"id_token"}), nil},
		{d, "no client secret taken", "", explain.OIDCNoClientAuth, documents("token_endpoint_auth_methods_supported", []string{"private_key_jwt"}), nil},
		{d, "SSRF: our own machine", "", explain.FetchPrivate, typing("https://127.0.0.1:1"), outside},
		{d, "SSRF: the metadata service of the cloud", "", explain.FetchPrivate, typing("https://169.254.169.254"), outside},
		{d, "SSRF: our own machine in six bytes of IPv6", "", explain.FetchPrivate, typing("https://[::ffff:127.0.0.1]:1"), outside},
		{d, "SSRF: without TLS", "", explain.FetchAddress, typing("http://192.168.1.1"), outside},
	}
}
