package signin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// proven adds a domain and verifies it.
func (e *estate) proven(ws identity.WorkspaceID, name string) identity.Domain {
	e.t.Helper()
	d, err := e.s.AddDomain(e.t.Context(), ws, name, byOperator)
	e.must(err)
	host, value := signin.Record(&d)
	e.dns.Set(host, "v=spf1 -all", value)
	d, err = e.s.CheckDomain(e.t.Context(), ws, d.Name, byOperator)
	e.must(err)
	return d
}

func (e *estate) domain(ws identity.WorkspaceID, name string) identity.Domain {
	e.t.Helper()
	d, _, err := e.db.Read(ws).Domain(e.t.Context(), name)
	e.must(err)
	return d
}

func TestADomainIsVerifiedByItsRecordAndByNothingElse(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		d, err := e.s.AddDomain(ctx, e.acme, " @ACME.example. ", byOperator)
		e.must(err)
		if d.Name != "acme.example" || len(d.Token) < 26 || !d.Verified.IsZero() {
			t.Fatalf("added %+v", d)
		}
		host, value := signin.Record(&d)
		if host != "_anteroom.acme.example" || value != "anteroom-domain-verification="+d.Token {
			t.Errorf("the record is %s %s", host, value)
		}
		check := func() error { _, err := e.s.CheckDomain(ctx, e.acme, "acme.example", byOperator); return err }
		toldWith(t, "no record", check(), identity.Invalid, explain.DomainNoRecord)
		e.dns.Set("acme.example", "v=spf1 -all")
		toldWith(t, "other records", check(), identity.Invalid, explain.DomainNoRecord)
		e.dns.Set(host, "anteroom-domain-verification=abcd")
		toldWith(t, "another value", check(), identity.Invalid, explain.DomainOtherRecord)
		e.dns.Set(host, value+"x")
		toldWith(t, "a longer value", check(), identity.Invalid, explain.DomainOtherRecord)
		e.dns.Fail(true)
		toldWith(t, "a failing DNS", check(), identity.Unavailable, explain.DomainNoAnswer)
		e.dns.Fail(false)
		if d := e.domain(e.acme, "acme.example"); !d.Verified.IsZero() || d.Checked.IsZero() {
			t.Errorf("it is %+v", d)
		}
		e.dns.Set(host)
		e.dns.Set("acme.example", "v=spf1 -all", " "+value+" ")
		e.must(check())
		e.must(check())
		got, found, err := e.db.CapturingDomain(ctx, "mail.acme.example")
		if got != e.acme || !found || err != nil {
			t.Errorf("an address below it leads to %q %v", got, err)
		}
		_, err = e.s.SetCaptures(ctx, e.acme, "acme.example", false, byOperator)
		e.must(err)
		if got, found, _ := e.db.CapturingDomain(ctx, "acme.example"); found {
			t.Errorf("it captures for %s although that is off", got)
		}
		e.must(e.s.RemoveDomain(ctx, e.acme, "acme.example", byOperator))
		want := []identity.Verb{identity.DomainAdded, identity.DomainVerified, identity.DomainChanged, identity.DomainRemoved}
		got4 := e.verbs(e.acme)
		if got4 = got4[len(got4)-4:]; strings.Join(texts(got4), " ") != strings.Join(texts(want), " ") {
			t.Errorf("the log says %v", got4)
		}
	})
}

func texts(all []identity.Verb) (out []string) {
	for _, v := range all {
		out = append(out, string(v))
	}
	return out
}

func TestADomainIsOneWorkspacesAndOnlyWhoHoldsItLearnsThat(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		e.proven(e.acme, "acme.example")
		d, err := e.s.AddDomain(ctx, e.globex, "acme.example", byOperator)
		e.must(err) // nothing is said yet
		_, err = e.s.CheckDomain(ctx, e.globex, "acme.example", byOperator)
		toldWith(t, "without the record", err, identity.Invalid, explain.DomainOtherRecord)
		host, value := signin.Record(&d)
		e.dns.Set(host, value)
		_, err = e.s.CheckDomain(ctx, e.globex, "acme.example", byOperator)
		toldWith(t, "with the record", err, identity.Taken, explain.DomainTaken)
		if err == nil || strings.Contains(err.Error(), string(e.acme)) {
			t.Errorf("it is said whose it is: %v", err)
		}
		// Acme's record is gone, so that it lapses, and then it is free.
		e.must(e.s.Tick(ctx))
		for range 9 {
			e.pass(24 * time.Hour)
			e.must(e.s.Tick(ctx))
		}
		_, err = e.s.CheckDomain(ctx, e.globex, "acme.example", byOperator)
		e.must(err)
		if got, _, _ := e.db.CapturingDomain(ctx, "acme.example"); got != e.globex {
			t.Errorf("it leads to %s", got)
		}
	})
}

