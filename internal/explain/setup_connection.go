package explain

// The rules of setting a connection up.
const (
	ConnectionCertificate Code = "M60"
	ConnectionIssuer      Code = "M61"
	ConnectionInUse       Code = "M62"
	ConnectionFile        Code = "M63"
)

func connectionRules() []Rule {
	at := metadataPlaces()
	return []Rule{
		{
			Code: ConnectionCertificate, Name: "connection.certificate", Title: "That is not a certificate that can be used",
			Mend:   "Paste the whole signing certificate in Base64 (PEM), with its first and its last line, or upload the metadata instead. It needs an RSA key of at least 2048 bits, or an elliptic curve from P-256 on.",
			Places: at, Source: "RFC 7468 §5",
		},
		{
			Code: ConnectionIssuer, Name: "connection.issuer", Title: "The metadata names another identity provider than before",
			Mend:   "Nothing was changed. When the provider really has another entity ID now, get the metadata on the connector's page, compare, and save. When not, somebody else answers at that address.",
			Places: at, Source: "saml-metadata-2.0 §2.3.2",
		},
		{
			Code: ConnectionInUse, Name: "connection.in_use", Title: "People sign in through this connector already",
			Mend: "A set-up link fills in a connector that is not in use. An administrator of the workspace changes it from now on, on the connector's page.",
		},
		{
			Code: ConnectionFile, Name: "connection.file", Title: "There is no file to read",
			Mend: "Choose the metadata file that the identity provider lets you download, and upload it again.", Places: at,
		},
	}
}
