package explain

import "strings"

// The rules of a directory's requests.
const (
	TokenMissing    Code = "C01"
	TokenWrong      Code = "C02"
	TokenExpired    Code = "C03"
	TokenElsewhere  Code = "C04"
	TokenConnection Code = "C05"

	ProvisioningOff    Code = "C10"
	ProvisioningPlan   Code = "C11"
	ProvisioningOther  Code = "C12"
	ProvisioningHalf   Code = "C13"
	ProvisioningGroups Code = "C14"
	ProvisioningNo     Code = "C19"

	AddressWrong    Code = "C20"
	ResourceUnknown Code = "C21"
	MethodUnknown   Code = "C22"

	ValueTaken      Code = "C30"
	ValueInvalid    Code = "C31"
	FilterInvalid   Code = "C32"
	BodyUnreadable  Code = "C33"
	PathInvalid     Code = "C34"
	TargetMissing   Code = "C35"
	ValueReadOnly   Code = "C36"
	FilterTooBroad  Code = "C37"
	FilterSensitive Code = "C38"
	RequestWrong    Code = "C39"

	RequestStale    Code = "C40"
	RequestTooLarge Code = "C41"
	RequestForm     Code = "C42"
	RequestTooMany  Code = "C43"
	RequestConflict Code = "C44"

	ServerBusy   Code = "C50"
	ServerFailed Code = "C51"
)

// directoryRules are the rules of a directory's requests.
func directoryRules() []Rule {
	return append(append(tokenRules(), refusalRules()...), requestRules()...)
}

// secretPlaces says where a directory holds the token, and mapping where it says
// which of its attributes goes where.
func secretPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Provisioning > Admin Credentials > Secret Token",
		"okta":      "Applications > the application > Provisioning > Integration > Edit > API Token",
		"onelogin":  "Applications > the application > Configuration > SCIM Bearer Token",
		"jumpcloud": "SSO Applications > the application > Identity Management > Token Key",
		"ping":      "Integrations > Provisioning > the connection > Configuration > Authentication",
	}
}

func mappingPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Provisioning > Mappings",
		"okta":      "Applications > the application > Provisioning > To App > Attribute Mappings",
		"onelogin":  "Applications > the application > Parameters",
		"jumpcloud": "SSO Applications > the application > Identity Management > Attribute Mapping",
		"ping":      "Integrations > Provisioning > the rule > Attribute Mapping",
	}
}

func addressPlaces() map[string]string {
	return map[string]string{
		"entra":     "Enterprise applications > the application > Provisioning > Admin Credentials > Tenant URL",
		"okta":      "Applications > the application > Provisioning > Integration > Edit > SCIM connector base URL",
		"onelogin":  "Applications > the application > Configuration > SCIM Base URL",
		"jumpcloud": "SSO Applications > the application > Identity Management > Base URL",
		"ping":      "Integrations > Provisioning > the connection > Configuration > SCIM Base URL",
	}
}

func assignmentPlaces() map[string]string {
	return map[string]string{
		"entra": "Enterprise applications > the application > Users and groups", "okta": "Applications > the application > Assignments",
		"onelogin": "Applications > the application > Users", "jumpcloud": "SSO Applications > the application > User Groups",
	}
}

func tokenRules() []Rule {
	secret := secretPlaces()
	return []Rule{
		{TokenMissing, "scim.token_missing", "The request carried no token that could be read", "",
			"Paste the token into the identity provider's field for it, alone and without the word Bearer.", secret, "RFC 7644 §2"},
		{TokenWrong, "scim.token", "The token was not accepted: it is wrong, or was revoked", "",
			"Issue a new one and paste it into the identity provider. Microsoft Entra ID stops provisioning after such answers, so restart it there.", secret, "RFC 6750 §3.1"},
		{TokenExpired, "scim.token_expired", "The token has expired", "",
			"Issue a new one and paste it into the identity provider. Microsoft Entra ID stops provisioning after such answers, so restart it there.", secret, "RFC 6750 §3.1"},
		{TokenElsewhere, "scim.token_elsewhere", "The token belongs to another address than the one that was called", "",
			"Copy the address and the token from the same page.", addressPlaces(), "RFC 7644 §2"},
		{TokenConnection, "scim.token_connection", "The token's connection was removed", "",
			"Issue a token of a connection that is there, or turn provisioning off in the identity provider that was left.", secret, "RFC 7644 §2"},
	}
}

