package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const (
	annsGUID = "0f6e3b1c-1111-4222-8333-444455556666"
	bobsGUID = "0f6e3b1c-1111-4222-8333-777788889999"
)

func TestT20_ACreatedPersonIsAMemberAndAnEvent(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		before := w.tally().Seq
		id := w.person(`{"userName":"ann@x.example","displayName":"Ann","active":true}`)
		m := w.member(id)
		equal(t, "state", m.State, identity.Active)
		equal(t, "connection", m.Connection, w.con)
		equal(t, "the member's own id is not the resource's", strings.HasPrefix(string(m.ID), "mem_") && string(m.ID) != id, true)
		equal(t, "log", w.verbs(before), "member.provisioned")
		equal(t, "users", w.tally().Users, 1)
	})
}

func TestT21_NameAndAddressFollowTheDirectoryAndTheMemberStaysTheSame(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","name":{"givenName":"Ann","familyName":"Early"},"emails":[{"type":"work","value":"ann@x.example","primary":true}]}`)
		before := w.member(id)
		w.change(id, `{"op":"Replace","path":"name.givenName","value":"Anna"},{"op":"Replace","path":"name.familyName","value":"Late"},`+
			`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"anna.late@x.example"},{"op":"Replace","path":"userName","value":"anna.late@x.example"}`)
		m := w.member(id)
		equal(t, "member", m.ID, before.ID)
		equal(t, "name", m.GivenName+" "+m.FamilyName, "Anna Late")
		equal(t, "address", m.Address, "anna.late@x.example")
		equal(t, "users", w.tally().Users, 1)
		sameIDs(t, "by the new userName", w.find("/Users", `userName eq "Anna.Late@x.example"`), id)
		sameIDs(t, "by the old userName", w.find("/Users", `userName eq "ann@x.example"`))
		sameIDs(t, "by the old address", w.find("/Users", `emails.value eq "ann@x.example"`))
	})
}

func TestT23_WhoIsDeactivatedIsArchivedAndKeepsEverything(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","title":"Engineer","role":"admin"}`)
		team := w.group(`{"displayName":"Team","members":[{"value":"` + id + `"}]}`)
		before, seq := w.member(id), w.tally().Seq
		w.change(id, `{"op":"replace","value":{"active":false}}`)
		m := w.member(id)
		equal(t, "state", m.State, identity.Inactive)
		equal(t, "member", m.ID, before.ID)
		equal(t, "title", m.Title, "Engineer")
		equal(t, "role", w.roles(id), "attribute admin")
		equal(t, "log", w.verbs(seq), "member.deactivated")
		sameIDs(t, "memberships stay: the directory does not send them again", w.members(team), id)
		sameIDs(t, "still found", w.find("/Users", `userName eq "ann@x.example"`), id)
		sameIDs(t, "found as inactive", w.find("/Users", `active eq false`), id)
	})
}

func TestT23_WhoIsDeletedIsArchivedAndTheResourceIsGone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","title":"Engineer"}`)
		team := w.group(`{"displayName":"Team","members":[{"value":"` + id + `"}]}`)
		m, seq := w.member(id), w.tally().Seq
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		_, err := w.readUser(id)
		mustRefuse(t, err, http.StatusNotFound, "", id)
		mustRefuse(t, w.delete(id), http.StatusNotFound, "", id)
		_, err = w.patch(id, `{"op":"replace","path":"active","value":true}`)
		mustRefuse(t, err, http.StatusNotFound, "", id)
		kept := w.memberByID(m.ID)
		equal(t, "state", kept.State, identity.Inactive)
		equal(t, "what was known", kept.Title+" "+kept.UserName, "Engineer ann@x.example")
		equal(t, "log", w.verbs(seq), "group.members_changed member.deprovisioned")
		equal(t, "users", w.tally().Users, 0)
		sameIDs(t, "members of the team", w.members(team))
		history, err := w.db.Read(w.ws).ChangesOf(ctx, string(m.ID), 10)
		if err != nil || len(history) != 2 {
			t.Errorf("the history has %d entries, want 2 (%v)", len(history), err)
		}
		sameIDs(t, "by userName", w.find("/Users", `userName eq "ann@x.example"`))
		w.person(`{"userName":"ann@x.example"}`) // the name is free again
	})
}

