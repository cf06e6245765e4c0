package hosted

import (
	"html/template"
	"strings"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// securityPage is what somebody signs in with.
type securityPage struct {
	Proved   bool // a credential was shown a short while ago
	Proof    string
	Shortest int  // characters of a password
	Passkey  bool // people may sign in with passkeys
	Keys     []identity.Passkey
	Codes    int64 // recovery codes that were not used
}

func security(q *frame.Request) (err error) {
	p := securityPage{Proved: q.Accounts.NeedProof(q.Live) == nil, Proof: proofFor(tabSecurity), Shortest: account.ShortestPassword, Passkey: q.Accounts.HasPasskeys()}
	if p.Keys, err = q.Accounts.Passkeys(q.Context(), q.Live); err != nil {
		return err
	}
	if p.Codes, err = q.Accounts.RecoveryLeft(q.Context(), q.Live); err != nil {
		return err
	}
	return show(q, tabSecurity, "security", p)
}

func changePassword(q *frame.Request) error {
	fresh, err := q.Accounts.ChangePassword(q.Context(), q.Live, q.Secret("old"), q.Secret("password"), q.Client())
	if err != nil {
		return proofOr(q, err, security)
	}
	q.Begin(fresh)
	return q.Redirect(tabSecurity, "Your password is changed. Your other sessions have ended.")
}

// authenticatorPage is the secret that an authenticator app has to know.
type authenticatorPage struct {
	Secret string
	URL    template.URL // "" when the page comes back
}

// Groups is the secret in groups of four, as people type it.
func (p authenticatorPage) Groups() string {
	var b strings.Builder
	for i, c := range p.Secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func enrol(q *frame.Request) error {
	offer, err := q.Accounts.EnrolTOTP(q.Context(), q.Live)
	if err != nil {
		return proofOr(q, err, security)
	}
	return show(q, tabSecurity, "authenticator", authenticatorPage{offer.Secret, template.URL(offer.URL)}) //nolint:gosec // otpauth:, and put together by us
}

// confirm takes the first code of an app. The secret comes back with the form, so
// that a wrong code does not begin everything anew.
func confirm(q *frame.Request) error {
	words, fresh, err := q.Accounts.ConfirmTOTP(q.Context(), q.Live, q.Field("code"))
	if err != nil {
		return q.Again(err, func(q *frame.Request) error {
			return show(q, tabSecurity, "authenticator", authenticatorPage{Secret: q.Field("secret")})
		})
	}
	q.Begin(fresh)
	return showCodes(q, words, "Your authenticator app is set up.")
}

func removeAuthenticator(q *frame.Request) error {
	fresh, err := q.Accounts.RemoveTOTP(q.Context(), q.Live)
	if err != nil {
		return proofOr(q, err, security)
	}
	q.Begin(fresh)
	return q.Redirect(tabSecurity, "The authenticator app is removed. Your password alone signs you in now.")
}

const onceCodes = "recovery"

func showCodes(q *frame.Request, words []string, notice string) error {
	q.ShowOnce(onceCodes, strings.Join(words, "\n"))
	return q.Redirect("/account/recovery-codes", notice)
}

func newCodes(q *frame.Request) error {
	words, err := q.Accounts.NewRecoveryCodes(q.Context(), q.Live)
	if err != nil {
		return proofOr(q, err, security)
	}
	return showCodes(q, words, "The codes from before work no longer.")
}

// codes shows recovery codes that have just been made, once.
func codes(q *frame.Request) error {
	words := q.Once(onceCodes)
	if words == "" {
		return q.Redirect(tabSecurity, "")
	}
	return show(q, tabSecurity, "codes", strings.Split(words, "\n"))
}
