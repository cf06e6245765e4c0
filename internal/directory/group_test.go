package directory_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// parked lists what waits for a group.
func (w *world) parked(group string) (values []string) {
	w.t.Helper()
	all, err := w.db.Read(w.ws).ParkedIn(ctx, identity.GroupID(group))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range all {
		values = append(values, p.Value)
	}
	return values
}

// list writes a group's members as they are sent.
func list(values ...string) string {
	var out []string
	for _, v := range values {
		out = append(out, fmt.Sprintf(`{"value":%q}`, v))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func TestK18_MembersNamedBeforeTheyExistJoinWhenTheyArrive(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann, "bob@x.example") + `}`)
		w.mustNote("parked", "bob@x.example")
		w.changeGroup(team, `{"op":"Add","path":"members","value":`+list("cid-external", "Dora@x.example")+`}`)
		w.mustNote("parked", "cid-external")
		sameIDs(t, "those who are known", w.members(team), ann)
		sameIDs(t, "those who wait", w.parked(team), "bob@x.example", "cid-external", "Dora@x.example")
		equal(t, "counted as waiting", w.tally().Parked, 3)
		seq := w.tally().Seq
		bob := w.person(`{"userName":"BOB@x.example"}`)
		equal(t, "log", w.verbs(seq), "group.members_changed member.provisioned")
		cid := w.person(`{"userName":"cid@x.example","externalId":"cid-external"}`)
		dora := w.person(`{"userName":"dora"}`)
		w.change(dora, `{"op":"replace","path":"userName","value":"dora@x.example"}`)
		sameIDs(t, "all of them", w.members(team), ann, bob, cid, dora)
		equal(t, "nobody waits", w.tally().Parked, 0)
		g, _, err := w.db.Read(w.ws).Group(ctx, team)
		if err != nil || g.Members != 4 {
			t.Errorf("%d members are counted, want 4 (%v)", g.Members, err)
		}
	})
}

func TestAnExternalIDIsComparedExactlyAndAUserNameIsNot(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		team := w.group(`{"displayName":"Team","members":` + list("AbC", "NAME@x.example") + `}`)
		w.person(`{"userName":"other@x.example","externalId":"abc"}`)
		sameIDs(t, "another externalId", w.members(team))
		ann := w.person(`{"userName":"name@x.example","externalId":"AbC"}`)
		sameIDs(t, "both names are hers", w.members(team), ann)
		equal(t, "nobody waits", w.tally().Parked, 0)
	})
}

func TestMembersAreFoundByIDRetiredIDExternalIDAndUserName(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example","externalId":"` + annsGUID + `"}`)
		if err := w.delete(ann); err != nil {
			t.Fatal(err)
		}
		again := w.person(`{"userName":"ann@x.example","externalId":"` + annsGUID + `"}`)
		for i, by := range []string{again, ann, annsGUID, "ANN@x.example"} {
			team := w.group(fmt.Sprintf(`{"displayName":"Team %d"}`, i))
			w.changeGroup(team, `{"op":"Add","path":"members","value":`+list(by)+`}`)
			sameIDs(t, "added by "+by, w.members(team), again)
			w.changeGroup(team, `{"op":"Remove","path":"members[value eq \"`+by+`\"]"}`)
			sameIDs(t, "removed by "+by, w.members(team))
		}
	})
}

