package attack

import (
	"fmt"
	"strings"
)

const (
	badLocation = "an address that is not https"
	noKeys      = "a provider without a key that signs"
	badKey      = "a key that cannot be read"
	expired     = "metadata that has ended"
	several     = "a file of several providers"
	strangeDoc  = "a document that is no metadata"
)

// described is the provider's own metadata, changed.
func described(name, tries, cause string, change func(text string) string) Case {
	return Case{Class: "S9", Name: name, Tries: tries, Cause: cause, Kind: Metadata, Make: func(g *Generator) (Message, error) {
		return Message{Metadata: change(g.Provider.Metadata())}, nil
	}}
}

// metadata are the attacks by what describes an identity provider, S9.
func metadata() []Case {
	all := func(old, text string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, text) }
	}
	location := func(to string) func(string) string { return all("https://idp.example/saml/sso", to) }
	fine := func(name, tries string, change func(string) string) Case {
		c := described(name, tries, "", change)
		c.Class, c.Legal = "legal", true
		return c
	}
	return []Case{
		fine("metadata", "as the provider publishes it", func(s string) string { return s }),
		fine("metadata with comments and languages", "what people and vendors write into it", func(s string) string {
			organization := `<Organization><OrganizationName xml:lang="en">Acme</OrganizationName><OrganizationDisplayName xml:lang="en">Acme</OrganizationDisplayName><OrganizationURL xml:lang="en">https://acme.example</OrganizationURL></Organization>`
			return "<!-- of Acme -->" + strings.Replace(s, "</EntityDescriptor>", organization+"</EntityDescriptor>", 1)
		}),
		described("XXE", "a file of the server's in the metadata", docType, func(s string) string { return `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + s }),
		described("javascript: address", "a script that runs when people sign in (CVE-2023-45683)", badLocation, location("javascript:alert(1)")),
		described("data: address", "a page of the attacker's", badLocation, location("data:text/html,x")),
		described("http: address", "sign-ins that everybody on the way can read", badLocation, location("http://idp.example/saml/sso")),
		described("address with a password", "an address that looks like another's", badLocation, location("https://idp.example@evil.example/sso")),
		described("no keys", "metadata that leaves nothing to verify with", noKeys, func(s string) string { return cutOut(s, "<KeyDescriptor", "</KeyDescriptor>") }),
		described("keys that only encrypt", "metadata whose keys do not sign", noKeys, all(`use="signing"`, `use="encryption"`)),
		described("a broken key", "a key that is none", badKey, func(s string) string {
			return strings.ReplaceAll(s, "MII", "AAAA")
		}),
		described("over", "metadata of last year", expired, func(s string) string {
			return strings.Replace(s, "<EntityDescriptor ", `<EntityDescriptor validUntil="2020-01-01T00:00:00Z" `, 1)
		}),
		described("an aggregate", "a file of two providers, of which each reader takes one", several, func(s string) string {
			other := strings.ReplaceAll(s, `entityID="https://idp.example`, `entityID="https://evil.example`)
			return fmt.Sprintf(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">%s%s</EntitiesDescriptor>`, s, strings.ReplaceAll(other, ` ID="_`, ` ID="_b`))
		}),
		described("a page", "the portal's page in place of the file", "a web page", func(string) string { return "<!doctype html><html><body>Sign in</body></html>" }),
		described("of a service provider", "our own metadata, as if it were theirs", "metadata of a service provider", func(s string) string {
			return strings.ReplaceAll(s, "IDPSSODescriptor", "SPSSODescriptor")
		}),
		described("without a name", "a provider without an entity id", "a provider without a name", func(s string) string {
			return strings.Replace(s, `entityID="https://idp.example/saml/metadata"`, "", 1)
		}),
		described("no door", "a provider without an address", "a provider without an address", func(s string) string {
			return cutOut(s, "<SingleSignOnService", "</SingleSignOnService>")
		}),
		described("something else", "a document of another kind", strangeDoc, func(string) string { return "<x></x>" }),
	}
}

// cutOut takes every element away that begins and ends so.
func cutOut(s, from, to string) string {
	for {
		i := strings.Index(s, from)
		if i < 0 {
			return s
		}
		s = s[:i] + s[i+strings.Index(s[i:], to)+len(to):]
	}
}
