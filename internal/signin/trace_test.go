package signin_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestEverySignInLeavesATraceWithoutWhatThePersonIs(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		m := l.provision(ann())
		v := l.begin()
		form := v.answer(ann(), saying("salary", "93,500"))
		good, err := v.bring(form)
		e.must(err)
		_, err = l.as(bob(), func(r *idp.Response) { r.Assertions[0].Audiences = [][]string{{"https://other.example"}} })
		bad := refusedBy(t, "another audience", err, "S31")
		for code, rule := range map[string]string{good.Code: "", bad.Code: bad.Rule} {
			if !regexp.MustCompile(`^(OK|[SPO]\d\d)-[0-9A-HJKMNP-TV-Z]{5}$`).MatchString(code) {
				t.Errorf("the code %q cannot be read out", code)
			}
			tr, found, err := e.s.Trace(t.Context(), e.acme, strings.ToLower(code))
			if err != nil || !found || tr.Rule != rule || tr.Connection != l.con.ID || len(tr.Steps) < 3 || tr.Protocol != identity.SAML {
				t.Errorf("%s: %+v %v", code, tr, err)
			}
			whole, _ := json.Marshal(tr)
			for _, secret := range []string{"ann@", "bob@", "93,500", form.Get("SAMLResponse")[:40], good.Fresh.Secret, v.ask.Browser, "Ames"} {
				if strings.Contains(string(whole), secret) {
					t.Errorf("%s: the trace tells %q:\n%s", code, secret, whole)
				}
			}
			if !strings.Contains(string(whole), "…@acme.example") && rule == "" {
				t.Errorf("%s: nobody knows who it was: %s", code, whole)
			}
			if _, found, _ := e.s.Trace(t.Context(), e.globex, code); found {
				t.Errorf("%s: another workspace reads it", code)
			}
		}
		if tr, _, _ := e.s.Trace(t.Context(), e.acme, good.Code); tr.Member != m.ID {
			t.Errorf("the trace is of %q", tr.Member)
		}
	})
}

func TestTracesAreListedByOutcomeConnectionAndMemberAndPageByPage(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, other := e.through(e.acme, idp.Okta), e.through(e.acme, idp.Generic)
		m := l.provision(ann())
		for range 3 {
			l.in(ann())
		}
		other.save(func(o *identity.SignOn) { o.JustInTime = "off" })
		for range 2 {
			_, err := other.as(bob())
			refusedBy(t, "nobody", err, explain.MemberMissing)
		}
		for what, c := range map[string]struct {
			f    signin.TraceFilter
			want int
		}{
			"all":                {signin.TraceFilter{}, 5},
			"refused":            {signin.TraceFilter{Refused: true}, 2},
			"good":               {signin.TraceFilter{Good: true}, 3},
			"of a connection":    {signin.TraceFilter{Connection: other.con.ID}, 2},
			"of a member":        {signin.TraceFilter{Member: m.ID}, 3},
			"by a rule":          {signin.TraceFilter{Rule: "P12"}, 2},
			"of none":            {signin.TraceFilter{Member: "mem_x"}, 0},
			"good, of the other": {signin.TraceFilter{Good: true, Connection: other.con.ID}, 0},
		} {
			seen, cursor := map[string]bool{}, ""
			for {
				page, next, err := e.s.Traces(t.Context(), e.acme, c.f, 2, cursor)
				e.must(err)
				for _, tr := range page {
					seen[tr.Code] = true
				}
				if cursor = next; next == "" {
					break
				}
			}
			if len(seen) != c.want {
				t.Errorf("%s: %d, want %d", what, len(seen), c.want)
			}
		}
		if page, _, err := e.s.Traces(t.Context(), e.globex, signin.TraceFilter{}, 10, ""); err != nil || len(page) != 0 {
			t.Errorf("another workspace lists %d %v", len(page), err)
		}
		e.pass(31 * 24 * time.Hour)
		e.must(e.s.Tick(t.Context()))
		if page, _, err := e.s.Traces(t.Context(), e.acme, signin.TraceFilter{}, 10, ""); err != nil || len(page) != 0 {
			t.Errorf("after 31 days there are %d %v", len(page), err)
		}
	})
}

