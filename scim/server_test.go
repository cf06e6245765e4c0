package scim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

func serveFunc(t testing.TB, f http.HandlerFunc) *service {
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return &service{t: t, url: srv.URL}
}

func TestWrongMethodsAreAnsweredWithTheRightOnes(t *testing.T) {
	s := newService(t)
	id := s.create(`"userName":"u"`).id()
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/Users", "GET, POST"}, {"DELETE", "/Users", "GET, POST"}, {"PATCH", "/Users", "GET, POST"}, {"OPTIONS", "/Users", "GET, POST"},
		{"POST", "/Users/" + id, "GET, PUT, PATCH, DELETE"}, {"GET", "/Bulk", "POST"}, {"GET", "/.search", "POST"},
		{"POST", "/Schemas", "GET"}, {"DELETE", "/ServiceProviderConfig", "GET"}, {"PUT", "/", "GET"},
	} {
		r := s.do(c.method, c.path, "").want(405)
		if got := r.header.Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow is %q, want %q", c.method, c.path, got, c.allow)
		}
	}
	if r := s.do("HEAD", "/Users/"+id, "").want(200); r.text != "" || r.header.Get("ETag") == "" {
		t.Errorf("HEAD: %q", r.text)
	}
}

func TestWrongPathsAreAnsweredWithTheRightOnes(t *testing.T) {
	s := newService(t)
	for _, path := range []string{"/User", "/v2/Users", "/Users/1/2", "/Users/1/members", "/Bulk/1", "/.search/x", "/me/x/y"} {
		r := s.do("GET", path, "")
		if r.status != 404 && r.status != 501 {
			t.Errorf("%s: %d %s", path, r.status, r.text)
		}
	}
	if r := s.do("GET", "/Peoples", "").want(404); !strings.Contains(r.text, "/Users") {
		t.Errorf("no hint: %s", r.text)
	}
	if r := s.do("GET", "/Users/"+strings.Repeat("x", 5000), "").want(404); len(r.text) > 6000 {
		t.Error("the whole id is echoed")
	}
	for _, path := range []string{"//Users", "/Users//", "/users", "///USERS///"} {
		s.do("GET", path, "").want(200)
	}
	id := s.create(`"userName":"u"`).id()
	s.do("GET", "//Users//"+id+"//", "").want(200)
}

