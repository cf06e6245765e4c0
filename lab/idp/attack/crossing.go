package attack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// crossings are answers at doors that they are not for.
func crossings() []Case {
	return []Case{
		flow("S7", "another workspace's door", "an answer for acme, posted to globex, which has the same provider", "an answer to a request of another workspace", func(f *steps) (string, error) {
			one, err := f.hire("acme", "crossing@acme.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			post, err := f.asked(b, "acme", one)
			if err != nil {
				return "", err
			}
			post.URL = strings.Replace(post.URL, "/saml/acme/", "/saml/globex/", 1)
			return f.brings(b, post, "globex")
		}),
		flow("S7", "another workspace's answer", "globex asks, and the shared provider's answer for acme is brought", digestOther, func(f *steps) (string, error) {
			one, err := f.hire("acme", "crossing.back@acme.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			own, err := f.asked(b, "shared", one)
			if err != nil {
				return "", err
			}
			theirs, err := f.asked(f.Browser(), "acme", one)
			if err != nil {
				return "", err
			}
			id, err := inResponseTo(own)
			if err != nil {
				return "", err
			}
			other, err := inResponseTo(theirs)
			if err != nil {
				return "", err
			}
			text := strings.ReplaceAll(must(theirs), other, id) // the unsigned envelope and the signed assertion
			return f.brings(b, form(own.URL, text), "globex")
		}),
		flow("S7", "another provider's answer", "one connection is asked, another one of the workspace answers", "a response of another provider", func(f *steps) (string, error) {
			one, err := f.hire("acme second", "second@acme.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			to, err := f.begin(b, "acme")
			if err != nil {
				return "", err
			}
			p := f.Provider("acme second")
			_, query, _ := strings.Cut(to, "?")
			values, err := url.ParseQuery(query)
			if err != nil {
				return "", err
			}
			post, err := p.AnswerRequest(values.Get("SAMLRequest"), one)
			if err != nil {
				return "", err
			}
			return f.brings(b, post, "acme")
		}),
		flow("S7", "two responses", "two fields of the name, of which each reader takes one", "a form field that is missing or twice there", func(f *steps) (string, error) {
			one, err := f.hire("globex", "twice@globex.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			post, err := f.asked(b, "globex", one)
			if err != nil {
				return "", err
			}
			post.Form.Add("SAMLResponse", post.Form.Get("SAMLResponse"))
			return f.brings(b, post, "globex")
		}),
		flow("S7", "response in the address", "the response as a parameter, where logs keep it", "a form field that is missing or twice there", func(f *steps) (string, error) {
			one, err := f.hire("globex", "address@globex.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			post, err := f.asked(b, "globex", one)
			if err != nil {
				return "", err
			}
			page, err := b.Post(post.URL+"?"+post.Form.Encode(), url.Values{"x": {"y"}})
			if err != nil {
				return "", err
			}
			return f.ends(b, page, "globex")
		}),
		flow("S7", "switched off meanwhile", "an answer of a connection that was switched off", "a connection that is switched off", func(f *steps) (string, error) {
			one, err := f.hire("globex", "off@globex.example")
			if err != nil {
				return "", err
			}
			b := f.Browser()
			post, err := f.asked(b, "globex", one)
			if err != nil {
				return "", err
			}
			if err := f.Do(SwitchOff, "globex", "globex"); err != nil {
				return "", err
			}
			code, err := f.brings(b, post, "globex")
			return code, errors.Join(err, f.Do(SwitchOn, "globex", "globex"))
		}),
		relay("https://evil.example/", "RelayState to another site", "a sign-in that ends at the attacker's page"),
		relay("//evil.example/", "RelayState without a scheme", "an address that is inside only to the eye"),
		relay("javascript:alert(1)", "RelayState of script", "a script for an address"),
		relay(`/w/globex/"><script>alert(1)</script>`, "RelayState of markup", "markup for an address"),
	}
}

// relay is an honest answer with a RelayState that leads away: the sign-in works,
// and goes to a page of ours.
func relay(state, name, tries string) Case {
	return flow("S7", name, tries, "", func(f *steps) (string, error) {
		one, err := f.hire("globex", fmt.Sprintf("relay.%d@globex.example", len(state)))
		if err != nil {
			return "", err
		}
		b := f.Browser()
		post, err := f.asked(b, "globex", one)
		if err != nil {
			return "", err
		}
		post.Form.Set("RelayState", state)
		page, err := b.Post(post.URL, post.Form)
		switch {
		case err != nil:
			return "", err
		case !strings.HasPrefix(page.To, "/") || strings.HasPrefix(page.To, "//") || strings.Contains(page.To+page.Body, "<script>alert"):
			return "", fmt.Errorf("%w: it leads to %q", ErrGained, page.To)
		}
		return harmless, nil
	})
}
