package identity

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// ActorKind says what sort of party did something.
type ActorKind string

// The kinds of actor.
const (
	ActorToken    ActorKind = "token"
	ActorOperator ActorKind = "operator"
	ActorMember   ActorKind = "member"
	ActorPerson   ActorKind = "person" // who is signed in, and acts in no workspace
	ActorSystem   ActorKind = "system"
	ActorLink     ActorKind = "link" // somebody without an account, by a set-up link
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
	ConnectionAdded   Verb = "connection.added"
	ConnectionChanged Verb = "connection.changed"
	ConnectionRemoved Verb = "connection.removed"
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
	MemberReleased    Verb = "member.released" // its connection was removed: no directory manages it now
	GroupReleased     Verb = "group.released"
	MemberHeld        Verb = "member.held"
	MemberActivated   Verb = "member.activated"  // signed in for the first time
	MemberJoined      Verb = "member.joined"     // signs in from now on: an invitation was accepted
	MemberSignedOut   Verb = "member.signed_out" // by an administrator: the sessions of then reach the workspace no longer
	LinkIssued        Verb = "link.issued"
	LinkUsed          Verb = "link.used"
	LinkRevoked       Verb = "link.revoked"
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

// AppendDeltas writes deltas as JSON, as json.Marshal does, and quickly for the
// values that a directory's changes are made of.
func AppendDeltas(dst []byte, deltas []Delta) ([]byte, error) {
	dst = append(dst, '[')
	for i, d := range deltas {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"field":`...)
		dst = appendText(dst, d.Field)
		for _, side := range [...]struct {
			name  string
			value any
		}{{`,"before":`, d.Before}, {`,"after":`, d.After}} {
			if side.value == nil {
				continue
			}
			dst = append(dst, side.name...)
			var err error
			if dst, err = appendValue(dst, side.value); err != nil {
				return nil, err
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']'), nil
}

func appendValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendText(dst, v), nil
	case State:
		return appendText(dst, string(v)), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case json.RawMessage: // written by ourselves, so known to be JSON
		return append(dst, v...), nil
	}
	b, err := json.Marshal(v)
	return append(dst, b...), err
}

// appendText writes a JSON string; one with anything to escape by the long way.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			b, _ := json.Marshal(s) // a string always marshals
			return append(dst, b...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}
