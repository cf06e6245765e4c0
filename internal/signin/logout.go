package signin

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/store"
)

// LogoutMessage is a SAML logout message as a browser brings it: in an address,
// or in a form.
type LogoutMessage struct {
	Query string     // the address's raw query
	Form  url.Values // nil when it came in the address
}

// LoggedOut is what came of a logout message.
type LoggedOut struct {
	Ended int // sessions that ended by the provider's request
	// URL is where our answer goes; "" when it was the provider's answer to ours, or
	// when the provider takes none.
	URL string
	// Partial says that the provider could not end everything.
	Partial bool
}

const (
	logoutLife = 5 * time.Minute // of a logout request of ours
	clockSkew  = 3 * time.Minute
)

// Leave says where the browser of a session goes to end it at the provider too, ""
// for nowhere: the session began here, or the provider has no address for it. It
// ends nothing here; nothing that goes wrong keeps anybody from signing out.
func (s *Service) Leave(ctx context.Context, n *identity.Session) string {
	if n.Connection == "" || n.NameID == "" || n.Home == "" {
		return ""
	}
	address, err := s.leave(ctx, n)
	if err != nil {
		s.conf.Log.WarnContext(ctx, "a session could not be ended at its provider", "connection", n.Connection, "error", err)
	}
	return address
}

func (s *Service) leave(ctx context.Context, n *identity.Session) (string, error) {
	kept, err := s.openName(n.NameID)
	if err != nil {
		return "", err
	}
	o, found, err := s.conf.Store.Read(n.Home).SignOn(ctx, n.Connection)
	switch {
	case err != nil || !found:
		return "", err
	case n.Method == identity.ByOIDC:
		c := oidc.Client{Settings: o.OIDC}
		return c.EndURL(kept.IDToken, "", ""), nil
	case o.SAML.SLOURL == "" || kept.NameID == "":
		return "", nil
	}
	name := saml.NameID{Value: kept.NameID, Format: kept.Format, Qualifier: kept.Qualifier, SPQualifier: kept.SPQualifier, SessionIndex: n.AtProvider}
	return s.askLogout(ctx, n, &o, &name)
}

// askLogout makes a logout request, and remembers it until it is answered.
// saml-profiles-2.0 §4.4.3.1
func (s *Service) askLogout(ctx context.Context, n *identity.Session, o *identity.SignOn, name *saml.NameID) (string, error) {
	keys, err := s.keys(ctx, n.Home)
	if err != nil {
		return "", err
	}
	now := s.conf.Store.Now()
	r := saml.LogoutRequest{
		ID: saml.NewID(), Issuer: s.EntityID(n.Home), Destination: o.SAML.SLOURL, Subject: *name, At: now, Expires: now.Add(logoutLife),
	}
	address, err := r.Redirect("", keys.sign)
	if err != nil {
		return "", err
	}
	row := &store.SignOnRequest{ID: r.ID, Connection: o.Connection, Doc: "{}", Created: now, Expires: r.Expires}
	return address, s.conf.Store.Write(ctx, n.Home, func(tx *store.Tx) error { return tx.InsertSignOnRequest(ctx, row) })
}

// Logout takes a provider's logout message for a workspace. Its request ends
// exactly the sessions that it names, and is answered; its answer to a request of
// ours is checked. What is wrong is a *Refused. saml-profiles-2.0 §4.4
func (s *Service) Logout(ctx context.Context, w identity.Workspace, in LogoutMessage, c account.Client) (LoggedOut, error) {
	if err := s.calm(c); err != nil {
		return LoggedOut{}, err
	}
	f := s.newFlow(w, identity.SAML, c)
	out, err := f.logout(ctx, in)
	if err != nil {
		err = f.refuse(ctx, err)
	}
	return out, err
}

func (f *flow) logout(ctx context.Context, in LogoutMessage) (LoggedOut, error) {
	s := f.s
	m, err := readLogout(in)
	if err != nil {
		return LoggedOut{}, err
	}
	f.step("A logout message came", identity.Field{Name: "Issuer", Value: m.Issuer}, identity.Field{Name: "InResponseTo", Value: m.InResponseTo})
	o, err := s.byIssuer(ctx, f.w.ID, m)
	if err != nil {
		return LoggedOut{}, err
	}
	f.trace.Connection = o.Connection
	l, err := s.proveLogout(ctx, f.w.ID, m, &o)
	if err != nil {
		return LoggedOut{}, err
	}
	if m.Response {
		err := s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error { return answered(ctx, tx, l, o.Connection, s.conf.Store.Now()) })
		return LoggedOut{Partial: l.Partial}, err
	}
	return s.endAtRequest(ctx, f.w.ID, m, &o, l)
}

