package product_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

func TestADefinitionThatLetsADirectoryMakeOwnersSaysWhatThatMeans(t *testing.T) {
	const meaning = "Whoever has a token of the directory's, or may issue one, can make anybody Chief"
	for grant, notes := range map[string]int{"true": 1, "false": 0} {
		p, err := product.Load([]byte("name: Grants\nroles:\n  catalogue: [{name: chief, title: Chief, owner: true}, {name: member}]\n  default: member\n  grant_owner: "+grant+"\n"), "test.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Notes(); len(got) != notes || notes == 1 && !strings.Contains(got[0], "roles.grant_owner is on. "+meaning) {
			t.Errorf("%s: the notes are %q", grant, got)
		}
		if strings.Contains(p.Explain(), meaning) != (notes == 1) {
			t.Errorf("%s: it explains itself as\n%s", grant, p.Explain())
		}
	}
}
