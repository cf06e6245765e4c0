package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/lab"
)

const kills = 20

// A lab Entra provisions a changing company, the server is killed in the middle
// of it, again and again, and nothing that was acknowledged is ever missing.
func TestNothingAcknowledgedIsLostByKill9(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); killAgainAndAgain(t, "--data", t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); killAgainAndAgain(t, "--database", storetest.DurablePostgres(t)) })
}

func killAgainAndAgain(t *testing.T, flag, where string) {
	company := lab.Generate(11, 60, 6)
	wire := &wire{resources: map[string]*resource{}}
	entra := lab.NewEntra(company, lab.Target{URL: "http://anteroom.invalid/scim/v2", HTTP: &http.Client{Transport: wire}, Retry: lab.Retry{Tries: 1}},
		lab.EntraOptions{Workers: 6, NoCompare: true})
	server := dev(t, flag, where)
	wire.aim(server.ready)
	mustCycle(t, entra)
	founders := founded(company)
	busy := 0
	for round := range kills {
		founders.stir(t, round)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = entra.Cycle(ctx)
		}()
		wire.await(1+rand.IntN(40), done)
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		if wire.cut() > 0 {
			busy++
		}
		server.kill()
		cancel()
		<-done
		if round%3 == 1 {
			soon(t, "before a restart", func() error { return wire.audit(where) })
		}
		server = dev(t, flag, where)
		wire.aim(server.ready)
		soon(t, "after a restart", func() error { return wire.compare(server.ready) })
	}
	mustCycle(t, entra)
	if c, err := entra.Compare(t.Context()); err != nil || !c.Equal {
		t.Errorf("the next cycle does not converge: %v %+v", err, c)
	}
	soon(t, "at the end", func() error { return wire.compare(server.ready) })
	server.stop()
	soon(t, "after the end", func() error { return wire.audit(where) })
	t.Logf("%d kills, %d of them with requests under way; %d writes were acknowledged, %d never answered", kills, busy, len(wire.acknowledged), wire.silent)
	if busy < kills/2 || len(wire.acknowledged) < 10*kills || wire.silent == 0 {
		t.Error("the kills did not hit the work: nothing is proven")
	}
}

func mustCycle(t *testing.T, entra *lab.Entra) {
	t.Helper()
	if s, err := entra.Cycle(t.Context()); err != nil || s.Failed > 0 {
		t.Fatalf("a cycle that nobody disturbs: %v\n%s", err, s)
	}
}

