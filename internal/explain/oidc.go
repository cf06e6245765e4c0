package explain

import "slices"

// What is found while an identity provider is set up (OpenID Connect Discovery 1.0).
const (
	OIDCAddress         Code = "O01"
	OIDCCommon          Code = "O02"
	OIDCUnreachable     Code = "O03"
	OIDCNoDocument      Code = "O04"
	OIDCNotJSON         Code = "O05"
	OIDCDocumentSize    Code = "O06"
	OIDCIssuerDiffers   Code = "O07"
	OIDCIssuerTemplate  Code = "O08"
	OIDCEndpointMissing Code = "O09"
	OIDCEndpointUnsafe  Code = "O10"
	OIDCNoAlgorithm     Code = "O11"
	OIDCPlainPKCE       Code = "O12"
	OIDCNoCodeFlow      Code = "O13"
	OIDCNoClientAuth    Code = "O14"
	OIDCDocumentTwice   Code = "O15"
	OIDCTenantMissing   Code = "O16"
)

// How the answer of an identity provider comes back to us.
const (
	OIDCState         Code = "O20"
	OIDCAnswerTwice   Code = "O21"
	OIDCMixUp         Code = "O22"
	OIDCIssMissing    Code = "O23"
	OIDCChannel       Code = "O24"
	OIDCAnswerEmpty   Code = "O25"
	OIDCConsentGiven  Code = "O26"
	OIDCIncomplete    Code = "O27"
	OIDCSecretMissing Code = "O28"
)

// What an identity provider refuses by itself.
const (
	OIDCConsent          Code = "O30"
	OIDCAdminConsent     Code = "O31"
	OIDCUnassigned       Code = "O32"
	OIDCSecretExpired    Code = "O33"
	OIDCSecretWrong      Code = "O34"
	OIDCRedirectURI      Code = "O35"
	OIDCClientUnknown    Code = "O36"
	OIDCConditional      Code = "O37"
	OIDCDenied           Code = "O38"
	OIDCLoginRequired    Code = "O39"
	OIDCInteraction      Code = "O40"
	OIDCTemporarily      Code = "O41"
	OIDCServerError      Code = "O42"
	OIDCRedirectType     Code = "O43"
	OIDCAccountDisabled  Code = "O44"
	OIDCAccountForeign   Code = "O45"
	OIDCTenantUnknown    Code = "O46"
	OIDCInvalidRequest   Code = "O47"
	OIDCScope            Code = "O48"
	OIDCResponseType     Code = "O49"
	OIDCCodeRefused      Code = "O50"
	OIDCClientRefused    Code = "O51"
	OIDCUnmet            Code = "O52"
	OIDCOtherError       Code = "O53"
	OIDCCodeExpired      Code = "O54"
	OIDCVerifierRefused  Code = "O55"
	OIDCConsentDeclined  Code = "O56"
	OIDCPasswordExpired  Code = "O57"
	OIDCTokenUnreachable Code = "O60"
	OIDCTokenStatus      Code = "O61"
	OIDCTokenSize        Code = "O62"
	OIDCNoIDToken        Code = "O63"
	OIDCTokenType        Code = "O64"
	OIDCTokenTwice       Code = "O65"
)

// What is wrong with a token itself: its form and its signature.
const (
	OIDCJWTSize        Code = "O70"
	OIDCJWTForm        Code = "O71"
	OIDCJWTEncrypted   Code = "O72"
	OIDCJWTHeaderTwice Code = "O73"
	OIDCJWTCritical    Code = "O74"
	OIDCJWTKeyInside   Code = "O75"
	OIDCJWTType        Code = "O76"
	OIDCAlgNone        Code = "O77"
	OIDCAlgHMAC        Code = "O78"
	OIDCAlgOther       Code = "O79"
	OIDCKeyUnknown     Code = "O80"
	OIDCSignature      Code = "O81"
	OIDCKeyUnfit       Code = "O82"
	OIDCKeyShort       Code = "O83"
	OIDCKeysFetch      Code = "O84"
	OIDCKeysForm       Code = "O85"
	OIDCKeyAmbiguous   Code = "O86"
	OIDCLibrary        Code = "O87"
)

