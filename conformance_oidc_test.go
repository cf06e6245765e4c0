package anteroom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/oidc/attack"
)

const oidcPage = "docs/conformance/oidc.md"

func TestThePageOfOpenIDConnectNamesCodeAndTestsThatExist(t *testing.T) {
	var names []string
	for _, c := range attack.Cases() {
		names = append(names, c.Name)
	}
	page := string(read(t, oidcPage))
	for _, m := range conformanceMistakes(page, declarations(t), names) {
		t.Errorf("%s: %s", oidcPage, m)
	}
	if rows, _ := conformanceRows(page); len(rows) < 60 {
		t.Errorf("%d rows; a table was lost, or is not read", len(rows))
	}
}

func TestThePageOfOpenIDConnectNamesEveryModuleThatACasePlays(t *testing.T) {
	page := string(read(t, oidcPage))
	for _, c := range attack.Cases() {
		outcome := "refused by " + string(c.Code)
		if c.Legal {
			outcome = "taken"
		}
		if c.Module != "" && !strings.Contains(page, fmt.Sprintf("| %s | %s: %s |", c.Module, c.Name, outcome)) {
			t.Errorf("%s does not say what %s comes to: %s, %s", oidcPage, c.Module, c.Name, outcome)
		}
	}
}