// soon tries a check until it holds: on PostgreSQL the transaction of a killed
// client may end a moment after it.
func soon(t *testing.T, when string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", when, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// founders are the people and memberships of the first cycle, which are used up
// by what happens to them. Nothing here is ever taken back, since a directory
// does not undo what it never learned to have done: an Entra whose addition was
// carried out and not answered has nothing to remove.
type founders struct {
	company *lab.Directory
	people  []lab.Person
	groups  []lab.Group
	later   []string // who came after them; these move about
}

func founded(d *lab.Directory) *founders {
	return &founders{company: d, people: d.People(), groups: d.Groups()}
}

// next takes somebody who was not taken before.
func (f *founders) next() string {
	id := f.people[0].ObjectID
	f.people = f.people[1:]
	return id
}

// stir lets the company grow and change.
func (f *founders) stir(t *testing.T, round int) {
	t.Helper()
	var errs []error
	for i := range 10 {
		given, family := fmt.Sprintf("Given%d", i), fmt.Sprintf("Family%d", round)
		address := strings.ToLower(given + "." + family + "@" + lab.Domain)
		id, err := f.company.AddPerson(lab.Person{UserPrincipalName: address, Mail: address, GivenName: given, Surname: family, MailNickname: given + "." + family})
		errs = append(errs, err, f.company.Assign(id))
		f.later = append(f.later, id)
		if i%2 == 0 {
			errs = append(errs, f.company.AddToGroup(pick(f.groups).ObjectID, id))
		}
	}
	for i := range 8 {
		errs = append(errs, f.company.Move(pick(f.later), fmt.Sprintf("Department %d", round), fmt.Sprintf("Title %d", i)))
	}
	for i := range f.groups {
		if g := &f.groups[i]; len(g.Members) > 0 {
			errs = append(errs, f.company.RemoveFromGroup(g.ObjectID, g.Members[0]))
			g.Members = g.Members[1:]
		}
	}
	errs = append(errs, f.company.Disable(f.next()), f.company.RenameGroup(pick(f.groups).ObjectID, fmt.Sprintf("Renamed %d", round)))
	if round%3 == 0 {
		errs = append(errs, f.company.HardDelete(f.next()))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func pick[T any](from []T) T { return from[rand.IntN(len(from))] }

// wire carries requests to whichever server is up, and remembers what was
// acknowledged.
type wire struct {
	mu           sync.Mutex
	base         *url.URL
	token        string
	transport    *http.Transport
	flying       int
	silent       int // writes that were never answered
	since        int // acknowledged since the last aim
	acknowledged []write
	resources    map[string]*resource // by path: /Users/…
}

// write is one acknowledged change.
type write struct {
	path, request string
	version       int64 // that it left behind; 0 after DELETE
}

// resource is what is known of one resource.
type resource struct {
	version int64 // of the last acknowledged change
	before  int64 // at the last restart
	doc     map[string]any
	deleted bool
	silent  int  // changes without an answer since then
	ending  bool // one of these was a DELETE
}

// aim points the wire at a server, over connections of its own.
func (w *wire) aim(r ready) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base, _ = url.Parse(r.SCIMURL)
	w.token, w.since, w.transport = r.SCIMToken, 0, &http.Transport{MaxIdleConnsPerHost: 32}
}

// cut lets no further request through, and says how many writes are under way.
func (w *wire) cut() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = nil
	return w.flying
}

var errCut = errors.New("the server was killed")

// await waits until n writes were acknowledged, or done.
func (w *wire) await(n int, done <-chan struct{}) {
	for {
		w.mu.Lock()
		since := w.since
		w.mu.Unlock()
		select {
		case <-done:
			return
		case <-time.After(200 * time.Microsecond):
		}
		if since >= n {
			return
		}
	}
}

// RoundTrip sends a request to the server of now.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if w.base == nil {
		w.mu.Unlock()
		return nil, errCut
	}
	transport, prefix := w.transport, w.base.Path
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host = w.base.Scheme, w.base.Host, ""
	out.Header.Set("Authorization", "Bearer "+w.token)
	path := strings.TrimPrefix(out.URL.Path, prefix)
	write := r.Method != http.MethodGet
	if write {
		w.flying++
		w.expect(r.Method, path, +1)
	}
	w.mu.Unlock()
	res, err := transport.RoundTrip(out)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(res.Body)
		res.Body.Close()
		res.Body = io.NopCloser(bytes.NewReader(body))
	}
	if !write {
		return res, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flying--
	if res == nil {
		w.silent++
		return nil, err
	}
	w.expect(r.Method, path, -1)
	if res.StatusCode < 300 {
		w.since++
		if location, err := url.Parse(res.Header.Get("Location")); err == nil && r.Method == http.MethodPost {
			path = strings.TrimPrefix(location.Path, prefix)
		}
		w.acknowledge(r.Method, path, res, body)
	}
	return res, err
}

// expect counts a change that may happen without being acknowledged. Those of
// new resources need none: nothing is known of them.
func (w *wire) expect(method, path string, by int) {
	if method == http.MethodPost {
		return
	}
	r := w.resource(path)
	r.silent += by
	r.ending = r.ending || by > 0 && method == http.MethodDelete
}

func (w *wire) resource(path string) *resource {
	if w.resources[path] == nil {
		w.resources[path] = &resource{}
	}
	return w.resources[path]
}

