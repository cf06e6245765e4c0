package access_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/product"
)

// Each right opens exactly these actions. The list is written a second time, by
// right, so that a slip in the table is seen.
var opens = map[product.Permission][]access.Action{
	product.MayViewMembers:     {access.ViewHome, access.ViewMembers, access.ViewMember, access.ViewGroups},
	product.MayManageMembers:   {access.InviteMember, access.EditMember, access.SetRole, access.Deactivate, access.Restore, access.EndSessions},
	product.MayManageRoles:     {access.MapGroup, access.SetDefaultRole, access.ViewRoles},
	product.MayManageSSO:       {access.ViewSSO, access.ChangeConnection, access.RemoveConnection, access.RequireSSO, access.HandOffSetup},
	product.MayManageSCIM:      {access.ViewSCIM, access.ChangeSCIM, access.IssueSCIMToken, access.AnswerHeld},
	product.MayManageDomains:   {access.ViewDomains, access.ChangeDomains},
	product.MayManageWorkspace: {access.ViewWorkspace, access.ChangeWorkspace},
	product.MayManageTokens:    {access.ViewTokens, access.RevokeToken},
	product.MayIssueTokens:     {access.IssuePersonal},
	product.MayViewActivity:    {access.ViewActivity, access.ExportActivity},
	product.MayViewPlan:        {access.ViewPlan},
}

var own = []access.Action{access.ViewOwnSettings, access.ChangeOwnSettings}

func TestEverySetOfRightsOpensWhatItsRightsOpenAndNothingElse(t *testing.T) {
	all := product.Permissions()
	for set := range 1 << len(all) {
		var role product.Role
		may := map[access.Action]bool{own[0]: true, own[1]: true}
		for i, p := range all {
			if set&(1<<i) != 0 {
				role.May = append(role.May, p)
				for _, a := range opens[p] {
					may[a] = true
				}
			}
		}
		for _, a := range access.Actions() {
			if access.Allowed(role, a) != may[a] {
				t.Fatalf("%v: %s is %v", role.May, a, !may[a])
			}
		}
	}
}

func TestEveryRightOpensSomethingAndEveryActionIsListedOnce(t *testing.T) {
	listed := slices.Clone(own)
	for _, p := range product.Permissions() {
		if len(opens[p]) == 0 {
			t.Errorf("the right %q opens nothing", p)
		}
		listed = append(listed, opens[p]...)
	}
	actions := access.Actions()
	slices.Sort(listed)
	slices.Sort(actions)
	if !slices.Equal(listed, actions) {
		t.Errorf("the table has %v, and the rights open %v", actions, listed)
	}
}

func TestARoleWithoutRightsSeesTheOwnSettingsOnly(t *testing.T) {
	for _, a := range access.Actions() {
		want := slices.Contains(own, a)
		if access.Allowed(product.Role{}, a) != want || access.AnyAllowed(nil, a) != want {
			t.Errorf("%s: want %v", a, want)
		}
	}
	everything := product.Role{May: product.Permissions()}
	if access.Allowed(everything, "no.such.action") {
		t.Error("what is not in the table is allowed")
	}
	if !access.AnyAllowed([]product.Role{{}, everything}, access.ViewPlan) {
		t.Error("the second of two roles does not count")
	}
}

func TestTheRolesOfTheFiveProductsMayWhatTheirRightsOpen(t *testing.T) {
	files, err := filepath.Glob("../../products/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := product.Load(text, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range p.Roles.Catalogue {
			for _, a := range access.Actions() {
				needs, _ := access.Needs(a)
				want := needs == "" || slices.Contains(role.May, needs)
				if got := access.Allowed(role, a); got != want {
					t.Errorf("%s: %s: %s is %v", f, role.Name, a, got)
				}
			}
		}
	}
}
