package directory_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// grantable is a product whose directories may make owners, and take them over.
const grantable = `
name: Grantable
attributes: [{name: role}]
roles:
  catalogue: [{name: owner, owner: true}, {name: admin}, {name: member}]
  default: member
  attributes: [role]
  grant_owner: true
  adopt_owner: true
`

func TestAPostNeverAdoptsAnOwner(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		boss := w.add("boss@x.example", "owner")
		before, seq := w.memberByID(boss), w.tally().Seq
		_, err := w.post(`{"userName":"boss@x.example","displayName":"Somebody else","role":"member","active":false}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", string(before.ResourceID))
		now := w.memberByID(boss)
		equal(t, "managed by", now.Connection, "")
		equal(t, "version", now.Version, before.Version)
		equal(t, "log", w.verbs(seq), "")
	})
}

func TestWhatADirectoryAsksOfAnOwnerItDoesNotManageIsHeld(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner") // so that it is not about the last one
		boss := w.add("boss@x.example", "owner")
		id, seq := string(w.memberByID(boss).ResourceID), w.tally().Seq
		r, err := w.patch(id, `{"op":"replace","path":"userName","value":"evil@x.example"},{"op":"replace","path":"emails","value":[{"value":"evil@x.example","primary":true}]},`+
			`{"op":"replace","path":"active","value":false},{"op":"add","path":"role","value":"member"},{"op":"replace","path":"title","value":"Chief"},{"op":"replace","path":"name.givenName","value":"Bo"}`)
		if err != nil {
			t.Fatal(err)
		}
		if active, _ := r.Attrs.Get("active"); r.Attrs.Str("userName") != "evil@x.example" || active != false {
			t.Errorf("it is answered as asked, got %s", r.Attrs.AppendJSON(nil))
		}
		m := w.memberByID(boss)
		equal(t, "state", m.State, identity.Active)
		equal(t, "userName and address", m.UserName+" "+m.Address, "boss@x.example boss@x.example")
		equal(t, "role", w.roles(id), "hand owner")
		equal(t, "name and title apply", m.GivenName+" "+m.Title, "Bo Chief")
		equal(t, "managed by", m.Connection, "")
		equal(t, "owners", w.tally().Owners, 2)
		if h := m.Held; h.Empty() || h.UserName == nil || h.Address == nil || h.Role == nil || h.Active == nil {
			t.Errorf("held is %+v", h)
		}
		w.mustNote("held", "userName, address, role, active")
		equal(t, "log", w.verbs(seq), "member.updated member.held")
	})
}

func TestADeletedOwnerWhomNobodyManagesStaysAndTheResourceIsGone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		_, err := w.readUser(id)
		mustRefuse(t, err, http.StatusNotFound, "", id)
		m := w.memberByID(boss)
		equal(t, "state", m.State, identity.Active)
		equal(t, "role", w.roles(string(m.ResourceID)), "hand owner")
		if m.Held.Empty() || !m.Held.Deleted {
			t.Errorf("held is %+v", m.Held)
		}
		equal(t, "owners", w.tally().Owners, 2)
		equal(t, "users", w.tally().Users, 2)
	})
}

func TestWhereTheProductAllowsItOwnersAreAdopted(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		for _, adopt := range []func(id string) error{
			func(string) error { _, err := w.post(`{"userName":"boss@x.example","title":"Chief"}`); return err },
			func(id string) error {
				_, err := w.patch(id, `{"op":"add","path":"title","value":"Chief"}`)
				return err
			},
		} {
			boss := w.add("boss@x.example", "owner")
			id := string(w.memberByID(boss).ResourceID)
			if err := adopt(id); err != nil {
				t.Fatal(err)
			}
			m := w.memberByID(boss)
			equal(t, "managed by", m.Connection, w.con)
			equal(t, "role", w.roles(id), "hand owner")
			w.change(id, `{"op":"add","path":"role","value":"member"}`)
			equal(t, "role as the directory says", w.roles(id), "attribute member")
			if err := w.delete(id); err != nil {
				t.Fatal(err)
			}
			equal(t, "state", w.memberByID(boss).State, identity.Inactive)
			equal(t, "owners", w.tally().Owners, 1)
		}
	})
}

func TestTheLastOwnerIsNeverDemotedDeactivatedOrDeleted(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		id := w.person(`{"userName":"boss@x.example","role":"owner"}`)
		boss := w.member(id).ID
		equal(t, "role", w.roles(id), "attribute owner")
		equal(t, "owners", w.tally().Owners, 1)
		for _, change := range []string{
			`{"op":"replace","path":"role","value":"member"}`,
			`{"op":"remove","path":"role"}`,
			`{"op":"replace","path":"active","value":false}`,
		} {
			w.change(id, change)
			equal(t, change, w.memberByID(boss).State, identity.Active)
			equal(t, change, w.roles(id), "attribute owner")
			equal(t, change, w.noted("held"), true)
		}
		if _, err := w.put(id, `{"userName":"boss@x.example","active":false}`); err != nil {
			t.Fatal(err)
		}
		equal(t, "after PUT", w.roles(id), "attribute owner")
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		m := w.memberByID(boss)
		equal(t, "after DELETE", m.State, identity.Active)
		equal(t, "a new resource", string(m.ResourceID) != id && m.ResourceID != "", true)
		equal(t, "owners", w.tally().Owners, 1)
		equal(t, "log", w.log(w.tally().Seq - 1)[0].Verb, identity.MemberHeld)
	})
}

func TestOwnersWhoLeaveAtOnceLeaveOneBehind(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		var ids [6]string
		for i := range ids {
			ids[i] = w.person(`{"userName":"owner` + string(rune('a'+i)) + `@x.example","role":"owner"}`)
		}
		var all sync.WaitGroup
		for i, id := range ids {
			all.Go(func() {
				own := *w
				switch i % 3 {
				case 0:
					_, _ = own.patch(id, `{"op":"replace","path":"active","value":false}`)
				case 1:
					_, _ = own.patch(id, `{"op":"replace","path":"role","value":"admin"}`)
				default:
					_ = own.delete(id)
				}
			})
		}
		all.Wait()
		people, err := w.db.Read(w.ws).Members(ctx, 100)
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, m := range people {
			if m.State == identity.Active && m.ResourceID != "" && w.roles(string(m.ResourceID)) == "attribute owner" {
				left++
			}
		}
		equal(t, "owners left", left, 1)
		equal(t, "owners counted", w.tally().Owners, 1)
	})
}

func TestAnOwnerInAGroupThatIsARoleStaysOwner(t *testing.T) {
	onBoth(t, "name: G\nscim: {groups: roles}\n", func(t *testing.T, w *world) {
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.group(`{"displayName":"Guards","members":[{"value":"` + id + `"}]}`)
		equal(t, "role", w.roles(id), "hand owner")
	})
}

// User names are unique in a workspace, also against the one that an owner still has while another is held.
func TestTheUserNameThatAHeldOwnerStillHasIsGivenToNobody(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		globex := w.neighbour()
		w.add("second.owner@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.change(id, `{"op":"replace","path":"userName","value":"asked@x.example"}`)
		equal(t, "own user name", w.memberByID(boss).UserName, "boss@x.example")
		ann := w.person(`{"userName":"ann@x.example","emails":[{"value":"ann@x.example"}]}`)
		_, err := w.post(`{"userName":"BOSS@x.example","emails":[{"value":"other@x.example"}]}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", "held until an administrator")
		_, err = w.patch(ann, `{"op":"replace","path":"userName","value":"Boss@x.example"}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", "held until an administrator")
		_, err = w.post(`{"userName":"asked@x.example","emails":[{"value":"other@x.example"}]}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", id)
		globex.person(`{"userName":"boss@x.example"}`)
		equal(t, "held", w.tally().Held, 1)
		w.change(id, `{"op":"replace","path":"title","value":"Chief"}`)
		equal(t, "held, after another change", w.tally().Held, 1)
		w.change(id, `{"op":"replace","path":"userName","value":"boss@x.example"}`)
		equal(t, "held, after the owner's own name", w.tally().Held, 0)
		w.person(`{"userName":"asked@x.example"}`)
	})
}

