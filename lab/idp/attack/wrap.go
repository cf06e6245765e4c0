package attack

import (
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// style is which parts of the genuine message are signed.
type style struct {
	name                string
	response, assertion bool
}

func styles() []style {
	return []style{{"response signed", true, false}, {"assertion signed", false, true}, {"both signed", true, true}}
}

// wrapped is a genuine message taken apart: what an attacker puts together anew.
type wrapped struct {
	g         *Generator
	root      *markup.Element // the genuine response
	assertion *markup.Element // in it
	evil      *markup.Element // an assertion about Ann, unsigned, with an id of its own
}

func (g *Generator) takeApart(s style) (*wrapped, error) {
	r := g.genuine()
	r.Style.SignResponse, r.Style.SignAssertion = s.response, s.assertion
	root, err := r.Element()
	if err != nil {
		return nil, err
	}
	return &wrapped{g: g, root: root, assertion: root.Find("Assertion"), evil: g.evil()}, nil
}

// dropOuter takes the signature of the response away, which no change of its
// content survives.
func (w *wrapped) dropOuter() {
	for _, k := range w.root.Kids {
		if k.Local == "Signature" {
			w.root.Remove(k)
			return
		}
	}
}

// signatureOf gives the direct signature of an element, or nil.
func signatureOf(e *markup.Element) *markup.Element {
	for _, k := range e.Kids {
		if k.Local == "Signature" {
			return k
		}
	}
	return nil
}

// evilResponse is the genuine response with the forged assertion in place of the
// genuine one, unsigned, under another id.
func (w *wrapped) evilResponse() *markup.Element {
	e := w.root.Clone()
	e.Remove(signatureOf(e))
	e.Remove(e.Find("Assertion"))
	e.Set("ID", "_evil")
	return e.Add(w.evil)
}

const (
	severalAssertions = "more than one assertion"
	strangePlace      = "a signature that stands where none may"
	strangeContent    = "an element where the standard has none"
	strangeReference  = "a signature that refers to something else than its parent"
	strangeSignature  = "a signature of another form than providers write"
	digestOther       = "content that is not what was signed"
	strangeRoot       = "a root element that is no Response"
	sameID            = "an id that two elements have"
)

// wrap is a case of signature wrapping.
func wrap(name, tries, cause string, s style, move func(w *wrapped) *markup.Element) Case {
	return Case{Class: "S1", Name: name + ", " + s.name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		w, err := g.takeApart(s)
		if err != nil {
			return Message{}, err
		}
		return response(move(w)), nil
	}}
}

// wrapping are the eight classic moves on each kind of message.
func wrapping() []Case {
	var all []Case
	for _, s := range styles() {
		if s.response {
			all = append(all, wrapResponse(s)...)
		}
		if s.assertion {
			all = append(all, wrapAssertion(s)...)
		}
	}
	return all
}

// wrapResponse moves the signed response into a forged one.
func wrapResponse(s style) []Case {
	return []Case{
		wrap("XSW1", "the genuine response inside the forged one's signature", severalAssertions, s, func(w *wrapped) *markup.Element {
			forged, sig, inner := w.evilResponse(), signatureOf(w.root).Clone(), w.root.Clone()
			inner.Remove(signatureOf(inner))
			forged.Insert(1, sig.Add(inner))
			return forged
		}),
		wrap("XSW2", "the genuine response beside the signature that covers it", severalAssertions, s, func(w *wrapped) *markup.Element {
			forged, sig, inner := w.evilResponse(), signatureOf(w.root).Clone(), w.root.Clone()
			inner.Remove(signatureOf(inner))
			forged.Insert(1, inner)
			forged.Insert(2, sig)
			return forged
		}),
	}
}

// wrapAssertion moves the signed assertion away from where it is read.
func wrapAssertion(s style) []Case {
	wrap := func(name, tries string, move func(w *wrapped) *markup.Element) Case {
		return wrap(name, tries, severalAssertions, s, func(w *wrapped) *markup.Element {
			w.dropOuter()
			return move(w)
		})
	}
	return []Case{
		wrap("XSW3", "the forged assertion before the genuine one", func(w *wrapped) *markup.Element {
			w.root.Insert(2, w.evil)
			return w.root
		}),
		wrap("XSW4", "the genuine assertion within the forged one", func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			return w.root.Add(w.evil.Add(w.assertion))
		}),
		wrap("XSW5", "the signature moved to the forged assertion, the genuine one behind it", func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			return w.root.Add(w.stolen(), w.assertion)
		}),
		wrap("XSW6", "the genuine assertion inside the signature that was moved", func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			forged := w.stolen()
			signatureOf(forged).Add(w.assertion)
			return w.root.Add(forged)
		}),
		wrap("XSW7", "the forged assertion in Extensions", func(w *wrapped) *markup.Element {
			w.root.Insert(1, markup.New(markup.Protocol, "samlp", "Extensions").Add(w.evil))
			return w.root
		}),
		wrap("XSW8", "the genuine assertion in an Object of the moved signature", func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			forged := w.stolen()
			signatureOf(forged).Add(markup.New(markup.Signature, "ds", "Object").Add(w.assertion))
			return w.root.Add(forged)
		}),
	}
}

// stolen is the forged assertion with the genuine one's signature, which the
// genuine one then lacks.
func (w *wrapped) stolen() *markup.Element {
	sig := signatureOf(w.assertion)
	w.assertion.Remove(sig)
	w.evil.Insert(1, sig)
	return w.evil
}

