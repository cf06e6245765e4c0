package scimtest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Leftover is a resource that a run made and could not delete.
type Leftover struct {
	Path string `json:"path"` // below the base: /Users/2819c223
	Why  string `json:"why"`  // what the server said
}

// String gives the path with the reason.
func (l Leftover) String() string { return l.Path + " (" + l.Why + ")" }

// cleaning bounds how long a run cleans up after a case, or at its end.
const cleaning = time.Minute

// clean deletes what the case made, last first. It does so also when the run
// was cancelled.
func (t *T) clean() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), cleaning)
	defer cancel()
	for _, path := range slices.Backward(t.made) {
		t.run.remove(ctx, path)
	}
}

// remove deletes one resource. What is gone already is fine; what does not go is
// switched off, so that it costs nobody a seat, and told.
func (r *run) remove(ctx context.Context, path string) bool {
	var a *Answer
	for attempt := range 4 {
		a, _ = r.client.do(ctx, Request{Method: http.MethodDelete, Path: path})
		if a.Err == nil && (a.Status < 300 || a.Status == http.StatusNotFound || a.Status == http.StatusGone) {
			return true
		}
		if a.Err == nil && a.Status < 500 || a.Status == http.StatusNotImplemented {
			break
		}
		select {
		case <-time.After(time.Duration(attempt+1) * 100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	why := "DELETE: " + told(a)
	if strings.HasPrefix(path, "/Users/") {
		off, _ := r.client.do(ctx, Request{Method: http.MethodPatch, Path: path, Body: patchOp(set("replace", M{"active": false}))})
		if off.Err == nil && off.Status < 300 {
			why += "; it is inactive now"
		}
	}
	r.leave(Leftover{Path: path, Why: r.client.hide(why)})
	return false
}

func (r *run) leave(l Leftover) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(r.left, func(o Leftover) bool { return o.Path == l.Path }) {
		r.left = append(r.left, l)
	}
}

// close deletes the shared people, then looks for anything that the run made
// without learning its id: an answer that was lost, a 500 after the deed.
func (r *run) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleaning)
	defer cancel()
	if r.people != nil {
		r.people.t.ctx = ctx
		r.people.t.clean()
	}
	r.mu.Lock()
	made := len(r.own)+len(r.unsure) > 0
	r.mu.Unlock()
	if !made {
		return
	}
	if len(r.doubtful()) > 0 { // the server may still be at it
		time.Sleep(300 * time.Millisecond)
	}
	for _, e := range []struct {
		endpoint, attribute string
		need                Need
	}{{"/Users", "userName", 0}, {"/Groups", "displayName", Groups}} {
		if e.need&^r.has == 0 {
			r.sweep(ctx, e.endpoint, e.attribute)
		}
	}
}

// sweep deletes what is listed under the run's name. A server may ignore the
// filter and list everybody, so each name is looked at again.
func (r *run) sweep(ctx context.Context, endpoint, attribute string) {
	filters := []string{fmt.Sprintf(`%s sw "%s."`, attribute, r.name)}
	for _, name := range r.doubtful() {
		filters = append(filters, fmt.Sprintf(`%s eq "%s"`, attribute, name))
	}
	for _, filter := range filters {
		for range 20 {
			a, _ := r.client.do(ctx, Request{Method: http.MethodGet, Path: endpoint + "?count=100&filter=" + query(filter)})
			if !r.removeListed(ctx, a, endpoint, attribute) {
				break
			}
		}
	}
}

// removeListed deletes the run's own among what a list holds, and says whether
// any of them went that had not been told before.
func (r *run) removeListed(ctx context.Context, a *Answer, endpoint, attribute string) bool {
	some := false
	for _, res := range a.Resources() {
		name, _ := at(res, attribute).(string)
		id, _ := at(res, "id").(string)
		if id == "" || len(name) <= len(r.name) || !strings.EqualFold(name[:len(r.name)+1], r.name+".") {
			continue
		}
		path := pathOf(endpoint, id)
		if r.stays(path) {
			continue
		}
		if r.removed(path) {
			r.leave(Leftover{Path: path, Why: "DELETE succeeded, and it is still listed"})
			continue
		}
		some = r.remove(ctx, path) || some
	}
	return some
}

// stays says whether a path has been told as left behind.
func (r *run) stays(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.left, func(o Leftover) bool { return o.Path == path })
}

// removed notes that a path is about to be deleted, and says whether it was
// before.
func (r *run) removed(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.swept[path]
	r.swept[path] = true
	return before
}

// doubtful lists the names of which nobody knows what became of them.
func (r *run) doubtful() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for name := range r.unsure {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
