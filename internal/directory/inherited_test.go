package directory_test

import (
	"net/http"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
)

// sent reads a string back as a directory sees it.
func (w *world) sent(id string, path ...string) string {
	w.t.Helper()
	r, err := w.readUser(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Attrs.Str(path...)
}

func (w *world) mustPut(id, body string) {
	w.t.Helper()
	if _, err := w.put(id, body); err != nil {
		w.t.Fatalf("PUT %s: %v", body, err)
	}
}

func TestAPutClearsOmittedAttributesThatThisConnectionHadSentAndNoOthers(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		member := w.add("ann@x.example", "")
		id := string(w.memberByID(member).ResourceID)
		w.mustPut(id, `{"userName":"ann@x.example","title":"Lead"}`) // adopts
		equal(t, "managed by", w.memberByID(member).Connection, w.con)
		equal(t, "what the product knew", w.sent(id, "displayName")+", "+w.sent(id, "name", "familyName"), "By Hand, Hand")
		equal(t, "and its member", w.memberByID(member).DisplayName+" "+w.memberByID(member).Address, "By Hand ann@x.example")
		w.mustPut(id, `{"userName":"ann@x.example"}`)
		equal(t, "what the directory had sent is cleared", w.sent(id, "title"), "")
		equal(t, "the rest stays, PUT after PUT", w.sent(id, "displayName"), "By Hand")
		w.mustPut(id, `{"userName":"ann@x.example","displayName":"Ann","name":{"givenName":"Ann"}}`)
		equal(t, "an attribute that is sent is the directory's whole", w.sent(id, "displayName")+w.sent(id, "name", "familyName"), "Ann")
		w.mustPut(id, `{"userName":"ann@x.example"}`)
		equal(t, "and is cleared from then on", w.sent(id, "displayName")+w.sent(id, "name", "givenName"), "")
		equal(t, "the address was never sent", w.memberByID(member).Address, "ann@x.example")
	})
}

func TestAPersonAdoptedByAPatchOrAPostKeepsWhatWasNotSentToo(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for how, adopt := range map[string]func(id string){
			"PATCH": func(id string) { w.change(id, `{"op":"add","path":"title","value":"Lead"}`) },
			"POST":  func(string) { w.person(`{"userName":"ann@x.example","title":"Lead"}`) },
		} {
			id := string(w.memberByID(w.add("ann@x.example", "")).ResourceID)
			adopt(id)
			equal(t, how+": managed by", w.member(id).Connection, w.con)
			equal(t, how, w.sent(id, "displayName")+", "+w.sent(id, "title"), "By Hand, Lead")
			w.mustPut(id, `{"userName":"ann@x.example"}`)
			equal(t, how+" and PUT", w.sent(id, "displayName")+", "+w.sent(id, "title"), "By Hand, ")
			w.change(id, `{"op":"replace","path":"displayName","value":"Ann"}`)
			w.mustPut(id, `{"userName":"ann@x.example"}`)
			equal(t, how+", PATCH and PUT", w.sent(id, "displayName"), "")
			if err := w.delete(id); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A directory repeats itself: a PUT of what is there changes nothing that it reads, and yet has sent it.
func TestAPutOfWhatIsThereAdoptsAndHasSentIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		member := w.add("ann@x.example", "")
		id, seq := string(w.memberByID(member).ResourceID), w.tally().Seq
		before, err := w.readUser(id)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r, err := w.put(id, `{"userName":"ann@x.example","displayName":"By Hand"}`)
			if err != nil || r.Version != before.Version || !r.Modified.Equal(before.Modified) {
				t.Errorf("%+v %v", r, err)
			}
		}
		equal(t, "log", w.verbs(seq), "member.adopted")
		equal(t, "managed by", w.memberByID(member).Connection, w.con)
		w.mustPut(id, `{"userName":"ann@x.example"}`)
		equal(t, "what was sent", w.sent(id, "displayName"), "")
		equal(t, "what was not", w.sent(id, "name", "givenName"), "By")
	})
}

// An owner whose deletion is held belongs to nobody, and keeps what the directory had sent when another one comes.
func TestWhatAnotherSourceSentStaysWhenADirectoryAdopts(t *testing.T) {
	onBoth(t, grantable, func(t *testing.T, w *world) {
		id := w.person(`{"userName":"boss@x.example","role":"owner","title":"Chief","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Board"}}`)
		boss := w.member(id).ID
		if err := w.delete(id); err != nil {
			t.Fatal(err)
		}
		id = string(w.memberByID(boss).ResourceID)
		second := w.migration()
		second.mustPut(id, `{"userName":"boss@x.example","role":"owner","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"1"}}`)
		equal(t, "managed by", w.memberByID(boss).Connection, second.con)
		const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
		equal(t, "title and department", w.sent(id, "title")+" "+w.sent(id, enterprise, "department")+" "+w.sent(id, enterprise, "costCenter"), "Chief Board 1")
		second.mustPut(id, `{"userName":"boss@x.example","role":"owner"}`)
		equal(t, "the second one's own is cleared", w.sent(id, enterprise, "department")+w.sent(id, enterprise, "costCenter"), "Board")
	})
}

// What a rule says about attributes that the directory did not send refuses nobody.
func TestARuleAboutWhatIsInheritedRefusesNobody(t *testing.T) {
	onBoth(t, "name: Strict\nmembers: {name_rule: plain-name}\n", func(t *testing.T, w *world) {
		c := w.caller()
		c.Origin = operator
		if _, err := w.service.Add(ctx, c, directory.Newcomer{Address: "ann@x.example", GivenName: "<Ann>"}); err != nil {
			t.Fatal(err)
		}
		id := w.person(`{"userName":"ann@x.example","title":"Lead"}`)
		equal(t, "managed by", w.member(id).Connection, w.con)
		equal(t, "name", w.member(id).GivenName, "")
		_, err := w.post(`{"userName":"bob@x.example","displayName":"<Bob>"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "displayName")
	})
}