func refusalRules() []Rule {
	return []Rule{
		{ProvisioningOff, "scim.off", "Provisioning is switched off here", "",
			"Switch it on for the connection, on its page SCIM Provisioning, or stop it in the identity provider.", nil, "RFC 7644 §3.12"},
		{ProvisioningPlan, "scim.plan", "The plan does not include this", "",
			"The answer names the plans that do. Nothing that was set up is lost: it goes on as soon as it is unlocked.", nil, "RFC 7644 §3.12"},
		{ProvisioningOther, "scim.managed_elsewhere", "Another connection manages whom or what the request was about", "",
			"Change it there, or take the person out of the assignment of one of the two.", assignmentPlaces(), "RFC 7644 §3.12"},
		{ProvisioningHalf, "scim.half", "People were taken out of a group, and nothing else of the request was done", "",
			"The answer says why the rest was refused; mend that, and the next cycle does it.", nil, "RFC 7644 §3.5.2"},
		{ProvisioningGroups, "scim.groups_off", "Groups are not taken here", "",
			"Disable the mapping of groups in the identity provider. People go on without it.", mappingPlaces(), "RFC 7644 §3.12"},
		{ProvisioningNo, "scim.refused", "The request was understood and refused", "",
			"The answer below says why: a switch, the plan, or another directory's person.", nil, "RFC 7644 §3.12"},
		{AddressWrong, "scim.address", "There is no SCIM service at the address that was called", "",
			"Copy the address from the page SCIM Provisioning, whole.", addressPlaces(), "RFC 7644 §3.2"},
		{ResourceUnknown, "scim.unknown", "There is no such resource, or there is none any more", "",
			"Identity providers ask for what they once knew and create it anew. Nothing has to be done unless it repeats.", nil, "RFC 7644 §3.12"},
		{MethodUnknown, "scim.method", "Something was asked for that is not done here", "",
			"This is the directory's own mistake; tell its support.", nil, "RFC 7644 §3.2"},
	}
}

func requestRules() []Rule {
	mapping := mappingPlaces()
	return []Rule{
		{ValueTaken, "scim.uniqueness", "A user name, address or group name is in use by somebody else here", "",
			"Find who has it with the filter of the list, and change one of the two in the identity provider.", mapping, "RFC 7644 §3.12"},
		{ValueInvalid, "scim.value", "A value is missing or not as it has to be", "",
			"The answer names the attribute: map it in the identity provider, or mend it on the person.", mapping, "RFC 7644 §3.12"},
		{FilterInvalid, "scim.filter", "The directory looked somebody up in a way that cannot be answered", "",
			"Match people by an attribute that is listed under Mappings.", mapping, "RFC 7644 §3.4.2.2"},
		{BodyUnreadable, "scim.syntax", "The body could not be read", "",
			"This is the directory's own mistake; tell its support.", nil, "RFC 7644 §3.12"},
		{PathInvalid, "scim.path", "A mapping names an attribute that is written in a way that cannot be", "",
			"Correct the target attribute in the mapping.", mapping, "RFC 7644 §3.5.2"},
		{TargetMissing, "scim.target", "A change was meant for a value that is not there", "",
			"The next cycle puts it right, as a rule.", nil, "RFC 7644 §3.5.2"},
		{ValueReadOnly, "scim.mutability", "The attribute cannot be changed by a directory", "",
			"Take it out of the mapping, or stop updating it.", mapping, "RFC 7644 §3.12"},
		{FilterTooBroad, "scim.too_many", "The directory asked for more than one answer may cost", "",
			"Match people by an attribute that is listed under Mappings.", mapping, "RFC 7644 §3.12"},
		{FilterSensitive, "scim.sensitive", "The filter named something that may not stand in an address", "",
			"Match people by another attribute.", mapping, "RFC 7644 §7.5.2"},
		{RequestWrong, "scim.request", "The request could not be accepted", "",
			"The answer below says what is wrong with it.", nil, "RFC 7644 §3.12"},
		{RequestStale, "scim.stale", "What the directory read has changed since", "",
			"It reads anew and tries again by itself.", nil, "RFC 7644 §3.14"},
		{RequestTooLarge, "scim.too_large", "The request is larger than one may be", "",
			"Let the identity provider send fewer people or members in one request.", nil, "RFC 7644 §3.7.4"},
		{RequestForm, "scim.media_type", "The body came in a form that is not read here", "",
			"SCIM is sent as application/scim+json. This is the directory's own mistake; tell its support.", nil, "RFC 7644 §3.1"},
		{RequestTooMany, "scim.too_often", "Too many requests came at once", "",
			"The identity provider tries again by itself.", nil, "RFC 6585 §4"},
		{RequestConflict, "scim.conflict", "A part of the request waits for another part, which failed", "",
			"The answer names the other part; mend that one.", nil, "RFC 7644 §3.7"},
		{ServerBusy, "scim.busy", "The request was given up before it was done", "",
			"The identity provider tries again by itself.", nil, "RFC 9110 §15.6.4"},
		{ServerFailed, "scim.failed", "Something failed here", "",
			"The identity provider tries again by itself. Give us the request's id when it repeats.", nil, "RFC 9110 §15.6.1"},
	}
}

