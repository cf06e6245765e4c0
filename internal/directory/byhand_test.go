package directory_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
)

var administrator = identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "maria"}, Source: "console"}

// refusedAs fails unless err is of the kind, at the field, and says the words.
func refusedAs(t *testing.T, err error, k identity.Kind, field, words string) {
	t.Helper()
	e, ok := err.(*identity.Error)
	if !ok || e.Kind != k || e.Field != field || !strings.Contains(e.Msg, words) {
		t.Errorf("got %+v, want kind %d at %q that says %q", err, k, field, words)
	}
}

func (w *world) give(id identity.MemberID, roles ...string) (directory.RoleChange, error) {
	return w.service.SetRoles(ctx, w.ws, id, w.memberByID(id).Version, roles, administrator)
}

func (w *world) profile(id identity.MemberID, c directory.ProfileChange) error {
	_, err := w.service.UpdateProfile(ctx, w.ws, id, w.memberByID(id).Version, c, administrator)
	return err
}

func TestARoleByHandCountsUntilADirectoryOutranksItAndSaysSo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		ann, seq := w.member(id).ID, w.tally().Seq
		out, err := w.give(ann, "ADMIN")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "roles", w.roles(id), "hand admin")
		equal(t, "outranked by", out.Outranked, "")
		equal(t, "log", w.verbs(seq), "member.updated")
		equal(t, "who", w.log(seq)[0].Actor, "operator:maria")
		if _, err := w.give(ann, "admin"); err != nil || w.tally().Seq != seq+1 {
			t.Errorf("the same once more is no change (%v)", err)
		}
		w.change(id, `{"op":"add","path":"role","value":"member"}`)
		equal(t, "the directory's", w.roles(id), "attribute member")
		out, err = w.give(ann)
		equal(t, "withdrawn", err == nil && out.Outranked == "", true)
		out, err = w.give(ann, "admin")
		equal(t, "given and outranked", err == nil && out.Outranked == identity.ByAttribute && out.Roles[0].Role == "member", true)
		_, err = w.give(ann, "emperor")
		refusedAs(t, err, identity.Invalid, "role", "emperor")
		_, err = w.give(ann, "admin", "member")
		refusedAs(t, err, identity.Invalid, "role", "choose one")
		_, err = w.service.SetRoles(ctx, w.ws, ann, 1, []string{"member"}, administrator)
		refusedAs(t, err, identity.Taken, "version", "somebody else")
		other := w.neighbour()
		_, err = other.service.SetRoles(ctx, other.ws, ann, w.member(id).Version, nil, administrator)
		refusedAs(t, err, identity.NotFound, "", "")
	})
}

func TestTheLastOwnerStaysOneByHandToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		boss := w.add("boss@x.example", "owner")
		_, err := w.give(boss, "member")
		refusedAs(t, err, identity.Forbidden, "", "last owner")
		_, err = w.give(boss)
		refusedAs(t, err, identity.Forbidden, "", "last owner")
		_, err = w.service.Deactivate(ctx, w.ws, boss, 1, administrator)
		refusedAs(t, err, identity.Forbidden, "", "last owner")
		equal(t, "as before", w.memberByID(boss).Version, 1)
		second := w.add("second@x.example", "member")
		if _, err := w.give(second, "owner"); err != nil {
			t.Fatal(err)
		}
		equal(t, "owners", w.tally().Owners, 2)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i, id := range []identity.MemberID{boss, second} {
			version := w.memberByID(id).Version
			both.Go(func() { _, errs[i] = w.service.Deactivate(ctx, w.ws, id, version, administrator) })
		}
		both.Wait()
		equal(t, "one of two at once", (errs[0] == nil) != (errs[1] == nil), true)
		equal(t, "owners", w.tally().Owners, 1)
	})
}

