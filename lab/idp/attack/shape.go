package attack

import (
	"strings"

	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const (
	otherTransform = "a transform that is not the enveloped signature or the exclusive canonical form"
	comment        = "a comment"
)

// shaped is a response whose assertion is signed with a changed SignedInfo, or
// whose signature is changed afterwards.
func shaped(name, tries, cause string, change, finish func(*markup.Element)) Case {
	return Case{Class: "S3", Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		return g.signedBy(markup.Signing{Key: g.keys["own"].key, Change: change, Finish: finish})
	}}
}

// shapes are the attacks on the form of a signature, S3. In each the provider's
// key has signed what stands there: a verifier that follows it would take it.
func shapes() []Case {
	uri := func(to string) func(*markup.Element) {
		return func(info *markup.Element) {
			info.Find("Reference").Attrs = []markup.Attr{{Local: "URI", Value: to}}
		}
	}
	transform := func(algorithm string) func(*markup.Element) {
		return func(info *markup.Element) {
			info.Find("Transforms").Add(markup.New(markup.Signature, "ds", "Transform", "Algorithm", algorithm))
		}
	}
	ds := func(local string) *markup.Element { return markup.New(markup.Signature, "ds", local) }
	return []Case{
		shaped("two SignedInfo", "a second SignedInfo that nobody signed before the signed one (CVE-2025-29774)", strangeSignature, nil, func(sig *markup.Element) {
			sig.Insert(0, sig.Find("SignedInfo").Clone())
		}),
		shaped("two SignedInfo, the forged one last", "a second SignedInfo behind the signed one", strangeSignature, nil, func(sig *markup.Element) {
			sig.Insert(1, sig.Find("SignedInfo").Clone())
		}),
		shaped("comment in DigestValue", "a comment that one reader passes over (CVE-2025-29775)", comment, nil, func(sig *markup.Element) {
			sig.Find("DigestValue").Kids = []*markup.Element{{Raw: "<!--x-->"}}
		}),
		shaped("no Reference", "a signature over nothing", strangeReference, func(info *markup.Element) { info.Remove(info.Find("Reference")) }, nil),
		shaped("two References", "a second reference to something harmless (CVE-2026-33487)", strangeReference, func(info *markup.Element) {
			info.Add(info.Find("Reference").Clone())
		}, nil),
		shaped("empty URI", "a reference to the whole document", strangeReference, uri(""), nil),
		shaped("URI #", "a reference to nobody", strangeReference, uri("#"), nil),
		shaped("no URI", "a reference that leaves it to the application", strangeReference, func(info *markup.Element) { info.Find("Reference").Attrs = nil }, nil),
		shaped("external URI", "a reference to a file of the attacker's", strangeReference, uri("https://evil.example/assertion.xml"), nil),
		shaped("XPointer", "a reference by XPointer", strangeReference, uri("#xpointer(id('x'))"), nil),
		shaped("XPath", "a transform that leaves out what was changed", otherTransform, transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), nil),
		shaped("XSLT", "a transform that is a program", otherTransform, transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), nil),
		shaped("base64 transform", "a transform that decodes", otherTransform, transform(markup.Signature+"base64"), nil),
		shaped("WithComments", "a canonical form that keeps comments, which readers pass over", otherTransform, func(info *markup.Element) {
			info.Find("CanonicalizationMethod").Set("Algorithm", markup.Exclusive+"WithComments")
		}, nil),
		shaped("inclusive form", "a canonical form that depends on what is around", otherTransform, func(info *markup.Element) {
			info.Find("CanonicalizationMethod").Set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
		}, nil),
		shaped("no transforms", "the signature's own elements are hashed too", strangeSignature, func(info *markup.Element) {
			ref := info.Find("Reference")
			ref.Remove(ref.Find("Transforms"))
		}, nil),
		shaped("Manifest", "a list of references that nobody looks at", strangeSignature, nil, func(sig *markup.Element) {
			sig.Add(ds("Object").Add(ds("Manifest").Add(sig.Find("Reference").Clone())))
		}),
		shaped("RetrievalMethod", "the key is to be fetched from the attacker", unknownKey, nil, func(sig *markup.Element) {
			method := ds("RetrievalMethod")
			method.Set("URI", "https://evil.example/key.xml")
			sig.Find("SignatureValue").Text = strings.Repeat("AAAA", 86) // of nobody's key
			sig.Add(ds("KeyInfo").Add(method))
		}),
		shaped("another namespace", "a signature of another namespace, which one reader takes", notSigned, nil, func(sig *markup.Element) {
			for _, e := range all(sig) {
				e.Space = "http://www.w3.org/2000/09/xmldsig"
			}
		}),
		shaped("empty DigestValue", "no digest at all", strangeSignature, func(info *markup.Element) { info.Find("DigestValue").Text = "" }, nil),
		shaped("empty SignatureValue", "no signature in the signature", strangeSignature, nil, func(sig *markup.Element) { sig.Find("SignatureValue").Text = "" }),
		shaped("digest of other content", "a well-signed SignedInfo over something else", digestOther, func(info *markup.Element) {
			info.Find("DigestValue").Text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
		}, nil),
	}
}

// all gives an element and everything below it.
func all(e *markup.Element) []*markup.Element {
	out := []*markup.Element{e}
	for _, k := range e.Kids {
		out = append(out, all(k)...)
	}
	return out
}
