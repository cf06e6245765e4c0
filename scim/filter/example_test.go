package filter_test

import (
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/scim/filter"
)

// person is a filter.Object over a map with small names.
type person map[string]any

func (p person) Get(name string) (any, bool) {
	v, ok := p[strings.ToLower(name)]
	return v, ok
}

func Example() {
	wanted, err := filter.Parse(`active eq true and emails[type eq "work"].value ew "@example.com"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	people := []person{
		{"username": "ann", "active": true, "emails": []any{person{"type": "work", "value": "ann@example.com"}}},
		{"username": "bob", "active": true, "emails": []any{person{"type": "home", "value": "bob@example.com"}}},
	}
	for _, p := range people {
		fmt.Println(p["username"], filter.Match(wanted, p))
	}
	// Output:
	// ann true
	// bob false
}

func ExampleParse_mistake() {
	_, err := filter.Parse(`userName eq ann@example.com`)
	fmt.Println(err)
	// Output: at character 13: the value ann@example.com is not quoted; write "ann@example.com"
}

func ExampleParsePath() {
	p, err := filter.ParsePath(`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`)
	fmt.Println(p.URI, p.Attr, p.Sub, err)
	// Output: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User manager value <nil>
}

func ExampleEqualities() {
	e, err := filter.Parse(`emails[type eq "work"].value eq "ann@example.com" and title pr`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range filter.Equalities(e) {
		fmt.Println(q.Path, q.Value)
	}
	// Output:
	// emails.value ann@example.com
	// emails.type work
}
