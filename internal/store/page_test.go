package store

import (
	"context"
	"testing"
)

// Pages of the logs, and what a workspace is asked for at each request, take the
// same time however much there is.
func TestEveryPageAndSettingIsAnsweredByItsOwnIndex(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, c := range map[string]struct {
		ask  func(s *Store, r *Reader)
		want []string
	}{
		"requests":           {func(_ *Store, r *Reader) { _, _ = r.RequestsWhere(ctx, RequestFilter{}, 10) }, []string{"(workspace_id=? AND id>? AND id<?)"}},
		"failed requests":    {func(_ *Store, r *Reader) { _, _ = r.RequestsWhere(ctx, RequestFilter{Failed: true}, 10) }, []string{"request_failed (workspace_id=? AND id>? AND id<?)"}},
		"a request":          {func(_ *Store, r *Reader) { _, _, _ = one(ctx, r.q, scanRequest, requestByID, r.ws, "x") }, []string{"(workspace_id=? AND id=?)"}},
		"changes":            {func(_ *Store, r *Reader) { _, _ = r.ChangesWhere(ctx, ChangeFilter{Before: 9}, 10) }, []string{"(workspace_id=? AND seq>? AND seq<?)", "(workspace_id=? AND seq=?)"}},
		"changes of a kind":  {func(_ *Store, r *Reader) { _, _ = r.ChangesWhere(ctx, ChangeFilter{Before: 9, Kind: "member"}, 10) }, []string{"(workspace_id=? AND seq>? AND seq<?)"}},
		"older of a subject": {func(_ *Store, r *Reader) { _, _ = r.ChangesWhere(ctx, ChangeFilter{Before: 9, Subject: "x"}, 10) }, []string{"change_log_subject (workspace_id=? AND subject_id=? AND seq<?)"}},
		"a slug":             {func(s *Store, _ *Reader) { _, _ = s.WorkspaceBySlug(ctx, "x") }, []string{"(slug=?)", "slug_once (slug=?)", "(id=?)"}},
		"cycles":             {func(_ *Store, r *Reader) { _, _ = r.Contacts(ctx, "c") }, []string{"(workspace_id=? AND connection_id=?)"}},
		"the next to release": {func(_ *Store, r *Reader) { _, _ = r.MembersConnected(ctx, "c", "m", 10) },
			[]string{"sqlite_autoindex_member_1 (workspace_id=? AND id>?)"}},
	} {
		e := &explainer{t: t, on: s.engine.reader()}
		other := &Store{engine: explained{s.engine, e}, now: s.now}
		c.ask(other, &Reader{ws: "ws_1", q: e, s: other})
		e.judge(name, c.want)
	}
}
