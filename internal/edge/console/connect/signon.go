package connect

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/guide"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/signin"
)

// signOn is how people sign in through a connection, as its tabs show it.
type signOn struct {
	place
	By      identity.Protocol // whose tab it is
	Stored  identity.SignOn
	Draft   identity.SignOn // what the fields show: what is stored, was typed, or came
	Ours    signin.Addresses
	Names   guide.Names
	Endings []signin.Ending // of what is stored: those that are near
	May     bool
	Review  string // what came and is not saved; "" for nothing
	Came    string // the address that the fields were filled in from
	Times   []choice
	Unasked bool // the product lets the connection say
	On      bool // people sign in through it by this protocol
	Other   bool // they do by the other one
}

// choice is one of a select's options.
type choice struct{ Name, Title string }

// signOnPage is what a tab shows; the parts that only one of both has are its own.
type signOnPage struct {
	signOn
	Certificates []certificate // of the identity provider
	Keys         []key         // of ours
	NameIDs      []choice
	Attributes   []mapped
	Secrets      int // that are stored
}

// mapped is one of our attributes with the name under which it comes.
type mapped struct{ Name, Title, Value, Usual string }

// signsIn reports whether the pages on signing in are there at all: some plan of
// the product has it, or the workspace.
func signsIn(q *frame.Request) bool {
	return q.Unlocked(product.FeatureSSO) || len(q.Product.Unlocking(product.FeatureSSO)) > 0
}

// HasProtocol reports whether people can sign in through the connection so.
func (p place) HasProtocol(name string) bool {
	return slices.Contains(p.protocols, identity.Protocol(name))
}

// signOnOf reads how people sign in through a connection.
func signOnOf(q *frame.Request, w *identity.Workspace, p place, by identity.Protocol) (signOn, error) {
	stored, err := q.SignIn.SignOn(q.Context(), w.ID, p.ID)
	if err != nil {
		return signOn{}, err
	}
	d := signOn{
		place: p, By: by, Stored: stored, Draft: stored, Ours: q.SignIn.Addresses(*w, p.ID, stored.SAML.Slug), Names: guide.SignOnNames(p.Provider),
		May: q.Can(access.ChangeConnection), Times: justInTime(q.Product), Unasked: q.Product.SignIn.IdPInitiated,
		On: stored.Enabled && stored.Protocol == by, Other: stored.Enabled && stored.Protocol != by,
	}
	for _, e := range signin.Endings(&stored) {
		if stored.Enabled && e.Soon(q.Store.Now()) {
			d.Endings = append(d.Endings, e)
		}
	}
	return d, nil
}

// justInTime says what the choices mean for somebody whom no directory has
// provisioned.
func justInTime(p *product.Product) []choice {
	usual := map[product.JustInTime]string{
		product.JustInTimeAuto: "made a " + p.Words.Member + ", unless provisioning is on",
		product.JustInTimeOn:   "made a " + p.Words.Member, product.JustInTimeOff: "refused",
	}[p.SignIn.JustInTime]
	return []choice{
		{"", "The usual: " + usual},
		{"on", "On: made a " + p.Words.Member + " by the first sign-in"},
		{"off", "Off: refused until they are added here"},
	}
}

// signOnVersion is the version of the settings that the form was made from.
func signOnVersion(q *frame.Request) int64 {
	n, err := strconv.ParseInt(q.Field("signon"), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// onOff puts the switch of a protocol's tab into settings: the tab that is switched
// on is the one that counts.
func onOff(q *frame.Request, d *identity.SignOn, by identity.Protocol) {
	switch {
	case q.Has("enabled"):
		d.Enabled, d.Protocol = true, by
	case d.Protocol == by || d.Protocol == "":
		d.Enabled, d.Protocol = false, by
	}
	if q.Has("just_in_time") {
		d.JustInTime = q.Field("just_in_time")
	}
}

// Ticked says how the tab's switch stands.
func (s signOn) Ticked() bool { return s.Draft.Enabled && s.Draft.Protocol == s.By }

// signInStanding says how people sign in through a connection, as a word; nothing
// where nobody can.
func signInStanding(q *frame.Request, p *place) (standing, error) {
	if len(p.protocols) == 0 || !signsIn(q) {
		return standing{}, nil
	}
	d, err := q.SignIn.SignOn(q.Context(), q.Workspace.ID, p.ID)
	ends := signin.Endings(&d)
	switch {
	case !d.Enabled:
		return standing{"Off", "off", "Nobody signs in through it."}, err
	case !q.Unlocked(product.FeatureSSO):
		return standing{"Locked", "off", "The plan does not include single sign-on."}, err
	case len(ends) > 0 && ends[0].Soon(q.Store.Now()):
		return standing{"Ends soon", "wait", ends[0].What + " " + ends[0].Left(q.Store.Now()) + "."}, err
	case d.SAML.Found != "" || d.SAML.FetchError != "":
		return standing{"Needs you", "wait", "Its metadata could not be taken."}, err
	}
	return standing{"On", "good", ""}, err
}

// until reads a day that was typed; it counts to its end.
func until(q *frame.Request, field string) (time.Time, error) {
	text := q.Field(field)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, identity.Errorf(identity.Invalid, field, "Write a day as 2027-12-31, or leave it empty.")
	}
	return at.Add(24*time.Hour - time.Second), nil
}

// Day writes a day as a field for one wants it, "" for none.
func (signOn) Day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// Scopes are those that were chosen, as they are typed.
func (s signOn) Scopes() string { return strings.Join(s.Draft.OIDC.Scopes, " ") }

// attributes are those of ours that an administrator can say the names of.
func attributes(p *product.Product, now map[string]string, usual func(string) string) (out []mapped) {
	all := []mapped{{Name: "email", Title: "E-mail"}, {Name: "userName", Title: "User name"}, {Name: "givenName", Title: "First name"}, {Name: "familyName", Title: "Last name"}, {Name: "displayName", Title: "Display name"}}
	if path, own := guide.ByAttribute(p); own {
		a, _ := p.Attribute(path)
		all = append(all, mapped{Name: a.Name, Title: product.Title(p.Words.Role)})
	}
	for _, m := range all {
		m.Value, m.Usual = now[m.Name], usual(m.Name)
		out = append(out, m)
	}
	return out
}

// typedAttributes reads what an administrator says they are called.
func typedAttributes(q *frame.Request, before map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range before {
		if !q.Has("attribute." + name) {
			out[name] = value
		}
	}
	for field := range q.R.PostForm {
		if name, ok := strings.CutPrefix(field, "attribute."); ok && q.Field(field) != "" && len(name) <= 64 {
			out[name] = q.Field(field)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// saved answers a save that went well.
func saved(q *frame.Request, p *place, before, now *identity.SignOn, tab string) error {
	said := "Saved."
	switch w := &q.Product.Words; {
	case !before.Enabled && now.Enabled:
		said = "Saved. " + product.Title(w.Members) + " can sign in through " + p.Name + " now. Nobody has to yet."
	case before.Enabled && !now.Enabled:
		said = "Saved. Nobody signs in through " + p.Name + " any more. Sessions that it began go on until they end."
	case before.Enabled && before.Protocol != now.Protocol:
		said = "Saved. " + product.Title(w.Members) + " sign in by the other protocol from now on."
	}
	if !before.Proven.IsZero() && now.Proven.IsZero() && now.Enabled {
		said += " This is another way to sign in than the one that was tried: test it."
	}
	return q.Redirect(to(q, p.ID, tab), said)
}
