package signin

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/saml"
	"github.com/anteroom-id/anteroom/internal/store"
)

// FinishSAML takes the form that a provider had the browser post to a workspace's
// address, and begins the session of whom it vouches for. Browser is the secret
// that Begin had the browser keep. The error is an *Unasked for a response that
// nobody asked for and that may begin a sign-in, and a *Refused, which names the
// code that the person reads out, for whatever is not let in.
func (s *Service) FinishSAML(ctx context.Context, w identity.Workspace, form url.Values, browser string, c account.Client) (Outcome, error) {
	if err := s.calm(c); err != nil {
		return Outcome{}, err
	}
	f := s.newFlow(w, identity.SAML, c)
	err := f.finishSAML(ctx, form, browser)
	return f.outcome(ctx, err)
}

// outcome gives what became of a flow.
func (f *flow) outcome(ctx context.Context, err error) (Outcome, error) {
	var unasked *Unasked
	if errors.As(err, &unasked) {
		return Outcome{}, err
	}
	if err != nil {
		return Outcome{}, f.refuse(ctx, err)
	}
	return f.out, nil
}

func (f *flow) finishSAML(ctx context.Context, form url.Values, browser string) error {
	if len(form["SAMLResponse"]) > 1 {
		return explain.Refuse(explain.SAMLMissing, "one form field SAMLResponse", fmt.Sprint(len(form["SAMLResponse"])))
	}
	response, err := saml.ReadResponse(form.Get("SAMLResponse"))
	if err != nil {
		return err
	}
	claimed := response.Claimed
	f.step("The response came", identity.Field{Name: "Issuer", Value: claimed.Issuer}, identity.Field{Name: "InResponseTo", Value: claimed.InResponseTo},
		identity.Field{Name: "Destination", Value: claimed.Destination})
	if claimed.InResponseTo == "" {
		return f.unasked(ctx, claimed.Issuer, form.Get("RelayState"))
	}
	if err := f.answered(ctx, claimed.InResponseTo, browser); err != nil {
		return err
	}
	if f.asked.Protocol != identity.SAML || f.on.Protocol != identity.SAML {
		return explain.Refuse(explain.ProtocolOther, string(f.asked.Protocol), string(identity.SAML))
	}
	if err := f.verifySAML(ctx, response); err != nil {
		return err
	}
	return f.finish(ctx)
}

// unasked is what a response that nobody asked for comes to. Nothing in it was
// verified and nothing is believed: its issuer only says which provider is to be
// asked. facts: IPSIE forbids more.
func (f *flow) unasked(ctx context.Context, issuer, relay string) error {
	all, err := f.s.Choices(ctx, f.w.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.SignOn.Protocol != identity.SAML || c.SignOn.SAML.EntityID != issuer || issuer == "" {
			continue
		}
		f.trace.Connection = c.Connection.ID
		if !c.SignOn.Unasked || !f.s.conf.Product.SignIn.IdPInitiated {
			return explain.Refuse(explain.ResponseUnasked, "the answer to a request of ours", "a response without InResponseTo")
		}
		return &Unasked{Start{Workspace: f.w.ID, Connection: c.Connection.ID, To: f.s.inside(relay), Client: f.client, Unasked: true}}
	}
	return explain.Refuse(explain.IssuerUnknown, "a provider of this workspace", issuer)
}

// verifySAML holds the response against all that is known: the connection's keys
// and our request.
func (f *flow) verifySAML(ctx context.Context, response *saml.Response) error {
	decrypt, err := f.s.decryptors(ctx, f.w.ID)
	if err != nil {
		return err
	}
	consumers, err := f.s.consumers(ctx, f.w.ID)
	if err != nil {
		return err
	}
	c := &f.on.SAML
	trust := saml.Trust{
		EntityID: c.EntityID, Certs: certificates(c), SHA1Until: c.SHA1Until, CBC: c.CBC, Decrypt: decrypt, Attributes: c.Attributes,
		InsecureOneVerifier: f.s.conf.InsecureOneVerifier,
	}
	f.said, err = response.Verify(trust, saml.Expect{
		Audience: f.s.EntityID(f.w.ID), ACS: consumers, Now: f.s.conf.Store.Now(),
		Request: &saml.Pending{ID: f.request.ID, At: f.request.Created, Context: f.asked.Context, ForceAuthn: f.asked.Fresh},
	})
	if err != nil {
		return err
	}
	f.report.Warnings = append(f.report.Warnings, response.Warnings...)
	f.proven()
	return nil
}

