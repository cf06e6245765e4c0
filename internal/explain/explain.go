// Package explain says why somebody or something was refused: each reason is a
// rule with a short code, which the person who was refused reads out, and by
// which an administrator finds what was expected, what came, and where to mend it.
//
// A rule's code never changes its meaning and is never given to another rule.
package explain

import (
	"slices"
	"strings"
)

// Code names a rule: a letter for whose rule it is (S a SAML message, O OpenID
// Connect, M metadata and set-up, P who may come in, C a directory's request) and
// a number.
type Code string

// Rule is one reason to refuse.
type Rule struct {
	Code   Code
	Name   string // for machines, stable: "saml.audience"
	Title  string // what failed, for an administrator: "The response is meant for another service"
	Person string // what the person who was refused does; "" is to ask the administrator
	Mend   string // what an administrator does about it
	// Places says where at an identity provider this is mended, by the kind of
	// connection: "entra", "okta". What is "" here is the same for all.
	Places map[string]string
	Source string // the standard's sentence: "saml-core-2.0 §2.5.1.4"
}

// Place says where to mend a refusal at an identity provider, "" when it is not
// mended there.
func (r *Rule) Place(kind string) string {
	if p := r.Places[kind]; p != "" {
		return p
	}
	return r.Places[""]
}

// Refusal is the error of something that was refused by a rule.
type Refusal struct {
	Code Code
	// Expected and Got say what the rule compared, short and without secrets; both
	// are for the workspace's administrators and never for who was refused.
	Expected, Got string
	// Link leads to where this is mended, as to an administrator's consent; "" for
	// none. It may be shown to who was refused.
	Link string
	Err  error // for the operator's log; may be nil
}

// Refuse makes a refusal by a rule. What came is cut to what fits on a line.
func Refuse(code Code, expected, got string) *Refusal {
	return &Refusal{Code: code, Expected: line(expected), Got: line(got)}
}

// Because adds the cause, which only the operator's log shows.
func (r *Refusal) Because(err error) *Refusal {
	r.Err = err
	return r
}

func (r *Refusal) Error() string {
	s := string(r.Code)
	if rule, ok := Find(r.Code); ok {
		s += " " + rule.Name
	}
	if r.Expected != "" {
		s += ": expected " + r.Expected
	}
	if r.Got != "" {
		s += ", got " + r.Got
	}
	return s
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Rules lists every rule, in the order of the codes' tables.
func Rules() []Rule {
	return slices.Concat(samlRules(), logoutRules(), oidcRules(), setupRules(), policyRules(), directoryRules())
}

// Find gives the rule of a code.
func Find(c Code) (Rule, bool) {
	all := Rules()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.Code == c })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

const longest = 300 // bytes of what is shown of a value

// line makes text fit to be shown: no control characters, and not too long.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
