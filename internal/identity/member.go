package identity

import "time"

// State is where a member stands. Whether a SCIM resource exists for the
// member is a separate fact.
type State string

// The states of a member.
const (
	Pending  State = "pending"  // known, has not signed in, where the product asks for that
	Active   State = "active"   // may sign in
	Inactive State = "inactive" // may not sign in, holds no session, takes no seat; everything known stays
)

// Tab is where administrators look for a member.
type Tab string

// The tabs of the members' page. Every member is in exactly one.
const (
	TabActive   Tab = "active"
	TabPending  Tab = "pending"
	TabInactive Tab = "inactive"
	TabGuest    Tab = "guest" // a guest of the directory who is not inactive
)

// Tabs lists every tab.
func Tabs() []Tab { return []Tab{TabActive, TabPending, TabInactive, TabGuest} }

// TabOf gives the tab of a member in a state; guest says whether its directory
// calls it a guest.
func TabOf(s State, guest bool) Tab {
	switch {
	case s == Inactive:
		return TabInactive
	case guest:
		return TabGuest
	case s == Pending:
		return TabPending
	}
	return TabActive
}

// Member is one human in one workspace.
type Member struct {
	ID          MemberID
	ResourceID  ResourceID   // the SCIM resource; "" after DELETE
	Connection  ConnectionID // the directory that manages the member; "" when none does
	State       State
	Tab         Tab // follows from the state and the doc
	UserName    string
	Address     string // the one e-mail address that stands for the member; "" when unknown
	DisplayName string
	GivenName   string
	FamilyName  string
	Title       string
	ExternalID  string
	Attributes  map[string]string // the product's own attributes, by their path, defaults filled in
	Grants      []Grant
	Held        *Held    // what the directory asked of an owner and was not done
	Inherited   []string // attributes of the doc that the directory which manages the member has not sent: its PUT does not clear them
	Doc         []byte
	Version     int64
	Created     time.Time
	Modified    time.Time
}

// Held is what a directory asked for an owner, answered as asked, and not done
// until an administrator accepts it. Only what differs is set.
type Held struct {
	UserName *string `json:"userName,omitempty"`
	Address  *string `json:"address,omitempty"`
	Role     *string `json:"role,omitempty"`
	Active   *bool   `json:"active,omitempty"`
	Deleted  bool    `json:"deleted,omitempty"`
}

// Empty reports whether nothing is held.
func (h *Held) Empty() bool { return h == nil || *h == Held{} }

// Name is how a person is shown: the display name, the parts, or the user name.
func (m *Member) Name() string {
	switch {
	case m.DisplayName != "":
		return m.DisplayName
	case m.GivenName != "" && m.FamilyName != "":
		return m.GivenName + " " + m.FamilyName
	case m.GivenName+m.FamilyName != "":
		return m.GivenName + m.FamilyName
	}
	return m.UserName
}

// Group is a group of members that a directory, or an administrator, made.
type Group struct {
	ID          GroupID
	Connection  ConnectionID
	ExternalID  string
	DisplayName string
	Doc         []byte // what the directory sent, members left out
	Members     int64
	Version     int64
	Created     time.Time
	Modified    time.Time
}

// Reference names a group or a member inside the other's resource.
type Reference struct {
	ID      string // SCIM id
	Display string
	// Role is what administrators made of a group, a role of the catalogue, and
	// Position its place among such groups. They are known where the groups of a
	// member are read by themselves (store.Reader.GroupsOf).
	Role     string
	Position int64
}

// What administrators do to members and groups, beside what directories do.
const (
	HeldAccepted  Verb = "member.held_accepted" // what a directory asked of an owner is done
	HeldRefused   Verb = "member.held_refused"  // and is not
	GroupMapped   Verb = "group.mapped"         // to a role of the catalogue, or to none any more
	GroupsOrdered Verb = "group.ordered"        // which of them counts first
)