// What is wrong with what a token says.
const (
	OIDCClaimTwice      Code = "O90"
	OIDCClaimForm       Code = "O91"
	OIDCIssuer          Code = "O92"
	OIDCIssuerMissing   Code = "O93"
	OIDCAudience        Code = "O94"
	OIDCAudienceMany    Code = "O95"
	OIDCAuthorizedParty Code = "O96"
	OIDCExpiryMissing   Code = "O97"
	OIDCExpired         Code = "O98"
	OIDCIssuedMissing   Code = "O99"
	OIDCIssuedLater     Code = "O100"
	OIDCIssuedEarlier   Code = "O101"
	OIDCNotBefore       Code = "O102"
	OIDCNonceMissing    Code = "O103"
	OIDCNonce           Code = "O104"
	OIDCAccessTokenHash Code = "O105"
	OIDCSubjectMissing  Code = "O106"
	OIDCSubjectForm     Code = "O107"
	OIDCAuthTimeMissing Code = "O108"
	OIDCAuthTimeEarlier Code = "O109"
	OIDCContext         Code = "O110"
	OIDCTenant          Code = "O111"
	OIDCObjectID        Code = "O112"
	OIDCTimes           Code = "O113"
	OIDCAudienceMissing Code = "O114"
	OIDCClaimHomoglyph  Code = "O115"
	OIDCUserInfoSubject Code = "O120"
	OIDCUserInfoMissing Code = "O121"
	OIDCUserInfoFetch   Code = "O122"
	OIDCUserInfoForm    Code = "O123"
	OIDCUserInfoTwice   Code = "O124"
	OIDCLogoutEvent     Code = "O130"
	OIDCLogoutNonce     Code = "O131"
	OIDCLogoutWhom      Code = "O132"
	OIDCLogoutID        Code = "O133"
	OIDCLogoutEventForm Code = "O134"
	OIDCLogoutOld       Code = "O135"
)

// What people do who were refused, where it is not to ask the administrator.
const (
	oidcAgain  = "Sign in once more, from the beginning and in one window."
	oidcAssign = "Ask your administrator to give you access to this application."
)

// oidcRules are the rules of OpenID Connect.
func oidcRules() []Rule {
	return slices.Concat(oidcDiscoveryRules(), oidcAnswerRules(), oidcErrorRules(), oidcRegistrationRules(), oidcExchangeRules(), oidcTokenRules(), oidcKeyRules(), oidcClaimRules(), oidcPersonRules(), oidcLogoutRules())
}

