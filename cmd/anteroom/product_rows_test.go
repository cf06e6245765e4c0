package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every row of the requirements is proven by a test that exists, or says what
// is missing; and no story proves a row that the table does not know of.
func TestTheTableOfTheHelpPagesIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "products", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	rows := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([TEKWP]\d\d) \| ([^|]*) \| ([^|]+) \|$`).FindAllStringSubmatch(strings.ReplaceAll(string(text), "| |", "|  |"), -1) {
		id, named, state := row[1], strings.Fields(strings.ReplaceAll(row[2], ",", " ")), row[3]
		if rows[id] != "" {
			t.Errorf("%s stands twice", id)
		}
		rows[id] = row[2]
		open, part := strings.HasPrefix(state, "open: "), strings.HasPrefix(state, "part: ")
		if !open && !part && state != "proven" || open != (len(named) == 0) {
			t.Errorf("%s: the state %q does not go with the tests %q", id, state, named)
		}
		for _, name := range named {
			if !tests[name] || !strings.Contains(name, id) {
				t.Errorf("%s: %s is no test of it", id, name)
			}
		}
	}
	for letter, last := range map[string]int{"T": 29, "E": 33, "K": 19, "W": 20, "P": 27} {
		for n := range last {
			if id := fmt.Sprintf("%s%02d", letter, n+1); rows[id] == "" && !strings.Contains(string(text), "| "+id+" | | open: ") {
				t.Errorf("%s is missing", id)
			}
		}
	}
	stories, err := filepath.Glob("product_*_test.go")
	if err != nil || len(stories) < 5 {
		t.Fatalf("%v %v", stories, err)
	}
	for _, file := range stories {
		for name := range testsIn(t, file) {
			for _, id := range regexp.MustCompile(`[TEKWP]\d\d`).FindAllString(name, -1) {
				if !strings.Contains(rows[id], name) {
					t.Errorf("%s: the table does not name %s", id, name)
				}
			}
		}
	}
}

// testNames are the tests of the whole module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			for name := range testsIn(t, path) {
				all[name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func testsIn(t *testing.T, file string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllSubmatch(text, -1) {
		names[string(f[1])] = true
	}
	return names
}
