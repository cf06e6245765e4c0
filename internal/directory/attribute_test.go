package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/identity"
)

const core = "urn:ietf:params:scim:schemas:core:2.0:User"

func TestE13_NamesObeyTheProductsRule(t *testing.T) {
	onBoth(t, "name: Plain\nmembers: {name_rule: plain-name}\n", func(t *testing.T, w *world) {
		good := []string{"O'Neill", "Åsa", "李", "Anne-Marie", "Sant’Anna", "J. R.", "Łukasz", "Ñandú", "Gal·la"}
		for i, name := range good {
			id := w.person(fmt.Sprintf(`{"userName":"good%d@x.example","name":{"givenName":%q,"familyName":%q}}`, i, name, name))
			equal(t, "family name", w.member(id).FamilyName, name)
		}
		id := w.person(`{"userName":"jo@x.example","name":{"givenName":"Jo"}}`)
		seq := w.tally().Seq
		for _, c := range []struct{ attribute, body string }{
			{"name.givenName", `"name":{"givenName":"Jo<hn"}`},
			{"name.familyName", `"name":{"familyName":"Smith;--"}`},
			{"displayName", `"displayName":"<script>"`},
			{"name.formatted", `"name":{"givenName":"Jo","familyName":"Hn","formatted":"Jo {Hn}"}`},
		} {
			_, err := w.post(`{"userName":"new@x.example",` + c.body + `}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", c.attribute)
			_, err = w.put(id, `{"userName":"jo@x.example",`+c.body+`}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", c.attribute)
			_, err = w.patch(id, `{"op":"replace","path":"title","value":"Lost"},{"op":"add","value":{`+c.body+`}}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", c.attribute)
		}
		equal(t, "name", w.member(id).GivenName+w.member(id).Title, "Jo")
		equal(t, "log", w.verbs(seq), "")
		equal(t, "users", w.tally().Users, int64(len(good)+1))
	})
}

func TestE14_TheAddressIsLowerCaseOnTheMemberAndReadsBackAsSent(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"Ann@X.com","emails":[{"type":"work","value":"Ann.Smith@X.com","primary":true}]}`)
		equal(t, "address", w.member(id).Address, "ann.smith@x.com")
		r, err := w.readUser(id)
		if err != nil {
			t.Fatal(err)
		}
		if doc := string(r.Attrs.AppendJSON(nil)); !strings.Contains(doc, `"Ann.Smith@X.com"`) || !strings.Contains(doc, `"Ann@X.com"`) {
			t.Errorf("it reads back as %s", doc)
		}
		for _, filter := range []string{
			`emails.value eq "ANN.SMITH@x.COM"`, `emails[type eq "work"].value eq "ann.smith@X.com"`, `emails[value eq "Ann.Smith@x.com"]`,
			`emails eq "ann.SMITH@x.com"`, `userName eq "ANN@x.COM"`,
		} {
			sameIDs(t, filter, w.find("/Users", filter), id)
		}
	})
}

func TestE15_TheJobTitleIsKept(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","title":"Engineer"}`)
		equal(t, "created", w.member(id).Title, "Engineer")
		w.change(id, `{"op":"replace","path":"title","value":"Lead"}`)
		equal(t, "changed", w.member(id).Title, "Lead")
		w.change(id, `{"op":"replace","path":"title","value":""}`)
		equal(t, "emptied", w.member(id).Title, "")
	})
}

func TestE19_TheNameMayComeAsNameFormattedAlone(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i, c := range []struct{ formatted, given, family string }{
			{"Ann Smith", "Ann", "Smith"}, {"Ann Mary  van Smith", "Ann Mary van", "Smith"}, {"Cher", "Cher", ""}, {"  ", "", ""}, {"李 小龙", "李", "小龙"},
		} {
			m := w.member(w.person(fmt.Sprintf(`{"userName":"f%d@x.example","name":{"formatted":%q}}`, i, c.formatted)))
			equal(t, c.formatted, m.GivenName+"|"+m.FamilyName, c.given+"|"+c.family)
		}
		id := w.person(`{"userName":"ann@x.example","name":{"formatted":"Ann Smith"}}`)
		w.change(id, `{"op":"add","path":"name.givenName","value":"Anna"}`)
		equal(t, "a given name that comes later wins", w.member(id).GivenName, "Anna")
		r, err := w.readUser(id)
		if err != nil || r.Attrs.Str("name", "formatted") != "Ann Smith" {
			t.Errorf("name.formatted does not read back as sent: %v %v", r, err)
		}
		w.change(id, `{"op":"remove","path":"name.givenName"}`)
		equal(t, "and goes again", w.member(id).GivenName+" "+w.member(id).FamilyName, "Ann Smith")
	})
}

