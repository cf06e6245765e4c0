package main_test

import (
	"fmt"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// webwork follows WebWork's help page: the application of Okta's catalogue,
// with the boxes under To App enabled.
func webwork(d *desk, edit ...func(*lab.OktaOptions)) *lab.Okta {
	opt := lab.OktaOptions{NoGroups: true}
	for _, e := range edit {
		e(&opt)
	}
	return lab.NewOkta(d.dir, d.target(), opt)
}

func TestW09_W20_TestAPICredentialsTakesTheTokenInEitherForm(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "webwork")
	for _, raw := range []bool{false, true} {
		to := d.target()
		to.RawToken = raw
		d.do(lab.NewOkta(d.dir, to, lab.OktaOptions{}).TestConnection(t.Context()))
		to.Token += "x"
		if err := lab.NewOkta(d.dir, to, lab.OktaOptions{}).TestConnection(t.Context()); err == nil {
			t.Errorf("raw %v: a wrong token is taken", raw)
		}
	}
}

func TestW04_W05_W06_W07_W17_OktaPushesPeopleProfilesDeactivationAndReactivation(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*lab.OktaOptions){"catalogue": func(*lab.OktaOptions) {}, "custom": func(o *lab.OktaOptions) { o.Custom = true }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, "webwork")
			ann := d.hire("Ann", "Lee", "ann@acme.example", func(p *lab.Person) { p.JobTitle = "Designer" })
			d.do(d.dir.Assign(ann))
			okta := webwork(d, edit)
			d.sync(okta)
			// Nobody appears as joined before the first sign-in.
			d.shows("ann@acme.example", "Ann Lee, Employee, Pending")
			id := d.user("ann@acme.example")["id"].(string)
			a, err := d.call("PATCH", "/Users/"+id, operations(`{"op":"add","path":"nickName","value":"Annie"}`))
			d.says(a, err, 200)

			d.do(d.dir.Rename(ann, "Anna", "Ray"), d.dir.Move(ann, "Design", "Lead"))
			d.sync(okta)
			d.shows("ann@acme.example", "Anna Ray, Employee, Pending")
			d.equal("what Okta does not map", d.user("ann@acme.example")["nickName"], "Annie")

			d.do(d.dir.Unassign(ann))
			d.sync(okta)
			d.shows("ann@acme.example", "Anna Ray, Employee, Inactive")
			d.equal("what is kept", d.user("ann@acme.example")["title"], "Lead")

			d.do(d.dir.Assign(ann))
			d.sync(okta)
			d.shows("ann@acme.example", "Anna Ray, Employee, Pending") // as she has not signed in yet
			d.equal("id", d.user("ann@acme.example")["id"], id)
			d.equal("requests to delete", count(d.tape.take(), "DELETE"), 0)
		})
	}
}

func TestW10_EachBoxUnderToAppWorksAlone(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		create, update, deactivate := n&1 != 0, n&2 != 0, n&4 != 0
		t.Run(fmt.Sprintf("create %v update %v deactivate %v", create, update, deactivate), func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, "webwork")
			ann := d.hire("Ann", "Lee", "ann@acme.example")
			d.do(d.dir.Assign(ann))
			d.sync(webwork(d)) // was here before the boxes were changed
			okta := webwork(d, func(o *lab.OktaOptions) { o.NoCreate, o.NoUpdate, o.NoDeactivate = !create, !update, !deactivate })
			d.do(d.dir.Assign(d.hire("Bob", "Ray", "bob@acme.example")), d.dir.Rename(ann, "Anna", "Lee"))
			d.sync(okta)
			d.equal("Bob is created", d.user("bob@acme.example") != nil, create)
			d.equal("Ann's name", d.user("ann@acme.example")["displayName"], map[bool]string{true: "Anna Lee", false: "Ann Lee"}[update])
			d.do(d.dir.Unassign(ann))
			d.sync(okta)
			d.equal("Ann is active", d.user("ann@acme.example")["active"], !deactivate)
		})
	}
}
