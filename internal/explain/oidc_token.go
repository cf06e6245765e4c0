package explain

// oidcTokenRules are about the form of a token.
func oidcTokenRules() []Rule {
	return []Rule{
		{Code: OIDCJWTSize, Name: "oidc.jwt.size", Title: "The ID token is too large", Mend: "Let the provider put fewer groups or attributes into the token.", Places: map[string]string{
			"entra": "App registrations > the application > Token configuration: Groups assigned to the application", "keycloak": "Clients > the client > Client scopes > Mappers",
		}, Source: "RFC 8725 §2"},
		{Code: OIDCJWTForm, Name: "oidc.jwt.form", Title: "The token is not formed as a token", Mend: "Tell the provider's operator; a token is three parts of base64url with points between them.", Source: "RFC 7515 §3.1"},
		{Code: OIDCJWTEncrypted, Name: "oidc.jwt.encrypted", Title: "The ID token is encrypted", Mend: "Switch the encryption of ID tokens off for this application; they come over TLS, straight from the provider.", Places: map[string]string{
			"keycloak": "Clients > the client > Advanced > ID token encryption",
		}, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCJWTHeaderTwice, Name: "oidc.jwt.header_twice", Title: "The token's header says something twice", Mend: "Tell the provider's operator: a name stands twice, and nobody can know which value counts.", Source: "RFC 7515 §4"},
		{Code: OIDCJWTCritical, Name: "oidc.jwt.critical", Title: "The token demands an extension that we do not know", Mend: "Switch the extension off for this application.", Source: "RFC 7515 §4.1.11"},
		{Code: OIDCJWTKeyInside, Name: "oidc.jwt.key_inside", Title: "The token brings the key that it is to be checked with", Mend: "If the provider really does that, switch it off. Otherwise somebody tries to sign in with a key of their own.", Source: "RFC 8725 §3.10"},
		{Code: OIDCJWTType, Name: "oidc.jwt.type", Title: "The token is of another kind", Mend: "Tell the provider's operator; a token that was made for something else does not sign anybody in or out.", Source: "RFC 8725 §3.11"},
		{Code: OIDCAlgNone, Name: "oidc.alg.none", Title: "The token is not signed", Mend: "Let the provider sign ID tokens with RS256.", Places: oidcAlgPlaces(), Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAlgHMAC, Name: "oidc.alg.hmac", Title: "The token is signed with a shared secret", Mend: "Let the provider sign ID tokens with RS256; a key that others know proves nothing.", Places: oidcAlgPlaces(), Source: "RFC 8725 §3.1"},
		{Code: OIDCAlgOther, Name: "oidc.alg.other", Title: "The token is signed in a way that the connection does not take", Mend: "Read the authority in anew with its discovery document, or let the provider sign with RS256.", Places: oidcAlgPlaces(), Source: "RFC 8725 §3.1"},
	}
}

func oidcAlgPlaces() map[string]string {
	return map[string]string{
		"onelogin": "Applications > the application > SSO: signature algorithm", "ping": "Applications > the application > Configuration: ID token signing", "keycloak": "Clients > the client > Advanced > ID token signature algorithm",
	}
}

