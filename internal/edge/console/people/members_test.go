package people_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/edge/console/consoletest"
	"github.com/anteroom-id/anteroom/internal/product"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// waitFor waits for something that is written along with what comes next.
func (w *world) waitFor(so func() bool) {
	w.T.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			w.T.Fatal("it did not come to be so within ten seconds")
		}
	}
}

func TestK12_TypeToFilterFindsWhoHasAWordThatBeginsSo(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	d.person("Maria", "Rossi", "")
	d.person("Zoë", "Öhman", "")
	gone := d.person("Mario", "Bianchi", "")
	d.patch(gone, `{"op":"replace","path":"active","value":false}`)
	for text, found := range map[string][]string{
		"mar":    {"Maria Rossi", "!Zoë", "!Mario"},
		"ROSS":   {"Maria Rossi"},
		"öh":     {"Zoë Öhman", "!Maria"},
		"ma ros": {"Maria Rossi", "!Zoë"},
		"acme":   {"Maria Rossi", "Zoë Öhman", "Ada Lovelace", "!Mario"},
		"aria":   {"Nobody here is found by", "!Maria Rossi"},
		"mario":  {"Nobody here", "Look under Inactive."},
	} {
		t.Run(text, func(t *testing.T) {
			want(t, w.ada.Get("/w/acme/members?q="+url.QueryEscape(text)), 200, append(found, `value="`+text+`"`)...)
		})
	}
	want(t, w.ada.Get("/w/acme/members?tab=inactive&q=mario"), 200, "Mario Bianchi")
	want(t, w.gil.Get("/w/globex/members?q=mar"), 200, "Nobody here", "!Maria")
	if a := w.ada.Get("/w/acme/members?q=%22%3E%3Cscript%3Ealert(1)"); contains(a.Body, "<script>alert") {
		t.Error("what was typed comes back as markup")
	}
	for _, bad := range []string{"tab=all", "after=x", "before=%21", "after=bWVtXw"} {
		want(t, w.ada.Get("/w/acme/members?"+bad), 404)
	}
}

func TestT24_E12_W17_EveryTabHasItsPeopleAndItsCount(t *testing.T) {
	w := newWorld(t, consoletest.Load(t, "webwork"))
	d := w.idp(w.Acme)
	d.person("Maria", "Rossi", "")
	d.person("Guido", "Ospite", `,"userType":"Guest"`)
	d.patch(d.person("Ines", "Gone", ""), `{"op":"replace","path":"active","value":"False"}`)
	words := w.Product.Words
	page := w.ada.Get("/w/acme/members")
	want(t, page, 200, "Ada Lovelace", "!Maria Rossi", "!Ines")
	for tab, has := range map[string]string{"pending": "Maria Rossi", "guest": "Guido Ospite", "inactive": "Ines Gone"} {
		want(t, w.ada.Get("/w/acme/members?tab="+tab), 200, has, "!Nobody is waiting")
		if !regexp.MustCompile(`tab=` + tab + `"[^>]*>[^<]+<span class="count">1<`).MatchString(page.Body) {
			t.Errorf("the tab %s does not count one", tab)
		}
	}
	want(t, w.ada.Get("/w/acme/members?tab=pending"), 200, strings.ToUpper(words.Pending[:1])+words.Pending[1:])
}

func TestMembersAreListedPageByPage(t *testing.T) {
	w := newWorld(t, nil)
	d := w.idp(w.Acme)
	for i := range 60 {
		d.person("Anna", fmt.Sprintf("Nummer%02d", i), "")
	}
	seen := map[string]bool{}
	rows := regexp.MustCompile(`Nummer\d\d`)
	older := regexp.MustCompile(`href="([^"]+)" rel="next"`)
	newer := regexp.MustCompile(`href="([^"]+)" rel="prev"`)
	for _, first := range []string{"/w/acme/members", "/w/acme/members?q=anna"} {
		clear(seen)
		page := w.ada.Get(first)
		for _, n := range rows.FindAllString(page.Body, -1) {
			seen[n] = true
		}
		next := older.FindStringSubmatch(page.Body)
		if next == nil {
			t.Fatal("no link to older ones")
		}
		second := w.ada.Get(strings.ReplaceAll(next[1], "&amp;", "&"))
		for _, n := range rows.FindAllString(second.Body, -1) {
			seen[n] = true
		}
		if len(seen) != 60 {
			t.Errorf("%s: two pages show %d of 60", first, len(seen))
		}
		back := newer.FindStringSubmatch(second.Body)
		if back == nil {
			t.Fatal("no link back")
		}
		want(t, w.ada.Get(strings.ReplaceAll(back[1], "&amp;", "&")), 200, "Nummer")
	}
}

func TestSomebodyIsInvitedByMail(t *testing.T) {
	w := newWorld(t, nil)
	want(t, w.ada.Get("/w/acme/members/invite"), 200, "Works in the product.", "Administrator")
	next := done(w.ada, w.ada.Post("/w/acme/members/invite", "address", "new@acme.example", "given", "Nina", "family", "New", "role", "admin"), "on its way to new@acme.example")
	want(t, next, 200, "Nina New", "Administrator", "by hand")
	mails, err := w.Outbox.Read(context.Background(), "", 1)
	if err != nil || len(mails) != 1 || !strings.Contains(mails[0].Text, "/link/") {
		t.Fatal(mails, err)
	}
	for name, c := range map[string]struct {
		fields []string
		status int
		say    string
	}{
		"no address":     {[]string{"address", "", "given", "Kept"}, 422, "address"},
		"not an address": {[]string{"address", "nonsense", "given", "Kept"}, 422, "nonsense"},
		"taken":          {[]string{"address", "ada@acme.example", "given", "Kept"}, 409, "has joined already"},
		"unknown role":   {[]string{"address", "b@acme.example", "given", "Kept", "role", "emperor"}, 422, "emperor"},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, w.ada.Post("/w/acme/members/invite", c.fields...), c.status, c.say, `value="Kept"`)
		})
	}
	admin := w.Person(w.Acme, "bo@acme.example", "Bo", "Admin", "admin")
	want(t, admin.Post("/w/acme/members/invite", "address", "c@acme.example", "role", "owner"), 403, "rights that you do not have")
}

func TestWithoutInvitationsThereIsNoPageForThem(t *testing.T) {
	p := product.Default()
	p.SignIn.Invitations = false
	w := newWorld(t, p)
	want(t, w.ada.Get("/w/acme/members"), 200, "!/members/invite")
	want(t, w.ada.Get("/w/acme/members/invite"), 404)
	want(t, w.ada.Post("/w/acme/members/invite", "address", "x@acme.example"), 404)
}
