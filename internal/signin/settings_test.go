package signin_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestWhatIsSavedOfAConnectionIsCheckedAtItsField(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		for what, c := range map[string]struct {
			change func(*identity.SignOn)
			kind   identity.Kind
			field  string
		}{
			"no choice":                 {func(o *identity.SignOn) { o.JustInTime = "maybe" }, identity.Invalid, "just_in_time"},
			"unasked, where forbidden":  {func(o *identity.SignOn) { o.Unasked = true }, identity.Forbidden, "unasked"},
			"another one's slug":        {func(o *identity.SignOn) { o.SAML.Slug = "globex" }, identity.Invalid, "slug"},
			"an address in the clear":   {func(o *identity.SignOn) { o.SAML.SSOURL = "http://idp.example/sso" }, identity.Invalid, "sso_url"},
			"a script":                  {func(o *identity.SignOn) { o.SAML.SLOURL = "javascript:alert(1)" }, identity.Invalid, "slo_url"},
			"no address":                {func(o *identity.SignOn) { o.OIDC.TokenURL = "idp.example" }, identity.Invalid, "token_url"},
			"a name in the address":     {func(o *identity.SignOn) { o.SAML.SSOURL = "https://a:b@idp.example/" }, identity.Invalid, "sso_url"},
			"half a certificate":        {func(o *identity.SignOn) { o.SAML.Certificates = []string{"MIIB"} }, identity.Invalid, "certificates"},
			"no certificate":            {func(o *identity.SignOn) { o.SAML.Certificates = nil }, identity.Invalid, "certificates"},
			"no entity id":              {func(o *identity.SignOn) { o.SAML.EntityID = "" }, identity.Invalid, "entity_id"},
			"no protocol":               {func(o *identity.SignOn) { o.Protocol = "" }, identity.Invalid, "protocol"},
			"another, of which is none": {func(o *identity.SignOn) { o.Protocol = identity.OIDC }, identity.Invalid, "issuer"},
			"a shared secret signs":     {func(o *identity.SignOn) { o.OIDC.Algorithms = []string{"HS256"} }, identity.Invalid, "algorithms"},
			"nothing signs":             {func(o *identity.SignOn) { o.OIDC.Algorithms = []string{"none"} }, identity.Invalid, "algorithms"},
		} {
			o, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
			e.must(err)
			_, err = e.s.SaveSignOn(t.Context(), e.acme, l.con.ID, o.Version, func(o *identity.SignOn) error { c.change(o); return nil }, byOperator)
			var own *identity.Error
			if !asIdentity(err, &own) || own.Kind != c.kind || own.Field != c.field || own.Msg == "" {
				t.Errorf("%s: got %v", what, err)
			}
			if now, _ := e.s.SignOn(t.Context(), e.acme, l.con.ID); now.Version != o.Version {
				t.Errorf("%s: it was saved", what)
			}
		}
	})
}

func TestADraftMayLackAnythingAndOneOfTwoWhoSaveAtOnceIsTold(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		con, err := e.people.AddConnection(t.Context(), e.acme, "okta", "", byOperator)
		e.must(err)
		save := func(ws identity.WorkspaceID, version int64, title string) (identity.SignOn, error) {
			return e.s.SaveSignOn(t.Context(), ws, con.ID, version, func(o *identity.SignOn) error { o.SAML.EntityID = title; return nil }, byOperator)
		}
		o, err := save(e.acme, 0, "first")
		if err != nil || o.Version != 1 || o.SAML.Slug != "acme" {
			t.Fatalf("saved %+v %v", o, err)
		}
		_, err = save(e.acme, 0, "second")
		var own *identity.Error
		if !asIdentity(err, &own) || own.Kind != identity.Taken || own.Field != "version" {
			t.Errorf("got %v", err)
		}
		if _, err := save(e.globex, 1, "third"); identity.KindOf(err) != identity.NotFound {
			t.Errorf("another workspace: %v", err)
		}
		if _, err := e.s.SignOn(t.Context(), e.globex, con.ID); identity.KindOf(err) != identity.NotFound {
			t.Errorf("another workspace reads: %v", err)
		}
		n := len(e.verbs(e.acme))
		if o, err := save(e.acme, 1, "first"); err != nil || o.Version != 1 || len(e.verbs(e.acme)) != n {
			t.Errorf("saving what is there: %+v %v", o, err)
		}
	})
}

func TestAClientSecretIsSealedAndIsInNoLog(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l, _ := e.open(e.acme, idp.Okta)
		o, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
		e.must(err)
		l.save(func(o *identity.SignOn) { o.OIDC.OldSecret, o.OIDC.Secret = o.OIDC.Secret, "the next secret" })
		now, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
		e.must(err)
		if o.OIDC.Secret == "their secret" || now.OIDC.OldSecret != o.OIDC.Secret || strings.Contains(now.OIDC.Secret, "next") {
			t.Errorf("kept is %q, %q", now.OIDC.Secret, now.OIDC.OldSecret)
		}
		all, err := e.db.Read(e.acme).Changes(t.Context(), 0, 1000)
		e.must(err)
		text, _ := json.Marshal(all)
		for _, secret := range []string{"their secret", "the next secret", o.OIDC.Secret, now.OIDC.Secret} {
			if strings.Contains(string(text), secret) {
				t.Errorf("the log tells %q", secret)
			}
		}
		if !strings.Contains(string(text), `"field":"oidc.secret","after":"changed"`) {
			t.Errorf("the log does not say that it changed:\n%s", text)
		}
	})
}

