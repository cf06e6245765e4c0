package main

import (
	"strings"
	"testing"
)

const table = `
| row | where | test | state |
|---|---|---|---|
| T01 | a | TestT01_A | proven |
| T02 | a | TestT02_B, TestT02_C | proven |
| T03 | a | | open: later |
`

func run(t *testing.T, events string) (out string, good bool) {
	t.Helper()
	var said strings.Builder
	r := newReport(&said)
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	good = r.verdict(table)
	return said.String(), good
}

const all = `{"Action":"pass","Package":"p","Test":"TestT01_A"}
{"Action":"pass","Package":"p","Test":"TestT02_B"}
{"Action":"pass","Package":"q","Test":"TestT02_C"}
{"Action":"pass","Package":"p","Elapsed":1.2}
`

func TestARowIsProvenByTestsThatRanAndPassed(t *testing.T) {
	if out, good := run(t, all); !good || !strings.Contains(out, "2 rows of the help pages proven") {
		t.Error(out)
	}
}

func TestARowWhoseTestDidNotRunOrPassIsTold(t *testing.T) {
	for name, events := range map[string]string{
		"not run": strings.Replace(all, `"Test":"TestT02_C"`, `"Test":"TestOther"`, 1),
		"skipped": strings.Replace(all, `{"Action":"pass","Package":"q"`, `{"Action":"skip","Package":"q"`, 1),
		"failed":  strings.Replace(all, `{"Action":"pass","Package":"q"`, `{"Action":"fail","Package":"q"`, 1),
	} {
		if out, good := run(t, events); good || !strings.Contains(out, "row T02 names TestT02_C") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestAFailureShowsWhatTheTestSaid(t *testing.T) {
	out, good := run(t, all+`{"Action":"output","Package":"p","Test":"TestX","Output":"x.go:1: it is wrong\n"}
{"Action":"output","Package":"p","Test":"TestY","Output":"fine\n"}
{"Action":"fail","Package":"p","Test":"TestX"}
{"Action":"pass","Package":"p","Test":"TestY"}
`)
	if good || !strings.Contains(out, "it is wrong") || strings.Contains(out, "fine") {
		t.Error(out)
	}
}

func TestNothingTestedIsNoSuccess(t *testing.T) {
	if out, good := run(t, "FAIL: cannot load packages\n"); good || !strings.Contains(out, "cannot load packages") {
		t.Error(out)
	}
	if out, good := run(t, all+`{"Action":"build-output","ImportPath":"r","Output":"r.go:1: syntax\n"}
{"Action":"build-fail","ImportPath":"r"}
`); good || !strings.Contains(out, "syntax") {
		t.Error(out)
	}
}
