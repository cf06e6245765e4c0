package attack_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/attack"
)

func TestEachCaseHasANameASentenceAndAMessage(t *testing.T) {
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	p, err := idp.New(idp.Config{Clock: func() time.Time { return now }}) // its certificate stands for the service's
	if err != nil {
		t.Fatal(err)
	}
	g, err := attack.New(attack.Target{
		EntityID: "https://sp.example", ACS: "https://sp.example/acs", SLO: "https://sp.example/slo", Request: "_1", Asked: now, Now: now,
		EncryptTo: p.Certificates()[0], OldEncryptTo: p.Certificates()[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range attack.Cases() {
		if c.Name == "" || c.Tries == "" || seen[c.Class+c.Name] {
			t.Errorf("%s %q says nothing, or is there twice", c.Class, c.Name)
		}
		seen[c.Class+c.Name] = true
		if c.Kind == attack.Flow {
			continue
		}
		if !c.Legal && c.Cause == "" {
			t.Errorf("%s %q does not say what is wrong with it", c.Class, c.Name)
		}
		m, err := c.Make(g)
		if err != nil || m.Response == "" && m.Query == "" && m.Form == nil && m.Metadata == "" && c.Name != "nothing" {
			t.Errorf("%s %q has no message: %v", c.Class, c.Name, err)
		}
	}
}
