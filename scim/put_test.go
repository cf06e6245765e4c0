package scim_test

import (
	"context"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// RFC 7644 §3.5.1
func TestPutReplacesByMutability(t *testing.T) {
	rt := fuzzType()
	rt.Schema.Attributes = append(rt.Schema.Attributes, scim.Attribute{Name: "score", Type: scim.Integer, Mutability: scim.ReadOnly})
	with := func(o *scim.Object, name string, v any) *scim.Object { o.Set(name, v); return o }
	for _, c := range []struct {
		name, old, sent, want string
		fails                 string
		score                 bool // the old one has a read-only value
	}{
		{name: "omitted attributes are cleared", old: `"title":"A","nickName":"N","urn:acme:x":{"y":1}`, sent: `"title":"B"`, want: `"title":"B"`},
		{name: "active stays", old: `"active":false,"title":"A"`, sent: ``, want: `"active":false`},
		{name: "active is set", old: `"active":false`, sent: `"active":"True"`, want: `"active":true`},
		{name: "read-only attributes stay", old: `"title":"A"`, sent: `"score":9`, want: ``, score: true},
		{name: "an immutable one stays", old: `"badge":"1"`, sent: `"title":"B"`, want: `"title":"B","badge":"1"`},
		{name: "the same immutable one", old: `"badge":"1"`, sent: `"badge":"1"`, want: `"badge":"1"`},
		{name: "another immutable one", old: `"badge":"1"`, sent: `"badge":"2"`, fails: "mutability"},
		{name: "a first immutable one", sent: `"badge":"2"`, want: `"badge":"2"`},
		{name: "immutable parts of a value that stays", old: `"seats":[{"floor":1,"desk":"d"}]`, sent: `"seats":[{"floor":1}]`, want: `"seats":[{"floor":1}]`},
		{name: "a list is replaced", old: work, sent: `"emails":[{"value":"n"}]`, want: `"emails":[{"value":"n"}]`},
		{name: "an extension is cleared", old: `"` + ent + `":{"department":"D"}`, sent: ``, want: ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, sent := decode(t, rt, c.old), decode(t, rt, c.sent)
			if c.score {
				with(old, "score", int64(7))
			}
			before := old.Clone()
			next, err := rt.Replaced(old, sent)
			if c.fails != "" {
				wantType(t, err, c.fails)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := decode(t, rt, c.want)
			if c.score {
				with(want, "score", int64(7))
			}
			if !next.Equal(want) {
				t.Errorf("\ngot  %s\nwant %s", next.AppendJSON(nil), want.AppendJSON(nil))
			}
			if !old.Equal(before) {
				t.Error("the old attributes were changed")
			}
		})
	}
}

func TestPutKeepsWhatTheServerKnowsAboutMembersThatStay(t *testing.T) {
	rt := scim.GroupType()
	old := decode(t, rt, `"members":[{"value":"a","type":"User"},{"value":"b"}]`)
	old.List("members")[0].(*scim.Object).Set("display", "Ann")
	next, err := rt.Replaced(old, decode(t, rt, `"members":[{"value":"a"},{"value":"c"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(next.AppendJSON(nil)); got != `{"displayName":"g","members":[{"value":"a","type":"User","display":"Ann"},{"value":"c"}]}` {
		t.Error(got)
	}
}

func TestPutIsAtomicAndAnswersTheResource(t *testing.T) {
	s := newService(t)
	made := s.create(`"userName":"ann","title":"A","active":false`)
	path := "/Users/" + made.id()
	s.do("PUT", path, `{"title":"no name"}`).want(400, "invalidValue")
	s.do("PUT", path, `{"userName":""}`).want(400, "invalidValue")
	if r := s.do("GET", path, ""); r.text != made.text {
		t.Errorf("changed to %s", r.text)
	}
	if r := s.do("PUT", path, `{"userName":"ann","title":"A","id":"other","meta":{"version":"9"}}`).want(200); r.text != made.text {
		t.Errorf("a PUT that changes nothing made %s", r.text)
	}
	s.do("PUT", path, `{"userName":"ANN"}`).want(200).has("userName", `"ANN"`).has("active", `false`).lacks("title").
		has("meta.version", `"W/\"2\""`)
}

// ownRules is a backend with PUT rules of its own: it keeps titles.
type ownRules struct{ *scim.Memory }

func (o ownRules) Replace(ctx context.Context, id string, sent *scim.Resource, check scim.Check) (*scim.Resource, error) {
	rt := scim.UserType()
	return o.Update(ctx, id, func(r *scim.Resource) (bool, error) {
		if check != nil {
			if err := check(r); err != nil {
				return false, err
			}
		}
		next, err := rt.Replaced(r.Attrs, sent.Attrs)
		if err != nil {
			return false, err
		}
		if next.Str("title") == "" {
			next.Set("title", r.Attrs.Str("title"))
		}
		changed := !next.Equal(r.Attrs)
		r.Attrs = next
		return changed, nil
	})
}

func TestAReplacerGetsPutWithItsOwnRules(t *testing.T) {
	rt := scim.UserType()
	m := scim.NewMemory(rt)
	s := serve(t, &scim.Handler{
		Server:                   &scim.Server{Types: []*scim.ResourceType{rt}},
		Backends:                 map[string]scim.Backend{"User": ownRules{m}},
		InsecureNoAuthentication: true,
	})
	id := s.create(`"userName":"ann","title":"A","nickName":"N"`).id()
	s.do("PUT", "/Users/"+id, `{"userName":"ann"}`).want(200).has("title", `"A"`).lacks("nickName")
	s.do("PUT", "/Users/"+id, `{"userName":"ann"}`, `If-Match: W/"1"`).want(412)
}

func TestPutKeepsTheNameOfAManagerWhoStays(t *testing.T) {
	rt := scim.UserType()
	old := decode(t, rt, `"`+ent+`":{"manager":{"value":"m"}}`)
	old.Object(ent).Object("manager").Set("displayName", "Mia")
	for sent, want := range map[string]string{
		`{"value":"m"}`: `{"value":"m","displayName":"Mia"}`,
		`{"value":"n"}`: `{"value":"n"}`,
	} {
		next, err := rt.Replaced(old, decode(t, rt, `"`+ent+`":{"manager":`+sent+`}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(next.Object(ent).Object("manager").AppendJSON(nil)); got != want {
			t.Errorf("%s: %s, want %s", sent, got, want)
		}
	}
}

func TestReadOnlyAndImmutableAttributesOfAnExtensionOutliveAPut(t *testing.T) {
	rt := scim.UserType()
	rt.Extensions = []scim.Extension{{Schema: &scim.Schema{ID: "urn:acme:2.0:User", Attributes: []scim.Attribute{
		{Name: "score", Type: scim.Integer, Mutability: scim.ReadOnly}, {Name: "seat", Mutability: scim.Immutable}, {Name: "plan"},
	}}}}
	old := decode(t, rt, `"urn:acme:2.0:User":{"seat":"s","plan":"p"}`)
	old.Object("urn:acme:2.0:User").Set("score", int64(3))
	next, err := rt.Replaced(old, decode(t, rt, ``))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(next.AppendJSON(nil)); got != `{"userName":"u","urn:acme:2.0:User":{"score":3,"seat":"s"}}` {
		t.Error(got)
	}
	_, err = rt.Replaced(old, decode(t, rt, `"urn:acme:2.0:User":{"seat":"t"}`))
	wantType(t, err, "mutability")
}
