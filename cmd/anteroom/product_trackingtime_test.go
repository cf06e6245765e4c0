package main_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

// trackingtime follows TrackingTime's help page up to Start: a non-gallery
// application with Entra's own mapping; the page speaks of people only.
func trackingtime(d *desk) *lab.Entra {
	return lab.NewEntra(d.dir, d.target(), lab.EntraOptions{NoGroups: true})
}

func TestT05_T15_T16_T17_T18_URLAndTokenAreDisplayedAndTestConnectionSucceeds(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "trackingtime")
	page := d.page()
	for _, part := range []string{d.SCIMURL, "Tenant URL", "Secret Token", "Waiting for the directory"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.do(d.dir.Assign(ann))
	entra := trackingtime(d)
	d.do(entra.TestConnection(t.Context()))
	soon(t, "after the test", func() error { // requests that only read are logged within a second
		if !strings.Contains(d.page(), "Last request from the directory") {
			return errors.New("the page does not tell of the test")
		}
		return nil
	})
	d.sync(entra)
	if page = d.page(); !strings.Contains(page, "1 person and 0 groups.") {
		t.Error("the page does not tell how many have come")
	}
	to := d.target()
	to.Token += "x"
	err := lab.NewEntra(d.dir, to, lab.EntraOptions{}).TestConnection(t.Context())
	if !errors.Is(err, lab.ErrUnauthorized) || !strings.Contains(err.Error(), "wrong or was revoked; issue a new one") {
		t.Errorf("a mistyped token: %v", err)
	}
	to = d.target()
	to.URL = strings.Replace(to.URL, "/scim/v2", "/scim/v1", 1)
	if err := lab.NewEntra(d.dir, to, lab.EntraOptions{}).TestConnection(t.Context()); err == nil || !strings.Contains(err.Error(), "the base URL ends in /scim/v2") {
		t.Errorf("a mistyped URL: %v", err)
	}
}

func TestT20_T22_WhoIsAddedToTheAppIsInTheWorkspaceAsProjectManager(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "trackingtime")
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.hire("Bob", "Ray", "bob@acme.example") // not assigned
	d.do(d.dir.Assign(ann))
	d.sync(trackingtime(d))
	d.shows("ann@acme.example", "Ann Lee, Project Manager, Active")
	d.equal("members", len(d.members()), 1)
}

func TestT21_NamesAndAddressAreSyncedAndTheMemberStaysTheSame(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "trackingtime")
	ann := d.hire("Ann", "Lee", "ann@acme.example")
	d.do(d.dir.Assign(ann))
	entra := trackingtime(d)
	d.sync(entra)
	member, id := d.member("ann@acme.example").key, d.user("ann@acme.example")["id"]
	d.do(d.dir.Rename(ann, "Anna", "Ray"))
	d.sync(entra)
	d.shows("ann@acme.example", "Anna Ray, Project Manager, Active")
	d.do(d.dir.ChangeMail(ann, "anna.ray@acme.example"))
	d.sync(entra)
	d.equal("the member after another address", d.member("anna.ray@acme.example").key, member)
	d.do(d.dir.ChangeUserName(ann, "anna.ray@acme.example"))
	d.sync(entra)
	d.equal("the resource after another user name", d.user("anna.ray@acme.example")["id"], id)
	d.equal("members", len(d.members()), 1)
}

func TestT23_T24_WhoIsRemovedFromTheAppIsArchivedAndCanBeBroughtBack(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "trackingtime")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	d.do(d.dir.Assign(ann), d.dir.Assign(bob))
	entra := trackingtime(d)
	d.sync(entra)
	before := d.member("ann@acme.example")
	d.do(d.dir.Unassign(ann))
	d.sync(entra)
	d.shows("ann@acme.example", "Ann Lee, Project Manager, Inactive")
	d.do(d.dir.Assign(ann))
	d.sync(entra)
	d.equal("Ann, brought back", d.member("ann@acme.example"), before)

	gone := d.member("bob@acme.example").key
	d.do(d.dir.HardDelete(bob))
	d.sync(entra)
	d.shows("bob@acme.example", "Bob Ray, Project Manager, Removed")
	d.equal("Bob's member", d.member("bob@acme.example").key, gone)
	if d.user("bob@acme.example") != nil {
		t.Error("the deleted user can still be found over SCIM")
	}
}

func TestT14_WithProvisioningSwitchedOffTheReasonIsGivenAndLeaversStillLeave(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "trackingtime")
	ann, bob := d.hire("Ann", "Lee", "ann@acme.example"), d.hire("Bob", "Ray", "bob@acme.example")
	d.do(d.dir.Assign(ann))
	entra := trackingtime(d)
	d.sync(entra)
	d.turn("off")
	d.do(d.dir.Assign(bob), d.dir.Disable(ann))
	d.refused(entra, "403", "provisioning is switched off")
	d.shows("ann@acme.example", "Ann Lee, Project Manager, Inactive")
	d.turn("on")
	d.sync(entra)
	d.shows("bob@acme.example", "Bob Ray, Project Manager, Active")
}

// turn switches the workspace's provisioning on or off.
func (d *desk) turn(state string) {
	d.Helper()
	d.operator("workspace", "provisioning", "acme", state)
}
