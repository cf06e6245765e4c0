package product_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

func TestE13_ANameWithoutSpecialCharactersMayBeAnyHumanName(t *testing.T) {
	p := load(t, "name: P\nmembers: {name_rule: plain-name}\n")
	for _, name := range []string{"", "Ann", "O'Neill", "O’Neill", "Åsa", "A\u030asa", "李", "Anne-Marie", "J. R.", "Gal·la", "Smith, Jr.", "محمد", "John 3", "नेहा"} {
		if err := p.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, culprit := range map[string]string{"Jo<hn": "'<'", "a@b": "'@'", "x\ny": `'\n'`, "a\u202eb": `'\u202e'`, "😀": "'😀'", "{x}": "'{'", "a\xff": "UTF-8"} {
		if err := p.CheckName(name); err == nil || !strings.Contains(err.Error(), culprit) {
			t.Errorf("%q: %v, want %s named", name, err, culprit)
		}
	}
	if err := product.Default().CheckName("Jo<hn"); err != nil {
		t.Errorf("refused without the rule: %v", err)
	}
}

func TestE14_AnAddressIsLowerCasedWhereTheProductSaysSo(t *testing.T) {
	if got := product.Default().Address("Ann@X.com"); got != "ann@x.com" {
		t.Errorf("got %q", got)
	}
	if got := load(t, "name: P\n").Address("Ann@X.com"); got != "Ann@X.com" {
		t.Errorf("without the rule: %q", got)
	}
}