func TestT24_WhoIsArchivedComesBackAsBefore(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","role":"admin","title":"Engineer"}`)
		team := w.group(`{"displayName":"Team","members":[{"value":"` + id + `"}]}`)
		before := w.member(id)
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		seq := w.tally().Seq
		w.change(id, `{"op":"replace","path":"active","value":true}`)
		m := w.member(id)
		equal(t, "state", m.State, identity.Active)
		equal(t, "member", m.ID, before.ID)
		equal(t, "role", w.roles(id), "attribute admin")
		equal(t, "title", m.Title, "Engineer")
		equal(t, "log", w.verbs(seq), "member.reactivated")
		sameIDs(t, "members of the team", w.members(team), id)
	})
}

func TestT27_PeopleWhoWereThereAreMatchedAndNotDoubled(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		byHand := map[string]identity.MemberID{}
		for _, a := range []string{"ann@x.example", "bob@x.example", "cid@x.example"} {
			byHand[a] = w.add(a, "")
		}
		for address, member := range byHand {
			seq := w.tally().Seq
			id := w.person(fmt.Sprintf(`{"userName":"%s","displayName":"From the directory","emails":[{"value":"%s","primary":true}]}`, strings.ToUpper(address), address))
			m := w.member(id)
			equal(t, "member", m.ID, member)
			equal(t, "managed by", m.Connection, w.con)
			equal(t, "name", m.DisplayName, "From the directory")
			equal(t, "log", w.verbs(seq), "member.adopted member.updated")
		}
		equal(t, "users", w.tally().Users, 3)
	})
}

func TestADirectoryThatLooksFirstAndUpdatesAdopts(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		member := w.add("ann@x.example", "")
		found := w.find("/Users", `userName eq "ANN@x.example"`)
		if len(found) != 1 {
			t.Fatalf("the directory sees %v of one who was added by hand", found)
		}
		other := w.migration()
		w.change(found[0], `{"op":"replace","path":"externalId","value":"ann"},{"op":"replace","path":"title","value":"Lead"}`)
		m := w.member(found[0])
		equal(t, "member", m.ID, member)
		equal(t, "managed by", m.Connection, w.con)
		_, err := other.patch(found[0], `{"op":"replace","path":"title","value":"Mine"}`)
		mustForbid(t, err, "managed by another directory connection")
		mustForbid(t, other.delete(found[0]), "managed by another directory connection")
		equal(t, "title", w.member(found[0]).Title, "Lead")
	})
}

func TestAPostForAManagedPersonIs409AndChangesNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","title":"Engineer"}`)
		seq := w.tally().Seq
		for _, body := range []string{
			`{"userName":"ANN@X.example","title":"Thief"}`,
			`{"userName":"other","emails":[{"value":"Ann@X.Example"}]}`,
		} {
			_, err := w.post(body)
			mustRefuse(t, err, http.StatusConflict, "uniqueness", id)
		}
		equal(t, "title", w.member(id).Title, "Engineer")
		equal(t, "log", w.verbs(seq), "")
		equal(t, "users", w.tally().Users, 1)
	})
}

