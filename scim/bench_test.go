package scim_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/scim"
)

// benchUser is a user of 1.4 KB as Entra ID sends it with its default mapping.
const benchUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"anna.lindqvist","active":true,"userName":"anna.lindqvist@contoso.example","displayName":"Anna Lindqvist","title":"Senior Project Manager","preferredLanguage":"sv-SE","nickName":"anna","locale":"sv-SE","timezone":"Europe/Stockholm","userType":"Employee","name":{"formatted":"Anna Lindqvist","givenName":"Anna","familyName":"Lindqvist"},"emails":[{"value":"anna.lindqvist@contoso.example","type":"work","primary":true},{"value":"anna@home.example","type":"home"}],"phoneNumbers":[{"value":"+46 8 555 0100","type":"work"},{"value":"+46 70 555 0101","type":"mobile"},{"value":"+46 8 555 0199","type":"fax"}],"addresses":[{"type":"work","formatted":"HQ, floor 3","streetAddress":"Sveavagen 44","locality":"Stockholm","region":"Stockholm","postalCode":"111 34","country":"SE"}],"roles":[{"value":"member","display":"Member","type":"WindowsAzureActiveDirectoryRole","primary":false}],"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"6f3ad5b8-4a9f-4c1e-9a43-4c2a3f6d1c55","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"100417","department":"Delivery","costCenter":"4410","organization":"Contoso","division":"Nordics","manager":{"value":"2819c223-7f76-453a-919d-413861904646"}},"meta":{"resourceType":"User"}}`

func BenchmarkDecode(b *testing.B) {
	rt := scim.UserType()
	body := []byte(benchUser)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var notes scim.Notes
		if _, err := rt.Decode(body, &notes); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeStored(b *testing.B) {
	rt := scim.UserType()
	o, err := rt.Decode([]byte(benchUser), nil)
	if err != nil {
		b.Fatal(err)
	}
	doc := o.AppendJSON(nil)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rt.DecodeStored(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	o, err := scim.UserType().Decode([]byte(benchUser), nil)
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = o.AppendJSON(dst[:0])
	}
}

func benchResource(b *testing.B) (*scim.ResourceType, *scim.Resource) {
	rt := scim.UserType()
	o, err := rt.Decode([]byte(benchUser), nil)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	return rt, &scim.Resource{ID: "2819c223-7f76-453a-919d-413861904646", Attrs: o, Created: now, Modified: now, Version: "17"}
}

func BenchmarkAppendResource(b *testing.B) {
	rt, r := benchResource(b)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = rt.AppendResource(dst[:0], r, "https://id.example.com/scim/v2", nil)
	}
}

func BenchmarkAppendSelected(b *testing.B) {
	rt, r := benchResource(b)
	sel, err := rt.Select([]string{"userName,active,name.givenName"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = rt.AppendResource(dst[:0], r, "https://id.example.com/scim/v2", sel)
	}
}

func BenchmarkDecodePatch(b *testing.B) {
	rt := scim.UserType()
	body := []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"},{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@x.example"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rt.DecodePatch(body, "1", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyPatch(b *testing.B) {
	rt, r := benchResource(b)
	body := []byte(`{"Operations":[{"op":"Replace","path":"active","value":"False"},{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@x.example"}]}`)
	p, err := rt.DecodePatch(body, "1", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c := *r
		if changed, err := p.Apply(&c); err != nil || !changed {
			b.Fatal(changed, err)
		}
	}
}

// benchServe measures a whole request against Memory, without a network.
func benchServe(b *testing.B, method, path, body string, users int) {
	rt := scim.UserType()
	m := scim.NewMemory(rt)
	id := ""
	for i := range users {
		o, err := rt.Decode([]byte(strings.Replace(benchUser, "anna.lindqvist@contoso.example\",\"disp", "u"+strconv.Itoa(i)+"@contoso.example\",\"disp", 1)), nil)
		if err != nil {
			b.Fatal(err)
		}
		r, err := m.Create(context.Background(), &scim.Resource{Attrs: o})
		if err != nil {
			b.Fatal(err)
		}
		id = r.ID
	}
	h := &scim.Handler{Server: &scim.Server{Types: []*scim.ResourceType{rt}}, Backends: map[string]scim.Backend{"User": m}, InsecureNoAuthentication: true}
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, strings.Replace(path, "{id}", id, 1), strings.NewReader(body)))
		if w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkServeGet(b *testing.B) { benchServe(b, "GET", "/Users/{id}", "", 1) }
func BenchmarkServePatch(b *testing.B) {
	benchServe(b, "PATCH", "/Users/{id}", `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`, 1)
}
func BenchmarkServePageOf100(b *testing.B) { benchServe(b, "GET", "/Users?count=100", "", 100) }
func BenchmarkServeFilterOf1000(b *testing.B) {
	benchServe(b, "GET", "/Users?filter=userName%20eq%20%22u500@contoso.example%22", "", 1000)
}
