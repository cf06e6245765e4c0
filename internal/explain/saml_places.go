package explain

// The places at identity providers where the values of a SAML application are
// mended, by the kind of connection.

func samlCertificatePlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > SAML Certificates",
		"okta":      "Applications > the application > Sign On > SAML Signing Certificates",
		"google":    "Apps > Web and mobile apps > the application > Service provider details > Certificate",
		"onelogin":  "Applications > the application > SSO > X.509 Certificate",
		"jumpcloud": "SSO Applications > the application > SSO > IdP Certificate",
		"ping":      "Applications > the application > Configuration > Signing Key",
		"adfs":      "AD FS > Service > Certificates > Token-signing",
		"keycloak":  "Realm settings > Keys",
		"":          "The application's signing certificate, and the connection's metadata here",
	}
}

func samlSigningPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > SAML Certificates > Edit > Signing Option and Algorithm",
		"okta":      "Applications > the application > General > SAML Settings > Show Advanced Settings > Signature Algorithm",
		"google":    "Apps > Web and mobile apps > the application > Service provider details > Signed response",
		"onelogin":  "Applications > the application > SSO > SAML Signature Algorithm",
		"jumpcloud": "SSO Applications > the application > SSO > Sign, and Signature Algorithm",
		"ping":      "Applications > the application > Configuration > Signing Algorithm",
		"adfs":      "Relying Party Trusts > the trust > Properties > Advanced > Secure hash algorithm",
		"keycloak":  "Clients > the client > Keys and Settings > Signature algorithm, Sign assertions",
		"":          "How the application signs responses and assertions",
	}
}

func samlAudiencePlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > Basic SAML Configuration > Identifier (Entity ID)",
		"okta":      "Applications > the application > General > SAML Settings > Audience URI (SP Entity ID)",
		"google":    "Apps > Web and mobile apps > the application > Service provider details > Entity ID",
		"onelogin":  "Applications > the application > Configuration > Audience (EntityID)",
		"jumpcloud": "SSO Applications > the application > SSO > SP Entity ID",
		"ping":      "Applications > the application > Configuration > Entity ID",
		"adfs":      "Relying Party Trusts > the trust > Properties > Identifiers",
		"keycloak":  "Clients > the client > Settings > Client ID",
		"":          "The application's audience, or entity ID of the service provider",
	}
}

func samlACSPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > Basic SAML Configuration > Reply URL (Assertion Consumer Service URL)",
		"okta":      "Applications > the application > General > SAML Settings > Single sign-on URL, with Recipient URL and Destination URL",
		"google":    "Apps > Web and mobile apps > the application > Service provider details > ACS URL",
		"onelogin":  "Applications > the application > Configuration > ACS (Consumer) URL and Recipient",
		"jumpcloud": "SSO Applications > the application > SSO > ACS URLs",
		"ping":      "Applications > the application > Configuration > ACS URLs",
		"adfs":      "Relying Party Trusts > the trust > Properties > Endpoints",
		"keycloak":  "Clients > the client > Advanced > Assertion Consumer Service POST Binding URL",
		"":          "The application's single sign-on URL, or assertion consumer service",
	}
}

func samlNamePlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > Attributes & Claims > Unique User Identifier (Name ID)",
		"okta":      "Applications > the application > General > SAML Settings > Name ID format and Application username",
		"google":    "Apps > Web and mobile apps > the application > Service provider details > Name ID",
		"onelogin":  "Applications > the application > Parameters > NameID value",
		"jumpcloud": "SSO Applications > the application > SSO > SAML Subject NameID",
		"ping":      "Applications > the application > Attribute Mappings > saml_subject",
		"adfs":      "Relying Party Trusts > the trust > Edit Claim Issuance Policy > Name ID",
		"keycloak":  "Clients > the client > Settings > Name ID format",
		"":          "The application's NameID",
	}
}

func samlAttributePlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > Attributes & Claims",
		"okta":      "Applications > the application > General > SAML Settings > Attribute Statements",
		"google":    "Apps > Web and mobile apps > the application > SAML attribute mapping",
		"onelogin":  "Applications > the application > Parameters",
		"jumpcloud": "SSO Applications > the application > SSO > Attributes",
		"ping":      "Applications > the application > Attribute Mappings",
		"adfs":      "Relying Party Trusts > the trust > Edit Claim Issuance Policy",
		"keycloak":  "Clients > the client > Client scopes > the dedicated scope > Mappers",
		"":          "The application's attributes",
	}
}

func samlIssuerPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > Set up > Microsoft Entra Identifier",
		"okta":      "Applications > the application > Sign On > View SAML setup instructions > Identity Provider Issuer",
		"google":    "Apps > Web and mobile apps > the application > Download metadata > Entity ID",
		"onelogin":  "Applications > the application > SSO > Issuer URL",
		"jumpcloud": "SSO Applications > the application > SSO > IdP Entity ID",
		"ping":      "Applications > the application > Configuration > Issuer ID",
		"adfs":      "AD FS > Service > Edit Federation Service Properties > Federation Service identifier",
		"keycloak":  "Realm settings > Endpoints > SAML 2.0 Identity Provider Metadata > entityID",
		"":          "The provider's entity ID, and the connection's metadata here",
	}
}

func samlEncryptionPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Token encryption",
		"okta":      "Applications > the application > General > SAML Settings > Show Advanced Settings > Assertion Encryption",
		"onelogin":  "Applications > the application > Configuration > SAML encryption method, and its certificate",
		"jumpcloud": "SSO Applications > the application > SSO > SP Certificate",
		"ping":      "Applications > the application > Configuration > Encryption",
		"adfs":      "Relying Party Trusts > the trust > Properties > Encryption",
		"keycloak":  "Clients > the client > Keys > Encrypt assertions",
		"":          "How the application encrypts assertions, and our certificate for it",
	}
}

func samlAssignPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Users and groups; and Entra's own Sign-in logs",
		"okta":      "Applications > the application > Assignments; and Reports > System Log",
		"google":    "Apps > Web and mobile apps > the application > User access",
		"onelogin":  "Applications > the application > Users",
		"jumpcloud": "SSO Applications > the application > User Groups",
		"ping":      "Applications > the application > Access",
		"adfs":      "Relying Party Trusts > the trust > Edit Access Control Policy",
		"keycloak":  "Users, and Events of the realm",
		"":          "Who may use the application, and the provider's log of sign-ins",
	}
}

func samlClockPlaces() map[string]string {
	return map[string]string{
		"adfs":     "The AD FS server's clock: w32tm /query /status",
		"keycloak": "The Keycloak server's clock: chronyc tracking",
		"":         "The clock of the provider's server, or of ours; both should be set by NTP",
	}
}
