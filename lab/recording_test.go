package lab_test

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/scimapi"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/lab"
)

var update = flag.Bool("update", false, "write the recordings anew")

// recordings is the folder of the versioned conversations.
const recordings = "testdata/recordings"

// The conversations of every provider with our own server, as files, so that a
// change in what is sent or answered is seen in review.
func TestTheRecordingsAreWhatIsSentAndAnswered(t *testing.T) {
	var want []string
	for name, tell := range stories() {
		file := filepath.Join(recordings, name+".txt")
		want = append(want, file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			tell(s)
			compareWithFile(t, file, s.rec.String())
			s.check()
		})
	}
	strays(t, want)
}

func compareWithFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./lab -run Recordings -update", err)
	}
	if d := diff.Diff(file, was, "what is said now", []byte(got)); d != nil {
		t.Errorf("the conversation has changed; when it should have, write it anew with: go test ./lab -run Recordings -update\n%s", d)
	}
}

// strays fails for files that no story makes.
func strays(t *testing.T, want []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(recordings, "*", "*"))
	if err != nil || len(found) == 0 && !*update {
		t.Fatalf("no recordings in %s: %v", recordings, err)
	}
	for _, file := range found {
		if !slices.Contains(want, file) {
			t.Errorf("%s is told by no story; remove it", file)
		}
	}
}

// stage is where a story is told: a small company and a server of its own.
type stage struct {
	*testing.T
	target             lab.Target
	dir                *lab.Directory
	ann, asa, li       string // ObjectIDs
	engineering, sales string
	rec                *lab.Recording
	idp                provider
}

// newStage makes a company of three people and two groups. Everybody and both
// groups are assigned.
func newStage(t *testing.T) *stage {
	s := &stage{T: t, target: startServer(t), dir: lab.NewDirectory(1)}
	s.ann = s.person(lab.Person{
		UserPrincipalName: "ann.oneill@contoso.example", Mail: "Ann.ONeill@contoso.example", GivenName: "Ann", Surname: "O'Neill",
		JobTitle: "Engineering Manager", Department: "Engineering", EmployeeID: "E1", MailNickname: "ann.oneill", Mobile: "+353 1 555 0100",
		PreferredLanguage: "en-IE", Office: "Dublin, building 2", City: "Dublin", PostalCode: "D02 X285", Country: "IE",
	})
	s.asa = s.person(lab.Person{
		UserPrincipalName: "asa.lindstrom@contoso.example", Mail: "asa.lindstrom@contoso.example", GivenName: "Åsa", Surname: "Lindström",
		JobTitle: "Engineer", Department: "Engineering", EmployeeID: "E2", MailNickname: "asa.lindstrom", Manager: s.ann,
	})
	s.li = s.person(lab.Person{UserPrincipalName: "li.wei@contoso.example", Mail: "li.wei@contoso.example", GivenName: "伟", Surname: "李", MailNickname: "li.wei"})
	s.engineering = s.group("Engineering", s.ann, s.asa)
	s.sales = s.group("Sales – 営業部", s.li)
	return s
}

