// Package second is a second opinion on a signature: it reads the same bytes with
// another XML parser, canonicalises and verifies them with a library that shares
// no line with internal/saml/dsig, and says whether it sees the same. Two readers
// that differ about a message are how forged ones come in.
package second

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/beevik/etree"
	xmldsig "github.com/russellhaering/goxmldsig"

	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

const signatureSpace = "http://www.w3.org/2000/09/xmldsig#"

// errDiffers begins each disagreement about content.
var errDiffers = errors.New("the verifiers read different things")

// Agree says whether the library finds every signature in the source good that is
// given, in the same element, and reads the same from what it covers. The error
// is for the operator's log.
func Agree(source []byte, signed []dsig.Signed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the second verifier panicked: %v", p)
		}
	}()
	d := etree.NewDocument()
	if err := d.ReadFromBytes(source); err != nil {
		return fmt.Errorf("the second verifier cannot read the message: %w", err)
	}
	if d.Root() == nil {
		return fmt.Errorf("%w: no root", errDiffers)
	}
	for i := range signed {
		if err := one(d.Root(), &signed[i]); err != nil {
			return err
		}
	}
	return nil
}

func one(root *etree.Element, s *dsig.Signed) error {
	e, err := find(root, s.Element)
	if err != nil {
		return err
	}
	e = detached(e)
	for _, c := range e.ChildElements() {
		if c.Tag == "Signature" && space(c) == signatureSpace {
			prepare(c, s.Certificate)
		}
	}
	verified, err := validator(s.Certificate).Validate(e)
	if err != nil {
		return fmt.Errorf("the second verifier refuses the signature of %s: %w", s.Element.Local, err)
	}
	return same(verified, s.Root)
}

// validator trusts the one certificate whose key it was, at a time when that was
// valid: about expiry somebody else decides.
func validator(c *x509.Certificate) *xmldsig.ValidationContext {
	v := xmldsig.NewDefaultValidationContext(&xmldsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
	v.Clock = xmldsig.NewFakeClockAt(c.NotBefore)
	return v
}

// find goes to the element at the same place as ours.
func find(root *etree.Element, e *dsig.Element) (*etree.Element, error) {
	if e.Parent == nil {
		return root, named(root, e)
	}
	parent, err := find(root, e.Parent)
	if err != nil {
		return nil, err
	}
	i := 0
	for c := range e.Parent.Children() {
		if c == e {
			break
		}
		i++
	}
	children := parent.ChildElements()
	if i >= len(children) {
		return nil, fmt.Errorf("%w: %s has %d children", errDiffers, e.Parent.Local, len(children))
	}
	return children[i], named(children[i], e)
}

func named(theirs *etree.Element, ours *dsig.Element) error {
	if theirs.Tag != ours.Local || space(theirs) != ours.Space {
		return fmt.Errorf("%w: %s of %s, and %s of %s", errDiffers, ours.Local, ours.Space, theirs.Tag, space(theirs))
	}
	return nil
}

// space gives the namespace of an element.
func space(e *etree.Element) string { return lookUp(e, e.Space) }

func lookUp(e *etree.Element, prefix string) string {
	for ; e != nil; e = e.Parent() {
		for _, a := range e.Attr {
			if declared, ok := declares(a); ok && declared == prefix {
				return a.Value
			}
		}
	}
	return ""
}

// declares gives the prefix that an attribute declares.
func declares(a etree.Attr) (prefix string, ok bool) {
	switch {
	case a.Space == "xmlns":
		return a.Key, true
	case a.Space == "" && a.Key == "xmlns":
		return "", true
	}
	return "", false
}

// detached copies an element with the namespaces that it stands in, which the
// library does for itself up to a thousand elements only.
func detached(e *etree.Element) *etree.Element {
	out := e.Copy()
	has := map[string]bool{}
	for _, a := range out.Attr {
		if prefix, ok := declares(a); ok {
			has[prefix] = true
		}
	}
	for up := e.Parent(); up != nil; up = up.Parent() {
		for _, a := range up.Attr {
			if prefix, ok := declares(a); ok && !has[prefix] {
				has[prefix] = true
				out.Attr = append(out.Attr, a)
			}
		}
	}
	return out
}

// prepare takes away what the signature says of its key, which counts for nothing
// here and is not signed, and writes its value as the library wants it: without
// spaces and, of ECDSA, as ASN.1, where the standard has two numbers.
func prepare(signature *etree.Element, c *x509.Certificate) {
	for _, e := range signature.ChildElements() {
		switch e.Tag {
		case "KeyInfo":
			signature.RemoveChild(e)
		case "SignatureValue":
			value := strings.Join(strings.Fields(textOf(e)), "")
			if _, ok := c.PublicKey.(*ecdsa.PublicKey); ok {
				value = asn1Of(value)
			}
			e.SetText(value)
		}
	}
}

func asn1Of(value string) string {
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return value
	}
	half := len(raw) / 2
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:half]), new(big.Int).SetBytes(raw[half:])})
	if err != nil {
		return value
	}
	return base64.StdEncoding.EncodeToString(der)
}

// same compares what both have read from the signed bytes: every name, attribute
// and text.
func same(theirs *etree.Element, ours *dsig.Element) error {
	if theirs == nil {
		return fmt.Errorf("%w: nothing", errDiffers)
	}
	if err := named(theirs, ours); err != nil {
		return err
	}
	if err := sameAttributes(theirs, ours); err != nil {
		return err
	}
	children, i := theirs.ChildElements(), 0
	for c := range ours.Children() {
		if i >= len(children) {
			break
		}
		if err := same(children[i], c); err != nil {
			return err
		}
		i++
	}
	if n := ours.Count(); n != len(children) {
		return fmt.Errorf("%w: %s has %d and %d children", errDiffers, ours.Local, n, len(children))
	}
	if text, alone := ours.Text(); alone && text != textOf(theirs) {
		return fmt.Errorf("%w: the text of %s", errDiffers, ours.Local)
	}
	return nil
}

func sameAttributes(theirs *etree.Element, ours *dsig.Element) error {
	count := 0
	for _, a := range theirs.Attr {
		if _, ok := declares(a); ok {
			continue
		}
		count++
		want := ""
		if a.Space != "" {
			want = lookUp(theirs, a.Space)
		}
		if !ours.Has(want, a.Key, a.Value) {
			return fmt.Errorf("%w: the attribute %s of %s", errDiffers, a.Key, ours.Local)
		}
	}
	if count != len(ours.Attrs) {
		return fmt.Errorf("%w: %s has %d and %d attributes", errDiffers, ours.Local, len(ours.Attrs), count)
	}
	return nil
}

// textOf gives all text directly in an element; the library's own method stops
// at what is no text.
func textOf(e *etree.Element) string {
	text := ""
	for _, t := range e.Child {
		if c, ok := t.(*etree.CharData); ok {
			text += c.Data
		}
	}
	return text
}
