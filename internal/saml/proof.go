package saml

import (
	"fmt"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
	"github.com/anteroom-id/anteroom/internal/saml/second"
)

// verification is one response on its way through the rules.
type verification struct {
	response *Response
	trust    Trust
	expect   Expect
	// What may be read: the response as its signature covers it or, when it has
	// none, as it came, which can only add reasons to refuse; and the assertion, from
	// signed bytes alone.
	envelope, assertion *dsig.Element
	signed              bool      // the response itself
	proofs              []proof   // what the second verifier has to see the same way
	parts               parts     // of the assertion
	expires             time.Time // of the last confirmation that counts
	sessionEnd          time.Time // as AuthnStatements say
	warnings            []string
}

// proof is a text with the signatures that were found good in it.
type proof struct {
	source []byte
	signed []dsig.Signed
}

// prove finds the one assertion and proves who signed it.
func (v *verification) prove() error {
	root := v.response.message.Root
	v.envelope = root
	if issuer := v.response.Claimed.Issuer; issuer != "" && issuer != v.trust.EntityID {
		return explain.Refuse(explain.SAMLIssuer, v.trust.EntityID, issuer)
	}
	if err := v.status(); err != nil {
		return err
	}
	only, err := onlyAssertion(root)
	if err != nil {
		return err
	}
	outer, err := v.signatures(v.response.message, v.response.source)
	if err != nil {
		return err
	}
	if s := covering(outer, root); s != nil {
		v.signed, v.envelope = true, s.Root
	}
	if dsig.IsEncrypted(only) {
		return v.open(only)
	}
	if s := covering(outer, only); s != nil {
		v.assertion = s.Root
		return nil
	}
	return v.inside()
}

// onlyAssertion finds the one assertion, plain or encrypted, which stands
// directly in the response; none other is anywhere, in any namespace.
func onlyAssertion(root *dsig.Element) (only *dsig.Element, err error) {
	count := 0
	for e := range root.Descendants() {
		if e.Local == "Assertion" || e.Local == "EncryptedAssertion" {
			only = e
			count++
		}
	}
	switch {
	case count == 0:
		return nil, explain.Refuse(explain.SAMLNoAssertion, "one assertion", "none")
	case count > 1:
		return nil, explain.Refuse(explain.SAMLManyAssertions, "one assertion", fmt.Sprint(count))
	case only.Parent != root || only.Space != assertionSpace:
		return nil, explain.Refuse(explain.SAMLContent, "an assertion directly in the response", "one elsewhere")
	}
	return only, nil
}

// signatures verifies all signatures of a text, and notes what is old about them.
func (v *verification) signatures(d *dsig.Document, source []byte) ([]dsig.Signed, error) {
	if len(v.trust.Certs) == 0 {
		return nil, explain.Refuse(explain.SAMLNoKey, "a certificate of the identity provider", "none is known")
	}
	signed, err := dsig.Verify(d, v.trust.Certs, dsig.Policy{
		Parents: []dsig.Name{{Space: protocolSpace, Local: "Response"}, {Space: assertionSpace, Local: "Assertion"}},
		SHA1:    v.expect.Now.Before(v.trust.SHA1Until),
	})
	if err != nil {
		return nil, err
	}
	if len(signed) > 0 {
		v.proofs = append(v.proofs, proof{source, signed})
	}
	for i := range signed {
		v.old(&signed[i])
	}
	return signed, nil
}

// old notes a certificate that has expired, since most providers change theirs
// late, and SHA-1.
func (v *verification) old(s *dsig.Signed) {
	if c := s.Certificate; v.expect.Now.After(c.NotAfter) {
		v.warn("%s, which signed this, was valid until %s.", dsig.Thumbprint(c.Raw), c.NotAfter.Format(time.DateOnly))
	}
	if s.SHA1 {
		v.warn("This is signed with SHA-1, which is taken until %s.", v.trust.SHA1Until.Format(time.DateOnly))
	}
}

func (v *verification) warn(format string, args ...any) {
	v.warnings = append(v.warnings, fmt.Sprintf(format, args...))
}

