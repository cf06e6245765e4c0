package identity

import "time"

// DefaultConnection is the name of the directory connection that every
// workspace is created with.
const DefaultConnection = "directory"

// Connection is one customer directory that provisions into a workspace, or
// whose people sign in with it. Each SCIM resource belongs to at most one.
type Connection struct {
	Workspace WorkspaceID
	ID        ConnectionID
	Name      string            // unique in the workspace: "okta", "okta-2"
	Kind      string            // one of ConnectionKinds; "" for the one that the workspace is created with
	Title     string            // as administrators call it; "" until somebody named it
	Settings  map[string]string // what the connection's page has gathered
	Version   int64             // rises with every change of the connection itself
	Created   time.Time
	Removed   time.Time // zero: not removed
	// FirstContact is when its directory was first heard of; zero: never.
	FirstContact time.Time
	// Released is when the last of its people was handed back after the removal;
	// zero: not removed, or there are more.
	Released time.Time
}

// ConnectionKinds lists what a connection can be made for.
func ConnectionKinds() []string {
	return []string{"entra", "okta", "google", "onelogin", "jumpcloud", "ping", "adfs", "keycloak", "saml", "oidc", "scim"}
}

// Cadence is how a directory has been heard of.
type Cadence struct {
	First  time.Time     // contact; zero: never
	Last   time.Time     // contact, to the minute
	Cycles []time.Time   // when the last cycles began, newest first; at most 50
	Every  time.Duration // the usual time between two of them; 0 while it is not known
	Next   time.Time     // when the next one is expected; zero while that is not known
	Failed *Request      // the last request of its directory that failed, nil when none of late did
}
