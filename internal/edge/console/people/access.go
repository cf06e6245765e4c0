package people

import (
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// memberAccess is the tab that says what a member may, and why.
type memberAccess struct {
	head
	Choices    []choice // the picker
	Many       bool     // several may be chosen
	ByHand     bool     // the product takes roles that are given by hand
	MaySet     bool
	Sources    []origin
	Order      string // which source outranks which
	Channels   []channel
	Held       []string // what is held, in words
	MayAnswer  bool
	MayRestore bool
	MayEnd     bool
	Managed    bool // a directory may say otherwise
}

// origin is a role that somebody has from somewhere.
type origin struct {
	held
	Group  string // the name of the group that gives it
	Counts bool
	Why    string // it does not count
}

// channel is a way into the product.
type channel struct {
	Title string
	Open  bool
}

func showAccess(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	groups, err := q.Store.Read(q.Workspace.ID).GroupsOf(q.Context(), m.ID)
	if err != nil {
		return err
	}
	a := memberAccess{
		head: headOf(q, &m), Many: q.Product.Roles.Many, ByHand: slices.Contains(q.Product.Roles.Sources, product.SourceHand),
		Sources: origins(q, &m, groups), Order: order(q.Product), Held: heldWords(q.Product, m.Held), MayAnswer: q.Can(access.AnswerHeld),
	}
	touch := mayTouch(q, &m.Member)
	a.MaySet, a.MayEnd, a.MayRestore = touch && q.Can(access.SetRole), touch && q.Can(access.Deactivate) && !a.Self, touch && q.Can(access.Restore)
	a.Managed = m.ManagedBy != ""
	a.Choices = choices(q, func(name string) bool { return slices.Contains(chosen(q, &m.Member), name) })
	open := q.Directory.Channels(&m.Member, groups)
	for _, c := range q.Product.Channels {
		a.Channels = append(a.Channels, channel{Title: frame.OrElse(c.Title, c.Name), Open: slices.Contains(open, c)})
	}
	return q.Render(memberPage(q, &a.head, tabAccess, "people/access", &a))
}

// chosen is what the picker shows: what was chosen when the form came back,
// otherwise what was given by hand.
func chosen(q *frame.Request, m *identity.Member) (names []string) {
	if q.Has("version") && q.Has("role") {
		return q.Fields("role")
	}
	for _, g := range m.Grants {
		if g.Source == identity.ByHand {
			names = append(names, g.Role)
		}
	}
	return names
}

// origins lists every role that a member has from anywhere, those that count
// first.
func origins(q *frame.Request, m *directory.MemberRow, groups []identity.Reference) (out []origin) {
	add := func(g identity.Grant, group string) {
		o := origin{held: heldRole(q.Product, g, m.ManagedBy), Group: group, Counts: slices.ContainsFunc(m.Roles, func(c identity.Grant) bool { return c.Role == g.Role && c.Source == g.Source })}
		if !o.Counts {
			o.Why = why(q.Product, g, m)
		}
		out = append(out, o)
	}
	for _, g := range groups {
		switch {
		case g.Role != "":
			add(identity.Grant{Role: g.Role, Source: identity.ByGroup}, g.Display)
		case q.Product.SCIM.Groups == product.GroupsRoles:
			add(identity.Grant{Role: g.Display, Source: identity.ByGroup}, g.Display)
		}
	}
	for _, g := range m.Grants {
		if g.Source != identity.ByGroup {
			add(g, "")
		}
	}
	slices.SortStableFunc(out, func(a, b origin) int { return rank(a.Counts) - rank(b.Counts) })
	return out
}

func rank(counts bool) int {
	if counts {
		return 0
	}
	return 1
}

// why says why a role does not count.
func why(p *product.Product, g identity.Grant, m *directory.MemberRow) string {
	if len(m.Roles) == 0 {
		return "gives nothing here"
	}
	first := m.Roles[0]
	if first.Source != g.Source {
		return "outranked by " + told.Role(p, first.Role) + ", " + fromWhere(p, first.Source, m.ManagedBy)
	}
	return told.Role(p, first.Role) + " comes first, and one " + p.Words.Role + " may be held"
}

// order says which source outranks which.
func order(p *product.Product) string {
	var words []string
	for _, s := range p.Roles.Sources {
		words = append(words, map[product.Source]string{
			product.SourceGroup: p.Words.Group, product.SourceAppRole: "app role", product.SourceAttribute: "attribute of the directory",
			product.SourceAssertion: "sign-in", product.SourceHand: "by hand", product.SourceDefault: "default",
		}[s])
	}
	return strings.Join(words, ", ")
}

// heldWords says what a directory asked of an owner and was not done.
func heldWords(p *product.Product, h *identity.Held) (out []string) {
	if h.Empty() {
		return nil
	}
	add := func(label string, v *string) {
		if v != nil {
			out = append(out, label+" "+frame.OrElse(*v, "(none)"))
		}
	}
	add("User name:", h.UserName)
	add("E-mail:", h.Address)
	if h.Role != nil {
		title := told.Role(p, *h.Role)
		add(product.Title(p.Words.Role)+":", &title)
	}
	if h.Active != nil {
		state := told.State(p, map[bool]identity.State{true: identity.Active, false: identity.Inactive}[*h.Active])
		add("State:", &state)
	}
	if h.Deleted {
		out = append(out, "Deletion: "+p.Words.Deactivate+" this "+p.Words.Member+" and end the SCIM resource")
	}
	return out
}

func channelTitles(p *product.Product, names []string) string {
	var titles []string
	for _, c := range p.Channels {
		if slices.Contains(names, c.Name) {
			titles = append(titles, frame.OrElse(c.Title, c.Name))
		}
	}
	return strings.Join(titles, ", ")
}
