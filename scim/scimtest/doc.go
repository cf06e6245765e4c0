// Package scimtest is a conformance suite to point at any SCIM 2.0 server.
//
// Each [Case] says which sentence of RFC 7643, 7644 or 9865 it protects or
// which directory (Entra, Okta, …) sends what it sends, how serious it is, why
// it matters, and how to mend what is wrong. [Check] runs all of them against a
// running server; its [Report] says in words what will happen to each directory
// there, as text, as one HTML page, or as JUnit XML. [Run] runs the cases as
// subtests of a Go test:
//
//	func TestSCIM(t *testing.T) {
//		srv := httptest.NewServer(myHandler)
//		defer srv.Close()
//		scimtest.Run(t, scimtest.Target{URL: srv.URL + "/scim/v2", Token: "secret"})
//	}
//
// The suite is safe on a tenant with people in it, few or many: every resource
// it makes has a name of its own run, it changes and deletes only what it made,
// and it deletes that after each case and once more at the end, also when it is
// stopped. It says what it could not delete. A tenant without room for more
// people is told in words. Reports hold no credentials and nobody else's data.
//
// The suite speaks plain HTTP and shares no code with package scim, so that it
// cannot share a server's mistakes.
package scimtest
