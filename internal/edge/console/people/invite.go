package people

import (
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/product"
)

// invitation is the page that invites somebody.
type invitation struct {
	Roles []choice
	Seats bool // an invitation takes a seat before it is accepted
}

// choice is a role that can be chosen.
type choice struct {
	Name, Title, Hint string
	Channels          string // the ways into the product that it opens, "" when there is but one
	Chosen            bool
	Locked            bool // it has rights that whoever chooses does not have
}

func showInvite(q *frame.Request) error {
	def := frame.OrElse(q.Workspace.DefaultRole, q.Product.Roles.Default)
	page := invitation{Roles: choices(q, func(name string) bool { return name == frame.OrElse(q.Field("role"), def) }), Seats: q.Product.Members.Seat == product.SeatAtProvisioning}
	return q.Render(frame.Page{
		Title: "Invite", State: "A mail with a link goes to the address; whoever opens it joins " + q.Workspace.Name,
		Nav: frame.NavMembers, Trail: membersTrail(q), Template: "people/invite", Data: &page,
	})
}

func membersTrail(q *frame.Request) []frame.Link {
	return []frame.Link{{Label: frame.OrElse(q.Product.Console.Labels.Members, product.Title(q.Product.Words.Members)), Href: q.To("members")}}
}

func invite(q *frame.Request) error {
	n := directory.Newcomer{Address: q.Field("address"), GivenName: q.Field("given"), FamilyName: q.Field("family"), Role: q.Field("role")}
	if _, err := q.Accounts.Invite(q.Context(), q.Workspace.ID, n, q.Origin()); err != nil {
		return q.Again(err, showInvite)
	}
	return q.Redirect(q.To("members"), "An invitation is on its way to "+n.Address+".")
}

// choices lists the catalogue's roles for a picker.
func choices(q *frame.Request, chosen func(name string) bool) (out []choice) {
	for _, r := range q.Product.Roles.Catalogue {
		out = append(out, choice{
			Name: r.Name, Title: frame.OrElse(r.Title, r.Name), Hint: r.Hint, Channels: channelTitles(q.Product, r.Channels),
			Chosen: chosen(r.Name), Locked: !mayGive(q, r),
		})
	}
	return out
}