func TestOddPathsAreTheClientsMistakeWhereverTheyStand(t *testing.T) {
	s := newService(t)
	id := s.do("POST", "/Users", benchUser).want(201).id()
	for _, path := range []string{
		"", " ", ".", "a.", ".a", "a..b", "urn:", "urn:x", "urn::", "urn:::a", "urn:a:b:", "urn:example:2.0", "urn:example:2.0:", "urn:example:2.0:User.x",
		scim.UserURN, scim.UserURN + ":", scim.UserURN + ".x", ent, ent + ":", ent + ".x", ent + ":.x", ent + `[department eq "x"]`, `urn:example:2.0[a eq "b"]`,
		`urn:example:2.0:l[a eq "b"].c`, "id", "id.x", "meta", "meta.x", "schemas", `schemas[value eq "x"]`, "emails[", "emails]", "emails[]", "emails[x]", `emails[type eq "x"`,
		`emails[type eq "x"]]`, `emails[type eq "x"].`, `emails[type eq "x"].value.y`, `emails[emails[type eq "x"].value eq "y"]`, "emails.", "$ref", "members", "\"x\"", "not", "😀", strings.Repeat("a.", 5000),
	} {
		quoted, _ := json.Marshal(path)
		encoded := url.QueryEscape(path)
		for _, r := range []*reply{
			s.do("GET", "/Users?sortBy="+encoded, ""), s.do("GET", "/Users?attributes="+encoded, ""), s.do("GET", "/Users/"+id+"?excludedAttributes="+encoded, ""),
			s.do("GET", "/Users?filter="+encoded+"+pr", ""), s.do("GET", "/?filter="+encoded+"+eq+%22x%22&sortBy="+encoded, ""), s.do("GET", "/Users?filter="+encoded, ""),
			s.patch("/Users/"+id, `{"op":"add","path":`+string(quoted)+`,"value":"x"}`), s.patch("/Users/"+id, `{"op":"replace","path":`+string(quoted)+`,"value":{"a":1}}`),
			s.patch("/Users/"+id, `{"op":"remove","path":`+string(quoted)+`}`), s.patch("/Users/"+id, `{"op":"remove","path":`+string(quoted)+`,"value":[{"value":"x"}]}`),
			s.patch("/Users/"+id, `{"op":"add","value":{`+string(quoted)+`:{"a":1}}}`), s.patch("/Users/"+id, `{"op":"add","value":{`+string(quoted)+`:["a"]}}`),
			s.do("POST", "/Users/.search", `{"sortBy":`+string(quoted)+`,"attributes":[`+string(quoted)+`]}`),
		} {
			if r.status >= 500 {
				t.Errorf("%q: %d %s", path, r.status, r.text)
			}
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	s := newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{scim.UserType()}, Limits: scim.Limits{MaxBody: 1000, MaxBulkBody: 2000, MaxDepth: 5, MaxOperations: 2}})
	fits := `{"userName":"u","title":"` + strings.Repeat("x", 950) + `"}`
	id := s.do("POST", "/Users", fits).want(201).id()
	exact := `{"userName":"u2","title":"` + strings.Repeat("x", 1000-len(`{"userName":"u2","title":""}`)) + `"}`
	s.do("POST", "/Users", exact).want(201)
	big := `{"userName":"u","title":"` + strings.Repeat("x", 1000) + `"}`
	s.do("POST", "/Users", big).want(413)
	s.do("PUT", "/Users/"+id, big).want(413)
	s.do("PATCH", "/Users/"+id, big).want(413)
	s.do("POST", "/.search", big).want(413)
	s.do("POST", "/Bulk", `{"Operations":[],"x":"`+strings.Repeat("x", 1500)+`"}`).want(200)
	s.do("POST", "/Bulk", `{"Operations":[],"x":"`+strings.Repeat("x", 2500)+`"}`).want(413)
	s.do("POST", "/Bulk", `{"Operations":[{"method":"POST","bulkId":"1","path":"/Users","data":`+big+`}]}`).want(200).has("Operations.0.status", `"413"`)
	req, _ := http.NewRequest("POST", s.url+"/Users", struct{ *strings.Reader }{strings.NewReader(big)}) // length unknown
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 413 {
		t.Error(res, err)
	}
	s.do("POST", "/Users", `{"userName":"d","a":{"b":{"c":{"d":{"e":{}}}}}}`).want(400, "invalidSyntax")
	op := `{"op":"add","path":"title","value":"x"}`
	s.patch("/Users/"+id, op+","+op+","+op).want(413)
	s.do("POST", "/Users", `{"userName":"z"}`, "Content-Encoding: gzip").want(415)
}

