package connect

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// How much is looked at to say what a directory has sent.
const (
	lookedRequests = 200 // the newest
	lookedPeople   = 25  // of whom they were about
	shownErrors    = 5
)

// found is what a connection's directory has shown of itself.
type found struct {
	guide.Seen
	identity.Cadence
	People, Groups int64
	Tokens         []identity.Token
	Requests       []identity.Request // the newest, newest first
	Failed         []identity.Request // of them
	Sent           []sent
	Looked         int // people
}

// sent is an attribute that has come over the wire.
type sent struct {
	Path, Example, Becomes string
	Required               bool
}

// look reads what a connection's directory has shown. It costs the same however
// much there was, but for the count of people.
func look(q *frame.Request, ws identity.WorkspaceID, p *place) (*found, error) {
	ctx, r, f := q.Context(), q.Store.Read(ws), &found{}
	var err error
	if f.Cadence, err = q.Directory.Cadence(ctx, ws, p.ID); err != nil {
		return nil, err
	}
	if f.People, f.Groups, _, err = q.Directory.RemovalPreview(ctx, ws, p.ID); err != nil {
		return nil, err
	}
	if f.Tokens, err = tokensOf(q, ws, p.ID); err != nil {
		return nil, err
	}
	recent, err := r.RequestsWhere(ctx, store.RequestFilter{Connection: p.ID}, lookedRequests)
	if err != nil {
		return nil, err
	}
	f.Requests = recent.Requests
	f.Contact, f.Person, f.Group = !f.Cadence.First.IsZero(), f.People > 0, f.Groups > 0
	for i := range f.Requests {
		e := &f.Requests[i]
		if (e.Method == "PATCH" || e.Method == "PUT") && e.Status < 300 {
			f.Update = true
		}
		if e.Status >= 400 && len(f.Failed) < shownErrors {
			f.Failed = append(f.Failed, *e)
		}
	}
	if err := f.sample(ctx, q.App, r, p.ID); err != nil {
		return nil, err
	}
	f.missing(q.Product)
	return f, nil
}

// signedOn adds what a connection has shown of signing in.
func (f *found) signedOn(ctx context.Context, r *store.Reader, d *identity.SignOn, by identity.Protocol) error {
	f.Known = by == identity.SAML && d.SAML.EntityID != "" && len(d.SAML.Certificates) > 0 || by == identity.OIDC && d.OIDC.AuthURL != "" && d.OIDC.ClientID != ""
	f.Entered = !d.Proven.IsZero()
	traces, err := r.Traces(ctx, store.TraceFilter{Connection: d.Connection}, lookedRequests)
	for i := range traces {
		f.Answered = true
		f.Entered = f.Entered || traces[i].Rule == "" && !traces[i].Test
	}
	return err
}

// sample looks at the people whom the newest requests were about, or at some
// that the connection manages, and gathers which attributes they came with.
func (f *found) sample(ctx context.Context, a *frame.App, r *store.Reader, id identity.ConnectionID) error {
	var members []identity.Member
	seen := map[identity.MemberID]bool{}
	for i := 0; i < len(f.Requests) && len(members) < lookedPeople; i++ {
		if f.Requests[i].Subject == "" || !strings.Contains(f.Requests[i].Path, "/Users") {
			continue
		}
		m, is, err := r.MemberByResource(ctx, f.Requests[i].Subject)
		if err != nil {
			return err
		}
		if is && m.Connection == id && !seen[m.ID] {
			seen[m.ID] = true
			members = append(members, m)
		}
	}
	if len(members) == 0 && f.People > 0 {
		ids, err := r.MembersConnected(ctx, id, "", lookedPeople)
		if err != nil {
			return err
		}
		for _, m := range ids {
			member, is, err := r.Member(ctx, m)
			if err != nil {
				return err
			}
			if is {
				members = append(members, member)
			}
		}
	}
	f.Looked = len(members)
	return f.gather(a.Product, a.Directory, members)
}

func (f *found) gather(p *product.Product, d *directory.Service, members []identity.Member) error {
	required := guide.Required(p)
	for i := range members {
		doc, err := d.UserType().DecodeStored(members[i].Doc)
		if err != nil {
			return err
		}
		for _, v := range flatten(p, doc) {
			inherited := slices.ContainsFunc(members[i].Inherited, func(n string) bool { return strings.EqualFold(n, v.top) })
			known := slices.ContainsFunc(f.Sent, func(s sent) bool { return s.Path == v.path })
			if !inherited && !known {
				f.Sent = append(f.Sent, sent{Path: v.path, Example: v.text, Becomes: guide.Becomes(p, v.path), Required: slices.ContainsFunc(required, v.is)})
			}
		}
	}
	slices.SortStableFunc(f.Sent, func(a, b sent) int { return strings.Compare(rank(a)+a.Path, rank(b)+b.Path) })
	return nil
}

// rank puts what the product uses before what it only keeps.
func rank(s sent) string {
	if s.Becomes == "Kept as sent" {
		return "2"
	}
	return "1"
}