// OfRequest gives the rule by which a directory's request was refused, from its
// status, its cause (a scimType of RFC 7644 §3.12, or "") and what the directory
// was told; "" for one that was not refused.
func OfRequest(status int, cause, told string) Code {
	causes := map[string]Code{
		"uniqueness": ValueTaken, "invalidValue": ValueInvalid, "invalidFilter": FilterInvalid, "invalidSyntax": BodyUnreadable, "invalidPath": PathInvalid,
		"noTarget": TargetMissing, "mutability": ValueReadOnly, "tooMany": FilterTooBroad, "sensitive": FilterSensitive,
	}
	statuses := map[int]Code{
		404: ResourceUnknown, 405: MethodUnknown, 409: RequestConflict, 412: RequestStale, 413: RequestTooLarge, 415: RequestForm, 429: RequestTooMany,
		501: ProvisioningGroups, 503: ServerBusy,
	}
	switch {
	case status < 400:
		return ""
	case causes[cause] != "":
		return causes[cause]
	case status == 401:
		return first(told, TokenWrong, tokenWords())
	case status == 403:
		return first(told, ProvisioningNo, refusalWords())
	case status == 404:
		return first(told, ResourceUnknown, []said{{"no SCIM service", AddressWrong}, {"no endpoint", MethodUnknown}})
	case statuses[status] != "":
		return statuses[status]
	case status >= 500:
		return ServerFailed
	}
	return RequestWrong
}

// said is what an answer says, and which rule it is then by. Answers of one status
// differ in their words only.
type said struct {
	words string
	by    Code
}

func tokenWords() []said {
	return []said{
		{"expired on", TokenExpired}, {"that this address names", TokenElsewhere}, {"connection of this SCIM token was removed", TokenConnection},
		{"Authorization header", TokenMissing}, {"Authorization scheme", TokenMissing}, {"Basic credentials cannot be read", TokenMissing},
	}
}

func refusalWords() []said {
	return []said{
		{"nothing else of it was done", ProvisioningHalf}, {"provisioning is switched off for this workspace; a workspace administrator", ProvisioningOff},
		{"managed by another directory connection", ProvisioningOther},
		{"of this workspace does not include", ProvisioningPlan}, {"is switched off for this workspace by the operator", ProvisioningPlan},
	}
}

func first(told string, otherwise Code, all []said) Code {
	for _, s := range all {
		if strings.Contains(told, s.words) {
			return s.by
		}
	}
	return otherwise
}
