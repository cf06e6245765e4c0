package account

import (
	"context"
	"slices"
	"strings"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/store"
)

// needLocal refuses where nobody can have a credential here.
func (s *Service) needLocal() error {
	if !s.product.SignIn.Password && !s.product.SignIn.Passkey {
		return off("signing in with a password or a passkey")
	}
	return nil
}

// Founder makes a workspace's owner, or finds one of the address who has not
// signed in yet, and gives the address of a one-time link for the operator to
// hand over. Links made before for the same owner end. Somebody else's address,
// and that of an owner who has signed in, is identity.Taken. So is everybody's in a
// workspace with an owner who has signed in, except at the command line, where the
// owners are mailed a notice.
func (s *Service) Founder(ctx context.Context, ws identity.WorkspaceID, address, name string, o identity.Origin) (identity.Link, string, error) {
	if err := s.needLocal(); err != nil {
		return identity.Link{}, "", err
	}
	i := slices.IndexFunc(s.product.Roles.Catalogue, func(r product.Role) bool { return r.Owner })
	if i < 0 {
		return identity.Link{}, "", identity.Errorf(identity.Invalid, "", "no role of this product is an owner's")
	}
	given, family, _ := strings.Cut(strings.TrimSpace(name), " ")
	if err := s.directory.MayGive(ctx, ws, o, s.product.Roles.Catalogue[i].Name); err != nil {
		return identity.Link{}, "", err
	}
	owners, err := s.ownersWithin(ctx, ws, o)
	if err != nil {
		return identity.Link{}, "", err
	}
	n := directory.Newcomer{Address: address, GivenName: given, FamilyName: strings.TrimSpace(family), Role: s.product.Roles.Catalogue[i].Name}
	m, err := s.member(ctx, ws, n, o)
	if err != nil {
		return identity.Link{}, "", err
	}
	if !s.owns(&m) {
		return identity.Link{}, "", identity.Errorf(identity.Taken, "address", "%s belongs to a %s who is not an owner", address, s.product.Words.Member)
	}
	l := identity.Link{Kind: identity.LinkOwner, Member: m.ID, Address: m.Address}
	var word string
	err = s.store.Write(ctx, ws, func(tx *store.Tx) (err error) {
		if err := s.unbound(ctx, tx, m.ID); err != nil {
			return err
		}
		if word, err = s.issue(ctx, tx, o, &l, s.conf.OwnerLink); err != nil {
			return err
		}
		return s.tellOwners(ctx, tx, owners, m.Address)
	})
	if err != nil {
		return identity.Link{}, "", err
	}
	s.outbox.Ring()
	return l, s.address("link", word), nil
}

func (s *Service) owns(m *identity.Member) bool {
	return slices.ContainsFunc(m.Grants, func(g identity.Grant) bool {
		r, ok := s.product.RoleByValue(g.Role)
		return ok && r.Owner
	})
}

// member finds the workspace's member with the newcomer's address, or adds one.
func (s *Service) member(ctx context.Context, ws identity.WorkspaceID, n directory.Newcomer, o identity.Origin) (identity.Member, error) {
	if err := mail.CheckAddress(n.Address); err != nil {
		return identity.Member{}, err
	}
	m, found, err := s.store.Read(ws).MemberByAddress(ctx, identity.Fold(s.product.Address(n.Address)))
	if err != nil {
		return m, err
	}
	if found {
		return m, s.mayInviteAgain(ctx, ws, &m, o)
	}
	added, err := s.directory.Add(ctx, directory.Caller{Workspace: ws, Origin: o}, n)
	if err != nil {
		return m, err
	}
	return *added, nil
}

// mayInviteAgain refuses a member who would hand out, and so end, the link of
// somebody who may more than they.
func (s *Service) mayInviteAgain(ctx context.Context, ws identity.WorkspaceID, m *identity.Member, o identity.Origin) error {
	groups, err := s.store.Read(ws).GroupsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	var roles []string
	for _, r := range s.directory.Rights(m, groups) {
		roles = append(roles, r.Name)
	}
	return s.directory.MayGive(ctx, ws, o, roles...)
}

// unbound refuses a member who has signed in, and one who may not, and ends the
// links that were made before.
func (s *Service) unbound(ctx context.Context, tx *store.Tx, id identity.MemberID) error {
	m, found, err := tx.Member(ctx, id)
	if err != nil {
		return err
	}
	if !found || m.State == identity.Inactive {
		return identity.Errorf(identity.Forbidden, "", "this %s is %s", s.product.Words.Member, s.product.Words.Inactive)
	}
	w, err := tx.Details(ctx)
	if err == nil {
		err = s.notLinked(ctx, &tx.Reader, &w, id)
	}
	if isSSO(err) {
		err = identity.Errorf(identity.Taken, "address", "%s has joined already, and signs in through the %s's identity provider", m.Address, s.product.Words.Workspace)
	}
	if err != nil {
		return err
	}
	if _, bound, err := tx.PersonOf(ctx, id); err != nil || bound {
		return firstError(err, identity.Errorf(identity.Taken, "address", "%s has joined already, and can ask for a new password where people sign in", m.Address))
	}
	return tx.RevokeLinksOf(ctx, id, s.store.Now())
}

