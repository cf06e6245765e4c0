package identity

import (
	"slices"
	"time"
)

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
	Called    string    // the member's name, "" when it has none
	Address   string    // the member's
	State     State     // the member's
	Barred    time.Time // sessions that began no later reach the workspace no longer
	// Linked is since when the member signs in through the workspace's provider, by a
	// connection that is in use; zero when it does not.
	Linked time.Time
	// Plan and Entitlements say whether the workspace may use its provider at all.
	Plan         string
	Entitlements map[string]bool
	Require      RequireSSO // how far the workspace requires its provider
	Required     bool       // the member is one of the named people
	Exempt       time.Time  // until when the member need not sign in through it
}

// Barrier is what keeps a session from a workspace.
type Barrier string

// The barriers, the first that applies being told.
const (
	NoBarrier      Barrier = ""
	BarInactive    Barrier = "inactive"   // the member is
	BarSignedOut   Barrier = "signed out" // by an administrator, or in leaving, after the session began
	BarElsewhere   Barrier = "elsewhere"  // the session is another workspace's provider's
	BarLinked      Barrier = "linked"     // the member signs in through the workspace's provider
	BarSSORequired Barrier = "required"   // the workspace requires it of the member
)

// SSO reports whether signing in through the workspace's provider would help.
func (b Barrier) SSO() bool { return b == BarElsewhere || b == BarLinked || b == BarSSORequired }

// Bars says what keeps a session from the workspace at a time. The session of a
// sign-in that is about to begin has Created = now.
func (m *Membership) Bars(n *Session, now time.Time) Barrier {
	how := n.Method
	if n.Within != m.Workspace && n.Home != m.Workspace {
		how = "" // another workspace's provider counts for this one as a credential of ours does
	}
	switch {
	case m.State == Inactive:
		return BarInactive
	case !n.Created.After(m.Barred):
		return BarSignedOut
	case n.Within != "" && n.Within != m.Workspace:
		return BarElsewhere
	case m.refused(how, n.Created, now):
		return BarSSORequired
	case !m.Linked.IsZero() && how.Local() && !now.Before(m.Exempt):
		return BarLinked
	}
	return NoBarrier
}

// refused reports whether requiring the provider refuses a session of the member
// that began so. What counted before the member was named did not count for it.
func (m *Membership) refused(how Method, began, now time.Time) bool {
	rule := m.Require
	if rule.Before != nil && rule.Before.Mode == RequirePeople && slices.Contains(rule.Added, m.Member) {
		rule.Before = nil
	}
	return rule.Refuses(how, began, m.Required, m.Exempt, now)
}

// Reached reports whether a session reaches the workspace at a time.
func (m *Membership) Reached(n *Session, now time.Time) bool { return m.Bars(n, now) == NoBarrier }

// Passkey is a key pair that a person signs in with.
type Passkey struct {
	ID         string // base64url of the credential's id
	Person     PersonID
	Name       string // given by the person, to tell several apart
	Credential []byte // JSON, as the protocol library keeps it
	Created    time.Time
	LastUsed   time.Time // zero: never
}
