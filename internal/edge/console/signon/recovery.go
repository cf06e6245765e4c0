package signon

import (
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
)

func askRecovery(q *frame.Request) error {
	return q.Render(frame.Page{
		Title: "Sign in with a recovery code", State: "For owners whose identity provider is out of order.", Template: "signon/recovery", Bare: true,
	})
}

// useRecovery signs an owner in with one of the codes that the workspace keeps for
// the day on which its provider does not work.
func useRecovery(q *frame.Request) error {
	fresh, err := q.SignIn.UseRecoveryCode(q.Context(), q.Field("workspace"), q.Field("address"), q.Field("code"), q.Client())
	if err != nil {
		return q.Again(err, askRecovery)
	}
	q.Begin(fresh)
	return q.Redirect("/", "You are signed in. That code works no longer.")
}