func TestAUserNameThatAHeldOwnerStillHasIsNotGivenByHandEither(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		id := w.person(`{"userName":"old@x.example","role":"owner","emails":[{"value":"boss@x.example"}]}`)
		boss := w.member(id).ID
		if err := w.delete(id); err != nil { // held, as there is no other owner: nobody manages this one from now on
			t.Fatal(err)
		}
		closed := w.under("")
		closed.change(string(w.memberByID(boss).ResourceID), `{"op":"replace","path":"userName","value":"asked@x.example"}`)
		equal(t, "own user name", w.memberByID(boss).UserName, "old@x.example")
		c := w.caller()
		c.Origin = operator
		if _, err := w.service.Add(ctx, c, directory.Newcomer{Address: "Old@x.example"}); identity.KindOf(err) != identity.Taken {
			t.Errorf("added by hand: %v", err)
		}
		equal(t, "users", w.tally().Users, 1)
	})
}

func TestAHeldUserNameIsFreeOnceItIsTheOwnersNoMore(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.change(id, `{"op":"replace","path":"userName","value":"asked@x.example"}`)
		// The product lets directories take owners over from now on: the next change applies.
		open := w.under(grantable)
		open.change(id, `{"op":"add","path":"title","value":"Chief"}`)
		equal(t, "user name", w.memberByID(boss).UserName, "asked@x.example")
		equal(t, "held", w.tally().Held, 0)
		ann := w.person(`{"userName":"boss@x.example","emails":[{"value":"other@x.example"}]}`)
		if err := open.delete(id); err != nil {
			t.Fatal(err)
		}
		equal(t, "somebody else", w.member(ann).UserName, "boss@x.example")
	})
}

