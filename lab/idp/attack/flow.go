package attack

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/anteroom-id/anteroom/lab/idp"
)

// Driver is a deployment under attack. It has two workspaces. The provider "acme"
// is honest, and people of the workspace acme sign in through it by SAML; "acme
// oidc" is the same by OpenID Connect, "acme second" another one by SAML. The
// provider "globex" is the attacker's own, and makes members of the workspace
// globex of everybody; "shared" is the provider "acme" once more, for globex.
type Driver interface {
	// Browser gives a fresh browser, in a network of its own.
	Browser() Browser
	// Provider gives one of the providers, by its name.
	Provider(name string) *idp.Provider
	// Start is the address at which signing in through a provider begins.
	Start(provider string) string
	// Do has an administrator of a workspace do something: the words are a verb and
	// whom or what it is about. See [Verb].
	Do(verb Verb, workspace string, about ...string) error
	// Fetch fetches metadata as a deployment does, and gives the code of the refusal.
	// Lax may reach 127.0.0.2, in clear.
	Fetch(address string, lax bool) (code string, err error)
}

// Verb is what administrators do meanwhile.
type Verb string

// The verbs.
const (
	Provision  Verb = "provision"  // a person by SCIM: address, immutable id
	Deactivate Verb = "deactivate" // a person by SCIM: address
	Remove     Verb = "remove"     // a person by SCIM: address
	Found      Verb = "found"      // the workspace's owner with a password: address
	Join       Verb = "join"       // a member with a password: address
	SwitchOff  Verb = "switch off" // a connection: provider
	SwitchOn   Verb = "switch on"
	Allow      Verb = "allow" // responses that nobody asked for, as hints: provider
	Forbid     Verb = "forbid"
	Wait       Verb = "wait" // half an hour and a minute
)

// Browser is one browser with its cookies. It does not follow what leads away.
type Browser interface {
	Get(address string) (Page, error)
	Post(address string, form url.Values) (Page, error)
	// Reaches reports whether it is signed in to a workspace.
	Reaches(workspace string) (bool, error)
}

// Page is what a browser shows.
type Page struct {
	Status int
	To     string // where it leads
	Code   string // of a refusal: "S31"
	Body   string
}

// harmless is the end of a flow that was not refused, and that gained nothing.
const harmless = ""

// ErrGained is an attack that worked.
var ErrGained = errors.New("the attacker got in")

// flow is one attack of several steps. Its end is the code of the refusal.
func flow(class, name, tries, cause string, run func(f *steps) (string, error)) Case {
	return Case{Class: class, Name: name, Tries: tries, Cause: cause, Kind: Flow, Flow: func(d Driver) (string, error) {
		return run(&steps{d})
	}}
}

// steps are what flows are made of.
type steps struct{ Driver }

// hire puts somebody into a provider's directory.
func (f *steps) hire(provider, address string) (string, error) {
	return addPerson(f.Provider(provider), address)
}

// begin has a browser begin to sign in, and gives the address at the provider.
func (f *steps) begin(b Browser, provider string) (string, error) {
	page, err := b.Get(f.Start(provider))
	if err == nil && !strings.HasPrefix(page.To, f.Provider(provider).Base()) {
		err = fmt.Errorf("signing in through %s leads to %q, status %d", provider, page.To, page.Status)
	}
	return page.To, err
}

// answer is the form with which the provider answers a request for somebody.
func (f *steps) answer(provider, asked, person string) (idp.Post, error) {
	return f.Provider(provider).Answer(asked, person)
}

// asked begins in a browser, and gives the answer for somebody.
func (f *steps) asked(b Browser, provider, person string) (idp.Post, error) {
	to, err := f.begin(b, provider)
	if err != nil {
		return idp.Post{}, err
	}
	return f.answer(provider, to, person)
}

