package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

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
	Proved  time.Time // when a credential of ours was shown last; zero: none was
	Seen    time.Time // to about a minute
	Expires time.Time // whatever happens
	// Within is the only workspace that the session reaches; "" for all that the
	// person's members and their workspaces' rules let it.
	Within WorkspaceID
	// What follows is of a session that an identity provider began.
	Connection ConnectionID // it signed in through this one
	Home       WorkspaceID  // whose connection that is
	Subject    string       // SubjectDigest of who the provider said it was
	AtProvider string       // what the provider calls the session: SessionIndex, or sid
	NameID     string       `json:"-"` // sealed: what a logout request has to say
}

// SubjectDigest is under which a session is found again when a provider ends it:
// of the issuer, the format of a NameID, and the NameID or the sub.
func SubjectDigest(issuer, format, subject string) string {
	sum := sha256.Sum256([]byte(issuer + "\x00" + format + "\x00" + subject))
	return hex.EncodeToString(sum[:])
}
