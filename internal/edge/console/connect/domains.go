package connect

import (
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// domainsPage is the page of the workspace's own e-mail domains.
type domainsPage struct {
	Rows []domainRow
	May  bool // change them
}

// domainRow is one domain, with the record that proves it.
type domainRow struct {
	identity.Domain
	Shown       string // in its own script
	Host, Value string
	State       standing
	Show        bool // the record is still to be made, or put back
}

func showDomains(q *frame.Request) error {
	all, err := q.SignIn.Domains(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	d := domainsPage{May: q.Can(access.ChangeDomains)}
	verified := 0
	for i := range all {
		row := domainRowOf(&all[i], q.Store.Now())
		if !row.Verified.IsZero() {
			verified++
		}
		d.Rows = append(d.Rows, row)
	}
	state := "E-mail domains that are proven to be this " + q.Product.Words.Workspace + "’s."
	if len(all) > 0 {
		state = frame.Counted(int64(len(all)), "domain", "domains") + ", " + frame.Number(int64(verified)) + " verified."
	}
	return q.Render(frame.Page{Title: "Domains", State: state, Nav: frame.NavSSO, Tabs: homeTabs(q, "domains"), Template: "connect/domains", Data: d})
}

func domainRowOf(d *identity.Domain, now time.Time) domainRow {
	row := domainRow{Domain: *d, Shown: signin.DomainShown(d.Name), Show: d.Verified.IsZero() || !d.Missing.IsZero()}
	row.Host, row.Value = signin.Record(d)
	switch {
	case !d.Verified.IsZero() && d.Missing.IsZero():
		row.State = standing{"Verified", "good", ""}
	case !d.Verified.IsZero():
		left := max(0, d.Missing.Add(signin.LapseAfter).Sub(now))
		row.State = standing{"Record missing", "bad", "It lapses in " + frame.Counted(int64((left+24*time.Hour-1)/(24*time.Hour)), "day", "days") + " unless the record is put back."}
	case !d.Missing.IsZero():
		row.State = standing{"Lapsed", "bad", "The record was missing for seven days. Put it back and check."}
	case d.Checked.IsZero():
		row.State = standing{"Not verified yet", "off", "Add the record below at your DNS provider, then check."}
	default:
		row.State = standing{"Not verified yet", "wait", "The record was not there at the last look."}
	}
	return row
}

func addDomain(q *frame.Request) error {
	d, err := q.SignIn.AddDomain(q.Context(), q.Workspace.ID, q.Field("name"), q.Origin())
	if err != nil {
		return q.Again(err, showDomains)
	}
	return q.Redirect(domainAt(q, d.Name), d.Name+" is added. Add its record to the DNS now, then check it.")
}

// domainAt is the page of the domains, at one of them.
func domainAt(q *frame.Request, name string) string {
	return q.To("settings", "sso", "domains") + "#" + name
}

func checkDomain(q *frame.Request) error {
	d, err := q.SignIn.CheckDomain(q.Context(), q.Workspace.ID, q.Part("domain"), q.Origin())
	if err != nil {
		return q.Again(err, showDomains)
	}
	notice := d.Name + " is verified."
	if d.Captures {
		notice += " Addresses in it lead to your sign-in from now on."
	}
	return q.Redirect(domainAt(q, d.Name), notice)
}

func captureDomain(q *frame.Request) error {
	d, err := q.SignIn.SetCaptures(q.Context(), q.Workspace.ID, q.Part("domain"), q.Field("on") == "on", q.Origin())
	if err != nil {
		return q.Again(err, showDomains)
	}
	notice := "Addresses in " + d.Name + " no longer lead to your sign-in. People sign in by the " + q.Product.Words.Slug + "."
	if d.Captures {
		notice = "Addresses in " + d.Name + " lead to your sign-in."
	}
	return q.Redirect(domainAt(q, d.Name), notice)
}

func removeDomain(q *frame.Request) error {
	name := q.Part("domain")
	if err := q.SignIn.RemoveDomain(q.Context(), q.Workspace.ID, name, q.Origin()); err != nil {
		return q.Again(err, showDomains)
	}
	return q.Redirect(q.To("settings", "sso", "domains"), name+" is removed. Nobody loses access.")
}
