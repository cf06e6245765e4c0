package anteroom_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/oidc/attack"
	"github.com/anteroom-id/anteroom/scim/scimtest"
)

const conformancePage = "docs/conformance/scim.md"

// conformanceRow is one row of a table of the page: one thing that a standard
// says or a client does.
type conformanceRow struct {
	line                                          int
	section, says, level, code, tests, divergence string
}

// conformanceRows reads the tables of a page. Rows with another number of cells
// are told as mistakes.
func conformanceRows(page string) (rows []conformanceRow, mistakes []string) {
	inTable := false
	for i, line := range strings.Split(page, "\n") {
		if !strings.HasPrefix(line, "|") {
			inTable = false
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		switch {
		case slices.Equal(cells, []string{"section", "says", "level", "implemented in", "tested by", "divergence"}):
			inTable = true
		case !inTable || strings.Trim(line, "|- ") == "":
		case len(cells) != 6:
			mistakes = append(mistakes, fmt.Sprintf("line %d has %d cells, not 6", i+1, len(cells)))
		default:
			rows = append(rows, conformanceRow{i + 1, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]})
		}
	}
	return rows, mistakes
}

// conformanceLevels are the key words of RFC 2119, "says" for a sentence that has
// none, and "client" for what a directory does.
func conformanceLevels() []string {
	return []string{"MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED", "SHOULD", "SHOULD NOT", "RECOMMENDED", "says", "client"}
}

// none stands in a cell that names nothing.
const none = "—"

// check says what is wrong with a row in itself.
func (r *conformanceRow) check() (mistakes []string) {
	add := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Sprintf("line %d (%s): %s", r.line, r.section, fmt.Sprintf(format, args...)))
	}
	if r.section == "" || r.says == "" || r.level == "" || r.code == "" || r.tests == "" {
		add("an empty cell; only divergence may be empty, and %s names nothing", none)
	}
	if !slices.Contains(conformanceLevels(), r.level) {
		add("%q is no level", r.level)
	}
	if (r.code == none || r.tests == none) && r.divergence == "" {
		add("no code or no test, and no word about why")
	}
	for _, cell := range []string{r.code, r.tests} {
		if cell != none && strings.Trim(quotedInRow.ReplaceAllString(cell, ""), "; ") != "" {
			add("%q is not a list of `references` with ; between them", cell)
		}
	}
	return mistakes
}

// quotedInRow finds the references in a cell.
var quotedInRow = regexp.MustCompile("`([^`]*)`")

func references(cell string) (out []string) {
	for _, m := range quotedInRow.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// testsWithin gives the tests and cases that a sentence names.
func testsWithin(sentence string) []string {
	return slices.DeleteFunc(references(sentence), func(ref string) bool { return !strings.HasPrefix(ref, "case ") && !strings.Contains(ref, ": ") })
}

// declared lists what the Go files of a folder declare, by file, test files
// apart: "Groups.Replace", "Fold", "Attribute".
type declared map[string]map[string]bool

func declarations(t *testing.T) declared {
	t.Helper()
	all := declared{}
	for _, file := range goFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, d := range parsed.Decls {
			declare(names, d)
		}
		all[file] = names
	}
	return all
}

func declare(names map[string]bool, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		names[name] = true
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names[n.Name] = true
				}
			}
		}
	}
}

// receiver gives the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// code says what is wrong with a reference such as scim/patch.go: Patch.Apply.
func (all declared) code(ref string) error {
	file, name, ok := strings.Cut(ref, ": ")
	names, exists := all[file]
	switch {
	case !ok:
		return fmt.Errorf("%q is not of the form file.go: Function", ref)
	case !exists || strings.HasSuffix(file, "_test.go"):
		return fmt.Errorf("there is no file %s", file)
	case !names[name]:
		return fmt.Errorf("%s declares no %s", file, name)
	}
	return nil
}

// test says what is wrong with a reference such as scim: TestFilters, or case
// patch-order; a case may end in a star that stands for one case or more.
func (all declared) test(ref string, cases []string) error {
	if id, ok := strings.CutPrefix(ref, "case "); ok {
		if !slices.ContainsFunc(cases, func(c string) bool { ok, _ := path.Match(id, c); return ok }) {
			return fmt.Errorf("the suite has no case %s", id)
		}
		return nil
	}
	dir, name, ok := strings.Cut(ref, ": ")
	if !ok || !regexp.MustCompile(`^(Test|Fuzz|Example)`).MatchString(name) {
		return fmt.Errorf("%q is neither case ID nor package: TestName", ref)
	}
	for file, names := range all {
		if strings.HasSuffix(file, "_test.go") && path.Dir(file) == dir && names[name] {
			return nil
		}
	}
	return fmt.Errorf("%s has no %s", dir, name)
}