// decryptors are the keys that providers may have encrypted to. A workspace that
// has none yet has shown none to anybody.
func (s *Service) decryptors(ctx context.Context, ws identity.WorkspaceID) (out []*rsa.PrivateKey, err error) {
	rows, err := s.conf.Store.Read(ws).SAMLKeys(ctx)
	for i := range rows {
		if err != nil || !rows[i].Retired.IsZero() {
			continue
		}
		var k *saml.Key
		if k, err = s.openKey(ws, &rows[i]); err == nil {
			out = append(out, k.Private)
		}
	}
	return out, err
}

func certificates(c *identity.SAMLSettings) (out []*x509.Certificate) {
	for _, text := range c.Certificates {
		if one := parse(text); one != nil {
			out = append(out, one)
		}
	}
	return out
}

// proven notes that the provider has said what came.
func (f *flow) proven() {
	f.verified = true
	show := []identity.Field{
		{Name: "Subject", Value: masked(f.said.Subject)}, {Name: "Format", Value: f.said.Format}, {Name: "Address", Value: masked(f.said.Address)}, {Name: "Context", Value: f.said.Context},
	}
	names := slices.Sorted(maps.Keys(f.said.Attributes))
	for _, name := range names[:min(len(names), mostNames)] {
		show = append(show, identity.Field{Name: "Attribute", Value: name}) // never what it holds
	}
	f.step("The provider vouches for somebody", show...)
}

// mostNames is how many attributes a trace names.
const mostNames = 60

// FinishOIDC takes the answer of an OpenID provider to the redirect address of a
// connection and channel, and begins the session of whom it vouches for; errors
// are as those of FinishSAML.
func (s *Service) FinishOIDC(ctx context.Context, id identity.ConnectionID, channel string, query url.Values, browser string, c account.Client) (Outcome, error) {
	if err := s.calm(c); err != nil {
		return Outcome{}, err
	}
	f := s.newFlow(identity.Workspace{}, identity.OIDC, c)
	err := f.finishOIDC(ctx, id, channel, query, browser)
	return f.outcome(ctx, err)
}

func (f *flow) finishOIDC(ctx context.Context, id identity.ConnectionID, channel string, query url.Values, browser string) error {
	known, found, err := f.s.conf.Store.ConnectionPlace(ctx, id)
	if err != nil {
		return err
	}
	if !found {
		return explain.Refuse(explain.SignOnMissing, "a connection", "none of that name")
	}
	if f.w, err = f.s.conf.Store.Read(known.Workspace).Details(ctx); err != nil {
		return err
	}
	f.trace.Workspace, f.trace.Connection = f.w.ID, id
	f.step("The answer came", identity.Field{Name: "error", Value: query.Get("error")}, identity.Field{Name: "iss", Value: query.Get("iss")})
	if err := f.answered(ctx, query.Get("state"), browser); err != nil {
		return err
	}
	switch {
	case f.request.Connection != id:
		return explain.Refuse(explain.ConnectionOther, string(f.request.Connection), string(id))
	case f.asked.Protocol != identity.OIDC || f.on.Protocol != identity.OIDC:
		return explain.Refuse(explain.ProtocolOther, string(f.asked.Protocol), string(identity.OIDC))
	}
	if err := f.redeem(ctx, channelOf(channel), query); err != nil {
		return err
	}
	return f.finish(ctx)
}

// redeem uses the request up, and then changes the code: whoever comes second
// does not get as far as to the provider.
func (f *flow) redeem(ctx context.Context, channel oidc.Channel, query url.Values) error {
	c, err := f.relying()
	if err != nil {
		return err
	}
	r := oidc.Request{Channel: channelOf(f.asked.Channel), State: f.request.ID, Sent: f.request.Created, Fresh: f.asked.Fresh, Context: f.asked.Context}
	if r.Nonce, err = f.s.conf.Box.Open(purposeAsked(r.State), f.asked.Nonce); err == nil {
		r.Verifier, err = f.s.conf.Box.Open(purposeAsked(r.State), f.asked.Verifier)
	}
	if err != nil {
		return fmt.Errorf("open what was kept of a request: %w", err)
	}
	err = f.s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error { return f.useRequest(ctx, tx) })
	if err != nil {
		return err
	}
	f.spent = true
	got, err := f.s.rp.Redeem(ctx, c, r, channel, query)
	if err != nil {
		return err
	}
	f.said, f.token = got.Assertion, got.IDToken
	if got.OldSecret {
		f.report.Warnings = append(f.report.Warnings, "The provider takes the old client secret and not the new one.")
	}
	f.proven()
	return nil
}

