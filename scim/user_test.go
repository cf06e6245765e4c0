package scim_test

import (
	"strings"
	"testing"
	"time"
)

func TestAUserLivesFromPostToDelete(t *testing.T) {
	s := newService(t)
	made := s.do("POST", "/Users", benchUser).want(201)
	id := made.id()
	made.has("userName", `"anna.lindqvist@contoso.example"`).
		has("active", `true`).
		has("meta.resourceType", `"User"`).
		has("meta.location", `"`+s.url+`/Users/`+id+`"`).
		has("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User|department", `"Delivery"`).
		has("schemas", `["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`)
	for _, name := range []string{"created", "lastModified"} {
		text, _ := made.at("meta." + name).(string)
		if at, err := time.Parse("2006-01-02T15:04:05.000Z", text); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("meta.%s is %q", name, text)
		}
	}
	if made.header.Get("Location") != made.at("meta.location") {
		t.Errorf("Location %q differs from meta.location", made.header.Get("Location"))
	}
	if made.header.Get("ETag") != made.at("meta.version") {
		t.Errorf("ETag %q differs from meta.version", made.header.Get("ETag"))
	}
	if got := made.header.Get("Content-Type"); got != "application/scim+json; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := made.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if read := s.do("GET", "/Users/"+id, "").want(200); read.text != made.text {
		t.Errorf("read %s\nmade %s", read.text, made.text)
	}
	s.patch("/Users/"+id, `{"op":"replace","path":"title","value":"Director"}`).want(200).has("title", `"Director"`)
	if r := s.do("DELETE", "/Users/"+id, "").want(204); r.text != "" {
		t.Errorf("a 204 has a body: %q", r.text)
	}
	s.do("GET", "/Users/"+id, "").want(404)
	s.do("DELETE", "/Users/"+id, "").want(404)
	s.patch("/Users/"+id, `{"op":"replace","path":"title","value":"x"}`).want(404)
	s.do("PUT", "/Users/"+id, `{"userName":"x"}`).want(404)
}

func TestAUserNameIsUniqueInAnyCaseAndFreeAfterDelete(t *testing.T) {
	s := newService(t)
	id := s.create(`"userName":"ann@x.com"`).id()
	r := s.do("POST", "/Users", `{"userName":"ANN@x.com"}`).want(409, "uniqueness")
	if !strings.Contains(r.text, "userName") {
		t.Errorf("the detail does not name the attribute: %s", r.text)
	}
	other := s.create(`"userName":"bob@x.com"`).id()
	s.patch("/Users/"+other, `{"op":"replace","path":"userName","value":"Ann@X.com"}`).want(409, "uniqueness")
	s.do("GET", "/Users/"+other, "").has("userName", `"bob@x.com"`)
	s.do("DELETE", "/Users/"+id, "").want(204)
	s.create(`"userName":"ann@x.com"`)
}

func TestAPasswordIsNeverStoredAndNeverReturned(t *testing.T) {
	s := newService(t)
	made := s.create(`"userName":"ann","password":"t0p secret"`)
	s.wantNote("dropped-secret")
	id := made.id()
	for _, r := range []*reply{
		made,
		s.do("GET", "/Users/"+id, ""),
		s.do("GET", "/Users/"+id+"?attributes=password,userName", ""),
		s.do("GET", "/Users?attributes=password", ""),
		s.patch("/Users/"+id, `{"op":"replace","path":"password","value":"t0p secret"}`),
		s.patch("/Users/"+id, `{"op":"replace","value":{"password":"t0p secret"}}`),
		s.do("PUT", "/Users/"+id, `{"userName":"ann","password":"t0p secret"}`),
	} {
		if r.status >= 300 || strings.Contains(r.text, "secret") || strings.Contains(r.text, "password") {
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	s.patch("/Users/"+id, `{"op":"add","path":"password","value":"x"}`)
	s.wantNote("dropped-secret")
	s.do("GET", "/Users?filter=password+sw+%22t%22", "").want(400, "invalidFilter")
	s.do("GET", "/Users?sortBy=password", "").want(400, "invalidPath")
}