func startServer(t *testing.T) lab.Target {
	t.Helper()
	ctx := context.Background()
	// Two resources are never made within the same millisecond, so that lists
	// always have the same order.
	var ticks atomic.Int64
	began := time.Now().Truncate(time.Millisecond)
	clock := func() time.Time { return began.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
	db, err := store.Open(ctx, store.Options{Database: t.TempDir(), Now: clock, InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	p := product.Default()
	d, tokens := directory.New(db, p, directory.Bounds{}), token.New(db, p)
	srv := httptest.NewServer(scimapi.New(scimapi.Config{Store: db, Directory: d, Tokens: tokens, Product: p}))
	t.Cleanup(func() {
		srv.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: "test"}, Source: "test"}
	w, err := d.CreateWorkspace(ctx, o, "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := tokens.Issue(ctx, token.Request{Workspace: w.ID, Origin: o})
	if err != nil {
		t.Fatal(err)
	}
	return lab.Target{URL: srv.URL + p.SCIM.Path(w.Slug), Token: secret, Retry: lab.Retry{Tries: 1}}
}

func (s *stage) person(p lab.Person) string {
	s.Helper()
	id, err := s.dir.AddPerson(p)
	s.do(err, s.dir.Assign(id))
	return id
}

func (s *stage) group(name string, members ...string) string {
	s.Helper()
	id, err := s.dir.NewGroup(name, members...)
	s.do(err, s.dir.AssignGroup(id))
	return id
}

// do wants changes of the directory to succeed.
func (s *stage) do(errs ...error) {
	s.Helper()
	for _, err := range errs {
		if err != nil {
			s.Fatal(err)
		}
	}
}

// record begins the recording with the company's ids under their names.
func (s *stage) record(title string) lab.Target {
	s.rec = lab.NewRecording(title + "\n\nThe company: Ann, Åsa, whose manager is Ann, and Wei. Ann and Åsa are in Engineering, Wei is in Sales.")
	for name, id := range map[string]string{"ANN": s.ann, "ASA": s.asa, "WEI": s.li, "ENGINEERING": s.engineering, "SALES": s.sales} {
		s.rec.Name(id, name+"-OBJECT-ID")
	}
	return s.rec.Of(s.target)
}

// sync begins a chapter and runs a cycle, of which everything must succeed.
func (s *stage) sync(chapter string) {
	s.Helper()
	s.rec.Chapter(chapter)
	sum, err := s.idp.Cycle(s.Context())
	if err != nil || sum.Failed > 0 {
		s.Fatalf("%s: %v\n%s", chapter, err, sum)
	}
}

// filled provisions everybody before the story begins.
func (s *stage) filled() {
	s.Helper()
	s.rec.Silent()
	if sum, err := s.idp.Cycle(s.Context()); err != nil || sum.Failed > 0 {
		s.Fatalf("%v\n%s", err, sum)
	}
}

// check compares the states, after the recording.
func (s *stage) check() {
	s.Helper()
	if c, err := s.idp.Compare(s.Context()); err != nil || !c.Equal {
		s.Errorf("%v %+v", err, c)
	}
}

// What no run repeats stands under a name, and everything else as it was.
func TestARecordingIsTheConversationUnderSteadyNames(t *testing.T) {
	const one, two = "2f1c6c0e-7d5a-4d8e-9d0a-0a53ff5b2f10", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"
	told := 0
	rec := lab.NewRecording("Two lines\nof a title")
	rec.Name("00000000-aaaa", "ANN")
	say := rec.Of(lab.Target{URL: "https://id.example:8443/scim/v2/?flag", OnExchange: func(lab.Exchange) { told++ }}).OnExchange
	sent := http.Header{"Accept": {"application/scim+json"}, "Authorization": {"Basic USER:PASSWORD"}}
	withBody := sent.Clone()
	withBody.Set("Content-Type", "application/json")
	answer := func(more ...string) http.Header {
		h := http.Header{"X-Request-Id": {"req_01"}, "Date": {"today"}, "Content-Type": {"application/scim+json"}}
		for i := 0; i+1 < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	say(lab.Exchange{Method: "GET", Path: "/Users/" + two, Try: 1, SentHeader: sent, Status: 404, ReceivedHeader: answer(), Received: []byte(`not JSON`)})
	rec.Silent()
	say(lab.Exchange{Method: "GET", Path: "/Users", Try: 1, SentHeader: sent, Status: 200, ReceivedHeader: answer(), Received: []byte(`{"Resources":[{"id":"` + one + `"}]}`)})
	rec.Chapter("A chapter")
	say(lab.Exchange{Method: "GET", Path: "/Users?filter=userName+eq+%22100%25%22&a=%zz", Try: 1, SentHeader: sent})
	say(lab.Exchange{Method: "POST", Path: "/Users", Try: 2, SentHeader: withBody, Sent: []byte(`{"userName":"\u00e9","password":"hunter22","n":1.50,"ref":"00000000-aaaa"}`),
		Status: 201, ReceivedHeader: answer("ETag", `W/"c0ffee-c0ffee"`, "Location", "https://id.example:8443/scim/v2/Users/"+one),
		Received: []byte(`{"id":"` + one + `","created":"2026-01-31T09:00:00Z","meta":{"created":"2026-01-31T09:00:00Z","version":"W/\"c0ffee-c0ffee\""},"empty":[],"null":null}`)})
	say(lab.Exchange{Method: "DELETE", Path: "/Users/" + one, Try: 1, SentHeader: sent, Status: 429, ReceivedHeader: http.Header{"Retry-After": {"5"}, "X-Request-Id": {"req_02"}}})
	const want = `# Two lines
# of a title
#
# Every request:
# > Accept: application/scim+json
# > Authorization: Basic USER:PASSWORD
#
# Every request with a body:
# > Content-Type: application/json
#
# Every answer:
# < X-Request-Id: REQUEST-ID
#
# Every answer with a body:
# < Content-Type: application/scim+json

> GET /Users/USER-1
< 404 Not Found
not JSON

## A chapter

> GET /Users?filter=userName+eq+%22100%25%22&a=%zz
< no answer

> POST /Users   (try 2)
{"userName": "\u00e9", "password": "PASSWORD", "n": 1.50, "ref": "ANN"}
< 201 Created
< ETag: ETAG-1
< Location: BASE/Users/USER-2
{
  "id": "USER-2",
  "created": "2026-01-31T09:00:00Z",
  "meta": {"created": "TIME", "version": "ETAG-1"},
  "empty": [],
  "null": null
}

> DELETE /Users/USER-2
< 429 Too Many Requests
< Retry-After: 5
`
	if d := diff.Diff("want", []byte(want), "got", []byte(rec.String())); d != nil {
		t.Errorf("%s", d)
	}
	if told != 5 {
		t.Errorf("the target's own OnExchange was told %d times", told)
	}
}

// The credentials themselves are in no exchange.
func TestExchangesHoldNoSecret(t *testing.T) {
	for want, to := range map[string]lab.Target{
		"Bearer TOKEN": {Token: "secret"}, "TOKEN": {Token: "secret", RawToken: true}, "Basic USER:PASSWORD": {User: "u", Password: "secret"}, "": {},
	} {
		s := newServer(t)
		to.URL, to.Retry.Tries = s.URL, 1
		to.OnExchange = func(x lab.Exchange) {
			if got := x.SentHeader.Get("Authorization"); got != want || x.ReceivedHeader.Get("Content-Type") == "" {
				t.Errorf("sent %q, want %q; answered %v", got, want, x.ReceivedHeader)
			}
		}
		_ = lab.NewOkta(lab.NewDirectory(1), to, lab.OktaOptions{}).TestConnection(t.Context())
	}
}
