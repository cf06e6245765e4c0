package saml

import (
	"fmt"
	"time"

	"github.com/anteroom-id/anteroom/internal/explain"
	"github.com/anteroom-id/anteroom/internal/saml/dsig"
)

// ahead refuses what was made in the future: the provider's clock is ahead of
// ours.
func (v *verification) ahead() error {
	for _, e := range []*dsig.Element{v.envelope, v.assertion} {
		t, err := timeOf(e, "IssueInstant")
		if err != nil {
			return err
		}
		if t.After(v.expect.Now.Add(v.expect.Skew)) {
			return v.off(explain.SAMLClockAhead, "made until", t)
		}
	}
	return nil
}

// off is a refusal about time: what was asked of the present, and the time that
// came.
func (v *verification) off(code explain.Code, what string, t time.Time) error {
	return explain.Refuse(code, what+" "+v.expect.Now.UTC().Format(time.RFC3339)+fmt.Sprintf(", give or take %v", v.expect.Skew), t.Format(time.RFC3339))
}

// conditions: each must be one that is understood, and now must be between both
// times. saml-core-2.0 §2.5.1
func (v *verification) conditions() error {
	c := v.parts.conditions
	if c == nil {
		return explain.Refuse(explain.SAMLNoConditions, "Conditions", "none")
	}
	for e := range c.Children() {
		if e.Space != assertionSpace || e.Local != "AudienceRestriction" && e.Local != "OneTimeUse" && e.Local != "ProxyRestriction" {
			return explain.Refuse(explain.SAMLCondition, "AudienceRestriction, OneTimeUse or ProxyRestriction", e.Local)
		}
	}
	from, err := timeOf(c, "NotBefore")
	if err != nil {
		return err
	}
	until, err := timeOf(c, "NotOnOrAfter")
	switch {
	case err != nil:
		return err
	case from.After(v.expect.Now.Add(v.expect.Skew)):
		return v.off(explain.SAMLClockAhead, "valid from", from)
	case !until.IsZero() && v.over(until):
		return v.late(explain.SAMLExpired, until)
	}
	return nil
}

// over reports whether a NotOnOrAfter has passed, with the skew.
func (v *verification) over(t time.Time) bool { return !v.expect.Now.Before(t.Add(v.expect.Skew)) }

// late says that a time has passed, and whether that is because the provider's
// clock is behind: what answers our request cannot be older than that.
func (v *verification) late(code explain.Code, until time.Time) error {
	made, _ := timeOf(v.assertion, "IssueInstant")
	if r := v.expect.Request; r != nil && !r.At.IsZero() && made.Add(v.expect.Skew).Before(r.At) && v.claims(r.ID) {
		return explain.Refuse(explain.SAMLClockBehind, "made after "+r.At.UTC().Format(time.RFC3339)+", when it was asked for", made.Format(time.RFC3339))
	}
	return v.off(code, "valid until", until)
}

// claims reports whether the response says that it answers the request.
func (v *verification) claims(id string) bool { return v.envelope.Attr("InResponseTo") == id }

// audience: there is a restriction, and each that there is names us; of several
// audiences in one, one is enough. saml-core-2.0 §2.5.1.4
func (v *verification) audience() error {
	found := false
	for e := range v.parts.conditions.All(assertionSpace, "AudienceRestriction") {
		found = true
		named, got := false, ""
		for a := range e.All(assertionSpace, "Audience") {
			text, ok := a.Text()
			if text = trim(text); ok && text == v.expect.Audience && text != "" {
				named = true
			}
			if got != "" {
				got += " and "
			}
			got += text
		}
		if !named {
			return explain.Refuse(explain.SAMLAudience, v.expect.Audience, got)
		}
	}
	if !found {
		return explain.Refuse(explain.SAMLNoAudience, "an AudienceRestriction to "+v.expect.Audience, "none")
	}
	return nil
}

// authenticated: there is a statement about how, the session that it speaks of
// goes on, and it is as the request wanted it. saml-profiles-2.0 §4.1.4.2
func (v *verification) authenticated() error {
	if len(v.parts.authn) == 0 {
		return explain.Refuse(explain.SAMLNoAuthn, "an AuthnStatement", "none")
	}
	for _, s := range v.parts.authn {
		if err := v.statement(s); err != nil {
			return err
		}
	}
	return v.asWanted(v.parts.authn[0])
}

func (v *verification) statement(s *dsig.Element) error {
	at, err := needTime(s, "AuthnInstant")
	if err != nil {
		return err
	}
	if at.After(v.expect.Now.Add(v.expect.Skew)) {
		return v.off(explain.SAMLClockAhead, "signed in until", at)
	}
	end, err := timeOf(s, "SessionNotOnOrAfter")
	switch {
	case err != nil:
		return err
	case end.IsZero():
		return nil
	case !v.expect.Now.Before(end):
		return v.off(explain.SAMLSessionOver, "a session that lasts until after", end)
	}
	if v.sessionEnd.IsZero() || end.Before(v.sessionEnd) {
		v.sessionEnd = end
	}
	return nil
}

// asWanted compares a statement with what the request asked for.
// saml-core-2.0 §3.3.2.2.1, §3.4.1
func (v *verification) asWanted(s *dsig.Element) error {
	r := v.expect.Request
	if r == nil {
		return nil
	}
	at, err := timeOf(s, "AuthnInstant")
	if err != nil {
		return err
	}
	if r.ForceAuthn && at.Add(v.expect.Skew).Before(r.At) {
		return explain.Refuse(explain.SAMLNotFresh, "credentials shown after "+r.At.UTC().Format(time.RFC3339), at.Format(time.RFC3339))
	}
	if got := contextOf(s); r.Context != "" && !atLeast(r.Context, got) {
		return explain.Refuse(explain.SAMLContext, r.Context+" or stronger", got)
	}
	return nil
}

// contextOf gives the class of the authentication context, "" for none.
func contextOf(s *dsig.Element) string {
	c, _ := s.Child(assertionSpace, "AuthnContext")
	if c == nil {
		return ""
	}
	ref, n := c.Child(assertionSpace, "AuthnContextClassRef")
	if n != 1 {
		return ""
	}
	text, _ := ref.Text()
	return trim(text)
}

// atLeast reports whether an authentication context is the wanted one, or is known
// to be as good: where a password is wanted, any way to send it counts, since it
// travels by TLS, and so does every stronger one. saml-authn-context-2.0 §3.4 has
// the classes and no order.
func atLeast(wanted, got string) bool {
	return got == wanted || strength(wanted) == aPassword && strength(got) >= aPassword
}

const (
	aPassword = iota + 1
	stronger
)

func strength(class string) int {
	const classes = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
	switch class {
	case classes + "Password", classes + "PasswordProtectedTransport":
		return aPassword
	case classes + "TimeSyncToken", classes + "MobileTwoFactorContract", classes + "MobileTwoFactorUnregistered",
		classes + "X509", classes + "TLSClient", classes + "Smartcard", classes + "SmartcardPKI", classes + "SoftwarePKI",
		"https://refeds.org/profile/mfa", "http://schemas.microsoft.com/claims/multipleauthn":
		return stronger
	}
	return 0
}
