package scim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom-id/anteroom/scim"
)

// service is a SCIM service over Memory that tests talk to over HTTP.
type service struct {
	t      testing.TB
	url    string
	users  *scim.Memory
	groups *scim.Memory

	mu    sync.Mutex
	notes scim.Notes // of the last request
}

func newService(t testing.TB) *service {
	return newServiceOf(t, &scim.Server{Types: []*scim.ResourceType{scim.UserType(), scim.GroupType()}})
}

func newServiceOf(t testing.TB, s *scim.Server) *service {
	svc := &service{t: t, users: scim.NewMemory(s.Types[0])}
	backends := map[string]scim.Backend{s.Types[0].Name: svc.users}
	if len(s.Types) > 1 {
		svc.groups = scim.NewMemory(s.Types[1])
		backends[s.Types[1].Name] = svc.groups
	}
	srv := httptest.NewServer(&scim.Handler{
		Server: s, Prefix: "/scim/v2", Backends: backends, InsecureNoAuthentication: true,
		Observe: func(_ *http.Request, n scim.Notes) {
			svc.mu.Lock()
			defer svc.mu.Unlock()
			svc.notes = n
		},
	})
	t.Cleanup(srv.Close)
	svc.url = srv.URL + "/scim/v2"
	return svc
}

// serve starts a handler.
func serve(t testing.TB, h *scim.Handler) *service {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &service{t: t, url: srv.URL + h.Prefix}
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	text   string
	body   map[string]any
}

// do sends a request; headers are "Name: value".
func (s *service) do(method, path, body string, headers ...string) *reply {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &reply{t: s.t, status: res.StatusCode, header: res.Header, text: string(text)}
	if len(text) > 0 {
		r.body = object(s.t, string(text))
	}
	return r
}

// object reads a JSON object; numbers stay as they are written.
func object(t testing.TB, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		t.Fatalf("not a JSON object: %v\n%s", err, text)
	}
	return o
}

// want checks the status, and for errors the scimType: want(409, "uniqueness").
func (r *reply) want(status int, scimType ...string) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status is %d, want %d\n%s", r.status, status, r.text)
	}
	if status >= 400 {
		r.wantError(scimType...)
	}
	return r
}

func (r *reply) wantError(scimType ...string) {
	r.t.Helper()
	if got := r.at("schemas.0"); got != "urn:ietf:params:scim:api:messages:2.0:Error" {
		r.t.Errorf("schemas of the error: %v", got)
	}
	if got, ok := r.body["status"].(string); !ok || got != http.StatusText(r.status) && got == "" {
		r.t.Errorf("status in the error must be a string: %v", r.body["status"])
	}
	if len(scimType) > 0 && r.body["scimType"] != scimType[0] {
		r.t.Errorf("scimType is %v, want %s\n%s", r.body["scimType"], scimType[0], r.text)
	}
	if d, _ := r.body["detail"].(string); d == "" {
		r.t.Errorf("no detail: %s", r.text)
	}
}

// at follows a path such as "emails.0.value"; a URN, which has dots itself, can only be the first
// part and ends with "|".
func (r *reply) at(path string) any {
	r.t.Helper()
	return at(r.body, path)
}

func at(v any, path string) any {
	var parts []string
	if urn, rest, ok := strings.Cut(path, "|"); ok {
		parts = append(parts, urn)
		path = rest
	}
	if path != "" {
		parts = append(parts, strings.Split(path, ".")...)
	}
	for _, p := range parts {
		switch c := v.(type) {
		case map[string]any:
			v = c[p]
		case []any:
			i := 0
			for _, d := range p {
				i = i*10 + int(d-'0')
			}
			if i >= len(c) {
				return nil
			}
			v = c[i]
		default:
			return nil
		}
	}
	return v
}

// has checks the value at a path, given as JSON.
func (r *reply) has(path, want string) *reply {
	r.t.Helper()
	var w any
	d := json.NewDecoder(strings.NewReader(want))
	d.UseNumber()
	if err := d.Decode(&w); err != nil {
		r.t.Fatalf("bad want %s: %v", want, err)
	}
	if got := r.at(path); !reflect.DeepEqual(got, w) {
		text, _ := json.Marshal(got)
		r.t.Errorf("%s is %s, want %s", path, text, want)
	}
	return r
}

// lacks checks that there is nothing at the paths.
func (r *reply) lacks(paths ...string) *reply {
	r.t.Helper()
	for _, p := range paths {
		if got := r.at(p); got != nil {
			r.t.Errorf("%s is %v, want nothing", p, got)
		}
	}
	return r
}

func (r *reply) id() string {
	r.t.Helper()
	id, _ := r.body["id"].(string)
	if id == "" {
		r.t.Fatalf("no id: %s", r.text)
	}
	return id
}

// create makes a user of the attributes, given as JSON members.
func (s *service) create(members string) *reply {
	s.t.Helper()
	return s.do("POST", "/Users", `{"schemas":["`+scim.UserURN+`"],`+members+`}`).want(201)
}

func (s *service) createGroup(members string) *reply {
	s.t.Helper()
	return s.do("POST", "/Groups", `{"schemas":["`+scim.GroupURN+`"],`+members+`}`).want(201)
}

// patch sends operations, given as JSON members of the list.
func (s *service) patch(path, operations string) *reply {
	s.t.Helper()
	return s.do("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
}

func (s *service) noted(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.notes {
		if n.Code == code {
			return true
		}
	}
	return false
}

func (s *service) wantNote(code string) {
	s.t.Helper()
	if !s.noted(code) {
		s.t.Errorf("no note %q: %v", code, s.notes)
	}
}