// brings has a browser post an answer, and gives the code of the refusal. Whoever
// is signed in to a workspace by it has gained.
func (f *steps) brings(b Browser, post idp.Post, workspace string) (string, error) {
	page, err := b.Post(post.URL, post.Form)
	if err != nil {
		return "", err
	}
	return f.ends(b, page, workspace)
}

// ends is the end of a flow: a code, or nothing gained.
func (f *steps) ends(b Browser, page Page, workspace string) (string, error) {
	in, err := b.Reaches(workspace)
	switch {
	case err != nil:
		return "", err
	case in:
		return "", ErrGained
	case page.Status >= 500:
		return "", fmt.Errorf("the server answers %d", page.Status)
	}
	return page.Code, nil
}

// signsIn has somebody sign in, which has to work.
func (f *steps) signsIn(b Browser, provider, person, workspace string) error {
	post, err := f.asked(b, provider, person)
	if err != nil {
		return err
	}
	page, err := b.Post(post.URL, post.Form)
	if err != nil {
		return err
	}
	in, err := b.Reaches(workspace)
	if err == nil && !in {
		err = fmt.Errorf("an honest sign-in through %s did not work: %d %s", provider, page.Status, page.Code)
	}
	return err
}

const (
	otherBrowser = "an answer in another browser than the request"
	usedRequest  = "an answer to a request that was answered"
)

// flows are the attacks on the way between two honest sides, S7.
func flows() []Case {
	return append([]Case{
		flow("S7", "login CSRF", "Ann's browser is made to post Mallory's answer", otherBrowser, func(f *steps) (string, error) {
			mallory, err := f.hire("globex", "mallory@globex.example")
			if err != nil {
				return "", err
			}
			post, err := f.asked(f.Browser(), "globex", mallory)
			if err != nil {
				return "", err
			}
			return f.brings(f.Browser(), post, "globex")
		}),
		flow("S7", "stolen answer", "Ann's answer is posted in a browser that has asked itself", otherBrowser, func(f *steps) (string, error) {
			ann, err := f.hire("globex", "ann.stolen@globex.example")
			if err != nil {
				return "", err
			}
			post, err := f.asked(f.Browser(), "globex", ann)
			if err != nil {
				return "", err
			}
			b := f.Browser()
			if _, err := f.begin(b, "globex"); err != nil {
				return "", err
			}
			return f.brings(b, post, "globex")
		}),
		flow("S7", "replay", "the same answer once more in the same browser, after signing out", usedRequest, func(f *steps) (string, error) { return f.replay(false) }),
		flow("S7", "replay elsewhere", "the same answer in another browser", otherBrowser, func(f *steps) (string, error) { return f.replay(true) }),
		flow("S7", "race", "one answer posted sixteen times at once", usedRequest, race),
		flow("S7", "unasked", "an answer that nobody asked for, where that is forbidden", "an answer that nobody asked for, which the connection forbids", func(f *steps) (string, error) {
			return f.unasked("acme", "acme")
		}),
		flow("S7", "unasked into a request", "an answer that nobody asked for, while a request is open", "an answer that nobody asked for, which the connection forbids", func(f *steps) (string, error) {
			b := f.Browser()
			if _, err := f.begin(b, "acme"); err != nil {
				return "", err
			}
			mallory, err := f.hire("acme", "mallory.open@acme.example")
			if err != nil {
				return "", err
			}
			post, err := f.Provider("acme").Unasked(mallory, f.entityID("acme"))
			if err != nil {
				return "", err
			}
			return f.brings(b, post, "acme")
		}),
		flow("S7", "unasked as a hint", "an answer that nobody asked for, where it may begin a sign-in", "", hint),
		flow("S7", "unasked for ever", "two answers that nobody asked for, one after another: a loop", "a loop of answers that nobody asked for", loop),
		flow("S7", "too late", "an answer after half an hour", "an answer that came too late", func(f *steps) (string, error) {
			b := f.Browser()
			to, err := f.begin(b, "globex")
			if err != nil {
				return "", err
			}
			late, err := f.hire("globex", "late@globex.example")
			if err != nil {
				return "", err
			}
			if err := f.Do(Wait, ""); err != nil {
				return "", err
			}
			post, err := f.answer("globex", to, late)
			if err != nil {
				return "", err
			}
			return f.brings(b, post, "globex")
		}),
	}, crossings()...)
}

