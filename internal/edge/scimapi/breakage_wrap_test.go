package scimapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	ofUsers      = "urn:ietf:params:scim:schemas:core:2.0:User"
	ofGroups     = "urn:ietf:params:scim:schemas:core:2.0:Group"
	ofEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	ofErrors     = "urn:ietf:params:scim:api:messages:2.0:Error"
	ofPatches    = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// object is a decoded JSON object.
type object = map[string]any

// exchange is one request on its way into a spoilt server.
type exchange struct {
	r    *http.Request
	path string // below the base, without doubled and trailing slashes: /Users/1
	body object // what was sent, nil when that is no JSON object
	raw  []byte // as it was sent
	was  []byte // body, encoded before anybody changed it
	base string
	good http.Handler
}

// answer is what comes out.
type answer struct {
	status int
	header http.Header
	raw    []byte // as it came; body counts where there is one
	body   any    // decoded by doc, when somebody first looks; nil when it is no JSON
}

// spoil answers a request in the good server's place. It may change the
// request, hand it on with pass, ask the good server more with ask, and change
// the answer.
type spoil func(x *exchange) *answer

// around puts a spoil in front of the good server, whose SCIM base is base.
func around(good http.Handler, base string, do spoil) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		path := "/" + strings.Join(strings.FieldsFunc(strings.TrimPrefix(r.URL.Path, base), func(c rune) bool { return c == '/' }), "/")
		x := &exchange{r: r, path: path, raw: raw, base: base, good: good}
		_ = json.Unmarshal(raw, &x.body) // left nil when it is no object
		x.was = encoded(x.body)
		a := do(x)
		for k, v := range a.header {
			w.Header()[k] = v
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.text())
	})
}

// pass hands the request, as it is now, to the good server.
func (x *exchange) pass() *answer {
	body := x.raw
	if now := encoded(x.body); !bytes.Equal(now, x.was) {
		body = now
	}
	r := x.r.Clone(x.r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return x.send(r)
}

// ask makes another request to the good server, as the same client.
func (x *exchange) ask(method, path string, body any) *answer {
	r := httptest.NewRequest(method, x.base+path, bytes.NewReader(encoded(body)))
	r.Host = x.r.Host
	r.Header.Set("Authorization", x.r.Header.Get("Authorization"))
	r.Header.Set("Content-Type", "application/scim+json")
	return x.send(r)
}

func (x *exchange) send(r *http.Request) *answer {
	rec := httptest.NewRecorder()
	x.good.ServeHTTP(rec, r)
	return &answer{status: rec.Code, header: rec.Header(), raw: rec.Body.Bytes()}
}

func (a *answer) text() []byte {
	if a.body == nil {
		return a.raw
	}
	return encoded(a.body)
}

func encoded(v any) []byte {
	if o, is := v.(object); v == nil || is && o == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// is says whether the request has this method and goes to an endpoint, or to
// one resource below it.
func (x *exchange) is(method, endpoint string) bool {
	return x.r.Method == method && (x.path == endpoint || strings.HasPrefix(x.path, endpoint+"/"))
}

// id of the resource that the path names, "" for an endpoint.
func (x *exchange) id() string {
	_, id, _ := strings.Cut(strings.TrimPrefix(x.path, "/"), "/")
	return id
}

// lists says whether the request asks for a list.
func (x *exchange) lists() bool {
	return x.r.Method == "GET" && (x.path == "/Users" || x.path == "/Groups")
}

func (x *exchange) param(name string) string { return x.r.URL.Query().Get(name) }

// set changes a query parameter, and drops it when the value is "".
func (x *exchange) set(name, value string) {
	q := x.r.URL.Query()
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	x.r.URL.RawQuery = q.Encode()
}

// operations of a PATCH.
func (x *exchange) operations() []object {
	if x.r.Method != "PATCH" {
		return nil
	}
	return objects(x.body["Operations"])
}

// read gives a resource as it is now, nil when there is none.
func (x *exchange) read(path string) object {
	a := x.ask("GET", path, nil)
	if a.status != 200 {
		return nil
	}
	return a.doc()
}

// find gives what a filter selects, at most 100.
func (x *exchange) find(endpoint, filter string) []object {
	return objects(x.ask("GET", endpoint+"?filter="+url.QueryEscape(filter), nil).doc()["Resources"])
}

// doc is the answer's body as an object, to be read and changed.
func (a *answer) doc() object {
	if a.body == nil {
		_ = json.Unmarshal(a.raw, &a.body) // left nil when it is no JSON
	}
	o, _ := a.body.(object)
	return o
}

func (a *answer) ok() bool { return a.status < 300 }

// shown are the users or groups in an answer, alone or in a list.
func (a *answer) shown(schema string) []object {
	var out []object
	for _, o := range append(objects(a.doc()["Resources"]), a.doc()) {
		if urns, _ := o["schemas"].([]any); slices.Contains(urns, any(schema)) {
			out = append(out, o)
		}
	}
	return out
}

// keep leaves in a list only the resources for which it says true.
func (a *answer) keep(which func(object) bool) {
	doc := a.doc()
	if doc["Resources"] == nil {
		return
	}
	kept := []any{}
	for _, o := range objects(doc["Resources"]) {
		if which(o) {
			kept = append(kept, o)
		}
	}
	doc["totalResults"] = number(doc["totalResults"]) - len(objects(doc["Resources"])) + len(kept)
	doc["Resources"], doc["itemsPerPage"] = kept, len(kept)
}

// objects gives the objects in a list, or the one that stands for it.
func objects(v any) []object {
	var out []object
	switch in := v.(type) {
	case object:
		return []object{in}
	case []object:
		return in
	case []any:
		for _, e := range in {
			if o, is := e.(object); is {
				out = append(out, o)
			}
		}
	}
	return out
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func number(v any) int {
	switch n := v.(type) {
	case int:
		return n
	case float64:
		return int(n)
	}
	return 0
}

// child is an object inside an object, made when there is none.
func child(o object, name string) object {
	c, is := o[name].(object)
	if !is {
		c = object{}
		o[name] = c
	}
	return c
}

// values are the members' ids, or the values of another list.
func values(v any) []string {
	var out []string
	for _, e := range objects(v) {
		out = append(out, text(e["value"]))
	}
	return out
}

func refs(ids []string) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, object{"value": id})
	}
	return out
}

