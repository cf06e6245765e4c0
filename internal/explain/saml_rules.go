package explain

const startAgain = "Start again from the sign-in page. If it says the same again, give this code to your account administrator."

func samlMessageRules() []Rule {
	const broken = "The provider sent something that is no regular SAML message. Try again; when it stays, something between the provider and us changes messages, or somebody tries to."
	return []Rule{
		{Code: SAMLMissing, Name: "saml.missing", Title: "There is no response in the form", Person: startAgain, Mend: "Send the response by POST, in the field SAMLResponse.", Places: samlACSPlaces(), Source: "saml-bindings-2.0 §3.5.4"},
		{Code: SAMLBase64, Name: "saml.base64", Title: "The response is not base64", Person: startAgain, Mend: "Send the response in base64, encoded once, as the POST binding says.", Source: "saml-bindings-2.0 §3.5.4"},
		{Code: SAMLSize, Name: "saml.size", Title: "The response is too large", Mend: "Send fewer groups or attributes: only those that are assigned to the application.", Places: samlAttributePlaces(), Source: "OWASP SAML Security"},
		{Code: SAMLXML, Name: "saml.xml", Title: "The response is not XML as it has to be", Person: startAgain, Mend: broken, Source: "xml §2.1"},
		{Code: SAMLCharacter, Name: "saml.character", Title: "The response has characters or an encoding that are not taken", Person: startAgain, Mend: "Send UTF-8 without a byte order mark.", Source: "xml §2.2"},
		{Code: SAMLDoctype, Name: "saml.doctype", Title: "The response has a document type", Mend: "No provider sends one: somebody may be trying to attack. Tell who runs the provider.", Source: "saml-core-2.0 §1.3"},
		{Code: SAMLComment, Name: "saml.comment", Title: "The response has a comment in it", Mend: "No provider puts one there; a comment can make a name be read differently. Something between the provider and us may add it.", Source: "CVE-2017-11427"},
		{Code: SAMLCDATA, Name: "saml.cdata", Title: "The response has a CDATA section in it", Mend: "Let the provider write values as text.", Source: "xml §2.7"},
		{Code: SAMLInstruction, Name: "saml.instruction", Title: "The response has a processing instruction in it", Mend: broken, Source: "xml §2.6"},
		{Code: SAMLEntity, Name: "saml.entity", Title: "The response has an entity that XML does not know", Mend: broken, Source: "xml §4.6"},
		{Code: SAMLNamespace, Name: "saml.namespace", Title: "The response uses namespaces in a way that readers understand differently", Mend: broken, Source: "xml-names §3"},
		{Code: SAMLRepeated, Name: "saml.repeated", Title: "An attribute of the response's XML is there twice", Mend: broken, Source: "xml-names §6.3"},
		{Code: SAMLSameID, Name: "saml.same_id", Title: "Two parts of the response have the same id", Mend: "No provider sends that: somebody may be trying to attack. Tell who runs the provider.", Source: "saml-core-2.0 §1.3.4"},
		{Code: SAMLTrailing, Name: "saml.trailing", Title: "Something stands behind the response", Mend: broken, Source: "xml §2.1"},
		{Code: SAMLLimit, Name: "saml.limit", Title: "The response has too many parts", Mend: "Send fewer groups or attributes: only those that are assigned to the application.", Places: samlAttributePlaces(), Source: "OWASP SAML Security"},
		{Code: SAMLRoot, Name: "saml.root", Title: "That is no SAML 2.0 response", Person: startAgain, Mend: "Configure SAML 2.0 at the provider, not SAML 1.1 or WS-Federation, and the single sign-on URL for responses alone.", Places: samlACSPlaces(), Source: "saml-bindings-2.0 §3.5.4"},
		{Code: SAMLVersion, Name: "saml.version", Title: "The message is not of SAML 2.0", Mend: "Configure SAML 2.0 at the provider.", Source: "saml-core-2.0 §2.3.3"},
		{Code: SAMLNoID, Name: "saml.no_id", Title: "The message has no id", Mend: broken, Source: "saml-core-2.0 §2.3.3"},
		{Code: SAMLContent, Name: "saml.content", Title: "The message holds something that does not belong there", Mend: "No provider sends that: somebody may be trying to attack. Tell who runs the provider.", Source: "saml-schema-protocol-2.0"},
		{Code: SAMLTime, Name: "saml.time", Title: "A time in the message is missing or cannot be read", Mend: broken, Source: "saml-core-2.0 §1.3.3"},
		{Code: SAMLUnexpected, Name: "saml.unexpected", Title: "The message brought our reader to a stop", Mend: "This is a mistake of ours; nobody was let in. Send us the code, with the time.", Source: "saml-core-2.0 §3.4.1.4"},
	}
}

