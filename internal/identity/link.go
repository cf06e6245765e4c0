package identity

import "time"

// LinkKind says what a link is good for.
type LinkKind string

// The kinds of link into a workspace.
const (
	LinkOwner  LinkKind = "owner"  // the first owner's, handed over by the operator
	LinkInvite LinkKind = "invite" // a member's, sent by mail
	LinkSetup  LinkKind = "setup"  // an IT administrator's, to one connection; carries no member's rights
)

// Link lets somebody without an account in. Owner and invite links work once.
type Link struct {
	ID         LinkID
	Workspace  WorkspaceID
	Hash       string // hex SHA-256 of the secret
	Kind       LinkKind
	Member     MemberID     // whom it lets in; "" of a set-up link
	Connection ConnectionID // what it sets up; "" of all others
	Address    string       // whom it was made for
	IssuedBy   string       // the actor
	Created    time.Time
	Expires    time.Time
	Used       time.Time // zero: not used
	Revoked    time.Time // zero: not revoked
}

// Alive reports whether the link works at a time.
func (l *Link) Alive(now time.Time) bool {
	return l.Used.IsZero() && l.Revoked.IsZero() && now.Before(l.Expires)
}
