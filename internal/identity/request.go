package identity

import "time"

// Request is one row of a workspace's provisioning log: a request that a
// directory made, what came of it, and what was tolerated on the way. It holds
// names of attributes, never their values, and no secret.
type Request struct {
	ID        RequestID
	At        time.Time
	Actor     string // token:tok_…
	Method    string
	Path      string
	Status    int
	Cause     string // scimType or a word of our own, "" on success
	Detail    string // what the requester was told
	Duration  time.Duration
	Agent     string // User-Agent
	Remote    string // network address
	ClientID  string // the directory's own id for the request, when it sent one
	Subject   string // SCIM id of the resource, when one is concerned
	Sent      string // the attributes or operations in the body, by name
	Notes     []string
	Committed bool // already written in the change's own commit; not stored
}