func caseIDs() (ids []string) {
	for _, c := range scimtest.Cases() {
		ids = append(ids, c.ID)
	}
	return ids
}

// conformanceMistakes says everything that is wrong with a page.
func conformanceMistakes(page string, all declared, cases []string) []string {
	rows, mistakes := conformanceRows(page)
	clients := map[string]int{}
	for i := range rows {
		r := &rows[i]
		mistakes = append(mistakes, r.check()...)
		for _, ref := range references(r.code) {
			if err := all.code(ref); err != nil {
				mistakes = append(mistakes, fmt.Sprintf("line %d: %v", r.line, err))
			}
		}
		for _, ref := range append(references(r.tests), testsWithin(r.divergence)...) {
			if err := all.test(ref, cases); err != nil {
				mistakes = append(mistakes, fmt.Sprintf("line %d: %v", r.line, err))
			}
		}
		if first, twice := clients[r.section]; twice && r.level == "client" {
			mistakes = append(mistakes, fmt.Sprintf("line %d: %s stands in line %d already", r.line, r.section, first))
		}
		clients[r.section] = r.line
	}
	return mistakes
}

// conformancePages are the pages, with the fewest rows that each has and the cases
// that it may name.
func conformancePages() []struct {
	name  string
	rows  int
	cases []string
} {
	var attacks []string
	for _, c := range attack.Cases() {
		attacks = append(attacks, c.Name)
	}
	return []struct {
		name  string
		rows  int
		cases []string
	}{
		{conformancePage, 200, caseIDs()},
		{"docs/conformance/saml.md", 60, nil},
		{"docs/conformance/oidc.md", 30, attacks},
	}
}

func TestTheConformancePagesNameCodeAndTestsThatExist(t *testing.T) {
	all := declarations(t)
	for _, p := range conformancePages() {
		page := string(read(t, p.name))
		for _, m := range conformanceMistakes(page, all, p.cases) {
			t.Errorf("%s: %s", p.name, m)
		}
		count := map[string]int{}
		rows, _ := conformanceRows(page)
		for _, r := range rows {
			count[r.level]++
		}
		t.Logf("%s: %d rows: %v", p.name, len(rows), count)
		if len(rows) < p.rows {
			t.Errorf("%s: %d rows; a table was lost, or is not read", p.name, len(rows))
		}
	}
}

// Every section of the standards that binds a server, and every part of the list
// of clients, has its rows.
func TestTheConformancePageLeavesNoSectionOut(t *testing.T) {
	rows, _ := conformanceRows(string(read(t, conformancePage)))
	for _, section := range []string{
		"RFC 7643 §2.1", "RFC 7643 §2.2", "RFC 7643 §2.3", "RFC 7643 §2.4", "RFC 7643 §2.5", "RFC 7643 §3", "RFC 7643 §3.1", "RFC 7643 §3.3",
		"RFC 7643 §4.1.1", "RFC 7643 §4.1.2", "RFC 7643 §4.2", "RFC 7643 §4.3", "RFC 7643 §5", "RFC 7643 §6", "RFC 7643 §7", "RFC 7643 §9.2", "RFC 7643 §9.3",
		"RFC 7644 §1.3", "RFC 7644 §2", "RFC 7644 §2.1", "RFC 7644 §3.1", "RFC 7644 §3.2", "RFC 7644 §3.3", "RFC 7644 §3.3.1",
		"RFC 7644 §3.4.1", "RFC 7644 §3.4.2", "RFC 7644 §3.4.2.1", "RFC 7644 §3.4.2.2", "RFC 7644 §3.4.2.3", "RFC 7644 §3.4.2.4", "RFC 7644 §3.4.2.5", "RFC 7644 §3.4.3",
		"RFC 7644 §3.5", "RFC 7644 §3.5.1", "RFC 7644 §3.5.2", "RFC 7644 §3.5.2.1", "RFC 7644 §3.5.2.2", "RFC 7644 §3.5.2.3", "RFC 7644 §3.6",
		"RFC 7644 §3.7", "RFC 7644 §3.7.1", "RFC 7644 §3.7.2", "RFC 7644 §3.7.3", "RFC 7644 §3.7.4", "RFC 7644 §3.8", "RFC 7644 §3.9", "RFC 7644 §3.10", "RFC 7644 §3.11",
		"RFC 7644 §3.12", "RFC 7644 §3.13", "RFC 7644 §3.14", "RFC 7644 §4", "RFC 7644 §5", "RFC 7644 §6.2",
		"RFC 7644 §7.2", "RFC 7644 §7.3", "RFC 7644 §7.4", "RFC 7644 §7.5.1", "RFC 7644 §7.5.2", "RFC 7644 §7.6", "RFC 7644 §7.7", "RFC 7644 §7.8",
		"RFC 9865 §2", "RFC 9865 §2.1", "RFC 9865 §2.2", "RFC 9865 §2.4", "RFC 9865 §3", "RFC 9865 §4", "RFC 9865 §5.2", "RFC 9865 §5.3", "RFC 9865 §5.4",
		"A1.1", "A1.2", "A1.3", "A1.4", "A1.5", "A1.6", "A1.9", "A2", "A3", "A5",
	} {
		if !slices.ContainsFunc(rows, func(r conformanceRow) bool { return r.section == section || strings.HasPrefix(r.section, section+" ") }) {
			t.Errorf("%s has no row for %s", conformancePage, section)
		}
	}
	for n := 1; n <= 10; n++ {
		if name := fmt.Sprintf("pitfall %d", n); !slices.ContainsFunc(rows, func(r conformanceRow) bool { return r.section == name }) {
			t.Errorf("%s has no row for %s", conformancePage, name)
		}
	}
}

