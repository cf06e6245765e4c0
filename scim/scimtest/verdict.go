package scimtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// State is what a report says of a directory, or of the standard.
type State string

const (
	// Works means that nothing that it needs is broken.
	Works State = "works"
	// Suffers means that it runs, and that something goes wrong for people.
	Suffers State = "suffers"
	// Stops means that it cannot provision at all.
	Stops State = "stops"
	// Unknown means that what decides it was not asked.
	Unknown State = "unknown"
)

// Verdict says in words what will happen to a directory at this server.
type Verdict struct {
	Name  string   `json:"name"` // Entra ID, Okta, …, or RFC 7643, 7644
	State State    `json:"state"`
	Text  string   `json:"text"`  // will be quarantined: …
	Cases []string `json:"cases"` // the ids of the failed cases behind it
}

// Verdicts says what will happen to each directory at this server, and how far
// it keeps to the standard. Cases that were not run say nothing.
func (r *Report) Verdicts() []Verdict {
	var out []Verdict
	for _, d := range directories() {
		out = append(out, d.verdict(r))
	}
	return append(out, r.standard())
}

// told gives the verdicts as a report shows them: what cannot be told stands in
// one line.
func (r *Report) told() []Verdict {
	var out []Verdict
	var unknown []string
	for _, v := range r.Verdicts() {
		if v.State == Unknown {
			unknown = append(unknown, v.Name)
			continue
		}
		out = append(out, v)
	}
	if len(unknown) == 0 {
		return out
	}
	others := Verdict{Name: "Directories", State: Unknown, Text: "cannot be told: what decides it was not asked"}
	if len(unknown) < len(directories()) {
		others.Name, others.Text = "Others", strings.Join(unknown, ", ")+" cannot be told: what decides it was not asked"
	}
	return append(out, others)
}

// directory is one that sends requests, and what it cannot do without.
type directory struct {
	name, sender string
	// stopped is what its administrator sees when one of the stops fails.
	stopped string
	// stops are the cases without which it cannot begin, with the reason in
	// words.
	stops []stop
	// uses are cases of no sender, or of others, that it depends on: ids, or
	// their beginnings with a * at the end.
	uses []string
}

type stop struct{ id, because string }

// firstSteps are what every directory does before anything else.
func firstSteps() []stop {
	return []stop{
		{"create-201", "a new person is not created"},
		{"filter-eq", "a search for one userName does not find that person"},
		{"list-empty", "a search that finds nobody is not answered with an empty list"},
	}
}

func directories() []directory {
	people := []string{"create-equals-read", "create-duplicate*", "create-external-id", "create-extension", "create-many-values", "read-by-id", "read-unknown", "list-shape", "list-everybody", "list-complete", "unicode", "accept-*"}
	patches := []string{"patch-add-*", "patch-replace-*", "patch-remove-*", "patch-order", "patch-status", "patch-extension*", "patch-path-*", "patch-external-id", "patch-atomic", "patch-rename"}
	puts := []string{"put-200", "put-as-read", "put-rename", "put-deactivate", "put-multi", "put-modified", "put-read-only"}
	groups := []string{"group-create-okta", "group-list", "group-rename", "group-delete", "member-add*", "member-remove-path", "member-remove-stranger", "member-remove-all", "member-replace", "member-replace-empty", "member-unknown", "member-deleted", "member-many", "member-two-groups"}
	pages := []string{"page-items", "page-past-end", "page-stable", "page-total", "page-unfiltered", "page-start-below-one", "page-huge-count"}
	races := []string{"race-members", "race-attributes", "race-create"}
	deletes := []string{"delete-204", "delete-gone", "delete-reuse", "delete-inherits-nothing"}
	return []directory{
		{"Entra ID", "Entra", "will be quarantined", append(firstSteps(),
			stop{"probe-user-name", "Test Connection asks for a userName that nobody has, and does not get an empty list"},
			stop{"probe-external-id", "asking for an externalId that nobody has does not give an empty list"},
			stop{"probe-work-mail", "asking for a work address that nobody has does not give an empty list"},
			stop{"probe-group-name", "Test Connection asks for a group that is not there, and does not get an empty list"},
			stop{"config-patch", "PATCH is not supported"},
			stop{"stray-query", "the flag aadOptscim062020 in the address is not put up with"}),
			slices.Concat(people, patches, groups, races, deletes, []string{"page-*"})},
		{"Okta", "Okta", "cannot be connected", append(firstSteps(),
			stop{"okta-test-credentials", "Test API Credentials does not succeed"}),
			slices.Concat(people, puts, groups, pages, races)},
		{"Google Workspace", "Google", "cannot be connected", append(firstSteps(), stop{"google-probe", "its probe does not succeed"}),
			slices.Concat(people, puts, []string{"patch-replace-single", "active-pathless-bool"}, deletes)},
		{"OneLogin", "OneLogin", "cannot be connected", firstSteps(), slices.Concat(people, puts, deletes)},
		{"JumpCloud", "JumpCloud", "cannot be activated", append(firstSteps(), stop{"jumpcloud-activate", "its trial user cannot be made, changed and switched off"}),
			slices.Concat(people, puts, groups)},
		{"PingFederate", "PingFederate", "cannot be connected", firstSteps(), slices.Concat(people, puts, patches, deletes, groups)},
		{"SailPoint", "SailPoint", "cannot aggregate", append(firstSteps(), stop{"sailpoint-page", "pages with chosen attributes are not served"}),
			slices.Concat(people, patches, pages, []string{"attributes-*", "member-remove-path"})},
	}
}