func TestE20_ActiveMayComeAsAString(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i, c := range []struct {
			value string
			state identity.State
		}{{`"True"`, identity.Active}, {`"False"`, identity.Inactive}, {`"true"`, identity.Active}, {`"false"`, identity.Inactive}, {`true`, identity.Active}, {`false`, identity.Inactive}} {
			body := fmt.Sprintf(`{"userName":"p%d@x.example","active":%s}`, i, c.value)
			id := w.person(body)
			equal(t, "POST "+c.value, w.member(id).State, c.state)
			for _, turn := range []string{`{"op":"replace","path":"active","value":true}`, `{"op":"replace","path":"active","value":false}`} {
				w.change(id, turn)
				if _, err := w.put(id, body); err != nil {
					t.Fatal(err)
				}
				equal(t, "PUT "+c.value, w.member(id).State, c.state)
				w.change(id, turn)
				w.change(id, `{"op":"Replace","path":"active","value":`+c.value+`}`)
				equal(t, "PATCH "+c.value, w.member(id).State, c.state)
				w.change(id, turn)
				w.change(id, `{"op":"Replace","value":{"active":`+c.value+`}}`)
				equal(t, "PATCH without path "+c.value, w.member(id).State, c.state)
			}
		}
		id := w.person(`{"userName":"ann@x.example"}`)
		for _, wrong := range []string{`"yes"`, `"0"`, `1`, `"Truth"`, `{}`, `["True"]`} {
			_, err := w.post(`{"userName":"new@x.example","active":` + wrong + `}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "active")
			_, err = w.put(id, `{"userName":"ann@x.example","active":`+wrong+`}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "active")
			_, err = w.patch(id, `{"op":"replace","path":"active","value":`+wrong+`}`)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "active")
		}
		equal(t, "state", w.member(id).State, identity.Active)
	})
}

func TestE21_AnAttributeSentTwiceIsOneChange(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","active":"True","` + core + `:active":"True"}`)
		equal(t, "created", w.member(id).State, identity.Active)
		seq := w.tally().Seq
		w.change(id, `{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"`+core+`:active","value":"False"}`)
		equal(t, "deactivated", w.member(id).State, identity.Inactive)
		equal(t, "log", w.verbs(seq), "member.deactivated")
		for i, body := range []string{
			`{"userName":"c%d@x.example","active":true,"` + core + `:active":false}`,
			`{"userName":"c%d@x.example","` + core + `:active":false,"active":true}`,
		} {
			other := w.person(fmt.Sprintf(body, i))
			equal(t, "the one with the URN counts, in any order", w.member(other).State, identity.Inactive)
			w.mustNote("sent-twice", "active")
		}
	})
}