func TestWhatCannotBeOnesOwnDomainIsRefused(t *testing.T) {
	t.Parallel()
	e := newEstate(t, t.TempDir())
	for typed, code := range map[string]explain.Code{
		"": explain.DomainName, "acme example": explain.DomainName, "https://acme.example": explain.DomainName, "ann@acme.example": explain.DomainName,
		"192.0.2.7": explain.DomainName, "[2001:db8::1]": explain.DomainName, "acme..example": explain.DomainName, "a_b.example": explain.DomainName,
		strings.Repeat("a", 64) + ".example": explain.DomainName, strings.Repeat("abcdefgh.", 29) + "example": explain.DomainName, "-acme.example": explain.DomainName,
		"example": explain.DomainPublicSuffix, "localhost": explain.DomainPublicSuffix, "com": explain.DomainPublicSuffix, "co.uk": explain.DomainPublicSuffix,
		"github.io": explain.DomainPublicSuffix, "any.Kawasaki.JP": explain.DomainPublicSuffix, "xn--p1ai": explain.DomainPublicSuffix,
		"gmail.com": explain.DomainFreeMail, "GMAIL.com": explain.DomainFreeMail, "mail.gmail.com": explain.DomainFreeMail, "outlook.com": explain.DomainFreeMail,
		"yahoo.co.uk": explain.DomainFreeMail, "proton.me": explain.DomainFreeMail, "qq.com": explain.DomainFreeMail,
	} {
		_, err := e.s.AddDomain(t.Context(), e.acme, typed, byOperator)
		toldWith(t, typed, err, identity.Invalid, code)
	}
	for _, c := range [][2]string{
		{"acme.co.uk", "acme.co.uk"}, {"Bücher.example", "xn--bcher-kva.example"}, {"acme.github.io", "acme.github.io"}, {"mail.acme.example", "mail.acme.example"},
		{"xn--bcher-kva.example", ""}, {"BÜCHER。example", ""},
	} {
		d, err := e.s.AddDomain(t.Context(), e.acme, c[0], byOperator)
		switch {
		case c[1] != "" && (err != nil || d.Name != c[1]):
			t.Errorf("%s became %q: %v", c[0], d.Name, err)
		case c[1] == "" && identity.KindOf(err) != identity.Taken:
			t.Errorf("%s is there already: %v", c[0], err)
		}
	}
}

func TestADomainWhoseRecordIsGoneLapsesAfterAWeekAndNotBefore(t *testing.T) {
	onEach(t, func(t *testing.T, e *estate) {
		ctx := t.Context()
		e.joined(e.acme, "olga@acme.example", "owner")
		e.joined(e.globex, "gus@globex.example", "owner")
		host, value := signin.Record(new(e.proven(e.acme, "acme.example")))
		day := func(n int) {
			for range n {
				e.pass(24*time.Hour + time.Minute)
				e.must(e.s.Tick(ctx))
				e.must(e.s.Tick(ctx))
			}
		}
		letters := func() int { return len(e.mailed("olga@acme.example")) }
		before := letters()
		day(2)
		if n := e.dns.Asked()[host]; n != 3 {
			t.Errorf("looked up %d times in two days and at the verification", n)
		}
		e.dns.Set(host)
		day(1)
		if d := e.domain(e.acme, "acme.example"); d.Verified.IsZero() || d.Missing.IsZero() || letters() != before+1 {
			t.Errorf("day 1: %+v, %d letters", d, letters()-before)
		}
		e.dns.Fail(true)
		day(2)
		e.dns.Fail(false)
		day(2)
		if letters() != before+1 {
			t.Errorf("day 5: %d letters", letters()-before)
		}
		day(1)
		if d := e.domain(e.acme, "acme.example"); d.Verified.IsZero() || letters() != before+2 {
			t.Errorf("day 6: %+v, %d letters", d, letters()-before)
		}
		e.dns.Set(host, value)
		day(1)
		if d := e.domain(e.acme, "acme.example"); d.Verified.IsZero() || !d.Missing.IsZero() {
			t.Errorf("it is back: %+v", d)
		}
		e.dns.Set(host)
		day(8)
		if d := e.domain(e.acme, "acme.example"); !d.Verified.IsZero() || letters() != before+5 {
			t.Errorf("after a week: %+v, %d letters", d, letters()-before)
		}
		if text := e.mailed("olga@acme.example")[0].Text; !strings.Contains(text, "no longer verified") {
			t.Errorf("the last letter says %s", text)
		}
		if n := len(e.mailed("gus@globex.example")); n != 0 {
			t.Errorf("the other workspace was sent %d letters", n)
		}
		asked := e.dns.Asked()[host]
		day(3)
		if e.dns.Asked()[host] != asked {
			t.Error("a domain that has lapsed is still looked up")
		}
	})
}

func TestADomainIsNotFoundInAnotherWorkspace(t *testing.T) {
	t.Parallel()
	e := newEstate(t, t.TempDir())
	ctx := t.Context()
	e.proven(e.acme, "acme.example")
	_, checked := e.s.CheckDomain(ctx, e.globex, "acme.example", byOperator)
	_, captured := e.s.SetCaptures(ctx, e.globex, "acme.example", false, byOperator)
	for what, err := range map[string]error{"check": checked, "capture": captured, "remove": e.s.RemoveDomain(ctx, e.globex, "acme.example", byOperator)} {
		if identity.KindOf(err) != identity.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if all, err := e.s.Domains(ctx, e.globex); len(all) != 0 || err != nil {
		t.Errorf("it has %v: %v", all, err)
	}
}
