package identity

import "time"

// Token is a credential of a workspace. The secret itself is shown once and
// never kept; Hash is its digest.
type Token struct {
	ID         TokenID
	Workspace  WorkspaceID
	Connection ConnectionID // whose directory it speaks for
	Name       string
	UserName   string // for HTTP user name and password
	Hash       string // hex SHA-256 of the secret
	Hint       string // first and last characters, to tell tokens apart
	Scope      string // "scim"
	IssuedBy   string // the actor; the token outlives the actor's rights
	Created    time.Time
	Expires    time.Time // zero: never
	Revoked    time.Time // zero: not revoked
	LastUsed   time.Time // zero: never
	LastFrom   string    // network address of the last use
}

// ScopeSCIM is the scope of a token with which a directory provisions.
const ScopeSCIM = "scim"
