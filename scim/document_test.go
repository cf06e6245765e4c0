package scim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/scim"
)

func TestAStoredDocumentIsShownAsItsDecodedAttributesAre(t *testing.T) {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes, scim.Attribute{Name: "microsoftId", Custom: true}, scim.Attribute{Name: "level", Custom: true})
	for name, body := range map[string]string{
		"plain":       `{"userName":"ann","active":true,"name":{"givenName":"A\"nn","familyName":"{[,:]}\\"},"emails":[{"value":"a@x.example","primary":true},{"value":"b,}"}]}`,
		"extension":   `{"userName":"ann","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R\u0026D","manager":{"value":"1"}},"urn:x:own":{"a":[1,2.5,{"b":"c"}]}}`,
		"nested":      `{"userName":"ann","urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"m-1","level":"3"},"title":"T"}`,
		"flat":        `{"userName":"ann","urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"m-1","title":"T"}`,
		"unknown":     `{"userName":"ann","shoe size":{"eu":42},"x":[],"empty":{}}`,
		"quoted name": `{"userName":"ann","a\"b":"c"}`,
		"alone":       `{"userName":"李"}`,
	} {
		attrs, err := rt.Decode([]byte(body), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		now := time.Now()
		groups := scim.Attr{Name: "groups", Value: []any{&scim.Object{Attrs: []scim.Attr{{Name: "value", Value: "g"}}}}}
		decoded := &scim.Resource{ID: "1", Attrs: attrs.Clone(), Created: now, Modified: now, Version: "7"}
		decoded.Attrs.Attrs = append(decoded.Attrs.Attrs, groups)
		stored := func() *scim.Resource {
			return &scim.Resource{ID: "1", Stored: attrs.AppendJSON(nil), Attrs: &scim.Object{Attrs: []scim.Attr{groups}}, Created: now, Modified: now, Version: "7"}
		}
		want, err := rt.AppendResource(nil, decoded, "https://x.example/scim", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := rt.AppendResource(nil, stored(), "https://x.example/scim", nil)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: stored %v\n%s\ndecoded\n%s", name, err, got, want)
		}
		loaded := stored()
		if err := rt.Load(loaded); err != nil || !loaded.Attrs.Equal(decoded.Attrs) {
			t.Errorf("%s: loaded %v\n%s", name, err, loaded.Attrs.AppendJSON(nil))
		}
	}
}

func TestADamagedDocumentIsAnErrorAndNotAnEmptyResource(t *testing.T) {
	rt := scim.UserType()
	for _, doc := range []string{``, `{`, `{"userName"}`, `{"userName":"a"`, `["a"]`, `{"a":"b`, `{userName:1}`, `{"a":1,}`} {
		if out, err := rt.AppendResource(nil, &scim.Resource{ID: "1", Stored: []byte(doc)}, "", nil); err == nil {
			t.Errorf("%q was shown as %s", doc, out)
		}
	}
}

// shelf lists one resource by Collect, as a backend that keeps documents does, or one that keeps attributes.
type shelf struct {
	scim.Backend
	one *scim.Resource
}

func (s shelf) List(_ context.Context, q *scim.Query) (*scim.Page, error) {
	return scim.Collect(func(yield func(*scim.Resource, error) bool) { yield(s.one.Clone(), nil) }, q)
}

// finds says what a search of the shelf answers.
func (s shelf) finds(rt *scim.ResourceType, filter string) string {
	server := scim.Server{Types: []*scim.ResourceType{rt}}
	rec := httptest.NewRecorder()
	server.Serve(rec, httptest.NewRequest(http.MethodGet, "/Users?attributes=id&filter="+url.QueryEscape(filter), nil), "/Users",
		&scim.Tenant{Backend: func(*scim.ResourceType) scim.Backend { return s }})
	return rec.Body.String()
}

func TestAFilterFindsAStoredDocumentAsItFindsItsAttributes(t *testing.T) {
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	rt := scim.UserType()
	for _, body := range []string{
		`{"userName":"bob","displayName":"Bob","` + enterprise + `":{"department":"x","manager":{"value":"7"}},"emails":[{"value":"a@x"},{"value":"b@x","primary":true}],"active":true}`,
		`{"a\"b":"x","userName":"bob","note":"n","displayName":"B\u0001ob"}`,
		`{"a\\b":"x","userName":"bob","externalId":"7"}`,
		`{"urn:ietf:params:scim:schemas:core:2.0:User":{"userName":"bob","displayName":"x"},"title":"T"}`,
		`{"urn:ietf:params:scim:schemas:core:2.0:User:userName":"bob","title":"T"}`,
		`{"userName":"bob","urn:foo:bar:Custom":{"x":"y"},"custom":"2020-01-01T00:00:00Z"}`,
		`{"userName":"bob","custom":{"x":"y"},"n":7,"lst":["a","b"]}`,
		`{"userName":"bob","urn:foo:bar:Flat":"y","urn:foo:bar:Lst":["a"]}`,
	} {
		attrs, err := rt.Decode([]byte(body), nil)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		decoded, stored := shelf{one: &scim.Resource{ID: "1", Attrs: attrs}}, shelf{one: &scim.Resource{ID: "1", Stored: attrs.AppendJSON(nil)}}
		for _, f := range []string{
			`userName eq "bob"`, `userName ne "bob"`, `not (userName eq "bob")`, `displayName pr`, `displayName eq "x"`, `title eq "T"`, `externalId eq "7"`, `note eq "n"`,
			`schemas eq "` + enterprise + `"`, `schemas pr`, `schemas ne "urn:foo:bar:Custom"`, `schemas co "enterprise"`, `userName pr and schemas co "enter"`,
			enterprise + `:department eq "x"`, enterprise + `:manager.value eq "7"`, `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "bob"`,
			`emails[primary eq false]`, `emails.value eq "b@x"`, `custom eq "2020-01-01T00:00:00Z"`, `custom.x eq "y"`, `n eq 7`, `lst co "b"`,
			`urn:foo:bar:Custom:x eq "y"`, `urn:foo:bar:Flat eq "y"`, `id eq "1"`, `active eq true`, `name.givenName pr`,
		} {
			if got, want := stored.finds(rt, f), decoded.finds(rt, f); got != want {
				t.Errorf("%s on %s: stored %s, decoded %s", f, body, got, want)
			}
		}
	}
	one := shelf{one: &scim.Resource{ID: "1", Stored: []byte(`{"a\\b":"x","userName":"bob","` + enterprise + `":{"department":"x"}}`)}}
	for _, f := range []string{`userName eq "bob"`, `schemas eq "` + enterprise + `"`} {
		if got := one.finds(rt, f); !strings.Contains(got, `"totalResults":1`) {
			t.Errorf("%s: %s", f, got)
		}
	}
}