func readLogout(in LogoutMessage) (*saml.LogoutMessage, error) {
	if in.Form != nil {
		return saml.ReadLogoutForm(in.Form)
	}
	return saml.ReadLogoutQuery(in.Query)
}

// byIssuer finds the connection that a message claims to come from.
func (s *Service) byIssuer(ctx context.Context, ws identity.WorkspaceID, m *saml.LogoutMessage) (o identity.SignOn, err error) {
	all, err := s.conf.Store.Read(ws).SignOns(ctx)
	if err != nil {
		return o, err
	}
	i := slices.IndexFunc(all, func(o identity.SignOn) bool {
		return o.Enabled && o.Protocol == identity.SAML && o.SAML.EntityID == m.Issuer
	})
	if i < 0 {
		return o, explain.Refuse(explain.LogoutIssuer, "the entity id of a connection that is in use", m.Issuer)
	}
	return all[i], nil
}

func (s *Service) proveLogout(ctx context.Context, ws identity.WorkspaceID, m *saml.LogoutMessage, o *identity.SignOn) (*saml.Logout, error) {
	slugs, err := s.conf.Store.Read(ws).Slugs(ctx)
	if err != nil {
		return nil, err
	}
	now := s.conf.Store.Now()
	want := saml.LogoutExpect{
		EntityID: o.SAML.EntityID, Certificates: saml.Certificates(o.SAML.Certificates), SHA1: now.Before(o.SAML.SHA1Until), Now: now, Skew: clockSkew,
	}
	for _, slug := range slugs {
		want.Destinations = append(want.Destinations, s.conf.BaseURL+"/saml/"+slug+"/slo")
	}
	return m.Verify(want)
}

// answered takes a logout response as the answer to a request of ours, once.
func answered(ctx context.Context, tx *store.Tx, l *saml.Logout, c identity.ConnectionID, now time.Time) error {
	r, found, err := tx.SignOnRequest(ctx, l.InResponseTo)
	if err != nil {
		return err
	}
	used := false
	if found && r.Connection == c && r.Browser == "" {
		used, err = tx.UseSignOnRequest(ctx, r.ID, now)
	}
	if err == nil && !used {
		err = explain.Refuse(explain.LogoutUnasked, "the answer to a request of the last minutes", l.InResponseTo)
	}
	return err
}

// endAtRequest ends what a provider's request names, and says where the answer
// goes. That there is no such session is answered too, and no error: whoever has
// signed out here before is not to be told of a failure.
func (s *Service) endAtRequest(ctx context.Context, ws identity.WorkspaceID, m *saml.LogoutMessage, o *identity.SignOn, l *saml.Logout) (out LoggedOut, err error) {
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		first, err := tx.TakeAssertion(ctx, o.Connection, digest("logout\x00"+o.SAML.EntityID+"\x00"+l.ID), l.Expires.Add(clockSkew))
		if err == nil && !first {
			err = explain.Refuse(explain.LogoutReplay, "a request that is new", l.ID)
		}
		if err != nil {
			return err
		}
		out.Ended, err = endNamed(ctx, tx, o, l)
		return err
	})
	if err != nil {
		return out, err
	}
	out.URL, err = s.answerLogout(ctx, ws, m, o, l, out.Ended > 0)
	return out, err
}

// endNamed ends the sessions of a subject, or those of them that are named. A
// provider may leave the format of the NameID out, where it means nothing.
func endNamed(ctx context.Context, tx *store.Tx, o *identity.SignOn, l *saml.Logout) (ended int, err error) {
	sessions := l.Sessions
	if len(sessions) == 0 {
		sessions = []string{""}
	}
	formats := []string{l.Subject.Format}
	if l.Subject.Format == "" || l.Subject.Format == saml.FormatAny {
		formats = []string{"", saml.FormatAny}
	}
	for _, format := range formats {
		for _, session := range sessions {
			all, err := tx.SessionsAtProvider(ctx, o.Connection, identity.SubjectDigest(o.SAML.EntityID, format, l.Subject.Value), session)
			if err != nil {
				return ended, err
			}
			n, err := endAll(ctx, tx, all)
			if ended += n; err != nil {
				return ended, err
			}
		}
	}
	return ended, nil
}

