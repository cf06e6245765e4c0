package connect

import (
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// how says how one comes to a token in this product.
type how struct {
	Here     []identity.TokenKind // issued on this page
	Label    string               // of the secret: "SCIM API Token"
	Days     int                  // it lives; 0 is until it is revoked
	Personal bool                 // under Personal settings (E04)
	Support  bool                 // by the vendor, on request (K02)
	May      bool
}

func howOf(q *frame.Request) how {
	t, l := &q.Product.Tokens, &q.Product.Console.Labels
	h := how{Label: l.SCIMToken, Personal: t.Personal.Offered, Support: t.Support.Offered, May: q.Can(access.IssueSCIMToken)}
	switch {
	case t.Workspace.Offered:
		h.Here, h.Days = []identity.TokenKind{token.KindWorkspace}, t.Workspace.Days
	case t.Basic.Offered:
		h.Here, h.Days, h.Label = []identity.TokenKind{token.KindBasic}, t.Basic.Days, l.SCIMPassword
	}
	return h
}

// onceName names the secret of a connection between issuing and showing it.
func onceName(id identity.ConnectionID) string { return "scim-" + string(id) }

// scimPage is the tab SCIM Provisioning.
type scimPage struct {
	place
	On         bool
	MaySwitch  bool
	URL        string
	User       string     // of a product with user name and password
	Redirects  []redirect // where a sign-in by OpenID Connect comes back to (P04)
	Issue      how
	Once       string
	Living     []tokenRow
	Ended      []tokenRow
	Groups     product.Groups
	Default    product.Role
	Defaults   []frame.Link // of attributes: name and value
	Pending    bool
	SeatAt     product.Seat
	Found      *found
	State      standing
	Roles      string // where the default role is changed; "" when the member may not
	General    string
	Activities string
	Cadence    string // how often the directory comes, in words
}

// tokenRow is one token of a connection.
type tokenRow struct {
	identity.Token
	By   string
	Word string
}

func showSCIM(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	d := scimPage{
		place: p, On: q.Workspace.Provisioning, MaySwitch: q.Can(access.ChangeSCIM), URL: q.SCIMURL(q.Workspace.Slug), Issue: howOf(q), Once: q.Once(onceName(p.ID)),
		Groups: q.Product.SCIM.Groups, Pending: q.Product.Members.Pending, SeatAt: q.Product.Members.Seat, Redirects: redirects(q, &p),
	}
	d.Default, _ = q.Product.Role(frame.OrElse(q.Workspace.DefaultRole, q.Product.Roles.Default))
	d.Defaults = defaults(q)
	if q.Product.Tokens.Basic.Offered {
		d.User = q.Workspace.Slug
	}
	if q.Can(access.ViewRoles) {
		d.Roles = q.To("settings", "roles")
	}
	if q.Can(access.ViewWorkspace) {
		d.General = q.To("settings", "workspace")
	}
	if q.Can(access.ViewActivity) {
		d.Activities = to(q, p.ID, "activity")
	}
	if err := d.readTokens(q); err != nil {
		return err
	}
	if d.Found, err = look(q, q.Workspace.ID, &p); err != nil {
		return err
	}
	d.Cadence = rhythm(q, &d.Found.Cadence)
	d.State = standingOf(q, &p, &d.Found.Cadence, d.Found.Tokens, q.Store.Now())
	return q.Render(page(q, p, "scim", stateLine(q, &p, d.Found), d))
}

// stateLine says in words how a connection's provisioning does.
func stateLine(q *frame.Request, p *place, f *found) string {
	whose := ""
	if p.Title != p.Name {
		whose = p.Title + ". "
	}
	if f.Cadence.First.IsZero() {
		return whose + "Nothing has been received yet."
	}
	return whose + frame.Counted(f.People, q.Product.Words.Member, q.Product.Words.Members) + " so far, last contact " + frame.Ago(q.Store.Now().Sub(f.Cadence.Last), false) + "."
}

// rhythm says how often a directory comes, and when it is expected next (E30, K09).
func rhythm(q *frame.Request, c *identity.Cadence) string {
	if c.Every == 0 {
		return "Not known yet. It is learned from the cycles that arrive; Entra comes about every 40 minutes, Okta when something changes."
	}
	now, said := q.Store.Now(), "About every "+every(c.Every)+"."
	if c.Next.After(now) {
		return said + " Next expected in " + every(c.Next.Sub(now)) + "."
	}
	return said + " Expected " + frame.Ago(now.Sub(c.Next), false) + "."
}

// defaults are the values that new members get where the directory sends none.
func defaults(q *frame.Request) (out []frame.Link) {
	for i := range q.Product.Attributes {
		a := &q.Product.Attributes[i]
		if v := frame.OrElse(q.Workspace.Defaults[a.Path()], a.Default); v != "" {
			out = append(out, frame.Link{Label: product.Title(a.Name), Href: v})
		}
	}
	return out
}

func (d *scimPage) readTokens(q *frame.Request) error {
	all, err := tokensOf(q, q.Workspace.ID, d.ID)
	if err != nil {
		return err
	}
	tell := told.New(q.Product, q.Store.Read(q.Workspace.ID))
	for _, t := range all {
		row := tokenRow{Token: t}
		if row.By, err = tell.Issuer(q.Context(), q.Directory, &t); err != nil {
			return err
		}
		switch {
		case t.Alive(q.Store.Now()):
			if d.User != "" && len(d.Living) == 0 {
				d.User = t.UserName
			}
			d.Living = append(d.Living, row)
			continue
		case !t.Revoked.IsZero():
			row.Word = "Revoked"
		default:
			row.Word = "Expired"
		}
		d.Ended = append(d.Ended, row)
	}
	return nil
}

// redirect is one redirect URI with the type under which it is registered.
type redirect struct{ URL, Type string }

// redirects are the addresses to which a sign-in by OpenID Connect will come
// back: the first for a public client, the second for a web application (P11).
// They are settled here, so that they can be registered with the provisioning.
func redirects(q *frame.Request, p *place) []redirect {
	for _, k := range q.Product.Console.Connectors {
		if k.Kind == "oidc" && p.Provider != "scim" {
			at := q.BaseURL + "/oidc/" + string(p.ID)
			return []redirect{{at + "/app", "the first, of the type Public client (mobile & desktop)"}, {at + "/web", "the second, of the type Web"}}
		}
	}
	return nil
}

// switchSCIM switches provisioning on or off for the workspace (T14).
func switchSCIM(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	on := q.Has("on")
	if on {
		if err := q.Directory.Locked(q.Workspace, product.FeatureSCIM); err != nil {
			return err
		}
	}
	if err := q.Directory.SetProvisioning(q.Context(), q.Workspace.ID, q.Origin(), on); err != nil {
		return err
	}
	if on {
		return q.Redirect(to(q, p.ID, "scim"), "SCIM provisioning is on. The directory may add and change people again.")
	}
	return q.Redirect(to(q, p.ID, "scim"), "SCIM provisioning is off. The directory may only take people out; nobody loses access by this.")
}

// issue makes a token and shows it once. From the page of all connections it
// saves that page first.
func issue(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	back, again := to(q, p.ID, "scim"), showSCIM
	home := q.Field("from") == "home"
	if home {
		again = showHome
		if err := keepAll(q); err != nil {
			return q.Again(err, again)
		}
		back = q.To("settings", "sso")
	}
	h := howOf(q)
	if len(h.Here) == 0 {
		return q.Again(identity.Errorf(identity.Forbidden, "", "A %s is not issued on this page.", h.Label), again)
	}
	_, secret, err := q.Tokens.Issue(q.Context(), token.Request{
		Name: q.Field("name"), Kind: h.Here[0], ConnectionID: p.ID, Origin: q.Origin(), Workspace: q.Workspace.ID,
	})
	if err != nil {
		return q.Again(err, again)
	}
	q.ShowOnce(onceName(p.ID), secret)
	return q.Redirect(back, "")
}

func revoke(q *frame.Request) error {
	p, err := find(q)
	if err != nil {
		return err
	}
	all, err := tokensOf(q, q.Workspace.ID, p.ID)
	if err != nil {
		return err
	}
	for _, t := range all {
		if string(t.ID) == q.Part("token") {
			if err := q.Tokens.Revoke(q.Context(), q.Workspace.ID, t.ID, q.Origin()); err != nil {
				return err
			}
			return q.Redirect(to(q, p.ID, "scim"), "The token is revoked. Whoever uses it is refused from now on.")
		}
	}
	return identity.Errorf(identity.NotFound, "token", "there is no such token of this connection")
}

// draftOf is the single connection with its values.
func draftOf(q *frame.Request, c connector) (*draft, error) {
	d := &draft{connector: c, URL: q.SCIMURL(q.Workspace.Slug), Issue: howOf(q)}
	all, err := tokensOf(q, q.Workspace.ID, c.ID)
	for i := range all {
		if all[i].Alive(q.Store.Now()) {
			d.Token = &all[i]
			break
		}
	}
	if q.Product.Tokens.Basic.Offered {
		d.User = q.Workspace.Slug
		if d.Token != nil {
			d.User = d.Token.UserName
		}
	}
	if err != nil || !c.HasProtocol("saml") || !q.Can(access.ViewSSO) || !q.Unlocked(product.FeatureSSO) {
		return d, err
	}
	on, err := signOnOf(q, &q.Workspace, c.place, identity.SAML)
	d.SAML, d.Taken = &on, certificates(&on.Stored.SAML)
	return d, err
}

// Ends says when the token ends, in days.
func (t tokenRow) Ends(now time.Time) string {
	if t.Expires.IsZero() {
		return "when it is revoked"
	}
	return t.Expires.UTC().Format("2 Jan 2006") + ", in " + frame.Counted(int64(t.Expires.Sub(now)/(24*time.Hour)), "day", "days")
}
