// Package attack makes what attackers send to a service provider: forged, bent
// and stolen SAML messages, and legal ones that look odd, each with a name and
// what it tries.
//
// A message of an attacker may hold a response that was honestly signed for
// Mallory, who has an account at the same identity provider; what must never
// come of it is Ann.
package attack

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// Kind says which door a message comes to.
type Kind string

// The kinds.
const (
	Response Kind = "response" // a response: the form field SAMLResponse
	Logout   Kind = "logout"   // a raw query of the redirect binding, or a form
	Metadata Kind = "metadata" // a document that describes an identity provider
	Flow     Kind = "flow"     // several steps, by a [Driver]
)

// Case is one attack, or one legal variation.
type Case struct {
	Class string // "S1" to "S11"
	Name  string
	Tries string // one line
	// Cause is what is wrong with it in the end: cases with one cause may be refused
	// by one rule, others may not. "" of legal ones.
	Cause string
	Legal bool
	Kind  Kind
	Trust Trust // what is unusual about the connection
	Make  func(g *Generator) (Message, error)
	Flow  func(d Driver) (code string, err error) // of a flow: the code of the refusal, "" when it worked
}

// Trust is how a connection differs from the usual one.
type Trust struct {
	NoKeys    bool // no certificate is known
	SecondKey bool // the provider's next key is known too, and comes first
	Expired   bool // the certificate has expired
	CBC       bool // AES-CBC is allowed
	SHA1      bool // rsa-sha1 is allowed
	Elliptic  bool // the provider's key is on the curve P-256
	Unasked   bool // no request is open in this browser
	Fresh     bool // the request asked for credentials to be shown anew
	Context   bool // the request asked for a second factor
}

// Message is what an attacker sends.
type Message struct {
	Response string      // the value of SAMLResponse
	Query    string      // raw
	Form     [][2]string // names and values of a posted form
	Metadata string
}

// Target is who is attacked.
type Target struct {
	EntityID, ACS, SLO string
	Request            string // the id of the request that is open
	Asked              time.Time
	Now                time.Time
	EncryptTo          *x509.Certificate
	OldEncryptTo       *x509.Certificate // the key before it, which is still tried
}

// Generator makes messages for one target. It is not safe for concurrent use.
type Generator struct {
	Target
	Provider *idp.Provider // the honest one, with two keys published
	Ann      lab.Person    // the victim
	Mallory  lab.Person    // the attacker
	sp       idp.SP
	keys     map[string]*signing
}

// signing is a key with its certificate.
type signing struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// New makes a generator with keys of its own.
func New(t Target) (*Generator, error) {
	dir := lab.NewDirectory(7)
	g := &Generator{Target: t, keys: map[string]*signing{}}
	people := []lab.Person{
		{ObjectID: "5a6f1c1e-0c1f-4b6e-9f43-7d1d0ab6f0a1", UserPrincipalName: "ann@acme.example", Mail: "ann@acme.example", GivenName: "Ann", Surname: "Ames"},
		{ObjectID: "c0ffee11-2c7e-4d36-8a94-2a0a3f0e6b02", UserPrincipalName: "mallory@acme.example", Mail: "mallory@acme.example", GivenName: "Mallory", Surname: "Mist"},
	}
	for i, one := range people {
		id, err := dir.AddPerson(one)
		if err != nil {
			return nil, err
		}
		if err := dir.Assign(id); err != nil {
			return nil, err
		}
		people[i], _ = dir.Person(id)
	}
	g.Ann, g.Mallory = people[0], people[1]
	for _, name := range []string{"own", "next", "evil", "tenant"} {
		if err := g.addKey(name, 2048); err != nil {
			return nil, err
		}
	}
	if err := g.addKey("weak", 1024); err != nil {
		return nil, err
	}
	p, err := idp.New(idp.Config{
		Base: "https://idp.example", Directory: dir, Clock: func() time.Time { return t.Now },
		Keys: []*rsa.PrivateKey{g.rsa("own"), g.rsa("next")}, Style: idp.Style{SignAssertion: true},
	})
	if err != nil {
		return nil, err
	}
	g.Provider, g.sp = p, idp.SP{EntityID: t.EntityID, ACS: t.ACS, SLO: t.SLO}
	p.AddSAML(g.sp)
	g.keys["own"].cert, g.keys["next"].cert = p.Certificates()[0], p.Certificates()[1]
	return g, g.addCurve()
}

func (g *Generator) addKey(name string, bits int) error {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return err
	}
	cert, err := idp.Certify(key, name, g.Now, 24*time.Hour)
	g.keys[name] = &signing{key, cert}
	return err
}

func (g *Generator) rsa(name string) *rsa.PrivateKey {
	key, _ := g.keys[name].key.(*rsa.PrivateKey)
	return key
}

// Certificates gives those that the connection knows.
func (g *Generator) Certificates(t Trust) []*x509.Certificate {
	switch {
	case t.NoKeys:
		return nil
	case t.SecondKey:
		return []*x509.Certificate{g.keys["next"].cert, g.keys["own"].cert}
	case t.Elliptic:
		return []*x509.Certificate{g.keys["curve"].cert}
	case t.Expired:
		return []*x509.Certificate{g.keys["expired"].cert}
	}
	return []*x509.Certificate{g.keys["own"].cert}
}

// Cases lists every message and flow, by class.
func Cases() []Case {
	return slices.Concat(wrapping(), wrappingElsewhere(), trust(), shapes(), parsing(), encryption(), meaning(), lacking(), timing(), flows(), logouts(), metadata(), fetches(), people(), loads(), legal())
}

// honest makes an honest response about Ann, to be changed.
func (g *Generator) honest() *idp.Response { return g.Provider.Response(&g.Ann, &g.sp, g.Request) }

// genuine makes an honest response about Mallory, which she has got hold of.
func (g *Generator) genuine() *idp.Response { return g.Provider.Response(&g.Mallory, &g.sp, g.Request) }

// evil makes an assertion about Ann that nobody has signed.
func (g *Generator) evil() *markup.Element {
	r := g.honest()
	return r.Plain(&r.Assertions[0])
}

// response is a message of a tree.
func response(e *markup.Element) Message { return Message{Response: idp.Encode(e.String())} }

// written is a message of text.
func written(text string) Message { return Message{Response: idp.Encode(text)} }
