package guide

import (
	"fmt"

	"github.com/anteroom-id/anteroom/internal/product"
)

// entra is the guide for Microsoft Entra ID, once Azure Active Directory.
func entra(b *builder) []Step {
	p, w := b.p, &b.p.Words
	steps := []Step{
		{
			Title: "Create the enterprise application",
			Do: []string{
				"In the Microsoft Entra admin center, open Enterprise applications and choose New application, then Create your own application.",
				"Name it " + p.Name + " Provisioning and choose Integrate any other application you don't find in the gallery (Non-gallery). Choose Create.",
			},
			Tick: Contact,
		},
		{
			Title: "Enter the credentials and test them",
			Do: []string{
				"Open Provisioning and choose Get started. Set Provisioning Mode to Automatic.",
				"Under Admin Credentials, paste these values.",
				"Choose Test Connection, then Save.",
			},
			Copy: b.values(), Tick: Contact,
		},
		{
			Title: "Limit the scope",
			Do:    []string{"Under Settings, set Scope to Sync only assigned users and groups, and save."},
			Why:   "Then only people whom you assign come into " + p.Name + ". With the other setting everybody in your directory would.",
		},
		b.entraGroups(), b.entraMappings(),
	}
	if _, own := ByAttribute(p); own {
		steps = append(steps, b.entraRoles())
	}
	return append(steps, b.entraAssign(), Step{
		Title: "Start provisioning",
		Do:    []string{"On the Provisioning page choose Start provisioning, or set Provisioning Status to On and save."},
		Why:   "The first cycle may take up to an hour, and each one after it comes about every 40 minutes. Provision on demand sends one person at once. " + b.arrived(),
		Tick:  Person,
	}, b.update("Change the job title of one of the "+w.Members+" in Entra, and wait for the next cycle or use Provision on demand."))
}

func (b *builder) entraGroups() Step {
	s := Step{Title: "Leave the groups on", Tick: Group, Do: []string{
		"Under Mappings, open Provision Microsoft Entra ID Groups and see that Enabled is Yes, with Create, Update and Delete.",
	}}
	switch b.p.SCIM.Groups {
	case product.GroupsOff:
		return Step{
			Title: "Switch the groups off",
			Do:    []string{"Under Mappings, open Provision Microsoft Entra ID Groups (Provision Azure Active Directory Groups), set Enabled to No, and save."},
			Why:   b.p.SCIM.GroupsOffDetail,
		}
	case product.GroupsRoles:
		s.Why = "Each group that you assign becomes a " + b.p.Words.Role + " of its name. Who is in the group gets it; rights in the console come with it only when somebody maps it."
	default:
		s.Why = "An administrator of " + b.p.Name + " may give each group a " + b.p.Words.Role + ". Assign none, and only people come."
	}
	return s
}

func (b *builder) entraMappings() Step {
	if Untouched(b.p) {
		return Step{
			Title: "Leave the attribute mappings as they are",
			Do:    []string{"Under Mappings, open Provision Microsoft Entra ID Users and see that Enabled is Yes, with Create, Update and Delete. Do not change the attribute mappings."},
			Why:   b.requiredWhy(), Tick: Mapped,
		}
	}
	table := Mappings(b.p)
	do := []string{
		"Under Mappings, open Provision Microsoft Entra ID Users (Provision Azure Active Directory Users).",
		"Make the table like the one below: Add New Mapping for what is missing, and delete what is not in it. A target that the list does not offer is added first: tick Show advanced options, then Edit attribute list.",
	}
	for _, m := range table {
		if m.Match > 0 {
			do = append(do, fmt.Sprintf("For %s, set Match objects using this attribute to Yes and Matching precedence to %d.", m.Target, m.Match))
		}
	}
	return Step{Title: "Edit the attribute mappings", Do: append(do, "Save."), Why: b.requiredWhy(), Map: table, Tick: Mapped}
}

func (b *builder) requiredWhy() string {
	if len(Required(b.p)) == 0 {
		return ""
	}
	s := "Nobody is provisioned without "
	for i, path := range Required(b.p) {
		if i > 0 {
			s += ", "
		}
		s += path
	}
	return s + "."
}

func (b *builder) entraRoles() Step {
	roles := b.grantable()
	why := "The value counts, exactly as it stands here: " + names(roles) + ". The display name is for people only."
	if b.p.Roles.Unknown == product.UnknownDefault {
		why += " A value that is none of these gives the default " + b.p.Words.Role + " and a warning under Activity."
	}
	return Step{
		Title: "Create the app roles",
		Do: []string{
			"Under App registrations, open the application, then App roles, and choose Create app role for each of these.",
			"Allowed member types is Users/Groups. Tick Do you want to enable this app role.",
		},
		Why: why, Roles: roles,
	}
}

func (b *builder) entraAssign() Step {
	s := Step{
		Title: "Assign people",
		Do:    []string{"Open Users and groups, choose Add user/group, choose people or groups, and choose Assign."},
		Why:   "Direct members of a group come with it; groups inside it do not.",
		Tick:  Person,
	}
	if _, own := ByAttribute(b.p); own {
		s.Do = append(s.Do, "Everybody in one assignment gets the one app role that you select. For another "+b.p.Words.Role+", make another assignment.")
	}
	return s
}