// Invite asks somebody into a workspace by mail: a member who has not signed in
// yet, or a newcomer, who is added. The link goes to the address and to nobody
// else, so that using it shows that the address's mail is read. Links made before
// end. A member who would invite somebody who may more than they, into a new role,
// the default one or one that is there already, is identity.Forbidden; too many
// mails are a Throttled.
func (s *Service) Invite(ctx context.Context, ws identity.WorkspaceID, n directory.Newcomer, o identity.Origin) (identity.Link, error) {
	if !s.product.SignIn.Invitations {
		return identity.Link{}, off("inviting people")
	}
	if err := s.needLocal(); err != nil {
		return identity.Link{}, err
	}
	if err := s.directory.MayGive(ctx, ws, o, n.Role); err != nil {
		return identity.Link{}, err
	}
	if err := mail.CheckAddress(n.Address); err != nil {
		return identity.Link{}, err
	}
	if err := s.throttle.invitation(ws, identity.Fold(n.Address)); err != nil {
		return identity.Link{}, err
	}
	m, err := s.member(ctx, ws, n, o)
	if err != nil {
		return identity.Link{}, err
	}
	l := identity.Link{Kind: identity.LinkInvite, Member: m.ID, Address: m.Address}
	err = s.store.Write(ctx, ws, func(tx *store.Tx) error {
		if err := s.unbound(ctx, tx, m.ID); err != nil {
			return err
		}
		w, err := tx.Details(ctx)
		if err != nil {
			return err
		}
		word, err := s.issue(ctx, tx, o, &l, s.conf.Invite)
		if err != nil {
			return err
		}
		return s.outbox.Post(ctx, tx, mail.Invitation(s.product, m.Address, w.Name, s.address("link", word), l.Expires))
	})
	s.outbox.Ring()
	return l, err
}

// Offer is what the page of an owner or invite link shows.
type Offer struct {
	Workspace string // its name
	Address   string // whom the link is for
	Name      string // what the member is called
	Known     bool   // it is the account of somebody whom a workspace calls so: ask for that password
}

// OpenLink says what an owner or invite link offers.
func (s *Service) OpenLink(ctx context.Context, word string, c Client) (Offer, error) {
	if err := s.throttle.from(c.Remote); err != nil {
		return Offer{}, err
	}
	l, err := s.find(ctx, word, identity.LinkOwner, identity.LinkInvite)
	if err != nil {
		return Offer{}, err
	}
	r := s.store.Read(l.Workspace)
	w, err := r.Details(ctx)
	if err != nil {
		return Offer{}, err
	}
	m, found, err := r.Member(ctx, l.Member)
	if err != nil || !found || !leadsTo(&l, &m) {
		return Offer{}, firstError(err, errLink)
	}
	if err := s.notLinked(ctx, r, &w, l.Member); err != nil {
		return Offer{}, err
	}
	_, known, err := s.ownerOf(ctx, l.Address)
	return Offer{w.Name, l.Address, m.Name(), known}, err
}

// Join uses a link up as somebody who signs in here for the first time, with a
// new password, and begins a session. Where the product does without passwords
// the password is "", and the session is there to add a passkey with. An address
// that is somebody's account is identity.Taken: sign in and JoinAs, or JoinWith.
// An account whose person no workspace calls so any more does not count: the
// address is the newcomer's then.
func (s *Service) Join(ctx context.Context, word, name, password string, c Client) (f Fresh, err error) {
	if err := s.needLocal(); err != nil {
		return f, err
	}
	if err := s.throttle.from(c.Remote); err != nil {
		return f, err
	}
	l, err := s.find(ctx, word, identity.LinkOwner, identity.LinkInvite)
	if err != nil {
		return f, err
	}
	now := s.store.Now()
	p := identity.Person{ID: identity.NewPersonID(now), Address: l.Address, Name: directory.OneLine(strings.TrimSpace(name)), Verified: l.Kind == identity.LinkInvite, Created: now}
	if s.product.SignIn.Password {
		if err := s.checkRules(password, l.Address); err != nil {
			return f, err
		}
		if p.Password, err = s.passwords.hash(ctx, password); err != nil {
			return f, err
		}
	}
	err = s.store.Write(ctx, l.Workspace, func(tx *store.Tx) error {
		_, taken, err := s.claim(ctx, tx, l.Address)
		if err != nil || taken {
			return firstError(err, identity.Errorf(identity.Taken, "address", "%s signs in here already; use that password", l.Address))
		}
		fresh, err := tx.InsertPerson(ctx, &p)
		if err != nil || !fresh {
			return firstError(err, errLink)
		}
		if err := s.bind(ctx, tx, &l, p.ID); err != nil {
			return err
		}
		f, err = s.begin(ctx, tx, p.ID, identity.ByLink, c)
		return err
	})
	return f, err
}

