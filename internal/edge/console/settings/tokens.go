package settings

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// tokensData is what the page Tokens is filled with.
type tokensData struct {
	Rows []tokenRow
	May  bool
	URL  string // what the tokens are for (K19)
	How  string // where a new one is issued
	Link frame.Link
}

// tokenRow is one token as the page tells it.
type tokenRow struct {
	identity.Token
	Title  string // of its kind
	By     string // who issued it, and what became of them (E07)
	Word   string
	Tone   string
	Living bool
}

func tokensPage(q *frame.Request) error {
	all, err := q.Tokens.List(q.Context(), q.Workspace.ID)
	if err != nil {
		return err
	}
	d := tokensData{May: q.Can(access.RevokeToken), URL: q.SCIMURL(q.Workspace.Slug)}
	d.How, d.Link = where(q)
	tell, living := told.New(q.Product, q.Store.Read(q.Workspace.ID)), 0
	for _, t := range slices.Backward(all) {
		row := tokenRow{Token: t, Title: kindTitle(q.Product, t.Kind), Living: t.Alive(q.Store.Now())}
		if row.By, err = tell.Issuer(q.Context(), q.Directory, &t); err != nil {
			return err
		}
		switch {
		case row.Living:
			row.Word, row.Tone, living = "Valid", "good", living+1
		case !t.Revoked.IsZero():
			row.Word, row.Tone = "Revoked", "off"
		default:
			row.Word, row.Tone = "Expired", "bad"
		}
		d.Rows = append(d.Rows, row)
	}
	return q.Render(frame.Page{
		Title: "Tokens", State: frame.Counted(int64(living), "token works", "tokens work") + " for " + q.Workspace.Name + ".",
		Nav: frame.NavTokens, Template: "settings/tokens", Data: d,
	})
}

// where says how one comes to a new token in this product.
func where(q *frame.Request) (string, frame.Link) {
	t, l := &q.Product.Tokens, &q.Product.Console.Labels
	switch {
	case t.Workspace.Offered || t.Basic.Offered:
		return "A new one is issued where the directory is set up.", frame.Link{Label: l.SSO, Href: q.To("settings", "sso")}
	case t.Personal.Offered:
		return "A new one is issued under Personal settings.", frame.Link{Label: l.PersonalTokens, Href: "/account/apps"}
	}
	return "A new one comes from " + q.Product.Name + ".", frame.Link{Label: frame.OrElse(q.Product.Contact.Text, "Contact us"), Href: q.Product.Contact.URL}
}

func kindTitle(p *product.Product, k identity.TokenKind) string {
	kinds := map[identity.TokenKind]product.TokenKind{
		identity.TokenWorkspace: p.Tokens.Workspace, identity.TokenPersonal: p.Tokens.Personal,
		identity.TokenSupport: p.Tokens.Support, identity.TokenBasic: p.Tokens.Basic,
	}
	return frame.OrElse(kinds[k].Title, "SCIM token")
}

func revokeToken(q *frame.Request) error {
	err := q.Tokens.Revoke(q.Context(), q.Workspace.ID, identity.TokenID(q.Part("token")), q.Origin())
	if err != nil {
		return err
	}
	return q.Redirect(q.To("settings", "tokens"), "The token is revoked. Whoever uses it is refused from now on.")
}

// planData is what the page Seats & plan is filled with.
type planData struct {
	Plan     product.Plan
	Seats    int64
	Rule     string
	Features []featureRow
	Active   int64
	Pending  int64
	Inactive int64
}

// featureRow says of one feature which plans unlock it.
type featureRow struct {
	Name  string
	Open  bool
	By    string // an operator switched it
	Plans string
}

func planPage(q *frame.Request) error {
	tally, err := q.Store.Read(q.Workspace.ID).Tally(q.Context())
	if err != nil {
		return err
	}
	d := planData{Plan: q.Product.PlanOf(q.Workspace.Plan), Seats: q.Directory.Seats(tally), Active: tally.Members - tally.Pending - tally.Inactive, Pending: tally.Pending, Inactive: tally.Inactive}
	w := &q.Product.Words
	d.Rule = product.Title(w.Members) + " take a seat when they are provisioned. Whoever is " + w.Inactive + " takes none."
	if q.Product.Members.Seat == product.SeatAtSignIn {
		d.Rule = product.Title(w.Members) + " take a seat when they sign in for the first time. Whoever is " + w.Inactive + " takes none."
	}
	for _, f := range product.Features() {
		if f == product.FeatureGroups && q.Product.SCIM.Groups == product.GroupsOff {
			continue
		}
		row := featureRow{Name: frame.FeatureName(f), Open: q.Unlocked(f)}
		if on, ok := q.Workspace.Entitlements[string(f)]; ok {
			row.By = "switched " + map[bool]string{true: "on", false: "off"}[on] + " for this " + w.Workspace
		}
		var plans []string
		for _, p := range q.Product.Unlocking(f) {
			plans = append(plans, p.Title)
		}
		row.Plans = strings.Join(plans, ", ")
		d.Features = append(d.Features, row)
	}
	return q.Render(frame.Page{
		Title: "Seats & plan", State: frame.Counted(d.Seats, "seat is taken", "seats are taken") + ", on the plan " + frame.OrElse(d.Plan.Title, "for everybody") + ".",
		Nav: frame.NavPlan, Template: "settings/plan", Data: d,
	})
}
