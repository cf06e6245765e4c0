package lab

import (
	"net/http"
	"time"
)

// Target is the SCIM server that a client pushes to, and how to reach it.
type Target struct {
	// URL is the base, with or without a trailing slash, as an administrator
	// pastes it: https://host/scim/v2. A flag in its query
	// (?aadOptscim062020) switches Entra's mode and is sent with every request,
	// as Entra does.
	URL string
	// Token is the bearer token. RawToken sends it alone, without the word
	// Bearer, as Okta does when the administrator chose a header token.
	Token    string
	RawToken bool
	// User and Password are sent as HTTP basic authentication when Token is
	// empty.
	User, Password string
	// OAuth fetches access tokens, which are sent as Bearer when Token is empty.
	OAuth *OAuth
	// HTTP makes the requests; nil means a client of its own with a timeout
	// of 60 seconds, which is what Okta gives a server.
	HTTP *http.Client
	// Retry bounds what happens after 429, 5xx and broken connections.
	Retry Retry
	// OnExchange is told about every request with its answer, also those that
	// will be tried again. It may be called from several goroutines.
	OnExchange func(Exchange)
}

// Retry says how often and how patiently a request is tried again. The zero
// value makes up to four tries, waits 100 ms, 200 ms, 400 ms between them, and
// honours Retry-After up to 30 seconds.
type Retry struct {
	Tries   int           // at most this many in all; 0 means 4, 1 means never again
	Wait    time.Duration // before the second try, doubled each time; 0 means 100 ms
	MaxWait time.Duration // no single wait is longer; 0 means 30 s
}

// Exchange is one request and its answer, for recordings and tests.
type Exchange struct {
	Method   string
	Path     string // below the base, with the query
	Try      int    // 1 for the first
	Sent     []byte // request body, nil when none
	Status   int    // 0 when no answer came
	Received []byte // answer's body
	Err      error  // why no answer came
	Duration time.Duration
	// SentHeader are the request's headers; of credentials only the form stands
	// in them: "Bearer TOKEN", "TOKEN", "Basic USER:PASSWORD".
	SentHeader http.Header
	// ReceivedHeader are the answer's headers, nil when no answer came.
	ReceivedHeader http.Header
}
