package lab_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

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

// Somebody leaves; Entra's service notices within forty minutes, and thirty days
// later, when the recycle bin lets go, the account is deleted. It takes a moment.
func ExampleSchedule() {
	users, groups := scim.UserType(), scim.GroupType()
	srv := httptest.NewServer(&scim.Handler{
		Backends:                 map[string]scim.Backend{users.Name: scim.NewMemory(users), groups.Name: scim.NewMemory(groups)},
		InsecureNoAuthentication: true,
	})
	defer srv.Close()

	directory := lab.Generate(1, 20, 0)
	entra, err := lab.New("entra", directory, lab.Target{URL: srv.URL}, lab.Options{NoCompare: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	schedule := lab.NewSchedule(directory)
	job := schedule.Add(entra, lab.JobOptions{})
	began := directory.Clock().Now()
	for _, by := range []time.Duration{0, 40 * time.Minute, 31 * 24 * time.Hour} {
		runs, err := schedule.Advance(context.Background(), by)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, run := range runs {
			if len(run.Summary.Did) > 0 {
				fmt.Println(run.At.Sub(began), run.Summary.Did)
			}
		}
		if by == 0 {
			_ = directory.SoftDelete(directory.People()[4].ObjectID)
		}
	}
	fmt.Println(job.Status().State)
	// Output:
	// 0s map[created:20 managers set:19]
	// 40m0s map[disabled:1]
	// 720h0m0s map[deleted:1]
	// active
}
