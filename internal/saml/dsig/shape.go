package dsig

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// mostPrefixes is how long an InclusiveNamespaces list may be.
const mostPrefixes = 16

// read takes a signature apart and refuses each that has another form than
// providers' signatures have. xmldsig-core §4; saml-core-2.0 §5.4.1 to §5.4.4
func read(e *Element) (*signature, error) {
	s := &signature{element: e}
	parts, err := exactly(e, space, "SignedInfo", "SignatureValue", "KeyInfo?")
	if err != nil {
		return nil, err
	}
	s.info = parts[0]
	if s.value, err = bytesOf(parts[1]); err != nil {
		return nil, err
	}
	if parts, err = exactly(s.info, space, "CanonicalizationMethod", "SignatureMethod", "Reference+"); err != nil {
		return nil, err
	}
	if prefixes, err := canonicalBy(parts[0]); err != nil || len(prefixes) > 0 {
		return nil, cmp.Or(err, error(explain.Refuse(explain.SAMLTransform, "a CanonicalizationMethod without a list of prefixes", strings.Join(prefixes, " "))))
	}
	if err := s.method(parts[1]); err != nil {
		return nil, err
	}
	return s, s.reference(parts[2:])
}

func (s *signature) method(e *Element) error {
	if s.by = signerOf(e.Attr("Algorithm")); s.by.hash == 0 {
		return explain.Refuse(explain.SAMLAlgorithm, "RSA or ECDSA with SHA-256 or better", e.Attr("Algorithm"))
	}
	return bare(e)
}

// reference reads the one reference.
func (s *signature) reference(all []*Element) error {
	if len(all) != 1 {
		return explain.Refuse(explain.SAMLReference, "one reference", fmt.Sprint(len(all)))
	}
	id := s.element.Parent.Attr("ID")
	uri, there := all[0].Lookup("URI")
	switch {
	case !there:
		return explain.Refuse(explain.SAMLReference, "#"+id, "a reference without URI")
	case id == "" || uri != "#"+id || !plain(id):
		return explain.Refuse(explain.SAMLReference, "#"+id, uri)
	}
	parts, err := exactly(all[0], space, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	if s.prefixes, err = transforms(parts[0]); err != nil {
		return err
	}
	if s.digest = digestOf(parts[1].Attr("Algorithm")); s.digest == 0 {
		return explain.Refuse(explain.SAMLAlgorithm, "a digest with SHA-256 or better", parts[1].Attr("Algorithm"))
	}
	if err := bare(parts[1]); err != nil {
		return err
	}
	if text, _ := parts[2].Text(); strings.ContainsAny(text, " \t") { // line ends are all that providers put there
		return explain.Refuse(explain.SAMLSignatureShape, "base64 in DigestValue", "spaces in it")
	}
	s.want, err = bytesOf(parts[2])
	return err
}

// transforms are the enveloped signature and exclusive canonicalisation, in this
// order. saml-core-2.0 §5.4.4 allows no others, and the standard's default for a
// missing second one is a form that depends on what is around the element.
func transforms(e *Element) ([]string, error) {
	all := slices.Collect(e.Children())
	for i, t := range all {
		if !t.Is(space, "Transform") {
			return nil, explain.Refuse(explain.SAMLTransform, "enveloped-signature and xml-exc-c14n", t.Local)
		}
		if i < 2 && t.Attr("Algorithm") != []string{envelope, excC14N}[i] {
			return nil, explain.Refuse(explain.SAMLTransform, "enveloped-signature, then xml-exc-c14n", t.Attr("Algorithm"))
		}
	}
	if len(all) != 2 {
		return nil, explain.Refuse(explain.SAMLTransform, "enveloped-signature and xml-exc-c14n", fmt.Sprint(len(all), " transforms"))
	}
	if err := bare(all[0]); err != nil {
		return nil, err
	}
	return canonicalBy(all[1])
}

// canonicalBy reads the method of canonicalising with its list of prefixes.
func canonicalBy(e *Element) ([]string, error) {
	if a := e.Attr("Algorithm"); a != excC14N {
		return nil, explain.Refuse(explain.SAMLTransform, "xml-exc-c14n without comments", a)
	}
	all := slices.Collect(e.Children())
	if len(all) == 0 {
		return nil, bare(e)
	}
	if len(all) > 1 || !all[0].Is(excC14N, "InclusiveNamespaces") {
		return nil, explain.Refuse(explain.SAMLTransform, "InclusiveNamespaces or nothing", all[0].Local)
	}
	prefixes := strings.Fields(all[0].Attr("PrefixList"))
	if slices.Contains(prefixes, "#default") { // no provider's, and libraries differ about it
		return nil, explain.Refuse(explain.SAMLTransform, "inclusive prefixes with names", "#default")
	}
	if len(prefixes) > mostPrefixes {
		return nil, explain.Refuse(explain.SAMLLimit, fmt.Sprintf("at most %d inclusive prefixes", mostPrefixes), fmt.Sprint(len(prefixes)))
	}
	return prefixes, nil
}

// exactly gives the children of an element, which must be these in this order; a
// name with ? may be missing, the last one with + may come several times or not
// at all.
func exactly(e *Element, space string, names ...string) ([]*Element, error) {
	all := slices.Collect(e.Children())
	i := 0
	for _, name := range names {
		bareName := strings.TrimRight(name, "?+")
		found := 0
		for i < len(all) && all[i].Is(space, bareName) && (found == 0 || strings.HasSuffix(name, "+")) {
			i++
			found++
		}
		if found == 0 && !strings.HasSuffix(name, "?") && !strings.HasSuffix(name, "+") {
			return nil, explain.Refuse(explain.SAMLSignatureShape, bareName+" in "+e.Local, child(all, i))
		}
	}
	if i < len(all) {
		return nil, explain.Refuse(explain.SAMLSignatureShape, "nothing more in "+e.Local, child(all, i))
	}
	return all, nil
}

func child(all []*Element, i int) string {
	if i < len(all) {
		return all[i].Local
	}
	return "nothing"
}

// bare refuses an element that has content.
func bare(e *Element) error {
	if text, ok := e.Text(); !ok || strings.TrimSpace(text) != "" {
		return explain.Refuse(explain.SAMLSignatureShape, "nothing in "+e.Local, "something")
	}
	return nil
}

// bytesOf decodes an element's text.
func bytesOf(e *Element) ([]byte, error) {
	text, ok := e.Text()
	raw, err := decode(text)
	if !ok || err != nil || len(raw) == 0 {
		return nil, explain.Refuse(explain.SAMLSignatureShape, "base64 in "+e.Local, "something else")
	}
	return raw, nil
}

// plain reports whether an id has only characters that need no escaping in a
// reference.
func plain(id string) bool {
	for i := range len(id) {
		if !isNameByte(id[i], false) {
			return false
		}
	}
	return id != ""
}
