package identity

import (
	"encoding/json"
	"time"
)

// Local reports whether a session that began so began with a credential of ours.
func (m Method) Local() bool { return m != BySAML && m != ByOIDC && m != ByRecoveryCode }

// Enforced reports whether the stage refuses anybody.
func (m RequireMode) Enforced() bool { return m == RequirePeople || m == RequireEveryone }

// In reports whether it counts at a time: it refuses nobody, it was confirmed, or
// there still is time to.
func (r *RequireSSO) In(now time.Time) bool {
	return r.Mode != RequireOff && (!r.Mode.Enforced() || !r.Confirmed.IsZero() || now.Before(r.Until))
}

// At gives what counts at a time: itself, or what it has reverted to.
func (r *RequireSSO) At(now time.Time) RequireSSO {
	switch {
	case r.In(now):
		return *r
	case r.Before != nil:
		return *r.Before
	}
	return RequireSSO{}
}

// Pending reports whether an administrator has yet to sign in through the provider
// for it to stay.
func (r *RequireSSO) Pending(now time.Time) bool {
	return r.Mode.Enforced() && r.Confirmed.IsZero() && r.In(now)
}

// Refuses reports whether a session that began at a time by a method does not
// reach the workspace. The method is BySAML or ByOIDC only of a connection of this
// workspace; a session that another workspace's provider began is refused as a
// local one is. Required says that the member is one of the named people, and
// exempt until when the member need not. A sign-in that is about to begin is asked
// for with began = now.
//
// Until it is confirmed, a session from before it was switched on keeps reaching.
func (r *RequireSSO) Refuses(how Method, began time.Time, required bool, exempt, now time.Time) bool {
	in := r.At(now)
	switch {
	case !in.Mode.Enforced(), !how.Local(), now.Before(exempt):
		return false
	case in.Mode == RequirePeople && !required:
		return false
	case !in.Confirmed.IsZero() || !began.Before(in.Since):
		return true
	}
	// Not confirmed, and from before: what counted before still does.
	return in.Before != nil && in.Before.Refuses(how, began, required, exempt, now)
}

// AppendJSON writes it as it is kept: nothing when it is off.
func (r *RequireSSO) AppendJSON(dst []byte) []byte {
	if r.Mode == RequireOff {
		return dst
	}
	b, _ := json.Marshal(r) // text and times always marshal
	return append(dst, b...)
}

// ReadRequireSSO reads what AppendJSON wrote.
func ReadRequireSSO(text string) (r RequireSSO, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &r)
	}
	return r, err
}

// SSORule is what is said of one member about requiring the provider.
type SSORule struct {
	Member   MemberID
	Required bool      // one of the named people
	Exempt   time.Time // until when the member need not; zero: not exempt
	Reason   string    // of the exemption
	SetBy    string    // the actor who made it
}