// oidcKeyRules are about the signature of a token and the keys for it.
func oidcKeyRules() []Rule {
	return []Rule{
		{Code: OIDCKeyUnknown, Name: "oidc.key.unknown", Title: "The provider does not publish the key of the token", Person: "Wait a minute and sign in once more.", Mend: "Nothing, when it passes within a minute: the provider changed its keys. Otherwise check that the authority is of the tenant that issues the tokens.", Places: map[string]string{
			"entra": "App registrations > the application > Manifest: no claims mapping policy with a signing key of its own", "okta": "Security > API > Authorization Servers > the server > Settings: Signing Key Rotation",
		}, Source: "openid-connect-core-1_0 §10.1.1"},
		{Code: OIDCSignature, Name: "oidc.key.signature", Title: "The token's signature is wrong", Mend: "Check that the authority is of the provider that issues the tokens. Otherwise somebody changed the token.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCKeyUnfit, Name: "oidc.key.unfit", Title: "The published key may not sign such a token", Mend: "Let the provider publish the key with use sig and the algorithm that it signs with.", Source: "RFC 7517 §4.2"},
		{Code: OIDCKeyShort, Name: "oidc.key.short", Title: "The provider's key is too short", Mend: "Let the provider sign with an RSA key of 2048 bits or more, or with ES256.", Source: "RFC 7518 §3.3"},
		{Code: OIDCKeyAmbiguous, Name: "oidc.key.ambiguous", Title: "The token does not say which key it is signed with", Mend: "Let the provider name the key (kid), or publish one key only.", Source: "openid-connect-core-1_0 §10.1"},
		{Code: OIDCKeysFetch, Name: "oidc.keys.unreachable", Title: "The provider's keys cannot be fetched", Person: "Wait a minute and sign in once more.", Mend: "Look at the provider's status page. A provider inside a private network has to be allowed by the operator.", Source: "openid-connect-core-1_0 §10.1"},
		{Code: OIDCKeysForm, Name: "oidc.keys.form", Title: "The provider's keys cannot be read", Mend: "Tell the provider's operator; what its jwks_uri serves is no set of keys.", Source: "RFC 7517 §5"},
		{Code: OIDCLibrary, Name: "oidc.jwt.second_opinion", Title: "Two readers of the token disagree", Mend: "Tell the operator of this service: our own checks passed, and those of the library did not.", Source: "openid-connect-core-1_0 §3.1.3.7"},
	}
}

// oidcClaimRules are about for whom, by whom and when a token was made.
func oidcClaimRules() []Rule {
	const clock = "Set the provider's clock by a time server. Ours is in the trace of the sign-in."
	return []Rule{
		{Code: OIDCClaimTwice, Name: "oidc.claim.twice", Title: "The token says something twice", Mend: "Remove one of the two claims at the provider: they have the same name, at most in other letter case.", Source: "RFC 7519 §4"},
		{Code: OIDCClaimForm, Name: "oidc.claim.form", Title: "A claim is not of the form that it has to have", Mend: "Look for a mapping at the provider that overwrites a claim of the standard.", Source: "RFC 7519 §4.1"},
		{Code: OIDCClaimHomoglyph, Name: "oidc.claim.lookalike", Title: "A claim's name only looks like one of the standard", Mend: "Rename the claim at the provider; its name holds letters of another script.", Source: "RFC 8725 §3.9"},
		{Code: OIDCIssuerMissing, Name: "oidc.issuer.missing", Title: "The token does not say who issued it", Mend: "Tell the provider's operator; iss is required.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCIssuer, Name: "oidc.issuer", Title: "The token is of another issuer", Mend: "Read the authority in anew; it must be of the tenant, and of the version, that issues the tokens.", Places: oidcIssuerPlaces(), Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAudienceMissing, Name: "oidc.audience.missing", Title: "The token does not say for whom it is", Mend: "Tell the provider's operator; aud is required.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCAudience, Name: "oidc.audience", Title: "The token is meant for another application", Mend: "Compare the client id with the provider's.", Places: map[string]string{
			"entra": "App registrations > the application > Overview: Application (client) ID", "okta": "Applications > the application > General: Client ID", "google": "Google Cloud console > APIs & Services > Credentials: Client ID", "keycloak": "Clients > the client > Client scopes > Mappers of type Audience",
		}, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAudienceMany, Name: "oidc.audience.many", Title: "The token is meant for several applications and does not say which asked", Mend: "Remove the other audiences at the provider, or let it send azp.", Places: map[string]string{"keycloak": "Clients > the client > Client scopes > Mappers of type Audience"}, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAuthorizedParty, Name: "oidc.azp", Title: "Another application asked for the token", Mend: "Compare the client id with the provider's. Otherwise somebody tries to sign in with a token of another application.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCExpiryMissing, Name: "oidc.exp.missing", Title: "The token does not say until when it counts", Mend: "Tell the provider's operator; exp is required.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCExpired, Name: "oidc.exp", Title: "The token has expired", Person: oidcAgain, Mend: clock, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCIssuedMissing, Name: "oidc.iat.missing", Title: "The token does not say when it was made", Mend: "Tell the provider's operator; iat is required.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCIssuedLater, Name: "oidc.iat.future", Title: "The token was made in the future", Person: oidcAgain, Mend: clock, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCIssuedEarlier, Name: "oidc.iat.past", Title: "The token was made before it was asked for", Person: oidcAgain, Mend: clock, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCNotBefore, Name: "oidc.nbf", Title: "The token does not count yet", Person: oidcAgain, Mend: clock, Source: "RFC 7519 §4.1.5"},
		{Code: OIDCTimes, Name: "oidc.times", Title: "The token expires before it was made", Mend: clock, Source: "RFC 7519 §4.1"},
		{Code: OIDCTenant, Name: "oidc.tenant", Title: "The token is of another tenant", Mend: "Compare the Directory (tenant) ID in the authority with the provider's.", Places: oidcIssuerPlaces(), Source: "openid-connect-core-1_0 §3.1.3.7"},
	}
}

