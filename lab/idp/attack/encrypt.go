package attack

import (
	"crypto/rsa"
	"strings"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const (
	cannotDecrypt  = "an encrypted assertion that none of our keys opens"
	weakEncryption = "an encryption that leaks, or is not on the list"
	chained        = "AES-CBC, which the connection does not allow"
	strangeCipher  = "an encrypted assertion of another form than providers write"
	hiddenName     = "a name that is encrypted"
)

func (g *Generator) encryptTo() *rsa.PublicKey {
	key, _ := g.EncryptTo.PublicKey.(*rsa.PublicKey)
	return key
}

// hidden is an honest response whose assertion is encrypted in some way; change
// may alter the result.
func hidden(name, tries, cause string, c markup.Encrypting, style idp.Style, change func(g *Generator, e *markup.Element)) Case {
	return Case{Class: "S5", Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		r, c := g.honest(), c
		r.Style = style
		if c.To == nil {
			c.To = g.encryptTo()
		}
		r.Encrypt = &c
		r.Style.SignResponse = false
		e, err := r.Element()
		if err != nil {
			return Message{}, err
		}
		if change != nil {
			change(g, e)
		}
		if style.SignResponse {
			if err := markup.Sign(e, r.Signing(1)); err != nil {
				return Message{}, err
			}
		}
		return response(e), nil
	}}
}

// encryption are the attacks on encrypted assertions, S5.
func encryption() []Case {
	signed, outer := idp.Style{SignAssertion: true}, idp.Style{SignResponse: true}
	xenc := func(local string) *markup.Element { return markup.New(markup.Encrypted, "xenc", local) }
	cipherOf := func(e *markup.Element) *markup.Element { // of the data, not of the key
		kids := e.Find("EncryptedData").Kids
		return kids[len(kids)-1].Find("CipherValue")
	}
	stranger := hidden("for another key", "an assertion encrypted for somebody else", cannotDecrypt, markup.Encrypting{}, signed, nil)
	stranger.Make = func(g *Generator) (Message, error) {
		return hidden("", "", "", markup.Encrypting{To: &g.rsa("evil").PublicKey}, signed, nil).Make(g)
	}
	cut := func(keep int) func(*Generator, *markup.Element) {
		return func(_ *Generator, e *markup.Element) { c := cipherOf(e); c.Text = c.Text[:keep] }
	}
	return []Case{
		stranger,
		hidden("CBC", "AES-CBC, which tells by its errors what it holds", chained, markup.Encrypting{Method: markup.AES256CBC}, signed, nil),
		hidden("CBC in a signed response", "AES-CBC where nobody allowed it", chained, markup.Encrypting{Method: markup.AES128CBC}, outer, nil),
		allowCBC(hidden("CBC, allowed, response unsigned", "a CBC oracle: nothing around it is signed", chained, markup.Encrypting{Method: markup.AES256CBC}, signed, nil)),
		allowCBC(hidden("CBC without a block", "a cipher text shorter than a block (GHSA-hwqm-qvj9-4jr2)", cannotDecrypt, markup.Encrypting{Method: markup.AES256CBC}, outer, cut(12))),
		hidden("RSA 1.5", "a key transport that tells by its errors what it holds", weakEncryption, markup.Encrypting{Transport: markup.PKCS1}, signed, nil),
		hidden("GCM cut off", "a cipher text without its tag", cannotDecrypt, markup.Encrypting{}, signed, cut(8)),
		hidden("GCM changed", "one bit of the cipher text turned", cannotDecrypt, markup.Encrypting{}, signed, func(_ *Generator, e *markup.Element) {
			c := cipherOf(e)
			c.Text = strings.Map(func(r rune) rune { return r }, "A"+c.Text[1:])
			if c.Text[1] == 'A' {
				c.Text = "AB" + c.Text[2:]
			} else {
				c.Text = "AA" + c.Text[2:]
			}
		}),
		hidden("unsigned within", "an assertion of the attacker's, encrypted with our public key", notSigned, markup.Encrypting{}, idp.Style{}, nil),
		hidden("CipherReference", "a cipher text to be fetched", strangeCipher, markup.Encrypting{}, signed, func(_ *Generator, e *markup.Element) {
			data := e.Find("EncryptedData")
			ref := xenc("CipherReference")
			ref.Set("URI", "https://evil.example/x")
			data.Kids[len(data.Kids)-1].Kids = []*markup.Element{ref}
		}),
		hidden("many keys", "forty EncryptedKey, each a private-key operation", strangeCipher, markup.Encrypting{}, signed, func(_ *Generator, e *markup.Element) {
			info := e.Find("KeyInfo")
			for range 40 {
				info.Add(info.Kids[0].Clone())
			}
		}),
		hidden("no assertion within", "something else in the encryption", strangeCipher, markup.Encrypting{Plain: []byte("<x></x>")}, signed, nil),
		hidden("no XML within", "text in the encryption", malformed, markup.Encrypting{Plain: []byte("text")}, signed, nil),
		hidden("document type within", "a document type that only the decrypted text has", docType, markup.Encrypting{Plain: []byte(`<!DOCTYPE x><x></x>`)}, signed, nil),
		nested(), hiddenNameID(),
	}
}

func allowCBC(c Case) Case {
	c.Trust.CBC = true
	return c
}

// nested is an encrypted assertion within one.
func nested() Case {
	return Case{Class: "S5", Name: "nested", Tries: "an encrypted assertion in an encrypted assertion", Cause: strangeCipher, Kind: Response, Make: func(g *Generator) (Message, error) {
		inner, err := markup.Encrypt(g.evil(), "EncryptedAssertion", markup.Encrypting{To: g.encryptTo()})
		if err != nil {
			return Message{}, err
		}
		return hidden("", "", "", markup.Encrypting{Plain: []byte(inner.Canonical())}, idp.Style{SignAssertion: true}, nil).Make(g)
	}}
}

// hiddenNameID is a name that only we could read.
func hiddenNameID() Case {
	return Case{Class: "S5", Name: "EncryptedID", Tries: "a name that is not seen when the response is looked at", Cause: hiddenName, Kind: Response, Make: func(g *Generator) (Message, error) {
		r := g.honest()
		r.Style = idp.Style{}
		e, err := r.Element()
		if err != nil {
			return Message{}, err
		}
		subject := e.Find("Subject")
		name := subject.Find("NameID")
		id, err := markup.Encrypt(name, "EncryptedID", markup.Encrypting{To: g.encryptTo()})
		if err != nil {
			return Message{}, err
		}
		subject.Remove(name)
		subject.Insert(0, id)
		if err := markup.Sign(e.Find("Assertion"), r.Signing(1)); err != nil {
			return Message{}, err
		}
		return response(e), nil
	}}
}