func samlSignatureRules() []Rule {
	const forged = "No provider signs like that: somebody may be trying to attack. Tell who runs the provider."
	return []Rule{
		{Code: SAMLUnsigned, Name: "saml.unsigned", Title: "Neither the response nor the assertion is signed", Mend: "Let the provider sign the assertion, or response and assertion.", Places: samlSigningPlaces(), Source: "saml-profiles-2.0 §4.1.3.5"},
		{Code: SAMLNoKey, Name: "saml.no_certificate", Title: "No certificate of the provider is known", Mend: "Open the connection and read the provider's metadata, or paste its certificate.", Places: samlCertificatePlaces(), Source: "saml-core-2.0 §5"},
		{Code: SAMLSignaturePlace, Name: "saml.signature.place", Title: "A signature stands where none belongs", Mend: forged, Source: "saml-core-2.0 §5.4.1"},
		{Code: SAMLSignatureShape, Name: "saml.signature.shape", Title: "A signature is built in an unusual way", Mend: forged, Source: "xmldsig-core §4"},
		{Code: SAMLReference, Name: "saml.signature.reference", Title: "A signature covers something other than the element that it stands in", Mend: forged, Source: "saml-core-2.0 §5.4.2"},
		{Code: SAMLTransform, Name: "saml.signature.transform", Title: "A signature uses transformations that SAML does not allow", Mend: "Let the provider sign with enveloped signatures and exclusive canonicalisation (xml-exc-c14n), as SAML asks.", Places: samlSigningPlaces(), Source: "saml-core-2.0 §5.4.4"},
		{Code: SAMLAlgorithm, Name: "saml.signature.algorithm", Title: "The signature's algorithm is not taken", Mend: "Let the provider sign with RSA and SHA-256.", Places: samlSigningPlaces(), Source: "xmldsig-core1 §6.4"},
		{Code: SAMLSHA1, Name: "saml.signature.sha1", Title: "The signature uses SHA-1", Mend: "Let the provider sign with SHA-256. Until it does, the connection can take SHA-1 until a date.", Places: samlSigningPlaces(), Source: "RFC 9155"},
		{Code: SAMLWeakKey, Name: "saml.signature.weak_key", Title: "The provider's key is too short", Mend: "Make a new signing certificate at the provider, with RSA and 2048 bits or more, and read its metadata again.", Places: samlCertificatePlaces(), Source: "NIST SP 800-131A"},
		{Code: SAMLCertificate, Name: "saml.certificate", Title: "The response is signed with a certificate that the connection does not know", Mend: "The provider probably has a new certificate: open the connection and read its metadata again. If its certificate is the one shown here, somebody else made this response.", Places: samlCertificatePlaces(), Source: "saml-core-2.0 §5.4.5"},
		{Code: SAMLSignatureBroken, Name: "saml.signature.broken", Title: "The signature was changed", Person: startAgain, Mend: "Something between the provider and us changed the response, or somebody tried to.", Source: "xmldsig-core §3.2.2"},
		{Code: SAMLDigest, Name: "saml.digest", Title: "The response was changed after it was signed", Person: startAgain, Mend: "Something between the provider and us changed the response, or somebody tried to.", Source: "xmldsig-core §3.2.1"},
		{Code: SAMLDisagree, Name: "saml.verifiers_disagree", Title: "Two verifiers read the response differently", Mend: "Nobody was let in, and we were told. When it stays, send us the code: one of the verifiers has a mistake, or somebody found a new way to attack.", Source: "CVE-2025-25291"},
	}
}

