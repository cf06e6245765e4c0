package scimtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// T is what a case runs with: it makes requests, remembers them for the report,
// notes what was expected and not received, and deletes what was created. It is
// safe for concurrent use; Require must be called from the case's own
// goroutine.
type T struct {
	ctx   context.Context
	run   *run
	label string // unique for this case in this run

	mu      sync.Mutex
	steps   []Step
	fails   []Failure
	made    []string // paths to delete
	count   int
	refused bool // the server refused to create something, perhaps for want of room
}

// Failure is one expectation that was not met.
type Failure struct {
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Step     int    `json:"step"` // how many requests had been made
}

// Do makes a request. What a POST creates is deleted when the case ends.
func (t *T) Do(r Request) *Answer {
	a, step := t.run.client.do(t.ctx, r)
	if masked, some := t.run.masked(a.JSON); some {
		step.Received = show(masked)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps = append(t.steps, step)
	if r.Method == http.MethodPost {
		t.created(r, a)
	}
	return a
}

// created remembers what a POST made, or may have made.
func (t *T) created(r Request, a *Answer) {
	endpoint, _, _ := strings.Cut(r.Path, "?")
	endpoint = "/" + strings.Trim(endpoint, "/")
	switch {
	case endpoint == "/Bulk" || a.Err != nil || a.Status >= 500:
		t.run.doubt(namesIn(r.Body))
	case strings.HasSuffix(endpoint, "/.search") || a.Status >= 300:
	case a.ID() == "":
		t.run.doubt(namesIn(r.Body))
	default:
		t.made = append(t.made, pathOf(endpoint, a.ID()))
		t.run.owned(a.ID())
	}
	t.refused = t.refused || !r.Anon && refuses(a)
}

func pathOf(endpoint, id string) string { return endpoint + "/" + url.PathEscape(id) }

// Get reads a path.
func (t *T) Get(path string) *Answer { return t.Do(Request{Method: http.MethodGet, Path: path}) }

// Post sends a body to an endpoint.
func (t *T) Post(path string, body any) *Answer {
	return t.Do(Request{Method: http.MethodPost, Path: path, Body: body})
}

// Put replaces a resource.
func (t *T) Put(path string, body any) *Answer {
	return t.Do(Request{Method: http.MethodPut, Path: path, Body: body})
}

// Patch sends operations in one PatchOp message.
func (t *T) Patch(path string, ops ...M) *Answer {
	return t.Do(Request{Method: http.MethodPatch, Path: path, Body: patchOp(ops...)})
}

// Delete deletes a resource.
func (t *T) Delete(path string) *Answer { return t.Do(Request{Method: http.MethodDelete, Path: path}) }

func patchOp(ops ...M) M {
	if ops == nil {
		ops = []M{}
	}
	return M{"schemas": []string{patchURN}, "Operations": ops}
}

// op builds an operation with a path.
func op(verb, path string, value any) M { return M{"op": verb, "path": path, "value": value} }

// set builds an operation without a path.
func set(verb string, value M) M { return M{"op": verb, "value": value} }

// unset builds a removal.
func unset(verb, path string) M { return M{"op": verb, "path": path} }

// Expect notes a failure unless ok.
func (t *T) Expect(ok bool, expected string, got any) bool {
	if ok {
		return true
	}
	text, isText := got.(string)
	if !isText {
		masked, _ := t.run.masked(got)
		text = show(masked)
	}
	text = cmp.Or(text, "nothing")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fails = append(t.fails, Failure{Expected: t.run.client.hide(expected), Got: t.run.client.hide(text), Step: len(t.steps)})
	return false
}

// Require is Expect, and ends the case when it is not met.
func (t *T) Require(ok bool, expected string, got any) {
	if !t.Expect(ok, expected, got) {
		runtime.Goexit()
	}
}

// Status notes a failure unless the answer has one of the statuses.
func (t *T) Status(a *Answer, want ...int) bool {
	return t.Expect(slices.Contains(want, a.Status), "status "+either(want), told(a))
}

// MustStatus is Status, and ends the case when it is not met.
func (t *T) MustStatus(a *Answer, want ...int) *Answer {
	t.Require(slices.Contains(want, a.Status), "status "+either(want), told(a))
	return a
}

func either(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, " or ")
}

// told gives an answer's status with its detail.
func told(a *Answer) string {
	if a.Err != nil {
		return "no answer: " + a.Err.Error()
	}
	detail, _ := a.At("detail").(string)
	if kind, _ := a.At("scimType").(string); kind != "" {
		detail = kind + ": " + detail
	}
	return strings.TrimSpace(fmt.Sprintf("status %d %s", a.Status, detail))
}

// Equal notes a failure unless a value of the answer is what is wanted.
func (t *T) Equal(a *Answer, want any, path ...string) bool {
	got := a.At(path...)
	return t.Expect(holds(got, plain(want)) && (want != nil || empty(got)), fmt.Sprintf("%s is %s", strings.Join(path, "."), show(want)), got)
}

// Holds notes a failure for everything that the answer's body lacks.
func (t *T) Holds(a *Answer, want M) bool {
	ok := true
	w, _ := plain(want).(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(w)) {
		if got := a.At(k); !holds(got, w[k]) {
			ok = t.Expect(false, fmt.Sprintf("%s is %s", k, show(w[k])), got)
		}
	}
	return ok
}

