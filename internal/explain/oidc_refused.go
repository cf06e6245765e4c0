package explain

// oidcErrorRules are what an identity provider refuses for a person's sake.
func oidcErrorRules() []Rule {
	return []Rule{
		{Code: OIDCConsent, Name: "oidc.error.consent", Title: "The organization has not yet consented to the application", Person: "Ask an administrator of your organization's identity provider to grant consent.", Mend: "An administrator of the provider grants consent once, for everybody.", Places: oidcConsentPlaces(), Source: "openid-connect-core-1_0 §3.1.2.6"},
		{Code: OIDCAdminConsent, Name: "oidc.error.admin_consent", Title: "Only an administrator may consent to the application", Person: "Ask an administrator of your organization's identity provider to grant consent.", Mend: "An administrator of the provider grants consent for the whole organization.", Places: oidcConsentPlaces(), Source: "openid-connect-core-1_0 §3.1.2.6"},
		{Code: OIDCConsentDeclined, Name: "oidc.error.declined", Title: "The person declined", Person: "You declined to share your name and address. Sign in once more, and accept.", Mend: "Let the person sign in again and accept, or grant consent for everybody.", Places: oidcConsentPlaces(), Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCUnassigned, Name: "oidc.error.unassigned", Title: "The person is not assigned to the application", Person: oidcAssign, Mend: "Assign the person, or a group of theirs, to the application.", Places: oidcAssignPlaces(), Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCConditional, Name: "oidc.error.conditional", Title: "A rule of the identity provider keeps the person out", Person: "Try it from your work device or network, or ask your administrator.", Mend: "Look at the provider's own sign-in log for the rule that applied.", Places: map[string]string{
			"entra": "Sign-in logs > the failed sign-in > Conditional Access", "okta": "Reports > System Log, and the application's Authentication policy", "google": "Security > Access and data control > Context-Aware Access",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCDenied, Name: "oidc.error.denied", Title: "The identity provider denied access", Person: oidcAssign, Mend: "Check that the person is assigned to the application and that no policy keeps them out.", Places: oidcAssignPlaces(), Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCLoginRequired, Name: "oidc.error.login", Title: "The person is not signed in at the identity provider", Person: oidcAgain, Mend: "Nothing: the person signs in at the provider first.", Source: "openid-connect-core-1_0 §3.1.2.6"},
		{Code: OIDCInteraction, Name: "oidc.error.interaction", Title: "The identity provider has to ask the person something", Person: "Sign in once more, and answer what your identity provider asks.", Mend: "Let the person finish what the provider asks, as a second factor or new terms.", Places: map[string]string{
			"entra": "Protection > Authentication methods, and Sign-in logs for the step that is missing", "okta": "Security > Authenticators > Enrollment",
		}, Source: "openid-connect-core-1_0 §3.1.2.6"},
		{Code: OIDCTemporarily, Name: "oidc.error.temporarily", Title: "The identity provider is busy", Person: "Wait a minute and sign in once more.", Mend: "Nothing, when it passes. Otherwise look at the provider's status page.", Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCServerError, Name: "oidc.error.server", Title: "The identity provider failed", Person: "Wait a minute and sign in once more.", Mend: "Look at the provider's own log and its status page.", Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCAccountDisabled, Name: "oidc.error.disabled", Title: "The person's account is switched off at the identity provider", Mend: "Switch the account on again at the provider, if the person is to come in.", Places: map[string]string{
			"entra": "Users > the person > Account status", "okta": "Directory > People > the person > Activate or Unsuspend", "google": "Directory > Users > the person > Restore or Reactivate",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCAccountForeign, Name: "oidc.error.foreign", Title: "The person's account is of another organization", Person: "Sign out at your identity provider, and sign in with the account of this organization.", Mend: "Let the person take the organization's account, or invite theirs as a guest.", Places: map[string]string{
			"entra": "Users > New user > Invite external user", "google": "Google Cloud console > OAuth consent screen: User type Internal lets only your organization in",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCPasswordExpired, Name: "oidc.error.password", Title: "The person has to change the password at the identity provider", Person: "Change your password at your identity provider, then sign in once more.", Mend: "Let the person change the password, or reset it.", Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCUnmet, Name: "oidc.error.unmet", Title: "The identity provider cannot sign people in as strongly as asked", Mend: "Offer the asked authentication context at the provider, or ask for another on the connection's page.", Source: "openid-connect-unmet-authentication-requirements-1_0 §3"},
		{Code: OIDCOtherError, Name: "oidc.error.other", Title: "The identity provider refused for a reason of its own", Person: "Sign in once more. If it happens again, ask your administrator.", Mend: "Look for the provider's error in its own log and documentation.", Source: "RFC 6749 §4.1.2.1"},
	}
}

// oidcRegistrationRules are what an identity provider refuses because of how the
// application is registered.
func oidcRegistrationRules() []Rule {
	return []Rule{
		{Code: OIDCSecretExpired, Name: "oidc.error.secret_expired", Title: "The client secret has expired", Mend: "Make a new client secret at the provider and enter it on the connection's page. Enter the date on which it expires, to be warned.", Places: oidcSecretPlaces(), Source: "RFC 6749 §5.2"},
		{Code: OIDCSecretWrong, Name: "oidc.error.secret", Title: "The client secret is wrong", Mend: "Enter the secret's value again, or make a new one at the provider. Of two columns the value counts, not the secret's id.", Places: oidcSecretPlaces(), Source: "RFC 6749 §5.2"},
		{Code: OIDCRedirectURI, Name: "oidc.error.redirect", Title: "Our redirect address is not registered", Mend: "Register both redirect addresses of the connection's page at the provider, exactly as they stand there.", Places: oidcRedirectPlaces(), Source: "RFC 6749 §3.1.2.4"},
		{Code: OIDCRedirectType, Name: "oidc.error.redirect_type", Title: "Our redirect address is registered as the wrong type", Mend: "Register the first address as Public client (mobile & desktop) and the second as Web. A single-page application is neither.", Places: map[string]string{
			"entra": "App registrations > the application > Authentication > Platform configurations", "okta": "Applications > Create App Integration: Web Application for the second address, Native Application for the first", "keycloak": "Clients > the client > Settings > Client authentication",
		}, Source: "RFC 6749 §2.1"},
		{Code: OIDCClientUnknown, Name: "oidc.error.client", Title: "The identity provider does not know the client id", Mend: "Compare the client id with the provider's, and check that the authority is of the tenant that has the application.", Places: map[string]string{
			"entra": "App registrations > the application > Overview: Application (client) ID", "okta": "Applications > the application > General: Client ID", "google": "Google Cloud console > APIs & Services > Credentials: Client ID", "keycloak": "Clients: Client ID",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCTenantUnknown, Name: "oidc.error.tenant", Title: "The identity provider does not know the tenant", Mend: "Compare the Directory (tenant) ID in the authority with the provider's.", Places: oidcIssuerPlaces(), Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCInvalidRequest, Name: "oidc.error.request", Title: "The identity provider does not understand the request", Mend: "Read the authority in anew with its discovery document; the provider's own words say what it misses.", Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCScope, Name: "oidc.error.scope", Title: "The identity provider does not grant the scopes", Mend: "Allow openid, profile and email to the application, or remove other scopes from the connection.", Places: map[string]string{
			"entra": "App registrations > the application > API permissions", "okta": "Security > API > Authorization Servers > the server > Scopes and Access Policies", "keycloak": "Clients > the client > Client scopes",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCResponseType, Name: "oidc.error.response_type", Title: "The application may not use the authorization code flow", Mend: "Allow the grant type authorization code to the application.", Places: map[string]string{
			"okta": "Applications > the application > General > Grant type: Authorization Code", "keycloak": "Clients > the client > Settings > Standard flow",
		}, Source: "RFC 6749 §4.1.2.1"},
		{Code: OIDCClientRefused, Name: "oidc.error.unauthorized_client", Title: "The application may not sign people in this way", Mend: "Check that the application is switched on and is of a type with the authorization code flow.", Places: map[string]string{
			"entra": "Enterprise applications > the application > Properties > Enabled for users to sign-in", "okta": "Applications > the application: Active, and General > Grant type",
		}, Source: "RFC 6749 §4.1.2.1"},
	}
}

// oidcExchangeRules are about changing a code into a token.
func oidcExchangeRules() []Rule {
	return []Rule{
		{Code: OIDCCodeRefused, Name: "oidc.code.refused", Title: "The identity provider does not take the code", Person: oidcAgain, Mend: "Nothing, when it happens once. Otherwise compare the redirect addresses: the code is bound to one.", Places: oidcRedirectPlaces(), Source: "RFC 6749 §5.2"},
		{Code: OIDCCodeExpired, Name: "oidc.code.expired", Title: "The code is too old or was used before", Person: oidcAgain, Mend: "Nothing, when it happens once: a page was reloaded or took too long.", Source: "RFC 6749 §4.1.2"},
		{Code: OIDCVerifierRefused, Name: "oidc.code.verifier", Title: "The code was issued to another sign-in", Person: oidcAgain, Mend: "Nothing, when it happens once. Otherwise somebody tries to put a stolen code into another sign-in.", Source: "RFC 7636 §4.6"},
		{Code: OIDCTokenUnreachable, Name: "oidc.token.unreachable", Title: "The identity provider's token endpoint does not answer", Person: "Wait a minute and sign in once more.", Mend: "Look at the provider's status page. A provider inside a private network has to be allowed by the operator.", Source: "RFC 6749 §3.2"},
		{Code: OIDCTokenStatus, Name: "oidc.token.answer", Title: "The token endpoint answered something else", Mend: "Read the authority in anew with its discovery document, and look at the provider's log.", Source: "RFC 6749 §5.1"},
		{Code: OIDCTokenSize, Name: "oidc.token.size", Title: "The token endpoint answered too much", Mend: "Let the provider put fewer groups or attributes into the token.", Places: map[string]string{
			"entra": "App registrations > the application > Token configuration: Groups assigned to the application", "keycloak": "Clients > the client > Client scopes > Mappers",
		}, Source: "RFC 6749 §5.1"},
		{Code: OIDCNoIDToken, Name: "oidc.token.no_id_token", Title: "The identity provider gave no ID token", Mend: "Allow the scope openid to the application; the provider answered as for OAuth alone.", Source: "openid-connect-core-1_0 §3.1.3.3"},
		{Code: OIDCTokenType, Name: "oidc.token.type", Title: "The access token is of another type", Mend: "Let the provider issue bearer tokens to this application.", Source: "openid-connect-core-1_0 §3.1.3.3"},
		{Code: OIDCTokenTwice, Name: "oidc.token.twice", Title: "The token endpoint said something twice", Mend: "Tell the provider's operator: a name stands twice in the answer, and nobody can know which value counts.", Source: "RFC 8259 §4"},
	}
}
