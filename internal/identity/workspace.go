package identity

import (
	"regexp"
	"time"
)

// Workspace is one customer of the product.
type Workspace struct {
	ID           WorkspaceID
	Slug         string // stands in addresses; can be renamed, never reused
	Name         string
	Provisioning bool // false: the directory may only take people out
	Created      time.Time
}

// DefaultConnection is the name of the directory connection that every
// workspace is created with.
const DefaultConnection = "directory"

// Connection is one customer directory that provisions into a workspace. Each
// SCIM resource belongs to at most one.
type Connection struct {
	ID      ConnectionID
	Name    string
	Created time.Time
}

var slugForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

var reservedSlugs = map[string]bool{
	"admin": true, "api": true, "app": true, "auth": true, "console": true, "dev": true, "healthz": true, "live": true,
	"login": true, "metrics": true, "rest": true, "saml": true, "scim": true, "sso": true, "static": true, "v1": true, "www": true,
}

// CheckSlug says whether s may name a workspace in an address: 1 to 63 lower-case
// letters, digits and inner hyphens (a DNS label, RFC 1123 §2.1), not reserved.
func CheckSlug(s string) error {
	switch {
	case !slugForm.MatchString(s):
		return Errorf(Invalid, "slug", "a workspace ID is 1 to 63 lower-case letters, digits and hyphens, and starts and ends with a letter or digit; %q is not", s)
	case reservedSlugs[s]:
		return Errorf(Invalid, "slug", "the workspace ID %q is reserved; choose another", s)
	}
	return nil
}
