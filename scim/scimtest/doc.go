// Package scimtest is a conformance suite to point at any SCIM 2.0 server.
//
// Each [Case] says which sentence of RFC 7643, 7644 or 9865 it protects or
// which directory (Entra, Okta, …) sends what it sends, how serious it is, why
// it matters, and how to mend what is wrong. [Check] runs all of them against a
// running server and reports what was sent, expected and received; [Run] runs
// them as subtests of a Go test:
//
//	func TestSCIM(t *testing.T) {
//		srv := httptest.NewServer(myHandler)
//		defer srv.Close()
//		scimtest.Run(t, scimtest.Target{URL: srv.URL + "/scim/v2", Token: "secret"})
//	}
//
// The suite is safe on a workspace with people in it: every resource it makes
// has a name of its own run, it changes and deletes only what it made, and it
// deletes that at the end. It speaks plain HTTP and shares no code with package
// scim, so that the suite cannot share a server's mistakes.
package scimtest
