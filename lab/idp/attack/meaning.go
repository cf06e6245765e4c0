package attack

import (
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

const (
	elsewhere      = "https://elsewhere.example/saml"
	wrongAudience  = "an audience that is somebody else"
	noAudience     = "no audience"
	wrongRecipient = "a confirmation for another address"
	wrongRequest   = "an answer to another request"
	noBearer       = "no confirmation of the bearer"
	wrongIssuer    = "an assertion of another provider"
	noName         = "no name"
	strangeName    = "a name that is not one text of characters that one sees"
	refused        = "a provider that says no"
	strangeVersion = "a version other than 2.0"
)

// said is a case of what an honestly signed assertion says, S6.
func said(name, tries, cause string, change func(a *idp.Assertion)) Case {
	return bent("S6", name, tries, cause, func(_ *Generator, r *idp.Response) { change(&r.Assertions[0]) })
}

// meaning are the attacks with messages that the provider has really signed, for
// somebody else or for another purpose.
func meaning() []Case {
	confirmation := func(change func(c *idp.Confirmation)) func(*idp.Assertion) {
		return func(a *idp.Assertion) { change(&a.Confirmations[0]) }
	}
	return []Case{
		said("audience of another service", "an assertion that Mallory's own service got", wrongAudience, func(a *idp.Assertion) { a.Audiences = [][]string{{elsewhere}} }),
		said("two restrictions", "two restrictions, which both have to hold", wrongAudience, func(a *idp.Assertion) { a.Audiences = append(a.Audiences, []string{elsewhere}) }),
		said("audience in other letters", "our name in capitals", wrongAudience, func(a *idp.Assertion) { a.Audiences[0][0] = strings.ToUpper(a.Audiences[0][0]) }),
		said("audience with more behind", "our name as the beginning of another", wrongAudience, func(a *idp.Assertion) { a.Audiences[0][0] += ".evil.example" }),
		said("audience empty", "a restriction to nobody", wrongAudience, func(a *idp.Assertion) { a.Audiences = [][]string{{}} }),
		said("no restriction", "an assertion for everybody", noAudience, func(a *idp.Assertion) { a.Audiences = nil }),
		bent("S6", "destination of another service", "a response that went to Mallory's own service", "a response to another address", func(_ *Generator, r *idp.Response) { r.Destination = elsewhere }),
		bent("S6", "signed without a destination", "a response that could have gone anywhere", "a signed response without an address", func(_ *Generator, r *idp.Response) {
			r.Destination, r.Style.SignResponse = "", true
		}),
		said("recipient of another service", "a confirmation for Mallory's own service", wrongRecipient, confirmation(func(c *idp.Confirmation) { c.Recipient = elsewhere })),
		said("no recipient", "a confirmation for nobody", wrongRecipient, confirmation(func(c *idp.Confirmation) { c.Recipient = "" })),
		bent("S6", "another request", "the answer to a request of somebody else", wrongRequest, func(_ *Generator, r *idp.Response) {
			r.InResponseTo, r.Assertions[0].Confirmations[0].InResponseTo = "_other", "_other"
		}),
		bent("S6", "another request within", "the answer's confirmation is for another request", wrongRequest, func(_ *Generator, r *idp.Response) {
			r.Assertions[0].Confirmations[0].InResponseTo = "_other"
		}),
		bent("S6", "unasked into a request", "a response that nobody asked for, while a request is open", wrongRequest, func(_ *Generator, r *idp.Response) {
			r.InResponseTo, r.Assertions[0].Confirmations[0].InResponseTo = "", ""
		}),
		said("holder of key", "an assertion for somebody who proves a key, which a browser does not", noBearer, confirmation(func(c *idp.Confirmation) {
			c.Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
		})),
		said("sender vouches", "an assertion that somebody else vouches for", noBearer, confirmation(func(c *idp.Confirmation) { c.Method = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" })),
		said("no confirmation", "nothing says who may bring it", noBearer, func(a *idp.Assertion) { a.Confirmations = nil }),
		said("no confirmation data", "nothing says where it may be brought", noBearer, confirmation(func(c *idp.Confirmation) { c.NoData = true })),
		said("another issuer within", "an assertion that the provider passes on for another one", wrongIssuer, func(a *idp.Assertion) { a.Issuer = elsewhere }),
		said("no issuer within", "an assertion of nobody", wrongIssuer, func(a *idp.Assertion) { a.Issuer = "" }),
		bent("S6", "another issuer", "a response of another provider", "a response of another provider", func(_ *Generator, r *idp.Response) { r.Issuer = elsewhere }),
		said("issuer with a slash", "an issuer that is nearly the same", wrongIssuer, func(a *idp.Assertion) { a.Issuer += "/" }),
		said("no NameID", "an assertion about nobody", noName, func(a *idp.Assertion) { a.NameID = "" }),
		said("no subject", "an assertion without a subject", noName, func(a *idp.Assertion) { a.NoSubject = true }),
		said("spaces as a name", "a name of nothing", noName, func(a *idp.Assertion) { a.NameID = "   " }),
		said("invisible character", "a name with a character that nobody sees", strangeName, func(a *idp.Assertion) { a.NameID = "ann\u200b@acme.example" }),
		said("writing from the right", "a name that is shown backwards", strangeName, func(a *idp.Assertion) { a.NameID = "\u202enna@acme.example" }),
		said("line end in the name", "a name of two lines", strangeName, func(a *idp.Assertion) { a.NameID = "ann@acme.example\nmallory@acme.example" }),
		said("endless name", "a name of a hundred thousand characters", strangeName, func(a *idp.Assertion) { a.NameID = strings.Repeat("a", 100_000) }),
		said("assertion of SAML 1.1", "an older version, with other rules", strangeVersion, func(a *idp.Assertion) { a.Version = "1.1" }),
		bent("S6", "response of SAML 3", "a version that does not exist", strangeVersion, func(_ *Generator, r *idp.Response) { r.Version = "3.0" }),
	}
}

// lacking are what is missing, too much, or says no.
func lacking() []Case {
	failed := func(name, cause string, codes ...string) Case {
		return bent("S6", name, "a good assertion in a response that says no", cause, func(_ *Generator, r *idp.Response) { r.Status = codes })
	}
	extra := func(name, tries, cause string, e *markup.Element) Case {
		return said(name, tries, cause, func(a *idp.Assertion) { a.Extra = []*markup.Element{e} })
	}
	saml := func(local string) *markup.Element { return markup.New(markup.Assertion, "saml", local) }
	return []Case{
		said("no AuthnStatement", "an assertion that does not say that anybody signed in", "nothing that says how the person signed in", func(a *idp.Assertion) { a.Statements = nil }),
		said("no conditions", "an assertion for ever and everybody", "no conditions", func(a *idp.Assertion) { a.NoConditions = true }),
		bent("S6", "no id", "an assertion that cannot be remembered", "no id", func(_ *Generator, r *idp.Response) {
			r.Assertions[0].ID, r.Style = "", idp.Style{SignResponse: true}
		}),
		said("signed without an id", "an assertion that no reference can name", strangeReference, func(a *idp.Assertion) { a.ID = "" }),
		extra("unknown condition", "a statement of nobody's", strangeContent, markup.New("urn:evil", "x", "Statement")),
		extra("second subject", "a second subject at the end", strangeContent, saml("Subject").Add(saml("NameID").Say("mallory@acme.example"))),
		bent("S6", "no assertion", "success, and nothing else", "no assertion", func(_ *Generator, r *idp.Response) {
			r.Assertions, r.Style.SignResponse = nil, true
		}),
		bent("S6", "no status", "a response that says neither yes nor no", strangeContent, func(_ *Generator, r *idp.Response) { r.Status = nil }),
		failed("status denied", "the provider denied it", idp.Responder, idp.Denied),
		failed("status failed", "the provider could not sign the person in", idp.Responder, idp.NoAuthn),
		failed("status requester", "the provider says that the request is wrong", idp.Requester),
		failed("status in disguise", refused, "urn:oasis:names:tc:SAML:2.0:status:success"),
		fresh(), weakContext(),
		{
			Class: "S6", Name: "unasked", Tries: "a good response that nobody asked for, to sign somebody in as the attacker", Cause: "a response that nobody asked for", Kind: Response, Trust: Trust{Unasked: true},
			Make: func(g *Generator) (Message, error) {
				v, err := g.Provider.Response(&g.Mallory, &g.sp, "").Form()
				return Message{Response: v}, err
			},
		},
		{Class: "S6", Name: "into another browser", Tries: "the answer to a request that another browser began", Cause: "an answer that no request of this browser waits for", Kind: Response, Trust: Trust{Unasked: true}, Make: plainResponse},
	}
}

// fresh is an answer with old credentials to a request for new ones.
func fresh() Case {
	c := said("old credentials", "an hour-old sign-in, when the credentials were to be shown anew", "credentials that were not shown anew", func(a *idp.Assertion) {
		a.Statements[0].Instant = a.IssueInstant.Add(-time.Hour)
	})
	c.Trust.Fresh = true
	return c
}

// weakContext is an answer with a password to a request for more.
func weakContext() Case {
	c := said("weaker way", "a password, when a second factor was asked for", "a weaker way of signing in", func(*idp.Assertion) {})
	c.Trust.Context = true
	return c
}

const (
	tooLate      = "a time that has passed"
	ahead        = "a time that has not come"
	noEnd        = "a confirmation without an end"
	strangeTime  = "a time that is none"
	confirmedTil = "a confirmation that has ended"
)

// timing are the attacks with old messages, and with those of wrong clocks.
func timing() []Case {
	confirmation := func(change func(a *idp.Assertion, c *idp.Confirmation)) func(*idp.Assertion) {
		return func(a *idp.Assertion) { change(a, &a.Confirmations[0]) }
	}
	return []Case{
		said("confirmation over", "a response of an hour ago", confirmedTil, confirmation(func(a *idp.Assertion, c *idp.Confirmation) { c.NotAfter = a.IssueInstant.Add(-time.Hour) })),
		said("confirmation without an end", "a response that counts for ever", noEnd, confirmation(func(_ *idp.Assertion, c *idp.Confirmation) { c.NotAfter = time.Time{} })),
		said("confirmation for a century", "a response that nobody can remember for so long", "a confirmation that counts too long", confirmation(func(a *idp.Assertion, c *idp.Confirmation) { c.NotAfter = a.IssueInstant.AddDate(100, 0, 0) })),
		said("confirmation with a beginning", "what the profile forbids", "a confirmation with a beginning", confirmation(func(a *idp.Assertion, c *idp.Confirmation) { c.NotBefore = a.IssueInstant.Add(-time.Minute) })),
		said("conditions over", "an assertion of yesterday", tooLate, func(a *idp.Assertion) {
			a.NotBefore, a.NotAfter = a.IssueInstant.Add(-25*time.Hour), a.IssueInstant.Add(-24*time.Hour)
		}),
		said("conditions to come", "an assertion for tomorrow", ahead, func(a *idp.Assertion) { a.NotBefore = a.IssueInstant.Add(24 * time.Hour) }),
		bent("S6", "made tomorrow", "a response of a clock that is ahead", ahead, func(g *Generator, r *idp.Response) { r.IssueInstant = g.Now.Add(24 * time.Hour) }),
		said("signed in tomorrow", "a sign-in that has not happened", ahead, func(a *idp.Assertion) { a.Statements[0].Instant = a.IssueInstant.Add(24 * time.Hour) }),
		said("session over", "a session that has ended", "a session that has ended", func(a *idp.Assertion) { a.Statements[0].SessionEnd = a.IssueInstant.Add(-time.Hour) }),
		textual("time in words", "a time that is none", strangeTime, func(e *markup.Element) { e.Find("Conditions").Set("NotOnOrAfter", "tomorrow") }),
		textual("time that overflows", "a year of five figures", strangeTime, func(e *markup.Element) { e.Find("Conditions").Set("NotOnOrAfter", "99999-01-01T00:00:00Z") }),
		textual("no time of making", "an assertion without a date", strangeTime, func(e *markup.Element) { e.Set("IssueInstant", "") }),
	}
}

// textual is an honest assertion that was changed as a tree before it was signed.
func textual(name, tries, cause string, change func(assertion *markup.Element)) Case {
	return Case{Class: "S6", Name: name, Tries: tries, Cause: cause, Kind: Response, Make: func(g *Generator) (Message, error) {
		return g.reshaped(change)
	}}
}

// reshaped signs an honest assertion after it was changed as a tree.
func (g *Generator) reshaped(change func(assertion *markup.Element)) (Message, error) {
	r := g.honest()
	r.Style = idp.Style{}
	e, err := r.Element()
	if err != nil {
		return Message{}, err
	}
	a := e.Find("Assertion")
	change(a)
	if err := markup.Sign(a, r.Signing(1)); err != nil {
		return Message{}, err
	}
	return response(e), nil
}
