package scim_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// fuzzType is User with an attribute of every kind.
func fuzzType() *scim.ResourceType {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes,
		scim.Attribute{Name: "microsoftId", Custom: true, CaseExact: true},
		scim.Attribute{Name: "level", Type: scim.Integer},
		scim.Attribute{Name: "rate", Type: scim.Decimal},
		scim.Attribute{Name: "hired", Type: scim.DateTime},
		scim.Attribute{Name: "badge", Mutability: scim.Immutable},
		scim.Attribute{Name: "tags", MultiValued: true},
		scim.Attribute{Name: "seats", MultiValued: true, SubAttributes: []scim.Attribute{
			{Name: "floor", Type: scim.Integer, Required: true}, {Name: "desk", Mutability: scim.Immutable}, {Name: "notes", MultiValued: true},
		}},
	)
	return rt
}

// bodies gives what the examples of testdata/compat send with the method, as seeds.
func bodies(f *testing.F, method string) []string {
	files, _ := filepath.Glob("testdata/compat/*.json")
	var list []string
	for _, file := range files {
		var q quirk
		text, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(text, &q) != nil {
			f.Fatal(file, err)
		}
		for _, s := range q.Steps {
			if s.Method == method && len(s.Body) > 0 {
				list = append(list, string(s.Body))
			}
		}
	}
	return list
}

func wantClientError(t *testing.T, err error) {
	t.Helper()
	var e *scim.Error
	if !errors.As(err, &e) || e.Status < 400 || e.Status > 499 || e.Detail == "" {
		t.Fatalf("not the client's error: %v", err)
	}
}

