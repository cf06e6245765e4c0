package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/scim"
)

// admit lets in, inside one write, whom the provider vouches for: it finds the
// member or makes one, links it, takes over roles and attributes, and begins the
// session. Whoever is refused changes nothing. Proved is the member who has shown
// the old credential; nil for everybody else.
func (f *flow) admit(ctx context.Context, tx *store.Tx, proved *identity.MemberID) error {
	said, notes := f.saidOf(), &scim.Notes{}
	m, by, err := f.who(ctx, tx, said)
	if err != nil {
		return err
	}
	if m.ID == "" {
		if m, err = f.introduce(ctx, tx, said, notes); err != nil {
			return err
		}
	}
	f.trace.Member = m.ID
	if m.State == identity.Inactive {
		return explain.Refuse(explain.MemberInactive, "a member who is active", masked(m.UserName)+", who is inactive")
	}
	f.step("The member was found by "+string(by), identity.Field{Name: "Member", Value: string(m.ID)})
	shown := proved != nil && *proved == m.ID
	if by != byArrival && !shown {
		if prove, err := f.mustProve(ctx, tx, &m, by); err != nil || prove {
			return err
		}
	}
	person, err := f.link(ctx, tx, &m, shown)
	if err != nil {
		return err
	}
	said.Renamed = by == bySubject && len(names(&f.said, f.connection.ID)) > 0
	if m, err = f.s.conf.Directory.SignedIn(ctx, tx, m.ID, said, f.asMember(m.ID), notes); err != nil {
		return err
	}
	for _, n := range *notes {
		f.report.Warnings = append(f.report.Warnings, n.Text)
	}
	return f.enter(ctx, tx, &m, person, by)
}

// asMember is the origin of what a member does at sign-in.
func (f *flow) asMember(m identity.MemberID) identity.Origin {
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorMember, ID: string(m)}, Source: "signin", RequestID: f.trace.RequestID, At: f.trace.At}
}

// introduce makes a member at the first sign-in, where that is switched on.
func (f *flow) introduce(ctx context.Context, tx *store.Tx, said directory.Said, notes *scim.Notes) (identity.Member, error) {
	if makes, err := f.makes(ctx, tx); err != nil || !makes {
		return identity.Member{}, firstError(err, explain.Refuse(explain.MemberMissing, "a member with this subject, id or address", firstText(masked(f.said.Address), masked(f.said.UserName), masked(f.said.Subject))))
	}
	if err := f.unknown(ctx, tx, &said); err != nil {
		return identity.Member{}, err
	}
	o := identity.Origin{Actor: identity.Actor{Kind: identity.ActorSystem, ID: string(f.connection.ID)}, Source: "signin", RequestID: f.trace.RequestID, At: f.trace.At}
	m, err := f.s.conf.Directory.Introduce(ctx, tx, said, o, notes)
	var own *identity.Error
	switch {
	case err == nil:
		f.report.Would = append(f.report.Would, "Make "+m.Name()+" a new "+f.s.conf.Product.Words.Member+".")
		return *m, nil
	case errors.As(err, &own) && own.Kind == identity.Taken:
		return identity.Member{}, explain.Refuse(explain.NewcomerTaken, "a user name and an address that nobody has", masked(firstText(said.UserName, said.Address)))
	case errors.As(err, &own) && own.Kind == identity.Invalid:
		return identity.Member{}, explain.Refuse(explain.NewcomerInvalid, own.Field, own.Msg)
	}
	return identity.Member{}, err
}

// unknown refuses whom a directory has deleted: a first sign-in brings nobody back.
func (f *flow) unknown(ctx context.Context, tx *store.Tx, said *directory.Said) error {
	for _, key := range append(f.addresses(), identity.Fold(said.Address), identity.Fold(said.UserName)) {
		was, err := tx.WasMember(ctx, key)
		if err != nil {
			return err
		}
		if was {
			return explain.Refuse(explain.MemberDeleted, "an address that nobody has had", masked(key))
		}
	}
	return nil
}

