// Package attack is an identity provider that lies to our relying party, in every
// way that is known to have worked on somebody, and in some that are only legal.
// The tests and `make attacks` run the cases; nothing that ships knows them.
package attack

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/anteroom-id/anteroom/internal/explain"
)

// Case is one sign-in, or one logout, against a provider of its own.
type Case struct {
	Name   string
	Class  string // discovery, answer, exchange, form, signature, claims, flow, userinfo, logout
	Module string // of the OpenID Foundation's suite for relying parties, where it has one
	Legal  bool   // has to be accepted
	Code   explain.Code
	// Run plays it: the code that it was refused by, "" when it was accepted. An
	// error is a case that did not come to its end.
	Run func() (explain.Code, error)
}

// Cases lists all of them. The keys are made once, when the first one runs.
func Cases() []Case {
	keys := sync.OnceValues(newKeyring)
	var all []Case
	for _, p := range slices.Concat(discovery(), answers(), exchanges(), forms(), signatures(), claimed(), persons(), userinfos(), logouts(), flows(), legal(), legalFlows()) {
		all = append(all, p.asCase(keys))
	}
	return all
}

// play is a case before it has its keys.
type play struct {
	class, name, module string
	code                explain.Code // "" for a legal one
	lie                 func(*world) // what this provider does otherwise than an honest one; nil for nothing
	act                 func(*world) error
}

func (p play) asCase(keys func() (*keyring, error)) Case {
	return Case{Name: p.name, Class: p.class, Module: p.module, Legal: p.code == "", Code: p.code, Run: func() (explain.Code, error) {
		k, err := keys()
		if err != nil {
			return "", err
		}
		w := newWorld(k)
		if p.lie != nil {
			p.lie(w)
		}
		act := p.act
		if act == nil {
			act = (*world).signIn
		}
		return outcome(act(w))
	}}
}

// outcome reads the code out of what a case came to.
func outcome(err error) (explain.Code, error) {
	var r *explain.Refusal
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &r):
		return "", fmt.Errorf("no rule: %w", err)
	}
	if _, known := explain.Find(r.Code); !known {
		return "", fmt.Errorf("rule %s is in no table", r.Code)
	}
	return r.Code, nil
}
