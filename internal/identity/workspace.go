package identity

import (
	"encoding/json"
	"regexp"
	"time"
)

// Workspace is one customer of the product.
type Workspace struct {
	ID           WorkspaceID
	Slug         string // stands in addresses; can be renamed, and an old one still leads here
	Name         string
	Provisioning bool   // false: the directory may only take people out
	Plan         string // a plan of the product; "" for the plan of a new workspace
	Settings
	Version int64 // rises with every change of the workspace itself
	Created time.Time
}

// Settings is how a workspace differs from what its product and its plan say.
type Settings struct {
	Entitlements map[string]bool   `json:"entitlements,omitempty"` // features that an operator switched on or off, whatever the plan says
	DefaultRole  string            `json:"defaultRole,omitempty"`  // of new members; "" is the product's
	Defaults     map[string]string `json:"defaults,omitempty"`     // of new members' attributes, by path: region
}

// AppendJSON writes the settings as they are kept: nothing when none is set.
func (s *Settings) AppendJSON(dst []byte) []byte {
	if len(s.Entitlements)+len(s.Defaults) == 0 && s.DefaultRole == "" {
		return dst
	}
	b, _ := json.Marshal(s) // text and booleans always marshal
	return append(dst, b...)
}

// ReadSettings reads what AppendJSON wrote.
func ReadSettings(text string) (s Settings, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, err
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
