package anteroom_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestTheReadmeBeginsWithTwoCommandsThatExist(t *testing.T) {
	readme, makefile := string(read(t, "README.md")), string(read(t, "Makefile"))
	_, block, found := strings.Cut(readme, "```sh\n")
	block, _, closed := strings.Cut(block, "```")
	commands := strings.Split(strings.TrimSpace(block), "\n")
	if !found || !closed || len(commands) != 2 || strings.Count(readme[:strings.Index(readme, "```")], "\n") > 12 {
		t.Fatalf("README.md does not begin with a block of two commands: %q", commands)
	}
	for _, c := range commands {
		c, _, _ = strings.Cut(c, "#")
		target, ok := strings.CutPrefix(strings.TrimSpace(c), "make ")
		if !ok || !strings.Contains(makefile, "\n"+target+":") {
			t.Errorf("README.md says %q, and the Makefile has no such target", strings.TrimSpace(c))
		}
	}
}

func TestEveryDependencyHasItsLine(t *testing.T) {
	document, direct := string(read(t, "docs/dependencies.md")), requirements(t)
	for name, version := range direct {
		if !strings.Contains(document, "| "+name+" | "+version+" |") {
			t.Errorf("docs/dependencies.md has no line for %s %s: say what it is for and what was not chosen", name, version)
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+) \| (v\S+) \|`).FindAllStringSubmatch(document, -1) {
		if direct[row[1]] != row[2] {
			t.Errorf("docs/dependencies.md has a line for %s %s, which go.mod does not require", row[1], row[2])
		}
	}
}

func TestEveryDependencyIsUsed(t *testing.T) {
	var code strings.Builder
	for _, file := range goFiles(t) {
		if filepath.Dir(file) != "." {
			code.Write(read(t, file))
		}
	}
	for name := range requirements(t) {
		if !strings.Contains(code.String(), "\""+name+"\"") && !strings.Contains(code.String(), "\""+name+"/") {
			t.Errorf("go.mod requires %s and no file imports it", name)
		}
	}
}

// requirements maps the modules that go.mod requires directly to their versions.
func requirements(t *testing.T) map[string]string {
	t.Helper()
	direct := map[string]string{}
	for _, line := range strings.Split(string(read(t, "go.mod")), "\n") {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) == 2 && strings.Contains(fields[0], ".") && strings.HasPrefix(fields[1], "v") {
			direct[fields[0]] = fields[1]
		}
	}
	if len(direct) == 0 {
		t.Fatal("no direct requirement found in go.mod")
	}
	return direct
}

func TestEveryPackageIsOnTheMap(t *testing.T) {
	page := string(read(t, "ARCHITECTURE.md"))
	for name := range packages(t) {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("ARCHITECTURE.md does not name `%s`", name)
		}
	}
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)
	for _, file := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(string(read(t, file)), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}

func TestDecisionsAreNumberedWithoutGapsAndSayWhatWasGivenUp(t *testing.T) {
	all, err := filepath.Glob("docs/decisions/[0-9]*.md")
	if err != nil || len(all) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for i, file := range all {
		name, text := filepath.Base(file), string(read(t, file))
		if want := fmt.Sprintf("%04d-", i+1); !strings.HasPrefix(name, want) {
			t.Errorf("%s is decision %s", name, want)
		}
		for _, part := range []string{"# ", "## Decision", "## What we gave up"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %q", name, part)
			}
		}
	}
}