func TestP18_TwoPeopleNeverShareOneAddress(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann","emails":[{"value":"ann@x.example"}]}`)
		bob := w.person(`{"userName":"bob","emails":[{"value":"bob@x.example"}]}`)
		_, err := w.post(`{"userName":"ann2","emails":[{"value":"ANN@x.example"}]}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", ann)
		for _, change := range []string{
			`{"op":"replace","path":"emails[type eq \"work\"].value","value":"Ann@x.example"},{"op":"remove","path":"emails[value eq \"bob@x.example\"]"}`,
			`{"op":"replace","path":"userName","value":"ANN"}`,
		} {
			_, err = w.patch(bob, change)
			mustRefuse(t, err, http.StatusConflict, "uniqueness", ann)
		}
		equal(t, "bob", w.member(bob).UserName+" "+w.member(bob).Address, "bob bob@x.example")
		w.change(ann, `{"op":"add","path":"emails","value":[{"type":"home","value":"shared@x.example"}]}`)
		w.change(bob, `{"op":"add","path":"emails","value":[{"type":"home","value":"shared@x.example"}]}`)
		sameIDs(t, "other addresses may be shared", w.find("/Users", `emails.value eq "shared@x.example"`), ann, bob)
	})
}

func TestWhoWasDeletedComesBackOnAnEqualImmutableKeyOnly(t *testing.T) {
	for key, body := range map[string]string{
		"declared by the product": `"urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"%s"}`,
		"an Entra objectId":       `"externalId":"%s"`,
	} {
		t.Run(key, func(t *testing.T) {
			onBoth(t, "", func(t *testing.T, w *world) {
				withKey := fmt.Sprintf(body, annsGUID)
				first := w.person(`{"userName":"ann@x.example","title":"Engineer","role":"admin",` + withKey + `}`)
				was := w.member(first)
				if err := w.delete(first); err != nil {
					t.Fatal(err)
				}
				seq := w.tally().Seq
				second := w.person(`{"userName":"ann.new@x.example",` + withKey + `}`)
				m := w.member(second)
				equal(t, "member", m.ID, was.ID)
				equal(t, "a new SCIM id", second != first, true)
				equal(t, "state", m.State, identity.Active)
				equal(t, "log", w.verbs(seq), "member.returned")
				equal(t, "users", w.tally().Users, 1)
				w.mustNote("returned", "new SCIM id")
				_, err := w.readUser(first)
				mustRefuse(t, err, http.StatusNotFound, "", first)
				_, err = w.post(`{"userName":"third@x.example",` + withKey + `}`)
				mustRefuse(t, err, http.StatusConflict, "uniqueness", second)
			})
		})
	}
}

func TestOktasIDIsImmutableToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		first := w.person(`{"userName":"ann@x.example","externalId":"00u1abcdefGHIJKLMN5d"}`)
		was := w.member(first).ID
		if err := w.delete(first); err != nil {
			t.Fatal(err)
		}
		second := w.person(`{"userName":"ann@x.example","externalId":"00u1abcdefGHIJKLMN5d"}`)
		equal(t, "member", w.member(second).ID, was)
	})
}

func TestARecycledNameInheritsNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		first := w.person(`{"userName":"ann@x.example","externalId":"ann","role":"admin","title":"Chief","microsoftId":"` + annsGUID + `"}`)
		team := w.group(`{"displayName":"Team","members":[{"value":"` + first + `"}]}`)
		was := w.member(first).ID
		if err := w.delete(first); err != nil {
			t.Fatal(err)
		}
		// The same userName, address and nickname, and another human's key.
		second := w.person(`{"userName":"ann@x.example","externalId":"ann","microsoftId":"` + bobsGUID + `"}`)
		m := w.member(second)
		equal(t, "a new member", m.ID != was, true)
		equal(t, "role", w.roles(second), "default member")
		equal(t, "title", m.Title, "")
		sameIDs(t, "members of the team", w.members(team))
		history, err := w.db.Read(w.ws).ChangesOf(ctx, string(m.ID), 10)
		if err != nil || len(history) != 1 {
			t.Errorf("the newcomer's history has %d entries, want 1 (%v)", len(history), err)
		}
		equal(t, "the one who left", w.memberByID(was).State, identity.Inactive)
	})
}

