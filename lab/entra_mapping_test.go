package lab_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/lab"
)

func TestAnotherMappingIsAppliedToEverybodyByTheNextCycle(t *testing.T) {
	s, w := newServer(t), &wire{}
	d := lab.Generate(3, 5, 0)
	entra := lab.NewEntra(d, w.target(s), lab.EntraOptions{})
	mustSync(t, entra)
	ids := entra.Accounts()
	if err := entra.SetMapping([]lab.Mapping{{Source: "userPrincipalName", Target: "userName"}}); err == nil {
		t.Error("a table without a matching attribute is taken")
	}
	mustSync(t, entra)
	table := append(lab.DefaultMapping(), lab.Mapping{Source: `Join("-", "staff", [employeeId])`, Target: "nickName"})
	if err := entra.SetMapping(table); err != nil {
		t.Fatal(err)
	}
	w.take()
	mustSync(t, entra)
	patches := 0
	for _, r := range w.take() {
		if strings.HasPrefix(r, "PATCH") && strings.Contains(r, `"path":"nickName","value":"staff-E1`) {
			patches++
		}
		if strings.HasPrefix(r, "POST") {
			t.Errorf("sent %s", r)
		}
	}
	if patches != 5 {
		t.Errorf("%d people got the new attribute", patches)
	}
	for person, id := range entra.Accounts() {
		if ids[person] != id {
			t.Errorf("%s was bound to %s and is to %s", person, ids[person], id)
		}
	}
}
