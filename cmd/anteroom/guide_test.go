package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// runGuide tries a page of docs/guides block by block, in an environment in which
// its exports are those given. A block of text that follows commands directly is
// what they print; "<!-- ends with N -->" before commands says how they end.
func runGuide(t *testing.T, page string, env map[string]string) {
	t.Helper()
	file := filepath.Join("../../docs/guides", page)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g := newTerminal(t)
	for name, value := range env {
		g.env = append(g.env, name+"="+value)
	}
	fences := regexp.MustCompile("(?ms)(?:<!-- ends with (\\d+) -->\n)?^```(\\S*)(?: (\\S+))?\n(.*?)^```$").FindAllSubmatchIndex(text, -1)
	if len(fences) == 0 {
		t.Fatalf("there are no blocks in %s", file)
	}
	part := func(m []int, n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return string(text[m[2*n]:m[2*n+1]])
	}
	ran := -1 // where the last commands end
	for _, m := range fences {
		switch part(m, 2) {
		case "sh":
			g.said, ran = "", m[1]
			for line := range strings.Lines(part(m, 4)) {
				g.tried(strings.TrimSpace(line), part(m, 1))
			}
		case "text":
			if ran >= 0 && len(bytes.TrimSpace(text[ran:m[0]])) == 0 {
				g.compare(part(m, 4))
			}
		case "go", "json":
			g.write(part(m, 3), part(m, 4))
		}
	}
}

// tried runs one line that ends with a status, "" for 0.
func (g *terminal) tried(line, status string) {
	g.t.Helper()
	switch {
	case strings.HasPrefix(line, "export "):
	case strings.HasPrefix(line, "go test "):
		g.goTest(line)
	case status != "":
		g.command("code=0; " + line + " || code=$?; [ $code = " + status + " ]")
	default:
		g.command(line)
	}
}