func samlResponseRules() []Rule {
	return []Rule{
		{Code: SAMLAudience, Name: "saml.audience", Title: "The response is meant for another service", Mend: "Copy the Audience URI (SP Entity ID) of this connection to the provider.", Places: samlAudiencePlaces(), Source: "saml-core-2.0 §2.5.1.4"},
		{Code: SAMLNoAudience, Name: "saml.no_audience", Title: "The response does not say for whom it is", Mend: "Enter the Audience URI (SP Entity ID) of this connection at the provider.", Places: samlAudiencePlaces(), Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLDestination, Name: "saml.destination", Title: "The response was sent to another address than the one it is for", Mend: "Copy the Single sign-on URL of this connection to the provider, letter by letter.", Places: samlACSPlaces(), Source: "saml-bindings-2.0 §3.5.5.2"},
		{Code: SAMLNoDestination, Name: "saml.no_destination", Title: "The signed response does not say to which address it goes", Mend: "Enter the Single sign-on URL of this connection at the provider as Destination, too.", Places: samlACSPlaces(), Source: "saml-bindings-2.0 §3.5.5.2"},
		{Code: SAMLIssuer, Name: "saml.issuer", Title: "The response comes from another provider", Mend: "Read the provider's metadata again when its entity ID has changed, or copy this connection's addresses to the right application.", Places: samlIssuerPlaces(), Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLAssertionIssuer, Name: "saml.assertion_issuer", Title: "The assertion comes from another provider", Mend: "Assertion and response have to name the provider's entity ID, as this connection has it.", Places: samlIssuerPlaces(), Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLNoSubject, Name: "saml.no_subject", Title: "The response does not say who signed in", Mend: "Let the provider send a NameID; often the attribute that it is made of is empty for this person.", Places: samlNamePlaces(), Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLNameID, Name: "saml.name_id", Title: "The name of the person cannot be read in one way only", Mend: "The NameID is plain text, of at most 1024 bytes, without invisible characters.", Places: samlNamePlaces(), Source: "saml-core-2.0 §2.2.3"},
		{Code: SAMLBearer, Name: "saml.bearer", Title: "The assertion is not made for signing in through a browser", Mend: "Let the provider confirm the subject by the method bearer, as for Web Browser SSO.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLRecipient, Name: "saml.recipient", Title: "The assertion is meant for another address", Mend: "Copy the Single sign-on URL of this connection to the provider as Recipient, letter by letter.", Places: samlACSPlaces(), Source: "saml-profiles-2.0 §4.1.4.3"},
		{Code: SAMLOtherRequest, Name: "saml.other_request", Title: "The response answers another request", Person: "Start again from the sign-in page, in one window only.", Mend: "Most often somebody used an old window. When it happens to all, the provider does not send InResponseTo back.", Source: "saml-profiles-2.0 §4.1.4.3"},
		{Code: SAMLUnasked, Name: "saml.unasked", Title: "Nobody asked for this response", Person: "Start from the sign-in page.", Mend: "A sign-in that begins at the provider is asked for anew by us. Allow that in the connection, where the product does.", Source: "saml-profiles-2.0 §4.1.5"},
		{Code: SAMLNoRequest, Name: "saml.no_request", Title: "The request that this answers is over, used, or of another browser", Person: "Start again from the sign-in page, in one window only.", Mend: "Most often a page was left open, or the Back button was used. The browser must allow cookies of this site.", Source: "saml-profiles-2.0 §4.1.4.3"},
		{Code: SAMLNoConditions, Name: "saml.no_conditions", Title: "The assertion says nothing about when and for whom it counts", Mend: "Let the provider send Conditions with an AudienceRestriction.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLCondition, Name: "saml.condition", Title: "The assertion has a condition that we do not know", Mend: "Take additional conditions away at the provider: who does not understand one must refuse.", Source: "saml-core-2.0 §2.5.1.1"},
		{Code: SAMLNoAuthn, Name: "saml.no_authn", Title: "The assertion does not say that somebody signed in", Mend: "Let the provider send an AuthnStatement.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLContext, Name: "saml.context", Title: "The person did not sign in as strongly as is asked for", Person: "Sign in again, with your second factor.", Mend: "Ask for that way of signing in at the provider, or ask for less in the connection.", Source: "saml-core-2.0 §3.3.2.2.1"},
		{Code: SAMLNotFresh, Name: "saml.not_fresh", Title: "The person was not asked for credentials anew", Mend: "The connection asks for a fresh sign-in (ForceAuthn), and the provider answered with an old one. Let it honour that, or switch it off in the connection.", Source: "saml-core-2.0 §3.4.1"},
		{Code: SAMLNoAssertion, Name: "saml.no_assertion", Title: "The response says nothing of anybody", Mend: "Let the provider send an assertion.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLManyAssertions, Name: "saml.many_assertions", Title: "The response has several assertions", Mend: "Let the provider send one assertion. If it does, somebody added another, which is an attack.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLAttribute, Name: "saml.attribute", Title: "The attributes cannot be read", Mend: "Give each attribute a name at the provider.", Places: samlAttributePlaces(), Source: "saml-core-2.0 §2.7.3"},
	}
}

func samlTimeRules() []Rule {
	return []Rule{
		{Code: SAMLConfirmationLate, Name: "saml.confirmation_late", Title: "The response came too late", Person: startAgain, Mend: "It counts for some minutes only. When it happens to all, a clock is wrong.", Places: samlClockPlaces(), Source: "saml-profiles-2.0 §4.1.4.3"},
		{Code: SAMLNoExpiry, Name: "saml.no_expiry", Title: "The response does not say how long it counts", Mend: "Let the provider send NotOnOrAfter in SubjectConfirmationData.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLTooLong, Name: "saml.too_long", Title: "The response counts for too long", Mend: "Let the provider make responses that count for an hour at most.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLNotBefore, Name: "saml.confirmation_not_before", Title: "The confirmation has a beginning, which the standard forbids", Mend: "Take NotBefore out of SubjectConfirmationData; it belongs to Conditions.", Source: "saml-profiles-2.0 §4.1.4.2"},
		{Code: SAMLClockAhead, Name: "saml.clock_ahead", Title: "The response comes from the future: a clock is wrong", Mend: "Set the clock of the provider's server by NTP; it is ahead of ours.", Places: samlClockPlaces(), Source: "saml-core-2.0 §2.5.1.2"},
		{Code: SAMLExpired, Name: "saml.expired", Title: "The response has expired", Person: startAgain, Mend: "It counts for some minutes only. When it happens to all, a clock is wrong.", Places: samlClockPlaces(), Source: "saml-core-2.0 §2.5.1.2"},
		{Code: SAMLSessionOver, Name: "saml.session_over", Title: "The session at the provider is over", Person: "Sign in at your identity provider again.", Mend: "Let the provider end its own sessions no earlier than those that it passes on.", Source: "saml-core-2.0 §2.7.2"},
		{Code: SAMLClockBehind, Name: "saml.clock_behind", Title: "The response was made before it was asked for: a clock is wrong", Mend: "Set the clock of the provider's server by NTP; it is behind ours.", Places: samlClockPlaces(), Source: "saml-core-2.0 §2.5.1.2"},
	}
}

func samlEncryptionRules() []Rule {
	return []Rule{
		{Code: SAMLEncryptedShape, Name: "saml.encrypted.shape", Title: "The encrypted assertion is built in an unusual way", Mend: "One assertion is encrypted, under one key, inside the response.", Places: samlEncryptionPlaces(), Source: "saml-core-2.0 §6"},
		{Code: SAMLEncryptionWeak, Name: "saml.encrypted.algorithm", Title: "The encryption's algorithm is not taken", Mend: "Let the provider encrypt with AES-GCM, and the key with RSA-OAEP.", Places: samlEncryptionPlaces(), Source: "xmlenc-core1 §5.2, §5.5.2"},
		{Code: SAMLCBC, Name: "saml.encrypted.cbc", Title: "The assertion is encrypted with AES-CBC", Mend: "Let the provider encrypt with AES-GCM. Where it cannot, let it sign the response as well and allow AES-CBC in the connection.", Places: samlEncryptionPlaces(), Source: "xmlenc-core1 §5.2.4"},
		{Code: SAMLDecrypt, Name: "saml.encrypted.key", Title: "The assertion cannot be decrypted", Mend: "It is encrypted for another certificate: give the provider our present one, by our metadata.", Places: samlEncryptionPlaces(), Source: "saml-core-2.0 §6"},
		{Code: SAMLNoDecryptKey, Name: "saml.encrypted.no_key", Title: "The assertion is encrypted, and we have no key for it", Mend: "Make a key in the connection and give the provider its certificate, or switch encryption off there.", Places: samlEncryptionPlaces(), Source: "saml-core-2.0 §6"},
		{Code: SAMLEncryptedName, Name: "saml.encrypted.part", Title: "A name or an attribute is encrypted by itself", Mend: "Encrypt the whole assertion instead of parts of it.", Places: samlEncryptionPlaces(), Source: "saml-core-2.0 §2.2.4"},
	}
}

func samlStatusRules() []Rule {
	const log = "Look into the provider's own log of sign-ins, at this time; what it said stands below."
	return []Rule{
		{Code: SAMLStatus, Name: "saml.status", Title: "The provider did not sign the person in", Mend: log, Places: samlAssignPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusRequester, Name: "saml.status.requester", Title: "The provider found a mistake in the request", Mend: "Most often our entity ID or single sign-on URL is not the one that the provider has, or it wants signed requests. " + log, Places: samlACSPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusResponder, Name: "saml.status.responder", Title: "The provider had a mistake of its own", Person: "Try again in some minutes. If it says the same again, give this code to your account administrator.", Mend: log, Places: samlAssignPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusVersion, Name: "saml.status.version", Title: "The provider does not speak SAML 2.0", Mend: "Configure SAML 2.0 at the provider.", Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusAuthn, Name: "saml.status.authn_failed", Title: "The provider could not sign the person in", Person: "Sign in again. If you cannot, ask your account administrator for help with your account there.", Mend: log, Places: samlAssignPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusDenied, Name: "saml.status.denied", Title: "The provider does not let this person use the application", Mend: "Assign the person, or a group of theirs, to the application.", Places: samlAssignPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusContext, Name: "saml.status.context", Title: "The provider cannot sign the person in as strongly as was asked for", Mend: "Ask for less in the connection, or offer that way of signing in at the provider.", Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusNameID, Name: "saml.status.name_id", Title: "The provider has no name of the form that was asked for", Mend: "Leave the form of the NameID to the provider in the connection, or configure that form there.", Places: samlNamePlaces(), Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusPassive, Name: "saml.status.passive", Title: "The provider would have had to ask the person something", Person: startAgain, Mend: log, Source: "saml-core-2.0 §3.2.2.2"},
		{Code: SAMLStatusUnknown, Name: "saml.status.unknown_person", Title: "The provider does not know the person", Mend: "Look the person up at the provider; the account may be new, renamed or deleted there.", Places: samlAssignPlaces(), Source: "saml-core-2.0 §3.2.2.2"},
	}
}
