package idp

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp/markup"
)

// Fault is something that a provider can do wrong on demand.
type Fault struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol,omitempty"` // "saml", "oidc", or "" for both
	What     string `json:"what"`               // one line
}

// fault is a fault and how it is done: one of the functions, or none where the
// code asks for it by its name.
type fault struct {
	Fault
	response func(p *Provider, r *Response)              // before it is written
	element  func(e *markup.Element)                     // after it is signed
	text     func(p *Provider, text string) string       // the message, before base64
	value    func(p *Provider, value string) string      // of the form field
	claims   func(p *Provider, c Claims)                 // of the ID token
	header   func(p *Provider) map[string]any            // of the ID token
	callback func(p *Provider) (code, text string)       // the error that goes back in place of a code
	query    func(p *Provider, q url.Values)             // of the callback
	token    func() *refusal                             // of the token endpoint
	answer   func(p *Provider, answer map[string]any)    // of the token endpoint
	jws      func(p *Provider, c Claims) (string, error) // in place of signing
}

// Faults lists what can go wrong.
func Faults() []Fault {
	var all []Fault
	for _, f := range faults() {
		all = append(all, f.Fault)
	}
	return all
}

func faults() []fault {
	return slices.Concat(sharedFaults(), samlFaults(), statusFaults(), messageFaults(), callbackFaults(), tokenFaults(), claimFaults())
}

// sharedFaults are looked for by their names.
func sharedFaults() []fault {
	return []fault{
		{Fault: Fault{"clock-ahead", "", "the provider's clock is 20 minutes ahead"}},
		{Fault: Fault{"clock-behind", "", "the provider's clock is 20 minutes behind"}},
		{Fault: Fault{"person-disabled", "", "the account is disabled: the provider says so on its own page"}},
		{Fault: Fault{"person-unassigned", "", "nobody was assigned to the application: the provider says so on its own page"}},
	}
}

// Fault switches faults on, in place of those that were; without a name the
// provider is honest again. A name that is not of [Faults] is an error.
func (p *Provider) Fault(names ...string) error {
	on := map[string]bool{}
	for _, n := range names {
		if !slices.ContainsFunc(faults(), func(f fault) bool { return f.Name == n }) {
			return fmt.Errorf("%q is no fault that this provider knows", n)
		}
		on[n] = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = on
	return nil
}

func (p *Provider) has(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults[name]
}

// on gives the faults that are switched on.
func (p *Provider) on() []fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) == 0 {
		return nil
	}
	return slices.DeleteFunc(faults(), func(f fault) bool { return !p.faults[f.Name] })
}

// spoil writes a response with the faults that are switched on.
func (p *Provider) spoil(r *Response) (string, error) {
	on := p.on()
	for _, f := range on {
		if f.response != nil {
			f.response(p, r)
		}
	}
	e, err := r.Element()
	if err != nil {
		return "", err
	}
	for _, f := range on {
		if f.element != nil {
			f.element(e)
		}
	}
	text := e.String()
	for _, f := range on {
		if f.text != nil {
			text = f.text(p, text)
		}
	}
	value := Encode(text)
	for _, f := range on {
		if f.value != nil {
			value = f.value(p, value)
		}
	}
	p.mu.Lock()
	p.lastForm = value
	p.mu.Unlock()
	return value, nil
}

// callbackFault gives the error that goes back in place of a code, or nil.
func (p *Provider) callbackFault(a *authorization, one *lab.Person) url.Values {
	if a.client.NeedsConsent {
		return url.Values{"error": {"consent_required"}, "error_description": {"AADSTS65001: the user or administrator has not consented to use the application with ID '" + a.client.ID + "'"}}
	}
	for _, f := range p.on() {
		if f.callback != nil {
			code, text := f.callback(p)
			return url.Values{"error": {code}, "error_description": {text + " (" + one.UserPrincipalName + ")"}}
		}
	}
	return nil
}

func (p *Provider) spoilCallback(q url.Values) {
	for _, f := range p.on() {
		if f.query != nil {
			f.query(p, q)
		}
	}
}

func (p *Provider) tokenFault() *refusal {
	for _, f := range p.on() {
		if f.token != nil {
			return f.token()
		}
	}
	return nil
}

func (p *Provider) spoilAnswer(answer map[string]any) {
	for _, f := range p.on() {
		if f.answer != nil {
			f.answer(p, answer)
		}
	}
}

// spoilToken signs an ID token with the faults that are switched on.
func (p *Provider) spoilToken(c Claims, access string) (string, error) {
	header := map[string]any{}
	if p.has("oidc-at-hash") {
		c["at_hash"] = half(access + "x")
	}
	for _, f := range p.on() {
		switch {
		case f.claims != nil:
			f.claims(p, c)
		case f.header != nil:
			header = f.header(p)
		case f.jws != nil:
			return f.jws(p, c)
		}
	}
	return p.sign(header, c)
}