func firstText(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// makes reports whether a first sign-in makes a member: as the connection says, or
// else the product, which usually leaves it to the directory where one provisions.
func (f *flow) makes(ctx context.Context, tx *store.Tx) (bool, error) {
	switch firstText(f.on.JustInTime, string(f.s.conf.Product.SignIn.JustInTime)) {
	case string(product.JustInTimeOn):
		return true, nil
	case string(product.JustInTimeOff):
		return false, nil
	}
	if !f.w.Provisioning || !f.s.conf.Directory.Unlocked(f.w, product.FeatureSCIM) {
		return true, nil
	}
	all, err := tx.Connections(ctx)
	return !slices.ContainsFunc(all, func(c identity.Connection) bool { return !c.FirstContact.IsZero() }), err
}

// firstError is err, or what else is wrong.
func firstError(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// owner reports whether a member owns the workspace, by its own grants or by a
// group that is an owner's role.
func (f *flow) owner(ctx context.Context, tx *store.Tx, m *identity.Member) bool {
	_, roles, err := f.s.rights(ctx, &tx.Reader, m.ID)
	return f.s.conf.Directory.IsOwner(m) || err != nil || owns(roles)
}

// link makes the member somebody's who signs in through the connection: the person
// who is it already, or a person of its own. The provider's lasting names are bound
// to it, and Shown, with the trust for which the old credential was shown.
func (f *flow) link(ctx context.Context, tx *store.Tx, m *identity.Member, shown bool) (identity.PersonID, error) {
	now := f.s.conf.Store.Now()
	linked, bound, err := tx.Linking(ctx, m.ID)
	if err != nil {
		return "", err
	}
	if !bound {
		if linked.Person, err = f.s.conf.Accounts.Newcomer(ctx, tx, m); err != nil {
			return "", err
		}
	}
	for i := range f.stale {
		if err := tx.UnbindSubject(ctx, &f.stale[i]); err != nil {
			return "", err
		}
	}
	fresh, trust := 0, int64(0)
	if shown {
		trust = f.on.Trust
	}
	for _, n := range names(&f.said, f.connection.ID) {
		n.Member, n.Since, n.Trust = m.ID, now, trust
		made, err := tx.BindSubject(ctx, &n)
		if err == nil && !made {
			err = tx.TouchSubject(ctx, &n, now)
		}
		if err != nil {
			return "", err
		}
		if made {
			fresh++
		}
	}
	if linked.By != f.connection.ID || linked.Since.IsZero() || fresh > 0 {
		if err := f.noteLinked(ctx, tx, m, &linked, now); err != nil {
			return "", err
		}
	}
	if shown {
		err = tx.TrustLink(ctx, m.ID, trust)
	}
	return linked.Person, err
}

func (f *flow) noteLinked(ctx context.Context, tx *store.Tx, m *identity.Member, before *store.Linking, now time.Time) error {
	if before.By != f.connection.ID || before.Since.IsZero() {
		if err := tx.LinkMember(ctx, m.ID, f.connection.ID, now); err != nil {
			return err
		}
		f.report.Would = append(f.report.Would, "Link "+m.Name()+" to "+f.title()+": no password or passkey counts in this "+f.s.conf.Product.Words.Workspace+" from then on.")
		f.step("The member was linked to the provider")
	}
	return tx.Log(ctx, f.asMember(m.ID), identity.MemberLinked, identity.Subject{Kind: "member", ID: string(m.ID)}, []identity.Delta{{Field: "connection", After: string(f.connection.ID)}})
}

// title is what people call the connection.
func (f *flow) title() string { return firstText(f.connection.Title, f.connection.Name) }

// enter begins the session of a member, if its roles open the way in that was asked
// for.
func (f *flow) enter(ctx context.Context, tx *store.Tx, m *identity.Member, person identity.PersonID, by match) error {
	groups, err := tx.GroupsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	d := f.s.conf.Directory
	for _, g := range d.Roles(m, groups) {
		f.report.Roles = append(f.report.Roles, g.Role)
	}
	if err := f.open(d.Channels(m, groups)); err != nil {
		return err
	}
	admin := administers(d.Rights(m, groups))
	if err := f.s.confirm(ctx, tx, f.w.ID, m.ID, admin); err != nil {
		return err
	}
	if admin {
		if err := f.prove(ctx, tx, m); err != nil {
			return err
		}
	}
	within, err := f.within(ctx, tx, person)
	if err != nil {
		return err
	}
	name, err := f.s.sealName(f.name())
	if err != nil {
		return err
	}
	method := map[identity.Protocol]identity.Method{identity.SAML: identity.BySAML, identity.OIDC: identity.ByOIDC}[f.said.Protocol]
	f.out.Fresh, err = f.s.conf.Accounts.Begin(ctx, tx, identity.Session{
		Person: person, Method: method, Within: within, Expires: f.said.SessionEnd, Connection: f.connection.ID, Home: f.w.ID,
		Subject: f.subject(), AtProvider: f.said.Session, NameID: name,
	}, f.client)
	f.out.Member = *m
	f.step("A session began", identity.Field{Name: "Reaches", Value: anyOf(within == "", "all of the person's workspaces", "this workspace only")})
	f.report.Would = append(f.report.Would, fmt.Sprintf("Sign in %s, found by %s.", m.Name(), by))
	return err
}

// open refuses a member whose roles do not open the way in that was asked for
// (P19). A product without ways has one, which is open to everybody.
func (f *flow) open(ways []product.Channel) error {
	asked := firstText(f.asked.Channel, "web")
	known := func(all []product.Channel) bool {
		return slices.ContainsFunc(all, func(c product.Channel) bool { return c.Name == asked })
	}
	if !known(f.s.conf.Product.Channels) || known(ways) {
		return nil
	}
	var open []string
	for _, c := range ways {
		open = append(open, c.Title)
	}
	return explain.Refuse(explain.ChannelClosed, "a role that opens "+asked, firstText(strings.Join(open, ", "), "no way in")+" by the roles "+firstText(strings.Join(f.report.Roles, ", "), "of nobody"))
}

// name is what the session keeps of how the provider named somebody.
func (f *flow) name() nameKept {
	if f.said.Protocol == identity.OIDC {
		return nameKept{IDToken: f.token}
	}
	return nameKept{NameID: f.said.Subject, Format: f.said.Format, Qualifier: f.said.Qualifier, SPQualifier: f.said.SPQualifier}
}

// subject is under which the session is found again when the provider ends it.
func (f *flow) subject() string {
	if f.said.Protocol == identity.OIDC {
		return identity.SubjectDigest(f.said.Issuer, "", firstText(claim(&f.said, "sub"), f.said.Subject))
	}
	return identity.SubjectDigest(f.said.Issuer, f.said.Format, f.said.Subject)
}

// prove notes that an administrator has signed in through exactly these settings.
func (f *flow) prove(ctx context.Context, tx *store.Tx, m *identity.Member) error {
	o, found, err := tx.SignOn(ctx, f.connection.ID)
	if err != nil || !found || o.Version != f.asked.Version {
		return err
	}
	now, first := f.s.conf.Store.Now(), o.Proven.IsZero()
	if !first && (o.ProvenBy == m.ID || now.Sub(o.Proven) < 24*time.Hour) {
		return nil
	}
	o.Proven, o.ProvenBy = now, m.ID
	if err := tx.SaveSignOn(ctx, &o); err != nil || !first {
		return err
	}
	return tx.Log(ctx, f.asMember(m.ID), identity.SignOnProven, identity.Subject{Kind: "connection", ID: string(f.connection.ID)}, []identity.Delta{{Field: "version", After: o.Version}})
}

// within is the workspace that the session is confined to; "" where every address
// of the person lies in a domain that this workspace has proven to be its own.
func (f *flow) within(ctx context.Context, tx *store.Tx, person identity.PersonID) (identity.WorkspaceID, error) {
	all, err := tx.Memberships(ctx, person)
	if err != nil {
		return "", err
	}
	own := map[string]bool{}
	for i := range all {
		domain := all[i].Address[strings.LastIndexByte(all[i].Address, '@')+1:]
		covered, asked := own[domain]
		if !asked {
			d, found, err := tx.VerifiedDomain(ctx, domain)
			if err != nil {
				return "", err
			}
			covered = domain != "" && found && d.Workspace == f.w.ID
			own[domain] = covered
		}
		if !covered {
			return f.w.ID, nil
		}
	}
	return "", nil
}
