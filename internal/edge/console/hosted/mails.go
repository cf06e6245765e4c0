package hosted

import (
	"regexp"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
)

// mailsPage shows a developer what was mailed, newest first.
type mailsPage struct {
	Mails []letter
	Older string // where those before are
}

// letter is one mail, its text taken apart so that addresses can be clicked.
type letter struct {
	mail.Opened
	Parts []part
}

// part is a run of text, or a link.
type part struct {
	Text string
	Link bool
}

const mailsAtOnce = 20

func mails(q *frame.Request) error {
	if !q.Dev {
		return errNothing
	}
	all, err := q.Outbox.Read(q.Context(), identity.MailID(q.Query("before")), mailsAtOnce+1)
	if err != nil {
		return err
	}
	var p mailsPage
	if len(all) > mailsAtOnce {
		all = all[:mailsAtOnce]
		p.Older = "/dev/mails?before=" + string(all[mailsAtOnce-1].ID)
	}
	for _, m := range all {
		p.Mails = append(p.Mails, letter{m, partsOf(m.Text)})
	}
	return q.Render(frame.Page{
		Title: "Mails", State: "What would have been mailed, newest first. This page is there in development only.",
		Template: "hosted/mails", Bare: true, Data: p,
	})
}

var links = regexp.MustCompile(`https?://\S+`)

func partsOf(text string) (out []part) {
	at := 0
	for _, found := range links.FindAllStringIndex(text, -1) {
		out = append(out, part{text[at:found[0]], false}, part{text[found[0]:found[1]], true})
		at = found[1]
	}
	return append(out, part{text[at:], false})
}