// acknowledge notes what an answer promises: that it stays.
func (w *wire) acknowledge(method, path string, res *http.Response, body []byte) {
	r := w.resource(path)
	done := write{path: path, request: res.Header.Get("X-Request-Id")}
	if method == http.MethodDelete {
		r.deleted = true
	} else {
		done.version = versionOf(res.Header.Get("ETag"))
	}
	if done.version > r.version {
		r.version, r.doc = done.version, nil
		if len(body) > 0 {
			_ = json.Unmarshal(body, &r.doc)
		}
	}
	if method == http.MethodDelete || done.version > r.before {
		w.acknowledged = append(w.acknowledged, done)
	}
}

// versionOf reads the version of a row from an entity tag, where a digest of a
// person's groups may follow it.
func versionOf(tag string) int64 {
	own, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), "-")
	n, _ := strconv.ParseInt(own, 10, 64)
	return n
}

// compare reads everything over SCIM and says what of the acknowledged is missing.
func (w *wire) compare(server ready) error {
	found := map[string]map[string]any{}
	for _, kind := range []string{"/Users", "/Groups"} {
		if err := readAll(server, kind, found); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, known := range w.resources {
		if err := known.compare(found[path]); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for path, known := range w.resources {
		known.deleted = found[path] == nil
		known.version, known.doc = versionOf(metaOf(found[path])), found[path]
		known.silent, known.ending, known.before = 0, false, known.version
	}
	return nil
}

func (r *resource) compare(now map[string]any) error {
	switch {
	case now == nil && (r.deleted || r.ending || r.version == 0):
		return nil
	case now == nil:
		return fmt.Errorf("it was acknowledged in version %d and is gone", r.version)
	case r.deleted:
		return fmt.Errorf("its deletion was acknowledged and it is here: %v", now)
	}
	version := versionOf(metaOf(now))
	_, group := now["displayName"].(string)
	group = group && now["userName"] == nil
	switch {
	case version < r.version:
		return fmt.Errorf("version %d was acknowledged and it is %d", r.version, version)
	case version > r.version && r.silent == 0 && !group: // a group changes when its members are deleted
		return fmt.Errorf("it is in version %d and nobody asked for more than %d", version, r.version)
	case version == r.version && r.doc != nil && !sameDoc(r.doc, now):
		return fmt.Errorf("version %d was acknowledged as\n%v and is\n%v", version, r.doc, now)
	}
	return nil
}

// sameDoc compares what belongs to the resource's own version: groups of a
// person and members of a group have versions of their own.
func sameDoc(a, b map[string]any) bool {
	own := func(doc map[string]any) map[string]any {
		out := map[string]any{}
		for k, v := range doc {
			if k != "groups" && k != "members" && k != "meta" {
				out[k] = v
			}
		}
		return out
	}
	return reflect.DeepEqual(own(a), own(b))
}

func metaOf(doc map[string]any) string {
	meta, _ := doc["meta"].(map[string]any)
	tag, _ := meta["version"].(string)
	return tag
}

// readAll walks all pages of an endpoint, and checks the total against them.
func readAll(server ready, kind string, into map[string]map[string]any) error {
	for read := 0; ; {
		a, err := server.call("GET", fmt.Sprintf("%s?startIndex=%d&count=200", kind, read+1), "")
		if err != nil {
			return err
		}
		var page struct {
			TotalResults int
			Resources    []map[string]any
		}
		if err := a.read(&page); err != nil || a.status != http.StatusOK {
			return fmt.Errorf("%s: %d %s %w", kind, a.status, a.body, err)
		}
		for _, r := range page.Resources {
			into[fmt.Sprintf("%s/%v", kind, r["id"])] = r
		}
		if read += len(page.Resources); len(page.Resources) > 0 {
			continue
		}
		if read != page.TotalResults {
			return fmt.Errorf("%s: %d are counted and %d are there", kind, page.TotalResults, read)
		}
		return nil
	}
}

// audit opens the data itself: the log has no gap and holds every acknowledged
// change, and all that is counted or grouped is what the log says.
func (w *wire) audit(where string) (err error) {
	db, err := store.Open(context.Background(), store.Options{Database: where})
	if err != nil {
		return err
	}
	defer db.Close()
	acme, err := db.WorkspaceBySlug(context.Background(), "acme")
	if err != nil {
		return err
	}
	r := db.Read(acme.ID)
	log, err := r.Changes(context.Background(), 0, 1_000_000)
	if err != nil {
		return err
	}
	if err := countsAreTrue(r, log); err != nil {
		return err
	}
	return w.logged(log)
}

// logged says which acknowledged change is not in the log. Of those that left
// the same version of a person behind, one made it and is there; the others
// changed nothing. A group's version may also have been made by the deletion of
// a member, or by a request that was never answered: there, the log must tell of
// as many versions.
func (w *wire) logged(log []identity.Change) error {
	requests, versions := map[string]bool{}, map[string]int64{}
	made := map[[2]string]bool{}
	for _, c := range log {
		requests[string(c.RequestID)] = true
		if by := [2]string{c.Subject.ID, string(c.RequestID)}; !made[by] {
			made[by] = true
			versions["/Groups/"+c.Subject.ID]++
		}
	}
	states := map[write]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.acknowledged {
		s := write{path: a.path, version: a.version}
		states[s] = states[s] || requests[a.request] || versions[a.path] >= a.version && a.version > 0
	}
	for s, there := range states {
		if !there {
			return fmt.Errorf("version %d of %s was acknowledged and is not in the log", s.version, s.path)
		}
	}
	return nil
}

func countsAreTrue(r *store.Reader, log []identity.Change) error {
	ctx := context.Background()
	tally, err := r.Tally(ctx)
	if err != nil {
		return err
	}
	users, _, err := r.UsersAfter(ctx, "", 1_000_000)
	if err != nil {
		return err
	}
	groups, err := r.GroupsAfter(ctx, "", 1_000_000)
	if err != nil {
		return err
	}
	for i, c := range log {
		if c.Seq != int64(i+1) {
			return fmt.Errorf("row %d of the log has the number %d", i+1, c.Seq)
		}
	}
	if tally.Seq != int64(len(log)) || tally.Users != int64(len(users)) || tally.Groups != int64(len(groups)) {
		return fmt.Errorf("counted are %+v; there are %d changes, %d users and %d groups", tally, len(log), len(users), len(groups))
	}
	memberships := replay(log)
	for _, g := range groups {
		members, err := r.MemberIDsOf(ctx, g.ID)
		if err != nil {
			return err
		}
		told := memberships[string(g.ID)]
		if int64(len(members)) != g.Members || len(members) != len(told) {
			return fmt.Errorf("%s counts %d members, has %d, and the log says %d", g.DisplayName, g.Members, len(members), len(told))
		}
		for _, m := range members {
			if !told[string(m)] {
				return fmt.Errorf("the log does not know that %s is in %s", m, g.DisplayName)
			}
		}
	}
	return nil
}

// replay tells from the log alone who is in which group.
func replay(log []identity.Change) map[string]map[string]bool {
	groups := map[string]map[string]bool{}
	for _, c := range log {
		switch c.Verb {
		case identity.GroupCreated:
			groups[c.Subject.ID] = map[string]bool{}
		case identity.MembersChanged:
			for _, d := range c.Values {
				for _, m := range ids(d.Before) {
					delete(groups[c.Subject.ID], m)
				}
				for _, m := range ids(d.After) {
					groups[c.Subject.ID][m] = true
				}
			}
		}
	}
	return groups
}

func ids(v any) (out []string) {
	list, _ := v.([]any)
	for _, m := range list {
		out = append(out, fmt.Sprint(m))
	}
	return slices.Sorted(slices.Values(out))
}
