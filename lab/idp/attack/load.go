package attack

import (
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const tooMuch = "more than a message may weigh"

// loads are messages that cost the one who reads them, S11.
func loads() []Case {
	p := func(name, tries string, change func(string) string) Case {
		return rewritten("S11", name, tries, tooMuch, change)
	}
	many := func(n int, of func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(of(i))
		}
		return b.String()
	}
	return []Case{
		{Class: "S11", Name: "a megabyte of spaces", Tries: "a message of a megabyte", Cause: "a form field that is too large", Kind: Response, Make: func(*Generator) (Message, error) {
			return written(strings.Repeat(" ", 1<<20)), nil
		}},
		p("deep nesting", "twenty thousand elements within one another", before("<saml:Subject>", strings.Repeat("<a>", 10_000)+strings.Repeat("</a>", 10_000))),
		p("attributes", "an element of a thousand attributes", before("<saml:Subject>", "<a"+many(1000, func(i int) string { return fmt.Sprintf(` b%d=""`, i) })+"></a>")),
		p("namespaces", "an element that declares a thousand namespaces", before("<saml:Subject>", "<a"+many(1000, func(i int) string { return fmt.Sprintf(` xmlns:b%d="urn:x"`, i) })+"></a>")),
		p("namespaces in depth", "declarations that add up", before("<saml:Subject>", many(30, func(i int) string {
			return fmt.Sprintf(`<a xmlns:b%d="urn:x" xmlns:c%d="urn:x" xmlns:d%d="urn:x">`, i, i, i)
		})+strings.Repeat("</a>", 30))),
		p("elements", "thirty thousand elements", before("<saml:Subject>", strings.Repeat("<a/>", 30_000))),
		p("a long name", "a name of ten thousand characters", before("<saml:Subject>", "<"+strings.Repeat("a", 10_000)+"/>")),
		shapedLoad(),
	}
}

// shapedLoad is a signature whose list of prefixes is long.
func shapedLoad() Case {
	c := shaped("a long list of prefixes", "a canonical form that looks at a thousand prefixes for each element", tooMuch, func(info *markup.Element) {
		var list strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&list, "p%d ", i)
		}
		transforms := info.Find("Transforms")
		transforms.Kids[1].Add(markup.New(markup.Exclusive, "ec", "InclusiveNamespaces", "PrefixList", list.String()))
	}, nil)
	c.Class = "S11"
	return c
}
