package mail

import (
	"context"
	"encoding/json"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
)

// Outbox is where letters wait. It is safe for concurrent use.
type Outbox struct {
	store   *store.Store
	product *product.Product
	box     *seal.Box
	bell    chan struct{}
}

// NewOutbox gives the outbox of a product.
func NewOutbox(s *store.Store, p *product.Product, box *seal.Box) *Outbox {
	return &Outbox{store: s, product: p, box: box, bell: make(chan struct{}, 1)}
}

// Post puts a letter into the outbox, in the commit of what causes it. Ring after
// the commit. An address that is none is identity.Invalid.
func (o *Outbox) Post(ctx context.Context, tx *store.Tx, l Letter) error {
	_, err := o.post(ctx, tx, l)
	return err
}

// Feign takes as long as Post, and posts nothing.
func (o *Outbox) Feign(ctx context.Context, tx *store.Tx, l Letter) error {
	id, err := o.post(ctx, tx, l)
	if err != nil {
		return err
	}
	return tx.DropMail(ctx, id)
}

func (o *Outbox) post(ctx context.Context, tx *store.Tx, l Letter) (identity.MailID, error) {
	if err := CheckAddress(l.To); err != nil {
		return "", err
	}
	l.Subject = oneLine(l.Subject)
	b, err := l.render(o.product)
	if err != nil {
		return "", err
	}
	text, err := b.json()
	if err != nil {
		return "", err
	}
	now := o.store.Now()
	m := identity.Mail{ID: identity.NewMailID(now), To: l.To, Subject: l.Subject, Created: now, Due: now}
	m.Body = o.box.Seal(purpose(m.ID), text)
	return m.ID, tx.InsertMail(ctx, &m)
}

func purpose(id identity.MailID) string { return "mail " + string(id) }

// Ring wakes the sender.
func (o *Outbox) Ring() {
	select {
	case o.bell <- struct{}{}:
	default: // it rings already
	}
}

// Opened is a mail with its text, while it has one.
type Opened struct {
	identity.Mail
	Text, HTML string
}

// Read lists up to limit mails, newest first, from before an id ("" for the
// newest), with their texts: the page on which a developer reads them.
func (o *Outbox) Read(ctx context.Context, before identity.MailID, limit int) ([]Opened, error) {
	all, err := o.store.Mails(ctx, before, limit)
	out := make([]Opened, 0, len(all))
	for i := range all {
		b, berr := o.open(&all[i])
		if berr != nil {
			return nil, berr
		}
		out = append(out, Opened{all[i], b.Text, b.HTML})
	}
	return out, err
}

// List lists up to limit mails, newest first, without their texts: for
// operators, who see what failed and why.
func (o *Outbox) List(ctx context.Context, before identity.MailID, limit int) ([]identity.Mail, error) {
	all, err := o.store.Mails(ctx, before, limit)
	for i := range all {
		all[i].Body = ""
	}
	return all, err
}

func (o *Outbox) open(m *identity.Mail) (b body, err error) {
	if m.Body == "" {
		return b, nil
	}
	text, err := o.box.Open(purpose(m.ID), m.Body)
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal([]byte(text), &b)
}
