package hosted

import (
	"cmp"
	"slices"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// appsPage lists somebody's personal access tokens, and issues them (E04).
type appsPage struct {
	Secret string  // shown this once; "" otherwise
	Title  string  // what the product calls such a token
	Life   string  // how long one lives, in words; "" is until it is revoked
	Places []place // where the role allows one to be issued
	Tokens []ownToken
}

// place is a workspace to choose, as the part "select" wants it.
type place struct{ Name, Title string }

// ownToken is a token that somebody issued, and where.
type ownToken struct {
	identity.Token
	Workspace string // its name
	State     string // "Works", "Revoked", "Expired"
	Tone      string // of the badge
	Works     bool
}

// mayIssue reports whether a member's role allows a personal token. Such a token
// provisions as a directory's does, so it is for those who may issue one of these.
func mayIssue(q *frame.Request, m identity.Membership) (bool, error) {
	roles, err := q.RolesIn(m.Workspace, m.Member)
	return err == nil && access.AnyAllowed(roles, access.IssuePersonal) && access.AnyAllowed(roles, access.IssueSCIMToken), err
}

// hasApps reports whether there is anything to do or to see on the page of
// tokens.
func hasApps(q *frame.Request) (bool, error) {
	if !q.Product.Tokens.Personal.Offered {
		return false, nil
	}
	for _, m := range q.Live.Reached {
		if may, err := mayIssue(q, m); may || err != nil {
			return may, err
		}
		if own, err := q.Tokens.ListOf(q.Context(), m.Workspace, m.Member); len(own) > 0 || err != nil {
			return err == nil, err
		}
	}
	return false, nil
}

const onceToken = "personal"

func apps(q *frame.Request) error {
	kind := q.Product.Tokens.Personal
	if !kind.Offered {
		return errNothing
	}
	p := appsPage{Secret: q.Once(onceToken), Title: kind.Title, Life: lifeOf(kind)}
	for _, m := range q.Live.Reached {
		may, err := mayIssue(q, m)
		if err != nil {
			return err
		}
		if may {
			p.Places = append(p.Places, place{string(m.Workspace), m.Name})
		}
		own, err := q.Tokens.ListOf(q.Context(), m.Workspace, m.Member)
		if err != nil {
			return err
		}
		for _, t := range own {
			p.Tokens = append(p.Tokens, owned(q, m, t))
		}
	}
	if len(p.Places) == 0 && len(p.Tokens) == 0 {
		return errNothing
	}
	slices.SortFunc(p.Tokens, func(a, b ownToken) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) })
	return show(q, tabApps, "apps", p)
}

func owned(q *frame.Request, m identity.Membership, t identity.Token) ownToken {
	o := ownToken{Token: t, Workspace: m.Name, State: "Works", Tone: "good", Works: true}
	switch {
	case !t.Revoked.IsZero():
		o.State, o.Tone, o.Works = "Revoked", "off", false
	case !t.Alive(q.Store.Now()):
		o.State, o.Tone, o.Works = "Expired", "bad", false
	}
	return o
}

// lifeOf is how long a token lives, in words.
func lifeOf(k product.TokenKind) string {
	switch k.Days {
	case 0:
		return ""
	case 365:
		return "one year"
	}
	return frame.Counted(int64(k.Days), "day", "days")
}

// chosen is the workspace of the form: the only one, or the one that was chosen.
// One that the session does not reach, or where the role allows no token, is not
// there.
func chosen(q *frame.Request) (identity.Membership, error) {
	id := identity.WorkspaceID(q.Field("workspace"))
	for _, m := range q.Live.Reached {
		if id != "" && m.Workspace != id {
			continue
		}
		if may, err := mayIssue(q, m); may || err != nil {
			return m, err
		}
	}
	return identity.Membership{}, errNothing
}

// asMember is where a change comes from that somebody makes as a member.
func asMember(q *frame.Request, m identity.MemberID) identity.Origin {
	o := q.Origin()
	o.Actor = identity.Actor{Kind: identity.ActorMember, ID: string(m)}
	return o
}

func issue(q *frame.Request) error {
	if !q.Product.Tokens.Personal.Offered {
		return errNothing
	}
	m, err := chosen(q)
	if err != nil {
		return err
	}
	name := q.Field("name")
	if name == "" {
		return q.Again(identity.Errorf(identity.Invalid, "name", "give the token a name, so that you know it again: SCIM access token"), apps)
	}
	_, secret, err := q.Tokens.Issue(q.Context(), token.Request{Name: name, Kind: token.KindPersonal, Origin: asMember(q, m.Member), Workspace: m.Workspace})
	if err != nil {
		return q.Again(err, apps)
	}
	q.ShowOnce(onceToken, secret)
	return q.Redirect(tabApps, "")
}

func revoke(q *frame.Request) error {
	id := identity.TokenID(q.Part("token"))
	for _, m := range q.Live.Reached {
		err := q.Tokens.RevokeOwn(q.Context(), m.Workspace, m.Member, id, asMember(q, m.Member))
		if err == nil {
			return q.Redirect(tabApps, "The token is revoked. Whatever used it is refused from now on.")
		}
		if identity.KindOf(err) != identity.NotFound {
			return err
		}
	}
	return errNothing
}
