package lab

import (
	"net/http"
	"time"
)

// habit is how one provider talks: what differs between those that share the
// engine in connector.go. Little of it is documented by the vendors; what is
// assumed says so.
type habit struct {
	name string
	// every is how often its service looks at the directory.
	every time.Duration
	// probe is the query of the connection test on /Users; describe asks for the
	// server's description of itself first; activate tries a throw-away person
	// and group instead.
	probe              string
	describe, activate bool
	// lists reads everybody and all groups in pages at the beginning of a cycle,
	// instead of asking for each by name.
	lists bool
	// mapping is the default; template takes OneLogin's template instead.
	mapping  []Mapping
	template bool
	// methods are those for updates among which the administrator can choose;
	// the first is the default.
	methods []string
	words   patchWords
	// deprovision is the default; chooses says whether there is a choice.
	deprovision Triggers
	chooses     bool
	// noGroups: the provider knows no groups. putGroups: groups are put whole
	// when people are. listRemoval: removals from a group carry the members as a
	// list of values instead of a value path.
	noGroups, putGroups, listRemoval bool
}

// patchWords is the form that a provider gives to the PATCH of a person.
type patchWords int

const (
	pathless patchWords = iota // one replace without path, with what has changed
	byPath                     // an operation for each attribute
	merging                    // the same, but of a complex attribute only the parts that have changed
)

// habits lists the providers of the engine.
func habits() []habit {
	return []habit{google(), oneLogin(), jumpCloud(), pingFederate(), sailPoint()}
}

// google is automatic provisioning under a SAML application of Google's
// catalogue. Known: people only, a fixed mapping, the probe, and a delay for
// each trigger. Assumed: the look-up by userName, PUT, and the attributes.
func google() habit {
	return habit{
		name: "google", every: time.Hour, probe: "count=1", noGroups: true, chooses: true,
		methods: []string{http.MethodPut, http.MethodPatch}, words: byPath, mapping: plainMapping(),
	}
}

// oneLogin is SCIM Provisioner with SAML (SCIM v2 Enterprise). Known: the JSON
// template, the look-up by userName, PUT unless PATCH is chosen, DELETE or
// active false, groups pushed by rules. Assumed: the probe, a PATCH without path,
// groups looked up by name, and members changed by PATCH.
func oneLogin() habit {
	return habit{
		name: "onelogin", every: time.Minute, probe: "filter=userName%20eq%20%22" + nobody + "%22", template: true, chooses: true,
		methods: []string{http.MethodPut, http.MethodPatch}, words: pathless,
		deprovision: Triggers{Unassigned: Deprovision{Delete: true}, Deleted: Deprovision{Delete: true}},
	}
}

// jumpCloud is a custom SCIM integration. Known: what its activation does, PUT
// for people, PATCH for members with removals as a list of values, active false
// and never DELETE for people. Assumed: the attributes, and groups looked up by
// name.
func jumpCloud() habit {
	return habit{
		name: "jumpcloud", every: time.Minute, activate: true,
		methods: []string{http.MethodPut}, mapping: plainMapping(), listRemoval: true,
	}
}

// pingFederate is its SCIM provisioner. Known: no, basic or bearer
// authentication or client credentials, the filter expression, PUT or PATCH for
// people and groups, disable or delete. Assumed: the probe, the attributes, an
// operation for each attribute, and that disabling the account in the directory
// disables whatever removal does.
func pingFederate() habit {
	return habit{
		name: "pingfederate", every: time.Minute, probe: "filter=userName%20eq%20%22" + nobody + "%22", chooses: true,
		methods: []string{http.MethodPut, http.MethodPatch}, words: byPath, mapping: plainMapping(), putGroups: true,
	}
}

// sailPoint is the SCIM 2.0 connector of Identity Security Cloud. Known: it
// needs the description endpoints, reads in pages with attributes=, takes
// entitlements away by value path, and a replace of a single complex attribute
// names only the parts to change. Assumed: the attributes, that roles are
// entitlements of the person, and that groups are created and their members
// changed by PATCH of the group.
func sailPoint() habit {
	return habit{
		name: "sailpoint", every: 24 * time.Hour, probe: "startIndex=1&count=1", describe: true, lists: true, chooses: true,
		methods: []string{http.MethodPatch}, words: merging,
		mapping: append(plainMapping(), Mapping{Source: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", Target: "roles"}),
	}
}

// nobody is a user name that nobody has.
const nobody = "connection-test@anteroom-lab.invalid"

// plainMapping is what every product can be expected to understand.
func plainMapping() []Mapping {
	const enterprise = enterpriseURN + ":"
	return []Mapping{
		{Source: "userPrincipalName", Target: "userName", Match: 1},
		{Source: "objectId", Target: "externalId"},
		{Source: "givenName", Target: "name.givenName"},
		{Source: "surname", Target: "name.familyName"},
		{Source: "displayName", Target: "displayName"},
		{Source: `Coalesce([mail], [userPrincipalName])`, Target: `emails[type eq "work"].value`},
		{Source: "jobTitle", Target: "title"},
		{Source: "telephoneNumber", Target: `phoneNumbers[type eq "work"].value`},
		{Source: "mobile", Target: `phoneNumbers[type eq "mobile"].value`},
		{Source: "employeeId", Target: enterprise + "employeeNumber"},
		{Source: "department", Target: enterprise + "department"},
	}
}