func endAll(ctx context.Context, tx *store.Tx, all []identity.Session) (ended int, err error) {
	for _, n := range all {
		if err := tx.EndSessionByHash(ctx, n.Hash); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}

// answerLogout gives the address that carries our answer. saml-core-2.0 §3.7.3.1
func (s *Service) answerLogout(ctx context.Context, ws identity.WorkspaceID, m *saml.LogoutMessage, o *identity.SignOn, l *saml.Logout, known bool) (string, error) {
	to := o.SAML.SLOReturnURL
	if to == "" {
		to = o.SAML.SLOURL
	}
	if to == "" {
		return "", nil
	}
	keys, err := s.keys(ctx, ws)
	if err != nil {
		return "", err
	}
	r := saml.LogoutResponse{
		ID: saml.NewID(), Issuer: s.EntityID(ws), Destination: to, InResponseTo: l.ID, Status: saml.StatusSuccess, At: s.conf.Store.Now(),
	}
	if !known {
		r.Status, r.Second = saml.StatusRequester, saml.StatusUnknown
	}
	return r.Redirect(m.RelayState, keys.sign)
}

// BackChannel takes a logout token of a connection's OpenID Connect provider,
// which its server sends in the form's logout_token, and ends the sessions that
// it names. What is wrong is a *Refused; a connection that does not speak it is
// identity.NotFound. openid-connect-backchannel-1_0 §2.5
func (s *Service) BackChannel(ctx context.Context, id identity.ConnectionID, form url.Values, from account.Client) error {
	if err := s.calm(from); err != nil {
		return err
	}
	c, o, err := s.speaking(ctx, id)
	if err != nil {
		return err
	}
	w, err := s.conf.Store.Read(c.Workspace).Details(ctx)
	if err != nil {
		return err
	}
	f := s.newFlow(w, identity.OIDC, from)
	f.trace.Connection = id
	f.step("A logout token came")
	token := ""
	if all := form["logout_token"]; len(all) == 1 {
		token = all[0]
	}
	l, err := s.rp.VerifyLogout(ctx, oidc.Client{Kind: directory.ConnectionKind(s.conf.Product, &c), Settings: o.OIDC}, token)
	if err == nil {
		err = s.conf.Store.Write(ctx, w.ID, func(tx *store.Tx) error { return endByToken(ctx, tx, id, &l) })
	}
	if err != nil {
		return f.refuse(ctx, err)
	}
	return nil
}

// speaking finds a connection that is in use and speaks OpenID Connect.
func (s *Service) speaking(ctx context.Context, id identity.ConnectionID) (c identity.Connection, o identity.SignOn, err error) {
	c, found, err := s.conf.Store.ConnectionPlace(ctx, id)
	if err != nil {
		return c, o, err
	}
	if found && c.Removed.IsZero() {
		o, found, err = s.conf.Store.Read(c.Workspace).SignOn(ctx, id)
	}
	if err == nil && (!found || !c.Removed.IsZero() || !o.Enabled || o.Protocol != identity.OIDC) {
		err = identity.Errorf(identity.NotFound, "", "there is no such connection")
	}
	return c, o, err
}

func endByToken(ctx context.Context, tx *store.Tx, id identity.ConnectionID, l *oidc.Logout) error {
	first, err := tx.TakeAssertion(ctx, id, digest("logout\x00"+l.Issuer+"\x00"+l.ID), l.Expires)
	if err == nil && !first {
		err = explain.Refuse(explain.LogoutReplay, "a token that is new", l.ID)
	}
	if err != nil {
		return err
	}
	var all []identity.Session
	if l.Subject != "" {
		all, err = tx.SessionsAtProvider(ctx, id, identity.SubjectDigest(l.Issuer, "", l.Subject), l.Session)
	} else {
		all, err = tx.SessionsNamed(ctx, id, l.Session)
	}
	if err != nil {
		return err
	}
	_, err = endAll(ctx, tx, all)
	return err
}
