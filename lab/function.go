package lab

import (
	"fmt"
	"strings"
)

// text gives a value as a string; lists of roles have none.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// builtin is one of Entra's expression functions.
type builtin struct {
	least, most int               // arguments; most 0 means any number
	call        func(a []any) any // for the values of the arguments
	bind        func(a []expression) (func(a []any) any, error)
}

// builtins are the functions known here, by name in lower case. What each does
// is said in Microsoft's reference for writing expressions; what the reference
// leaves open is said at the function. Functions on dates and on lists of
// values are those of provisioning from personnel systems and are not known.
func builtins() map[string]builtin {
	return map[string]builtin{
		"append":                  {2, 2, func(a []any) any { return text(a[0]) + text(a[1]) }, nil},
		"coalesce":                {1, 0, coalesce, nil},
		"iif":                     {3, 3, iif, nil},
		"ignoreflowifnullorempty": {1, 1, func(a []any) any { return a[0] }, nil},
		"instr":                   {2, 4, instr, nil},
		"isnull":                  {1, 1, func(a []any) any { return boolText(a[0] == nil) }, nil},
		"isnullorempty":           {1, 1, func(a []any) any { return boolText(!given(a[0])) }, nil},
		"ispresent":               {1, 1, func(a []any) any { return boolText(given(a[0])) }, nil},
		"join":                    {2, 0, join, nil},
		"left":                    {2, 2, left, nil},
		"mid":                     {3, 3, mid, nil},
		"normalizediacritics":     {1, 1, nil, normalizeDiacritics},
		"not":                     {1, 1, func(a []any) any { return boolText(!truth(a[0])) }, nil},
		"pcase":                   {1, 2, pcase, nil},
		"redact":                  {1, 1, func(a []any) any { return a[0] }, nil},
		"replace":                 {5, 7, nil, replace},
		"stripspaces":             {1, 1, func(a []any) any { return strings.ReplaceAll(text(a[0]), " ", "") }, nil},
		"switch":                  {2, 0, nil, switchOn},
		"tolower":                 {1, 2, func(a []any) any { return strings.ToLowerSpecial(culturesCase(a), text(a[0])) }, nil},
		"toupper":                 {1, 2, func(a []any) any { return strings.ToUpperSpecial(culturesCase(a), text(a[0])) }, nil},
		"trim":                    {1, 1, func(a []any) any { return strings.TrimSpace(text(a[0])) }, nil},
		"word":                    {3, 3, word, nil},

		"singleapproleassignment":            {1, 1, singleRole, nil},
		"approleassignmentscomplex":          {1, 1, func(a []any) any { return allRoles(a, false) }, nil},
		"assertiveapproleassignmentscomplex": {1, 1, func(a []any) any { return allRoles(a, true) }, nil},
	}
}

// function binds one of Entra's expression functions to its arguments. Names
// are compared without regard to case. What a function leaves empty, or makes
// longer than maxText, counts as no value.
func function(name string, args []expression) (expression, error) {
	f, ok := builtins()[strings.ToLower(name)]
	switch {
	case !ok:
		return nil, fmt.Errorf("the function %s is not known here", name)
	case len(args) < f.least:
		return nil, fmt.Errorf("%s takes at least %d arguments, not %d", name, f.least, len(args))
	case f.most > 0 && len(args) > f.most:
		return nil, fmt.Errorf("%s takes at most %d arguments, not %d", name, f.most, len(args))
	}
	call := f.call
	if f.bind != nil {
		var err error
		if call, err = f.bind(args); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return func(s *subject) any {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a(s)
		}
		return bounded(call(values))
	}, nil
}

func bounded(v any) any {
	if s, ok := v.(string); ok && (s == "" || len(s) > maxText) {
		return nil
	}
	return v
}

// given says whether there is a value that is not the empty string.
func given(v any) bool { return v != nil && v != "" }

func truth(v any) bool { return strings.EqualFold(text(v), "True") }

// switchOn is Switch(source, default, key1, value1, key2, value2, …), which
// compares with case. A source without a value equals the key "".
func switchOn(args []expression) (func([]any) any, error) {
	if len(args)%2 != 0 {
		return nil, fmt.Errorf("keys and values come in pairs, so that it takes an even number of arguments, not %d", len(args))
	}
	return func(a []any) any {
		for i := 2; i < len(a); i += 2 {
			if text(a[0]) == text(a[i]) {
				return a[i+1]
			}
		}
		return a[1]
	}, nil
}

// join is Join(separator, source1, source2, …); missing sources leave no
// separator behind.
func join(a []any) any {
	var parts []string
	size := 0
	for _, v := range a[1:] {
		if s := text(v); s != "" {
			parts = append(parts, s)
			size += len(s) + len(text(a[0]))
		}
	}
	if size > 2*maxText {
		return nil
	}
	return strings.Join(parts, text(a[0]))
}

func coalesce(a []any) any {
	for _, v := range a {
		if v != nil {
			return v
		}
	}
	return nil
}

// iif is IIF(condition, valueIfTrue, valueIfFalse).
func iif(a []any) any {
	if truth(a[0]) {
		return a[1]
	}
	return a[2]
}

// singleRole gives the value of one of the assigned roles.
func singleRole(a []any) any {
	if set, ok := a[0].(roleSet); ok && len(set.roles) > 0 {
		return set.roles[0].Value
	}
	return nil
}

func allRoles(a []any, assertive bool) any {
	set, ok := a[0].(roleSet)
	if !ok || len(set.roles) == 0 {
		return nil
	}
	return roleSet{roles: set.roles, assertive: assertive}
}