// Three ways to write an attribute of a vendor inside the core schema, and three verbs.
func TestE22_AVendorsAttributeInTheCoreSchemaRoundTrips(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i, shape := range []string{`"microsoftId":%q`, `"` + core + `:microsoftId":%q`, `"` + core + `":{"microsoftId":%q}`} {
			key := func(n int) string { return fmt.Sprintf("0f6e3b1c-2222-4222-8333-%06d%06d", i, n) }
			check := func(step, id, want string) {
				t.Helper()
				sameIDs(t, step, w.find("/Users", core+`:microsoftId eq "`+want+`"`), id)
				r, err := w.readUser(id)
				if err != nil || r.Attrs.Str("microsoftId") != want {
					t.Errorf("%s: got %v (%v), want %s", step, r, err, want)
				}
				equal(t, step, w.member(id).Attributes["microsoftId"], want)
			}
			user := fmt.Sprintf(`"userName":"v%d@x.example"`, i)
			id := w.person(`{` + user + `,` + fmt.Sprintf(shape, key(1)) + `}`)
			check("POST "+shape, id, key(1))
			r, _ := w.readUser(id)
			if doc := string(r.Attrs.AppendJSON(nil)); !strings.Contains(doc, fmt.Sprintf(shape, key(1))) {
				t.Errorf("it does not read back as sent: %s", doc)
			}
			if _, err := w.put(id, `{`+user+`,`+fmt.Sprintf(shape, key(2))+`}`); err != nil {
				t.Fatal(err)
			}
			check("PUT "+shape, id, key(2))
			w.change(id, `{"op":"replace","value":{`+fmt.Sprintf(shape, key(3))+`}}`)
			check("PATCH without path "+shape, id, key(3))
			w.change(id, `{"op":"replace","path":"`+core+`:microsoftId","value":"`+key(4)+`"}`)
			check("PATCH with path", id, key(4))
			sameIDs(t, "by the value before", w.find("/Users", core+`:microsoftId eq "`+key(3)+`"`))
		}
	})
}

func TestE24_MatchingLooksByTheDeclaredKeyThenByUserName(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","` + core + `:microsoftId":"` + annsGUID + `"}`)
		w.person(`{"userName":"bob@x.example","` + core + `:microsoftId":"` + bobsGUID + `"}`)
		sameIDs(t, "by key", w.find("/Users", core+`:microsoftId eq "`+annsGUID+`"`), id)
		sameIDs(t, "declared exact", w.find("/Users", core+`:microsoftId eq "`+strings.ToUpper(annsGUID)+`"`))
		sameIDs(t, "unknown", w.find("/Users", core+`:microsoftId eq "nobody"`))
		sameIDs(t, "by userName", w.find("/Users", `userName eq "ann@x.example"`), id)
	})
}

func TestE27_TheAddressComesFromTheUserNameWhenThereIsNoOther(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"Ann@x.example"}`)
		equal(t, "address", w.member(id).Address, "ann@x.example")
		w.change(id, `{"op":"replace","path":"userName","value":"ann.new@x.example"}`)
		equal(t, "follows a rename", w.member(id).Address, "ann.new@x.example")
		w.change(id, `{"op":"add","path":"emails[type eq \"work\"].value","value":"work@x.example"}`)
		equal(t, "gives way to an e-mail", w.member(id).Address, "work@x.example")
		equal(t, "a userName that is none", w.member(w.person(`{"userName":"just a name"}`)).Address, "")
		w.person(`{"userName":"another name"}`) // people without an address do not collide
	})
}

func TestE33_DisplayNameAndNameFormattedAreKeptApart(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","displayName":"Annie","name":{"formatted":"Ann Smith"}}`)
		m := w.member(id)
		equal(t, "display name", m.DisplayName+"|"+m.GivenName+"|"+m.FamilyName, "Annie|Ann|Smith")
		r, err := w.readUser(id)
		if err != nil || r.Attrs.Str("displayName") != "Annie" || r.Attrs.Str("name", "formatted") != "Ann Smith" {
			t.Errorf("got %v (%v)", r, err)
		}
	})
}

const headquarters = `
name: HQ
attributes:
  - {name: region, schema: "urn:example:params:scim:schemas:extension:acme:2.0:User", default: HQ}
`

