// Package idp is an identity provider in a box: SAML 2.0 and OpenID Connect, as
// Entra, Okta or a plain one speak them, for the people of a [lab.Directory].
//
//	p, err := idp.Start(idp.Config{Flavour: idp.Entra, Directory: dir})
//	defer p.Close()
//	p.AddSAML(idp.SP{EntityID: entityID, ACS: acs})
//	form, err := p.Answer(whereWeWereSent, ann) // what her browser would post
//
// A [Provider] is an [http.Handler] with pages that work in a browser: people are
// listed, and whoever is clicked on is signed in. [Provider.Answer],
// [Provider.Authorize] and [Provider.Unasked] do the same without one.
//
// It can also misbehave: [Faults] lists how, and [Provider.Fault] switches some of
// it on. The attacks of strangers are in package attack.
//
// Where the vendors' documentation is silent, the comment at the code says what is
// assumed.
package idp
