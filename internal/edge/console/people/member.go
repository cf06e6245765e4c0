package people

import (
	"strconv"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

// head is what every page of one member has.
type head struct {
	directory.MemberRow
	State badge
	Base  string // the member's own address
	Self  bool   // it is who is signed in
}

// Tabs of a member's page.
const (
	tabProfile  = ""
	tabAccess   = "access"
	tabSessions = "sessions"
	tabHistory  = "history"
)

func headOf(q *frame.Request, m *directory.MemberRow) head {
	return head{MemberRow: *m, State: stateOf(q.Product, &m.Member), Base: q.To("members", string(m.ID)), Self: m.ID == q.Member.ID}
}

// memberPage is a page of a member, on one of its tabs.
func memberPage(q *frame.Request, h *head, tab, template string, data any) frame.Page {
	p := frame.Page{
		Title: frame.OrElse(h.Name(), frame.OrElse(h.Address, "(no name)")), State: h.told(),
		Nav: frame.NavMembers, Trail: membersTrail(q), Template: template, Data: data,
	}
	for _, t := range []struct{ key, label string }{{tabProfile, "Profile"}, {tabAccess, "Access"}, {tabSessions, "Sessions & devices"}, {tabHistory, "History"}} {
		if t.key == tabSessions && !h.showsSessions(q) {
			continue
		}
		href := h.Base
		if t.key != "" {
			href += "/" + t.key
		}
		p.Tabs = append(p.Tabs, frame.Tab{Label: t.label, Href: href, Current: t.key == tab})
	}
	return p
}

// told says in one line how things are with the member.
func (h *head) told() string {
	s := h.State.Word
	if h.Address != "" {
		s = h.Address + " · " + s
	}
	switch {
	case h.ManagedBy != "":
		s += " · managed by " + h.ManagedBy
	case h.Connection == "":
		s += " · managed by hand"
	}
	if !h.Seat {
		return s + " · takes no seat"
	}
	return s
}

// version is the version that a form was made on; what is no number is stale.
func version(q *frame.Request) int64 {
	n, err := strconv.ParseInt(q.Field("version"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
