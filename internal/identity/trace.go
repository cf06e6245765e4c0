package identity

import "time"

// Trace is one sign-in through an identity provider, as far as it came, or one
// refusal anywhere. It is kept for a time, without secrets and without what the
// assertion said of the person.
type Trace struct {
	Workspace  WorkspaceID // "" when nobody knows whose it is: for the operator
	Code       string      // the short code that was shown: "S31-7KQ4M"; of one that went well without a rule: "OK-7KQ4M"
	Rule       string      // the explain code: "S31"; "" when it went well
	Connection ConnectionID
	Member     MemberID // "" when it did not come so far
	Protocol   Protocol
	Test       bool // a test, which signs nobody in
	At         time.Time
	RequestID  RequestID
	Expected   string
	Got        string
	Steps      []TraceStep
}

// TraceStep is one step of a sign-in.
type TraceStep struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`           // "The response came": a sentence
	Good bool      `json:"good"`           // it went well
	Show []Field   `json:"show,omitempty"` // what came, redacted
}

// Field is a name and a value to show.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