func TestATestSignInShowsWhatWouldHappenAndDoesNothing(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta, func(o *identity.SignOn) { o.JustInTime, o.Enabled = "on", false })
		m := l.provision(ann())
		test := func(s *signin.Start) { s.Purpose, s.Tester = signin.ToTest, m.ID }
		before := len(e.verbs(e.acme))
		v := l.begin(test)
		o, err := v.bring(v.answer(bob(), saying("role", "admin")))
		e.must(err)
		if o.Report == nil || o.Fresh.Secret != "" || !strings.Contains(strings.Join(o.Report.Would, " "), "Make Bob Berg a new member.") ||
			strings.Join(o.Report.Roles, ",") != "admin" || o.Report.Assertion.Address != "bob@acme.example" {
			t.Errorf("the report is %+v", o.Report)
		}
		if len(e.members(e.acme)) != 1 || len(e.verbs(e.acme)) != before {
			t.Error("something was done all the same")
		}
		tr, found, err := e.s.Trace(t.Context(), e.acme, o.Code)
		if err != nil || !found || !tr.Test || tr.Steps[len(tr.Steps)-1].What == "" {
			t.Errorf("the trace is %+v %v", tr, err)
		}
		_, err = v.bring(v.answer(bob()))
		if r := refusedBy(t, "once more", err, explain.RequestUsed); !r.Test {
			t.Error("the refusal is not a test's")
		}
		v = l.begin(test)
		_, err = v.bring(v.answer(bob(), func(r *idp.Response) { r.Assertions[0].Audiences = nil }))
		if r := ruleOf(err); !strings.HasPrefix(r, "S") {
			t.Errorf("a test of a wrong response: %v", err)
		}
		_, err = e.s.Begin(t.Context(), signin.Start{Workspace: e.acme, Connection: l.con.ID, Client: e.browser()})
		refusedBy(t, "a real sign-in through a draft", err, explain.ConnectionOff)
		if on, _ := e.s.SignOn(t.Context(), e.acme, l.con.ID); !on.Proven.IsZero() {
			t.Error("a test proves the settings")
		}
	})
}

func TestAnAdministratorsSignInProvesTheSettingsUntilTheyChange(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		boss := e.joined(e.acme, "bob@acme.example", "admin")
		proven := func() identity.SignOn {
			o, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
			e.must(err)
			return o
		}
		l.in(ann())
		if !proven().Proven.IsZero() {
			t.Error("a member has proven it")
		}
		v := l.begin()
		l.save(func(o *identity.SignOn) { o.SAML.SLOURL = "https://idp.example/slo" })
		if _, err := v.bring(v.answer(bob())); err != nil || !proven().Proven.IsZero() {
			t.Errorf("a sign-in begun before the change has proven it: %v", err)
		}
		l.in(bob())
		if o := proven(); o.Proven.IsZero() || o.ProvenBy != boss.ID {
			t.Errorf("it is %+v", o)
		}
		l.save(func(o *identity.SignOn) { o.JustInTime = "off" })
		if proven().Proven.IsZero() {
			t.Error("a change that does not matter took it away")
		}
		l.save(func(o *identity.SignOn) { o.SAML.SSOURL = "https://idp.example/other" })
		if o := proven(); !o.Proven.IsZero() || o.ProvenBy != "" {
			t.Errorf("after a change that matters it is %+v", o)
		}
	})
}

func TestStrangersCannotFillAWorkspacesListOfSignIns(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		w := l.workspace()
		for range 150 {
			_, err := e.s.FinishSAML(t.Context(), w, url.Values{"SAMLResponse": {"PGEvPg=="}}, "", e.browser())
			if ruleOf(err) == "" {
				t.Fatalf("got %v", err)
			}
		}
		total := 0
		for cursor := ""; ; {
			page, next, err := e.s.Traces(t.Context(), e.acme, signin.TraceFilter{}, 200, cursor)
			e.must(err)
			total += len(page)
			if cursor = next; next == "" {
				break
			}
		}
		if total < 50 || total > 110 {
			t.Errorf("%d traces are kept", total)
		}
	})
}
