package hosted

import (
	"encoding/json"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

// Passkeys need a script: static/passkey.js asks for the options, has the browser
// answer, and sends the answer with an ordinary form.

// offer writes what the browser is to answer.
func offer(q *frame.Request, c account.Ceremony, err error) error {
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		Options json.RawMessage `json:"options"`
		Ticket  string          `json:"ticket"`
	}{c.Options, c.Ticket})
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Type", "application/json")
	_, _ = q.W.Write(body) // that it did not arrive is no failure of ours
	return nil
}

func offerPasskeySignIn(q *frame.Request) error {
	c, err := q.Accounts.BeginPasskeySignIn(q.Client())
	return offer(q, c, err)
}

func signInByPasskey(q *frame.Request) error {
	fresh, err := q.Accounts.PasskeySignIn(q.Context(), q.Field("ticket"), []byte(q.Field("answer")), q.Client())
	return begin(q, fresh, err)
}

func offerPasskey(q *frame.Request) error {
	c, err := q.Accounts.BeginPasskey(q.Context(), q.Live)
	return offer(q, c, err)
}

func addPasskey(q *frame.Request) error {
	k, err := q.Accounts.FinishPasskey(q.Context(), q.Live, q.Field("ticket"), q.Field("passkey"), []byte(q.Field("answer")))
	if err != nil {
		return proofOr(q, err, security)
	}
	return q.Redirect(tabSecurity, "The passkey “"+k.Name+"” is added. You can sign in with it from now on.")
}

func removePasskey(q *frame.Request) error {
	if err := q.Accounts.RemovePasskey(q.Context(), q.Live, q.Field("id")); err != nil {
		return proofOr(q, err, security)
	}
	return q.Redirect(tabSecurity, "The passkey is removed here. Remove it from your device too.")
}
