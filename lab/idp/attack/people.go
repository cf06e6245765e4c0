package attack

import (
	"errors"
	"fmt"

	"github.com/anteroom-id/anteroom/lab"
	"github.com/anteroom-id/anteroom/lab/idp"
)

const (
	nobody       = "somebody who is no member"
	inactive     = "a member who is inactive"
	otherSubject = "another person under a member's address"
)

// people are the attacks with honest messages about the wrong person, S10.
func people() []Case {
	return []Case{
		flow("S10", "foreign domain", "globex's provider vouches for a member of acme", "", func(f *steps) (string, error) {
			if err := f.member("ann.foreign@acme.example"); err != nil {
				return "", err
			}
			fake, err := f.hire("globex", "ann.foreign@acme.example")
			if err != nil {
				return "", err
			}
			return f.enters("globex", fake)
		}),
		flow("S10", "the same subject elsewhere", "globex's provider gives somebody the immutable id of a member of acme", "", func(f *steps) (string, error) {
			real, err := f.bound("acme", "ann.subject@acme.example")
			if err != nil {
				return "", err
			}
			d := f.Provider("globex").Directory()
			if _, err := d.AddPerson(lab.Person{ObjectID: real, UserPrincipalName: "other@globex.example", Mail: "other@globex.example", GivenName: "O", Surname: "O"}); err != nil {
				return "", err
			}
			if err := d.Assign(real); err != nil {
				return "", err
			}
			return f.enters("globex", real)
		}),
		flow("S10", "nOAuth", "a new account whose e-mail claim is that of a member (OpenID Connect)", otherSubject, func(f *steps) (string, error) {
			return f.impersonate("acme oidc", "ann.noauth@acme.example", "ann.noauth@acme.example")
		}),
		flow("S10", "recycled name", "a new person with the name of one who is linked", otherSubject, func(f *steps) (string, error) {
			return f.impersonate("acme", "ann.recycled@acme.example", "ann.recycled@acme.example")
		}),
		flow("S10", "capitals", "the address of a member in capitals", otherSubject, func(f *steps) (string, error) {
			return f.impersonate("acme", "ann.capitals@acme.example", "ANN.CAPITALS@ACME.EXAMPLE")
		}),
		flow("S10", "homoglyph", "the address of a member with a letter of another script", nobody, func(f *steps) (string, error) {
			return f.impersonate("acme", "ann.glyph@acme.example", "\u0430nn.glyph@acme.example")
		}),
		flow("S10", "recycled after leaving", "a new person with the name of one who has left", otherSubject, func(f *steps) (string, error) {
			if _, err := f.bound("acme", "ann.left@acme.example"); err != nil {
				return "", err
			}
			if err := f.Do(Deactivate, "acme", "ann.left@acme.example"); err != nil {
				return "", err
			}
			return f.replaced("acme", "ann.left@acme.example", "ann.left@acme.example")
		}),
		flow("S10", "deactivated", "somebody whom the directory has deactivated, and whom the provider still signs in", inactive, func(f *steps) (string, error) {
			ann, err := f.bound("acme", "ann.gone@acme.example")
			if err != nil {
				return "", err
			}
			if err := f.Do(Deactivate, "acme", "ann.gone@acme.example"); err != nil {
				return "", err
			}
			return f.enters("acme", ann)
		}),
		flow("S10", "deactivated while signed in", "a session of somebody whom the directory deactivates", "", func(f *steps) (string, error) {
			b, err := f.session("acme", "ann.session@acme.example")
			if err != nil {
				return "", err
			}
			if err := f.Do(Deactivate, "acme", "ann.session@acme.example"); err != nil {
				return "", err
			}
			return f.ends(b, Page{}, "acme")
		}),
		flow("S10", "removed", "somebody whom the directory has removed", inactive, func(f *steps) (string, error) {
			ann, err := f.bound("acme", "ann.removed@acme.example")
			if err != nil {
				return "", err
			}
			if err := f.Do(Remove, "acme", "ann.removed@acme.example"); err != nil {
				return "", err
			}
			return f.enters("acme", ann)
		}),
		flow("S10", "nobody", "somebody who was never provisioned, where nobody is made at sign-in", nobody, func(f *steps) (string, error) {
			one, err := f.hire("acme", "nobody@acme.example")
			if err != nil {
				return "", err
			}
			return f.enters("acme", one)
		}),
		flow("S10", "owner by address", "the owner's address, claimed by a new account: the old credential is asked for first", "", func(f *steps) (string, error) {
			if err := f.Do(Found, "acme", "owner@acme.example"); err != nil {
				return "", err
			}
			one, err := f.hire("acme", "owner@acme.example")
			if err != nil {
				return "", err
			}
			return f.enters("acme", one)
		}),
		flow("S10", "owner by role", "a newcomer whose role claim is owner", "", func(f *steps) (string, error) {
			one, err := f.hire("globex", "boss@globex.example")
			if err != nil {
				return "", err
			}
			if err := f.Provider("globex").Directory().Assign(one, lab.AppRole{ID: "r", Value: "owner", DisplayName: "Owner"}); err != nil {
				return "", err
			}
			b := f.Browser()
			if err := f.signsIn(b, "globex", one, "globex"); err != nil {
				return "", err
			}
			page, err := b.Get("/w/globex/settings")
			if err == nil && page.Status == 200 {
				err = fmt.Errorf("%w: the settings are open", ErrGained)
			}
			return page.Code, err
		}),
		flow("S10", "nameless", "a subject that lasts for one sign-in, without an address", "a subject that nobody can be found by", func(f *steps) (string, error) { return nameless(f) }),
	}
}

