package scimtest

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements of JUnit's XML, as continuous integration reads them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
		spent     time.Duration
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitWords `xml:"failure"`
		Error   *junitWords `xml:"error"`
		Skipped *junitWords `xml:"skipped"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitWords struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the report as JUnit XML: a suite for each chapter, a test
// for each case. A broken must is a failure, a broken should is one when strict;
// what else is broken stands in system-out. A run that did not come to its end
// has an error.
func (r *Report) WriteJUnit(w io.Writer, strict bool) error {
	out := junitSuites{Name: "SCIM check of " + r.Target, Time: seconds(r.Duration), Suites: r.suites(strict)}
	for i := range out.Suites {
		s := &out.Suites[i]
		s.Time = seconds(s.spent)
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *Report) suites(strict bool) []junitSuite {
	var all []junitSuite
	suite := func(name string) *junitSuite {
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, junitSuite{Name: name, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05")})
		}
		return &all[len(all)-1]
	}
	for i := range r.Results {
		res := &r.Results[i]
		s := suite(res.Case.Chapter)
		c := junitCase{Class: "scim." + string(res.Case.Level), Name: res.Case.ID + ": " + res.Case.Name, Time: seconds(res.Duration)}
		switch {
		case res.Outcome == NotApplicable: // for the reason that its note gives; nothing else is ever "skipped"
			c.Skipped = &junitWords{Message: res.Note}
			s.Skipped++
		case res.Outcome == Failed && (res.Case.Level == Must || res.Case.Level == Should && strict):
			c.Failure = &junitWords{Message: res.first(), Type: string(res.Case.Level), Text: res.String()}
			s.Failures++
		case res.Outcome == Failed:
			c.Out = res.String()
		}
		s.Tests++
		s.spent += res.Duration
		s.Cases = append(s.Cases, c)
	}
	if r.Error != "" {
		s := suite("The run")
		s.Cases = append(s.Cases, junitCase{Class: "scim.run", Name: "comes to its end", Time: seconds(0), Error: &junitWords{Message: r.Error, Text: strings.Join(r.Notices, "\n")}})
		s.Tests++
		s.Errors++
	}
	return all
}

// first tells the first failure in one line.
func (r *Result) first() string {
	f := r.Failures[0]
	return fmt.Sprintf("expected %s; got %s", cut(f.Expected, 200), cut(f.Got, 200))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