// covering gives the signature whose element this is.
func covering(all []dsig.Signed, e *dsig.Element) *dsig.Signed {
	for i := range all {
		if all[i].Element == e {
			return &all[i]
		}
	}
	return nil
}

// inside takes the assertion out of the bytes of a signed response.
func (v *verification) inside() error {
	if !v.signed {
		return explain.Refuse(explain.SAMLUnsigned, "a signature of the assertion or of the response", "none")
	}
	v.assertion, _ = v.envelope.Child(assertionSpace, "Assertion")
	return nil
}

// open decrypts the assertion, out of signed bytes where there are, and reads it
// as if it had come so. It must be signed itself, unless the response around it is.
func (v *verification) open(encrypted *dsig.Element) error {
	if v.signed {
		encrypted, _ = v.envelope.Child(assertionSpace, "EncryptedAssertion")
	}
	plain, err := dsig.Decrypt(encrypted, v.trust.Decrypt, v.trust.CBC && v.signed)
	if err != nil {
		return err
	}
	d, err := dsig.Parse(plain)
	if err != nil {
		return err
	}
	if !d.Root.Is(assertionSpace, "Assertion") {
		return explain.Refuse(explain.SAMLEncryptedShape, "an Assertion in EncryptedAssertion", d.Root.Local)
	}
	for e := range d.Root.Descendants() {
		if e != d.Root && (e.Local == "Assertion" || e.Local == "EncryptedAssertion") {
			return explain.Refuse(explain.SAMLManyAssertions, "one assertion", "one in another")
		}
	}
	inner, err := v.signatures(d, plain)
	if err != nil {
		return err
	}
	if s := covering(inner, d.Root); s != nil {
		v.assertion = s.Root
		return nil
	}
	if !v.signed {
		return explain.Refuse(explain.SAMLUnsigned, "a signature of the assertion or of the response", "none")
	}
	v.assertion = d.Root
	return nil
}

// agree asks the second verifier about every signature.
func (v *verification) agree() error {
	if v.trust.InsecureOneVerifier {
		return nil
	}
	for _, p := range v.proofs {
		if err := second.Agree(p.source, p.signed); err != nil {
			return explain.Refuse(explain.SAMLDisagree, "two verifiers that agree", "the second one says no").Because(err)
		}
	}
	return nil
}

// status passes on what the provider itself has refused. saml-core-2.0 §3.2.2.2
func (v *verification) status() error {
	status, n := v.envelope.Child(protocolSpace, "Status")
	if n != 1 {
		return explain.Refuse(explain.SAMLContent, "one Status", fmt.Sprint(n))
	}
	var codes []string
	for code, _ := status.Child(protocolSpace, "StatusCode"); code != nil; code, _ = code.Child(protocolSpace, "StatusCode") {
		codes = append(codes, code.Attr("Value"))
	}
	if len(codes) > 0 && codes[0] == success {
		return nil
	}
	got, said := strings.ReplaceAll(strings.Join(codes, " > "), "urn:oasis:names:tc:SAML:2.0:status:", ""), ""
	if m, n := status.Child(protocolSpace, "StatusMessage"); n > 0 {
		said, _ = m.Text()
	}
	if said = trim(said); said != "" {
		got += ": " + said
	}
	return explain.Refuse(statusCode(codes), "Success", got)
}

// statusCode gives the rule of what the provider said, by the innermost code
// that is known.
func statusCode(codes []string) explain.Code {
	for i := len(codes) - 1; i >= 0; i-- {
		switch strings.TrimPrefix(codes[i], "urn:oasis:names:tc:SAML:2.0:status:") {
		case "AuthnFailed":
			return explain.SAMLStatusAuthn
		case "RequestDenied":
			return explain.SAMLStatusDenied
		case "NoAuthnContext":
			return explain.SAMLStatusContext
		case "InvalidNameIDPolicy":
			return explain.SAMLStatusNameID
		case "NoPassive":
			return explain.SAMLStatusPassive
		case "UnknownPrincipal":
			return explain.SAMLStatusUnknown
		case "VersionMismatch":
			return explain.SAMLStatusVersion
		case "Requester":
			return explain.SAMLStatusRequester
		case "Responder":
			return explain.SAMLStatusResponder
		}
	}
	return explain.SAMLStatus
}