// stoppers are the cases that stop some directory.
func stoppers() map[string]bool {
	out := map[string]bool{}
	for _, d := range directories() {
		for _, s := range d.stops {
			out[s.id] = true
		}
	}
	return out
}

// needs says whether a case matters to the directory.
func (d *directory) needs(c *Case) bool {
	if c.Sender == d.sender || slices.ContainsFunc(d.stops, func(s stop) bool { return s.id == c.ID }) {
		return true
	}
	return slices.ContainsFunc(d.uses, func(pattern string) bool {
		start, open := strings.CutSuffix(pattern, "*")
		return c.ID == pattern || open && strings.HasPrefix(c.ID, start)
	})
}

func (d *directory) verdict(r *Report) Verdict {
	v := Verdict{Name: d.name, State: Works, Text: "will work", Cases: []string{}}
	ran, harms, odd := map[string]bool{}, map[string]int{}, 0
	var broken []string
	for i := range r.Results {
		res := &r.Results[i]
		ran[res.Case.ID] = res.Note != fullNote
		if !d.needs(&res.Case) || res.Outcome != Failed || res.Case.Level == Info {
			continue
		}
		v.Cases = append(v.Cases, res.Case.ID)
		if res.Case.Level == Must {
			harms[res.Case.Chapter]++
			broken = append(broken, res.Case.Name)
		} else {
			odd++
		}
	}
	undecided := slices.ContainsFunc(d.stops, func(s stop) bool { return !ran[s.id] })
	switch because := d.because(v.Cases); {
	case because != "":
		v.State, v.Text = Stops, d.stopped+": "+because
	case undecided || !r.Complete() && len(harms) == 0:
		v.State, v.Text = Unknown, "cannot be told: what decides it was not asked"
	case len(broken) > 0 && len(broken) <= 3:
		v.State, v.Text = Suffers, "will run, but this does not hold: "+strings.Join(broken, "; ")
	case len(harms) > 0:
		v.State, v.Text = Suffers, "will run, but "+inWords(harms)
	case odd > 0:
		v.Text = fmt.Sprintf("will work, with %s", plural(odd, "blemish", "blemishes"))
	}
	return v
}

// because gives the reasons why the directory stops, in words.
func (d *directory) because(failed []string) string {
	var why []string
	for _, s := range d.stops {
		if slices.Contains(failed, s.id) {
			why = append(why, s.because)
		}
	}
	return strings.Join(why, "; ")
}

// inWords tells what goes wrong, the gravest first.
func inWords(harms map[string]int) string {
	all := slices.DeleteFunc(chapters(), func(c chapter) bool { return harms[c.title] == 0 })
	slices.SortStableFunc(all, func(a, b chapter) int {
		return cmp.Or(a.gravity-b.gravity, harms[b.title]-harms[a.title])
	})
	const most = 4
	var out []string
	for i, c := range all {
		if i == most {
			out = append(out, plural(len(all)-most, "thing more", "things more"))
			break
		}
		out = append(out, fmt.Sprintf("%s (%d)", c.harm, harms[c.title]))
	}
	return strings.Join(out, "; ")
}

// standard says how far the server keeps to the RFCs, by the cases that no
// directory asks for.
func (r *Report) standard() Verdict {
	v := Verdict{Name: "RFC 7643, 7644", State: Works, Cases: []string{}}
	asked, musts, sections := 0, 0, map[string]int{}
	for i := range r.Results {
		res := &r.Results[i]
		c := &res.Case
		if c.Section == "" || c.Sender != "" || c.Level != Must || res.Outcome == NotApplicable {
			continue
		}
		asked++
		if res.Outcome == Failed {
			musts++
			sections[c.Section]++
			v.Cases = append(v.Cases, c.ID)
		}
	}
	switch {
	case asked == 0:
		v.State, v.Text = Unknown, "cannot be told: nothing of it was asked"
	case musts == 0:
		v.Text = fmt.Sprintf("kept, in all %d sentences that were asked", asked)
	default:
		v.State, v.Text = Suffers, fmt.Sprintf("broken in %d of %d sentences: %s", musts, asked, mostOf(sections))
	}
	return v
}

// mostOf names the sections that are broken most often.
func mostOf(sections map[string]int) string {
	var names []string
	for name := range sections {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(sections[b], sections[a]), strings.Compare(a, b))
	})
	const most = 4
	var out []string
	for i, name := range names {
		if i == most {
			out = append(out, fmt.Sprintf("and %d more sections", len(names)-most))
			break
		}
		out = append(out, fmt.Sprintf("%s (%d)", name, sections[name]))
	}
	return strings.Join(out, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
