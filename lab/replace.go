package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// replacing is Replace(source, oldValue, regexPattern, regexGroupName,
// replacementValue, replacementAttributeName, template). What it does depends on
// which of its arguments are given.
type replacing struct {
	source            any
	old, group        string
	replacement, from any
	template          any
	pattern           *regexp.Regexp // nil when not given
	token             *regexp.Regexp // finds what names a group in a replacement
}

// replace binds the function: a constant pattern is compiled once, and told when
// it is none. Patterns are Go's regular expressions, which know named groups as
// .NET writes them, but no looking ahead or behind and no back references.
func replace(args []expression) (func([]any) any, error) {
	nobody := &subject{}
	constant := text(args[2](nobody))
	pattern, err := compilePattern(constant)
	if err != nil {
		return nil, err
	}
	if group := text(args[3](nobody)); group != "" && pattern != nil && pattern.SubexpIndex(group) < 0 {
		return nil, fmt.Errorf("the pattern %q has no group %q", constant, group)
	}
	token := regexp.MustCompile(`\$(\$|\d+|\{\w+\})`)
	return func(a []any) any {
		p := pattern
		if t := text(a[2]); t != constant {
			p, _ = compilePattern(t) // made from attributes: one that cannot be read matches nothing
		}
		for len(a) < 7 {
			a = append(a, nil)
		}
		r := replacing{source: a[0], old: text(a[1]), pattern: p, group: text(a[3]), replacement: a[4], from: a[5], template: a[6], token: token}
		if p != nil && r.group != "" && p.SubexpIndex(r.group) < 0 {
			return nil
		}
		return r.result()
	}, nil
}

func compilePattern(s string) (*regexp.Regexp, error) {
	if s == "" {
		return nil, nil
	}
	p, err := regexp.Compile(s)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q cannot be read: %w", s, err)
	}
	return p, nil
}

func (r *replacing) result() any {
	source := text(r.source)
	switch {
	case r.pattern != nil && r.group != "" && r.replacement == nil: // the source, or a part of another attribute
		if source != "" {
			return source
		}
		return r.part(text(r.from))
	case source == "":
		return nil
	case r.old != "" && r.template != nil:
		return swap(text(r.template), r.old, source)
	case r.old != "" && r.replacement != nil:
		return swap(source, r.old, text(r.replacement))
	case r.pattern != nil && r.replacement != nil:
		return r.matches(source)
	}
	return source
}

// swap is strings.ReplaceAll that makes nothing too long.
func swap(s, old, with string) any {
	if len(s)+strings.Count(s, old)*len(with) > 2*maxText {
		return nil
	}
	return strings.ReplaceAll(s, old, with)
}

// part gives what the group matches in the text.
func (r *replacing) part(s string) any {
	if m := r.pattern.FindStringSubmatch(s); m != nil {
		return m[r.pattern.SubexpIndex(r.group)]
	}
	return nil
}

// matches replaces every match, or in every match the named group. The
// replacement for whole matches may name groups: ${name}, $1.
func (r *replacing) matches(s string) any {
	var out strings.Builder
	at := 0
	for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
		from, to, with := m[0], m[1], text(r.replacement)
		if r.group == "" {
			with = r.expand(s, m)
		} else {
			g := 2 * r.pattern.SubexpIndex(r.group)
			from, to = m[g], m[g+1]
		}
		if from < at {
			continue // the group has no part in this match
		}
		out.WriteString(s[at:from])
		out.WriteString(with)
		if at = to; out.Len() > maxText {
			return nil
		}
	}
	out.WriteString(s[at:])
	return out.String()
}

// expand puts the groups of a match into the replacement. $$ is a dollar; what
// names no group stays, as in .NET.
func (r *replacing) expand(s string, m []int) string {
	return r.token.ReplaceAllStringFunc(text(r.replacement), func(token string) string {
		name := strings.Trim(token[1:], "{}")
		if name == "$" {
			return "$"
		}
		n, err := strconv.Atoi(name)
		if err != nil {
			n = r.pattern.SubexpIndex(name)
		}
		if n < 0 || 2*n+1 >= len(m) {
			return token
		}
		if m[2*n] < 0 {
			return ""
		}
		return s[m[2*n]:m[2*n+1]]
	})
}
