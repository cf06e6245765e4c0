package anteroom_test

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The sizes of the house. A function that is over wants a helper with a name; a
// file that is over wants a second noun.
const (
	medianFunction    = 10
	ninetiethFunction = 40
	longestFunction   = 100
	longestTest       = 150
	longestFile       = 500
	longestTests      = 1000
	widestInterface   = 5
)

// function is one function and its length in lines, from its first line to its
// last. Rows are those of literal tables in it: data, not thought.
type function struct {
	name        string
	lines, rows int
	at          string
	test        bool
}

func TestFunctionsAreSmall(t *testing.T) {
	var all []function
	for _, f := range functions(t) {
		limit := longestFunction
		if f.test {
			limit = longestTest
		} else {
			all = append(all, f)
		}
		if f.lines-f.rows > limit {
			t.Errorf("%s: %s has %d lines and %d rows of tables; at most %d lines", f.at, f.name, f.lines-f.rows, f.rows, limit)
		}
	}
	slices.SortFunc(all, func(a, b function) int { return cmp.Compare(a.lines, b.lines) })
	if len(all) == 0 {
		t.Fatal("no function found")
	}
	median, ninetieth := all[len(all)/2].lines, all[len(all)*9/10].lines
	t.Logf("%d functions; median %d lines, nine of ten at most %d, longest %d (%s)", len(all), median, ninetieth, all[len(all)-1].lines, all[len(all)-1].name)
	if median > medianFunction || ninetieth > ninetiethFunction {
		for _, f := range all[len(all)*9/10:] {
			t.Logf("%s: %s, %d lines", f.at, f.name, f.lines)
		}
		t.Errorf("median %d lines and nine of ten at most %d; the house allows %d and %d", median, ninetieth, medianFunction, ninetiethFunction)
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, file := range goFiles(t) {
		limit := longestFile
		if strings.HasSuffix(file, "_test.go") {
			limit = longestTests
		}
		if lines := bytes.Count(read(t, file), []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines; at most %d", file, lines, limit)
		}
	}
}

func TestInterfacesAreNarrow(t *testing.T) {
	for _, file := range goFiles(t) {
		set, parsed := parse(t, file)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok && i.Methods.NumFields() > widestInterface {
				t.Errorf("%s: an interface of %d methods; at most %d, then optional upgrades", set.Position(i.Pos()), i.Methods.NumFields(), widestInterface)
			}
			return true
		})
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	// The words are put together here, so that this file does not hold them.
	marks := regexp.MustCompile(`\b(` + "TO" + "DO|FIX" + "ME|XX" + `X)\b`)
	skips := regexp.MustCompile(`\.(` + "Skip|Skip" + "Now|Skip" + `f)\(`)
	for _, file := range files(t, ".go", ".md", ".yml", ".yaml", ".sql", "Makefile") {
		text := read(t, file)
		if m := marks.Find(text); m != nil {
			t.Errorf("%s holds %q: do it, or open an issue", file, m)
		}
		if m := skips.Find(text); m != nil && strings.HasSuffix(file, ".go") {
			t.Errorf("%s holds %q: a test that does not run proves nothing", file, m)
		}
	}
}

// functions lists every function of the module that has a name.
func functions(t *testing.T) []function {
	t.Helper()
	var all []function
	for _, file := range goFiles(t) {
		set, parsed := parse(t, file)
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			all = append(all, function{
				name: f.Name.Name, at: set.Position(f.Pos()).String(), test: strings.HasSuffix(file, "_test.go"),
				lines: lines(set, f.Body), rows: rows(set, f.Body),
			})
		}
	}
	return all
}

// lines counts the lines between a node's braces.
func lines(set *token.FileSet, n ast.Node) int {
	return max(1, set.Position(n.End()).Line-set.Position(n.Pos()).Line-1)
}

// rows counts the lines of the outermost composite literals.
func rows(set *token.FileSet, body ast.Node) int {
	sum := 0
	ast.Inspect(body, func(n ast.Node) bool {
		if l, ok := n.(*ast.CompositeLit); ok && lines(set, l) > 1 {
			sum += lines(set, l)
			return false
		}
		return true
	})
	return sum
}

func parse(t *testing.T, file string) (*token.FileSet, *ast.File) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return set, parsed
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func goFiles(t *testing.T) []string {
	t.Helper()
	return files(t, ".go")
}

// files lists the project's files whose names end in one of the given ways.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipped(path, d.Name())
		case slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(path, e) }):
			all = append(all, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// skipped leaves out what is not the project's own text.
func skipped(path, name string) error {
	if path == "." {
		return nil
	}
	if strings.HasPrefix(name, ".") || slices.Contains([]string{"testdata", "node_modules", "bin", "data", "tmp"}, name) {
		return fs.SkipDir
	}
	return nil
}