func patchOf(ops ...object) object { return object{"schemas": []string{ofPatches}, "Operations": ops} }

func refusal(status int, kind string) *answer {
	e := object{"schemas": []string{ofErrors}, "status": fmt.Sprint(status), "detail": "refused"}
	if kind != "" {
		e["scimType"] = kind
	}
	return &answer{status: status, header: http.Header{"Content-Type": {"application/scim+json"}}, body: e}
}

// none is an answer without a body.
func none(status int) *answer { return &answer{status: status, header: http.Header{}} }

// asks spoils requests.
func asks(edit func(x *exchange)) spoil {
	return func(x *exchange) *answer {
		edit(x)
		return x.pass()
	}
}

// tells spoils answers.
func tells(edit func(x *exchange, a *answer)) spoil {
	return func(x *exchange) *answer {
		a := x.pass()
		edit(x, a)
		return a
	}
}

// shows spoils every user, or every group, in every answer.
func shows(schema string, edit func(doc object)) spoil {
	return tells(func(_ *exchange, a *answer) {
		for _, doc := range a.shown(schema) {
			edit(doc)
		}
	})
}

// refuses some requests.
func refuses(status int, kind string, when func(x *exchange) bool) spoil {
	return func(x *exchange) *answer {
		if when(x) {
			return refusal(status, kind)
		}
		return x.pass()
	}
}

// turns gives another status, and no body, to some answers.
func turns(status int, when func(x *exchange, a *answer) bool) spoil {
	return func(x *exchange) *answer {
		a := x.pass()
		if when(x, a) {
			return none(status)
		}
		return a
	}
}

// operates spoils each operation of a PATCH below an endpoint: what edit gives
// stands in its place. A PATCH of which nothing is left is 204.
func operates(endpoint string, edit func(x *exchange, op object) []object) spoil {
	return func(x *exchange) *answer {
		before := x.operations()
		if len(before) == 0 || !x.is("PATCH", endpoint) {
			return x.pass()
		}
		after := []any{}
		for _, op := range before {
			for _, one := range edit(x, op) {
				after = append(after, one)
			}
		}
		if len(after) == 0 {
			return none(204)
		}
		x.body["Operations"] = after
		return x.pass()
	}
}

// ignores operations of a PATCH below an endpoint, and says that all is well.
func ignores(endpoint string, which func(op object) bool) spoil {
	return operates(endpoint, func(_ *exchange, op object) []object {
		if which(op) {
			return nil
		}
		return []object{op}
	})
}

// filters spoils filters before they are read.
func filters(edit func(filter string) string) spoil {
	return asks(func(x *exchange) {
		if f := x.param("filter"); f != "" {
			x.set("filter", edit(f))
		}
	})
}

// forgets query parameters.
func forgets(names ...string) spoil {
	return asks(func(x *exchange) {
		for _, name := range names {
			if x.r.URL.Query().Has(name) {
				x.set(name, "")
			}
		}
	})
}

// with gives a copy of an operation with other members; a nil drops one.
func with(op object, changes object) object {
	out := object{}
	for k, v := range op {
		out[k] = v
	}
	for k, v := range changes {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

// verb of an operation, in lower case.
func verb(op object) string { return strings.ToLower(text(op["op"])) }

// memory is what a spoilt server remembers by a resource's id. The zero value
// is ready for use.
type memory[V any] struct {
	mu sync.Mutex
	m  map[string]V
}

func (m *memory[V]) get(id string) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.m[id]
}

func (m *memory[V]) set(id string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[string]V{}
	}
	m.m[id] = v
}