// RFC 7644 §3.14
func TestVersionsGuardAgainstLostUpdates(t *testing.T) {
	s := newService(t)
	made := s.create(`"userName":"u"`)
	path, tag := "/Users/"+made.id(), made.header.Get("ETag")
	if tag != `W/"1"` {
		t.Fatalf("ETag is %s", tag)
	}
	if r := s.do("GET", path, "", "If-None-Match: "+tag).want(304); r.text != "" || r.header.Get("ETag") != tag {
		t.Error(r.text, r.header)
	}
	s.do("GET", path, "", `If-None-Match: "0", `+tag).want(304)
	s.do("GET", path, "", "If-None-Match: *").want(304)
	s.do("GET", path, "", `If-None-Match: W/"0"`).want(200)
	op := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"T"}]}`
	s.do("PATCH", path, op, `If-Match: W/"9"`).want(412)
	s.do("PUT", path, `{"userName":"x"}`, `If-Match: W/"9"`).want(412)
	s.do("DELETE", path, "", `If-Match: W/"9"`).want(412)
	s.do("PUT", path, `{"userName":"x"}`, "If-None-Match: *").want(412)
	s.do("GET", path, "").has("userName", `"u"`).lacks("title")
	s.do("PATCH", path, op, "If-Match: "+tag).want(200).has("meta.version", `"W/\"2\""`)
	s.do("PATCH", path, op, "If-Match: "+tag).want(412)
	s.do("PUT", path, `{"userName":"y"}`, `If-Match: "2"`).want(200)
	s.do("PUT", path, `{"userName":"z"}`, `If-Match: *`).want(200)
	s.do("DELETE", path, "", `If-Match: W/"4"`).want(204)
	s.do("PUT", path, `{"userName":"z"}`, `If-Match: *`).want(404)
}

func TestAHandlerLetsNobodyInUnlessToldTo(t *testing.T) {
	users := map[string]scim.Backend{"User": scim.NewMemory(scim.UserType())}
	if r := serve(t, &scim.Handler{Backends: users}).do("GET", "/Users", ""); r.status != 500 {
		t.Errorf("no authentication was configured: %d", r.status)
	}
	h := &scim.Handler{Backends: users, Prefix: "/scim", BaseURL: "https://a.example/scim", Authenticate: func(r *http.Request) error {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			return nil
		case "Bearer lapsed":
			return scim.Forbidden("The plan has lapsed.")
		}
		return errors.New("hash mismatch")
	}}
	s := serve(t, h)
	r := s.do("GET", "/Users", "").want(401)
	if r.header.Get("WWW-Authenticate") == "" || strings.Contains(r.text, "hash") {
		t.Error(r.header, r.text)
	}
	s.do("GET", "/Users", "", "Authorization: Bearer lapsed").want(403).has("detail", `"The plan has lapsed."`)
	s.do("GET", "/Users", "", "Authorization: Bearer good").want(200)
	made := s.do("POST", "/Users", `{"userName":"u"}`, "Authorization: Bearer good").want(201)
	made.has("meta.location", `"https://a.example/scim/Users/`+made.id()+`"`)
	outside := &service{t: t, url: strings.TrimSuffix(s.url, "/scim")}
	outside.do("GET", "/elsewhere", "", "Authorization: Bearer good").want(404)
}

func TestWriteErrorIsTheOneErrorWriter(t *testing.T) {
	s := &scim.Server{}
	for _, c := range []struct {
		err    error
		status int
		body   string
	}{
		{scim.Conflict("taken"), 409, `"status":"409","scimType":"uniqueness","detail":"taken"`},
		{fmt.Errorf("wrapped: %w", scim.Forbidden("no")), 403, `"status":"403","detail":"no"`},
		{&scim.Error{Status: 429, Detail: "slow", Err: errors.New("hidden")}, 429, `"status":"429","detail":"slow"`},
		{&scim.Error{Detail: "odd"}, 500, `"status":"500","detail":"odd"`},
		{errors.New("hidden"), 500, `"status":"500"`},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Retry-After", "3")
		s.WriteError(w, c.err)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) || strings.Contains(w.Body.String(), "hidden") || w.Header().Get("Retry-After") != "3" {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
	}
	e := &scim.Error{Status: 400, Type: "tooMany", Detail: "d", Err: errors.New("cause")}
	if !strings.Contains(e.Error(), "cause") || errors.Unwrap(e) == nil || scim.TooMany("d").Type != "tooMany" || scim.InvalidCursor().Type != "invalidCursor" {
		t.Error(e)
	}
}

func TestParallelRequestsLoseNothing(t *testing.T) {
	s := newService(t)
	codes := s.parallel(10, func(int) int { return s.do("POST", "/Users", `{"userName":"same"}`).status })
	if codes[201] != 1 || codes[409] != 9 {
		t.Errorf("ten POSTs of one name gave %v", codes)
	}
	id := s.createGroup(`"displayName":"G","members":[{"value":"keep"}]`).id()
	s.parallel(64, func(i int) int {
		s.patch("/Groups/"+id, fmt.Sprintf(`{"op":"Add","path":"members","value":[{"value":"m%d"}]}`, i)).want(204)
		if i%2 == 0 {
			s.patch("/Groups/"+id, fmt.Sprintf(`{"op":"Remove","path":"members","value":[{"value":"m%d"}]}`, i)).want(204)
		}
		return 204
	})
	if members := s.do("GET", "/Groups/"+id, "").at("members").([]any); len(members) != 33 {
		t.Errorf("%d members, want 33", len(members))
	}
}

// parallel runs f n times at once and counts its results. The service notes nothing meanwhile.
func (s *service) parallel(n int, f func(i int) int) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	codes := map[int]int{}
	for i := range n {
		wg.Go(func() {
			code := f(i)
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
		})
	}
	wg.Wait()
	return codes
}
