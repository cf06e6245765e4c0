package signin

import (
	"context"
	"encoding/json"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/store"
)

// proofLife is how long an owner may take to show the old credential.
const proofLife = 10 * time.Minute

// ticket is what a browser carries while an owner shows the old credential, sealed:
// the sign-in as far as it came.
type ticket struct {
	Workspace  identity.WorkspaceID  `json:"w"`
	Connection identity.ConnectionID `json:"c"`
	Member     identity.MemberID     `json:"m"`
	Browser    string                `json:"b"` // its digest
	Asked      asked                 `json:"a"`
	Said       identity.Assertion    `json:"s"`
	Token      string                `json:"t,omitempty"`
	Expires    int64                 `json:"e"` // microseconds
	Version    int64                 `json:"v"` // of the settings by which Said was believed
}

const purposeTicket = "owner's proof"

var errTicket = identity.Errorf(identity.Unauthenticated, "", "that took too long, or was used already; sign in once more")

func (f *flow) ticket(m identity.MemberID) (string, error) {
	text, err := json.Marshal(ticket{
		f.w.ID, f.connection.ID, m, f.request.Browser, f.asked, f.said, f.token, f.s.conf.Store.Now().Add(proofLife).UnixMicro(), f.on.Version,
	})
	return f.s.conf.Box.Seal(purposeTicket, string(text)), err
}

// Link links an owner to the provider who vouched for them, once they have shown
// the credential that they signed in with before, and begins the session. A wrong
// one is identity.Unauthenticated, an account.CodeNeeded asks for a code beside the
// password, and the ticket counts on; a ticket of another browser, one that was
// used, one of settings that have changed since, and one of more than ten minutes
// ago begin anew.
func (s *Service) Link(ctx context.Context, p LinkProof) (Outcome, error) {
	var t ticket
	text, err := s.conf.Box.Open(purposeTicket, p.Ticket)
	if err != nil || json.Unmarshal([]byte(text), &t) != nil {
		return Outcome{}, errTicket
	}
	if s.conf.Store.Now().UnixMicro() >= t.Expires || !same(p.Browser, t.Browser) {
		return Outcome{}, errTicket
	}
	r := s.conf.Store.Read(t.Workspace)
	w, err := r.Details(ctx)
	if err != nil {
		return Outcome{}, err
	}
	linked, bound, err := r.Linking(ctx, t.Member)
	if err != nil || !bound {
		return Outcome{}, firstError(err, errTicket)
	}
	f := s.newFlow(w, t.Said.Protocol, p.Client)
	f.said, f.token, f.asked, f.verified, f.spent = t.Said, t.Token, t.Asked, true, true
	f.trace.Member = t.Member
	f.step("The member was asked for the old credential, once")
	if err := f.through(ctx, t.Connection); err != nil {
		return f.outcome(ctx, err)
	}
	if f.on.Version != t.Version {
		return Outcome{}, errTicket
	}
	f.out = Outcome{Workspace: w, To: t.Asked.To}
	steps := len(f.trace.Steps)
	show := account.Show{Password: p.Password, Code: p.Code, Ticket: p.Passkey, Answer: p.PasskeyAnswer, Client: p.Client}
	err = s.conf.Accounts.Shown(ctx, t.Workspace, linked.Person, show, func(tx *store.Tx) error {
		f.trace.Steps = f.trace.Steps[:steps]
		fresh, err := tx.Spend(ctx, digest(text), time.UnixMicro(t.Expires))
		if err != nil || !fresh {
			return firstError(err, errTicket)
		}
		f.step("The member has shown it")
		if err := f.admit(ctx, tx, &t.Member); err != nil {
			return err
		}
		return f.done(ctx, tx)
	})
	if err == nil {
		s.conf.Outbox.Ring()
	}
	f.verified = false // what was said counts as used already
	return f.outcome(ctx, err)
}

// Unlink forgets how identity providers call a member, so that the next sign-in
// links anew, and signs the member out of the workspace. Credentials of ours count
// again. Who may do that to whom is for the caller to decide. False means that the
// member was not linked; a foreign or unknown one is identity.NotFound.
func (s *Service) Unlink(ctx context.Context, ws identity.WorkspaceID, id identity.MemberID, o identity.Origin) (done bool, err error) {
	err = s.conf.Store.Write(ctx, ws, func(tx *store.Tx) error {
		_, found, err := tx.Member(ctx, id)
		if err != nil || !found {
			return firstError(err, identity.Errorf(identity.NotFound, "", "there is no such %s", s.conf.Product.Words.Member))
		}
		linked, _, err := tx.Linking(ctx, id)
		if err != nil {
			return err
		}
		gone, err := tx.UnbindSubjects(ctx, id)
		if done = gone > 0 || !linked.Since.IsZero(); err != nil || !done {
			return err
		}
		if err := tx.LinkMember(ctx, id, "", time.Time{}); err != nil {
			return err
		}
		if err := tx.BarMember(ctx, id); err != nil {
			return err
		}
		return tx.Log(ctx, o, identity.MemberUnlinked, identity.Subject{Kind: "member", ID: string(id)}, []identity.Delta{{Field: "connection", Before: string(linked.By)}})
	})
	return done && err == nil, err
}
