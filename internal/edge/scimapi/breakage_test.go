package scimapi_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/scim/scimtest"
)

// breakage is one way in which SCIM servers are wrong. It is put around our own
// server, on a real database, and the suite in scim/scimtest has to notice.
//
// To add one: write a line into the table of its theme (breakage_*_test.go),
// with the id of the case whose sentence it breaks. Most are made with asks,
// tells, shows, operates and the other helpers of breakage_wrap_test.go; one
// that needs to remember or to ask more is a function that returns a spoil. A
// breakage that no case catches fails the test: then the suite lacks a case.
type breakage struct {
	name     string // what the spoilt server does
	caughtBy string // the id of the case that catches it
	sees     string // part of what that case reports, so that it fails for the right reason
	do       spoil
}

// breakages lists all of them anew, each with nothing remembered yet.
func breakages() []breakage {
	return slices.Concat(personBreakages(), activeBreakages(), patchBreakages(), elementBreakages(), groupBreakages(), listBreakages(), filterBreakages(), httpBreakages(), discoveryBreakages())
}

// spoilt gives the suite's target: a workspace of its own behind a breakage.
func (s *server) spoilt(t *testing.T, slug string, do spoil) scimtest.Target {
	t.Helper()
	w := s.tenant(slug)
	base := s.product.SCIM.Path(slug)
	h := httptest.NewServer(around(s.handler, base, func(x *exchange) (a *answer) {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("the breakage itself is broken at %s %s: %v", x.r.Method, x.path, p)
				a = refusal(500, "")
			}
		}()
		return do(x)
	}))
	t.Cleanup(h.Close)
	return scimtest.Target{URL: h.URL + base, Token: w.secret, User: slug, Password: w.secret}
}

func TestEveryBreakageIsCaughtByTheCaseThatNamesIt(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), product.Default())
	all, names := breakages(), map[string]bool{}
	for _, b := range all {
		names[b.name] = true
	}
	if len(all) < 200 || len(names) != len(all) {
		t.Errorf("%d breakages with %d names", len(all), len(names))
	}
	t.Run("each", func(t *testing.T) {
		for i, b := range all {
			t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
				t.Parallel()
				target := s.spoilt(t, fmt.Sprint("b", i), b.do)
				target.Only = func(c scimtest.Case) bool { return c.ID == b.caughtBy }
				rep := scimtest.Check(t.Context(), target)
				if len(rep.Results) != 1 || rep.Results[0].Outcome != scimtest.Failed {
					t.Fatalf("the case %s did not catch it: %s", b.caughtBy, rep)
				}
				if b.sees == "" || !slices.ContainsFunc(rep.Results[0].Failures, func(f scimtest.Failure) bool { return strings.Contains(f.Expected+"\n"+f.Got, b.sees) }) {
					t.Errorf("the case %s did not see %q: %s", b.caughtBy, b.sees, rep)
				}
			})
		}
	})
}

func TestTheCasesThatCatchBreakagesPassOnTheGoodServer(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), product.Default())
	wanted := map[string]bool{}
	for _, b := range breakages() {
		wanted[b.caughtBy] = true
	}
	// The good server too stands behind a wrapper, one that spoils nothing.
	target := s.spoilt(t, "good", (*exchange).pass)
	target.Only = func(c scimtest.Case) bool { return wanted[c.ID] }
	rep := scimtest.Check(t.Context(), target)
	if rep.Error != "" || rep.Count("", scimtest.Passed) != len(wanted) {
		t.Errorf("want %d passed: %s", len(wanted), rep)
	}
}

// allBreakages=all in the environment makes the next test run the whole suite
// against every breakage, which takes minutes. With -v it says for each how many
// cases catch it beside the one that names it.
const allBreakages = "ANTEROOM_TEST_BREAKAGES"

// handful are breakages for which the neighbours of the naming case run, too.
func handful() []string {
	return []string{"string booleans are kept as text", "inactive people are hidden from look-ups", "Remove with a value list empties the group", "If-Match is ignored", "nothing is deleted, only switched off"}
}

func TestABreakageSpoilsSomeCasesAndNotAll(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), product.Default())
	whole, some := os.Getenv(allBreakages) == "all", handful()
	t.Run("each", func(t *testing.T) {
		for i, b := range breakages() {
			if !whole && !slices.Contains(some, b.name) {
				continue
			}
			some = slices.DeleteFunc(some, func(name string) bool { return name == b.name })
			t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
				t.Parallel()
				target := s.spoilt(t, fmt.Sprint("b", i), b.do)
				family, _, _ := strings.Cut(b.caughtBy, "-")
				target.Only = func(c scimtest.Case) bool { return whole || strings.HasPrefix(c.ID, family+"-") }
				rep := scimtest.Check(t.Context(), target)
				failed := rep.Count("", scimtest.Failed)
				t.Logf("%d of %d other cases catch it", failed-1, len(rep.Results)-1)
				if rep.Error != "" || failed < 1 || failed == len(rep.Results) {
					t.Errorf("%d of %d cases failed; a breakage spoils one thing: %s", failed, len(rep.Results), rep.Error)
				}
			})
		}
	})
	if len(some) > 0 {
		t.Errorf("no breakage is called %q", some)
	}
}
