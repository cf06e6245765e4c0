package lab_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

type object = map[string]any

// server is a deliberately naive SCIM server: just enough for a directory to
// push to, with knobs to break it.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	docs  map[string][]object // by endpoint
	next  int
	token string
	// fault answers instead of the server where it gives a status.
	fault func(r *http.Request, n int) int
	asked int
	// breakage spoils what was stored or is answered.
	wipeOnRemove, forgetTitle, showDeleted, dropOnDisable bool
}

func newServer(t *testing.T) *server {
	s := &server{docs: map[string][]object{}, token: "secret"}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.fault != nil {
		if status := s.fault(r, s.asked); status != 0 {
			w.Header().Set("Retry-After", "0")
			s.answer(w, status, object{"detail": "made to fail", "status": strconv.Itoa(status)})
			return
		}
	}
	if r.Header.Get("Authorization") != "Bearer "+s.token {
		s.answer(w, 401, object{"detail": "wrong token"})
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	status, doc := s.handle(r, "/"+parts[0], strings.Join(parts[1:], "/"))
	s.answer(w, status, doc)
}

func (s *server) answer(w http.ResponseWriter, status int, doc object) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(status)
	if doc != nil && status != 204 {
		_ = json.NewEncoder(w).Encode(doc)
	}
}

func (s *server) handle(r *http.Request, endpoint, id string) (int, object) {
	var body object
	if r.Body != nil {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	if id == "" && r.Method == "POST" {
		return s.create(endpoint, body)
	}
	if id == "" {
		return s.list(r, endpoint)
	}
	i := slices.IndexFunc(s.docs[endpoint], func(o object) bool { return o["id"] == id })
	if i < 0 {
		return 404, object{"detail": "no " + id}
	}
	doc := s.docs[endpoint][i]
	switch r.Method {
	case "PATCH":
		s.patch(doc, body)
	case "PUT":
		body["id"] = id
		s.docs[endpoint][i] = body
		s.settle(body)
	case "DELETE":
		if !s.showDeleted {
			s.docs[endpoint] = slices.Delete(s.docs[endpoint], i, i+1)
		}
		for _, g := range s.docs["/Groups"] {
			removeMember(g, id)
		}
		return 204, nil
	}
	return 200, s.docs[endpoint][i]
}

func (s *server) create(endpoint string, body object) (int, object) {
	for _, o := range s.docs[endpoint] {
		if endpoint == "/Users" && strings.EqualFold(fmt.Sprint(o["userName"]), fmt.Sprint(body["userName"])) {
			return 409, object{"detail": "userName is taken", "scimType": "uniqueness"}
		}
	}
	s.next++
	body["id"] = fmt.Sprintf("id-%d", s.next)
	delete(body, "password")
	s.settle(body)
	s.docs[endpoint] = append(s.docs[endpoint], body)
	return 201, body
}

// settle brings booleans and breakages into what is stored.
func (s *server) settle(doc object) {
	if text, ok := doc["active"].(string); ok {
		doc["active"] = strings.EqualFold(text, "true")
	}
	if s.forgetTitle {
		delete(doc, "title")
	}
	if s.dropOnDisable && doc["active"] == false {
		for _, g := range s.docs["/Groups"] {
			removeMember(g, doc["id"].(string))
		}
	}
}

func (s *server) list(r *http.Request, endpoint string) (int, object) {
	q := r.URL.Query()
	found := []object{}
	for _, o := range s.docs[endpoint] {
		if matches(o, q.Get("filter")) {
			found = append(found, o)
		}
	}
	start, _ := strconv.Atoi(q.Get("startIndex"))
	count, err := strconv.Atoi(q.Get("count"))
	if err != nil {
		count = 1000
	}
	start = min(max(start, 1), len(found)+1)
	page := found[start-1 : min(len(found), start-1+count)]
	return 200, object{"totalResults": len(found), "startIndex": start, "itemsPerPage": len(page), "Resources": page}
}

// matches knows eq and and, and every target path as text.
func matches(doc object, filter string) bool {
	if filter == "" {
		return true
	}
	for _, part := range strings.Split(filter, " and ") {
		i := strings.LastIndex(part, " eq ")
		var want string
		_ = json.Unmarshal([]byte(part[i+4:]), &want)
		path := strings.Replace(part[:i], "manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", 1)
		got := value(doc, path)
		if o, ok := got.(object); ok {
			got = o["value"]
		}
		if list, ok := got.([]any); ok {
			if !slices.ContainsFunc(list, func(e any) bool { return e.(object)["value"] == want }) {
				return false
			}
			continue
		}
		if text, _ := got.(string); !strings.EqualFold(text, want) {
			return false
		}
	}
	return true
}

// steps cuts a path into keys; "[type eq \"work\"]" stays one step.
func steps(path string) []string {
	var out []string
	if strings.HasPrefix(path, "urn:") {
		i := strings.LastIndex(strings.SplitN(path, "[", 2)[0], ":")
		out, path = append(out, path[:i]), path[i+1:]
	}
	if before, rest, ok := strings.Cut(path, "["); ok {
		inside, after, _ := strings.Cut(rest, "]")
		out = append(out, before, "["+inside)
		path = strings.TrimPrefix(after, ".")
		if path == "" {
			return out
		}
	}
	return append(out, strings.Split(path, ".")...)
}

func value(v any, path string) any {
	for _, step := range steps(path) {
		if strings.HasPrefix(step, "[") {
			list, _ := v.([]any)
			v = pickElement(list, step)
			continue
		}
		o, _ := v.(object)
		v = o[step]
	}
	return v
}

func pickElement(list []any, step string) any {
	words := strings.SplitN(step[1:], " ", 3)
	want := strings.Trim(words[2], `"`)
	for _, e := range list {
		if strings.EqualFold(fmt.Sprint(e.(object)[words[0]]), want) {
			return e
		}
	}
	return nil
}

func (s *server) patch(doc, body object) {
	ops, _ := body["Operations"].([]any)
	for _, v := range ops {
		op := v.(object)
		verb := strings.ToLower(op["op"].(string))
		if path, ok := op["path"].(string); ok {
			s.apply(doc, verb, path, op["value"])
			continue
		}
		for path, v := range op["value"].(object) {
			s.apply(doc, verb, path, v)
		}
	}
	s.settle(doc)
}

func (s *server) apply(doc object, verb, path string, v any) {
	switch {
	case path == "members" && verb == "add":
		for _, m := range v.([]any) {
			id := m.(object)["value"].(string)
			removeMember(doc, id)
			list, _ := doc["members"].([]any)
			doc["members"] = append(list, object{"value": id})
		}
	case path == "members" && verb == "remove":
		for _, m := range v.([]any) {
			removeMember(doc, m.(object)["value"].(string))
		}
		if s.wipeOnRemove {
			delete(doc, "members")
		}
	case strings.HasPrefix(path, "members["):
		removeMember(doc, strings.Split(path, `"`)[1])
	default:
		set(doc, path, v)
	}
}

func removeMember(g object, id string) {
	list, _ := g["members"].([]any)
	g["members"] = slices.DeleteFunc(list, func(e any) bool { return e.(object)["value"] == id })
}

func set(doc object, path string, v any) {
	keys := steps(path)
	for i, step := range keys[:len(keys)-1] {
		if strings.HasPrefix(keys[i+1], "[") {
			list, _ := doc[step].([]any)
			e, _ := pickElement(list, keys[i+1]).(object)
			if e == nil {
				words := strings.SplitN(keys[i+1][1:], " ", 3)
				e = object{words[0]: strings.Trim(words[2], `"`)}
				doc[step] = append(list, e)
			}
			doc = e
			continue
		}
		if strings.HasPrefix(step, "[") {
			continue
		}
		child, ok := doc[step].(object)
		if !ok {
			child = object{}
			doc[step] = child
		}
		doc = child
	}
	if last := keys[len(keys)-1]; last == "manager" {
		doc[last] = object{"value": v}
	} else {
		doc[last] = v
	}
}