func oidcDiscoveryRules() []Rule {
	return []Rule{
		{Code: OIDCAddress, Name: "oidc.discovery.address", Title: "The authority is no address of an identity provider", Mend: "Enter the provider's issuer, an address that begins with https://.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.1"},
		{Code: OIDCCommon, Name: "oidc.discovery.common", Title: "The authority stands for every organization", Mend: "Put your own Directory (tenant) ID in place of common, organizations or consumers. With those, anybody with a Microsoft account could sign in.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.3"},
		{Code: OIDCTenantMissing, Name: "oidc.discovery.tenant", Title: "The authority names no tenant", Mend: "Add your Directory (tenant) ID behind the address: https://login.microsoftonline.com/TENANT-ID.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.1"},
		{Code: OIDCUnreachable, Name: "oidc.discovery.unreachable", Title: "The identity provider does not answer", Mend: "Check the address for a typing mistake. A provider inside a private network has to be allowed by the operator.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4"},
		{Code: OIDCNoDocument, Name: "oidc.discovery.status", Title: "There is no discovery document at the authority", Mend: "Check the address: behind it, /.well-known/openid-configuration must be found.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.2"},
		{Code: OIDCNotJSON, Name: "oidc.discovery.format", Title: "What is at the authority is no discovery document", Mend: "Enter the issuer itself, not the address of a page of the provider.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.2"},
		{Code: OIDCDocumentSize, Name: "oidc.discovery.size", Title: "The discovery document is too large", Mend: "Check the address; a discovery document has a few thousand bytes.", Source: "openid-connect-discovery-1_0 §4.2"},
		{Code: OIDCDocumentTwice, Name: "oidc.discovery.twice", Title: "The discovery document says something twice", Mend: "Tell the provider's operator: a name stands twice in the document, and nobody can know which value counts.", Source: "RFC 8259 §4"},
		{Code: OIDCIssuerDiffers, Name: "oidc.discovery.issuer", Title: "The discovery document is of another issuer", Mend: "Enter the issuer exactly as the provider writes it, or correct the provider's own base address.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.3"},
		{Code: OIDCIssuerTemplate, Name: "oidc.discovery.template", Title: "The issuer has a placeholder for the tenant", Mend: "Enter the address of one tenant; a template would let every tenant in.", Places: oidcIssuerPlaces(), Source: "openid-connect-discovery-1_0 §4.3"},
		{Code: OIDCEndpointMissing, Name: "oidc.discovery.endpoint", Title: "The discovery document lacks an address", Mend: "The provider must publish authorization_endpoint, token_endpoint and jwks_uri. Check that the address is that of an OpenID Connect provider.", Source: "openid-connect-discovery-1_0 §3"},
		{Code: OIDCEndpointUnsafe, Name: "oidc.discovery.unsafe", Title: "The discovery document has an address that is not safe", Mend: "Every address in it must begin with https://, hold no user name and no fragment.", Source: "openid-connect-core-1_0 §3.1.2.1"},
		{Code: OIDCNoAlgorithm, Name: "oidc.discovery.algorithms", Title: "The provider signs in no way that we take", Mend: "Let the provider sign ID tokens with RS256, PS256, ES256 or EdDSA.", Source: "openid-connect-discovery-1_0 §3"},
		{Code: OIDCPlainPKCE, Name: "oidc.discovery.pkce", Title: "The provider offers PKCE without S256", Mend: "Switch S256 on at the provider; plain protects nothing.", Source: "RFC 9700 §2.1.1"},
		{Code: OIDCNoCodeFlow, Name: "oidc.discovery.flow", Title: "The provider does not offer the authorization code flow", Mend: "Switch the response type code on at the provider.", Source: "openid-connect-discovery-1_0 §3"},
		{Code: OIDCNoClientAuth, Name: "oidc.discovery.client_auth", Title: "The provider takes no client secret", Mend: "Let the provider take client_secret_basic or client_secret_post.", Source: "openid-connect-core-1_0 §9"},
	}
}

func oidcIssuerPlaces() map[string]string {
	return map[string]string{
		"entra":     "App registrations > the application > Overview: Directory (tenant) ID, behind https://login.microsoftonline.com/",
		"okta":      "Security > API > Authorization Servers: Issuer URI; or https://YOUR-ORG.okta.com",
		"google":    "https://accounts.google.com",
		"onelogin":  "Applications > the application > SSO: Issuer URL",
		"jumpcloud": "https://oauth.id.jumpcloud.com/",
		"ping":      "Applications > the application > Overview: Issuer",
		"adfs":      "https://YOUR-SERVER/adfs",
		"keycloak":  "Realm settings > General > Endpoints: OpenID Endpoint Configuration",
	}
}

