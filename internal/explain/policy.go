package explain

// The rules of who may come in through an identity provider.
const (
	SignOnMissing     Code = "P01"
	SignOnLocked      Code = "P02"
	ResponseUnasked   Code = "P03"
	RequestUnknown    Code = "P04"
	RequestUsed       Code = "P05"
	RequestExpired    Code = "P06"
	BrowserOther      Code = "P07"
	AssertionReplayed Code = "P08"
	ConnectionOther   Code = "P09"
	ConnectionOff     Code = "P10"
	IssuerUnknown     Code = "P11"
	MemberMissing     Code = "P12"
	MemberInactive    Code = "P13"
	SubjectOther      Code = "P14"
	MemberAmbiguous   Code = "P15"
	OwnerElsewhere    Code = "P16"
	NewcomerInvalid   Code = "P17"
	SubjectUnusable   Code = "P18"
	NewcomerTaken     Code = "P19"
	ChannelClosed     Code = "P20"
	ResponseLoop      Code = "P21"
	ProtocolOther     Code = "P22"
	SignOnUnready     Code = "P23"
	ResponseCrowded   Code = "P24"
	JoinFirst         Code = "P25"
	SignOnUnvouched   Code = "P26"
	MemberDeleted     Code = "P27"
)

const beginAgain = "Go back to the sign-in page and begin once more."

// policyRules are the rules of who may come in.
func policyRules() []Rule {
	return append(signInRules(), requireRules()...)
}

