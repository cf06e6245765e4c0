package scimtest

import (
	"fmt"
	"slices"
	"sync"
)

// together runs n functions at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// raceCases check what happens when directories push with several workers.
func raceCases() []Case {
	return in(Case{
		Sender: "Entra", Section: "RFC 7644 §3.5.2",
		Why:  "Directories push with several workers; a lost update is a person without access, or with too much.",
		Mend: "Read, change and write in one atomic step; let the database refuse duplicates.",
	}, []Case{
		{ID: "race-create", Name: "ten parallel POSTs of one userName give one 201 and nine 409", Section: "RFC 7644 §3.3", Run: func(t *T) {
			name := t.Address("race")
			answers := make([]*Answer, 10)
			together(10, func(i int) { answers[i] = t.Post("/Users", t.Body(M{"userName": name})) })
			var got []int
			for _, a := range answers {
				got = append(got, a.Status)
			}
			slices.Sort(got)
			t.Expect(got[0] == 201 && got[1] == 409 && got[9] == 409, "one 201 and nine 409", got)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 1, "one user of that name", name)
		}},
		{ID: "race-members", Name: "64 parallel single-member adds and removes on one group lose nothing", Needs: Groups, Run: func(t *T) {
			g, users := t.crowd(32)
			t.MustStatus(t.Patch(groupPath(g), op("add", "members", refs(users[:16]...))), 200, 204)
			together(64, func(i int) {
				if i >= 32 { // the second half repeats the first, as retries do
					i -= 32
				}
				change := unset("remove", `members[value eq "`+users[i]+`"]`)
				if i >= 16 {
					change = op("add", "members", refs(users[i]))
				}
				t.Status(t.Patch(groupPath(g), change), 200, 204)
			})
			slices.Sort(users[16:])
			got := slices.Compact(members(t.Read(groupPath(g)))) // one who is there twice is another case's
			t.Expect(slices.Equal(got, users[16:]), "members "+show(users[16:]), show(got))
		}},
		{ID: "race-attributes", Name: "parallel PATCHes of different attributes of one user lose nothing", Run: func(t *T) {
			a := t.User(nil)
			attrs := []string{"title", "nickName", "userType", "locale", "timezone", "preferredLanguage", "name.middleName", "displayName"}
			together(len(attrs), func(i int) {
				t.Status(t.Patch(userPath(a.ID()), op("replace", attrs[i], "v"+fmt.Sprint(i))), 200, 204)
			})
			got := t.Read(userPath(a.ID()))
			for i, attr := range attrs {
				t.Equal(got, "v"+fmt.Sprint(i), pathTo(attr)...)
			}
		}},
		{ID: "race-group-create", Name: "ten parallel POSTs of one group name give one group", Needs: Groups, Level: Should, Section: "", Run: func(t *T) {
			name := t.Name("race")
			together(10, func(int) {
				t.Status(t.Post("/Groups", M{"schemas": []string{groupURN, adscimURN}, "displayName": name}), 201, 409)
			})
			t.Expect(t.Find("/Groups", `displayName eq "`+name+`"`).Total() == 1, "one group of that name", name)
		}},
		{ID: "race-delete", Name: "parallel DELETEs of one user are 204 once and 404 after", Section: "RFC 7644 §3.6", Run: func(t *T) {
			a := t.User(nil)
			answers := make([]int, 6)
			together(6, func(i int) { answers[i] = t.Delete(userPath(a.ID())).Status })
			slices.Sort(answers)
			t.Expect(answers[0] == 204 && answers[1] == 404 && answers[5] == 404, "one 204, the others 404", answers)
		}},
		{ID: "race-rename", Name: "parallel renames to one userName succeed once", Run: func(t *T) {
			name := t.Address("wanted")
			var users []string
			for range 6 {
				users = append(users, t.User(nil).ID())
			}
			answers := make([]int, len(users))
			together(len(users), func(i int) { answers[i] = t.Patch(userPath(users[i]), op("Replace", "userName", name)).Status })
			slices.Sort(answers)
			t.Expect(answers[0] < 300 && answers[1] == 409 && answers[5] == 409, "one success and five 409", answers)
			t.Expect(t.Find("/Users", `userName eq "`+name+`"`).Total() == 1, "one user of that name", name)
		}},
		{ID: "race-active", Name: "parallel changes of active end in one of the two", Run: func(t *T) {
			a := t.User(nil)
			together(10, func(i int) {
				t.Status(t.Patch(userPath(a.ID()), op("Replace", "active", i%2 == 0)), 200, 204)
			})
			_, is := t.Read(userPath(a.ID())).At("active").(bool)
			t.Expect(is, "active as a boolean", t.Read(userPath(a.ID())).At("active"))
		}},
	})
}
