package attack

import (
	"crypto"
	"crypto/rsa"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// fine is a legal variation of an honest response.
func fine(name, tries string, change func(g *Generator, r *idp.Response)) Case {
	c := bent("legal", name, tries, "", change)
	c.Legal = true
	return c
}

// fineTree is a legal variation of an assertion as a tree, made before it is signed.
func fineTree(name, tries string, change func(assertion *markup.Element)) Case {
	c := textual(name, tries, "", change)
	c.Class, c.Legal = "legal", true
	return c
}

// legal are messages that look odd and have to be taken.
func legal() []Case {
	about := func(change func(a *idp.Assertion)) func(*Generator, *idp.Response) {
		return func(_ *Generator, r *idp.Response) { change(&r.Assertions[0]) }
	}
	style := func(s idp.Style) func(*Generator, *idp.Response) {
		return func(_ *Generator, r *idp.Response) { r.Style = s }
	}
	return append([]Case{
		fine("plain", "the assertion signed", func(*Generator, *idp.Response) {}),
		fine("no KeyInfo", "signatures that do not say by which key", style(idp.Style{SignAssertion: true, NoKeyInfo: true})),
		fine("both signed", "assertion and response signed", style(idp.Style{SignAssertion: true, SignResponse: true})),
		fine("response signed", "the response signed, the assertion not", style(idp.Style{SignResponse: true})),
		fine("as Entra writes", "no prefixes", style(idp.Style{SignAssertion: true, Bare: true})),
		fine("as Okta writes", "types, and a list of prefixes", style(idp.Style{SignAssertion: true, SignResponse: true, Typed: true, Short: true})),
		fine("SHA-512", "a longer digest", func(_ *Generator, r *idp.Response) { r.Hash = crypto.SHA512 }),
		fine("SHA-384", "a longer digest", func(_ *Generator, r *idp.Response) { r.Hash = crypto.SHA384 }),
		fine("several audiences", "several audiences in one restriction", about(func(a *idp.Assertion) { a.Audiences[0] = append(a.Audiences[0], elsewhere) })),
		fine("two restrictions to us", "two restrictions that both hold", about(func(a *idp.Assertion) { a.Audiences = append(a.Audiences, []string{elsewhere, a.Audiences[0][0]}) })),
		fine("one use", "a condition that we keep to anyway", about(func(a *idp.Assertion) { a.OneTimeUse = true })),
		fine("two confirmations", "one for another method, and ours", about(func(a *idp.Assertion) {
			a.Confirmations = append([]idp.Confirmation{{Method: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key", NoData: true}}, a.Confirmations...)
		})),
		fine("many attributes", "more attributes than anybody asked for", about(func(a *idp.Assertion) {
			groups := strings.Fields(strings.Repeat("group ", 150))
			a.Attributes = append(a.Attributes, idp.Attribute{Name: "groups", Values: groups}, idp.Attribute{Name: "odd", Values: []string{""}})
		})),
		fine("no attributes", "a name and nothing else", about(func(a *idp.Assertion) { a.Attributes = nil })),
		fine("persistent name", "a name that means nothing", about(func(a *idp.Assertion) { a.NameID, a.NameIDFormat = "b9d3c0c8-opaque", idp.Persistent })),
		fine("name in another script", "a name that is not in ASCII", about(func(a *idp.Assertion) { a.NameID = "зоя@acme.example" })),
		fine("apostrophe and ampersand", "characters that have to be written as entities", about(func(a *idp.Assertion) { a.NameID = "o'neil&sons<x>@acme.example" })),
		fine("clock a little behind", "two minutes behind", about(func(a *idp.Assertion) {
			a.NotAfter = a.IssueInstant.Add(-2 * time.Minute)
			a.NotBefore = a.NotAfter.Add(-time.Hour)
		})),
		fine("clock a little ahead", "two minutes ahead", func(_ *Generator, r *idp.Response) {
			a := &r.Assertions[0]
			r.IssueInstant = r.IssueInstant.Add(2 * time.Minute)
			a.IssueInstant, a.NotBefore, a.Statements[0].Instant = r.IssueInstant, r.IssueInstant, r.IssueInstant
		}),
		fine("no destination", "an unsigned response that does not say where it goes", func(_ *Generator, r *idp.Response) { r.Destination = "" }),
		fine("no issuer on the response", "an unsigned response that does not say whose it is", func(_ *Generator, r *idp.Response) { r.Issuer = "" }),
		fine("session with an end", "a session that ends in an hour", about(func(a *idp.Assertion) { a.Statements[0].SessionEnd = a.IssueInstant.Add(time.Hour) })),
		fine("two statements", "two ways of having signed in", about(func(a *idp.Assertion) { a.Statements = append(a.Statements, a.Statements[0]) })),
		fine("no conditions' times", "conditions that only name the audience", about(func(a *idp.Assertion) { a.NotBefore, a.NotAfter = time.Time{}, time.Time{} })),
	}, legalWriting()...)
}

// legalWriting are variations of how a message is written, of keys and of
// encryption.
func legalWriting() []Case {
	encrypted := func(name, tries string, c markup.Encrypting, s idp.Style) Case {
		h := hidden(name, tries, "", c, s, nil)
		h.Class, h.Legal = "legal", true
		return h
	}
	spaced := rewritten("legal", "lines and spaces", "white space around the message and in the response", "", func(s string) string {
		return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + strings.Replace(s, "<samlp:Status>", "\n  <samlp:Status>", 1) + "\n"
	})
	spaced.Legal = true
	wrapped := Case{Class: "legal", Name: "base64 in lines", Tries: "a form value in lines of 76", Legal: true, Kind: Response, Make: func(g *Generator) (Message, error) {
		m, err := plainResponse(g)
		var b strings.Builder
		for s := m.Response; s != ""; {
			n := min(76, len(s))
			b.WriteString(s[:n] + "\r\n")
			s = s[n:]
		}
		return Message{Response: b.String()}, err
	}}
	curve := fine("a key on a curve", "ECDSA", nil)
	curve.Trust.Elliptic = true
	curve.Make = func(g *Generator) (Message, error) { return g.signedBy(markup.Signing{Key: g.keys["curve"].key}) }
	old := fine("an old algorithm, allowed", "rsa-sha1 for a connection that may", func(_ *Generator, r *idp.Response) { r.Hash = crypto.SHA1 })
	old.Trust.SHA1 = true
	expired := fine("an expired certificate", "a certificate that most providers change late", func(*Generator, *idp.Response) {})
	expired.Trust.Expired = true
	second := fine("two keys, none named", "during a rollover, without KeyInfo", func(_ *Generator, r *idp.Response) { r.Style.NoKeyInfo = true })
	second.Trust.SecondKey = true
	chained := allowCBC(encrypted("CBC in a signed response", "AES-CBC where it is allowed", markup.Encrypting{Method: markup.AES256CBC}, idp.Style{SignResponse: true}))
	former := encrypted("encrypted for our last key", "the key before the present one, during our own rollover", markup.Encrypting{}, idp.Style{SignAssertion: true})
	former.Make = func(g *Generator) (Message, error) {
		key, _ := g.OldEncryptTo.PublicKey.(*rsa.PublicKey)
		return hidden("", "", "", markup.Encrypting{To: key}, idp.Style{SignAssertion: true}, nil).Make(g)
	}
	return []Case{
		spaced, wrapped, curve, old, expired, second, chained, former,
		encrypted("encrypted", "AES-256-GCM", markup.Encrypting{}, idp.Style{SignAssertion: true}),
		encrypted("encrypted, 128 bits", "AES-128-GCM, OAEP with SHA-256", markup.Encrypting{Method: markup.AES128GCM, SHA256: true}, idp.Style{SignAssertion: true}),
		encrypted("encrypted in a signed response", "the assertion itself not signed", markup.Encrypting{}, idp.Style{SignResponse: true}),
		encrypted("key beside the data", "EncryptedKey where other providers write it", markup.Encrypting{Beside: true}, idp.Style{SignAssertion: true}),
		fineTree("other prefixes", "prefixes that nobody else uses", func(a *markup.Element) {
			for _, e := range all(a) {
				e.Prefix = "ns0"
			}
		}),
		fineTree("declared above", "a namespace that is declared and not used", func(a *markup.Element) {
			a.Declares = []markup.Declaration{{Prefix: "xs", Space: markup.Schema}}
		}),
		fineTree("time with a zone", "a time that is not in UTC", func(a *markup.Element) {
			at, err := time.Parse(time.RFC3339, a.Get("IssueInstant"))
			if err == nil {
				a.Set("IssueInstant", at.In(time.FixedZone("", 7200)).Format(time.RFC3339))
			}
		}),
		fineTree("advice", "advice that says nothing", func(a *markup.Element) { a.Add(markup.New(markup.Assertion, "saml", "Advice")) }),
	}
}
