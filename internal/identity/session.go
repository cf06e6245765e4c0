package identity

import "time"

// Method is how a session began.
type Method string

// How a session can begin.
const (
	ByPassword Method = "password"
	ByTOTP     Method = "password+totp"
	ByRecovery Method = "password+recovery"
	ByPasskey  Method = "passkey"
	ByLink     Method = "link" // an invitation, with a new password
)

// Session is a browser that a person has signed in with. It is the person's; it
// reaches a workspace through an active member only.
type Session struct {
	ID      SessionID
	Hash    string // hex SHA-256 of the secret in the cookie
	Person  PersonID
	Method  Method
	Agent   string // User-Agent
	Remote  string // network address
	Created time.Time
	Proved  time.Time // when a credential was shown last
	Seen    time.Time // to about a minute
	Expires time.Time // whatever happens
}
