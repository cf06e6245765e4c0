package oidc_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/oidc/attack"
)

func TestP15_EveryAttackIsRefusedByItsRuleAndEveryLegalVariationTaken(t *testing.T) {
	refused, legal, codes := 0, 0, map[explain.Code]bool{}
	names := map[string]bool{}
	for _, c := range attack.Cases() {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			code, err := c.Run()
			switch {
			case err != nil:
				t.Fatal(err)
			case code != c.Code && code == "":
				t.Errorf("accepted; it has to be refused by %s", c.Code)
			case code != c.Code:
				t.Errorf("refused by %s, not by %q", code, c.Code)
			}
		})
		if c.Legal {
			legal++
			continue
		}
		refused++
		codes[c.Code] = true
	}
	t.Logf("%d attacks by %d rules, %d legal", refused, len(codes), legal)
	if refused < 60 || legal < 24 {
		t.Errorf("%d attacks and %d legal variations; at least 60 and 24", refused, legal)
	}
}
