package scimtest

import (
	"cmp"
	"path"
	"slices"
	"strings"
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

// Levels lists the levels, the most serious first.
func Levels() []Level { return []Level{Must, Should, Info} }

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
	NoGroups                    // no resource type Group
)

// lacks says in words what a server does not offer of what is needed.
func (n Need) lacks(has Need) string {
	var words []string
	for i, word := range []string{"groups", "the enterprise extension", "sorting", "versions (ETag)", "bulk requests", "cursors", "a token or password", "a user name and password", "a service without groups"} {
		if need := Need(1) << i; n&need != 0 && has&need == 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// Case is one sentence that a server keeps or breaks.
type Case struct {
	ID      string   // short and stable, unique in the suite: patch-remove-members-list
	Name    string   // the sentence
	Chapter string   // what it is about, in the report's words: Filters
	Section string   // the standard's: RFC 7644 §3.5.2.2; "" when no standard says it
	Sender  string   // the directory that sends this: Entra, Okta, …; "" for any client
	Rows    []string // requirement rows it proves: E22
	Level   Level
	Needs   Need
	Why     string // what happens to people when it is broken
	Mend    string // what to change in the server
	Run     func(*T)
}

// Matches says whether a pattern means the case. It may be an id, with * for
// any letters in it, a chapter, a section or the beginning of one (RFC 7644 §3.5,
// or 3.5), a sender, a level, or a requirement row. Case does not matter.
func (c *Case) Matches(pattern string) bool {
	pattern = strings.ToLower(strings.TrimSpace(pattern))
	if ok, err := path.Match(pattern, strings.ToLower(c.ID)); ok && err == nil {
		return true
	}
	_, number, _ := strings.Cut(c.Section, "§")
	return pattern != "" && (slices.ContainsFunc(append([]string{c.Chapter, c.Sender, string(c.Level)}, c.Rows...), func(s string) bool { return strings.EqualFold(s, pattern) }) ||
		below(c.Section, pattern) || below(number, strings.TrimPrefix(pattern, "§")))
}

// below says whether a section is one, or stands in it.
func below(section, whole string) bool {
	section = strings.ToLower(section)
	return whole != "" && (section == whole || strings.HasPrefix(section, whole+".") || strings.HasPrefix(section, whole+" §"))
}

// Cases lists the whole suite, in the order in which it runs.
func Cases() []Case {
	var all []Case
	for _, c := range chapters() {
		for i := range c.cases {
			c.cases[i].Chapter = c.title
		}
		all = append(all, c.cases...)
	}
	return all
}

// chapter is a part of the suite.
type chapter struct {
	title   string
	harm    string // what happens when its cases fail, for verdicts
	gravity int    // how grave that is: 1 is the gravest
	cases   []Case
}

func chapters() []chapter {
	return []chapter{
		{"Discovery", "the directory cannot find out what the server offers", 6, slices.Concat(discoveryCases(), schemaCases())},
		{"Requests and answers", "requests are not understood, or answers cannot be read", 4, httpCases()},
		{"Credentials", "the credentials are not checked as they should be", 1, authCases()},
		{"New people", "people are refused, or arrive with parts missing", 3, slices.Concat(createCases(), createExtensionCases(), createShapeCases(), createRefusedCases(), attributeCases())},
		{"Reading one person", "what is read is not what is there", 4, slices.Concat(readCases(), excludedCases())},
		{"Lists and pages", "imports lose people or take them twice", 4, slices.Concat(listCases(), pagingCases(), pagingWalkCases(), sortCases(), cursorCases(), searchCases())},
		{"Filters", "a search finds the wrong people, or nobody", 3, slices.Concat(filterCases(), filterSyntaxCases())},
		{"Matching", "people who are there are not found, and are made twice", 2, probeCases()},
		{"Replacing (PUT)", "updates of whole profiles are refused, or lose parts", 3, slices.Concat(replaceCases(), replaceEffectCases())},
		{"Changing (PATCH)", "changes are refused, or lost", 3, slices.Concat(patchCases(), patchEdgeCases(), patchMessageCases(), patchPathCases())},
		{"Leaving and returning", "leavers are not switched off, or do not come back as they were", 1, activeCases()},
		{"Entra's attributes", "addresses, phone numbers, roles or managers are refused", 3, slices.Concat(elementCases(), roleCases(), managerCases(), clearCases())},
		{"Groups", "groups cannot be made, found or changed", 3, slices.Concat(groupCases(), groupChangeCases())},
		{"Members of groups", "people get into groups, or out of them, who should not", 2, slices.Concat(memberCases(), memberRemoveCases(), memberEdgeCases(), memberShapeCases())},
		{"Deleting", "deleted people are still there, or block others", 2, deleteCases()},
		{"Versions", "two writers undo each other's work", 5, etagCases()},
		{"Bulk", "bulk requests cannot be relied on", 5, slices.Concat(bulkCases(), bulkErrorCases())},
		{"Several at once", "updates that come at the same time are lost", 2, raceCases()},
		{"Directories, from beginning to end", "whole conversations break off", 5, slices.Concat(entraCases(), entraStoryCases(), oktaCases(), oktaReturnCases(), otherCases(), galleryCases())},
	}
}

// none is the section of what no standard says.
const none = "none"

// in fills what the cases of one table share.
func in(shared Case, table []Case) []Case {
	for i := range table {
		c := &table[i]
		if c.Section = cmp.Or(c.Section, shared.Section); c.Section == none {
			c.Section = ""
		}
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