func TestK11_PeopleLandInTheDefaultRegionAndAMappedValueWins(t *testing.T) {
	onBoth(t, headquarters, func(t *testing.T, w *world) {
		const urn = "urn:example:params:scim:schemas:extension:acme:2.0:User"
		region := func(id string) string { return w.member(id).Attributes[urn+":region"] }
		plain := w.person(`{"userName":"ann@x.example"}`)
		equal(t, "without", region(plain), "HQ")
		r, err := w.readUser(plain)
		if err != nil || r.Attrs.Object(urn) != nil {
			t.Errorf("the default is the member's, not what the directory sent: %v (%v)", r, err)
		}
		mapped := w.person(`{"userName":"bob@x.example","` + urn + `":{"region":"North"}}`)
		equal(t, "mapped", region(mapped), "North")
		w.change(plain, `{"op":"add","path":"`+urn+`:region","value":"South"}`)
		equal(t, "mapped later", region(plain), "South")
		w.change(plain, `{"op":"remove","path":"`+urn+`:region"}`)
		equal(t, "unmapped", region(plain), "HQ")
		equal(t, "by hand", w.memberByID(w.add("cid@x.example", "")).Attributes[urn+":region"], "HQ")
	})
}

const strict = `
name: Strict
members: {required: [name.givenName, name.familyName, emails]}
`

func TestP17_WhoLacksARequiredAttributeIsRefusedByItsName(t *testing.T) {
	onBoth(t, strict, func(t *testing.T, w *world) {
		for missing, body := range map[string]string{
			"name.givenName":  `{"userName":"ann","name":{"familyName":"Smith"},"emails":[{"value":"ann@x.example"}]}`,
			"name.familyName": `{"userName":"ann","name":{"givenName":"Ann","familyName":" "},"emails":[{"value":"ann@x.example"}]}`,
			"emails":          `{"userName":"ann","name":{"givenName":"Ann","familyName":"Smith"}}`,
		} {
			_, err := w.post(body)
			mustRefuse(t, err, http.StatusBadRequest, "invalidValue", missing)
		}
		equal(t, "users", w.tally().Users, 0)
		id := w.person(`{"userName":"ann@x.example","name":{"givenName":"Ann","familyName":"Smith"}}`) // its userName is an address
		_, err := w.patch(id, `{"op":"replace","path":"title","value":"Lead"},{"op":"remove","path":"name.givenName"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "name.givenName")
		_, err = w.put(id, `{"userName":"ann@x.example","name":{"givenName":"Ann"}}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "name.familyName")
		equal(t, "title", w.member(id).Title, "")
	})
}

// A product asks for more than it did: whoever is here already and lacks it can still leave.
func TestP17_ALaterRequirementKeepsNobodyIn(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann"}`)
		now := w.under(strict)
		_, err := now.patch(id, `{"op":"replace","path":"title","value":"Lead"}`)
		mustRefuse(t, err, http.StatusBadRequest, "invalidValue", "name.givenName")
		now.change(id, `{"op":"replace","path":"active","value":false}`)
		equal(t, "state", w.member(id).State, identity.Inactive)
		if err := now.delete(id); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatADirectorySendsBeyondTheProductIsKeptAndReadsBackAsSent(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann@x.example","nickNmae":"Annie","urn:example:other:1.0:User":{"badge":17,"tags":["a","b"]}}`)
		r, err := w.readUser(id)
		if err != nil {
			t.Fatal(err)
		}
		doc := string(r.Attrs.AppendJSON(nil))
		for _, part := range []string{`"nickNmae":"Annie"`, `"urn:example:other:1.0:User":{"badge":17,"tags":["a","b"]}`} {
			if !strings.Contains(doc, part) {
				t.Errorf("%s is missing from %s", part, doc)
			}
		}
	})
}

func TestAPutClearsWhatItOmitsAndLeavesWhatIsTheProducts(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		w.add("ann@x.example", "admin")
		id := w.person(`{"userName":"ann@x.example","title":"Engineer","displayName":"Ann","name":{"givenName":"Ann","familyName":"Smith"},"nickName":"Annie"}`)
		member := w.member(id).ID
		w.change(id, `{"op":"replace","path":"active","value":false}`)
		if _, err := w.put(id, `{"userName":"ann@x.example","displayName":"Ann"}`); err != nil {
			t.Fatal(err)
		}
		m := w.member(id)
		equal(t, "cleared", m.Title+m.GivenName+m.FamilyName, "")
		equal(t, "member", m.ID, member)
		equal(t, "state", m.State, identity.Inactive)
		equal(t, "role by hand", w.roles(id), "hand admin")
	})
}
