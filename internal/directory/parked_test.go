package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestWhoIsNamedByARetiredIDJoinsOnComingBack(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		globex := w.neighbour()
		first := w.person(`{"userName":"ann@x.example","externalId":"` + annsGUID + `"}`)
		if err := w.delete(first); err != nil {
			t.Fatal(err)
		}
		team, abroad := w.group(`{"displayName":"Team","members":`+list(first)+`}`), globex.group(`{"displayName":"Team","members":`+list(first)+`}`)
		sameIDs(t, "waiting", w.parked(team), first)
		again := w.person(`{"userName":"ann.new@x.example","externalId":"` + annsGUID + `"}`)
		sameIDs(t, "members", w.members(team), again)
		equal(t, "nobody waits", w.tally().Parked, 0)
		globex.person(`{"userName":"ann.new@x.example","externalId":"` + annsGUID + `"}`)
		sameIDs(t, "another workspace's id means nobody there", globex.members(abroad))
		equal(t, "waiting there", globex.tally().Parked, 1)
	})
}

func TestWhoIsAddedByHandJoinsTheGroupsThatNamedThem(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		globex := w.neighbour()
		team := w.group(`{"displayName":"Team","members":` + list("Ann@x.example", "bob@x.example") + `}`)
		abroad := globex.group(`{"displayName":"Team","members":` + list("ann@x.example") + `}`)
		seq := w.tally().Seq
		ann := w.memberByID(w.add("ann@x.example", ""))
		sameIDs(t, "members", w.members(team), string(ann.ResourceID))
		sameIDs(t, "waiting", w.parked(team), "bob@x.example")
		equal(t, "log", w.verbs(seq), "group.members_changed member.added")
		equal(t, "by whom", w.log(seq)[0].Actor, operator.Actor.String())
		sameIDs(t, "in another workspace", globex.members(abroad))
	})
}