// oidcPersonRules are about who a token is for, and whether it belongs to the
// sign-in that was begun.
func oidcPersonRules() []Rule {
	return []Rule{
		{Code: OIDCNonceMissing, Name: "oidc.nonce.missing", Title: "The token does not say which sign-in it answers", Person: oidcAgain, Mend: "Tell the provider's operator; nonce comes back as it was sent.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCNonce, Name: "oidc.nonce", Title: "The token answers another sign-in", Person: oidcAgain, Mend: "Nothing, when it happens once. Otherwise somebody tries to put a stolen code into another sign-in.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAccessTokenHash, Name: "oidc.at_hash", Title: "The access token is not the one that came with the ID token", Person: oidcAgain, Mend: "Tell the provider's operator; at_hash is the digest of the access token of the same answer.", Source: "openid-connect-core-1_0 §3.1.3.8"},
		{Code: OIDCSubjectMissing, Name: "oidc.sub.missing", Title: "The token does not say who signed in", Mend: "Look for a mapping at the provider that removes sub.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCSubjectForm, Name: "oidc.sub.form", Title: "The token's subject is too long or holds other letters than ASCII", Mend: "Map sub to something that is stable and plain, as an id, at the provider.", Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCObjectID, Name: "oidc.oid.missing", Title: "The token does not hold the person's object id", Mend: "Leave the scope profile in the connection: Entra sends oid with it.", Places: map[string]string{"entra": "App registrations > the application > API permissions: profile"}, Source: "openid-connect-core-1_0 §2"},
		{Code: OIDCAuthTimeMissing, Name: "oidc.auth_time.missing", Title: "The provider does not say when the person signed in", Mend: "Let the provider send auth_time, or do not ask people for their credentials anew each time.", Places: map[string]string{"entra": "App registrations > the application > Token configuration > Add optional claim > ID: auth_time"}, Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCAuthTimeEarlier, Name: "oidc.auth_time", Title: "The person did not sign in anew", Person: "Sign out at your identity provider, then sign in once more.", Mend: "The provider was asked to ask for credentials anew and did not. Check its session policy.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCContext, Name: "oidc.acr", Title: "The person did not sign in as strongly as asked", Person: "Sign in once more with a stronger method, or ask your administrator.", Mend: "Let the provider send the asked authentication context as acr, or ask for another.", Source: "openid-connect-core-1_0 §3.1.3.7"},
		{Code: OIDCUserInfoSubject, Name: "oidc.userinfo.sub", Title: "The provider told us of somebody else", Mend: "Tell the provider's operator; sub of the userinfo endpoint must equal that of the ID token.", Source: "openid-connect-core-1_0 §5.3.2"},
		{Code: OIDCUserInfoMissing, Name: "oidc.userinfo.sub_missing", Title: "The userinfo endpoint does not say of whom it speaks", Mend: "Tell the provider's operator; sub is required there.", Source: "openid-connect-core-1_0 §5.3.2"},
		{Code: OIDCUserInfoFetch, Name: "oidc.userinfo.unreachable", Title: "The userinfo endpoint does not answer", Person: "Wait a minute and sign in once more.", Mend: "Let the provider put name and e-mail into the ID token, or look at its status page.", Source: "openid-connect-core-1_0 §5.3"},
		{Code: OIDCUserInfoForm, Name: "oidc.userinfo.form", Title: "What the userinfo endpoint answers cannot be read", Mend: "Let the provider answer plain JSON: neither signed nor encrypted.", Source: "openid-connect-core-1_0 §5.3.2"},
		{Code: OIDCUserInfoTwice, Name: "oidc.userinfo.twice", Title: "The userinfo endpoint said something twice", Mend: "Remove one of the two claims at the provider: they have the same name, at most in other letter case.", Source: "RFC 8259 §4"},
	}
}

// oidcLogoutRules are about an identity provider that ends sessions.
func oidcLogoutRules() []Rule {
	const mend = "Tell the provider's operator; nothing was ended."
	return []Rule{
		{Code: OIDCLogoutEvent, Name: "oidc.logout.event", Title: "The logout token does not speak of a logout", Mend: mend, Source: "openid-connect-backchannel-1_0 §2.6"},
		{Code: OIDCLogoutEventForm, Name: "oidc.logout.event_form", Title: "The logout token's event is not an empty object", Mend: mend, Source: "openid-connect-backchannel-1_0 §2.4"},
		{Code: OIDCLogoutNonce, Name: "oidc.logout.nonce", Title: "The logout token holds a nonce: it is an ID token in disguise", Mend: mend, Source: "openid-connect-backchannel-1_0 §2.6"},
		{Code: OIDCLogoutWhom, Name: "oidc.logout.whom", Title: "The logout token names neither a person nor a session", Mend: mend, Source: "openid-connect-backchannel-1_0 §2.6"},
		{Code: OIDCLogoutID, Name: "oidc.logout.jti", Title: "The logout token has no id", Mend: mend, Source: "openid-connect-backchannel-1_0 §2.4"},
		{Code: OIDCLogoutOld, Name: "oidc.logout.old", Title: "The logout token is too old", Mend: "Set the provider's clock by a time server; a logout token is sent at once.", Source: "openid-connect-backchannel-1_0 §2.6"},
	}
}
