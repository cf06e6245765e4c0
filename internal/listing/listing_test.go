package listing_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/listing"
	"github.com/anteroom-id/anteroom/internal/product"
)

func load(t *testing.T, name string) *product.Product {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../products", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := product.Load(text, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pack(p *product.Product) map[string]string {
	out := map[string]string{}
	for _, f := range listing.Pack(p, listing.Address{Base: "https://id.example", SCIM: "https://id.example" + p.SCIM.Path(listing.Placeholder)}) {
		out[f.Name] = f.Text
	}
	return out
}

func TestW19_ThePackHoldsTheProductsOwnValues(t *testing.T) {
	for name, want := range map[string]map[string][]string{
		"webwork": {
			"okta.md":  {"# WebWork in the Okta Integration Network", "https://id.example/scim/v2, the same for every customer", "| Push Groups | yes |", "until it is revoked", "Plus, Premium", "Configure API Integration"},
			"entra.md": {"NOT MET", "| /Groups | met |"},
			"tests.md": {"anteroom check https://id.example/scim/v2", "Create a group", "409 with scimType uniqueness"},
		},
		"timeneye": {
			"okta.md":        {"| Push Groups | no |", "Groups are not provisioned.", "Personal settings > Third-party apps"},
			"entra.md":       {"not offered: Timeneye does not support", "SingleAppRoleAssignment([appRoleAssignments])", "| 1 | Tells who it is |"},
			"tests.md":       {`"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId": "5c6f0e0a`, "200 with an empty list; POST is 501", "Change the role"},
			"attributes.csv": {`active,"Switch([IsSoftDeleted], , ""False"", ""True"", ""True"", ""False"")"`},
		},
		"platform": {
			"okta.md":        {"user name and password by HTTP Basic", "with acme for the Organization ID"},
			"attributes.csv": {"name.familyName,surname,Name,yes,"},
			"tests.md":       {"Create without name.familyName", "Create without emails"},
		},
		"tracktik": {"okta.md": {"Groups become roles.", "hands out on request", "host"}},
	} {
		got := pack(load(t, name))
		for file, texts := range want {
			for _, w := range texts {
				if !strings.Contains(got[file], w) {
					t.Errorf("%s, %s: %q is missing in:\n%s", name, file, w, got[file])
				}
			}
		}
		rows, err := csv.NewReader(strings.NewReader(got["attributes.csv"])).ReadAll()
		if err != nil || len(rows) < 6 {
			t.Errorf("%s: attributes.csv: %v", name, err)
		}
	}
}

func TestThePackIsTheSameEachTime(t *testing.T) {
	p := load(t, "timeneye")
	files := listing.Pack(p, listing.Address{SCIM: "https://id.example/scim/v2"})
	one, err := listing.Zip(files)
	if err != nil {
		t.Fatal(err)
	}
	two, err := listing.Zip(listing.Pack(p, listing.Address{SCIM: "https://id.example/scim/v2"}))
	if err != nil || !bytes.Equal(one, two) {
		t.Error("two packs differ", err)
	}
	z, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || f.Name != files[i].Name || string(text) != files[i].Text {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