func TestAKeyOfAnotherConnectionBringsNobodyBack(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		first := w.person(`{"userName":"ann@x.example","externalId":"` + annsGUID + `"}`)
		was := w.member(first).ID
		if err := w.delete(first); err != nil {
			t.Fatal(err)
		}
		second := w.migration().person(`{"userName":"ann@x.example","externalId":"` + annsGUID + `"}`)
		equal(t, "a new member", w.member(second).ID != was, true)
	})
}

func TestOneWhoIsHereCountsBeforeOneWhoLeft(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		left := w.person(`{"userName":"left@x.example","externalId":"` + annsGUID + `"}`)
		if err := w.delete(left); err != nil {
			t.Fatal(err)
		}
		here := w.person(`{"userName":"here@x.example"}`)
		w.change(here, `{"op":"add","path":"externalId","value":"`+annsGUID+`"}`)
		_, err := w.post(`{"userName":"third@x.example","externalId":"` + annsGUID + `"}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", here)
		equal(t, "users", w.tally().Users, 1)
	})
}

func TestTwoPeopleWhoAreHereNeverShareAnImmutableKey(t *testing.T) {
	for key, body := range map[string]string{
		"declared by the product": `"microsoftId":"%s"`,
		"an Entra objectId":       `"externalId":"%s"`,
	} {
		t.Run(key, func(t *testing.T) {
			onBoth(t, "", func(t *testing.T, w *world) {
				anns := fmt.Sprintf(body, annsGUID)
				globex := w.neighbour()
				ann, bob := w.person(`{"userName":"ann@x.example",`+anns+`}`), w.person(`{"userName":"bob@x.example",`+fmt.Sprintf(body, bobsGUID)+`}`)
				seq := w.tally().Seq
				_, err := w.patch(bob, `{"op":"replace","value":{`+anns+`,"title":"Thief"}}`)
				mustRefuse(t, err, http.StatusConflict, "uniqueness", ann)
				_, err = w.put(bob, `{"userName":"bob@x.example",`+anns+`}`)
				mustRefuse(t, err, http.StatusConflict, "uniqueness", ann)
				equal(t, "log", w.verbs(seq), "")
				w.change(ann, `{"op":"replace","value":{`+anns+`,"title":"Lead"}}`)
				there := globex.person(`{"userName":"bob@x.example"}`)
				globex.change(there, `{"op":"replace","value":{`+anns+`}}`)
				// The key of one who left is free for the same human's other resource.
				if err := w.delete(ann); err != nil {
					t.Fatal(err)
				}
				w.change(bob, `{"op":"replace","value":{`+anns+`}}`)
			})
		})
	}
}

func TestPendingMembersReadActive(t *testing.T) {
	onBoth(t, "name: P\nmembers: {pending: true}\n", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		equal(t, "state", w.member(id).State, identity.Pending)
		r, err := w.readUser(id)
		if err != nil {
			t.Fatal(err)
		}
		if active, _ := r.Attrs.Get("active"); active != true {
			t.Errorf("a pending member reads active: %v", active)
		}
		w.change(id, `{"op":"replace","path":"title","value":"Lead"}`)
		equal(t, "after a change", w.member(id).State, identity.Pending)
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		w.change(id, `{"op":"replace","path":"active","value":true}`)
		equal(t, "after a leave", w.member(id).State, identity.Pending)
	})
}

func TestWithdrawingActiveReactivatesNobody(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		for _, change := range []string{`{"op":"remove","path":"active"}`, `{"op":"replace","path":"active","value":null}`, `{"op":"replace","path":"active","value":""}`} {
			_, _ = w.patch(id, change)
			equal(t, change, w.member(id).State, identity.Inactive)
		}
		if _, err := w.put(id, `{"userName":"ann@x.example","title":"Lead"}`); err != nil {
			t.Fatal(err)
		}
		equal(t, "after a PUT without active", w.member(id).State, identity.Inactive)
	})
}
