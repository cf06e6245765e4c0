package identity

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"time"
)

// Ids are opaque strings that sort by the time they were made. All but the
// SCIM ids carry a printed prefix, so that a reader of a log knows what they see.
type (
	// WorkspaceID names a workspace: ws_…
	WorkspaceID string
	// MemberID names one human in one workspace, for ever: mem_…
	MemberID string
	// GroupID is the SCIM id of a group.
	GroupID string
	// ResourceID is the SCIM id of a user; a new one after each DELETE.
	ResourceID string
	// ConnectionID names a directory connection: con_…
	ConnectionID string
	// TokenID names a token: tok_…
	TokenID string
	// RequestID names a request: req_…
	RequestID string
	// PersonID names one human who signs in, across workspaces: per_…
	PersonID string
	// SessionID names a session: ses_… It is not the secret.
	SessionID string
	// LinkID names a link: lnk_… It is not the secret.
	LinkID string
	// MailID names a mail: mail_…
	MailID string
)

// crockford is base 32 without look-alikes; its digits sort as their values do.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// stamped is 6 bytes of milliseconds and 10 random bytes: it sorts by time and
// cannot be guessed.
func stamped(now time.Time) (b [16]byte) {
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	rand.Read(b[6:])
	return b
}

func prefixed(prefix string, now time.Time) string {
	b := stamped(now)
	var room [32]byte // five letters before 26 digits
	return string(crockford.AppendEncode(append(room[:0], prefix...), b[:]))
}

// NewWorkspaceID makes an id for a workspace created now.
func NewWorkspaceID(now time.Time) WorkspaceID { return WorkspaceID(prefixed("ws_", now)) }

// NewMemberID makes an id for a member who becomes known now.
func NewMemberID(now time.Time) MemberID { return MemberID(prefixed("mem_", now)) }

// NewConnectionID makes an id for a connection set up now.
func NewConnectionID(now time.Time) ConnectionID { return ConnectionID(prefixed("con_", now)) }

// NewTokenID makes an id for a token issued now.
func NewTokenID(now time.Time) TokenID { return TokenID(prefixed("tok_", now)) }

// NewPersonID makes an id for a person who becomes known now.
func NewPersonID(now time.Time) PersonID { return PersonID(prefixed("per_", now)) }

// NewSessionID makes an id for a session that begins now.
func NewSessionID(now time.Time) SessionID { return SessionID(prefixed("ses_", now)) }

// NewLinkID makes an id for a link issued now.
func NewLinkID(now time.Time) LinkID { return LinkID(prefixed("lnk_", now)) }

// NewMailID makes an id for a mail written now.
func NewMailID(now time.Time) MailID { return MailID(prefixed("mail_", now)) }

// MailIDAt is the lowest id of a mail written at the time or later.
func MailIDAt(t time.Time) MailID {
	b := stamped(t)
	clear(b[6:])
	return MailID("mail_" + crockford.EncodeToString(b[:]))
}

// NewRequestID makes an id for a request received now. It stands in the
// answer's header, in the provisioning log and in the change log.
func NewRequestID(now time.Time) RequestID { return RequestID(prefixed("req_", now)) }

// RequestIDAt is the lowest id of a request received at the time or later.
func RequestIDAt(t time.Time) RequestID {
	b := stamped(t)
	clear(b[6:])
	return RequestID("req_" + crockford.EncodeToString(b[:]))
}

// NewResourceID makes a SCIM id: a UUID of version 7 (RFC 9562 §5.7), which
// sorts by time and which every directory accepts.
func NewResourceID(now time.Time) ResourceID { return ResourceID(uuid7(now)) }

// NewGroupID makes a SCIM id for a group, also a UUID of version 7.
func NewGroupID(now time.Time) GroupID { return GroupID(uuid7(now)) }

func uuid7(now time.Time) string {
	b := stamped(now)
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
