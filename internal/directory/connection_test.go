package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

func (w *world) connect(kind, title string) identity.Connection {
	w.t.Helper()
	c, err := w.service.AddConnection(ctx, w.ws, kind, title, operator)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// through is the same workspace seen by another of its connections.
func (w *world) through(c identity.Connection) *world {
	other := *w
	other.con = c.ID
	return &other
}

func TestConnectionsAreAddedChangedAndListed(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		other := w.neighbour()
		seq := w.tally().Seq
		first, second := w.connect("okta", " Okta of Acme "), w.connect("okta", "")
		equal(t, "names", first.Name+" "+second.Name, "okta okta-2")
		changed, err := w.service.UpdateConnection(ctx, w.ws, first.ID, first.Version,
			directory.ConnectionChange{Title: text("Okta"), Settings: map[string]string{"issuer": "https://acme.okta.example", "client_secret": "hush"}}, operator)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.service.UpdateConnection(ctx, w.ws, first.ID, first.Version, directory.ConnectionChange{Title: text("Mine")}, operator)
		mustBe(t, err, identity.Taken, "version")
		if _, err = w.service.UpdateConnection(ctx, w.ws, first.ID, changed.Version, directory.ConnectionChange{Settings: map[string]string{"issuer": ""}}, operator); err != nil {
			t.Fatal(err)
		}
		now, err := w.service.Connection(ctx, w.ws, first.ID)
		if err != nil || now.Title != "Okta" || len(now.Settings) != 1 || now.Settings["client_secret"] != "hush" {
			t.Errorf("the connection is %+v (%v)", now, err)
		}
		equal(t, "log", w.verbs(seq), "connection.added connection.added connection.changed connection.changed")
		if told := fmt.Sprint(w.log(seq)); strings.Contains(told, "hush") || !strings.Contains(told, "acme.okta.example") {
			t.Errorf("the log holds a secret, or not what it should: %s", told)
		}
		_, err = other.service.UpdateConnection(ctx, other.ws, first.ID, now.Version, directory.ConnectionChange{Title: text("Mine")}, operator)
		mustBe(t, err, identity.NotFound, "id")
		mustBe(t, other.service.RemoveConnection(ctx, other.ws, first.ID, operator), identity.NotFound, "id")
		for ws, want := range map[*world]int{w: 3, other: 1} {
			all, err := ws.service.Connections(ctx, ws.ws)
			if err != nil || len(all) != want {
				t.Errorf("%d connections, not %d (%v)", len(all), want, err)
			}
		}
		_, err = w.service.AddConnection(ctx, w.ws, "telex", "", operator)
		mustBe(t, err, identity.Invalid, "kind")
	})
}

func TestAConnectionIsCalledAsPeopleCallIt(t *testing.T) {
	onBoth(t, "name: P\nconsole: {connectors: [{kind: entra, title: Azure Active Directory}, {kind: okta, title: Okta}]}\n", func(t *testing.T, w *world) {
		own, kind := w.connect("okta", "Okta of Acme"), w.connect("entra", "")
		for _, c := range []struct {
			name, want string
			in         *world
		}{{"ann", "the directory", w}, {"bob", "Okta of Acme", w.through(own)}, {"cat", "Azure Active Directory", w.through(kind)}} {
			m := c.in.member(c.in.person(`{"userName":"` + c.name + `@x.example","title":"Chief"}`))
			title := "Fool"
			_, err := w.service.UpdateProfile(ctx, w.ws, m.ID, m.Version, directory.ProfileChange{Title: &title}, administrator)
			if identity.KindOf(err) != identity.Forbidden || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			row, err := w.service.Member(ctx, w.ws, m.ID)
			equal(t, c.name, err == nil && row.ManagedBy == c.want, true)
		}
		group := w.through(kind).group(`{"displayName":"G"}`)
		refusedAs(t, w.service.DeleteGroup(ctx, w.ws, identity.GroupID(group), administrator), identity.Forbidden, "", "Azure Active Directory manages this group")
	})
}

func TestT02_AConnectionThatThePlanDoesNotUnlockCannotBeAdded(t *testing.T) {
	onBoth(t, strings.Replace(tiers, "unlocks: [sso]}", "unlocks: [domains]}", 1), func(t *testing.T, w *world) {
		for _, kind := range identity.ConnectionKinds() {
			_, err := w.service.AddConnection(ctx, w.ws, kind, "", operator)
			mustBe(t, err, identity.Forbidden, "plan")
			mustForbid(t, err, "Plus and ENTERPRISE do: get in touch")
		}
		w.plan("plus")
		w.connect("saml", "")
	})
}

