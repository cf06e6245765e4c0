package directory_test

import (
	"fmt"
	"net/http"
	"testing"
)

// tracking is a product whose default role is not its lowest.
const tracking = `
name: Tracking
roles:
  catalogue: [{name: admin}, {name: project-manager}, {name: worker}]
  default: project-manager
`

func TestT22_TheDefaultRoleIsTheProductsAndALaterOneTouchesNobodyFromBefore(t *testing.T) {
	onBoth(t, tracking, func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		equal(t, "provisioned", w.roles(ann), "default project-manager")
		byHand := string(w.memberByID(w.add("hand@x.example", "")).ResourceID)
		equal(t, "by hand", w.roles(byHand), "default project-manager")
		now := w.under("name: Tracking\nroles:\n  catalogue: [{name: admin}, {name: project-manager}, {name: worker}]\n  default: worker\n")
		bob := now.person(`{"userName":"bob@x.example"}`)
		equal(t, "after the change, a new one", now.roles(bob), "default worker")
		equal(t, "after the change, an old one", now.roles(ann), "default project-manager")
		now.change(ann, `{"op":"replace","path":"title","value":"Lead"}`)
		equal(t, "after the change, an old one updated", now.roles(ann), "default project-manager")
	})
}

func TestE18_RolesAreOwnerAdminOrMemberAndTheProductSaysWhetherOwnerMayBeGranted(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		for i, value := range []string{"owner", "admin", "member"} {
			id := w.person(fmt.Sprintf(`{"userName":"p%d@x.example","role":%q}`, i, value))
			equal(t, value, w.roles(id), "attribute "+value)
		}
		equal(t, "blanks and case do not matter", w.roles(w.person(`{"userName":"b@x.example","role":" Admin "}`)), "attribute admin")
		equal(t, "owners", w.tally().Owners, 1)
	})
	onBoth(t, "", func(t *testing.T, w *world) {
		for i, value := range []string{"admin", "member"} {
			id := w.person(fmt.Sprintf(`{"userName":"p%d@x.example","role":%q}`, i, value))
			equal(t, value, w.roles(id), "attribute "+value)
		}
		id := w.person(`{"userName":"boss@x.example","role":"owner"}`)
		equal(t, "owner, where it may not be granted", w.roles(id), "default member")
		w.mustNote("owner-not-granted", "does not let a directory make somebody owner")
		equal(t, "owners", w.tally().Owners, 0)
	})
}

// shapes are the ways in which directories write the role admin.
func shapes() map[string]string {
	return map[string]string{
		"a plain string":                    `"role":"admin"`,
		"by the URN":                        `"urn:ietf:params:scim:schemas:core:2.0:User:role":"admin"`,
		"in the URN's object":               `"urn:ietf:params:scim:schemas:core:2.0:User":{"role":"admin"}`,
		"roles, primary as a string":        `"roles":[{"primary":"True","type":"WindowsAzureActiveDirectoryRole","value":"admin"}]`,
		"roles, JSON in the value":          `"roles":[{"value":"{\"id\":\"9c1f\",\"value\":\"admin\",\"displayName\":\"Mmber\"}"}]`,
		"roles, as a list of plain strings": `"roles":["admin"]`,
		"roles, with a wrong display name":  `"roles":[{"primary":true,"display":"Mmber","value":"admin"}]`,
		"roles, the primary one counts":     `"roles":[{"value":"member"},{"primary":true,"value":"admin"}]`,
		"role, JSON in a string":            `"role":"{\"id\":\"9c1f\",\"value\":\"admin\",\"displayName\":\"Owner\"}"`,
		"role, a list as JSON in a string":  `"role":"[{\"value\":\"admin\"}]"`,
	}
}