// entityID is our name at a provider.
func (f *steps) entityID(provider string) string {
	return f.Provider(provider).ServiceProviders()[0].EntityID
}

func (f *steps) replay(elsewhere bool) (string, error) {
	address := fmt.Sprintf("replay.%v@globex.example", elsewhere)
	ann, err := f.hire("globex", address)
	if err != nil {
		return "", err
	}
	b := f.Browser()
	post, err := f.asked(b, "globex", ann)
	if err != nil {
		return "", err
	}
	if _, err := b.Post(post.URL, post.Form); err != nil {
		return "", err
	}
	if in, err := b.Reaches("globex"); err != nil || !in {
		return "", errors.Join(err, errors.New("the honest sign-in did not work"))
	}
	if elsewhere {
		b = f.Browser()
	} else if _, err := b.Post("/logout", nil); err != nil {
		return "", err
	}
	return f.brings(b, post, "globex")
}

// race posts one answer many times at once in one browser: exactly one may begin
// a session.
func race(f *steps) (string, error) {
	ann, err := f.hire("globex", "race@globex.example")
	if err != nil {
		return "", err
	}
	b := f.Browser()
	post, err := f.asked(b, "globex", ann)
	if err != nil {
		return "", err
	}
	const times = 16
	pages, errs := make([]Page, times), make([]error, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { pages[i], errs[i] = b.Post(post.URL, post.Form) })
	}
	all.Wait()
	entered, code := 0, ""
	for _, p := range pages {
		if p.Code != "" {
			code = p.Code
		} else if p.Status < 400 {
			entered++
		}
	}
	if err := errors.Join(errs...); err != nil || entered != 1 {
		return "", errors.Join(err, fmt.Errorf("%d of %d posts began a session", entered, times))
	}
	return code, nil
}

// unasked posts an answer that nobody asked for.
func (f *steps) unasked(provider, workspace string) (string, error) {
	mallory, err := f.hire(provider, "mallory.unasked@"+workspace+".example")
	if err != nil {
		return "", err
	}
	post, err := f.Provider(provider).Unasked(mallory, f.entityID(provider))
	if err != nil {
		return "", err
	}
	return f.brings(f.Browser(), post, workspace)
}

// hint is an answer that nobody asked for and that may begin a sign-in: it leads
// to the provider with a request of ours, and signs nobody in by itself.
func hint(f *steps) (string, error) {
	if err := f.Do(Allow, "globex", "globex"); err != nil {
		return "", err
	}
	b := f.Browser()
	code, err := f.unaskedIn(b, "hint@globex.example")
	return code, errors.Join(err, f.Do(Forbid, "globex", "globex"))
}

func (f *steps) unaskedIn(b Browser, address string) (string, error) {
	one, err := f.hire("globex", address)
	if err != nil {
		return "", err
	}
	post, err := f.Provider("globex").Unasked(one, f.entityID("globex"))
	if err != nil {
		return "", err
	}
	return f.brings(b, post, "globex")
}

func loop(f *steps) (string, error) {
	if err := f.Do(Allow, "globex", "globex"); err != nil {
		return "", err
	}
	b := f.Browser()
	if code, err := f.unaskedIn(b, "loop@globex.example"); err != nil || code != harmless {
		return "", errors.Join(err, fmt.Errorf("the first answer was refused: %q", code))
	}
	code, err := f.unaskedIn(b, "loop.again@globex.example")
	return code, errors.Join(err, f.Do(Forbid, "globex", "globex"))
}
