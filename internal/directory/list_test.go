package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim"
	"github.com/anteroom-id/anteroom/scim/filter"
)

// A filter without a look-up key is a bounded walk: past the bound it is
// refused, and the total is never a guess.
func TestAFilterPastTheBoundIsRefusedAndNeverAWrongTotal(t *testing.T) {
	onBoth(t, "", func(t *testing.T, w *world) {
		for i := range 4 {
			w.person(fmt.Sprintf(`{"userName":"u%d","title":"T"}`, i))
		}
		few := directory.New(w.db, product.Default(), directory.Bounds{Walk: 3})
		people := few.People(directory.Caller{Workspace: w.ws, Connection: w.con})
		ask := func(text string) (*scim.Page, error) {
			e, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			return people.List(ctx, &scim.Query{Type: few.UserType(), Filter: e, Start: 1, Count: 10})
		}
		if _, err := ask(`title eq "T"`); err == nil || !strings.Contains(err.Error(), "tooMany") {
			t.Errorf("a walk over 4 people with a bound of 3: %v", err)
		}
		page, err := ask(`userName eq "U2" and title eq "T"`)
		if err != nil || page.Total != 1 {
			t.Errorf("a look-up key narrows it: %v %+v", err, page)
		}
	})
}
