package scim_test

import (
	"github.com/anteroom-id/anteroom/scim"
	"strings"
	"testing"
)

// RFC 9865
func TestPagesByCursor(t *testing.T) {
	s := newService(t)
	s.people(7)
	for _, params := range [][]string{nil, {"sortBy=title", "sortOrder=descending"}, {"filter=title pr"}, {"sortBy=emails.value"}, {"sortBy=active"}} {
		all := s.find(params...).names()
		if len(params) == 1 && params[0] == "sortBy=active" {
			all = "bdfaceg"
		}
		names, cursor, pages := "", "", 0
		for first := true; first || cursor != ""; first = false {
			r := s.find(append(params, "cursor="+cursor, "count=3")...).want(200)
			r.has("totalResults", "7").lacks("startIndex")
			if (pages == 0) != (r.at("previousCursor") == nil) {
				t.Errorf("page %d has previousCursor %v", pages, r.at("previousCursor"))
			}
			names += r.names()
			cursor, _ = r.at("nextCursor").(string)
			if strings.Trim(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") != "" {
				t.Errorf("the cursor %q has reserved characters", cursor)
			}
			if pages++; pages > 5 {
				t.Fatal("no end")
			}
		}
		if names != all || pages != 3 {
			t.Errorf("%v: %s in %d pages, want %s", params, names, pages, all)
		}
	}
}

func TestAWalkByCursorNeitherRepeatsNorMissesWhileOthersComeAndGo(t *testing.T) {
	s := newService(t)
	ids := s.people(6)
	r := s.find("cursor=", "count=2")
	s.do("DELETE", "/Users/"+ids[0], "").want(204)
	s.do("DELETE", "/Users/"+ids[1], "").want(204) // where the cursor stands
	s.create(`"userName":"U-new"`)
	next := r.at("nextCursor").(string)
	r = s.find("cursor="+next, "count=2")
	if r.names() != "cd" {
		t.Error(r.names())
	}
	if r.at("previousCursor") != nil {
		t.Error("what is first now has a page before it")
	}
	r = s.find("cursor="+r.at("nextCursor").(string), "count=5")
	if r.names() != "efnew" || r.at("nextCursor") != nil {
		t.Error(r.names(), r.at("nextCursor"))
	}
	if r = s.find("cursor="+r.at("previousCursor").(string), "count=1"); r.names() != "d" || r.at("nextCursor") == nil {
		t.Error(r.names())
	}
}

func TestCursorErrorsHaveTheirOwnTypes(t *testing.T) {
	s := newService(t)
	s.people(5)
	next := s.find("cursor=", "count=2").at("nextCursor").(string)
	for _, c := range []struct{ params, scimType string }{
		{"cursor=nonsense", "invalidCursor"},
		{"cursor=bm9uc2Vuc2U", "invalidCursor"},
		{"cursor=" + next + "&filter=title+pr", "invalidCursor"},
		{"cursor=" + next + "&sortBy=title", "invalidCursor"},
		{"cursor=&count=x", "invalidCount"},
		{"cursor=&startIndex=1", "invalidValue"},
	} {
		s.do("GET", "/Users?"+c.params, "").want(400, c.scimType)
	}
	if e := scim.ExpiredCursor(); e.Status != 400 || e.Type != "expiredCursor" {
		t.Error(e)
	}
}
