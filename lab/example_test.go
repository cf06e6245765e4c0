package lab_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/scim"
)

// A directory of fifty people and four groups is pushed the way Okta does it;
// then somebody leaves.
func Example() {
	users, groups := scim.UserType(), scim.GroupType()
	srv := httptest.NewServer(&scim.Handler{
		Backends:                 map[string]scim.Backend{users.Name: scim.NewMemory(users), groups.Name: scim.NewMemory(groups)},
		InsecureNoAuthentication: true,
	})
	defer srv.Close()

	directory := lab.Generate(1, 50, 4)
	okta := lab.NewOkta(directory, lab.Target{URL: srv.URL}, lab.OktaOptions{Workers: 4})
	first, err := okta.Cycle(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Did["created"], "people,", first.Did["groups created"], "groups, equal:", first.Equal)

	leaver := directory.People()[7]
	_ = directory.Disable(leaver.ObjectID)
	second, err := okta.Cycle(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(second.Did["disabled"], "disabled with", second.Requests, "request, equal:", second.Equal)
	// Output:
	// 50 people, 4 groups, equal: true
	// 1 disabled with 1 request, equal: true
}