func TestAHeldDeletionStaysUntilSomebodyAnswersIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		if err := w.delete(string(w.memberByID(boss).ResourceID)); err != nil {
			t.Fatal(err)
		}
		id, seq := string(w.memberByID(boss).ResourceID), w.tally().Seq
		w.change(id, `{"op":"replace","path":"title","value":"Chief"}`)
		w.mustNote("held", "the deletion of this person is still held")
		equal(t, "log", w.verbs(seq), "member.updated")
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		m := w.memberByID(boss)
		equal(t, "both are held", m.Held != nil && m.Held.Deleted && m.Held.Active != nil, true)
		equal(t, "log of the second", w.verbs(seq), "member.updated member.updated member.held")
		w.change(id, `{"op":"replace","path":"active","value":true}`)
		if m = w.memberByID(boss); m.Held == nil || !m.Held.Deleted || m.Held.Active != nil {
			t.Errorf("held is %+v, not the deletion alone", m.Held)
		}
	})
}

func TestADirectoryThatTakesAnOwnerOverWithdrawsTheDeletionItAskedFor(t *testing.T) {
	for what, change := range map[string]string{"by a change": `{"op":"add","path":"title","value":"Chief"}`, "by a change of nothing": `{"op":"replace","path":"userName","value":"boss@x.example"}`} {
		t.Run(what, func(t *testing.T) {
			onBoth(t, grantable, func(t *testing.T, w *world) {
				boss := w.add("boss@x.example", "owner")
				if err := w.delete(string(w.memberByID(boss).ResourceID)); err != nil { // held, as there is no other owner
					t.Fatal(err)
				}
				seq := w.tally().Seq
				w.change(string(w.memberByID(boss).ResourceID), change)
				w.mustNote("held", "withdrawn")
				m := w.memberByID(boss)
				equal(t, "managed by", m.Connection, w.con)
				equal(t, "nothing is held", m.Held.Empty(), true)
				if c := w.log(seq)[0]; c.Verb != identity.MemberAdopted || len(c.Values) != 2 || c.Values[1].Field != "held" {
					t.Errorf("the log says %+v", c)
				}
			})
		})
	}
}

func TestTheExternalIDThatAnOwnersResourceShowsIsFound(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.change(id, `{"op":"add","path":"externalId","value":"E1"}`)
		equal(t, "the member's own", w.memberByID(boss).ExternalID, "")
		sameIDs(t, "found", w.find("/Users", `externalId eq "E1"`), id)
		w.change(id, `{"op":"add","path":"externalId","value":"E2"}`)
		sameIDs(t, "found by the old one", w.find("/Users", `externalId eq "E1"`))
		sameIDs(t, "found by the new one", w.find("/Users", `externalId eq "E2"`), id)
	})
}
