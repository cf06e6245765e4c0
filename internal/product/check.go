package product

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// check records every contradiction of a completed definition.
func check(r *reader, p *Product) {
	checkName(r, p.Name)
	if !r.faulty("scim.form") {
		checkPrefix(r, p.SCIM)
		checkHost(r, p.SCIM)
	}
	checkGroups(r, p.SCIM)
	checkAttributes(r, p)
	checkMatch(r, p)
	checkRoles(r, p)
	checkPaths(r, p, "members.required", p.Members.Required)
	checkBrand(r, p.Brand)
	checkWords(r, p.Words)
	checkPlans(r, p)
	checkChannels(r, p)
	checkSignIn(r, p.SignIn)
	checkTokens(r, p.Tokens)
	checkConsole(r, p.Console)
}

func checkName(r *reader, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		r.fault("name", `add a line like "name: My product"`, "the product has no name")
	case len(name) > 100 || !printable(name):
		r.fault("name", "write at most 100 bytes of plain text", "the name is too long or holds control characters")
	}
}

func checkPrefix(r *reader, s SCIM) {
	const at = "scim.prefix"
	holders := strings.Count(s.Prefix, placeholder)
	bare := strings.Replace(s.Prefix, "/"+placeholder, "", 1)
	switch {
	case s.Form == FormPath && (holders != 1 || strings.Contains(bare, placeholder)):
		r.fault(at, `write "/scim/v2/{workspace}"`, "in path form the prefix must hold {workspace} once, as a segment of its own")
	case s.Form != FormPath && holders > 0:
		r.fault(at, `write it without, or "form: path"`, "the prefix holds {workspace}, but the form is %q", s.Form)
	case s.Form == FormPath && !plainSegment(after(s.Prefix, placeholder)):
		r.fault(at, `write "/scim/v2/{workspace}"`, "{workspace} must be a segment of its own")
	case bare == "" || bare == "/":
		r.fault(at, `write a path like "/scim/v2"`, "the prefix is empty")
	case !strings.HasPrefix(s.Prefix, "/"):
		r.fault(at, fmt.Sprintf("write %q", "/"+s.Prefix), "the prefix must start with a slash")
	case path.Clean(s.Prefix) != s.Prefix:
		r.fault(at, fmt.Sprintf("write %q", path.Clean(s.Prefix)), "the prefix has a trailing or doubled slash or dots as a segment")
	case strings.ContainsFunc(bare, notInPath):
		r.fault(at, "use letters, digits, hyphens, dots and underscores", "the prefix holds a character that has a meaning in addresses")
	}
}

// after is what follows the last holder in s.
func after(s, holder string) string {
	_, rest, _ := strings.Cut(s, holder)
	return rest
}

func plainSegment(rest string) bool { return rest == "" || rest[0] == '/' }

func notInPath(c rune) bool {
	return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("/-._~", c)
}

func checkHost(r *reader, s SCIM) {
	const at, example = "scim.host", `write "{workspace}.example.com" with your own domain, in quotes`
	rest, placed := strings.CutPrefix(s.Host, placeholder+".")
	switch {
	case s.Form != FormHost && s.Host != "":
		r.fault(at, `remove it, or write "form: host"`, "a host has no effect in the form %q", s.Form)
	case s.Form != FormHost:
		return
	case s.Host == "":
		r.fault(at, example, "in host form the host must be given")
	case !placed:
		r.fault(at, example, "the host must begin with {workspace} and a dot")
	case !hostname(rest):
		r.fault(at, example, "%q is no host name: no scheme, port or path belongs here", s.Host)
	}
}

// hostname reports whether s is a DNS name. RFC 1123 §2.1
func hostname(s string) bool {
	if len(s) > 190 {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		odd := strings.ContainsFunc(label, func(c rune) bool { return c == '/' || c == '.' || c == '_' || c == '~' || notInPath(c) })
		if label == "" || len(label) > 63 || odd || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}

func checkGroups(r *reader, s SCIM) {
	if s.Groups != GroupsOff && s.GroupsOffDetail != "" {
		r.fault("scim.groups_off_detail", `remove it, or write "groups: off"`, "a reason has no effect while groups are %q", s.Groups)
	}
}

// checkPaths checks a list of paths: each known, none twice.
func checkPaths(r *reader, p *Product, at string, paths []string) {
	for i, one := range paths {
		here := fmt.Sprintf("%s[%d]", at, i)
		_, known := p.resolve(one)
		switch {
		case !known:
			r.fault(here, p.remedy(one), "%q is no attribute of people", one)
		case slices.Index(paths, one) < i:
			r.fault(here, "remove one of the two", "%q stands here twice", one)
		}
	}
}

// remedy proposes what an unknown path may have been meant to be.
func (p *Product) remedy(path string) string {
	urn, name := splitPath(path)
	if strings.ContainsAny(path, "[]\" ") {
		return `write the attribute without a filter, like "emails.value"`
	}
	if ownedByServer(name) {
		return "leave it out: it is the server's own"
	}
	var names []string
	for _, s := range standardsOf(urn) {
		names = append(names, s.name)
	}
	for _, a := range p.Attributes {
		names = append(names, a.Name)
	}
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "declare it under attributes, or use a standard one of RFC 7643"
}

// printable reports whether s holds text on one line and nothing else.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}
