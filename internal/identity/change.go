package identity

import "time"

// ActorKind says what sort of party did something.
type ActorKind string

// The kinds of actor.
const (
	ActorToken    ActorKind = "token"
	ActorOperator ActorKind = "operator"
	ActorMember   ActorKind = "member"
	ActorSystem   ActorKind = "system"
)

// Actor is who did something: a directory by its token, an operator at the
// command line, a member in the console, or Anteroom itself.
type Actor struct {
	Kind ActorKind
	ID   string
}

// String gives the actor as one word for the log: token:tok_….
func (a Actor) String() string { return string(a.Kind) + ":" + a.ID }

// Origin is where a change comes from. It is an argument of every verb, never
// a context value.
type Origin struct {
	Actor     Actor
	Source    string // scim, cli, console, signin, api
	RequestID RequestID
	At        time.Time // when the request came in
}

// Verb names what happened in a change, subject first. Names are stable: the
// product's event feed and webhooks carry them.
type Verb string

// What can happen.
const (
	WorkspaceCreated  Verb = "workspace.created"
	WorkspaceChanged  Verb = "workspace.changed"
	TokenIssued       Verb = "token.issued"
	TokenRevoked      Verb = "token.revoked"
	MemberAdded       Verb = "member.added"
	MemberProvisioned Verb = "member.provisioned"
	MemberAdopted     Verb = "member.adopted"
	MemberReturned    Verb = "member.returned"
	MemberUpdated     Verb = "member.updated"
	MemberDeactivated Verb = "member.deactivated"
	MemberReactivated Verb = "member.reactivated"
	MemberDeleted     Verb = "member.deprovisioned"
	MemberHeld        Verb = "member.held"
	GroupCreated      Verb = "group.created"
	GroupUpdated      Verb = "group.updated"
	GroupDeleted      Verb = "group.deleted"
	MembersChanged    Verb = "group.members_changed"
)

// Subject is what a change happened to.
type Subject struct {
	Kind string // member, group, token, workspace
	ID   string
}

// Delta is one field that a change touched, with its value before and after;
// nil for absent.
type Delta struct {
	Field  string `json:"field"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
}

// Change is one row of a workspace's change log.
type Change struct {
	Seq       int64 // 1, 2, 3, ... in each workspace, without a gap
	At        time.Time
	Actor     string
	Source    string
	Verb      Verb
	Subject   Subject
	RequestID RequestID
	Digest    string // of the values, so that the log stays whole when they are erased
	Stamp     int64  // commit order across workspaces; see store.Horizon
	Values    []Delta
}
