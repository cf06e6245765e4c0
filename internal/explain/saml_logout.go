package explain

// The rules of the redirect binding, and of single logout.
const (
	RedirectParameter Code = "S80"
	RedirectEncoding  Code = "S81"
	RedirectLarge     Code = "S82"
	RedirectSigAlg    Code = "S83"

	LogoutUnsigned    Code = "S84"
	LogoutSignature   Code = "S85"
	LogoutIssuer      Code = "S86"
	LogoutDestination Code = "S87"
	LogoutExpired     Code = "S88"
	LogoutSession     Code = "S89"
	LogoutUnasked     Code = "S90"
	LogoutStatus      Code = "S91"
	LogoutShape       Code = "S92"
	LogoutSubject     Code = "S93"
	LogoutReplay      Code = "S94"
	LogoutEncrypted   Code = "S95"
	LogoutIssued      Code = "S96"
)

// logoutRules are the rules of the redirect binding and of single logout.
func logoutRules() []Rule {
	certificate := map[string]string{
		"entra":    "Enterprise applications > the application > Single sign-on > SAML Certificates",
		"okta":     "Applications > the application > Sign On > SAML Signing Certificates",
		"onelogin": "Applications > the application > SSO > X.509 Certificate",
		"adfs":     "AD FS > Service > Certificates > Token-signing",
		"keycloak": "Realm settings > Keys, and Clients > the client > Settings > Sign documents",
	}
	logout := map[string]string{
		"entra":    "Enterprise applications > the application > Single sign-on > Basic SAML Configuration > Logout Url",
		"okta":     "Applications > the application > General > SAML Settings > Enable Single Logout",
		"onelogin": "Applications > the application > Configuration > Single Logout URL",
		"adfs":     "AD FS > Relying Party Trusts > the trust > Endpoints > SAML Logout",
		"keycloak": "Clients > the client > Advanced > Logout Service POST Binding URL",
	}
	return append([]Rule{
		{RedirectParameter, "redirect.parameters", "A parameter of the address is missing, or is there twice", "Start again from the application.",
			"Nothing between the provider and us may change or add parameters: look for a proxy or a script that rewrites addresses.", nil, "saml-bindings-2.0 §3.4.4.1"},
		{RedirectEncoding, "redirect.encoding", "The message in the address cannot be read", "Start again from the application.",
			"The address was cut or changed on its way. Some mail programs and proxies cut long addresses.", nil, "saml-bindings-2.0 §3.4.4.1"},
		{RedirectLarge, "redirect.too_large", "The message in the address is too large", "",
			"A message has at most 1 MiB when it is inflated. No provider sends a larger one.", nil, "RFC 1951 §1"},
		{RedirectSigAlg, "redirect.algorithm", "The signature's algorithm is missing or not allowed", "",
			"Let the provider sign with RSA and SHA-256.", certificate, "saml-bindings-2.0 §3.4.4.1"},
	}, singleLogoutRules(certificate, logout)...)
}

func singleLogoutRules(certificate, logout map[string]string) []Rule {
	return []Rule{
		{LogoutUnsigned, "logout.unsigned", "A logout message without a signature", "",
			"Let the provider sign logout messages.", certificate, "saml-profiles-2.0 §4.4.4.1"},
		{LogoutSignature, "logout.signature", "The signature of a logout message is not the provider's", "",
			"Get the provider's metadata again: it signs with another certificate now, or the message was changed.", certificate, "saml-core-2.0 §5.3"},
		{LogoutIssuer, "logout.issuer", "A logout message from somebody else", "",
			"The issuer has to be the provider's entity ID as this connection has it.", certificate, "saml-profiles-2.0 §4.4.4.1"},
		{LogoutDestination, "logout.destination", "A logout message that is meant for another address", "",
			"Give the provider our logout address as it stands on the connection's page.", logout, "saml-core-2.0 §3.2.1"},
		{LogoutExpired, "logout.expired", "A logout request that is too old, or does not say how long it counts", "",
			"Compare the clocks of the provider and of this server.", nil, "saml-core-2.0 §3.7.1"},
		{LogoutSession, "logout.session", "A logout request for a session that is not here", "",
			"Nothing: the person is signed out here already.", nil, "saml-profiles-2.0 §4.4.3.4"},
		{LogoutUnasked, "logout.unasked", "A logout response that nobody asked for, or that came too late", "You are signed out here.",
			"Nothing, when it happens once: the page was opened again, or the request was too old.", nil, "saml-core-2.0 §3.2.2"},
		{LogoutStatus, "logout.status", "The provider did not end its session", "You are signed out here. Close the browser to end the session at your provider.",
			"Look in the provider's log for why it refused the logout request. Many providers refuse one whose signature they cannot check: give it our certificate.", logout, "saml-profiles-2.0 §4.4.3.5"},
		{LogoutShape, "logout.shape", "The message is no logout request and no logout response", "",
			"Responses to sign-in requests go to the address that ends in /acs, logout messages to the one that ends in /slo.", logout, "saml-core-2.0 §3.7"},
		{LogoutSubject, "logout.subject", "A logout request that names nobody", "",
			"The provider has to name the NameID that it sent at sign-in, and the SessionIndex.", logout, "saml-core-2.0 §3.7.1"},
		{LogoutReplay, "logout.replay", "A logout request that came before", "",
			"Nothing, when it happens once: the page was opened again.", nil, "saml-core-2.0 §1.3.4"},
		{LogoutEncrypted, "logout.encrypted", "A logout request with an encrypted NameID", "",
			"Switch the encryption of the NameID off for this application at the provider.", logout, "saml-core-2.0 §3.7.1"},
		{LogoutIssued, "logout.issued", "A logout message from the future", "",
			"Compare the clocks of the provider and of this server.", nil, "saml-core-2.0 §3.2.1"},
	}
}
