package frame_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

func TestWhatABrowserSendsIsTextThatEveryDatabaseTakes(t *testing.T) {
	say := func(q *frame.Request) error {
		_, err := q.W.Write([]byte(strings.Join(append(q.Fields("f"), q.Part("part"), q.Query("x"), q.Field("f")), "|")))
		return err
	}
	w := consoletest.New(t, nil, "", frame.Section{Name: "bytes", Routes: []frame.Route{
		{Pattern: "GET /bytes/{part}", Serve: say}, {Pattern: "POST /bytes/{part}", Serve: say},
	}})
	for _, a := range []consoletest.Answer{w.Stranger().Get("/bytes/a%00%FFb?x=c%00%FFd"), w.Stranger().Post("/bytes/a%00%FFb", "f", "g\x00\xffh", "f", "i\x00")} {
		if a.Status != 200 || strings.ContainsAny(a.Body, "\x00") || strings.Contains(a.Body, "\xff") || !strings.Contains(a.Body, "a\uFFFDb") {
			t.Errorf("%d %q", a.Status, a.Body)
		}
	}
}
