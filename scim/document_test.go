package scim_test

import (
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
