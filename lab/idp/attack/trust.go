package attack

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const (
	notSigned    = "nothing is signed"
	unknownKey   = "a signature that no certificate of the connection fits"
	notTheirs    = "a signature that does not fit the certificate that it names"
	oldAlgorithm = "SHA-1, which the connection does not allow"
	notAllowed   = "an algorithm that is not on the list"
)

// signedWith is an honest response that another key has signed.
func signedWith(name, tries, key, cert string) Case {
	return bent("S2", name, tries, unknownKey, func(g *Generator, r *idp.Response) {
		r.Key, r.Cert = g.rsa(key), g.keys[cert].cert
	})
}

// otherCertificate is signed with the attacker's key, and names the provider's.
func otherCertificate(name, tries string) Case {
	c := signedWith(name, tries, "evil", "own")
	c.Cause = notTheirs
	return c
}

// trust are the attacks on who has signed, S2.
func trust() []Case {
	both := func(r *idp.Response) { r.Style.SignAssertion, r.Style.SignResponse = true, true }
	weak := signedWith("1024 bits", "a key so short that it can be found out, the connection knows it", "weak", "weak")
	all := []Case{
		bent("S2", "unsigned", "no signature at all", notSigned, func(_ *Generator, r *idp.Response) { r.Style = idp.Style{} }),
		signedWith("own key", "signed with a key of the attacker's, its certificate in KeyInfo", "evil", "evil"),
		otherCertificate("own key, their certificate", "signed with a key of the attacker's, the provider's certificate in KeyInfo"),
		signedWith("another tenant's key", "signed by the same kind of provider for another customer", "tenant", "tenant"),
		signedWith("a key that only encrypts", "signed with a key that the provider has for another use", "next", "next"),
		weak,
		bent("S2", "rsa-sha1", "an algorithm for which collisions are made", oldAlgorithm, func(_ *Generator, r *idp.Response) { r.Hash = crypto.SHA1 }),
		bent("S2", "rsa-md5", "an algorithm that is broken", notAllowed, func(_ *Generator, r *idp.Response) { r.Hash = crypto.MD5 }),
		bent("S2", "both by a stranger", "assertion and response signed by the attacker", unknownKey, func(g *Generator, r *idp.Response) {
			both(r)
			r.Key, r.Cert = g.rsa("evil"), g.keys["evil"].cert
		}),
		mixed("outer by a stranger", "a genuine assertion in a response that the attacker signed", false),
		mixed("inner by a stranger", "the attacker's assertion in a response that the provider never signed so", true),
		withMAC("HMAC with the certificate", "a MAC whose secret is the public certificate, in PEM", func(c *x509.Certificate) []byte {
			return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
		}),
		withMAC("HMAC with the public key", "a MAC whose secret is the public key", func(c *x509.Certificate) []byte { return c.RawSubjectPublicKeyInfo }),
		{
			Class: "S2", Name: "no key is known", Tries: "an honest response to a connection that was never finished", Cause: "a connection without a certificate", Kind: Response, Trust: Trust{NoKeys: true},
			Make: plainResponse,
		},
		signatureOver("sha1 digest", "a good signature over a digest by SHA-1", oldAlgorithm, markup.Signing{Digest: crypto.SHA1}),
		signatureOver("empty KeyInfo", "no KeyInfo and a stranger's key", unknownKey, markup.Signing{}),
	}
	return all
}

// plainResponse is the honest response.
func plainResponse(g *Generator) (Message, error) {
	v, err := g.honest().Form()
	return Message{Response: v}, err
}

// mixed has one signature of the provider's and one of the attacker's.
func mixed(name, tries string, inner bool) Case {
	cause := unknownKey
	if inner {
		cause = notTheirs
	}
	return Case{Class: "S2", Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		r := g.honest()
		if inner {
			r.Key = g.rsa("evil")
		}
		e, err := r.Element()
		if err != nil {
			return Message{}, err
		}
		if !inner {
			r.Key, r.Cert = g.rsa("evil"), g.keys["evil"].cert
		} else {
			r.Key = g.rsa("own")
		}
		if err := markup.Sign(e, r.Signing(1)); err != nil {
			return Message{}, err
		}
		return response(e), nil
	}}
}

// signatureOver signs the assertion by hand; without a key of its own by the
// provider's, unless only a stranger's can be meant.
func signatureOver(name, tries, cause string, s markup.Signing) Case {
	return Case{Class: "S2", Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		s.Key = g.keys["own"].key
		if cause == unknownKey {
			s.Key = g.keys["evil"].key
		}
		return g.signedBy(s)
	}}
}

// signedBy is the honest response with an assertion signed in a given way.
func (g *Generator) signedBy(s markup.Signing) (Message, error) {
	r := g.honest()
	r.Style = idp.Style{}
	e, err := r.Element()
	if err != nil {
		return Message{}, err
	}
	s.At, s.Prefix = 1, "ds"
	if err := markup.Sign(e.Find("Assertion"), s); err != nil {
		return Message{}, err
	}
	return response(e), nil
}

// withMAC signs with what everybody knows.
func withMAC(name, tries string, secret func(*x509.Certificate) []byte) Case {
	return Case{Class: "S2", Name: name, Tries: tries, Cause: notAllowed, Kind: Response, Make: func(g *Generator) (Message, error) {
		var info *markup.Element
		return g.signedBy(markup.Signing{
			Key: g.keys["own"].key,
			Change: func(e *markup.Element) {
				info = e
				e.Find("SignatureMethod").Set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
			},
			Finish: func(sig *markup.Element) {
				mac := hmac.New(sha256.New, secret(g.keys["own"].cert))
				mac.Write([]byte(info.Canonical()))
				sig.Find("SignatureValue").Text = base64.StdEncoding.EncodeToString(mac.Sum(nil))
			},
		})
	}}
}