// missing finds the required attributes that have not come: nobody has them, or
// somebody was refused for want of them and nobody else has them either.
func (f *found) missing(p *product.Product) {
	for _, path := range guide.Required(p) {
		came := slices.ContainsFunc(f.Sent, func(s sent) bool { return value{path: s.Path}.is(path) })
		if strings.HasPrefix(path, "emails") && !came { // an e-mail address as the user name is one
			came = slices.ContainsFunc(f.Sent, func(s sent) bool { return s.Path == "userName" && strings.Contains(s.Example, "@") })
		}
		refused := slices.ContainsFunc(f.Requests, func(r identity.Request) bool {
			return r.Status == 400 && strings.HasPrefix(r.Detail, path+":")
		})
		if !came && (refused || f.Looked > 0) {
			f.Missing = append(f.Missing, path)
		}
	}
}

// value is one value of a resource, by its path as a mapping writes it.
type value struct{ path, text, top string }

// is reports whether the value is one of an attribute: emails[type eq
// "work"].value is one of emails, and of emails.value.
func (v value) is(path string) bool {
	if v.path == path {
		return true
	}
	head, rest, multi := strings.Cut(v.path, "[")
	if !multi {
		return strings.HasPrefix(v.path, path+".") && !strings.HasPrefix(path, "urn:")
	}
	_, sub, _ := strings.Cut(rest, "]")
	return head == path || head+sub == path
}

// flatten lists the values of a resource.
func flatten(p *product.Product, doc *scim.Object) (out []value) {
	for _, a := range doc.Attrs {
		if slices.Contains([]string{"id", "meta", "schemas", "groups", "password"}, a.Name) {
			continue
		}
		name := a.Name
		if _, own := p.Attribute(product.CoreUser + ":" + name); own || a.Form != scim.Bare {
			if own, ok := p.Attribute(name); !ok || !own.Standard() {
				name = product.CoreUser + ":" + name
			}
		}
		for _, v := range flat(name, a.Value) {
			v.top = a.Name
			out = append(out, v)
		}
	}
	return out
}

func flat(name string, v any) (out []value) {
	switch v := v.(type) {
	case nil:
		return nil
	case *scim.Object:
		between := "."
		if strings.HasPrefix(name, "urn:") && strings.HasSuffix(name, ":User") {
			between = ":"
		}
		for _, a := range v.Attrs {
			out = append(out, flat(name+between+a.Name, a.Value)...)
		}
	case []any:
		for _, e := range v {
			out = append(out, element(name, e)...)
		}
	default:
		if text := fmt.Sprint(v); text != "" {
			out = append(out, value{path: name, text: text})
		}
	}
	return out
}

// element lists the values of one of several: emails[type eq "work"].value.
func element(name string, e any) (out []value) {
	o, complex := e.(*scim.Object)
	if !complex {
		return flat(name, e)
	}
	at := name
	if kind := o.Str("type"); kind != "" {
		at = fmt.Sprintf("%s[type eq %q]", name, kind)
	}
	for _, a := range o.Attrs {
		if a.Name != "type" && a.Name != "primary" && a.Name != "$ref" {
			out = append(out, flat(at+"."+a.Name, a.Value)...)
		}
	}
	return out
}

// pulse names what a connection's pages would show now: it changes with the
// change log, with every request, and with the connection.
func pulse(ctx context.Context, a *frame.App, ws identity.WorkspaceID, id identity.ConnectionID) (string, error) {
	r, h := a.Store.Read(ws), fnv.New64a()
	t, err := r.Tally(ctx)
	if err != nil {
		return "", err
	}
	newest, err := r.Requests(ctx, "", 3)
	if err != nil {
		return "", err
	}
	traces, err := r.Traces(ctx, store.TraceFilter{Connection: id}, 1)
	if err != nil {
		return "", err
	}
	for i := range traces {
		_, _ = fmt.Fprintln(h, traces[i].Code)
	}
	c, err := a.Directory.Connection(ctx, ws, id)
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintln(h, t.Seq, t.Provisioning, c.Version, c.FirstContact.IsZero())
	for i := range newest {
		_, _ = fmt.Fprintln(h, newest[i].ID, newest[i].Status)
	}
	return fmt.Sprintf("%x", h.Sum64()), nil
}

// calmly keeps a word for a while once it has changed, so that a directory's
// first cycle does not make a page read itself again at every request. What
// changes after a quiet time is told at once.
func calmly(rest time.Duration, version func(context.Context) (string, error)) func(context.Context) (string, error) {
	told, at := "", time.Time{}
	return func(ctx context.Context) (string, error) {
		if time.Since(at) < rest {
			return told, nil
		}
		now, err := version(ctx)
		if now != told && told != "" {
			at = time.Now() // not after the first, which tells nothing new
		}
		told = now
		return told, err
	}
}

// How long a page is left alone after a change: one behind a set-up link longer,
// since its openings are counted.
const (
	restHere  = time.Second
	restThere = 3 * time.Second
)