func TestT24_WhoIsArchivedIsListedAndComesBackFromTheConsole(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","role":"admin"}`)
		ann, seq := w.member(id).ID, w.tally().Seq
		m, err := w.service.Deactivate(ctx, w.ws, ann, 1, administrator)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "state", m.State, identity.Inactive)
		r, err := w.readUser(id)
		active, _ := r.Attrs.Get("active")
		equal(t, "the directory reads it", err == nil && active == false, true)
		equal(t, "listed", listed(w.members1(directory.MemberQuery{Tab: identity.TabInactive})), "ann")
		_, err = w.service.Restore(ctx, w.ws, ann, 1, administrator)
		refusedAs(t, err, identity.Taken, "version", "")
		m, err = w.service.Restore(ctx, w.ws, ann, m.Version, administrator)
		equal(t, "back", err == nil && m.State == identity.Active, true)
		equal(t, "as before", w.roles(id), "attribute admin")
		equal(t, "log", w.verbs(seq), "member.deactivated member.reactivated")
		if _, err = w.service.Deactivate(ctx, w.ws, ann, m.Version, administrator); err != nil {
			t.Fatal(err)
		}
		w.change(id, `{"op":"replace","path":"active","value":true}`)
		equal(t, "the directory's next word counts", w.member(id).State, identity.Active)
	})
}

func TestWhoWasDeletedAndIsRestoredHasANewResourceAndNoDirectory(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		ann := w.member(id).ID
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		taker := w.person(`{"userName":"ann@x.example"}`)
		version := w.memberByID(ann).Version
		_, err := w.service.Restore(ctx, w.ws, ann, version, administrator)
		refusedAs(t, err, identity.Taken, "emails", "")
		if err := w.delete(taker); err != nil {
			t.Fatal(err)
		}
		seq := w.tally().Seq
		m, err := w.service.Restore(ctx, w.ws, ann, version, administrator)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "a new id", string(m.ResourceID) != id && m.ResourceID != "" && m.Connection == "", true)
		equal(t, "users", w.tally().Users, 1)
		equal(t, "log", w.verbs(seq), "member.returned")
		_, err = w.readUser(id)
		mustRefuse(t, err, http.StatusNotFound, "", id)
		again := w.person(`{"userName":"ann@x.example","title":"Lead"}`)
		equal(t, "adopted", again, string(m.ResourceID))
	})
}

func to(s string) *string { return &s }

func TestAProfileIsChangedByHandWhereNoDirectoryManagesIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ann := w.add("ann@x.example", "member")
		w.add("bob@x.example", "member")
		seq := w.tally().Seq
		if err := w.profile(ann, directory.ProfileChange{Given: to("Anna"), Title: to(" Lead "), Address: to("Anna@X.example"), Attributes: map[string]*string{"microsoftId": to("oid-1")}}); err != nil {
			t.Fatal(err)
		}
		m := w.memberByID(ann)
		equal(t, "the member", strings.Join([]string{m.GivenName, m.FamilyName, m.DisplayName, m.Title, m.Address, m.UserName, m.Attributes["microsoftId"]}, "|"),
			"Anna|Hand|Anna Hand|Lead|anna@x.example|anna@x.example|oid-1")
		equal(t, "log", w.verbs(seq), "member.updated")
		sameIDs(t, "found by the new address", w.find("/Users", `userName eq "anna@x.example" and emails.value eq "anna@x.example" and name.givenName eq "Anna"`), string(m.ResourceID))
		sameIDs(t, "and by the match attribute", w.find("/Users", `microsoftId eq "oid-1"`), string(m.ResourceID))
		equal(t, "and no more by the old one", len(w.find("/Users", `emails.value eq "ann@x.example"`)), 0)
		equal(t, "type to filter", listed(w.members1(directory.MemberQuery{Text: "anna ha"})), "anna")
		if err := w.profile(ann, directory.ProfileChange{Title: to("Lead")}); err != nil || w.tally().Seq != seq+1 {
			t.Errorf("what is so already is no change (%v)", err)
		}
		refusedAs(t, w.profile(ann, directory.ProfileChange{Address: to("bob@x.example")}), identity.Taken, "emails", "By Hand")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Address: to("nonsense")}), identity.Invalid, "emails", "nonsense")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Title: to("a\nb")}), identity.Invalid, "title", "one line")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Attributes: map[string]*string{"nope": to("1")}}), identity.Invalid, "nope", "nope")
		_, err := w.service.UpdateProfile(ctx, w.ws, ann, 1, directory.ProfileChange{Title: to("x")}, administrator)
		refusedAs(t, err, identity.Taken, "version", "")
	})
}