func TestParkedMembersAreCapped(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) { // 5 for a group, 12 for the workspace
		team := w.group(`{"displayName":"Team"}`)
		for i := range 5 {
			w.changeGroup(team, `{"op":"Add","path":"members","value":`+list(fmt.Sprintf("stranger%d", i))+`}`)
		}
		mustRefuse(t, w.patchGroup(team, `{"op":"Add","path":"members","value":`+list("stranger5")+`}`), http.StatusBadRequest, "tooMany", "not known here")
		w.changeGroup(team, `{"op":"Add","path":"members","value":`+list("stranger4")+`}`) // who waits already may be named again
		_, err := w.postGroup(`{"displayName":"Big","members":` + list("a", "b", "c", "d", "e", "f") + `}`)
		mustRefuse(t, err, http.StatusBadRequest, "tooMany", "not known here")
		w.group(`{"displayName":"Second","members":` + list("a", "b", "c", "d", "e") + `}`)
		w.group(`{"displayName":"Third","members":` + list("a", "b") + `}`)
		_, err = w.postGroup(`{"displayName":"Fourth","members":` + list("a") + `}`)
		mustRefuse(t, err, http.StatusBadRequest, "tooMany", "not known here")
		equal(t, "waiting", w.tally().Parked, 12)
		equal(t, "groups", w.tally().Groups, 3)
	})
}

func TestParkedMembersExpire(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		team := w.group(`{"displayName":"Team","members":` + list("stranger") + `}`)
		if err := w.service.Tidy(ctx, directory.Keep{}); err != nil {
			t.Fatal(err)
		}
		equal(t, "within a month", w.tally().Parked, 1)
		time.Sleep(2 * time.Millisecond)
		if err := w.service.Tidy(ctx, directory.Keep{Parked: time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		equal(t, "afterwards", w.tally().Parked, 0)
		sameIDs(t, "waiting", w.parked(team))
	})
}

func TestParkedMembersAreRemovedLikeAnyOther(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann, "b", "c", "d") + `}`)
		w.changeGroup(team, `{"op":"Remove","path":"members","value":`+list("b")+`}`)
		sameIDs(t, "after a removal", w.parked(team), "c", "d")
		w.changeGroup(team, `{"op":"Replace","path":"members","value":`+list(ann, "d")+`}`)
		sameIDs(t, "after a replacement", w.parked(team), "d")
		if err := w.groups().Delete(ctx, team, nil); err != nil {
			t.Fatal(err)
		}
		equal(t, "after the group is deleted", w.tally().Parked, 0)
	})
}

