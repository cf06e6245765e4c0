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
	Kind       TokenKind
	Issuer     MemberID // who issued it; "" for an operator. The token outlives the issuer's rights (E07).
	IssuedBy   string   // the actor; the token outlives the actor's rights
	Created    time.Time
	Expires    time.Time // zero: never
	Revoked    time.Time // zero: not revoked
	LastUsed   time.Time // zero: never
	LastFrom   string    // network address of the last use
}

// TokenKind says what sort of credential a token is. The product says which
// kinds it offers, and what it calls them.
type TokenKind string

// The kinds of token.
const (
	TokenWorkspace TokenKind = "workspace" // an administrator issues it for the workspace
	TokenPersonal  TokenKind = "personal"  // somebody issues it in the own settings; it acts for the workspace
	TokenSupport   TokenKind = "support"   // only the operator issues it
	TokenBasic     TokenKind = "basic"     // a user name and a password, which is also a bearer token
)

// Alive reports whether the token works at a time.
func (t *Token) Alive(now time.Time) bool {
	return t.Revoked.IsZero() && (t.Expires.IsZero() || now.Before(t.Expires))
}

// ScopeSCIM is the scope of a token with which a directory provisions.
const ScopeSCIM = "scim"
