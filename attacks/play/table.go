// Package play plays attacks and faults of identity providers against what
// verifies sign-ins, and says what became of each.
package play

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/lab/idp/attack"
)

// Row is one case and what became of it.
type Row struct {
	Protocol, Class, Name string
	Cause                 string // cases of one cause may share a code
	Legal                 bool
	Harmless              bool         // it need not be refused, since it gains nothing
	Wanted                explain.Code // by which it has to be refused; "" for any
	Code                  explain.Code // by which it was refused; "" when it was accepted
	Err                   error        // it did not come to its end, or gained something
}

// Problem says what should not have happened, "" when all is well.
func (r *Row) Problem() string {
	switch {
	case errors.Is(r.Err, attack.ErrGained):
		return "ACCEPTED: " + r.Err.Error()
	case r.Err != nil:
		return "did not run: " + r.Err.Error()
	case r.Legal && r.Code != "":
		return "legal, and refused"
	case !r.Legal && r.Code == "" && !r.Harmless:
		return "ACCEPTED"
	case r.Wanted != "" && r.Wanted != r.Code:
		return "refused by another rule than " + string(r.Wanted)
	}
	return ""
}

// outcome is the word in the table.
func (r *Row) outcome() string {
	if w := r.Problem(); w != "" {
		return w
	}
	if r.Legal {
		return "accepted, legal"
	}
	if r.Code == "" {
		return "without effect"
	}
	return "refused"
}

// Table is everything that was played.
type Table struct {
	Rows                             []Row
	Refused, Wrong, Legal, LegalLost int
	Idle                             int      // came through without a refusal, and gained nothing
	Mixed                            []string // codes that stand for more than one cause
}

func tally(rows []Row) *Table {
	t := &Table{Rows: rows}
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Protocol, a.Protocol), cmp.Compare(order(a.Class), order(b.Class)))
	})
	causes := map[explain.Code][]string{}
	for _, r := range t.Rows {
		switch {
		case r.Legal && r.Problem() == "":
			t.Legal++
		case r.Legal:
			t.LegalLost++
		case r.Problem() == "" && r.Code == "":
			t.Idle++
		case r.Problem() == "":
			t.Refused++
		default:
			t.Wrong++
		}
		if r.Cause != "" && r.Code != "" && !slices.Contains(causes[r.Code], r.Cause) {
			causes[r.Code] = append(causes[r.Code], r.Cause)
		}
	}
	for code, all := range causes {
		if len(all) > 1 {
			t.Mixed = append(t.Mixed, string(code)+" stands for "+strings.Join(all, "; and for "))
		}
	}
	slices.Sort(t.Mixed)
	return t
}

// order sorts S2 before S10, and the legal ones last.
func order(class string) string {
	if n, err := strconv.Atoi(strings.TrimLeft(class, "S")); err == nil {
		return fmt.Sprintf("%03d", n)
	}
	return "9" + class
}

// Good reports whether everything went as it has to.
func (t *Table) Good() bool { return t.Wrong == 0 && t.LegalLost == 0 && len(t.Mixed) == 0 }

// Print writes the table, a summary for each class, and the sum.
func (t *Table) Print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tclass\tname\toutcome\tcode\trule")
	for i := range t.Rows {
		r := &t.Rows[i]
		rule, _ := explain.Find(r.Code)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Protocol, r.Class, r.Name, r.outcome(), r.Code, rule.Title)
	}
	_ = w.Flush() // whoever reads it may be gone
	fmt.Fprintln(out)
	t.summary(out)
	for _, m := range t.Mixed {
		fmt.Fprintln(out, "one code for several causes:", m)
	}
	if t.Idle > 0 {
		fmt.Fprintf(out, "%d more were not refused and are without effect, as a redirect that stays inside\n", t.Idle)
	}
	fmt.Fprintf(out, "%d refused, %d wrongly accepted, %d legal accepted%s\n", t.Refused, t.Wrong, t.Legal, lost(t.LegalLost))
}

func lost(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d legal refused", n)
}

// summary has a line for each class.
func (t *Table) summary(out io.Writer) {
	type sum struct{ refused, idle, accepted, wrong int }
	sums, names := map[string]*sum{}, []string{}
	for i := range t.Rows {
		r := &t.Rows[i]
		name := r.Protocol + " " + r.Class
		if sums[name] == nil {
			sums[name], names = &sum{}, append(names, name)
		}
		switch s := sums[name]; {
		case r.Problem() != "":
			s.wrong++
		case r.Legal:
			s.accepted++
		case r.Code == "":
			s.idle++
		default:
			s.refused++
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, n := range names {
		fmt.Fprintf(w, "%s\t%d refused\t%d without effect\t%d legal accepted\t%d wrong\n", n, sums[n].refused, sums[n].idle, sums[n].accepted, sums[n].wrong)
	}
	_ = w.Flush() // whoever reads it may be gone
	fmt.Fprintln(out)
}
