package product

import "strings"

// Form says how a request names its workspace.
type Form string

// The forms of a SCIM address.
const (
	FormToken Form = "token" // https://api.example.com/scim/v2: one address for everybody, the token tells
	FormPath  Form = "path"  // https://api.example.com/scim/v2/acme
	FormHost  Form = "host"  // https://acme.example.com/scim/v2
)

// Groups says what a directory's groups become.
type Groups string

// What a directory's groups become.
const (
	GroupsOff    Groups = "off"    // not offered; reads answer an empty list, writes 501 with the reason
	GroupsGroups Groups = "groups" // groups, which an administrator may map to roles
	GroupsRoles  Groups = "roles"  // a provisioned group is a role of that name
)

// placeholder stands for the workspace's name in a prefix or host.
const placeholder = "{workspace}"

// SCIM says where directories provision to.
type SCIM struct {
	Prefix          string // "/scim/v2", no trailing slash; in FormPath it holds "{workspace}" as one segment
	Form            Form
	Host            string // "{workspace}.example.com" in FormHost, otherwise ""
	Groups          Groups
	GroupsOffDetail string // the reason in the 501, "" unless Groups is off
}

// Path is the path of a workspace's SCIM address, without trailing slash:
// "/scim/v2" or "/scim/v2/acme".
func (s *SCIM) Path(workspace string) string {
	return strings.ReplaceAll(s.Prefix, placeholder, workspace)
}

// HostOf is the host of a workspace's SCIM address in FormHost, otherwise "".
func (s *SCIM) HostOf(workspace string) string {
	return strings.ReplaceAll(s.Host, placeholder, workspace)
}
