package lab

import (
	"fmt"
	"strconv"
	"strings"
)

// text gives a value as a string; lists of roles have none.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// function binds one of Entra's expression functions to its arguments. Names
// are compared without regard to case, as in the portal.
func function(name string, args []expression) (expression, error) {
	call, least := lookup(strings.ToLower(name))
	if call == nil {
		return nil, fmt.Errorf("the function %s is not known here", name)
	}
	if len(args) < least {
		return nil, fmt.Errorf("%s takes at least %d arguments, not %d", name, least, len(args))
	}
	return func(s *subject) any {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a(s)
		}
		return call(values)
	}, nil
}

// lookup finds a function and the least number of arguments it takes.
func lookup(name string) (call func([]any) any, least int) {
	switch name {
	case "switch":
		return switchOn, 2
	case "join":
		return join, 2
	case "append":
		return func(a []any) any { return orNil(text(a[0]) + text(a[1])) }, 2
	case "coalesce":
		return coalesce, 1
	case "iif":
		return iif, 3
	case "ispresent":
		return func(a []any) any { return boolText(a[0] != nil) }, 1
	case "not":
		return func(a []any) any { return boolText(!strings.EqualFold(text(a[0]), "True")) }, 1
	case "tolower":
		return func(a []any) any { return orNil(strings.ToLower(text(a[0]))) }, 1
	case "toupper":
		return func(a []any) any { return orNil(strings.ToUpper(text(a[0]))) }, 1
	case "trim":
		return func(a []any) any { return orNil(strings.TrimSpace(text(a[0]))) }, 1
	case "replace":
		return replace, 5
	case "mid":
		return mid, 3
	}
	return roleFunction(name), 1
}

// roleFunction gives the functions on app-role assignments.
func roleFunction(name string) func([]any) any {
	switch name {
	case "singleapproleassignment":
		return singleRole
	case "approleassignmentscomplex":
		return func(a []any) any { return allRoles(a, false) }
	case "assertiveapproleassignmentscomplex":
		return func(a []any) any { return allRoles(a, true) }
	}
	return nil
}

// switchOn is Switch(source, default, key1, value1, key2, value2, …).
func switchOn(a []any) any {
	for i := 2; i+1 < len(a); i += 2 {
		if text(a[0]) == text(a[i]) {
			return a[i+1]
		}
	}
	return a[1]
}

// join is Join(separator, source1, source2, …); missing sources leave no
// separator behind.
func join(a []any) any {
	var parts []string
	for _, v := range a[1:] {
		if s := text(v); s != "" {
			parts = append(parts, s)
		}
	}
	return orNil(strings.Join(parts, text(a[0])))
}

func coalesce(a []any) any {
	for _, v := range a {
		if v != nil {
			return v
		}
	}
	return nil
}

func iif(a []any) any {
	if strings.EqualFold(text(a[0]), "True") {
		return a[1]
	}
	return a[2]
}

// replace is Replace(source, oldValue, regexPattern, regexGroupName,
// replacementValue, …) without the regular expressions.
func replace(a []any) any {
	if text(a[1]) == "" {
		return a[0]
	}
	return orNil(strings.ReplaceAll(text(a[0]), text(a[1]), text(a[4])))
}

// mid is Mid(source, start, length), with start counted from 1.
func mid(a []any) any {
	letters := []rune(text(a[0]))
	start, err1 := strconv.Atoi(text(a[1]))
	length, err2 := strconv.Atoi(text(a[2]))
	if err1 != nil || err2 != nil || start < 1 || start > len(letters) || length < 1 {
		return nil
	}
	return orNil(string(letters[start-1 : min(len(letters), start-1+length)]))
}

// singleRole gives the value of one of the assigned roles.
func singleRole(a []any) any {
	if set, ok := a[0].(roleSet); ok && len(set.roles) > 0 {
		return orNil(set.roles[0].Value)
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
