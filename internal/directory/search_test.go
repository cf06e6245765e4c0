package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// listed gives the addresses on a page, in order.
func listed(p directory.MemberPage) string {
	var out []string
	for i := range p.Rows {
		name, _, _ := strings.Cut(p.Rows[i].UserName, "@")
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func (w *world) members1(q directory.MemberQuery) directory.MemberPage {
	w.t.Helper()
	p, err := w.service.Members(ctx, w.ws, q)
	if err != nil {
		w.t.Fatalf("%+v: %v", q, err)
	}
	return p
}

// seats gives how many members each tab counts, and the seats taken.
func (w *world) seats() string {
	w.t.Helper()
	t := w.tally()
	return fmt.Sprintf("%d active %d pending %d inactive %d guests %d seats", t.Active(), t.Pending, t.Inactive, t.Guests, w.service.Seats(t))
}

func TestK12_TypingNarrowsTheMembersOnTheServer(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.person(`{"userName":"ann.smith@x.example","displayName":"Ann Smith"}`)
		w.person(`{"userName":"bob@x.example","displayName":"Bob Smithson","name":{"givenName":"Robert","familyName":"Smithson"}}`)
		gone := w.person(`{"userName":"smy@x.example","displayName":"Smilla","active":false}`)
		w.person(`{"userName":"guest@partner.example","displayName":"Smart Guest","userType":"GUEST"}`)
		other := w.neighbour()
		other.person(`{"userName":"smith@y.example","displayName":"Other Smith"}`)
		for text, want := range map[string]string{
			"": "ann.smith bob", "sm": "ann.smith bob", "SMITHS": "bob", "ann smi": "ann.smith", "rob": "bob", "x": "ann.smith bob", "smith rob": "bob", "ann bob": "", "mith": "",
		} {
			sameIDs(t, "active, "+text, strings.Fields(listed(w.members1(directory.MemberQuery{Text: text}))), strings.Fields(want)...)
		}
		equal(t, "inactive", listed(w.members1(directory.MemberQuery{Tab: identity.TabInactive, Text: "sm"})), "smy")
		equal(t, "guests", listed(w.members1(directory.MemberQuery{Tab: identity.TabGuest, Text: "sm"})), "guest")
		equal(t, "the neighbour", listed(other.members1(directory.MemberQuery{Text: "smi"})), "smith")
		w.change(gone, `{"op":"replace","path":"active","value":true}`)
		equal(t, "back", listed(w.members1(directory.MemberQuery{Text: "smil"})), "smy")
		w.change(gone, `{"op":"replace","path":"displayName","value":"Tilda"}`)
		equal(t, "renamed", listed(w.members1(directory.MemberQuery{Text: "smil"})), "")
		equal(t, "by the new name", listed(w.members1(directory.MemberQuery{Text: "til"})), "smy")
		if err := w.delete(gone); err != nil {
			t.Fatal(err)
		}
		equal(t, "deleted", listed(w.members1(directory.MemberQuery{Tab: identity.TabInactive, Text: "til"})), "smy")
	})
}

func TestPagesOfMembersHaveNoGapAndNoDuplicateInEitherDirection(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		var want []string
		for i := range 7 {
			w.person(fmt.Sprintf(`{"userName":"u%d@x.example","displayName":"Sam Samson %d Samuel"}`, i, i))
			time.Sleep(2 * time.Millisecond) // ids have the order of the milliseconds in which they were made
			want = append(want, fmt.Sprintf("u%d", i))
		}
		for _, text := range []string{"", "sam", "sam sams", "u"} {
			order := slices.Clone(want)
			if text == "" {
				slices.Reverse(order)
			}
			var pages []directory.MemberPage
			var got []string
			for after := ""; ; {
				p := w.members1(directory.MemberQuery{Text: text, After: after, Limit: 3})
				pages, got = append(pages, p), append(got, strings.Fields(listed(p))...)
				if after = p.Next; after == "" {
					break
				}
			}
			sameIDs(t, text, got, want...)
			if text != "sam" && text != "sam sams" {
				equal(t, "order of "+text, strings.Join(got, " "), strings.Join(order, " "))
			}
			equal(t, "pages", len(pages), 3)
			equal(t, "nothing before the first", pages[0].Prev, "")
			back := w.members1(directory.MemberQuery{Text: text, Before: pages[2].Prev, Limit: 3})
			equal(t, "back to the second", listed(back), listed(pages[1]))
			back = w.members1(directory.MemberQuery{Text: text, Before: back.Prev, Limit: 3})
			equal(t, "back to the first", listed(back), listed(pages[0]))
			equal(t, "and nothing before", back.Prev, "")
			equal(t, "and on again", listed(w.members1(directory.MemberQuery{Text: text, After: back.Next, Limit: 3})), listed(pages[1]))
		}
		for _, bad := range []directory.MemberQuery{{After: "?"}, {After: "bWVt"}, {Tab: "all"}, {Text: "x", After: w.members1(directory.MemberQuery{Limit: 1}).Next}} {
			if _, err := w.service.Members(ctx, w.ws, bad); identity.KindOf(err) != identity.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

// The bound is Go's, so that one engine is enough for so many people.
func TestASearchThatWouldLookAtTooManyStopsAndSaysSo(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	for i := range 1100 {
		w.person(fmt.Sprintf(`{"userName":"s%04d@x.example","displayName":"Samantha"}`, i))
		w.person(fmt.Sprintf(`{"userName":"t%04d@x.example","displayName":"Tamara"}`, i))
	}
	time.Sleep(2 * time.Millisecond)
	w.person(`{"userName":"z@x.example","displayName":"Samantha Tamara Fox"}`)
	equal(t, "the rarer word is looked for", listed(w.members1(directory.MemberQuery{Text: "samantha fox"})), "z")
	p := w.members1(directory.MemberQuery{Text: "tam sam"})
	equal(t, "cut", p.Cut && p.Next != "" && len(p.Rows) == 0, true)
	p = w.members1(directory.MemberQuery{Text: "tam sam", After: p.Next})
	equal(t, "to the end", p.Cut || p.Next != "", false)
}

func TestASearchOfSeveralWordsGivesWholeMembers(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i := range 60 {
			w.person(fmt.Sprintf(`{"userName":"u%02d@x.example","displayName":"Sam Fox","title":"Chief","role":"admin"}`, i))
			w.person(fmt.Sprintf(`{"userName":"v%02d@x.example","displayName":"Sam Miller"}`, i))
		}
		first := w.members1(directory.MemberQuery{Text: "fox sam"})
		second := w.members1(directory.MemberQuery{Text: "fox sam", After: first.Next})
		equal(t, "pages", fmt.Sprint(len(first.Rows), len(second.Rows), first.Cut, second.Cut, second.Next == ""), "50 10 false false true")
		for _, row := range append(first.Rows, second.Rows...) {
			m := w.memberByID(row.ID)
			if row.Title != "Chief" || row.Connection != m.Connection || row.Version != m.Version || row.State != m.State || len(row.Roles) != 1 || row.Roles[0].Role != "admin" {
				t.Errorf("%+v", row)
			}
		}
		equal(t, "back", listed(w.members1(directory.MemberQuery{Text: "fox sam", Before: second.Prev})), listed(first))
	})
}

