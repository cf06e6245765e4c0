package scimtest

import (
	"cmp"
	"slices"
)

// Level says how serious a failed case is.
type Level string

const (
	// Must is what the standard demands, or what a directory cannot live
	// without.
	Must Level = "must"
	// Should is what the standard recommends, or what spares directories
	// trouble.
	Should Level = "should"
	// Info is where the standard leaves the choice; a failure is worth knowing.
	Info Level = "info"
)

// Need is what a server must offer for a case to apply.
type Need uint16

// A case that needs several of them joins them with |.
const (
	Groups     Need = 1 << iota // the resource type Group
	Enterprise                  // the enterprise user extension
	Sort                        // sort.supported
	ETags                       // etag.supported
	Bulk                        // bulk.supported
	Cursors                     // pagination.cursor, RFC 9865 §4
	Auth                        // the target has a token, or a user name and password
	Basic                       // the target has a user name and password
)

// Case is one sentence that a server keeps or breaks.
type Case struct {
	ID      string   // short and stable, unique in the suite: patch-remove-members-list
	Name    string   // the sentence
	Section string   // the standard's: RFC 7644 §3.5.2.2; "" when no standard says it
	Sender  string   // the directory that sends this: Entra, Okta, …; "" for any client
	Rows    []string // requirement rows it proves: E22
	Level   Level
	Needs   Need
	Why     string // what happens to people when it is broken
	Mend    string // what to change in the server
	Run     func(*T)
}

// Cases lists the whole suite, in the order in which it runs.
func Cases() []Case {
	return slices.Concat(
		discoveryCases(), schemaCases(), httpCases(), authCases(),
		createCases(), createExtensionCases(), createShapeCases(), createRefusedCases(), attributeCases(), readCases(), excludedCases(),
		listCases(), pagingCases(), pagingWalkCases(), sortCases(), cursorCases(), searchCases(),
		filterCases(), filterSyntaxCases(), probeCases(),
		replaceCases(), replaceEffectCases(), patchCases(), patchEdgeCases(), patchMessageCases(), patchPathCases(), activeCases(), elementCases(), roleCases(), managerCases(), clearCases(),
		groupCases(), groupChangeCases(), memberCases(), memberRemoveCases(), memberEdgeCases(), memberShapeCases(), deleteCases(), etagCases(), bulkCases(), bulkErrorCases(), raceCases(),
		entraCases(), entraStoryCases(), oktaCases(), oktaReturnCases(), otherCases(), galleryCases(),
	)
}

// in fills what the cases of one table share.
func in(shared Case, table []Case) []Case {
	for i := range table {
		c := &table[i]
		c.Section = cmp.Or(c.Section, shared.Section)
		c.Sender = cmp.Or(c.Sender, shared.Sender)
		c.Level = cmp.Or(c.Level, shared.Level, Must)
		c.Why = cmp.Or(c.Why, shared.Why)
		c.Mend = cmp.Or(c.Mend, shared.Mend)
		c.Needs |= shared.Needs
		if c.Rows == nil {
			c.Rows = shared.Rows
		}
	}
	return table
}
