package people

import (
	"slices"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

func saveRoles(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	names := slices.DeleteFunc(slices.Clone(q.Fields("role")), func(name string) bool { return name == "" })
	done, err := q.Directory.SetRoles(q.Context(), q.Workspace.ID, m.ID, version(q), names, q.Origin())
	if err != nil {
		return q.Again(err, showAccess)
	}
	return q.Redirect(q.To("members", string(m.ID), tabAccess), rolesSaved(q, &done, m.ManagedBy))
}

// rolesSaved says what counts after roles were given by hand.
func rolesSaved(q *frame.Request, done *directory.RoleChange, managedBy string) string {
	w := &q.Product.Words
	if len(done.Roles) == 0 {
		return "Saved. No " + w.Role + " is left."
	}
	now := told.Role(q.Product, done.Roles[0].Role)
	switch {
	case done.Outranked != "":
		return "Saved, but it does not count for now: the " + w.Role + " " + now + " " + fromWhere(q.Product, done.Outranked, managedBy) + " outranks it."
	case done.Roles[0].Source != identity.ByHand:
		return "Withdrawn. What counts now is " + now + " (" + fromWhere(q.Product, done.Roles[0].Source, managedBy) + ")."
	}
	return "Saved. It counts from now on."
}

// end is the page that asks before somebody is taken out.
type end struct {
	head
	Sessions int64 // that reach this workspace and end
	Seats    int64 // taken now
	Managed  bool
}

func askDeactivate(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	if m.State == identity.Inactive {
		return q.Redirect(q.To("members", string(m.ID), tabAccess), "")
	}
	tally, err := q.Store.Read(q.Workspace.ID).Tally(q.Context())
	if err != nil {
		return err
	}
	living, _, err := q.Accounts.SessionsOf(q.Context(), q.Workspace.ID, m.ID)
	if err != nil {
		return err
	}
	e := end{head: headOf(q, &m), Sessions: int64(len(living)), Seats: q.Directory.Seats(tally), Managed: m.ManagedBy != ""}
	p := memberPage(q, &e.head, tabAccess, "people/deactivate", &e)
	p.Title, p.Tabs = product.Title(q.Product.Words.Deactivate)+" "+p.Title+"?", nil
	p.Trail = append(p.Trail, frame.Link{Label: frame.OrElse(m.Name(), m.Address), Href: e.Base + "/" + tabAccess})
	return q.Render(p)
}

func deactivate(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	if m.ID == q.Member.ID {
		err = identity.Errorf(identity.Forbidden, "", "you cannot %s yourself; ask somebody else who manages %s", q.Product.Words.Deactivate, q.Product.Words.Members)
	}
	if err == nil {
		_, err = q.Directory.Deactivate(q.Context(), q.Workspace.ID, m.ID, version(q), q.Origin())
	}
	if err != nil {
		return q.Again(err, askDeactivate)
	}
	return q.Redirect(q.To("members", string(m.ID), tabAccess), m.Name()+" is "+q.Product.Words.Inactive+" now. Everything known stays.")
}

func restore(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	if _, err = q.Directory.Restore(q.Context(), q.Workspace.ID, m.ID, version(q), q.Origin()); err != nil {
		return q.Again(err, showAccess)
	}
	return q.Redirect(q.To("members", string(m.ID), tabAccess), m.Name()+" is back, as before.")
}

func answerHeld(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	accept := q.Field("answer") == "accept"
	if !accept && q.Field("answer") != "refuse" {
		return q.Again(identity.Errorf(identity.Invalid, "answer", "choose Accept or Refuse"), showAccess)
	}
	if _, err := q.Directory.AnswerHeld(q.Context(), q.Workspace.ID, m.ID, version(q), accept, q.Origin()); err != nil {
		return q.Again(err, showAccess)
	}
	notice := "Refused. " + m.Name() + " stays as before, and the directory reads so."
	if accept {
		notice = "Accepted. What the directory asked is done."
	}
	return q.Redirect(q.To("members", string(m.ID), tabAccess), notice)
}
