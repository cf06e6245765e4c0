package directory_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/store/storetest"
	"github.com/anteroom-id/anteroom/scim"
)

// large provisions people whose documents have 240 KB, and gives their SCIM ids.
func (w *world) large(people int) (ids []string) {
	w.t.Helper()
	note := strings.Repeat("x", 240<<10)
	for i := range people {
		ids = append(ids, w.person(fmt.Sprintf(`{"userName":"p%d@x.example","displayName":"P","note":%q}`, i, note)))
	}
	return ids
}

func (w *world) page(q scim.Query) *scim.Page {
	w.t.Helper()
	q.Type = w.service.UserType()
	page, err := w.people().List(ctx, &q)
	if err != nil {
		w.t.Fatal(err)
	}
	return page
}

func idsOf(page *scim.Page) (ids []string) {
	for _, r := range page.Resources {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAPageOfLargeDocumentsIsCutAndNobodyIsMissed(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		ids := w.large(75) // 18 MB, and a page has 16
		first := w.page(scim.Query{Start: 1, Count: 500})
		n := len(first.Resources)
		if n < 60 || n >= 75 {
			t.Errorf("the first page has %d", n)
		}
		equal(t, "in all", first.Total, 75)
		sameIDs(t, "by index", append(idsOf(first), idsOf(w.page(scim.Query{Start: 1 + n, Count: 500}))...), ids...)
		cursor := ""
		one := w.page(scim.Query{Cursor: &cursor, Count: 500})
		two := w.page(scim.Query{Cursor: &one.NextCursor, Count: 500})
		sameIDs(t, "by cursor", append(idsOf(one), idsOf(two)...), ids...)
		equal(t, "behind the last", two.NextCursor, "")
		sameIDs(t, "by a filter that looks at everybody", w.find("/Users", `userName sw "p" and not (title pr)`), ids...)
	})
}

// The bound is the same code for both engines, and 68 MB take their time.
func TestWhatIsTooLargeToBeHeldIsRefused(t *testing.T) {
	w := begin(t, t.TempDir(), "")
	w.large(290) // 68 MB
	server := scim.Server{Types: []*scim.ResourceType{w.service.UserType()}}
	ask := func(query string) (int, string) { return serve(&server, w.people(), "/Users?"+query) }
	for _, query := range []string{"sortBy=userName&count=1", "filter=displayName+eq+%22p%22", "filter=meta.lastModified+gt+%222020-01-01T00:00:00Z%22"} {
		if status, body := ask(query); status != http.StatusBadRequest || !strings.Contains(body, `"tooMany"`) {
			t.Errorf("%s: %d %.200s", query, status, body)
		}
	}
	for _, query := range []string{"count=1", "filter=userName+eq+%22p7@x.example%22", "filter=userName+co+%22p7%22&count=1"} {
		if status, body := ask(query); status != http.StatusOK || !strings.Contains(body, `"itemsPerPage":1`) {
			t.Errorf("%s: %d %.200s", query, status, body)
		}
	}
}

// A person's groups come in rows beside the person. The document is not in each.
func TestAPersonsDocumentIsReadOnceHoweverManyGroupsTheyAreIn(t *testing.T) {
	for engine, where := range map[string]func(t *testing.T) string{"sqlite": func(t *testing.T) string { return t.TempDir() }, "postgres": func(t *testing.T) string { return storetest.Postgres(t) }} {
		t.Run(engine, func(t *testing.T) { // not beside others: it measures what the process allocates
			w := begin(t, where(t), "")
			ids := w.large(10)
			read := func() int64 {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				equal(t, "found", len(w.page(scim.Query{Start: 1, Count: 500}).Resources), 10)
				runtime.ReadMemStats(&after)
				return int64(after.TotalAlloc - before.TotalAlloc)
			}
			alone := read()
			for g := range 40 {
				w.group(fmt.Sprintf(`{"displayName":"g%d","members":%s}`, g, list(ids...)))
			}
			if with := read(); with > 4*alone+4<<20 {
				t.Errorf("in no group they cost %d KB, and in forty %d KB", alone>>10, with>>10)
			}
			r, err := w.readUser(ids[3])
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "document", len(r.Attrs.Str("note")), 240<<10)
			equal(t, "groups", len(r.Attrs.List("groups")), 40)
		})
	}
}

// serve answers a GET of people and gives the status and the body.
func serve(s *scim.Server, people scim.Backend, url string) (int, string) {
	rec := httptest.NewRecorder()
	s.Serve(rec, httptest.NewRequest(http.MethodGet, url, nil), "/Users", &scim.Tenant{Backend: func(*scim.ResourceType) scim.Backend { return people }})
	return rec.Code, rec.Body.String()
}
