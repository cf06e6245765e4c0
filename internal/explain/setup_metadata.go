package explain

// The rules of fetching what an identity provider publishes, and of its SAML metadata.
const (
	FetchAddress     Code = "M01"
	FetchName        Code = "M02"
	FetchPrivate     Code = "M03"
	FetchTLS         Code = "M04"
	FetchStatus      Code = "M05"
	FetchLarge       Code = "M06"
	FetchSlow        Code = "M07"
	FetchUnreachable Code = "M08"
	FetchRedirect    Code = "M09"

	MetadataXML       Code = "M10"
	MetadataHTML      Code = "M11"
	MetadataRoot      Code = "M12"
	MetadataService   Code = "M13"
	MetadataSeveral   Code = "M14"
	MetadataMissing   Code = "M15"
	MetadataEntityID  Code = "M16"
	MetadataNoKey     Code = "M17"
	MetadataKey       Code = "M18"
	MetadataNoSSO     Code = "M19"
	MetadataLocation  Code = "M20"
	MetadataExpired   Code = "M21"
	MetadataProtocol  Code = "M22"
	MetadataDate      Code = "M23"
	MetadataDuplicate Code = "M24"
)

// metadataPlaces says where each provider keeps the address of its metadata.
func metadataPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Single sign-on > SAML Certificates > App Federation Metadata Url",
		"okta":      "Applications > the application > Sign On > SAML 2.0 > Metadata URL",
		"google":    "Apps > Web and mobile apps > the app > Service provider details > Download metadata",
		"onelogin":  "Applications > the application > SSO > Issuer URL, or More Actions > SAML Metadata",
		"jumpcloud": "SSO Applications > the application > SSO > Copy Metadata URL",
		"ping":      "Applications > the application > Configuration > IdP Metadata URL",
		"adfs":      "https://your-adfs-host/FederationMetadata/2007-06/FederationMetadata.xml",
		"keycloak":  "Realm settings > General > Endpoints > SAML 2.0 Identity Provider Metadata",
	}
}

// metadataRules are the rules of fetching, and of an identity provider's metadata.
func metadataRules() []Rule {
	return append(fetchRules(), documentRules()...)
}

func fetchRules() []Rule {
	at := metadataPlaces()
	return []Rule{
		{FetchAddress, "fetch.address", "The address cannot be fetched", "",
			"Give the whole address, beginning with https:// and without a user name in it.", at, "RFC 9110 §4.2.2"},
		{FetchName, "fetch.name", "The host name does not resolve", "",
			"Look for a typing mistake in the host name. A name that only your own network knows cannot be reached from here: upload the file instead.", at, "RFC 1035 §4.3.1"},
		{FetchPrivate, "fetch.private_address", "The address leads into a private network", "",
			"Use the provider's public address, or upload the file. Who runs this deployment can allow networks in the configuration: allow_private_networks.", nil, "OWASP SSRF prevention"},
		{FetchTLS, "fetch.tls", "The server's certificate is not trusted", "",
			"The server has to show a certificate for this host name, from an authority that browsers trust, with every intermediate certificate, and it must not be expired.", nil, "RFC 9110 §4.3.4"},
		{FetchStatus, "fetch.status", "The server answered with an error", "",
			"Open the address in a browser without being signed in: it has to answer with the document itself.", at, "RFC 9110 §15"},
		{FetchLarge, "fetch.too_large", "The document is too large", "",
			"Use the address of this one provider's metadata, not of a whole federation's, or upload a file with this provider alone.", at, "facts: at most 1 MiB"},
		{FetchSlow, "fetch.too_slow", "The server took too long", "",
			"Try again in a minute. When it goes on, upload the file.", nil, "facts: at most 10 seconds"},
		{FetchUnreachable, "fetch.unreachable", "The server cannot be reached", "",
			"See that the address is right and that the server answers to the whole internet, or upload the file.", nil, "RFC 9293 §3.10.7"},
		{FetchRedirect, "fetch.redirect", "The address leads on too often, or to an unsafe place", "",
			"Use the address that it leads to in the end. It has to begin with https:// all the way.", at, "RFC 9110 §15.4"},
	}
}

func documentRules() []Rule {
	at := metadataPlaces()
	return []Rule{
		{MetadataXML, "metadata.xml", "The document is not well-formed XML", "",
			"Get the file anew from the provider, and do not open and save it in an editor.", at, "saml-metadata-2.0 §1"},
		{MetadataHTML, "metadata.html", "The answer is a web page, not metadata", "",
			"Use the address of the metadata itself: a browser that opens it shows XML or saves a file. A sign-in page in between means that it is not public.", at, "saml-metadata-2.0 §4.1"},
		{MetadataRoot, "metadata.root", "The document is XML, but no SAML metadata", "",
			"The document has to begin with EntityDescriptor. A response or an OpenID configuration is something else.", at, "saml-metadata-2.0 §2.3"},
		{MetadataService, "metadata.service_provider", "The metadata describes a service, not an identity provider", "",
			"This looks like our own metadata, or another application's. Take the identity provider's.", at, "saml-metadata-2.0 §2.4.3"},
		{MetadataSeveral, "metadata.several", "The metadata describes several identity providers", "",
			"Give the entity ID of yours first, or use the address of its metadata alone.", at, "saml-metadata-2.0 §2.3.1"},
		{MetadataMissing, "metadata.not_in_it", "The metadata does not describe this identity provider", "",
			"Compare the entity ID with what the provider shows. When the provider really has another one now, confirm the change.", at, "saml-metadata-2.0 §2.3.2"},
		{MetadataEntityID, "metadata.entity_id", "The metadata has no usable entity ID", "",
			"The entityID has to be there, with at most 1024 characters.", at, "saml-metadata-2.0 §2.3.2"},
		{MetadataNoKey, "metadata.no_key", "The metadata has no certificate to check signatures with", "",
			"Activate a signing certificate at the provider, and get its metadata again.", at, "saml-metadata-2.0 §2.4.1.1"},
		{MetadataKey, "metadata.key", "A signing certificate in the metadata cannot be used", "",
			"The certificate has to hold an RSA key of at least 2048 bits or one on P-256, P-384 or P-521. Make a new one at the provider.", at, "saml-metadata-2.0 §2.4.1.1"},
		{MetadataNoSSO, "metadata.no_sso", "The metadata names no address to sign in at", "",
			"The provider needs a SingleSignOnService with the HTTP-Redirect or the HTTP-POST binding.", at, "saml-metadata-2.0 §2.4.3"},
		{MetadataLocation, "metadata.location", "The metadata names an unsafe address", "",
			"Each Location has to be a whole address that begins with https://.", at, "saml-metadata-2.0 §2.2.2"},
		{MetadataExpired, "metadata.expired", "The metadata has expired", "",
			"Get it anew from the provider: its validUntil has passed.", at, "saml-metadata-2.0 §2.3.2"},
		{MetadataProtocol, "metadata.protocol", "The identity provider does not speak SAML 2.0", "",
			"Switch SAML 2.0 on for this application at the provider.", at, "saml-metadata-2.0 §2.4.1"},
		{MetadataDate, "metadata.date", "A date or duration in the metadata cannot be read", "",
			"validUntil has to be like 2030-01-31T00:00:00Z, cacheDuration like PT6H.", at, "saml-metadata-2.0 §2.3.2"},
		{MetadataDuplicate, "metadata.duplicate", "The metadata describes this identity provider twice", "",
			"Each entity ID stands in metadata once. Use the address of this provider's metadata alone.", at, "saml-metadata-2.0 §2.3.1"},
	}
}
