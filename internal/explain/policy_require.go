package explain

// The rules of requiring the identity provider, of exemptions and of recovery codes.
const (
	RequireNotProven  Code = "P50"
	RequireNobody     Code = "P51"
	RequireRefused    Code = "P52"
	RequireLastWay    Code = "P53"
	ExemptionTooLong  Code = "P54"
	RecoveryWrong     Code = "P56"
	RecoveryNotOwners Code = "P57"
)

func requireRules() []Rule {
	return []Rule{
		{
			Code: RequireNotProven, Name: "require.not_proven", Title: "No administrator has signed in through the identity provider as it is set up now",
			Mend: "Sign in once through the connector, as somebody who may manage single sign-on here, and switch it on then. A change of the connector's values asks for that anew.",
		},
		{
			Code: RequireNobody, Name: "require.nobody", Title: "Nobody was named",
			Mend: "Name at least one person; yourself is a good beginning.",
		},
		{
			Code: RequireRefused, Name: "require.refused", Title: "The workspace signs this person in through its identity provider",
			Person: "Sign in with your company's sign-in instead of a password or passkey. If that does not work, give this code to an administrator of your workspace.",
			Mend:   "The person has signed in through the identity provider before, or Require SSO covers the person. Assign the person to the application there, or exempt the person for a time: Settings > Single Sign-On > Require SSO.",
		},
		{
			Code: RequireLastWay, Name: "require.last_way", Title: "It is the only connector in use while signing in through one is required",
			Mend: "Switch Require SSO off first, or set a second connector up and sign in through it.",
		},
		{
			Code: ExemptionTooLong, Name: "exemption.too_long", Title: "An exemption lasts from a moment to 90 days",
			Mend: "Choose an end within 90 days. It can be made longer when that has come near.",
		},
		{
			Code: RecoveryWrong, Name: "recovery.wrong", Title: "The recovery code, the address or the workspace ID is wrong",
			Person: "Look at all three letter by letter. Each code works once, and only for somebody who manages the workspace.",
			Mend:   "Each code works once, with the address of a person who may manage single sign-on and has signed in before. New codes end the old ones.",
		},
		{
			Code: RecoveryNotOwners, Name: "recovery.not_allowed", Title: "Recovery codes let somebody in with more rights than you have",
			Mend: "Ask an owner to issue them.",
		},
	}
}
