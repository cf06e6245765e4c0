package store

import (
	"context"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestWhatNeedsAttentionIsAnsweredByItsOwnIndex(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Database: t.TempDir(), InsecureNoFlush: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, c := range map[string]struct {
		ask  func(r *Reader)
		want []string
	}{
		"members of whom something is held": {func(r *Reader) { _, _ = r.HeldMembers(ctx, 20) }, []string{"member_held_first (workspace_id=?)"}},
		"requests of an hour":               {func(r *Reader) { _, _, _ = r.CountRequests(ctx, time.Now(), time.Now(), 10) }, []string{"(workspace_id=? AND id>? AND id<?)"}},
	} {
		e := &explainer{t: t, on: s.engine.reader()}
		c.ask(&Reader{ws: identity.WorkspaceID("ws_1"), q: e, s: s})
		e.judge(name, c.want)
	}
}
