package directory_test

import (
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim"
	"github.com/anteroom-id/anteroom/scim/filter"
)

func TestPeopleProvisionedBeforeAnAttributeBecameAMatchKeyAreFoundByIt(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		id := w.person(`{"userName":"ann","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-7"}}`)
		p, err := product.Load([]byte("name: Later\nattributes:\n  - name: employeeNumber\n    schema: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\n    match: true\nroles:\n  catalogue:\n    - name: member\n      title: Member\n  default: member\n"), "later.yaml")
		if err != nil {
			t.Fatal(err)
		}
		later := directory.New(w.db, p, directory.Bounds{Walk: 1})
		e, err := filter.Parse(`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "E-7"`)
		if err != nil {
			t.Fatal(err)
		}
		ask := func() int {
			page, err := later.People(directory.Caller{Workspace: w.ws, Connection: w.con}).List(ctx, &scim.Query{Type: later.UserType(), Filter: e, Start: 1, Count: 10})
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Resources) == 1 && page.Resources[0].ID != id {
				t.Errorf("found %s", page.Resources[0].ID)
			}
			return page.Total
		}
		if n := ask(); n != 0 {
			t.Fatalf("%d found before the keys were made; does the test still show anything?", n)
		}
		for range 2 {
			if err := later.Prepare(ctx); err != nil {
				t.Fatal(err)
			}
			if n := ask(); n != 1 {
				t.Errorf("%d found after", n)
			}
		}
	})
}