func oidcAnswerRules() []Rule {
	return []Rule{
		{Code: OIDCState, Name: "oidc.answer.state", Title: "The answer belongs to no sign-in of this browser", Person: oidcAgain, Mend: "Nothing, when it happens once: a page was left open, or reloaded. Otherwise somebody tries to put a foreign sign-in into people's browsers.", Source: "RFC 6749 §10.12"},
		{Code: OIDCAnswerTwice, Name: "oidc.answer.twice", Title: "The answer says something twice", Person: oidcAgain, Mend: "Look for a proxy that rewrites addresses between the provider and people's browsers.", Source: "RFC 6749 §3.1"},
		{Code: OIDCMixUp, Name: "oidc.answer.issuer", Title: "The answer comes from another provider", Person: oidcAgain, Mend: "Read the authority in anew with its discovery document. If both look right, somebody tries to mix up two providers.", Source: "RFC 9207 §2.4"},
		{Code: OIDCIssMissing, Name: "oidc.answer.issuer_missing", Title: "The answer does not say which provider it comes from", Person: oidcAgain, Mend: "The provider announces that it does. Read its discovery document in anew.", Source: "RFC 9207 §2.4"},
		{Code: OIDCChannel, Name: "oidc.answer.channel", Title: "The answer came to the other redirect address", Person: oidcAgain, Mend: "Nothing at the provider: a sign-in that was begun for the web ends at the address of the web, one for apps at that of apps.", Source: "RFC 9700 §2.1"},
		{Code: OIDCAnswerEmpty, Name: "oidc.answer.empty", Title: "The answer holds neither a code nor an error", Person: oidcAgain, Mend: "Look for a proxy that shortens addresses between the provider and people's browsers.", Source: "RFC 6749 §4.1.2"},
		{Code: OIDCConsentGiven, Name: "oidc.answer.consent_given", Title: "An administrator has given consent", Person: "Consent was given. Sign in once more.", Mend: "Nothing: consent was given, and people can sign in now.", Source: "openid-connect-core-1_0 §3.1.2.4"},
		{Code: OIDCIncomplete, Name: "oidc.setup.incomplete", Title: "The connection is not set up to its end", Mend: "Enter the authority and the client id on the connection's page and save.", Source: "openid-connect-core-1_0 §3.1.2.1"},
		{Code: OIDCSecretMissing, Name: "oidc.setup.secret", Title: "The connection has no client secret", Mend: "Make a client secret at the provider and enter it on the connection's page.", Places: oidcSecretPlaces(), Source: "RFC 6749 §2.3.1"},
	}
}

func oidcSecretPlaces() map[string]string {
	return map[string]string{
		"entra":     "App registrations > the application > Certificates & secrets > New client secret: copy the Value, not the Secret ID",
		"okta":      "Applications > the application > General > Client Credentials",
		"google":    "Google Cloud console > APIs & Services > Credentials > the OAuth client",
		"onelogin":  "Applications > the application > SSO: Client Secret",
		"jumpcloud": "SSO Applications > the application > SSO: Client Secret",
		"ping":      "Applications > the application > Configuration: Client Secret",
		"adfs":      "Application Groups > the server application > Configure Application Credentials",
		"keycloak":  "Clients > the client > Credentials",
	}
}

func oidcAssignPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Users and groups > Add user/group",
		"okta":      "Applications > the application > Assignments > Assign",
		"google":    "Apps > Web and mobile apps > the application > User access",
		"onelogin":  "Applications > the application > Access, or the person's page > Applications",
		"jumpcloud": "SSO Applications > the application > User Groups",
		"ping":      "Applications > the application > Access",
		"adfs":      "Application Groups > the web API > Access control policy",
		"keycloak":  "Clients > the client > Authorization, or the realm's authentication flow",
	}
}

func oidcConsentPlaces() map[string]string {
	return map[string]string{
		"entra":  "Enterprise applications > the application > Permissions > Grant admin consent",
		"okta":   "Applications > the application > Okta API Scopes, and General > User consent",
		"google": "Security > Access and data control > API controls > Manage app access: set the application to Trusted",
	}
}

func oidcRedirectPlaces() map[string]string {
	return map[string]string{
		"entra":     "App registrations > the application > Authentication: Redirect URIs",
		"okta":      "Applications > the application > General > Login: Sign-in redirect URIs",
		"google":    "Google Cloud console > APIs & Services > Credentials > the OAuth client: Authorized redirect URIs",
		"onelogin":  "Applications > the application > Configuration: Redirect URIs",
		"jumpcloud": "SSO Applications > the application > SSO: Redirect URIs",
		"ping":      "Applications > the application > Configuration: Redirect URIs",
		"adfs":      "Application Groups > the server application > Redirect URI",
		"keycloak":  "Clients > the client > Settings: Valid redirect URIs",
	}
}
