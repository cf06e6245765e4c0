package anteroom_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const productsPage = "docs/conformance/products.md"

// productRow is one row of the requirements: where it can be seen, the tests that
// show it, and whether they show the whole of it.
type productRow struct {
	id, where, state string
	tests            []string
}

func productRows(page string) (rows []productRow) {
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 4 || !regexp.MustCompile(`^ [TEKWP]\d\d $`).MatchString(cells[0]) {
			continue
		}
		rows = append(rows, productRow{
			strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[3]), strings.Fields(strings.ReplaceAll(cells[2], ",", " ")),
		})
	}
	return rows
}

// Every row of the requirements is proven by tests that exist, or says what is
// missing. That they ran and passed is seen by internal/proven, under make test.
func TestEveryRowOfTheHelpPagesIsProvenOrSaysWhatIsMissing(t *testing.T) {
	tests, seen := testFiles(t), map[string]bool{}
	for _, r := range productRows(string(read(t, productsPage))) {
		if seen[r.id] {
			t.Errorf("%s stands twice", r.id)
		}
		seen[r.id] = true
		if r.state != "proven" && !strings.HasPrefix(r.state, "open: ") {
			t.Errorf("%s: %q is neither proven nor open: why", r.id, r.state)
		}
		if r.state == "proven" && (len(r.tests) == 0 || r.where == "") {
			t.Errorf("%s: proven, but by no test or nowhere", r.id)
		}
		for _, name := range r.tests {
			// None of them is skipped: TestNothingIsLeftForLater forbids that everywhere.
			if _, ok := tests[name]; !ok || !strings.Contains(name, r.id) {
				t.Errorf("%s: %s is no test of it", r.id, name)
			}
		}
	}
	for letter, last := range map[string]int{"T": 29, "E": 33, "K": 19, "W": 20, "P": 27} {
		for n := range last {
			if id := fmt.Sprintf("%s%02d", letter, n+1); !seen[id] {
				t.Errorf("%s is missing", id)
			}
		}
	}
}

func TestEveryStoryOfTheHelpPagesIsNamedAtItsRows(t *testing.T) {
	named := map[string]string{}
	for _, r := range productRows(string(read(t, productsPage))) {
		named[r.id] = strings.Join(r.tests, " ")
	}
	for name, file := range testFiles(t) {
		if !strings.HasPrefix(filepath.ToSlash(file), "cmd/anteroom/product_") {
			continue
		}
		for _, id := range regexp.MustCompile(`[TEKWP]\d\d`).FindAllString(name, -1) {
			if !strings.Contains(named[id], name) {
				t.Errorf("%s does not name %s", id, name)
			}
		}
	}
}

// testFiles are the tests of the whole module, each with its file.
func testFiles(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range goFiles(t) {
		if !strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, f := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllSubmatch(read(t, file), -1) {
			all[string(f[1])] = file
		}
	}
	return all
}
