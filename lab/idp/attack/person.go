package attack

import (
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// addPerson puts somebody with an address into a provider's directory and assigns
// the application.
func addPerson(p *idp.Provider, address string) (string, error) {
	name, _, _ := strings.Cut(address, "@")
	id, err := p.Directory().AddPerson(lab.Person{UserPrincipalName: address, Mail: address, GivenName: "Some", Surname: name})
	if err != nil {
		return "", err
	}
	return id, p.Directory().Assign(id)
}

// must gives the message of a form; a form that the provider made has one.
func must(p idp.Post) string {
	text, err := idp.Decode(p.Form.Get("SAMLResponse"))
	if err != nil {
		return ""
	}
	return text
}

func inResponseTo(p idp.Post) (string, error) {
	e, err := markup.Read(must(p))
	if err != nil {
		return "", err
	}
	return e.Get("InResponseTo"), nil
}

func form(to, message string) idp.Post {
	return idp.Post{URL: to, Form: url.Values{"SAMLResponse": {idp.Encode(message)}}}
}
