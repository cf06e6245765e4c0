package people

import (
	"strconv"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/edge/console/told"
	"github.com/anteroom-id/anteroom/internal/store"
)

// history is the tab that lists everything that happened to a member.
type history struct {
	head
	Entries      []told.Entry
	Older, Newer string
}

// shownEntries is a page of history.
const shownEntries = 25

func showHistory(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	h := history{head: headOf(q, &m)}
	before, err := strconv.ParseInt(frame.OrElse(q.Query("before"), "0"), 10, 64)
	if err != nil || before < 0 {
		return errNothing
	}
	r := q.Store.Read(q.Workspace.ID)
	page, err := r.ChangesWhere(q.Context(), store.ChangeFilter{Subject: string(m.ID), Before: before}, shownEntries)
	if err != nil {
		return err
	}
	if h.Entries, err = told.New(q.Product, r).Tell(q.Context(), page.Changes); err != nil {
		return err
	}
	if page.Next > 0 {
		h.Older = h.Base + "/" + tabHistory + "?before=" + strconv.FormatInt(page.Next, 10)
	}
	if before > 0 {
		h.Newer = h.Base + "/" + tabHistory
	}
	return q.Render(memberPage(q, &h.head, tabHistory, "people/history", &h))
}
