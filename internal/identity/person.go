package identity

import "time"

// Person is one human who signs in. A person may have members in several
// workspaces, each by proof, and none of them learns of another.
type Person struct {
	ID       PersonID
	Address  string // the e-mail address that the person signs in with
	Name     string
	Password string `json:"-"` // argon2id in its usual form; "" when there is none
	Verified bool   // has shown to read the address's mail
	Operator bool   // of the vendor, not of a workspace
	TOTP     string `json:"-"` // the sealed secret of the second factor; "" when there is none
	TOTPNext string `json:"-"` // one that no code has confirmed yet
	TOTPStep int64  `json:"-"` // the last step of which a code was taken
	// WrongCodes is until when wrong codes of the second factor count against the
	// person; zero: there were none.
	WrongCodes time.Time `json:"-"`
	Created    time.Time
}

// String gives the person's id: what a person signs in with stays out of logs.
func (p Person) String() string { return string(p.ID) }

// GoString gives the same, so that %#v shows no more.
func (p Person) GoString() string { return p.String() }

// Membership is a workspace that a person has a member in.
type Membership struct {
	Workspace WorkspaceID
	Slug      string
	Name      string // the workspace's
	Member    MemberID
	Address   string    // the member's
	State     State     // the member's
	Barred    time.Time // sessions that began no later reach the workspace no longer
}

// Reached reports whether a session that began at a time reaches the workspace.
func (m *Membership) Reached(began time.Time) bool {
	return m.State != Inactive && began.After(m.Barred)
}

// Passkey is a key pair that a person signs in with.
type Passkey struct {
	ID         string // base64url of the credential's id
	Person     PersonID
	Name       string // given by the person, to tell several apart
	Credential []byte // JSON, as the protocol library keeps it
	Created    time.Time
	LastUsed   time.Time // zero: never
}
