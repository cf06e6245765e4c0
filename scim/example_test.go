package scim_test

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/anteroom-id/anteroom/scim"
)

// accounts is all that a product must write: it keeps people as JSON documents, as a table with
// the columns id, document and changed would.
type accounts struct {
	rt *scim.ResourceType

	mu   sync.Mutex
	rows []*scim.Resource
}

func (a *accounts) Create(_ context.Context, r *scim.Resource) (*scim.Resource, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, other := range a.rows {
		if strings.EqualFold(other.Attrs.Str("userName"), r.Attrs.Str("userName")) {
			return nil, scim.Conflict("userName is taken.")
		}
	}
	row := *r
	row.ID, row.Created, row.Modified = strconv.Itoa(len(a.rows)+1), time.Now(), time.Now()
	a.rows = append(a.rows, &row)
	return &row, nil
}

func (a *accounts) Get(_ context.Context, id string, _ *scim.Selection) (*scim.Resource, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.row(id)
}

func (a *accounts) List(_ context.Context, q *scim.Query) (*scim.Page, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return scim.Collect(a.all(), q)
}

func (a *accounts) Update(_ context.Context, id string, change scim.Change) (*scim.Resource, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	row, err := a.row(id)
	if err != nil {
		return nil, err
	}
	next := row.Clone()
	if changed, err := change(next); err != nil || !changed {
		return row, err
	}
	next.Modified = time.Now()
	*row = *next
	return row.Clone(), nil
}

func (a *accounts) Delete(_ context.Context, id string, check scim.Check) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	row, err := a.row(id)
	if err != nil {
		return err
	}
	if check != nil {
		if err := check(row); err != nil {
			return err
		}
	}
	row.ID = ""
	return nil
}

func (a *accounts) row(id string) (*scim.Resource, error) {
	for _, r := range a.rows {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, scim.NotFound("User", id)
}

func (a *accounts) all() iter.Seq2[*scim.Resource, error] {
	return func(yield func(*scim.Resource, error) bool) {
		for _, r := range a.rows {
			if r.ID != "" && !yield(r, nil) {
				return
			}
		}
	}
}

// A product's own backend, and a directory that provisions a person into it.
func Example_server() {
	people := &accounts{rt: scim.UserType()}
	service := httptest.NewServer(&scim.Handler{
		Server:   &scim.Server{Types: []*scim.ResourceType{people.rt}},
		Backends: map[string]scim.Backend{"User": people},
		Authenticate: func(r *http.Request) error {
			if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer secret")) == 0 {
				return errors.New("wrong token")
			}
			return nil
		},
	})
	defer service.Close()

	send := func(method, path, body string) {
		req, _ := http.NewRequest(method, service.URL+path, strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer secret")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		fmt.Println(res.StatusCode, string(text))
	}
	send("GET", `/Users?filter=userName%20eq%20%22ann@contoso.example%22`, "")
	send("POST", "/Users?attributes=userName,active", `{"userName":"ann@contoso.example","active":"True"}`)
	send("PATCH", "/Users/1?attributes=emails,active", `{"Operations":[
		{"op":"Add","path":"emails[type eq \"work\"].value","value":"ann@contoso.example"},
		{"op":"Replace","path":"active","value":"False"}]}`)
	send("PATCH", "/Users/1", `{"Operations":[{"op":"Add","path":"dispalyName","value":"Ann"}]}`)
	send("DELETE", "/Users/1", "")

	// Output:
	// 200 {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"itemsPerPage":0,"startIndex":1,"Resources":[]}
	// 201 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ann@contoso.example","active":true}
	// 200 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","active":false,"emails":[{"type":"work","value":"ann@contoso.example"}]}
	// 400 {"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidPath","detail":"Operation 1: There is no attribute \"dispalyName\". Did you mean \"displayName\"?"}
	// 204
}

// The whole service in memory: what a test of a directory's setup needs.
func ExampleHandler() {
	users, groups := scim.UserType(), scim.GroupType()
	http.Handle("/scim/v2/", &scim.Handler{
		Server:                   &scim.Server{Types: []*scim.ResourceType{users, groups}},
		Prefix:                   "/scim/v2",
		Backends:                 map[string]scim.Backend{"User": scim.NewMemory(users), "Group": scim.NewMemory(groups)},
		InsecureNoAuthentication: true,
		Observe: func(r *http.Request, notes scim.Notes) {
			for _, n := range notes {
				fmt.Println(n.Code, n.Path)
			}
		},
	})
	w := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(w, httptest.NewRequest("POST", "/scim/v2/Users", strings.NewReader(`{"userName":"ann","nickNmae":"A"}`)))
	fmt.Println(w.Code)
	// Output:
	// kept-unknown nickNmae
	// no-schemas schemas
	// 201
}

// A document of one's own store, written and read back.
func ExampleResourceType_DecodeStored() {
	rt := scim.UserType()
	sent, err := rt.Decode([]byte(`{"username":"ann","ACTIVE":"True","title":null,"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"m-1"}`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	document := sent.AppendJSON(nil)
	fmt.Println(string(document))
	stored, _ := rt.DecodeStored(document)
	fmt.Println(stored.Str("microsoftId"), stored.Equal(sent))
	// Output:
	// {"userName":"ann","active":true,"urn:ietf:params:scim:schemas:core:2.0:User:microsoftId":"m-1"}
	// m-1 true
}

// A PATCH applied to a resource without a server.
func ExamplePatch_Apply() {
	rt := scim.UserType()
	attrs, _ := rt.Decode([]byte(`{"userName":"ann"}`), nil)
	r := &scim.Resource{ID: "1", Attrs: attrs}
	p, err := rt.DecodePatch([]byte(`{"Operations":[{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"admin"}]}`), r.ID, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	changed, err := p.Apply(r)
	fmt.Println(changed, err, string(r.Attrs.AppendJSON(nil)))
	// Output:
	// true <nil> {"userName":"ann","roles":[{"primary":true,"value":"admin"}]}
}

// Adding an attribute of one's own and an extension.
func ExampleSchema() {
	rt := scim.UserType()
	rt.Schema.Attributes = append(rt.Schema.Attributes, scim.Attribute{
		Name: "microsoftId", Custom: true, CaseExact: true, Description: "The object id in Entra ID.",
	})
	rt.Extensions = append(rt.Extensions, scim.Extension{Schema: &scim.Schema{
		ID: "urn:example:params:scim:schemas:extension:tracker:2.0:User", Name: "Tracker",
		Attributes: []scim.Attribute{{Name: "region", CanonicalValues: []string{"HQ", "North"}}, {Name: "weeklyHours", Type: scim.Integer}},
	}})
	_, err := rt.Decode([]byte(`{"userName":"ann","urn:example:params:scim:schemas:extension:tracker:2.0:User":{"weeklyHours":"many"}}`), nil)
	fmt.Println(err)
	// Output:
	// scim: 400 invalidValue: urn:example:params:scim:schemas:extension:tracker:2.0:User:weeklyHours must be a whole number, not a string.
}
