package scimtest

import "net/url"

func query(filter string) string { return url.QueryEscape(filter) }

// probeCases check the questions that Entra and Okta ask before they act.
func probeCases() []Case {
	var cases []Case
	for _, p := range []struct{ id, name, endpoint, filter, rest string }{
		{"user-name", "a userName", "/Users", `userName eq "{guid}"`, ""},
		{"external-id", "an externalId", "/Users", `externalId eq "{guid}"`, ""},
		{"work-mail", "a work address", "/Users", `emails[type eq "work"].value eq "{guid}"`, ""},
		{"custom-core", "a value of a customer's attribute in the core schema", "/Users", userURN + `:microsoftId eq "{guid}"`, ""},
		{"custom-extension", "a value of a customer's own extension", "/Users", customURN + `:tag eq "{guid}"`, ""},
		{"employee-number", "an employee number", "/Users", enterpriseURN + `:employeeNumber eq "{guid}"`, ""},
		{"group-name", "a group's name", "/Groups", `displayName eq "{guid}"`, "&excludedAttributes=members"},
		{"group-external-id", "a group's externalId", "/Groups", `externalId eq "{guid}"`, "&excludedAttributes=members"},
	} {
		c := Case{
			ID: "probe-" + p.id, Name: "asking for " + p.name + " that nobody has gives an empty list", Sender: "Entra", Section: "RFC 7644 §3.4.2",
			Level: Must, Rows: []string{"T17"},
			Why:  "It is what Test Connection asks; 404 or 400 puts the job into quarantine at once.",
			Mend: "Answer 200 with totalResults 0.",
			Run: func(t *T) {
				filter := replace(p.filter, "{guid}", "7d1e4f0a-1b2c-4d3e-8f90-"+t.run.name)
				a := t.Get(p.endpoint + "?filter=" + query(filter) + p.rest)
				if p.id == "custom-core" || p.id == "custom-extension" {
					if a.Status == 400 { // RFC 7644 leaves it open for attributes that no schema has
						t.Refused(a, 400, "invalidFilter")
						return
					}
				}
				t.MustStatus(a, 200)
				t.Expect(a.Total() == 0 && len(a.Resources()) == 0, "an empty list", a.JSON)
			},
		}
		switch {
		case p.endpoint == "/Groups":
			c.Needs = Groups
		case p.id == "employee-number":
			c.Needs = Enterprise
		case p.id == "user-name":
			c.Rows = append(c.Rows, "E08", "P06")
		}
		cases = append(cases, c)
	}
	return append(cases, in(Case{
		Sender: "Entra", Section: "RFC 7644 §3.4.2.2",
		Why:  "Entra asks so before it changes anything; a wrong answer creates people twice or leaves references out.",
		Mend: "Evaluate these filters on what is stored, the inactive included.",
	}, []Case{
		{ID: "probe-manager", Name: "whether somebody has a manager can be asked by id and manager", Needs: Enterprise, Run: func(t *T) {
			boss := t.User(nil)
			a := t.User(M{enterpriseURN: M{"manager": M{"value": boss.ID()}}})
			ask := func(user, manager string) int {
				return len(t.Read("/Users?attributes=id&filter=" + query(`id eq "`+user+`" and manager eq "`+manager+`"`)).Resources())
			}
			t.Expect(ask(a.ID(), boss.ID()) == 1, "found with its manager", "not found")
			t.Expect(ask(a.ID(), a.ID()) == 0, "not found with another manager", "found")
			t.Expect(ask(boss.ID(), boss.ID()) == 0, "not found without a manager", "found")
		}, Why: "Entra asks so in its second pass; a refusal stops every manager.", Mend: "Let manager without its URN mean the enterprise extension's, and compare its value."},
		{ID: "probe-manager-value", Name: "the manager can be matched by its URN and value", Needs: Enterprise, Section: "RFC 7644 §3.10", Run: func(t *T) {
			boss := t.User(nil)
			a := t.User(M{enterpriseURN: M{"manager": M{"value": boss.ID()}}})
			for _, filter := range []string{enterpriseURN + `:manager.value eq "` + boss.ID() + `"`, enterpriseURN + `:manager eq "` + boss.ID() + `"`} {
				found := t.Find("/Users", filter)
				t.Expect(len(found.Resources()) == 1 && ids(found)[0] == a.ID(), "the one with this manager", ids(found))
			}
		}},
		{ID: "probe-member", Name: "whether somebody is a member can be asked by a filter on members", Level: Should, Needs: Groups, Run: func(t *T) {
			a, other := t.User(nil), t.User(nil)
			g := t.Group(a.ID())
			for _, attr := range []string{"members", "members.value"} {
				ask := func(user string) int {
					return len(t.Read("/Groups?excludedAttributes=members&filter=" + query(`id eq "`+g.ID()+`" and `+attr+` eq "`+user+`"`)).Resources())
				}
				t.Expect(ask(a.ID()) == 1, "found for a member", "not found")
				t.Expect(ask(other.ID()) == 0, "not found for somebody else", "found")
			}
		}, Why: "Entra asks so about references."},
		{ID: "probe-inactive", Name: "an inactive person is found by filter and by id", Run: func(t *T) {
			a := t.User(M{"externalId": t.Name("ext")})
			t.MustStatus(t.Patch(userPath(a.ID()), op("Replace", "active", false)), 200, 204)
			t.Equal(t.Read(userPath(a.ID())), false, "active")
			name, _ := a.At("userName").(string)
			ext, _ := a.At("externalId").(string)
			for _, filter := range []string{`userName eq "` + name + `"`, `externalId eq "` + ext + `"`} {
				found := t.Find("/Users", filter)
				t.Expect(len(found.Resources()) == 1 && at(found.Resources()[0], "active") == false, "the inactive person", found.JSON)
			}
		}, Rows: []string{"T24"}, Why: "A returning person who is not found is created again, and the userName is taken: a loop of 409.", Mend: "Never hide inactive people from SCIM."},
		{ID: "probe-two-attributes", Name: "two attributes can be asked for with and", Run: func(t *T) {
			c := t.cast()
			a := t.Find("/Users", c.expand(`userName eq "{p}ann@{d}" and externalId eq "{p}Ext-ann"`))
			t.Expect(len(a.Resources()) == 1, "ann", a.JSON)
		}},
	})...)
}
