package connect

import (
	"context"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// guest is who came by a set-up link: no account, no member's rights, and one
// connection.
type guest struct {
	Workspace string
	Expires   time.Time
	Issue     string // where the one token is issued; "" when the link may not or has done so
	Issued    bool   // the link has issued its token
	Why       string // it may not
	Save      string // where the identity provider's values go, below which SAML's and OpenID Connect's
}

// opened is a set-up link that works, with what it opens.
type opened struct {
	account.Setup
	word      string
	workspace identity.Workspace
	place     place
}

// open finds what the word of the path opens. The page's address is a secret, so
// that no other page learns it; it is not no-referrer, with which a browser sends
// "Origin: null" with the page's own forms (Fetch §3.2).
func open(q *frame.Request) (*opened, error) {
	q.W.Header().Set("Referrer-Policy", "strict-origin")
	o := &opened{word: q.Part("word")}
	var err error
	if o.Setup, err = q.Accounts.OpenSetup(q.Context(), o.word, q.Client()); err != nil {
		return nil, err
	}
	if o.workspace, err = q.Store.Read(o.Workspace).Details(q.Context()); err != nil {
		return nil, err
	}
	c, err := q.Directory.Connection(q.Context(), o.Workspace, o.Connection)
	if err != nil {
		return nil, err
	}
	o.place = placeOf(q.Product, &c)
	if q.Directory.Unlocked(o.workspace, product.FeatureSSO) {
		return o, nil
	}
	return o, q.Directory.Locked(o.workspace, product.FeatureSCIM)
}

// once names the secret that a link has issued between issuing and showing it.
func (o *opened) once() string { return "setup-" + string(o.Link) }

// claim is the setting of the connection that says that a link has issued its
// token.
func (o *opened) claim() string { return "link." + string(o.Link) }

func openSetup(q *frame.Request) error {
	o, err := open(q)
	if err != nil {
		return err
	}
	d, err := setupOf(q, &o.workspace, o.place)
	if err != nil {
		return err
	}
	d.Stream = "/setup/" + o.word + "/stream"
	d.Once = q.Once(o.once())
	g := &guest{Workspace: o.workspace.Name, Expires: o.Expires, Issued: o.place.Settings[o.claim()] != ""}
	g.Save = "/setup/" + o.word
	switch {
	case len(d.Steps) == 0: // nothing is provisioned here
	case len(d.Issue.Here) == 0:
		g.Why = "The " + d.Issue.Label + " comes from whoever sent you this link."
	case !g.Issued:
		g.Issue = "/setup/" + o.word + "/token"
	}
	d.Guest = g
	d.Found = d.Found.public()
	return q.Render(frame.Page{
		Title: "Connect " + o.place.Title + " to " + q.Product.Name, State: "For " + o.workspace.Name + ". This page shows one connection and nothing else.",
		Template: "connect/setup", Data: d, Bare: true,
	})
}

// public leaves what a set-up link may show: how much has come and when, and of
// nobody anything.
func (f *found) public() *found {
	return &found{Seen: f.Seen, Cadence: identity.Cadence{First: f.First, Last: f.Last}, People: f.People, Groups: f.Groups}
}

func streamOpened(q *frame.Request) error {
	o, err := open(q)
	if err != nil {
		return err
	}
	return q.Stream(o.Workspace, calmly(restThere, func(ctx context.Context) (string, error) {
		all, err := q.Accounts.Links(ctx, o.Workspace)
		if err != nil {
			return "", err
		}
		for i := range all {
			if all[i].ID == o.Link && all[i].Alive(q.Store.Now()) {
				return pulse(ctx, q.App, o.Workspace, o.Connection)
			}
		}
		return "", identity.Errorf(identity.NotFound, "", "the link has ended")
	}))
}

// issueByLink issues the one token that a set-up link may issue. The link lays
// its claim first, by a change that only one of two at the same time can make.
func issueByLink(q *frame.Request) error {
	o, err := open(q)
	if err != nil {
		return err
	}
	if err := q.Directory.Locked(o.workspace, product.FeatureSCIM); err != nil {
		return q.Again(err, openSetup)
	}
	if !o.place.Provisions() {
		return q.Again(identity.Errorf(identity.Forbidden, "", "%s does not provision, so there is no token for it.", o.place.Title), openSetup)
	}
	h := howOf(q)
	if len(h.Here) == 0 || o.place.Settings[o.claim()] != "" {
		return q.Again(identity.Errorf(identity.Forbidden, "", "This link has issued its token already. Ask whoever sent it to you for another link."), openSetup)
	}
	from := q.Origin()
	from.Actor = identity.Actor{Kind: identity.ActorLink, ID: string(o.Link)}
	claim := func(version int64, value string) (identity.Connection, error) {
		return q.Directory.UpdateConnection(q.Context(), o.Workspace, o.Connection, version, directory.ConnectionChange{Settings: map[string]string{o.claim(): value}}, from)
	}
	c, err := claim(o.place.Version, "issued")
	if err != nil {
		return q.Again(err, openSetup)
	}
	_, secret, err := q.Tokens.Issue(q.Context(), token.Request{Name: "Set-up link", Kind: h.Here[0], ConnectionID: o.Connection, Origin: from, Workspace: o.Workspace})
	if err != nil {
		if _, err := claim(c.Version, ""); err != nil {
			q.Log.Error("console: a set-up link keeps its claim", "link", o.Link, "error", err)
		}
		return q.Again(err, openSetup)
	}
	q.ShowOnce(o.once(), secret)
	return q.Redirect("/setup/"+o.word, "")
}

// samlByLink keeps what whoever holds a set-up link says of the identity provider:
// the address of its metadata, or the file. The connector has to be out of use.
func samlByLink(q *frame.Request) error {
	o, err := open(q)
	if err == nil {
		err = read(q)
	}
	if err != nil {
		return err
	}
	came, err := cameByLink(q, o)
	if err != nil {
		return q.Again(err, openSetup)
	}
	return o.keep(q, func(d *identity.SignOn) error {
		take(&d.SAML, &came)
		d.Protocol = identity.SAML
		return nil
	})
}

func cameByLink(q *frame.Request, o *opened) (identity.SAMLSettings, error) {
	if at := q.Field("metadata_url"); at != "" {
		return q.SignIn.FetchMetadata(q.Context(), o.Workspace, o.Connection, at)
	}
	text, err := uploaded(q)
	if err != nil {
		return identity.SAMLSettings{}, err
	}
	return q.SignIn.ReadMetadata(q.Context(), o.Workspace, o.Connection, text)
}

// oidcByLink is samlByLink of an OpenID provider.
func oidcByLink(q *frame.Request) error {
	o, err := open(q)
	if err != nil {
		return err
	}
	came, _, err := q.SignIn.Discover(q.Context(), o.Workspace, o.Connection, q.Field("issuer"))
	if err != nil {
		return q.Again(err, openSetup)
	}
	return o.keep(q, func(d *identity.SignOn) error {
		publish(&d.OIDC, &came, came.Issuer)
		d.Protocol, d.OIDC.ClientID = identity.OIDC, q.Field("client_id")
		if secret := strings.TrimSpace(q.Secret("client_secret")); secret != "" {
			d.OIDC.Secret, d.OIDC.OldSecret = secret, ""
		}
		return nil
	})
}

// keep changes a connector that is not in use, by the link's hand.
func (o *opened) keep(q *frame.Request, change func(*identity.SignOn) error) error {
	from := q.Origin()
	from.Actor = identity.Actor{Kind: identity.ActorLink, ID: string(o.Link)}
	_, err := q.SignIn.SaveSignOn(q.Context(), o.Workspace, o.Connection, signOnVersion(q), func(d *identity.SignOn) error {
		if d.Enabled {
			rule, _ := explain.Find(explain.ConnectionInUse)
			return &identity.Error{Kind: identity.Forbidden, Msg: rule.Title + ". " + rule.Mend, Err: explain.Refuse(explain.ConnectionInUse, "a connector that is not in use", "one that is")}
		}
		return change(d)
	}, from)
	if err != nil {
		return q.Again(err, openSetup)
	}
	return q.Redirect("/setup/"+o.word, "Saved. An administrator tests it and switches it on.")
}