// member is somebody whom acme's directory has provisioned.
func (f *steps) member(address string) error {
	return f.Do(Provision, "acme", address, "id-of-"+address)
}

// bound is somebody who was provisioned and has signed in through a provider once.
func (f *steps) bound(provider, address string) (string, error) {
	if _, err := f.session(provider, address); err != nil {
		return "", err
	}
	one, err := personOf(f.Provider(provider), address)
	return one.ObjectID, err
}

// session is the browser of somebody who was provisioned and has signed in.
func (f *steps) session(provider, address string) (Browser, error) {
	one, err := f.hire(provider, address)
	if err != nil {
		return nil, err
	}
	if err := f.Do(Provision, "acme", address, one); err != nil {
		return nil, err
	}
	b := f.Browser()
	page, err := f.comes(b, provider, one)
	if err != nil {
		return nil, err
	}
	in, err := b.Reaches("acme")
	if err == nil && !in {
		err = fmt.Errorf("an honest sign-in of %s did not work: %d %s", address, page.Status, page.Code)
	}
	return b, err
}

// comes has somebody sign in through a provider of either protocol.
func (f *steps) comes(b Browser, provider, person string) (Page, error) {
	to, err := f.begin(b, provider)
	if err != nil {
		return Page{}, err
	}
	if provider == "acme oidc" {
		back, err := f.Provider(provider).Authorize(to, person)
		if err != nil {
			return Page{}, err
		}
		return b.Get(back)
	}
	post, err := f.answer(provider, to, person)
	if err != nil {
		return Page{}, err
	}
	return b.Post(post.URL, post.Form)
}

// enters has somebody come, who may not be in acme afterwards.
func (f *steps) enters(provider, person string) (string, error) {
	b := f.Browser()
	page, err := f.comes(b, provider, person)
	if err != nil {
		return "", err
	}
	return f.ends(b, page, "acme")
}

// impersonate binds a member, and then has a new account claim its address.
func (f *steps) impersonate(provider, address, claimed string) (string, error) {
	if _, err := f.bound(provider, address); err != nil {
		return "", err
	}
	return f.replaced(provider, address, claimed)
}

// replaced takes the account of an address away at the provider, makes a new one
// that claims another address, and has it come.
func (f *steps) replaced(provider, address, claimed string) (string, error) {
	p := f.Provider(provider)
	old, err := personOf(p, address)
	if err != nil {
		return "", err
	}
	if err := p.Directory().HardDelete(old.ObjectID); err != nil {
		return "", err
	}
	one, err := f.hire(provider, claimed)
	if err != nil {
		return "", err
	}
	return f.enters(provider, one)
}

func personOf(p *idp.Provider, address string) (lab.Person, error) {
	for _, one := range p.Directory().People() {
		if one.UserPrincipalName == address {
			return one, nil
		}
	}
	return lab.Person{}, errors.New("there is nobody with the address " + address)
}

// nameless is an answer whose subject nobody can be found by.
func nameless(f *steps) (string, error) {
	one, err := f.hire("acme", "nameless@acme.example")
	if err != nil {
		return "", err
	}
	b := f.Browser()
	to, err := f.begin(b, "acme")
	if err != nil {
		return "", err
	}
	post, err := f.Provider("acme").AnswerChanged(to, one, func(r *idp.Response) {
		a := &r.Assertions[0]
		a.NameID, a.NameIDFormat, a.Attributes = "_once", idp.Transient, nil
	})
	if err != nil {
		return "", err
	}
	return f.brings(b, post, "acme")
}
