package identity

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an Error is; each edge turns it into its own
// protocol's form.
type Kind uint8

// The kinds of failure that a requester can meet.
const (
	Internal        Kind = iota // our fault; Msg is never shown
	Invalid                     // the request's content is wrong; Field says where
	NotFound                    // no such thing in this workspace
	Taken                       // a value that must be unique is in use
	Forbidden                   // understood and refused
	Unauthenticated             // no credential, or a wrong one
	TooMany                     // the request would cost more than a bound allows
	Unavailable                 // try again later
)

// Error is a failure told twice: Msg is for the requester and says what to do;
// Err is the cause, for the operator's log, and is never sent.
type Error struct {
	Kind  Kind
	Field string // the attribute or form field at fault, "" when none
	Msg   string
	Err   error
}

// Error implements error with the requester's message and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Msg, e.Err)
	}
	return e.Msg
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind, without a cause.
func Errorf(k Kind, field, format string, args ...any) *Error {
	return &Error{Kind: k, Field: field, Msg: fmt.Sprintf(format, args...)}
}

// KindOf gives the kind of err: Internal for an error that is not an Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
