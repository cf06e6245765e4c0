package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// SignIn is somebody whom a developer can be, as `anteroom dev --json` prints it.
// Opening URL makes the account, when it is not there yet, and signs in.
type SignIn struct {
	Role     string `json:"role"` // owner, operator; person and person-oidc are the lab's, who have no password
	Address  string `json:"address"`
	Password string `json:"password"`
	URL      string `json:"url"`
}

// entrance lets a developer be the demo workspace's owner, or the vendor's
// operator, without setting anything up. An account is made by the first visit,
// so that nobody is in the workspace whom the developer did not ask for.
type entrance struct {
	*service
	workspace identity.WorkspaceID
	seed      []byte // of the passwords: the same key gives the same ones
	key       string // the unguessable segment of the addresses
	base      string
	provider  *devProvider
}

func (e *entrance) signIns() []SignIn {
	return []SignIn{e.signIn("owner", "owner@acme.example"), e.signIn("operator", "operator@vendor.example")}
}

// all gives also the people of the lab, who have no account to make.
func (e *entrance) all() []SignIn {
	return append(e.signIns(), e.provider.signIns(e.base+"/dev/enter/"+e.key+"/")...)
}

func (e *entrance) signIn(role, address string) SignIn {
	mac := hmac.New(sha256.New, e.seed)
	mac.Write([]byte("dev " + role))
	word := strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)))[:20]
	return SignIn{Role: role, Address: address, Password: word, URL: e.base + "/dev/enter/" + e.key + "/" + role}
}

// section is the address that signs in.
func (e *entrance) section() frame.Section {
	return frame.Section{Name: "dev", Routes: []frame.Route{
		{Pattern: "GET /dev/enter/{key}/{role}", Gate: frame.Public, Serve: e.enter},
	}}
}

func (e *entrance) enter(q *frame.Request) error {
	nobody := identity.Errorf(identity.NotFound, "", "There is nothing at this address.")
	if !hmac.Equal([]byte(q.Part("key")), []byte(e.key)) {
		return nobody
	}
	if title := titleOfRole(q.Part("role")); title != "" {
		return e.provider.enter(q, title)
	}
	for _, s := range e.signIns() {
		if s.Role != q.Part("role") {
			continue
		}
		fresh, err := e.become(q.Context(), s, q.Client())
		if identity.KindOf(err) == identity.Unauthenticated || identity.KindOf(err) == identity.Taken {
			return q.Redirect("/login", "This account has a password of its own by now: sign in with that.")
		}
		if err != nil {
			return err
		}
		q.Begin(fresh)
		return q.Redirect("/", "")
	}
	return nobody
}

// become signs in as somebody, whose account it makes when there is none. The data
// is the developer's from then on, and nothing that is served.
func (e *entrance) become(ctx context.Context, s SignIn, c account.Client) (account.Fresh, error) {
	if err := e.use(ctx, usedByDev); err != nil {
		return account.Fresh{}, err
	}
	fresh, err := e.accounts.SignIn(ctx, account.Attempt{Address: s.Address, Password: s.Password, Client: c})
	if err == nil || identity.KindOf(err) != identity.Unauthenticated {
		return fresh, err
	}
	if s.Role == "owner" {
		_, link, err := e.accounts.Founder(ctx, e.workspace, s.Address, "Olivia Owner", operator(e.store.Now()))
		if err != nil {
			return account.Fresh{}, err
		}
		return e.accounts.Join(ctx, lastSegment(link), "Olivia Owner", s.Password, c)
	}
	if _, found, err := e.store.PersonByAddress(ctx, identity.Fold(s.Address)); err != nil || found {
		return account.Fresh{}, firstOf(err, identity.Errorf(identity.Taken, "", "the account is there"))
	}
	link, err := e.accounts.Operator(ctx, s.Address, "Olga Operator")
	if err != nil {
		return account.Fresh{}, err
	}
	if err := e.accounts.Redeem(ctx, lastSegment(link), s.Password, c); err != nil {
		return account.Fresh{}, err
	}
	return e.accounts.SignIn(ctx, account.Attempt{Address: s.Address, Password: s.Password, Client: c})
}

func lastSegment(link string) string { return link[strings.LastIndex(link, "/")+1:] }

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
