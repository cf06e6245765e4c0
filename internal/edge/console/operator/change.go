package operator

import (
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/token"
)

// change runs a verb on the workspace of the path and goes back to its page.
func change(q *frame.Request, done string, verb func(identity.Workspace) error) error {
	w, err := find(q)
	if err != nil {
		return err
	}
	if err := verb(w); err != nil {
		return q.Again(err, workspacePage)
	}
	return q.Redirect(address(w.Slug), done)
}

func setPlan(q *frame.Request) error {
	return change(q, "The plan is changed. It counts at once; nothing that was set up is lost.", func(w identity.Workspace) error {
		return q.Directory.SetPlan(q.Context(), w.ID, q.Field("plan"), q.Origin())
	})
}

func setEntitlement(q *frame.Request) error {
	return change(q, "Saved. It counts at once.", func(w identity.Workspace) error {
		var on *bool
		switch q.Field("now") {
		case "on", "off":
			yes := q.Field("now") == "on"
			on = &yes
		case "":
		default:
			return identity.Errorf(identity.Invalid, "now", "A feature is switched on, off, or left to the plan.")
		}
		return q.Directory.SetEntitlement(q.Context(), w.ID, product.Feature(q.Field("feature")), on, q.Origin())
	})
}

func ownerLink(q *frame.Request) error {
	return change(q, "", func(w identity.Workspace) error {
		_, link, err := q.Accounts.Founder(q.Context(), w.ID, q.Field("address"), q.Field("name"), q.Origin())
		if err == nil {
			q.ShowOnce("owner", link)
		}
		return err
	})
}

// issueToken issues a token that only the vendor issues (K02).
func issueToken(q *frame.Request) error {
	return change(q, "", func(w identity.Workspace) error {
		_, secret, err := q.Tokens.Issue(q.Context(), token.Request{
			Workspace: w.ID, Kind: identity.TokenSupport, Name: q.Field("token_name"), Origin: q.Origin(),
		})
		if err == nil {
			q.ShowOnce("token", secret)
		}
		return err
	})
}

func revokeToken(q *frame.Request) error {
	return change(q, "The token is revoked.", func(w identity.Workspace) error {
		return q.Tokens.Revoke(q.Context(), w.ID, identity.TokenID(q.Part("token")), q.Origin())
	})
}

func revokeLink(q *frame.Request) error {
	return change(q, "The link is revoked.", func(w identity.Workspace) error {
		return q.Accounts.RevokeLink(q.Context(), w.ID, identity.LinkID(q.Part("link")), q.Origin())
	})
}

func productPage(q *frame.Request) error {
	return q.Render(frame.Page{
		Title: "Product definition", State: "As it was loaded when this server started.",
		Nav: frame.NavOperator, Tabs: tabs("product"), Template: "operator/product", Data: paragraphs(q.Product.Explain()),
	})
}

// mailsData is what the page Mails is filled with.
type mailsData struct {
	Rows  []identity.Mail
	Older string
}

func mailsPage(q *frame.Request) error {
	const rows = 50
	all, err := q.Outbox.List(q.Context(), identity.MailID(q.Query("before")), rows+1)
	if err != nil {
		return err
	}
	d := mailsData{Rows: all}
	if len(all) > rows {
		d.Rows, d.Older = all[:rows], "/operator/mails?before="+string(all[rows-1].ID)
	}
	for i := range d.Rows {
		d.Rows[i].To = masked(d.Rows[i].To)
		d.Rows[i].Error = addresses.ReplaceAllStringFunc(d.Rows[i].Error, masked)
	}
	return q.Render(frame.Page{
		Title: "Mails", State: "What was written, whether it left, and what stood in its way. Texts are not shown: they hold links.",
		Nav: frame.NavOperator, Tabs: tabs("mails"), Template: "operator/mails", Data: d,
	})
}