func TestEveryCaseOfTheSuiteHasAnIDOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range caseIDs() {
		if seen[id] || !regexp.MustCompile(`^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$`).MatchString(id) {
			t.Errorf("%q is there twice, or is no good name", id)
		}
		seen[id] = true
	}
}

// What a document says of other documents must hold in them too.
func TestEveryFileThatTheConformancePageShowsExists(t *testing.T) {
	for _, name := range regexp.MustCompile(`[a-z-]+\.json`).FindAllString(string(read(t, conformancePage)), -1) {
		if _, err := os.Stat(filepath.Join("scim/testdata/compat", name)); err != nil {
			t.Errorf("%s names %s: %v", conformancePage, name, err)
		}
	}
}

// The check can fail: each of these rows is wrong in one way.
func TestTheConformanceCheckSeesEveryMistake(t *testing.T) {
	const head = "| section | says | level | implemented in | tested by | divergence |\n|---|---|---|---|---|---|\n"
	all := declared{"scim/patch.go": {"Patch.Apply": true}, "scim/patch_test.go": {"TestAdd": true, "helper": true}}
	for row, want := range map[string]string{
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `case a-b` | |":                                                                       "",
		"| s | x | SHOULD | `scim/patch.go: Patch.Apply` | `case a-*`; `scim: TestAdd` ||":                                                     "",
		"| s | x | MUST | — | — | by design |":                                                                                                 "",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | — | |":                                                                                "no word about why",
		"| s | x | MUST | — | `case a-b` | |":                                                                                                  "no word about why",
		"| s | x | MUST | `scim/patch.go: Patch.Gone` | `case a-b` | |":                                                                        "declares no Patch.Gone",
		"| s | x | MUST | `scim/gone.go: Apply` | `case a-b` | |":                                                                              "no file scim/gone.go",
		"| s | x | MUST | `scim/patch_test.go: helper` | `case a-b` | |":                                                                       "no file scim/patch_test.go",
		"| s | x | MUST | `Patch.Apply` | `case a-b` | |":                                                                                      "not of the form",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `case a-c` | |":                                                                       "no case a-c",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `case b-*` | |":                                                                       "no case b-*",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `scim: TestGone` | |":                                                                 "scim has no TestGone",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `lab: TestAdd` | |":                                                                   "lab has no TestAdd",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `scim: helper` | |":                                                                   "neither case",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `case a-b` | `go run .` but `case a-c` |":                                             "no case a-c",
		"| s | x | MUST | scim/patch.go | `case a-b` | |":                                                                                      "not a list of",
		"| s | x | OUGHT | `scim/patch.go: Patch.Apply` | `case a-b` | |":                                                                      "no level",
		"| s |  | MUST | `scim/patch.go: Patch.Apply` | `case a-b` | |":                                                                        "an empty cell",
		"| s | x | MUST | `scim/patch.go: Patch.Apply` | `case a-b` |":                                                                         "5 cells",
		"| A1 | x | client | `scim/patch.go: Patch.Apply` | `case a-b` | |\n| A1 | y | client | `scim/patch.go: Patch.Apply` | `case a-b` | |": "already",
	} {
		got := strings.Join(conformanceMistakes(head+row, all, []string{"a-b"}), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
}