func TestE23_TheRoleIsReadInEveryShapeThatDirectoriesSend(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		n := 0
		for shape, text := range shapes() {
			n++
			user := fmt.Sprintf(`"userName":"r%d@x.example"`, n)
			want := map[bool]string{true: "attribute admin", false: "app-role admin"}[shape == "a plain string" || shape == "by the URN" || shape == "in the URN's object"]
			id := w.person(`{` + user + `,` + text + `}`)
			equal(t, "POST "+shape, w.roles(id), want)
			if _, err := w.put(id, `{`+user+`}`); err != nil {
				t.Fatal(err)
			}
			equal(t, "PUT without", w.roles(id), "default member")
			if _, err := w.put(id, `{`+user+`,`+text+`}`); err != nil {
				t.Fatal(err)
			}
			equal(t, "PUT "+shape, w.roles(id), want)
			other := w.person(fmt.Sprintf(`{"userName":"o%d@x.example"}`, n))
			w.change(other, `{"op":"Add","value":{`+text+`}}`)
			equal(t, "PATCH "+shape, w.roles(other), want)
		}
		id := w.person(`{"userName":"path@x.example"}`)
		w.change(id, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}`)
		equal(t, "PATCH roles[primary eq]", w.roles(id), "app-role admin")
		w.change(id, `{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"member"}`)
		equal(t, "PATCH roles[primary eq] again", w.roles(id), "app-role member")
		w.change(id, `{"op":"Add","path":"urn:ietf:params:scim:schemas:core:2.0:User:role","value":"admin"}`)
		equal(t, "PATCH by the URN wins over roles, as the product lists them", w.roles(id), "attribute admin")
	})
}

func TestE25_TheValueCountsAndAMisspeltOneGivesTheDefaultAndAWarning(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","roles":[{"display":"Mmber","value":"admin"}]}`)
		equal(t, "display name is noise", w.roles(id), "app-role admin")
		other := w.person(`{"userName":"bob@x.example","role":"Admn"}`)
		equal(t, "misspelt", w.roles(other), "default member")
		w.mustNote("unknown-role", `"Admn" is not a role of this product`)
		w.mustNote("unknown-role", `did you mean "admin"?`)
	})
}

const refusing = `
name: Refusing
attributes: [{name: role}]
roles:
  catalogue: [{name: admin}, {name: member}]
  default: member
  attributes: [role]
  unknown: refuse
`

func TestE25_WhereTheProductWantsItAMisspeltRoleIsRefused(t *testing.T) {
	onBoth(t, refusing, func(t *testing.T, w *world) {
		_, err := w.post(`{"userName":"ann@x.example","role":"Mmber"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", `did you mean "member"?`)
		id := w.person(`{"userName":"ann@x.example","role":"admin"}`)
		_, err = w.patch(id, `{"op":"replace","path":"title","value":"Lead"},{"op":"replace","path":"role","value":"Mmber"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "role")
		equal(t, "role and title", w.roles(id)+w.member(id).Title, "attribute admin")
	})
}

func TestE26_AnEmptyOrWithdrawnRoleGivesTheDefault(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i, body := range []string{
			`"role":""`, `"role":"  "`, `"role":null`, `"role":"{\"id\":\"9c1f\",\"value\":null}"`, `"role":"{broken"`, `"role":"[]"`, `"roles":[]`, `"roles":[{"primary":true}]`,
			`"roles":[{"value":"9c1f2d0e-52f5-4d6c-9ae5-1f6b3e0f7a09"}]`, `"roles":[{"value":""}]`,
		} {
			id := w.person(fmt.Sprintf(`{"userName":"p%d@x.example",%s}`, i, body))
			equal(t, body, w.roles(id), "default member")
		}
	})
}

// A role is taken out of the catalogue: whoever holds it falls back, and can still leave.
func TestE26_ARoleThatIsNoLongerInTheCatalogueKeepsNobodyIn(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","role":"admin"}`)
		now := w.under("name: Fewer\nattributes: [{name: role}]\nroles: {catalogue: [{name: member}], default: member, unknown: refuse}\n")
		_, err := now.patch(id, `{"op":"replace","path":"title","value":"Lead"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", `"admin" is not a role`)
		now.change(id, `{"op":"replace","path":"active","value":"False"}`)
		equal(t, "state", string(w.member(id).State), "inactive")
	})
}

func TestE31_ARoleThatChangesLaterChangesAndIsInTheHistory(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","role":"member"}`)
		for _, c := range []struct{ operation, want string }{
			{`{"op":"Replace","path":"role","value":"admin"}`, "attribute admin"},
			{`{"op":"Replace","path":"role","value":"member"}`, "attribute member"},
			{`{"op":"Remove","path":"role"}`, "default member"},
		} {
			before, seq := w.roles(id), w.tally().Seq
			w.change(id, c.operation)
			equal(t, c.operation, w.roles(id), c.want)
			equal(t, "log", w.verbs(seq), "member.updated")
			found := false
			for _, d := range w.log(seq)[0].Values {
				found = found || d.Field == "role" && d.Before != d.After
			}
			equal(t, "the difference names the role, from "+before+" to "+c.want, found, true)
		}
	})
}