func TestE12_WhoIsInactiveTakesNoSeat(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example"}`)
		w.person(`{"userName":"gus@x.example","userType":"Guest"}`)
		equal(t, "at first", w.seats(), "1 active 0 pending 0 inactive 1 guests 2 seats")
		w.change(id, `{"op":"replace","path":"active","value":"False"}`)
		equal(t, "deactivated", w.seats(), "0 active 0 pending 1 inactive 1 guests 1 seats")
		w.change(id, `{"op":"replace","path":"active","value":"True"}`)
		equal(t, "reactivated", w.seats(), "1 active 0 pending 0 inactive 1 guests 2 seats")
		w.change(id, `{"op":"add","path":"userType","value":"guest"}`)
		equal(t, "now a guest", w.seats(), "0 active 0 pending 0 inactive 2 guests 2 seats")
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		equal(t, "deleted", w.seats(), "0 active 0 pending 1 inactive 1 guests 1 seats")
		equal(t, "members", w.tally().Members, 2)
	})
}

func TestW17_APersonIsPendingAndTakesASeatWhenTheProductSaysSo(t *testing.T) {
	for seat, want := range map[string]string{"sign-in": "0", "provisioning": "1"} {
		onBoth(t, "name: P\nmembers: {pending: true, seat: "+seat+"}\n", func(t *testing.T, w *world) {
			w.person(`{"userName":"ann@x.example"}`)
			equal(t, seat, w.seats(), "0 active 1 pending 0 inactive 0 guests "+want+" seats")
			p := w.members1(directory.MemberQuery{Tab: identity.TabPending})
			equal(t, "on the page", len(p.Rows) == 1 && p.Rows[0].Seat == (want == "1"), true)
		})
	}
}

func TestMembersOfAnOlderVersionGetTheirTabsAndWordsOnce(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		gus := w.member(w.person(`{"userName":"gus@x.example","displayName":"Gustav","userType":"Guest"}`))
		old := gus
		old.Tab = identity.TabActive // which is what the migration says of everybody
		if err := w.db.Write(ctx, w.ws, func(tx *store.Tx) error { return tx.UpdateMember(ctx, &gus, &old) }); err != nil {
			t.Fatal(err)
		}
		equal(t, "before", w.seats(), "1 active 0 pending 0 inactive 0 guests 1 seats")
		if err := w.db.Remember(ctx, "look-up keys", "of an older version"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.service.Prepare(ctx); err != nil {
				t.Fatal(err)
			}
			equal(t, "counts", w.seats(), "0 active 0 pending 0 inactive 1 guests 1 seats")
			equal(t, "found", listed(w.members1(directory.MemberQuery{Tab: identity.TabGuest, Text: "gust"})), "gus")
		}
	})
}

func TestARowOfAMemberSaysWhoManagesItAndWhereItsRolesComeFrom(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.person(`{"userName":"ann@x.example","role":"admin"}`)
		w.add("bob@x.example", "owner")
		other := w.neighbour()
		p := w.members1(directory.MemberQuery{})
		sameIDs(t, "page", strings.Fields(listed(p)), "bob", "ann")
		bob, ann := p.Rows[0], p.Rows[1]
		if ann.UserName != "ann@x.example" {
			bob, ann = ann, bob
		}
		equal(t, "managed", ann.ManagedBy+"/"+bob.ManagedBy, "the directory/")
		equal(t, "roles", fmt.Sprint(ann.Roles[0].Source, ann.Roles[0].Role, bob.Roles[0].Source, bob.Roles[0].Role), "attributeadminhandowner")
		equal(t, "seats", ann.Seat && bob.Seat, true)
		_, err := other.service.Member(ctx, other.ws, ann.ID)
		equal(t, "a foreign id", identity.KindOf(err), identity.NotFound)
	})
}
