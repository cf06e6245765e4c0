package explain

import "slices"

// The rules of a SAML message as XML.
const (
	SAMLMissing     Code = "S01"
	SAMLBase64      Code = "S02"
	SAMLSize        Code = "S03"
	SAMLXML         Code = "S04"
	SAMLCharacter   Code = "S05"
	SAMLDoctype     Code = "S06"
	SAMLComment     Code = "S07"
	SAMLCDATA       Code = "S08"
	SAMLInstruction Code = "S09"
	SAMLEntity      Code = "S10"
	SAMLNamespace   Code = "S11"
	SAMLRepeated    Code = "S12"
	SAMLSameID      Code = "S13"
	SAMLTrailing    Code = "S14"
	SAMLLimit       Code = "S15"
)

// The rules of signatures.
const (
	SAMLUnsigned        Code = "S16"
	SAMLNoKey           Code = "S17"
	SAMLSignaturePlace  Code = "S18"
	SAMLSignatureShape  Code = "S19"
	SAMLReference       Code = "S20"
	SAMLTransform       Code = "S21"
	SAMLAlgorithm       Code = "S22"
	SAMLSHA1            Code = "S23"
	SAMLWeakKey         Code = "S24"
	SAMLCertificate     Code = "S25"
	SAMLSignatureBroken Code = "S26"
	SAMLDigest          Code = "S27"
	SAMLDisagree        Code = "S28"
	SAMLUnexpected      Code = "S29"
)

// The rules of what a response says.
const (
	SAMLRoot             Code = "S30"
	SAMLAudience         Code = "S31"
	SAMLNoAudience       Code = "S32"
	SAMLDestination      Code = "S33"
	SAMLNoDestination    Code = "S34"
	SAMLIssuer           Code = "S35"
	SAMLAssertionIssuer  Code = "S36"
	SAMLNoSubject        Code = "S37"
	SAMLNameID           Code = "S38"
	SAMLBearer           Code = "S39"
	SAMLRecipient        Code = "S40"
	SAMLConfirmationLate Code = "S41"
	SAMLNoExpiry         Code = "S42"
	SAMLTooLong          Code = "S43"
	SAMLNotBefore        Code = "S44"
	SAMLOtherRequest     Code = "S45"
	SAMLUnasked          Code = "S46"
	SAMLNoRequest        Code = "S47"
	SAMLClockAhead       Code = "S48"
	SAMLExpired          Code = "S49"
	SAMLNoConditions     Code = "S50"
	SAMLCondition        Code = "S51"
	SAMLNoAuthn          Code = "S52"
	SAMLSessionOver      Code = "S53"
	SAMLContext          Code = "S54"
	SAMLNotFresh         Code = "S55"
	SAMLClockBehind      Code = "S56"
	SAMLTime             Code = "S57"
	SAMLVersion          Code = "S58"
	SAMLNoID             Code = "S59"
	SAMLContent          Code = "S60"
	SAMLNoAssertion      Code = "S61"
	SAMLManyAssertions   Code = "S62"
	SAMLAttribute        Code = "S63"
)

// The rules of encrypted assertions.
const (
	SAMLEncryptedShape Code = "S64"
	SAMLEncryptionWeak Code = "S65"
	SAMLCBC            Code = "S66"
	SAMLDecrypt        Code = "S67"
	SAMLNoDecryptKey   Code = "S68"
	SAMLEncryptedName  Code = "S69"
)

// What the identity provider itself refused, by its status code.
const (
	SAMLStatus          Code = "S70"
	SAMLStatusRequester Code = "S71"
	SAMLStatusResponder Code = "S72"
	SAMLStatusVersion   Code = "S73"
	SAMLStatusAuthn     Code = "S74"
	SAMLStatusDenied    Code = "S75"
	SAMLStatusContext   Code = "S76"
	SAMLStatusNameID    Code = "S77"
	SAMLStatusPassive   Code = "S78"
	SAMLStatusUnknown   Code = "S79"
)

// samlRules are the rules of SAML messages.
func samlRules() []Rule {
	return slices.Concat(samlMessageRules(), samlSignatureRules(), samlResponseRules(), samlTimeRules(), samlEncryptionRules(), samlStatusRules())
}
