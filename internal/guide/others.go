package guide

import "github.com/anteroom-id/anteroom/internal/product"

// google is the guide for Google Workspace, which provisions people and no groups.
func google(b *builder) []Step {
	return []Step{
		{
			Title: "Open automatic provisioning",
			Do:    []string{"In the Admin console, open Apps > Web and mobile apps, open the application for " + b.p.Name + ", and choose Configure autoprovisioning."},
			Why:   "Google offers it for applications of its own catalogue only. Ask " + b.p.Name + " which entry to use when there is none of that name.",
			Tick:  Contact,
		},
		{Title: "Enter the credentials", Do: []string{"Paste these values and continue."}, Copy: b.values(), Tick: Contact},
		{
			Title: "Map attributes", Do: []string{"Map the primary e-mail address to userName, the first name to name.givenName and the last name to name.familyName."},
			Why: b.requiredWhy(), Tick: Mapped,
		},
		{
			Title: "Choose who is provisioned, and what happens to leavers",
			Do: []string{
				"Set the provisioning scope to the groups whose people are to come.",
				"Under Deprovisioning, set each delay as short as your policy allows.",
			},
			Why: "Google waits for the delay before it takes somebody out here. It sends no groups.",
		},
		{Title: "Switch it on", Do: []string{"Turn Autoprovisioning on."}, Why: b.arrived(), Tick: Person},
		b.update("Change the last name of somebody in the scope."),
	}
}

// onelogin is the guide for OneLogin.
func onelogin(b *builder) []Step {
	return []Step{
		{
			Title: "Add the application",
			Do:    []string{"Under Applications, choose Add App, look for SCIM Provisioner with SAML (SCIM v2 Enterprise), name it " + b.p.Name + ", and save."},
			Tick:  Contact,
		},
		{
			Title: "Enter the credentials",
			Do:    []string{"Under Configuration, paste these values. Under API Connection, choose Enable, and save."},
			Copy:  b.values(), Tick: Contact,
		},
		{
			Title: "Enable provisioning",
			Do: []string{
				"Under Provisioning, tick Enable provisioning. For people who are deleted or lose the application, choose Suspend.",
			},
			Why: "Suspend makes them " + b.p.Words.Inactive + " here with everything known about them kept. Delete does too, and they get a new SCIM id when they come back.",
		},
		b.plainMapping("Under Parameters, see that SCIM Username is the e-mail address, and that first and last name are included in user provisioning."),
		b.plainGroups("Under Parameters, include Groups in user provisioning, and set them by Rules."),
		{Title: "Assign people", Do: []string{"Under Users, or by a role under Access, assign people. Approve them when Require admin approval is on."}, Why: b.arrived(), Tick: Person},
		b.update("Change the last name of somebody who is assigned."),
	}
}

// jumpcloud is the guide for JumpCloud.
func jumpcloud(b *builder) []Step {
	return []Step{
		{
			Title: "Add the application",
			Do:    []string{"Under SSO Applications, choose Add New Application, then Custom Application, with Export users to this app (Identity Management). Name it " + b.p.Name + "."},
			Tick:  Contact,
		},
		{
			Title: "Enter the credentials and activate",
			Do: []string{
				"Under Identity Management, choose SCIM API with SCIM version 2.0, paste these values, and give an unused address as Test User Email.",
				"Choose Test Connection, then Activate.",
			},
			Why:  "JumpCloud makes a person of that address, changes it and deactivates it again: it stays here as " + b.p.Words.Inactive + ".",
			Copy: b.values(), Tick: Contact,
		},
		b.plainMapping("Leave the attribute mapping as it is, or add what is required."),
		b.plainGroups("Switch Enable management of User Groups and Group Membership on."),
		{Title: "Assign people", Do: []string{"Under User Groups, tick the groups whose people are to come, and save."}, Why: b.arrived(), Tick: Person},
		b.update("Change the job title of somebody in one of the groups."),
	}
}

// ping is the guide for PingFederate and PingOne.
func ping(b *builder) []Step {
	return []Step{
		{
			Title: "Create the outbound connection",
			Do:    []string{"Create an SP connection with Outbound Provisioning and the SCIM connector (a connection of the kind SCIM Outbound in PingOne)."},
			Tick:  Contact,
		},
		{
			Title: "Enter the credentials",
			Do:    []string{"Set SCIM Version to 2.0 and the authentication method to OAuth 2 Bearer Token, or to Basic Authentication where there is a user name. Paste these values.", "Set the filter for unique users to userName."},
			Copy:  b.values(), Tick: Contact,
		},
		{Title: "Choose what happens to leavers", Do: []string{"Set Remove User Action to Disable."}, Why: "They become " + b.p.Words.Inactive + " here, with everything known about them kept."},
		b.plainMapping("Under Attribute Mapping, map the e-mail address to userName and the names to their SCIM attributes."),
		b.plainGroups("Set the source of groups."),
		{Title: "Activate the channel", Do: []string{"Activate the channel and the connection."}, Why: b.arrived(), Tick: Person},
		b.update("Change the title of somebody in the source."),
	}
}

// other is the guide for a directory of which no more is known than that it
// speaks SCIM 2.0.
func other(b *builder) []Step {
	return []Step{
		{
			Title: "Enter the credentials",
			Do:    []string{"In your directory, add an application that provisions over SCIM 2.0, and paste these values.", "Test the connection."},
			Copy:  b.values(), Tick: Contact,
		},
		{
			Title: "Limit the scope", Do: []string{"Choose that only people who are assigned to the application are sent."},
			Why: "Otherwise everybody in the directory comes into " + b.p.Name + ".",
		},
		b.plainMapping("Map the e-mail address to userName, and the names to name.givenName and name.familyName."),
		b.plainGroups("Switch groups on if you want them."),
		{Title: "Assign people and start", Do: []string{"Assign the first people and start provisioning."}, Why: b.arrived(), Tick: Person},
		b.update("Change the title of somebody who is assigned."),
	}
}

func (b *builder) plainMapping(do string) Step {
	s := Step{Title: "Map attributes", Do: []string{do}, Why: b.requiredWhy(), Tick: Mapped}
	if path, own := ByAttribute(b.p); own {
		s.Do = append(s.Do, "For the "+b.p.Words.Role+", send one of these in "+path+": "+names(b.grantable())+".")
	}
	return s
}

func (b *builder) plainGroups(do string) Step {
	switch b.p.SCIM.Groups {
	case product.GroupsOff:
		return Step{Title: "Switch groups off", Do: []string{"Send people only."}, Why: b.p.SCIM.GroupsOffDetail}
	case product.GroupsRoles:
		return Step{Title: "Send groups", Do: []string{do}, Why: "Each group becomes a " + b.p.Words.Role + " of its name.", Tick: Group}
	}
	return Step{Title: "Send groups, if you want them", Do: []string{do}, Why: "An administrator of " + b.p.Name + " may give each a " + b.p.Words.Role + ".", Tick: Group}
}
