package saml

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// longestNameID is in bytes. saml-core-2.0 §8.3.7 allows 256 characters.
const longestNameID = 1024

// atMost is added to what a response may count at most, since providers round up.
const atMost = 10 * time.Minute

// subject: there is one name, as one text. saml-core-2.0 §2.4.1
func (v *verification) subject() error {
	s := v.parts.subject
	if s == nil {
		return explain.Refuse(explain.SAMLNoSubject, "a Subject", "none")
	}
	if err := onlyOf(s, subjectParts); err != nil {
		return err
	}
	name, n := s.Child(assertionSpace, "NameID")
	if n != 1 {
		if _, hidden := s.Child(assertionSpace, "EncryptedID"); hidden > 0 {
			return explain.Refuse(explain.SAMLEncryptedName, "a NameID in the open, in an assertion that may be encrypted", "EncryptedID")
		}
		return explain.Refuse(explain.SAMLNoSubject, "a NameID", "none")
	}
	text, ok := name.Text()
	switch text = trim(text); {
	case !ok:
		return explain.Refuse(explain.SAMLNameID, "a NameID of text alone", "one with elements in it")
	case text == "":
		return explain.Refuse(explain.SAMLNoSubject, "a NameID", "an empty one")
	case len(text) > longestNameID:
		return explain.Refuse(explain.SAMLNameID, fmt.Sprintf("a NameID of at most %d bytes", longestNameID), fmt.Sprint(len(text)))
	case strings.ContainsFunc(text, invisible):
		return explain.Refuse(explain.SAMLNameID, "a NameID of characters that one sees", "one with others")
	}
	return nil
}

func subjectParts(e *dsig.Element) (most int) {
	switch {
	case e.Is(assertionSpace, "NameID"), e.Is(assertionSpace, "EncryptedID"):
		return 1
	case e.Is(assertionSpace, "SubjectConfirmation"):
		return 8
	}
	return 0
}

// invisible reports whether a character makes two names look alike that differ.
func invisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// confirmed: one confirmation must be for the bearer and hold. Others may be
// there and mean nothing to us. saml-profiles-2.0 §4.1.4.2
func (v *verification) confirmed() error {
	var first error
	held := false
	for c := range v.parts.subject.All(assertionSpace, "SubjectConfirmation") {
		until, err := v.confirmation(c)
		switch {
		case err == nil:
			held = true
			if until.After(v.expires) {
				v.expires = until
			}
		case first == nil:
			first = err
		}
	}
	switch {
	case held:
		return nil
	case first != nil:
		return first
	}
	return explain.Refuse(explain.SAMLBearer, "a SubjectConfirmation for the bearer", "none")
}

// confirmation checks one, and says until when it counts.
func (v *verification) confirmation(c *dsig.Element) (until time.Time, err error) {
	if m := c.Attr("Method"); m != "urn:oasis:names:tc:SAML:2.0:cm:bearer" {
		return until, explain.Refuse(explain.SAMLBearer, "a SubjectConfirmation for the bearer", m)
	}
	d, n := c.Child(assertionSpace, "SubjectConfirmationData")
	if n != 1 {
		return until, explain.Refuse(explain.SAMLBearer, "one SubjectConfirmationData", fmt.Sprint(n))
	}
	if r := d.Attr("Recipient"); !slices.Contains(v.expect.ACS, r) || r == "" {
		return until, explain.Refuse(explain.SAMLRecipient, v.addresses(), r)
	}
	if _, there := d.Lookup("NotBefore"); there {
		return until, explain.Refuse(explain.SAMLNotBefore, "no NotBefore in SubjectConfirmationData", "one")
	}
	if until, err = v.counts(d); err != nil {
		return until, err
	}
	return until.Add(v.expect.Skew), v.answers(d)
}

// counts checks until when a confirmation counts: it says so, it is not over, and
// it ends soon enough to be remembered until then.
func (v *verification) counts(d *dsig.Element) (until time.Time, err error) {
	until, err = timeOf(d, "NotOnOrAfter")
	switch {
	case err != nil:
		return until, err
	case until.IsZero():
		return until, explain.Refuse(explain.SAMLNoExpiry, "NotOnOrAfter in SubjectConfirmationData", "none")
	case v.over(until):
		return until, v.late(explain.SAMLConfirmationLate, until)
	case until.After(v.expect.Now.Add(v.expect.Longest + atMost)):
		return until, explain.Refuse(explain.SAMLTooLong, fmt.Sprintf("a response that counts for %v at most", v.expect.Longest), until.Format(time.RFC3339))
	}
	return until, nil
}

// answers checks which request a confirmation is for. It must say the same as the
// response: what answers a request says so here, where it is always signed.
func (v *verification) answers(d *dsig.Element) error {
	id, there := d.Lookup("InResponseTo")
	switch r := v.expect.Request; {
	case r == nil && there:
		return explain.Refuse(explain.SAMLNoRequest, "a request that waits for it, in this browser", id)
	case r != nil && id != r.ID:
		return explain.Refuse(explain.SAMLOtherRequest, r.ID, id)
	}
	return nil
}

// asked: a response names the request that it answers. saml-core-2.0 §3.2.2
func (v *verification) asked() error {
	id, there := v.envelope.Lookup("InResponseTo")
	switch r := v.expect.Request; {
	case r == nil && there:
		return explain.Refuse(explain.SAMLNoRequest, "a request that waits for it, in this browser", id)
	case r != nil && id != r.ID || r != nil && r.ID == "":
		return explain.Refuse(explain.SAMLOtherRequest, r.ID, id)
	}
	return nil
}

// hinted is the last rule: what nobody asked for begins no session, however good
// it is.
func (v *verification) hinted() error {
	if v.expect.Request == nil {
		return explain.Refuse(explain.SAMLUnasked, "the answer to a request of ours", "a response that nobody asked for")
	}
	return nil
}