func TestE32_WhoIsEnabledAgainHasTheFormerRole(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","active":"True","role":"admin","title":"Lead"}`)
		member := w.member(id).ID
		w.change(id, `{"op":"Replace","path":"active","value":"False"}`)
		w.change(id, `{"op":"Replace","path":"active","value":"True"}`)
		m := w.member(id)
		equal(t, "member, role and title", string(m.ID)+w.roles(id)+m.Title, string(member)+"attribute adminLead")
	})
}

func TestLosingTheHighestSourceFallsBackToTheNext(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("ann@x.example", "admin")
		id := w.person(`{"userName":"ann@x.example","role":"member"}`)
		equal(t, "the directory's outranks by hand", w.roles(id), "attribute member")
		w.change(id, `{"op":"remove","path":"role"}`)
		equal(t, "without it", w.roles(id), "hand admin")
	})
}

const many = `
name: Many
roles:
  catalogue: [{name: admin}, {name: billing}, {name: member}]
  default: member
  many: true
`

func TestAMemberHoldsOneRoleOrManyAsTheProductSays(t *testing.T) {
	const body = `{"userName":"ann@x.example","roles":[{"value":"billing"},{"value":"admin","primary":true}]}`
	onBoth(t, many, func(t *testing.T, w *world) {
		equal(t, "many", w.roles(w.person(body)), "app-role admin, app-role billing")
	})
	onBoth(t, "", func(t *testing.T, w *world) {
		equal(t, "one", w.roles(w.person(`{"userName":"ann@x.example","roles":[{"value":"member"},{"value":"admin","primary":true}]}`)), "app-role admin")
	})
}

const groupsAsRoles = "name: Guards\nscim: {groups: roles}\n"

func TestK14_GroupsBecomeRoles(t *testing.T) {
	onBoth(t, groupsAsRoles, func(t *testing.T, w *world) {
		ann, bob := w.person(`{"userName":"ann@x.example"}`), w.person(`{"userName":"bob@x.example"}`)
		w.group(`{"displayName":"Site guards","members":[{"value":"` + ann + `"}]}`)
		equal(t, "in the group", w.roles(ann), "group Site guards")
		equal(t, "not in it", w.roles(bob), "default member")
	})
}

func TestK14_AGroupNamedLikeARoleOfTheCatalogueGivesNoneOfItsRights(t *testing.T) {
	onBoth(t, groupsAsRoles, func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		w.group(`{"displayName":"owner","members":[{"value":"` + ann + `"}]}`)
		equal(t, "a role apart, told by its source", w.roles(ann), "group owner")
		equal(t, "owners", w.tally().Owners, 0)
		w.change(ann, `{"op":"replace","path":"active","value":false}`)
		equal(t, "nothing is held for such a one", w.noted("held"), false)
	})
}

func TestK16_RolesFollowTheirGroups(t *testing.T) {
	onBoth(t, groupsAsRoles, func(t *testing.T, w *world) {
		w.add("ann@x.example", "admin")
		ann := w.find("/Users", `userName eq "ann@x.example"`)[0]
		first := w.group(`{"displayName":"Guards"}`)
		equal(t, "before", w.roles(ann), "hand admin")
		w.changeGroup(first, `{"op":"Add","path":"members","value":[{"value":"`+ann+`"}]}`)
		equal(t, "added", w.roles(ann), "group Guards")
		w.changeGroup(first, `{"op":"Replace","path":"displayName","value":"Night guards"}`)
		equal(t, "renamed", w.roles(ann), "group Night guards")
		second := w.group(`{"displayName":"Drivers","members":[{"value":"` + ann + `"}]}`)
		equal(t, "two groups and one role: order decides", w.roles(ann), "group Night guards")
		if err := w.groups().Delete(ctx, first, nil); err != nil {
			t.Fatal(err)
		}
		equal(t, "the first is deleted", w.roles(ann), "group Drivers")
		w.changeGroup(second, `{"op":"Remove","path":"members","value":[{"value":"`+ann+`"}]}`)
		equal(t, "removed from the second", w.roles(ann), "hand admin")
	})
}
