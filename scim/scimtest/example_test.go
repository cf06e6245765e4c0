package scimtest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/anteroom-id/anteroom/scim"
	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// The cases about filters are run against a server of one's own.
func ExampleCheck() {
	users := scim.UserType()
	srv := httptest.NewServer(&scim.Handler{
		Backends:                 map[string]scim.Backend{users.Name: scim.NewMemory(users)},
		InsecureNoAuthentication: true,
	})
	defer srv.Close()

	report := scimtest.Check(context.Background(), scimtest.Target{
		URL:  srv.URL,
		Only: func(c scimtest.Case) bool { return strings.HasPrefix(c.ID, "filter-") },
	})
	fmt.Println("no must failed:", report.OK())
	// Output:
	// no must failed: true
}
