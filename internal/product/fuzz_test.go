package product_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

// FuzzLoad: no file makes Load panic, every refusal has its reasons, and what
// loads keeps what the rest of the program relies on.
func FuzzLoad(f *testing.F) {
	every, err := os.ReadFile("testdata/every-key.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(product.DefaultYAML()), string(every), "name: x\n" + roles, "name: &a [*a]", "{{{", "name: x\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := product.Load(data, "fuzz.yaml")
		if err != nil {
			if p != nil || strings.TrimSpace(err.Error()) == "" {
				t.Fatalf("refused with %v and %q", p, err)
			}
			return
		}
		sound(t, p)
	})
}

func sound(t *testing.T, p *product.Product) {
	if r, ok := p.Role(p.Roles.Default); !ok || r.Owner {
		t.Errorf("default role %q", p.Roles.Default)
	}
	if p.Name == "" || p.SCIM.Prefix[0] != '/' || strings.HasSuffix(p.SCIM.Prefix, "/") {
		t.Errorf("name %q, prefix %q", p.Name, p.SCIM.Prefix)
	}
	if p.SCIM.Form == product.FormPath != strings.Contains(p.SCIM.Prefix, "{workspace}") {
		t.Errorf("form %q, prefix %q", p.SCIM.Form, p.SCIM.Prefix)
	}
	if n := len(p.Roles.Sources); n == 0 || p.Roles.Sources[n-1] != product.SourceDefault {
		t.Errorf("sources %q", p.Roles.Sources)
	}
	for _, a := range p.Attributes {
		if got, ok := p.Attribute(a.Path()); !ok || got.Name != a.Name {
			t.Errorf("attribute %q is not found by its path", a.Path())
		}
		if a.Match != slices.Contains(p.Match, a.Path()) {
			t.Errorf("attribute %q: match %v, keys %q", a.Path(), a.Match, p.Match)
		}
	}
	if twice := duplicate(p.Match); twice != "" {
		t.Errorf("match key %q twice", twice)
	}
}

func duplicate(all []string) string {
	for i, s := range all {
		if slices.Index(all, s) < i {
			return s
		}
	}
	return ""
}