func TestAChangeByFilterLeavesThoseWhoWaitAlone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob := w.person(`{"userName":"ann@x.example","displayName":"Ann"}`), w.person(`{"userName":"bob@x.example","displayName":"Bob"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann, bob, "cid", "dora") + `}`)
		w.changeGroup(team, `{"op":"remove","path":"members[display eq \"Bob\"]"}`)
		sameIDs(t, "members", w.members(team), ann)
		sameIDs(t, "waiting", w.parked(team), "cid", "dora")
		w.changeGroup(team, `{"op":"remove","path":"members[display eq \"Ann\"]"},{"op":"add","path":"members","value":`+list(bob, "emil")+`},`+
			`{"op":"remove","path":"members","value":`+list("cid")+`},{"op":"replace","path":"displayName","value":"Crew"}`)
		sameIDs(t, "members, after one of each kind", w.members(team), bob)
		sameIDs(t, "waiting, after one of each kind", w.parked(team), "dora", "emil")
		equal(t, "waiting", w.tally().Parked, 2)
		w.changeGroup(team, `{"op":"remove","path":"members","value":[{"type":"User"}]}`)
		sameIDs(t, "members, after a removal by another attribute", w.members(team))
		sameIDs(t, "waiting", w.parked(team), "dora", "emil")
		sameIDs(t, "by name", w.find("/Groups", `displayName eq "crew"`), team)
	})
}

// Operations are carried out in their order, whichever way each names its members.
func TestAFilterSeesWhatTheOperationsBeforeItDid(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann, bob := w.person(`{"userName":"ann@x.example","displayName":"Ann"}`), w.person(`{"userName":"bob@x.example","displayName":"Bob"}`)
		team := w.group(`{"displayName":"Team","members":` + list(ann) + `}`)
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list("bob@x.example")+`},{"op":"remove","path":"members[display eq \"Bob\"]"},{"op":"remove","path":"members","value":`+list("ann@x.example")+`}`)
		sameIDs(t, "members", w.members(team))
		w.changeGroup(team, `{"op":"remove","path":"members[display eq \"Bob\"]"},{"op":"add","path":"members","value":`+list(bob)+`}`)
		sameIDs(t, "members", w.members(team), bob)
		mustRefuse(t, w.patchGroup(team, `{"op":"remove","path":"members[display eq \"Bob\"]"},{"op":"add","path":"members","value":[{"type":"User"}]}`), http.StatusBadRequest, "invalidValue", `needs a "value"`)
		sameIDs(t, "members, after a refusal", w.members(team), bob)
	})
}

func TestExternalIDsThatDifferInCaseWaitEachForItsOwnPerson(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		team := w.group(`{"displayName":"Team","members":` + list("ABC", "abc") + `}`)
		small := w.person(`{"userName":"small@x.example","externalId":"abc"}`)
		sameIDs(t, "members", w.members(team), small)
		sameIDs(t, "waiting", w.parked(team), "ABC")
		large := w.person(`{"userName":"large@x.example","externalId":"ABC"}`)
		sameIDs(t, "members", w.members(team), small, large)
		equal(t, "waiting", w.tally().Parked, 0)
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list("XYZ", "xyz", "Name@x.example")+`}`)
		w.changeGroup(team, `{"op":"remove","path":"members","value":`+list("xyz")+`}`)
		sameIDs(t, "after one of them is removed", w.parked(team), "Name@x.example", "XYZ")
		w.changeGroup(team, `{"op":"remove","path":"members","value":`+list("name@X.example")+`}`)
		sameIDs(t, "a userName is one in any case", w.parked(team), "XYZ")
		equal(t, "waiting", w.tally().Parked, 1)
	})
}

func TestAGroupWaitsForThePeopleOfItsOwnConnection(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		team := w.group(`{"displayName":"Team","members":` + list("e-1", "shared@x.example") + `}`)
		second := w.migration()
		second.person(`{"userName":"other@x.example","externalId":"e-1"}`)
		sameIDs(t, "another connection's externalId", w.members(team))
		sameIDs(t, "waiting", w.parked(team), "e-1", "shared@x.example")
		shared := second.person(`{"userName":"shared@x.example"}`)
		sameIDs(t, "a userName is the workspace's", w.members(team), shared)
		own := w.person(`{"userName":"own@x.example","externalId":"e-1"}`)
		sameIDs(t, "its own", w.members(team), shared, own)
		// The same when the name comes later.
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list("e-2")+`}`)
		second.change(shared, `{"op":"add","path":"externalId","value":"e-2"}`)
		w.change(own, `{"op":"replace","path":"externalId","value":"e-2"}`)
		sameIDs(t, "waiting", w.parked(team))
		sameIDs(t, "members", w.members(team), shared, own)
		equal(t, "state", w.member(own).State, identity.Active)
	})
}

// Groups name people as their resources do, also an owner whose other user name is held.
func TestAnOwnerJoinsUnderTheUserNameThatTheResourceShows(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second.owner@x.example", "owner")
		boss := w.memberByID(w.add("boss@x.example", "owner"))
		team := w.group(`{"displayName":"Team","members":` + list("asked@x.example") + `}`)
		w.change(string(boss.ResourceID), `{"op":"replace","path":"userName","value":"Asked@x.example"}`)
		sameIDs(t, "members", w.members(team), string(boss.ResourceID))
		equal(t, "own user name", w.memberByID(boss.ID).UserName, "boss@x.example")
	})
}

// A directory that does not know who waits sends removals and additions by turns.
func TestWhoWaitsIsNotCountedAnewForEachOperation(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.service = directory.New(w.db, define(t, ""), directory.Bounds{ParkedPerGroup: 3000})
		names := func(n int) (all []string) {
			for i := range n {
				all = append(all, fmt.Sprintf("p%d@x.example", i))
			}
			return all
		}
		var ops []string
		for i := range 400 {
			ref := list(names(50)[i%50])
			ops = append(ops, `{"op":"remove","path":"members","value":`+ref+`},{"op":"add","path":"members","value":`+ref+`}`)
		}
		turns := func(group string) time.Duration {
			start := time.Now()
			w.changeGroup(group, strings.Join(ops, ","))
			return time.Since(start)
		}
		small := turns(w.group(`{"displayName":"Small","members":` + list(names(50)...) + `}`))
		full := turns(w.group(`{"displayName":"Full","members":` + list(names(2990)...) + `}`))
		if full > 5*small+time.Second { // counted each time, they cost what a million rows do
			t.Errorf("where 50 wait it took %v, and where 2990 do %v", small, full)
		}
		equal(t, "waiting", w.tally().Parked, 3040)
	})
}

func TestAGroupTakesNoMoreWhoWaitAfterRemovalsAndAdditionsByTurns(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) { // a group has room for five
		w.group(`{"displayName":"Other","members":` + list("o1", "o2") + `}`)
		team := w.group(`{"displayName":"Team","members":` + list("a", "B", "c", "d") + `}`)
		err := w.patchGroup(team, `{"op":"add","path":"members","value":`+list("e")+`},{"op":"remove","path":"members","value":`+list("a", "b", "nobody")+`},`+
			`{"op":"add","path":"members","value":`+list("f", "g")+`},{"op":"add","path":"members","value":`+list("h")+`}`)
		mustRefuse(t, err, http.StatusBadRequest, "tooMany", "too many members")
		w.changeGroup(team, `{"op":"add","path":"members","value":`+list("e")+`},{"op":"remove","path":"members","value":`+list("a", "b", "nobody")+`},{"op":"add","path":"members","value":`+list("f", "g")+`}`)
		sameIDs(t, "waiting", w.parked(team), "c", "d", "e", "f", "g")
		equal(t, "counted", w.tally().Parked, 7)
	})
}
