package dsig_test

import (
	"strings"
	"testing"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

func canonical(t *testing.T, text, element string, prefixes ...string) string {
	t.Helper()
	d, err := dsig.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for e := range d.Root.Descendants() {
		if e.Local == element {
			out, err := e.Canonical(prefixes...)
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
	}
	t.Fatalf("no %s in %s", element, text)
	return ""
}

// The rules of xml-exc-c14n §3 and c14n §2.3, one by one.
func TestCanonicalForm(t *testing.T) {
	for _, c := range []struct{ name, text, element, want, prefixes string }{
		{"an empty element gets an end tag", `<a/>`, "a", `<a></a>`, ""},
		{"white space in tags goes", "<a  b = 'c'\n ></a >", "a", `<a b="c"></a>`, ""},
		{"attributes without a namespace come first, then by name", `<a xmlns:x="urn:x:y" x:a="1" x:A="2" c="3" b="4"/>`, "a", `<a xmlns:x="urn:x:y" b="4" c="3" x:A="2" x:a="1"></a>`, ""},
		{"text is escaped", `<a>&lt;&gt;&amp;&quot;&apos;"'&#13;&#9;</a>`, "a", "<a>&lt;&gt;&amp;\"'\"'&#xD;\t</a>", ""},
		{"values are escaped", `<a b='&lt;>&amp;"&#9;&#10;&#13;'/>`, "a", `<a b="&lt;>&amp;&quot;&#x9;&#xA;&#xD;"></a>`, ""},
		{"line ends are one", "<a>\r\n\r\n\n</a>", "a", "<a>\n\n\n</a>", ""},
		{"characters are themselves", `<a>&#228;&#x1F600;</a>`, "a", "<a>ä😀</a>", ""},
		{"namespaces that are not used go", `<a xmlns:x="urn:x:y"/>`, "a", `<a></a>`, ""},
		{"a namespace is declared where it is used", `<a xmlns:x="urn:x:y"><x:b><x:c/></x:b><x:b/></a>`, "a", `<a><x:b xmlns:x="urn:x:y"><x:c></x:c></x:b><x:b xmlns:x="urn:x:y"></x:b></a>`, ""},
		{"one of an ancestor comes along", `<a xmlns:x="urn:x:y" xmlns="urn:x:z"><x:b c="1"/><b/></a>`, "b", `<x:b xmlns:x="urn:x:y" c="1"></x:b>`, ""},
		{"the default one too", `<a xmlns="urn:x:z"><b/></a>`, "b", `<b xmlns="urn:x:z"></b>`, ""},
		{"one that is used by an attribute", `<a xmlns:x="urn:x:y"><b x:c="1"/></a>`, "b", `<b xmlns:x="urn:x:y" x:c="1"></b>`, ""},
		{"a prefix with another meaning", `<x:a xmlns:x="urn:x:y"><x:b xmlns:x="urn:x:z"/><x:c/></x:a>`, "a", `<x:a xmlns:x="urn:x:y"><x:b xmlns:x="urn:x:z"></x:b><x:c></x:c></x:a>`, ""},
		{"the same meaning again", `<x:a xmlns:x="urn:x:y"><x:b xmlns:x="urn:x:y"/></x:a>`, "a", `<x:a xmlns:x="urn:x:y"><x:b></x:b></x:a>`, ""},
		{"declarations are sorted", `<b:a xmlns:b="urn:x:b" xmlns="urn:x:z" xmlns:a="urn:x:a" a:c="1"/>`, "a", `<b:a xmlns:a="urn:x:a" xmlns:b="urn:x:b" a:c="1"></b:a>`, ""},
		{"inclusive prefixes stay", `<a xmlns:x="urn:x:y" xmlns:z="urn:x:z"><b/></a>`, "a", `<a xmlns:x="urn:x:y"><b></b></a>`, "x q"},
		{"and come along", `<a xmlns:x="urn:x:y"><b><c/></b></a>`, "b", `<b xmlns:x="urn:x:y"><c></c></b>`, "x"},
		{"and are declared below where they begin", `<a><b xmlns:x="urn:x:y"><c/></b></a>`, "a", `<a><b xmlns:x="urn:x:y"><c></c></b></a>`, "x"},
		{"and are not said twice", `<a xmlns:x="urn:x:y"><b xmlns:x="urn:x:y"/><x:c/></a>`, "a", `<a xmlns:x="urn:x:y"><b></b><x:c></x:c></a>`, "x"},
		{"many attributes", `<a i="9" h="8" g="7" f="6" e="5" d="4" c="3" b="2" a="1"/>`, "a", `<a a="1" b="2" c="3" d="4" e="5" f="6" g="7" h="8" i="9"></a>`, ""},
		{"text between elements", `<a>1<b/>2<c>3</c></a>`, "a", `<a>1<b></b>2<c>3</c></a>`, ""},
	} {
		got := canonical(t, c.text, c.element, strings.Fields(c.prefixes)...)
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if again := canonical(t, got, c.element, strings.Fields(c.prefixes)...); again != got {
			t.Errorf("%s: its canonical form is another: %s", c.name, again)
		}
	}
}