func TestWhatADirectoryManagesIsReadOnlyAndNamesItsConnection(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","name":{"givenName":"Ann"},"microsoftId":"oid-1"}`)
		ann := w.member(id).ID
		managed, err := w.service.Managed(ctx, w.ws, ann)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"userName", "name.givenName", "name.familyName", "emails", "microsoftId"} {
			equal(t, path, managed[path], "the directory")
		}
		equal(t, "not sent", managed["title"]+managed["displayName"]+managed["role"], "")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Given: to("Eve")}), identity.Forbidden, "name.givenName", "the directory")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Address: to("eve@x.example")}), identity.Forbidden, "emails", "the directory")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Attributes: map[string]*string{"microsoftId": to("x")}}), identity.Forbidden, "microsoftId", "the directory")
		if err := w.profile(ann, directory.ProfileChange{Given: to("Ann"), Title: to("Lead")}); err != nil {
			t.Fatalf("what is not managed may change: %v", err)
		}
		if _, err := w.put(id, `{"userName":"ann@x.example","name":{"givenName":"Anne"}}`); err != nil {
			t.Fatal(err)
		}
		equal(t, "a PUT leaves what the directory has not sent", w.member(id).Title, "Lead")
		w.change(id, `{"op":"add","path":"title","value":"Boss"}`)
		managed, err = w.service.Managed(ctx, w.ws, ann)
		equal(t, "once sent it is managed", err == nil && managed["title"] == "the directory", true)
		none, err := w.service.Managed(ctx, w.ws, w.add("bob@x.example", "member"))
		equal(t, "nobody manages one added by hand", err == nil && len(none) == 0, true)
	})
}

func TestTheProductsRulesHoldForAProfileChangedByHand(t *testing.T) {
	const strict = "name: S\nattributes:\n  - {name: region, schema: 'urn:x:y:2.0:User', default: hq, rule: lowercase}\n  - {name: floor, schema: core, type: integer}\nmembers: {name_rule: plain-name, required: [name.familyName]}\n"
	onBoth(t, strict, func(t *testing.T, w *world) {
		ann := w.add("ann@x.example", "")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Given: to("<Ann>")}), identity.Invalid, "name.givenName", "<")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Family: to("")}), identity.Invalid, "name.familyName", "")
		refusedAs(t, w.profile(ann, directory.ProfileChange{Attributes: map[string]*string{"floor": to("upstairs")}}), identity.Invalid, "floor", "whole number")
		const region = "urn:x:y:2.0:User:region"
		equal(t, "the default", w.memberByID(ann).Attributes[region], "hq")
		if err := w.profile(ann, directory.ProfileChange{Attributes: map[string]*string{region: to("EMEA"), "floor": to("3")}}); err != nil {
			t.Fatal(err)
		}
		equal(t, "by the rule", w.memberByID(ann).Attributes[region]+w.memberByID(ann).Attributes["floor"], "emea3")
		if err := w.profile(ann, directory.ProfileChange{Attributes: map[string]*string{region: to(""), "floor": to("")}}); err != nil {
			t.Fatal(err)
		}
		equal(t, "taken away", w.memberByID(ann).Attributes[region]+w.memberByID(ann).Attributes["floor"], "hq")
	})
}

const asked = `{"op":"replace","path":"userName","value":"new@x.example"},{"op":"replace","path":"emails","value":[{"value":"new@x.example","primary":true}]},` +
	`{"op":"replace","path":"active","value":false},{"op":"add","path":"role","value":"member"}`

