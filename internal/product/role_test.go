package product_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

func TestE25_TheValueNamesTheRoleAndAMisspeltOneNamesNone(t *testing.T) {
	p := product.Default()
	for value, want := range map[string]string{"member": "member", "Member": "member", " admin ": "admin", "OWNER": "owner"} {
		if r, ok := p.RoleByValue(value); !ok || r.Name != want {
			t.Errorf("%q names %+v, %v", value, r, ok)
		}
	}
	for _, value := range []string{"Mmber", "", "Administrator", "m"} {
		if r, ok := p.RoleByValue(value); ok {
			t.Errorf("%q names %q", value, r.Name)
		}
	}
}

func TestE25_TheNearestRoleIsProposed(t *testing.T) {
	p := product.Default()
	for value, want := range map[string]string{
		"Mmber": "member", "Members": "member", "meber": "member", "memebr": "member", "ownr": "owner",
		"Administrator": "admin", "Administrater": "admin", "administrators": "admin",
		"": "", "25": "", "guest": "", "a": "", strings.Repeat("member", 40): "",
	} {
		if got := p.Nearest(value); got != want {
			t.Errorf("nearest to %q is %q, want %q", value, got, want)
		}
	}
}

func TestP20_LetterCaseCountsWhereTheProductSaysSo(t *testing.T) {
	p := load(t, "name: P\nroles: {catalogue: [{name: ReadOnly}], default: ReadOnly, case_exact: true}\n")
	if _, ok := p.RoleByValue("ReadOnly"); !ok {
		t.Error("the exact value names nothing")
	}
	if r, ok := p.RoleByValue("readonly"); ok {
		t.Errorf("another spelling names %q", r.Name)
	}
	if got := p.Nearest("readonly"); got != "ReadOnly" {
		t.Errorf("proposed %q", got)
	}
}