// JoinAs uses a link up as the person who is signed in: having the link and
// being signed in are the proof. The session gets another secret.
func (s *Service) JoinAs(ctx context.Context, word string, live *Live, c Client) (f Fresh, err error) {
	if err := s.throttle.from(c.Remote); err != nil {
		return f, err
	}
	l, err := s.find(ctx, word, identity.LinkOwner, identity.LinkInvite)
	if err == nil && live.Session.Within != "" {
		err = identity.Errorf(identity.Forbidden, FieldSSO, "you are signed in through the identity provider of another %s, which says nothing here; sign out, and open the link again", s.product.Words.Workspace)
	}
	if err != nil {
		return f, err
	}
	err = s.store.Write(ctx, l.Workspace, func(tx *store.Tx) error {
		if err := s.bind(ctx, tx, &l, live.Person.ID); err != nil {
			return err
		}
		f, err = s.rotate(ctx, tx, live, live.Session.Proved)
		return err
	})
	return f, err
}

// JoinWith uses a link up with the password, and the code where there is a
// second factor, of the person who has the link's address already.
func (s *Service) JoinWith(ctx context.Context, word, password, code string, c Client) (f Fresh, err error) {
	l, err := s.find(ctx, word, identity.LinkOwner, identity.LinkInvite)
	if err != nil {
		return f, err
	}
	seen, err := s.verify(ctx, Attempt{Address: l.Address, Password: password, Client: c})
	if err != nil {
		return f, err
	}
	if seen.TOTP != "" && code == "" {
		return f, s.askForCode(&seen, l.Address)
	}
	held := func(tx *store.Tx) (identity.Person, error) {
		p, same, err := tx.HoldPerson(ctx, seen.ID, seen.Password)
		if err == nil && !same {
			err = errWrong
		}
		return p, err
	}
	join := func(tx *store.Tx, p *identity.Person, how identity.Method) error {
		if err := s.bind(ctx, tx, &l, p.ID); err != nil {
			return err
		}
		f, err = s.begin(ctx, tx, p.ID, how, c)
		return err
	}
	if seen.TOTP != "" {
		err = s.withCode(ctx, l.Workspace, code, held, join)
		return f, err
	}
	err = s.store.Write(ctx, l.Workspace, func(tx *store.Tx) error {
		p, err := held(tx)
		if err != nil {
			return err
		}
		if p.TOTP != "" {
			return s.askForCode(&p, l.Address)
		}
		return join(tx, &p, identity.ByPassword)
	})
	return f, err
}

// leadsTo reports whether a link still leads to the member: the address that it
// was made for is the member's.
func leadsTo(l *identity.Link, m *identity.Member) bool {
	return identity.Fold(l.Address) == identity.Fold(m.Address)
}

// notLinked refuses a member who signs in through the workspace's identity
// provider, with the field FieldSSO.
func (s *Service) notLinked(ctx context.Context, r *store.Reader, w *identity.Workspace, id identity.MemberID) error {
	linked, _, err := r.Linking(ctx, id)
	if err != nil || linked.Since.IsZero() || !linked.InUse || !s.directory.Unlocked(*w, product.FeatureSSO) {
		return err
	}
	return errProvider([]identity.Membership{{Name: w.Name}})
}

// bind makes the link's member the person's, for good, and uses the link up.
func (s *Service) bind(ctx context.Context, tx *store.Tx, l *identity.Link, p identity.PersonID) error {
	now := s.store.Now()
	w, err := tx.Details(ctx)
	if err != nil {
		return err
	}
	if err := s.notLinked(ctx, &tx.Reader, &w, l.Member); err != nil {
		return err
	}
	used, err := tx.UseLink(ctx, l.ID, now)
	if err != nil || !used {
		return firstError(err, errLink)
	}
	if err := s.oneEach(ctx, tx, p); err != nil {
		return err
	}
	m, found, err := tx.Member(ctx, l.Member)
	if err != nil || !found || !leadsTo(l, &m) {
		return firstError(err, errLink)
	}
	bound, err := tx.BindMember(ctx, &m, p, now)
	if err != nil || !bound {
		return firstError(err, errLink)
	}
	if err := tx.RevokeLinksOf(ctx, l.Member, now); err != nil {
		return err
	}
	o := s.asMember(l.Member)
	if err := tx.Log(ctx, o, identity.LinkUsed, identity.Subject{Kind: "link", ID: string(l.ID)}, nil); err != nil {
		return err
	}
	if err := tx.Log(ctx, o, identity.MemberJoined, identity.Subject{Kind: "member", ID: string(l.Member)}, nil); err != nil {
		return err
	}
	_, err = s.directory.Arrive(ctx, tx, l.Member, o)
	return err
}

// oneEach refuses a second member of one person in a workspace, unless the first
// is inactive.
func (s *Service) oneEach(ctx context.Context, tx *store.Tx, p identity.PersonID) error {
	ids, err := tx.MembersOfPerson(ctx, p)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, found, err := tx.Member(ctx, id)
		if err != nil {
			return err
		}
		if found && m.State != identity.Inactive {
			return identity.Errorf(identity.Taken, "", "you are in this %s already, as %s", s.product.Words.Workspace, m.Address)
		}
	}
	return nil
}
