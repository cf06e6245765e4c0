package play_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/attacks/play"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/lab/idp"
)

func TestNoAttackIsAcceptedAndNoLegalMessageRefused(t *testing.T) {
	t.Parallel()
	table, err := play.Attacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counts, seen := map[string]int{}, map[string]bool{}
	for i := range table.Rows {
		r := &table.Rows[i]
		name := r.Protocol + " " + r.Class + " " + r.Name
		if problem := r.Problem(); problem != "" {
			t.Errorf("%s: %s (%s)", name, problem, r.Code)
		}
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if !r.Legal {
			counts[r.Protocol]++
			counts[r.Protocol+" "+r.Class]++
		}
		if r.Code == explain.SAMLUnexpected || r.Code == explain.SAMLDisagree {
			t.Errorf("%s ended in %s, which no message should bring about", name, r.Code)
		}
	}
	if len(table.Mixed) > 0 {
		t.Error("one code for several causes: " + strings.Join(table.Mixed, "\n"))
	}
	if counts["SAML"] < 150 || counts["OIDC"] < 60 || table.Legal < 24 {
		t.Errorf("%d attacks by SAML, %d by OpenID Connect and %d legal messages; at least 150, 60 and 24", counts["SAML"], counts["OIDC"], table.Legal)
	}
	for class, least := range map[string]int{"S1": 30, "S2": 14, "S3": 18, "S4": 24, "S5": 10, "S6": 34, "S7": 14, "S8": 12, "S9": 12, "S10": 12, "S11": 7} {
		if counts["SAML "+class] < least {
			t.Errorf("class %s has %d attacks, at least %d", class, counts["SAML "+class], least)
		}
	}
	var out bytes.Buffer
	table.Print(&out)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last := lines[len(lines)-1]; !regexp.MustCompile(`^\d+ refused, 0 wrongly accepted, \d+ legal accepted$`).MatchString(last) {
		t.Errorf("the last line is %q", last)
	}
}

func TestEachFaultOfAProviderIsToldByTheRuleThatHasToBeMended(t *testing.T) {
	t.Parallel()
	table, err := play.Faults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told, codes := toldAs(), map[explain.Code]bool{}
	for i := range table.Rows {
		r := &table.Rows[i]
		name := r.Protocol + " " + r.Name
		if r.Err != nil {
			t.Errorf("%s did not run: %v", name, r.Err)
		}
		if want, known := told[name]; !known || r.Code != want {
			t.Errorf("%s is told as %q, want %q", name, r.Code, want)
		}
		delete(told, name)
		rule, found := explain.Find(r.Code)
		if r.Code != "" && (!found || rule.Title == "" || rule.Mend == "") {
			t.Errorf("%s: rule %s does not say what to mend", name, r.Code)
		}
		if r.Code != "" {
			codes[r.Code] = true
		}
	}
	for name := range told {
		t.Errorf("%s is no fault of the lab's", name)
	}
	if len(codes) < 60 {
		t.Errorf("%d faults have codes of their own; at least 60", len(codes))
	}
}

func TestAFaultThatNobodyKnowsIsRefused(t *testing.T) {
	t.Parallel()
	p, err := idp.New(idp.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Fault("no-such-thing"); err == nil {
		t.Error("it was taken")
	}
	all := idp.Faults()
	slices.SortFunc(all, func(a, b idp.Fault) int { return strings.Compare(a.Name, b.Name) })
	for i, f := range all {
		if f.What == "" || i > 0 && all[i-1].Name == f.Name {
			t.Errorf("%s says nothing, or is there twice", f.Name)
		}
	}
}
