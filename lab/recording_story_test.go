package lab_test

import (
	"maps"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// stories are the versioned conversations by file name.
func stories() map[string]func(*stage) {
	all := map[string]func(*stage){}
	for mode, opt := range map[string]lab.EntraOptions{"entra": {NoCompare: true}, "entra-aadOptscim062020": {NoCompare: true, OptSCIM062020: true}} {
		maps.Copy(all, entraStories(mode, opt))
	}
	for form, opt := range map[string]lab.OktaOptions{"okta-catalogue": {NoCompare: true}, "okta-custom": {NoCompare: true, Custom: true}} {
		maps.Copy(all, oktaStories(form, opt))
	}
	for _, updates := range []string{"put", "patch"} {
		for _, name := range []string{"google", "onelogin", "pingfederate"} {
			all[name+"/story-"+updates] = func(s *stage) { s.connector(name, lab.Options{Updates: strings.ToUpper(updates)}) }
		}
	}
	for _, name := range []string{"jumpcloud", "sailpoint"} {
		all[name+"/story"] = func(s *stage) { s.connector(name, lab.Options{}) }
	}
	all["sailpoint/connection-test"] = func(s *stage) {
		p, err := lab.New("sailpoint", s.dir, s.record("sailpoint: the server's description of itself is read first"), lab.Options{})
		s.do(err, p.TestConnection(s.Context()))
		s.idp = p.(provider)
		s.rec.Silent()
		s.filled()
	}
	return all
}

// entra begins a recording and connects an Entra that is not told about before
// the story's own requests.
func (s *stage) entra(title string, opt lab.EntraOptions) {
	mode := "Entra"
	if opt.OptSCIM062020 {
		mode = "Entra with aadOptscim062020"
	}
	s.idp = lab.NewEntra(s.dir, s.record(mode+": "+title), opt)
}

func entraStories(mode string, opt lab.EntraOptions) map[string]func(*stage) {
	return map[string]func(*stage){
		mode + "/initial-cycle": func(s *stage) {
			s.entra("connection test, initial cycle, and a cycle in which nothing has changed", opt)
			s.rec.Chapter("Test Connection")
			s.do(s.idp.TestConnection(s.Context()))
			s.sync("Initial cycle: everybody is looked up by user name, then created; then managers, groups, members")
			s.sync("Nothing has changed: nothing is sent")
		},
		mode + "/rename": func(s *stage) {
			s.entra("names, e-mail addresses and user names change", opt)
			s.filled()
			s.do(s.dir.Rename(s.asa, "Åsa", "Åkesson"))
			s.sync("Åsa marries: GET, then PATCH of what differs")
			s.do(s.dir.ChangeMail(s.asa, "asa.akesson@contoso.example"))
			s.sync("Åsa's e-mail address changes")
			s.do(s.dir.ChangeUserName(s.asa, "asa.akesson@contoso.example"))
			s.sync("Åsa's user name changes; the id stays")
			s.do(s.dir.Move(s.li, "Sales", "Account Executive"))
			s.sync("Wei gets a department and a title, where there was none")
		},
		mode + "/leave-and-return": func(s *stage) {
			s.entra("disabled, soft deleted, restored, unassigned, hard deleted", opt)
			s.filled()
			s.do(s.dir.Disable(s.li))
			s.sync("Wei's account is disabled")
			s.do(s.dir.Enable(s.li))
			s.sync("Wei's account is enabled; memberships are not sent again")
			s.do(s.dir.SoftDelete(s.li))
			s.sync("Wei goes to the recycle bin")
			s.do(s.dir.Restore(s.li))
			s.sync("Wei is restored")
			s.do(s.dir.Unassign(s.asa), s.dir.RemoveFromGroup(s.engineering, s.asa))
			s.sync("Åsa loses the assignment")
			s.do(s.dir.Assign(s.asa))
			s.sync("Åsa is assigned again: matched, not created")
			s.do(s.dir.SoftDelete(s.li))
			s.dir.Advance(lab.PurgeAfter)
			s.sync("Thirty days in the recycle bin are over before the next cycle: DELETE")
		},
		mode + "/manager": func(s *stage) {
			s.entra("managers are set in a second pass, when everybody exists", opt)
			s.filled()
			s.do(s.dir.SetManager(s.li, s.asa), s.dir.SetManager(s.asa, s.li))
			s.sync("Åsa gets another manager, Wei a first one")
			s.do(s.dir.SetManager(s.asa, ""))
			s.sync("Åsa has no manager any more")
		},
		mode + "/groups": func(s *stage) {
			s.entra("groups are renamed, filled, emptied and deleted", opt)
			s.filled()
			s.do(s.dir.RenameGroup(s.engineering, "Engineering & Research"))
			s.sync("Engineering is renamed")
			s.do(s.dir.AddToGroup(s.engineering, s.li))
			s.sync("Wei joins Engineering")
			s.do(s.dir.RemoveFromGroup(s.engineering, s.asa))
			s.sync("Åsa leaves Engineering: the others must stay")
			s.do(s.dir.DeleteGroup(s.sales))
			s.sync("Sales is deleted")
		},
		mode + "/provision-on-demand": func(s *stage) {
			s.entra("provision on demand, for a person and for a group", opt)
			s.rec.Chapter("Provision on demand: Ann, then Åsa, whose manager she is")
			e := s.idp.(lab.OnDemand)
			s.demand(e, s.ann)
			s.demand(e, s.asa)
			s.do(s.dir.Rename(s.ann, "Anna", "O'Neill"))
			s.rec.Chapter("Provision on demand: Ann, after a change of name; the operations have the form without the flag")
			s.demand(e, s.ann)
			s.rec.Chapter("Provision on demand: Engineering and its members")
			s.demand(e, s.engineering)
			s.rec.Silent()
			s.filled()
		},
		mode + "/another-mapping": func(s *stage) {
			s.entra("the administrator saves another table of attributes, which restarts the job", opt)
			s.filled()
			s.do(s.idp.(*lab.Entra).SetMapping([]lab.Mapping{
				{Source: "userPrincipalName", Target: "userName", Match: 1},
				{Source: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, Target: "active"},
				{Source: `Join(", ", [surname], [givenName])`, Target: "displayName"},
				{Source: `Coalesce([jobTitle], "Staff")`, Target: "title"},
			}))
			s.sync("Everybody is compared; what is not mapped any more stays; memberships are sent again")
		},
		mode + "/account-discovery-and-import": func(s *stage) {
			s.entra("all accounts of the application are listed, and who is unknown is imported (P22)", opt)
			s.filled()
			s.rec.Chapter("Account discovery")
			found, err := s.idp.(lab.Discoverer).DiscoverAccounts(s.Context())
			s.do(err)
			s.rec.Chapter("Import")
			in, err := s.idp.(lab.Importer).Import(s.Context())
			s.do(err)
			if len(found.Assigned) != 3 || len(in.Matched) != 3 {
				s.Errorf("%+v %+v", found, in)
			}
		},
		mode + "/app-roles-single":    func(s *stage) { s.appRoles("SingleAppRoleAssignment", opt) },
		mode + "/app-roles-complex":   func(s *stage) { s.appRoles("AppRoleAssignmentsComplex", opt) },
		mode + "/app-roles-assertive": func(s *stage) { s.appRoles("AssertiveAppRoleAssignmentsComplex", opt) },
		mode + "/timeneye-mapping": func(s *stage) {
			opt := opt
			opt.Mapping, opt.NoGroups = lab.TimeneyeMapping(), true
			s.do(s.dir.Assign(s.ann, role("admin")), s.dir.Assign(s.asa, role("member")), s.dir.Assign(s.li, role("member")))
			s.entra("a help page's mapping: attributes of its own in the core schema, active twice, no e-mail, two matching attributes", opt)
			s.sync("Initial cycle: looked up by microsoftId, then by user name, then created")
			s.do(s.dir.Disable(s.li), s.dir.Assign(s.asa, role("admin")))
			s.sync("Wei is disabled, Åsa becomes an administrator")
		},
	}
}

// appRoles tells what becomes of app roles that one of the functions maps.
func (s *stage) appRoles(function string, opt lab.EntraOptions) {
	target := "roles"
	if function == "SingleAppRoleAssignment" {
		target = `roles[primary eq "True"].value`
	}
	opt.NoGroups = true
	opt.Mapping = []lab.Mapping{
		{Source: "userPrincipalName", Target: "userName", Match: 1},
		{Source: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, Target: "active"},
		{Source: "displayName", Target: "displayName"},
		{Source: function + "([appRoleAssignments])", Target: target},
	}
	s.do(s.dir.Assign(s.ann, role("admin")), s.dir.Assign(s.asa, role("member")))
	s.entra(function+" to "+target, opt)
	s.sync("Initial cycle: Ann is admin, Åsa is member, Wei has no role")
	s.do(s.dir.Assign(s.asa, role("admin")))
	s.sync("Åsa becomes admin")
	s.do(s.dir.Assign(s.li, role("member")))
	s.sync("Wei gets a first role")
}

func role(value string) lab.AppRole {
	id := map[string]string{"admin": "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a02", "member": "9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a03"}[value]
	return lab.AppRole{ID: id, Value: value, DisplayName: value + " of the app"}
}

func (s *stage) okta(title string, opt lab.OktaOptions) *lab.Okta {
	form := "Okta, application of the catalogue"
	if opt.Custom {
		form = "Okta, custom application"
	}
	o := lab.NewOkta(s.dir, s.record(form+": "+title), opt)
	s.idp = o
	return o
}

func oktaStories(form string, opt lab.OktaOptions) map[string]func(*stage) {
	return map[string]func(*stage){
		form + "/push-people": func(s *stage) {
			opt := opt
			opt.NoGroups = true
			s.okta("credentials test, new people, and a moment in which nothing has changed", opt)
			s.rec.Chapter("Test API Credentials")
			s.do(s.idp.TestConnection(s.Context()))
			s.sync("Push New Users: looked up, then created")
			s.sync("Nothing has changed: nothing is sent")
		},
		form + "/push-profile": func(s *stage) {
			opt := opt
			opt.NoGroups = true
			s.okta("profile changes are GET and PUT of the whole", opt)
			s.filled()
			s.do(s.dir.Rename(s.asa, "Åsa", "Åkesson"), s.dir.ChangeMail(s.asa, "asa.akesson@contoso.example"))
			s.sync("Åsa's name and e-mail address change")
			s.do(s.dir.ChangeUserName(s.asa, "asa.akesson@contoso.example"))
			s.sync("Åsa's user name changes")
		},
		form + "/deactivate-and-reactivate": func(s *stage) {
			opt := opt
			opt.NoGroups = true
			s.okta("an unassigned person is deactivated, and found again when assigned", opt)
			s.filled()
			s.do(s.dir.Unassign(s.li), s.dir.RemoveFromGroup(s.sales, s.li))
			s.sync("Wei loses the assignment")
			s.do(s.dir.Assign(s.li))
			s.sync("Wei is assigned again: looked up, found inactive, activated")
			s.do(s.dir.SoftDelete(s.asa))
			s.sync("Åsa is deactivated in Okta")
			s.do(s.dir.HardDelete(s.asa))
			s.sync("Åsa is deleted in Okta: nothing is sent, no DELETE, ever")
		},
		form + "/import": func(s *stage) {
			o := s.okta("Import Now reads everybody and every group, page by page", opt)
			s.filled()
			s.rec.Chapter("Import Now")
			in, err := o.Import(s.Context())
			s.do(err)
			if len(in.Matched) != 3 || in.Groups != 2 {
				s.Errorf("%+v", in)
			}
		},
		form + "/push-groups": func(s *stage) {
			o := s.okta("groups are pushed, renamed, changed, pushed in full, unlinked", opt)
			s.sync("Push New Users, then the groups")
			s.do(s.dir.RenameGroup(s.engineering, "Engineering & Research"))
			s.sync("Engineering is renamed")
			s.do(s.dir.AddToGroup(s.engineering, s.li), s.dir.RemoveFromGroup(s.engineering, s.asa))
			s.sync("Wei joins Engineering and Åsa leaves it")
			s.do(s.dir.RemoveFromGroup(s.sales, s.li))
			s.sync("Sales is empty")
			s.rec.Chapter("Push now: the whole membership")
			_, err := o.FullPush(s.Context())
			s.do(err, s.dir.UnassignGroup(s.sales))
			s.sync("Sales is unlinked")
		},
	}
}

// demand provisions on demand, which must succeed.
func (s *stage) demand(e lab.OnDemand, id string) {
	s.Helper()
	if sum, err := e.ProvisionOnDemand(s.Context(), id); err != nil || sum.Failed > 0 {
		s.Fatalf("%v\n%s", err, sum)
	}
}

// connector tells the short story of one of the other providers.
func (s *stage) connector(name string, opt lab.Options) {
	title := name
	if opt.Updates != "" {
		title += ", updates by " + opt.Updates
	}
	opt.NoCompare = true
	p, err := lab.New(name, s.dir, s.record(title+": a person's life, and a group's"), opt)
	s.do(err)
	s.idp = p.(provider)
	if name == "sailpoint" { // its test reads the whole description, which has a file of its own
		s.rec.Silent()
	} else {
		s.rec.Chapter("Connection test")
	}
	s.do(s.idp.TestConnection(s.Context()))
	s.sync("First cycle")
	s.sync("Nothing has changed")
	s.do(s.dir.Rename(s.asa, "Åsa", "Åkesson"), s.dir.Move(s.li, "Sales", "Account Executive"))
	s.sync("Åsa marries; Wei gets a department and a title")
	s.do(s.dir.RenameGroup(s.engineering, "Engineering & Research"), s.dir.AddToGroup(s.engineering, s.li), s.dir.RemoveFromGroup(s.engineering, s.asa))
	s.sync("Engineering is renamed, Wei joins it, and Åsa leaves it")
	s.do(s.dir.Disable(s.li))
	s.sync("Wei's account is disabled")
	s.do(s.dir.Enable(s.li))
	s.sync("Wei's account is enabled")
	s.do(s.dir.Unassign(s.asa))
	s.sync("Åsa loses the application")
	s.do(s.dir.Assign(s.asa))
	s.sync("Åsa gets it again")
	s.do(s.dir.HardDelete(s.asa), s.dir.DeleteGroup(s.sales))
	s.sync("Åsa and the group Sales are deleted")
}