func TestAReplacementThatNamesOnlyStrangersIsRefusedAndChangesNothing(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob := w.person(`{"userName":"ann@x.example"}`), w.person(`{"userName":"bob@x.example"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann, bob) + `}`)
		seq := w.tally().Seq
		strangers := list("stranger1", "stranger2")
		mustRefuse(t, w.patchGroup(team, `{"op":"Replace","path":"displayName","value":"Lost"},{"op":"Replace","path":"members","value":`+strangers+`}`), http.StatusBadRequest, "invalidValue", "none of the members named is known")
		mustRefuse(t, w.putGroup(team, `{"displayName":"Lost","members":`+strangers+`}`), http.StatusBadRequest, "invalidValue", "none of the members named is known")
		sameIDs(t, "members", w.members(team), ann, bob)
		equal(t, "log", w.verbs(seq), "")
		equal(t, "waiting", w.tally().Parked, 0)
		sameIDs(t, "by name", w.find("/Groups", `displayName eq "team"`), team)
		w.changeGroup(team, `{"op":"Replace","path":"members","value":`+list(bob, "stranger1")+`}`)
		sameIDs(t, "one who is known is enough", w.members(team), bob)
		w.changeGroup(team, `{"op":"Replace","path":"members","value":[]}`)
		sameIDs(t, "and an empty list empties", w.members(team))
	})
}

func TestAPutClearsWhatItOmitsMembersToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		team := w.group(`{"displayName":"Team","externalId":"e","members":` + list(ann) + `}`)
		if err := w.putGroup(team, `{"displayName":"Team 2","members":`+list(ann)+`}`); err != nil {
			t.Fatal(err)
		}
		sameIDs(t, "members", w.members(team), ann)
		sameIDs(t, "by the externalId that was left out", w.find("/Groups", `externalId eq "e"`))
		if err := w.putGroup(team, `{"displayName":"Team 3"}`); err != nil {
			t.Fatal(err)
		}
		sameIDs(t, "members left out", w.members(team))
	})
}

func TestGroupNamesAreUniqueInAWorkspace(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		first := w.group(`{"displayName":"Team"}`)
		second := w.group(`{"displayName":"Crew"}`)
		_, err := w.postGroup(`{"displayName":"TEAM"}`)
		mustRefuse(t, err, http.StatusConflict, "uniqueness", first)
		mustRefuse(t, w.patchGroup(second, `{"op":"replace","path":"displayName","value":"team"}`), http.StatusConflict, "uniqueness", first)
		w.changeGroup(first, `{"op":"replace","path":"displayName","value":"TEAM"}`)
		equal(t, "groups", w.tally().Groups, 2)
	})
}

func TestAGroupWithinAGroupIsRefused(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		inner, outer := w.group(`{"displayName":"Inner"}`), w.group(`{"displayName":"Outer"}`)
		mustRefuse(t, w.patchGroup(outer, `{"op":"add","path":"members","value":`+list(inner)+`}`), http.StatusBadRequest, "invalidValue", "groups inside groups")
		mustRefuse(t, w.patchGroup(outer, `{"op":"add","path":"members","value":[{"value":"x","type":"Group"}]}`), http.StatusBadRequest, "invalidValue", "groups inside groups")
		equal(t, "waiting", w.tally().Parked, 0)
	})
}

func TestOnlyTheNamedMembersAreRemoved(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ids := make([]string, 5)
		for i := range ids {
			ids[i] = w.person(fmt.Sprintf(`{"userName":"u%d@x.example"}`, i))
		}
		team := w.group(`{"displayName":"Team","members":` + list(ids...) + `}`)
		w.changeGroup(team, `{"op":"Remove","path":"members","value":`+list(ids[0])+`}`)
		sameIDs(t, "a value list", w.members(team), ids[1:]...)
		w.changeGroup(team, `{"op":"Remove","path":"members[value eq \"`+ids[1]+`\"]"}`)
		sameIDs(t, "a bracket", w.members(team), ids[2:]...)
		w.changeGroup(team, `{"op":"Remove","path":"members","value":[]}`)
		sameIDs(t, "an empty list removes nobody", w.members(team), ids[2:]...)
		w.changeGroup(team, `{"op":"Remove","path":"members"}`)
		sameIDs(t, "no list removes all", w.members(team))
	})
}

// What is asked in one request may cancel itself out, and then nothing has happened.
func TestMovingThereAndBackIsNoChange(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.person(`{"userName":"ann@x.example"}`)
		team := w.group(`{"displayName":"Team"}`)
		seq := w.tally().Seq
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list(ann)+`},{"op":"remove","path":"members","value":`+list(ann)+`}`)
		equal(t, "log", w.verbs(seq), "")
		sameIDs(t, "members", w.members(team))
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list(ann)+`}`)
		seq = w.tally().Seq
		w.changeGroup(team, `{"op":"remove","path":"members","value":`+list(ann)+`},{"op":"add","path":"members","value":`+list(ann)+`}`)
		equal(t, "log", w.verbs(seq), "")
		sameIDs(t, "members", w.members(team), ann)
	})
}

func TestAnotherConnectionsGroupIsLeftAlone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		team := w.group(`{"displayName":"Team"}`)
		other := w.migration()
		mustForbid(t, other.patchGroup(team, `{"op":"replace","path":"displayName","value":"Mine"}`), "managed by another directory connection")
		mustForbid(t, other.putGroup(team, `{"displayName":"Mine"}`), "managed by another directory connection")
		mustForbid(t, other.groups().Delete(ctx, team, nil), "managed by another directory connection")
		if !slices.Equal(other.find("/Groups", `displayName eq "Team"`), []string{team}) {
			t.Error("the other connection does not see the group")
		}
	})
}
