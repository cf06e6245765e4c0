// Command proven reads what go test -json says and passes on what people want to
// read: a line for each package, and whatever a test that failed has written. At
// the end it holds the results against docs/conformance/products.md: a row that
// calls itself proven must name tests that ran here and passed.
//
//	go test -json ./... | go run ./internal/proven
//
// Its exit status is 1 when a test failed or a row is not proven.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const page = "docs/conformance/products.md"

func main() {
	text, err := os.ReadFile(page)
	if err != nil {
		fmt.Fprintln(os.Stderr, "proven:", err)
		os.Exit(1)
	}
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "proven:", err)
		os.Exit(1)
	}
	if !r.verdict(string(text)) {
		os.Exit(1)
	}
}

// event is one line of go test -json (go doc test2json).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// report gathers the results of a run.
type report struct {
	out    io.Writer
	passed map[string]bool             // tests, by name
	said   map[string]*strings.Builder // output of tests that have not ended, and of packages
	failed int
	ended  int // packages
}

func newReport(out io.Writer) *report {
	return &report{out: out, passed: map[string]bool{}, said: map[string]*strings.Builder{}}
}

// read takes the events, and lines that are none, as they come.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintln(r.out, lines.Text())
			continue
		}
		r.take(&e)
	}
	return lines.Err()
}

func (r *report) take(e *event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.failed++
	case "output":
		if r.said[key] == nil {
			r.said[key] = &strings.Builder{}
		}
		r.said[key].WriteString(e.Output)
	case "pass":
		r.end(e, key)
		if e.Test != "" {
			r.passed[e.Test] = true
		}
	case "skip":
		r.end(e, key)
	case "fail":
		r.failed++
		if said := r.said[key]; said != nil {
			fmt.Fprint(r.out, said.String())
		}
		r.end(e, key)
	}
}

// end forgets what a test said, and tells that a package has ended.
func (r *report) end(e *event, key string) {
	delete(r.said, key)
	if e.Test != "" {
		return
	}
	r.ended++
	word := map[string]string{"pass": "ok", "fail": "FAIL", "skip": "?"}[e.Action]
	fmt.Fprintf(r.out, "%-4s  %-60s %6.1f s\n", word, e.Package, e.Elapsed)
}

var (
	row   = regexp.MustCompile(`(?m)^\| ([TEKWP]\d\d) \| [^|]* \| ([^|]*) \| proven \|$`)
	named = regexp.MustCompile(`\bTest\w+`)
)

// verdict says whether all went well, and what did not.
func (r *report) verdict(text string) bool {
	good := r.failed == 0 && r.ended > 0
	if r.ended == 0 {
		fmt.Fprintln(r.out, "proven: no package was tested")
	}
	rows := 0
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		rows++
		for _, name := range named.FindAllString(m[2], -1) {
			if !r.passed[name] {
				good = false
				fmt.Fprintf(r.out, "proven: %s: row %s names %s, which did not run and pass\n", page, m[1], name)
			}
		}
	}
	fmt.Fprintf(r.out, "%d packages, %d tests passed, %d rows of the help pages proven\n", r.ended, len(r.passed), rows)
	return good
}