// sameAgain checks that an object is what its own JSON is decoded to.
func sameAgain(t *testing.T, rt *scim.ResourceType, o *scim.Object) {
	t.Helper()
	doc := o.AppendJSON(nil)
	again, err := rt.Decode(doc, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	stored, err := rt.DecodeStored(doc)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	if !again.Equal(o) || !stored.Equal(o) || !o.Equal(stored) {
		t.Fatalf("\n       %s\nagain  %s\nstored %s", doc, again.AppendJSON(nil), stored.AppendJSON(nil))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(benchUser)
	for _, b := range append(bodies(f, "POST"), bodies(f, "PUT")...) {
		f.Add(b)
	}
	f.Add(`{"userName":"x","level":1e2,"rate":3,"hired":"2026-01-01T00:00:00Z","tags":["a","b"],"seats":[{"floor":2,"notes":["x"]}],"urn:x:y":{"a":[1,{"b":null}]},"urn:x:y:z":1.50}`)
	f.Add(`{"userName":"u","urn:::A":0}`)
	rt := fuzzType()
	f.Fuzz(func(t *testing.T, body string) {
		var notes scim.Notes
		o, err := rt.Decode([]byte(body), &notes)
		if err != nil {
			wantClientError(t, err)
			return
		}
		sameAgain(t, rt, o)
		if _, ok := o.Get("password"); ok {
			t.Fatal("password was kept")
		}
	})
}

func FuzzPatch(f *testing.F) {
	for _, b := range bodies(f, "PATCH") {
		f.Add(benchUser, b, []byte(nil))
	}
	f.Add(benchUser, "", []byte("0123456789"))
	f.Add(`{"userName":"x","badge":"1","emails":["a","b"],"seats":[{"floor":2}]}`, "", []byte("abcdefghijklmnopqrst"))
	f.Add(`{"userName":"x"}`, `{"Operations":[{"op":"add","path":"seats[floor eq 3].desk","value":"9"},{"op":"replace","path":"seats.desk","value":"9"},{"op":"add","value":{"tags":["a"],"urn:a:b:c":{"d":1},"level":3}}]}`, []byte(nil))
	f.Add(`{"userName":"x","badge":"1"}`, `{"Operations":[{"op":"remove","path":"badge"}]}`, []byte(nil))
	rt := fuzzType()
	f.Fuzz(func(t *testing.T, user, body string, throws []byte) {
		if body == "" {
			d := dice(throws)
			body = d.patch()
		}
		attrs, err := rt.Decode([]byte(user), nil)
		if err != nil {
			return
		}
		p, err := rt.DecodePatch([]byte(body), "id1", nil)
		if err != nil {
			wantClientError(t, err)
			return
		}
		checkPatch(t, rt, p, attrs)
	})
}

// TestRandomPatchesAreAtomicAndStable is FuzzPatch without a fuzzer.
func TestRandomPatchesAreAtomicAndStable(t *testing.T) {
	rt := fuzzType()
	random := rand.New(rand.NewPCG(7, 1))
	applied := 0
	for range 20_000 {
		throws := make([]byte, 40)
		for i := range throws {
			throws[i] = byte(random.Uint32())
		}
		d := dice(throws)
		attrs, err := rt.Decode([]byte(d.pick(benchUser, `{"userName":"x","badge":"1","emails":[{"value":"h@x"},{"value":"w","type":"work","primary":true}],"seats":[{"floor":2}],"urn:acme:User":{"x":[{"y":"1"}]}}`)), nil)
		if err != nil {
			t.Fatal(err)
		}
		body := d.patch()
		p, err := rt.DecodePatch([]byte(body), "id1", nil)
		if err != nil {
			wantClientError(t, err)
			continue
		}
		applied++
		checkPatch(t, rt, p, attrs)
		if t.Failed() {
			t.Fatal(body)
		}
	}
	if applied < 2000 {
		t.Errorf("only %d patches could be decoded", applied)
	}
}

func checkPatch(t *testing.T, rt *scim.ResourceType, p *scim.Patch, attrs *scim.Object) {
	r := &scim.Resource{ID: "id1", Attrs: attrs}
	before := attrs.Clone()
	changed, err := p.Apply(r)
	if err != nil {
		wantClientError(t, err)
		if r.Attrs != attrs || !attrs.Equal(before) {
			t.Fatal("a failed patch changed the resource")
		}
		return
	}
	if !attrs.Equal(before) {
		t.Fatal("a patch changed the old attributes in place")
	}
	if changed == r.Attrs.Equal(before) {
		t.Fatalf("changed is %v\n%s\n%s", changed, before.AppendJSON(nil), r.Attrs.AppendJSON(nil))
	}
	sameAgain(t, rt, r.Attrs)
	named := map[string]bool{}
	for _, op := range p.Ops {
		name := op.Path.URI + "|" + strings.ToLower(op.Path.Attr)
		if op.Verb != scim.Replace || op.Path.Filter != nil || named[name] {
			return // where operations build on each other, a second time is another thing
		}
		named[name] = true
	}
	once := r.Attrs.Clone()
	if again, err := p.Apply(r); err != nil || again {
		t.Fatalf("the same replacements again: %v %v\n%s\n%s", again, err, once.AppendJSON(nil), r.Attrs.AppendJSON(nil))
	}
}

func FuzzServer(f *testing.F) {
	for _, m := range []string{"POST", "PUT", "PATCH"} {
		for _, b := range bodies(f, m) {
			f.Add(m, "/Users/{id}", "", b, "")
			f.Add(m, "/Users", "attributes=userName", b, "")
		}
	}
	f.Add("GET", "/Users", `filter=name.familyName co "e" and not (active eq false)&sortBy=meta.created&count=1&cursor`, "", "")
	f.Add("GET", "/", `filter=meta.resourceType eq "User"&startIndex=2&sortBy=externalId`, "", "")
	f.Add("POST", "/.search", "", `{"filter":"userName pr","cursor":"","count":1,"attributes":["emails.value"]}`, "")
	f.Add("POST", "/Users/.search", "", `{"sortBy":"emails","sortOrder":"descending","startIndex":1}`, "")
	f.Add("POST", "/Bulk", "", `{"failOnErrors":1,"Operations":[{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"G","members":[{"value":"bulkId:u"}]}},{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"bulk","manager":"bulkId:g"}},{"method":"DELETE","path":"/Users/bulkId:u"}]}`, "")
	f.Add("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "", "", "")
	f.Add("GET", "/ResourceTypes", "", "", "")
	f.Add("GET", "/ServiceProviderConfig", "", "", "")
	f.Add("DELETE", "/Users/{id}", "", "", `W/"1"`)
	types := []*scim.ResourceType{fuzzType(), scim.GroupType()}
	server := &scim.Server{Types: types}
	f.Fuzz(func(t *testing.T, method, path, query, body, ifMatch string) {
		users, groups, id := fuzzStores(t, types)
		req := httptest.NewRequest("GET", "http://x/", strings.NewReader(body))
		req.Method, req.URL = method, &url.URL{Path: "/", RawQuery: query}
		req.Header.Set("If-Match", ifMatch)
		w := httptest.NewRecorder()
		h := &scim.Handler{Server: server, Backends: map[string]scim.Backend{"User": users, "Group": groups}, InsecureNoAuthentication: true}
		req.URL.Path = strings.ReplaceAll(path, "{id}", id)
		h.ServeHTTP(w, req)
		if w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("not JSON: %s", w.Body)
		}
		checkStore(t, types[0], users)
		checkStore(t, types[1], groups)
	})
}

func fuzzStores(t *testing.T, types []*scim.ResourceType) (users, groups *scim.Memory, id string) {
	users, groups = scim.NewMemory(types[0]), scim.NewMemory(types[1])
	for _, body := range []string{benchUser, `{"userName":"bob","badge":"7","level":2,"emails":[{"value":"b@x.example"}]}`} {
		o, err := types[0].Decode([]byte(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := users.Create(context.Background(), &scim.Resource{Attrs: o})
		if err != nil {
			t.Fatal(err)
		}
		id = r.ID
	}
	o, _ := types[1].Decode([]byte(`{"displayName":"G","members":[{"value":"m1"},{"value":"m2"}]}`), nil)
	if _, err := groups.Create(context.Background(), &scim.Resource{Attrs: o}); err != nil {
		t.Fatal(err)
	}
	return users, groups, id
}

// checkStore checks what must hold of all resources, whatever was sent.
func checkStore(t *testing.T, rt *scim.ResourceType, m *scim.Memory) {
	page, err := m.List(context.Background(), &scim.Query{Type: rt, Start: 1, Count: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, r := range page.Resources {
		sameAgain(t, rt, r.Attrs)
		if _, ok := r.Attrs.Get("password"); ok {
			t.Fatal("password was kept")
		}
		name := strings.ToLower(r.Attrs.Str("userName") + r.Attrs.Str("displayName"))
		if u := r.Attrs.Str("userName"); rt.Name == "User" {
			name = strings.ToLower(u)
		}
		if name == "" || names[name] {
			t.Fatalf("%q is empty or there twice", name)
		}
		names[name] = true
		if r.Modified.Before(r.Created) || r.Version == "" {
			t.Fatal("times or version are wrong")
		}
	}
}
