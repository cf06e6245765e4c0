package scimtest

import "net/http"

// Target is the server to check.
type Target struct {
	// URL is the SCIM base, with or without a trailing slash:
	// https://host/scim/v2.
	URL string
	// Token is the bearer token. With User and Password instead, requests carry
	// HTTP basic authentication; with all three, the token is used and basic
	// authentication is checked, too.
	Token, User, Password string
	// HTTP makes the requests; nil means a client of its own with a timeout of
	// 60 seconds that, as directories do, follows no redirect.
	HTTP *http.Client
	// Domain is where the people whom the run makes have their addresses;
	// "" means scimtest.example. Give one that the tenant accepts when it takes
	// addresses of its own domains only. Nothing is ever sent to them.
	Domain string
	// Strict makes [Run] fail a test for a broken should, too.
	Strict bool
	// Only runs just the cases for which it says true; nil runs all. See
	// [Case.Matches].
	Only func(Case) bool
	// OnResult, if set, is told each result as soon as it is there, from one
	// goroutine.
	OnResult func(Result)
}