// wrappingElsewhere are places that are looked at less often.
func wrappingElsewhere() []Case {
	plain := styles()[1]
	wrap := func(name, tries, cause string, move func(w *wrapped) *markup.Element) Case {
		return wrap(name, tries, cause, plain, move)
	}
	samlp := func(local string) *markup.Element { return markup.New(markup.Protocol, "samlp", local) }
	saml := func(local string) *markup.Element { return markup.New(markup.Assertion, "saml", local) }
	return []Case{
		wrap("in StatusDetail", "the genuine assertion in StatusDetail", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			w.root.Find("Status").Add(samlp("StatusDetail").Add(w.assertion))
			return w.root.Add(w.evil)
		}),
		wrap("in Advice", "the genuine assertion as advice to the forged one", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			return w.root.Add(w.evil.Add(saml("Advice").Add(w.assertion)))
		}),
		wrap("in KeyInfo", "the genuine assertion in the KeyInfo of the moved signature", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			forged := w.stolen()
			forged.Find("KeyInfo").Add(w.assertion)
			return w.root.Add(forged)
		}),
		wrap("in AttributeValue", "the genuine assertion as a value of the forged one", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			w.evil.Find("AttributeValue").Add(w.assertion)
			return w.root.Add(w.evil)
		}),
		wrap("in SubjectConfirmationData", "the genuine assertion where a key would be", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			w.evil.Find("SubjectConfirmationData").Add(w.assertion)
			return w.root.Add(w.evil)
		}),
		wrap("under one id", "the forged assertion with the genuine one's id", sameID, func(w *wrapped) *markup.Element {
			w.evil.Set("ID", w.assertion.Get("ID"))
			w.root.Insert(2, w.evil)
			return w.root
		}),
		wrap("under one id behind", "the forged assertion with the genuine one's id, behind it", sameID, func(w *wrapped) *markup.Element {
			w.evil.Set("ID", w.assertion.Get("ID"))
			return w.root.Add(w.evil)
		}),
		wrap("behind", "the forged assertion behind the genuine one", severalAssertions, func(w *wrapped) *markup.Element { return w.root.Add(w.evil) }),
		wrap("another namespace", "an assertion of SAML 1.1 beside the genuine one", severalAssertions, func(w *wrapped) *markup.Element {
			w.evil.Space, w.evil.Prefix = "urn:oasis:names:tc:SAML:1.0:assertion", "old"
			w.root.Insert(2, w.evil)
			return w.root
		}),
		wrap("in a response", "the genuine response within a forged one", severalAssertions, func(w *wrapped) *markup.Element {
			forged := w.evilResponse()
			return forged.Add(w.root)
		}),
		wrap("in an envelope of SOAP", "the genuine response behind the forged one in an envelope", strangeRoot, func(w *wrapped) *markup.Element {
			soap := func(local string) *markup.Element {
				return markup.New("http://schemas.xmlsoap.org/soap/envelope/", "soap", local)
			}
			forged := w.evilResponse()
			w.assertion.Set("ID", "_other")
			return soap("Envelope").Add(soap("Body").Add(forged, w.root))
		}),
		wrap("signature beside", "the genuine signature directly in the response, for the assertion", strangeReference, func(w *wrapped) *markup.Element {
			sig := signatureOf(w.assertion)
			w.assertion.Remove(sig)
			w.root.Insert(1, sig)
			return w.root
		}),
		wrap("signature in the subject", "the genuine signature deeper than the standard has it", strangePlace, func(w *wrapped) *markup.Element {
			sig := signatureOf(w.assertion)
			w.assertion.Remove(sig)
			w.assertion.Find("Subject").Add(sig)
			return w.root
		}),
		wrap("renamed wrapper", "the genuine assertion in an element of nobody's, its signature with it", severalAssertions, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			w.root.Insert(2, (&markup.Element{Local: "Wrapper"}).Add(w.assertion))
			return w.root.Add(w.evil)
		}),
		wrap("signature to a forged id", "the genuine signature on the forged assertion, which took the id", digestOther, func(w *wrapped) *markup.Element {
			w.root.Remove(w.assertion)
			w.evil.Set("ID", w.assertion.Get("ID"))
			return w.root.Add(w.stolen())
		}),
		twoPeople(), encryptedSibling(),
	}
}

// twoPeople are two genuine assertions in one response.
func twoPeople() Case {
	return Case{Class: "S1", Name: "two genuine assertions", Tries: "Ann's assertion of an earlier response beside Mallory's", Cause: severalAssertions, Kind: Response, Make: func(g *Generator) (Message, error) {
		r := g.honest()
		r.Assertions = append(r.Assertions, g.genuine().Assertions...)
		e, err := r.Element()
		if err != nil {
			return Message{}, err
		}
		return response(e), nil
	}}
}

// encryptedSibling is a forged assertion that hides from a search.
func encryptedSibling() Case {
	return Case{Class: "S1", Name: "encrypted sibling", Tries: "the forged assertion, encrypted for us, beside the genuine one", Cause: severalAssertions, Kind: Response, Make: func(g *Generator) (Message, error) {
		e, err := g.genuine().Element()
		if err != nil {
			return Message{}, err
		}
		hidden, err := markup.Encrypt(g.evil(), "EncryptedAssertion", markup.Encrypting{To: g.encryptTo()})
		if err != nil {
			return Message{}, err
		}
		e.Insert(2, hidden)
		return response(e), nil
	}}
}

// bent is a case of an honest response about Ann that was changed before it was
// written.
func bent(class, name, tries, cause string, change func(g *Generator, r *idp.Response)) Case {
	return Case{Class: class, Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		r := g.honest()
		change(g, r)
		e, err := r.Element()
		if err != nil {
			return Message{}, err
		}
		return response(e), nil
	}}
}