func TestAnOldAddressKeepsWorkingWhenTheWorkspaceIsRenamed(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		l := e.through(e.acme, idp.Okta)
		l.provision(ann())
		w := l.workspace()
		before := e.s.Addresses(w, l.con.ID, "acme")
		slug := "acme-group"
		_, err := e.people.UpdateWorkspace(t.Context(), e.acme, 0, directory.WorkspaceChange{Slug: &slug}, byOperator)
		e.must(err)
		o, err := e.s.SignOn(t.Context(), e.acme, l.con.ID)
		e.must(err)
		at := e.s.Addresses(l.workspace(), l.con.ID, o.SAML.Slug)
		if at.ACS != before.ACS || at.EntityID != before.EntityID || !strings.HasSuffix(at.Start, "/sso/acme-group") {
			t.Errorf("%+v, was %+v", at, before)
		}
		for _, acs := range []string{before.ACS, strings.Replace(before.ACS, "/acme/", "/acme-group/", 1)} {
			v := l.begin()
			form := v.answer(ann(), func(r *idp.Response) { r.Destination, r.Assertions[0].Confirmations[0].Recipient = acs, acs })
			if _, err := v.bring(form); err != nil {
				t.Errorf("%s: %v", acs, err)
			}
		}
		v := l.begin()
		other := strings.Replace(before.ACS, "/acme/", "/globex/", 1)
		_, err = v.bring(v.answer(ann(), func(r *idp.Response) { r.Destination, r.Assertions[0].Confirmations[0].Recipient = other, other }))
		if r := ruleOf(err); !strings.HasPrefix(r, "S") {
			t.Errorf("at another workspace's: %v", err)
		}
	})
}

func TestAnAddressLeadsToItsDomainsWorkspaceOrToThoseThatKnowIt(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		a, b := e.through(e.acme, idp.Okta), e.through(e.globex, idp.Entra)
		a.provision(ann())
		m := b.provision(bob())
		b.provision(called("both@elsewhere.example"))
		next := called("both@elsewhere.example")
		next.ObjectID = "77777777-0000-4000-8000-000000000000"
		a.provision(next)
		by := func(address string) (slugs string) {
			t.Helper()
			all, err := e.s.ByAddress(t.Context(), address, e.browser())
			e.must(err)
			for _, c := range all {
				slugs += c.Workspace.Slug + ":" + c.Connection.Kind + " "
			}
			return strings.TrimSpace(slugs)
		}
		check := func(address string, want ...string) {
			t.Helper()
			got := strings.Fields(by(address))
			if len(got) != len(want) {
				t.Errorf("%s leads to %q, want %q", address, got, want)
				return
			}
			for _, w := range want {
				if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+w+" ") {
					t.Errorf("%s leads to %q, want %q", address, got, want)
				}
			}
		}
		check("ANN@acme.example ", "acme:okta")
		check("bob@acme.example", "globex:entra")
		check("both@elsewhere.example", "acme:okta", "globex:entra")
		for _, nobody := range []string{"carl@acme.example", "", "@", "x@", "@x", "no address", strings.Repeat("a", 400) + "@acme.example"} {
			check(nobody)
		}
		b.active(m, false)
		check("bob@acme.example")
		e.verified(e.acme, "acme.example")
		check("carl@acme.example", "acme:okta")
		a.save(func(o *identity.SignOn) { o.Enabled = false })
		check("carl@acme.example")

		crowd := account.Client{Remote: netip.MustParseAddr("203.0.113.9")}
		var err error
		for range 100 {
			if _, err = e.s.ByAddress(t.Context(), "x@y.example", crowd); err != nil {
				break
			}
		}
		if identity.KindOf(err) != identity.TooMany {
			t.Errorf("a hundred questions: %v", err)
		}
	})
}

func TestBeginAsksTheConnectionThatIsInUseOrSaysThatThereIsNone(t *testing.T) {
	onEachOf(t, "", func(t *testing.T, e *estate) {
		start := signin.Start{Workspace: e.acme, Client: e.browser(), To: "https://evil.example/x"}
		_, err := e.s.Begin(t.Context(), start)
		refusedBy(t, "without a connection", err, explain.SignOnMissing)
		l := e.through(e.acme, idp.Okta)
		ask, err := e.s.Begin(t.Context(), start)
		if err != nil || !strings.HasPrefix(ask.URL, l.idp.SSOURL()+"?SAMLRequest=") || ask.Browser == "" || ask.Form != nil {
			t.Errorf("asks %+v %v", ask, err)
		}
		start.Browser = ask.Browser
		if again, err := e.s.Begin(t.Context(), start); err != nil || again.Browser != ask.Browser {
			t.Errorf("a second sign-in in the browser has another secret: %v", err)
		}
		start.Browser = "short"
		if again, err := e.s.Begin(t.Context(), start); err != nil || again.Browser == "short" {
			t.Errorf("a made-up secret is kept: %v", err)
		}
		v := l.begin(func(s *signin.Start) { s.To = "//evil.example" })
		l.provision(ann())
		if o, err := v.bring(v.answer(ann())); err != nil || o.To != "" {
			t.Errorf("leads to %q %v", o.To, err)
		}
		l.save(func(o *identity.SignOn) { o.SAML.SSOPostURL, o.SAML.SSOURL = o.SAML.SSOURL, "" })
		if ask, err := e.s.Begin(t.Context(), start); err != nil || ask.Form.Get("SAMLRequest") == "" || ask.URL != l.idp.SSOURL() {
			t.Errorf("by form it asks %+v %v", ask, err)
		}
		_, err = e.s.Begin(t.Context(), signin.Start{Workspace: e.globex, Connection: l.con.ID, Client: e.browser()})
		refusedBy(t, "another workspace's connection", err, explain.SignOnMissing)
	})
}