// Refused notes a failure unless the answer is a whole SCIM error of this
// status, and of one of these scimTypes where any are named. A scimType is
// demanded only where the standard demands one; elsewhere it is optional, and
// the case error-scim-type looks at it. RFC 7644 §3.12
func (t *T) Refused(a *Answer, status int, scimTypes ...string) bool {
	if !t.Status(a, status) {
		return false
	}
	list, _ := a.At("schemas").([]any)
	ok := t.Expect(slices.Contains(list, any(errorURN)), "an error body with schemas ["+errorURN+"]", a.JSON)
	ok = t.Expect(a.At("status") == fmt.Sprint(a.Status), fmt.Sprintf("status %q as a string in the error body", fmt.Sprint(a.Status)), a.At("status")) && ok
	if demanded(scimTypes) {
		ok = t.kind(a, scimTypes...) && ok
	}
	return ok
}

// kind notes a failure unless an error has one of these scimTypes.
func (t *T) kind(a *Answer, scimTypes ...string) bool {
	kind, _ := a.At("scimType").(string)
	return t.Expect(slices.Contains(scimTypes, kind), "scimType "+strings.Join(scimTypes, " or "), a.At("scimType"))
}

// demanded says whether the standard asks for each of these scimTypes in so
// many words: RFC 7644 §3.3, §3.5.2, §3.5.2.2, RFC 9865 §2.1.
func demanded(scimTypes []string) bool {
	for _, kind := range scimTypes {
		if !slices.Contains([]string{"uniqueness", "mutability", "noTarget", "invalidCursor", "expiredCursor"}, kind) {
			return false
		}
	}
	return len(scimTypes) > 0
}

// Sound notes a failure when the server broke: no answer, or 5xx other than
// 501.
func (t *T) Sound(a *Answer) bool {
	return t.Expect(a.Err == nil && (a.Status < 500 || a.Status == http.StatusNotImplemented), "an answer below 500", told(a))
}

// Name gives a name that nothing else on the server has.
func (t *T) Name(word string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	return fmt.Sprintf("%s.%d.%s", t.label, t.count, word)
}

// Address gives a userName and e-mail address that nothing else has.
func (t *T) Address(word string) string { return t.Name(word) + "@" + t.run.client.domain() }

// Track deletes a path when the case ends.
func (t *T) Track(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made = append(t.made, path)
}

// Body gives a small user with a userName of its own, changed by with; a nil
// value removes an attribute.
func (t *T) Body(with M) M {
	name := t.Address("user")
	doc := M{
		"schemas":     []string{userURN, enterpriseURN},
		"userName":    name,
		"displayName": "Åsa O'Neill",
		"name":        M{"givenName": "Åsa", "familyName": "O'Neill", "formatted": "Åsa O'Neill"},
		"emails":      []M{{"type": "work", "value": name, "primary": true}},
		"active":      true,
	}
	for k, v := range with {
		if doc[k] = v; v == nil {
			delete(doc, k)
		}
	}
	return doc
}

// User creates a user and ends the case when that fails.
func (t *T) User(with M) *Answer {
	a := t.MustStatus(t.Post("/Users", t.Body(with)), http.StatusCreated)
	t.Require(a.ID() != "", "the created user's id", a.JSON)
	return a
}

// Group creates a group with these members and ends the case when that fails.
func (t *T) Group(members ...string) *Answer {
	body := M{"schemas": []string{groupURN}, "displayName": t.Name("group")}
	if len(members) > 0 {
		body["members"] = refs(members...)
	}
	a := t.MustStatus(t.Post("/Groups", body), http.StatusCreated)
	t.Require(a.ID() != "", "the created group's id", a.JSON)
	return a
}

func refs(ids ...string) []M {
	out := make([]M, len(ids))
	for i, id := range ids {
		out[i] = M{"value": id}
	}
	return out
}

// Read gets a resource and ends the case when that fails.
func (t *T) Read(path string) *Answer {
	return t.MustStatus(t.Get(path), http.StatusOK)
}

// Patched sends operations, wants success, and reads the resource afterwards.
func (t *T) Patched(path string, ops ...M) *Answer {
	t.MustStatus(t.Patch(path, ops...), http.StatusOK, http.StatusNoContent)
	return t.Read(path)
}

// Find queries an endpoint with a filter and wants a list.
func (t *T) Find(endpoint, filter string) *Answer {
	return t.MustStatus(t.Get(endpoint+"?filter="+url.QueryEscape(filter)), http.StatusOK)
}

func userPath(id string) string  { return "/Users/" + url.PathEscape(id) }
func groupPath(id string) string { return "/Groups/" + url.PathEscape(id) }

// members lists the ids in a group, sorted.
func members(a *Answer) []string {
	list, _ := a.At("members").([]any)
	out := make([]string, 0, len(list))
	for _, m := range list {
		id, _ := at(m, "value").(string)
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// Members notes a failure unless the group has exactly these members.
func (t *T) Members(group string, want ...string) bool {
	got := members(t.Read(groupPath(group)))
	slices.Sort(want)
	return t.Expect(slices.Equal(got, want), "members "+show(want), show(got))
}