func signInRules() []Rule {
	return []Rule{
		{
			Code: SignOnMissing, Name: "policy.no_sign_on", Title: "No connection is there to sign in through",
			Person: "Your workspace does not sign people in this way. Sign in another way, or ask your administrator.",
			Mend:   "Set a connection up under Settings > Single Sign-On, and switch it on.",
		}, {
			Code: SignOnLocked, Name: "policy.plan", Title: "The plan does not include single sign-on",
			Mend: "Change the plan, or have the product's vendor switch single sign-on on for this workspace. Whoever has a password signs in with it meanwhile.",
		}, {
			Code: ResponseUnasked, Name: "policy.unasked", Title: "The provider sent a response that nobody asked for",
			Person: "Sign in from our sign-in page and not from your provider's list of applications.",
			Mend:   "Allow sign-ins that begin at the provider in the connection's settings, where the product has that; or give people the sign-in address instead of the tile.",
			Places: map[string]string{
				"okta": "Okta: put a bookmark app with the sign-in address beside the application, and hide the application's own icon under General > App visibility.", "entra": "Entra ID: Enterprise applications > the application > Properties > User access URL; write the sign-in address under Single sign-on > Sign on URL.",
				"onelogin": "OneLogin: Applications > the application > Configuration > Login URL, and SAML initiator: Service Provider.", "google": "Google: Apps > Web and mobile apps > the application > Service provider details > Start URL.",
			},
			Source: "saml-profiles-2.0 §4.1.5",
		}, {
			Code: RequestUnknown, Name: "policy.request_unknown", Title: "The answer belongs to no request of ours",
			Person: beginAgain, Mend: "Have the person begin on the sign-in page. If it happens again and again, something between the provider and here changes the response's InResponseTo, or the state of OpenID Connect.",
			Source: "saml-profiles-2.0 §4.1.4.5",
		}, {
			Code: RequestUsed, Name: "policy.request_used", Title: "The request was answered before",
			Person: beginAgain, Mend: "Nothing: the answer was sent twice, as when a page is loaded again. Each counts once.",
			Source: "saml-profiles-2.0 §4.1.4.5",
		}, {
			Code: RequestExpired, Name: "policy.request_expired", Title: "The answer came too long after the request",
			Person: "The sign-in took too long. " + beginAgain, Mend: "Nothing, unless the provider keeps people for longer than half an hour.",
		}, {
			Code: BrowserOther, Name: "policy.other_browser", Title: "The answer was brought by another browser than the one that asked",
			Person: "Begin and finish in the same browser, with cookies allowed. " + beginAgain,
			Mend:   "Have the person begin and finish in one browser. If several people meet this, a proxy or a browser's setting takes our cookies away.",
		}, {
			Code: AssertionReplayed, Name: "policy.replayed", Title: "The assertion was used before",
			Person: beginAgain, Mend: "Nothing, if somebody loaded a page again. If nobody did, somebody else has got hold of a response: look at who signed in with it first.",
			Source: "saml-profiles-2.0 §4.1.4.5",
		}, {
			Code: ConnectionOther, Name: "policy.other_connection", Title: "The answer came by another connection than was asked",
			Person: beginAgain, Mend: "See that each connection has its own application at the provider, with its own addresses.",
			Source: "RFC 9700 §2.1",
		}, {
			Code: ConnectionOff, Name: "policy.connection_off", Title: "The connection is switched off",
			Person: "Sign in another way, or ask your administrator.", Mend: "Switch the connection on under Settings > Single Sign-On.",
		}, {
			Code: IssuerUnknown, Name: "policy.issuer_unknown", Title: "The response is of a provider that this workspace does not know",
			Mend: "Compare the entity id of the provider with the one in the connection's settings.", Source: "saml-core-2.0 §2.2.5",
		}, {
			Code: MemberMissing, Name: "policy.not_a_member", Title: "Nobody here is the person whom the provider vouches for",
			Person: "You are signed in at your provider, and are not a member here yet. Ask your administrator to assign you.",
			Mend:   "Assign the person to the application so that the directory provisions them, invite them, or let a first sign-in make a member: the connection's switch for that. If the person is here already, compare the addresses.",
			Places: map[string]string{
				"entra": "Entra ID: Enterprise applications > the application > Users and groups > Add user/group, then Provisioning > Provision on demand.", "okta": "Okta: Applications > the application > Assignments > Assign.",
				"google": "Google: Apps > Web and mobile apps > the application > User access.", "onelogin": "OneLogin: Users > the person > Applications.",
				"jumpcloud": "JumpCloud: SSO Applications > the application > User Groups.", "ping": "PingOne: Applications > the application > Access.", "keycloak": "Keycloak: the realm > Users.",
			},
		}, {
			Code: MemberInactive, Name: "policy.inactive", Title: "The member is inactive",
			Person: "Your account here is switched off. Ask your administrator.",
			Mend:   "Reactivate the person in the directory, or restore the member on the Members page if no directory manages it.",
		}, {
			Code: SubjectOther, Name: "policy.other_subject", Title: "Another person at the provider claims the address of a member who is known there by another name",
			Mend: "If an address was given to somebody else, change the address of the member who had it. If it is the same person with a new account at the provider, unlink the member, so that the next sign-in links it anew.",
		}, {
			Code: MemberAmbiguous, Name: "policy.ambiguous", Title: "What the provider says names two members",
			Mend: "Compare the subject, the immutable id, the address and the user name that came with those of the two members, and mend the attribute that is wrong at the provider, or merge the members.",
		}, {
			Code: OwnerElsewhere, Name: "policy.owner_elsewhere", Title: "An owner already signs in through another connection",
			Person: "Sign in through the connection that you have used before.",
			Mend:   "The owner signs in through the connection that is linked already. To move, switch that one off first.",
		}, {
			Code: NewcomerInvalid, Name: "policy.newcomer_invalid", Title: "What the provider says of the person is not enough for a new member",
			Mend: "Have the provider send what is missing, as an attribute or claim of the application.",
		}, {
			Code: SubjectUnusable, Name: "policy.subject_unusable", Title: "The provider named the person by nothing that lasts, and sent no address",
			Mend:   "Have the provider send a persistent NameID, or an e-mail address as the NameID or as an attribute.",
			Places: map[string]string{"entra": "Entra ID: the application > Single sign-on > Attributes & Claims > Unique User Identifier.", "okta": "Okta: the application > Sign On > Credentials details > Application username format: Email."},
			Source: "saml-core-2.0 §8.3",
		}, {
			Code: NewcomerTaken, Name: "policy.newcomer_taken", Title: "The new member's address or user name is in use",
			Mend: "Look at the member who has it, and at what the provider sends as the user name.",
		}, {
			Code: ChannelClosed, Name: "policy.channel", Title: "The member's role does not open this way in",
			Person: "Your role does not include this way in. Use the one that it does include, or ask your administrator.",
			Mend:   "Give the person a role that opens the way in. At the provider: the value of the role attribute on the person's application profile.",
		}, {
			Code: ResponseLoop, Name: "policy.loop", Title: "The provider answers without being asked, again and again",
			Person: "Your provider sends you here over and over. Wait a minute, then sign in from our sign-in page.",
			Mend:   "See that the provider sends the InResponseTo of our request back: an application of the kind that only begins at the provider does not.",
		}, {
			Code: ProtocolOther, Name: "policy.protocol", Title: "The connection speaks another protocol",
			Mend: "The connection is set up for one of SAML and OpenID Connect, and the provider answered by the other. Remove the application that is not used, or change the connection.",
		}, {
			Code: SignOnUnready, Name: "policy.unready", Title: "The connection is not set up to its end",
			Mend: "Open the connection under Settings > Single Sign-On: what is missing is marked there.",
		}, {
			Code: ResponseCrowded, Name: "policy.crowded", Title: "Too many answers came at once",
			Person: "Wait a minute and try again.", Mend: "Nothing, unless it goes on: then somebody sends this workspace made-up responses.",
		}, {
			Code: JoinFirst, Name: "policy.join_first", Title: "The member has more rights than whoever set the connection up, and has never joined",
			Person: "Accept your invitation first. Then sign in through your provider.",
			Mend:   "Have the person accept the invitation first; send it again if it has expired. Or have an owner look at the connection's settings and switch it off and on again: with that the owner vouches for them.",
		}, {
			Code: SignOnUnvouched, Name: "policy.unvouched", Title: "The connection was changed by somebody with fewer rights than the member, who has no password or passkey to confirm it with",
			Person: "An owner has to look at the connection to your provider first. Ask your administrator.",
			Mend:   "Have an owner, or whoever runs the product, look at the connection's settings and switch it off and on again: with that they vouch for them.",
		}, {
			Code: MemberDeleted, Name: "policy.deleted", Title: "The directory has deleted the member who had this address",
			Person: "Your account here was removed. Ask your administrator.",
			Mend:   "Assign the person to the application at the directory again, so that it provisions them, or invite them: a first sign-in does not bring back whom the directory took out.",
		},
	}
}
