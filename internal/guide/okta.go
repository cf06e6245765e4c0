package guide

import "github.com/anteroom-id/anteroom/internal/product"

// okta is the guide for Okta.
func okta(b *builder) []Step {
	p := b.p
	steps := []Step{
		{
			Title: "Add the application",
			Do: []string{
				"In the Admin Console, open Applications > Applications, choose Browse App Catalog and look for " + p.Name + ".",
				"When it is not in the catalogue, choose Create App Integration, and then tick Provisioning: SCIM under General > App Settings > Edit.",
			},
			Tick: Contact,
		},
		{
			Title: "Enter the credentials and test them",
			Do: []string{
				"Open Provisioning and choose Configure API Integration (Integration > Edit for an application of your own). Tick Enable API integration.",
				"Paste these values. In an application of your own, set Unique identifier field for users to userName and Authentication Mode to HTTP Header.",
				"Choose Test API Credentials (Test Connector Configuration), then Save.",
			},
			Copy: b.values(), Tick: Contact,
		},
		{
			Title: "Enable what is to be sent",
			Do:    []string{"Under Provisioning > To App choose Edit, tick Create Users, Update User Attributes and Deactivate Users, and save."},
			Why:   "Each works alone. Without Deactivate Users nobody is taken out who leaves.",
		},
		{
			Title: "Send the e-mail address as the user name",
			Do:    []string{"Under Sign On > Edit > Credentials Details, set Application username format to Email, and save."},
			Why:   "The user name is how people are found again, and their e-mail address where no other one is sent.",
		},
	}
	if path, own := ByAttribute(p); own {
		steps = append(steps, b.oktaRole(path))
	}
	return append(steps, b.oktaGroups(), Step{
		Title: "Assign people",
		Do:    []string{"Under Assignments, choose Assign, then Assign to People or Assign to Groups."},
		Why:   "Okta sends each person at once. " + b.arrived() + " " + b.requiredWhy(),
		Tick:  Person,
	}, b.update("Change the title of somebody who is assigned in Okta."))
}

func (b *builder) oktaRole(path string) Step {
	a, _ := b.p.Attribute(path)
	return Step{
		Title: "Add the attribute for the " + b.p.Words.Role,
		Do: []string{
			"Under Directory > Profile Editor, open the application's profile and choose Add Attribute.",
			"Data type string, external name " + a.Name + ", external namespace " + a.URN() + ".",
			"Give it one of these values when you assign: " + names(b.grantable()) + ".",
		},
		Why: "Who comes without it gets the default " + b.p.Words.Role + ".",
	}
}

func (b *builder) oktaGroups() Step {
	switch b.p.SCIM.Groups {
	case product.GroupsOff:
		return Step{Title: "Push no groups", Do: []string{"Leave Push Groups empty."}, Why: b.p.SCIM.GroupsOffDetail}
	case product.GroupsRoles:
		return Step{
			Title: "Push groups", Do: []string{"Under Push Groups, choose + Push Groups and find the groups that are to be " + b.p.Words.Roles + " in " + b.p.Name + "."},
			Why: "Pushing a group does not assign its people: assign them under Assignments.", Tick: Group,
		}
	}
	return Step{
		Title: "Push groups, if you want them", Do: []string{"Under Push Groups, choose + Push Groups and find the groups."},
		Why: "An administrator of " + b.p.Name + " may give each a " + b.p.Words.Role + ". Pushing a group does not assign its people: assign them under Assignments.", Tick: Group,
	}
}