func TestWhatIsHeldIsDoneWhenAnAdministratorAcceptsIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.change(id, asked)
		equal(t, "a row says so", w.memberByID(boss).Held.Empty(), false)
		seq := w.tally().Seq
		_, err := w.service.AnswerHeld(ctx, w.ws, boss, 1, true, administrator)
		refusedAs(t, err, identity.Taken, "version", "")
		m, err := w.service.AnswerHeld(ctx, w.ws, boss, w.memberByID(boss).Version, true, administrator)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "done", strings.Join([]string{m.UserName, m.Address, string(m.State)}, " "), "new@x.example new@x.example inactive")
		equal(t, "role", w.roles(id), "attribute member")
		equal(t, "nothing held", m.Held.Empty() && w.tally().Held == 0, true)
		equal(t, "owners", w.tally().Owners, 1)
		equal(t, "log", w.verbs(seq), "member.held_accepted")
		_, err = w.service.AnswerHeld(ctx, w.ws, boss, m.Version, true, administrator)
		refusedAs(t, err, identity.Taken, "version", "")
	})
}

func TestWhatIsRefusedTheDirectoryReadsAsItIsAndMayAskAgain(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("second@x.example", "owner")
		boss := w.add("boss@x.example", "owner")
		id := string(w.memberByID(boss).ResourceID)
		w.change(id, asked)
		seq := w.tally().Seq
		m, err := w.service.AnswerHeld(ctx, w.ws, boss, w.memberByID(boss).Version, false, administrator)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "as before", strings.Join([]string{m.UserName, m.Address, string(m.State), w.roles(id)}, " "), "boss@x.example boss@x.example active hand owner")
		sameIDs(t, "what the directory reads", w.find("/Users", `userName eq "boss@x.example" and emails.value eq "boss@x.example" and active eq true`), id)
		equal(t, "nothing held", m.Held.Empty() && w.tally().Held == 0, true)
		equal(t, "log", w.verbs(seq), "member.held_refused")
		w.change(id, `{"op":"add","path":"title","value":"Chief"}`)
		equal(t, "another change holds nothing", w.memberByID(boss).Held.Empty(), true)
		w.change(id, asked)
		equal(t, "asked again, held again", w.memberByID(boss).Held.Empty(), false)
	})
}

func TestAHeldDeletionIsAnsweredToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		boss := w.add("boss@x.example", "owner")
		if err := w.delete(string(w.memberByID(boss).ResourceID)); err != nil {
			t.Fatal(err)
		}
		_, err := w.service.AnswerHeld(ctx, w.ws, boss, w.memberByID(boss).Version, true, administrator)
		refusedAs(t, err, identity.Forbidden, "", "last owner")
		equal(t, "still held", w.memberByID(boss).Held.Deleted, true)
		w.add("second@x.example", "owner")
		m, err := w.service.AnswerHeld(ctx, w.ws, boss, w.memberByID(boss).Version, true, administrator)
		equal(t, "gone", err == nil && m.State == identity.Inactive && m.ResourceID == "" && m.Tab == identity.TabInactive, true)
		equal(t, "users and owners", w.tally().Users*10+w.tally().Owners, 11)
	})
}

func TestChannelsFollowTheRolesThatCount(t *testing.T) {
	const channels = `
name: C
channels: [{name: app}, {name: web}]
scim: {groups: roles}
roles:
  catalogue: [{name: field, channels: [app]}, {name: office, channels: [app, web]}]
  default: field
`
	onBoth(t, channels, func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		open := func() string {
			t.Helper()
			m := w.member(id)
			groups, err := w.db.Read(w.ws).GroupsOf(ctx, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range w.service.Channels(&m, groups) {
				names = append(names, c.Name)
			}
			return strings.Join(names, " ")
		}
		equal(t, "by default", open(), "app")
		g := identity.GroupID(w.group(`{"displayName":"office","members":[{"value":"` + id + `"}]}`))
		equal(t, "a role of its own", w.roles(id), "group office")
		equal(t, "which has no rights and takes none", open(), "app")
		w.mapGroup(g, "office")
		equal(t, "mapped", open(), "app web")
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		equal(t, "inactive", open(), "")
	})
}