func TestPeopleOfARemovedConnectionAreNobodysAndKeepWhatTheyHave(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		other, second := w.neighbour(), w.through(w.connect("okta", "Okta"))
		foreign := other.person(`{"userName":"ann@x.example","role":"admin"}`)
		const many = 450
		for i := range many {
			second.person(fmt.Sprintf(`{"userName":"p%d@x.example"}`, i))
		}
		ann, bob := second.person(`{"userName":"ann@x.example","role":"admin"}`), w.person(`{"userName":"bob@x.example"}`)
		team := second.group(`{"displayName":"Team","members":` + list(ann) + `}`)
		_, err := w.patch(ann, `{"op":"replace","path":"title","value":"Lead"}`)
		mustForbid(t, err, "another directory connection")
		people, groups, tokens, err := w.service.RemovalPreview(ctx, w.ws, second.con)
		equal(t, "preview", fmt.Sprint(people, groups, tokens, err), fmt.Sprint(many+1, 1, 0, nil))

		seq := w.tally().Seq
		if err := w.service.RemoveConnection(ctx, w.ws, second.con, operator); err != nil {
			t.Fatal(err)
		}
		equal(t, "who manages", string(w.member(ann).Connection), "")
		equal(t, "who manages another", w.member(bob).Connection, w.con)
		equal(t, "role", w.roles(ann), "hand admin")
		equal(t, "state", w.member(ann).State, identity.Active)
		sameIDs(t, "group", w.members(team), ann)
		equal(t, "people released", strings.Count(w.verbs(seq), "member.released"), many+1)
		equal(t, "groups released", strings.Count(w.verbs(seq), "group.released"), 1)
		equal(t, "another workspace's", other.roles(foreign), "attribute admin")
		equal(t, "who manages there", other.member(foreign).Connection, other.con)
		mustBe(t, w.service.RemoveConnection(ctx, w.ws, second.con, operator), identity.NotFound, "id")
		_, err = second.patch(ann, `{"op":"replace","path":"title","value":"Chief"}`)
		mustBe(t, err, identity.Unauthenticated, "")

		w.change(ann, `{"op":"replace","path":"title","value":"Lead"}`) // another directory takes over
		equal(t, "who manages then", w.member(ann).Connection, w.con)
		equal(t, "role then", w.roles(ann), "attribute admin")
		w.change(ann, `{"op":"remove","path":"role"}`)
		equal(t, "role when it is withdrawn", w.roles(ann), "hand admin")
		equal(t, "a name that is free", w.connect("okta", "").Name, "okta")
		w.gapless()
	})
}

func TestWhoLeftBeforeTheRemovalComesBackAsTheSameMemberWithoutTheOldRole(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		second := w.through(w.connect("entra", ""))
		const ann = `{"userName":"ann@x.example","microsoftId":"6f1c2d0e-1111-4222-8333-444455556666"%s}`
		id := second.person(fmt.Sprintf(ann, `,"role":"admin"`))
		member := w.member(id).ID
		if err := second.delete(id); err != nil {
			t.Fatal(err)
		}
		if err := w.service.RemoveConnection(ctx, w.ws, second.con, operator); err != nil {
			t.Fatal(err)
		}
		back := w.person(fmt.Sprintf(ann, ""))
		equal(t, "member", w.member(back).ID, member)
		equal(t, "who manages", w.member(back).Connection, w.con)
		equal(t, "role", w.roles(back), "default member")
	})
}

func TestWhoSlippedInWhileAConnectionWasRemovedIsHandedBackLater(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		second := w.through(w.connect("okta", ""))
		if err := w.service.RemoveConnection(ctx, w.ws, second.con, operator); err != nil {
			t.Fatal(err)
		}
		copied := second.under("") // another copy of the server, which has not heard of it
		ann := copied.person(`{"userName":"ann@x.example"}`)
		equal(t, "at first", w.member(ann).Connection, second.con)
		if err := w.service.Tidy(ctx, directory.Keep{}); err != nil {
			t.Fatal(err)
		}
		equal(t, "later", string(w.member(ann).Connection), "")
	})
}

func TestAHandingBackThatWasInterruptedGoesOnAtTheNextStart(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		second := w.through(w.connect("okta", ""))
		ann := second.person(`{"userName":"ann@x.example","role":"admin"}`)
		err := w.db.Write(ctx, w.ws, func(tx *store.Tx) error { // as far as a process came that was killed
			c, _, err := tx.Connection(ctx, second.con)
			if err != nil {
				return err
			}
			c.Removed = w.db.Now()
			return tx.SaveConnection(ctx, &c)
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "before the start", w.member(ann).Connection, second.con)
		if err := w.under("").service.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
		equal(t, "after the start", w.member(ann).Connection, "")
		equal(t, "role", w.roles(ann), "hand admin")
	})
}
