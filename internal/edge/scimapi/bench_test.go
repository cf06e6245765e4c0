package scimapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
)

// BenchmarkRequest is for profiles of one request without the network; `make
// bench` measures the whole program.
func BenchmarkRequest(b *testing.B) {
	s := start(b, b.TempDir(), product.Default())
	body := func(n int) string {
		return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],`+
			`"externalId":"ext-%[1]d","userName":"user.%[1]d@contoso.example","active":true,"displayName":"Ada Lovelace %[1]d","title":"Engineer",`+
			`"emails":[{"primary":true,"type":"work","value":"user.%[1]d@contoso.example"}],"preferredLanguage":"en-GB",`+
			`"name":{"givenName":"Ada","familyName":"Lovelace %[1]d","formatted":"Ada Lovelace %[1]d"},`+
			`"addresses":[{"primary":false,"type":"work","formatted":"12 Example Road","streetAddress":"12 Example Road","locality":"London","region":"Greater London","postalCode":"N1 9GU","country":"GB"}],`+
			`"phoneNumbers":[{"type":"work","value":"+44 20 5550 %[1]d"},{"type":"mobile","value":"+44 7700 90%[1]d"}],`+
			`"urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"oid-%[1]d"},`+
			`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"%[1]d","department":"Research"}}`, n)
	}
	do := func(method, path, body string, want int) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, s.acme.base+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+s.acme.secret)
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code != want {
			b.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w
	}
	n := 0
	location := ""
	for range 1000 {
		n++
		location = do(http.MethodPost, "/Users", body(n), 201).Header().Get("Location")
	}
	id := location[strings.LastIndexByte(location, '/'):]
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"POST", func() { n++; do(http.MethodPost, "/Users", body(n), 201) }},
		{"GET", func() { do(http.MethodGet, "/Users"+id, "", 200) }},
		{"filter", func() { do(http.MethodGet, "/Users?filter=userName+eq+%22user.500@contoso.example%22", "", 200) }},
		{"filterURN", func() {
			do(http.MethodGet, "/Users?filter=urn:ietf:params:scim:schemas:core:2.0:User:microsoftId+eq+%22oid-500%22", "", 200)
		}},
		{"PATCH", func() {
			n++
			do(http.MethodPatch, "/Users"+id, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"title","value":"T%d"}]}`, n), 200)
		}},
		{"page", func() { do(http.MethodGet, "/Users?count=100", "", 200) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.f()
			}
		})
	}
}