// useRequest uses the request up inside a write.
func (f *flow) useRequest(ctx context.Context, tx *store.Tx) error {
	ok, err := tx.UseSignOnRequest(ctx, f.request.ID, f.s.conf.Store.Now())
	if err == nil && !ok {
		err = explain.Refuse(explain.RequestUsed, "one answer", "another one")
	}
	return err
}

// spend uses the request up, and notes that the assertion counts now, inside one
// write: neither does so twice.
func (f *flow) spend(ctx context.Context, tx *store.Tx) error {
	if !f.spent {
		if err := f.useRequest(ctx, tx); err != nil {
			return err
		}
	}
	keep := f.said.Expires
	if soonest := f.s.conf.Store.Now().Add(askLife); keep.Before(soonest) {
		keep = soonest
	}
	fresh, err := tx.TakeAssertion(ctx, f.connection.ID, digest(f.said.Issuer+"\x00"+f.said.ID), keep)
	if err == nil && !fresh {
		err = explain.Refuse(explain.AssertionReplayed, "an assertion that was not used before", masked(f.said.ID))
	}
	return err
}

// errRehearsed ends the write of a test, so that nothing of it stays.
var errRehearsed = errors.New("this was a test")

// finish lets in whom the provider vouches for, or says what would happen.
func (f *flow) finish(ctx context.Context) error {
	f.out = Outcome{Workspace: f.w, Connection: f.connection.ID, To: f.asked.To, Purpose: f.asked.Purpose}
	steps, warnings := len(f.trace.Steps), len(f.report.Warnings)
	err := f.s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error {
		f.trace.Steps, f.report.Warnings = f.trace.Steps[:steps], f.report.Warnings[:warnings]
		f.report.Would, f.report.Roles = nil, nil
		if err := f.spend(ctx, tx); err != nil {
			return err
		}
		if err := f.admit(ctx, tx, nil); err != nil {
			return err
		}
		if f.trace.Test {
			return errRehearsed
		}
		return f.done(ctx, tx)
	})
	if errors.Is(err, errRehearsed) {
		return f.rehearsed(ctx)
	}
	if err == nil {
		f.s.conf.Outbox.Ring()
	}
	return err
}

// done keeps the trace of what went well.
func (f *flow) done(ctx context.Context, tx *store.Tx) error {
	f.trace.Code = newCode("")
	for _, w := range f.report.Warnings {
		f.trace.Steps = append(f.trace.Steps, identity.TraceStep{At: f.s.conf.Store.Now(), What: w})
	}
	if err := f.keep(ctx, tx); err != nil {
		return err
	}
	f.out.Code = f.trace.Code
	return nil
}

// rehearsed keeps what a test has shown: the trace, and that the answer was used.
func (f *flow) rehearsed(ctx context.Context) error {
	for _, would := range f.report.Would {
		f.step(would)
	}
	f.report.Assertion = f.said
	f.out.Report, f.out.Fresh, f.out.Prove, f.out.Ticket = &f.report, account.Fresh{}, false, ""
	return f.s.conf.Store.Write(ctx, f.w.ID, func(tx *store.Tx) error {
		if err := f.spend(ctx, tx); err != nil {
			return err
		}
		return f.done(ctx, tx)
	})
}

// nameKept is what a session keeps, sealed, of how its provider named somebody: a
// logout request has to say it word by word. saml-core-2.0 §3.7.1
type nameKept struct {
	NameID      string `json:"nameId,omitempty"`
	Format      string `json:"format,omitempty"`
	Qualifier   string `json:"qualifier,omitempty"`
	SPQualifier string `json:"spQualifier,omitempty"`
	IDToken     string `json:"idToken,omitempty"`
}

const purposeName = "session name id"

func (s *Service) sealName(n nameKept) (string, error) {
	text, err := json.Marshal(n)
	return s.conf.Box.Seal(purposeName, string(text)), err
}

// openName gives what a session keeps of its provider's name for somebody.
func (s *Service) openName(sealed string) (n nameKept, err error) {
	text, err := s.conf.Box.Open(purposeName, sealed)
	if err == nil {
		err = json.Unmarshal([]byte(text), &n)
	}
	return n, err
}
