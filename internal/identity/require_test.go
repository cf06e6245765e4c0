package identity_test

import (
	"testing"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

func TestRequiringTheProviderRefusesWhoMustUseItAndNobodyElse(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	confirmed := identity.RequireSSO{Mode: identity.RequireEveryone, Since: ago(time.Hour), Confirmed: ago(50 * time.Minute), Until: ago(45 * time.Minute)}
	people := confirmed
	people.Mode = identity.RequirePeople
	fresh := identity.RequireSSO{Mode: identity.RequireEveryone, Since: ago(5 * time.Minute), Until: now.Add(10 * time.Minute)}
	late := identity.RequireSSO{Mode: identity.RequireEveryone, Since: ago(15 * time.Minute), Until: now}
	staged, fell := fresh, late
	staged.Before, fell.Before = &people, &people
	before, after := ago(2*time.Hour), ago(time.Minute)

	for name, c := range map[string]struct {
		rule     identity.RequireSSO
		how      identity.Method
		began    time.Time
		required bool
		exempt   time.Time
		want     bool
	}{
		"off":                                   {rule: identity.RequireSSO{}, how: identity.ByPassword, began: after},
		"report only":                           {rule: identity.RequireSSO{Mode: identity.RequireReport, Since: before}, how: identity.ByPassword, began: after, required: true},
		"everyone, by password":                 {rule: confirmed, how: identity.ByPassword, began: after, want: true},
		"everyone, by passkey":                  {rule: confirmed, how: identity.ByPasskey, began: after, want: true},
		"everyone, by a link":                   {rule: confirmed, how: identity.ByLink, began: after, want: true},
		"everyone, from before":                 {rule: confirmed, how: identity.ByPassword, began: before, want: true},
		"everyone, by SAML":                     {rule: confirmed, how: identity.BySAML, began: after},
		"everyone, by OpenID Connect":           {rule: confirmed, how: identity.ByOIDC, began: after},
		"everyone, by a recovery code":          {rule: confirmed, how: identity.ByRecoveryCode, began: after},
		"everyone, exempt":                      {rule: confirmed, how: identity.ByPassword, began: after, exempt: now.Add(time.Second)},
		"everyone, the exemption ends now":      {rule: confirmed, how: identity.ByPassword, began: after, exempt: now, want: true},
		"people, named":                         {rule: people, how: identity.ByPassword, began: after, required: true, want: true},
		"people, not named":                     {rule: people, how: identity.ByPassword, began: after},
		"just switched on, new":                 {rule: fresh, how: identity.ByPassword, began: after, want: true},
		"just switched on, that very moment":    {rule: fresh, how: identity.ByPassword, began: fresh.Since, want: true},
		"just switched on, from before":         {rule: fresh, how: identity.ByPassword, began: before},
		"nobody confirmed it":                   {rule: late, how: identity.ByPassword, began: after},
		"one stage further, named, from before": {rule: staged, how: identity.ByPassword, began: before, required: true, want: true},
		"one stage further, from before":        {rule: staged, how: identity.ByPassword, began: before},
		"one stage further, new":                {rule: staged, how: identity.ByPassword, began: after, want: true},
		"reverted to a stage, named":            {rule: fell, how: identity.ByPassword, began: after, required: true, want: true},
		"reverted to a stage, not named":        {rule: fell, how: identity.ByPassword, began: after},
	} {
		if got := c.rule.Refuses(c.how, c.began, c.required, c.exempt, now); got != c.want {
			t.Errorf("%s: refused %v, want %v", name, got, c.want)
		}
	}
}

func TestWhatIsRequiredIsKeptWhole(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := identity.RequireSSO{Mode: identity.RequireEveryone, Since: now, By: "mem_1", Until: now.Add(time.Minute), Before: &identity.RequireSSO{Mode: identity.RequirePeople, Since: now, Confirmed: now}}
	back, err := identity.ReadRequireSSO(string(r.AppendJSON(nil)))
	if err != nil || back.Mode != r.Mode || !back.Until.Equal(r.Until) || back.By != r.By || back.Before == nil || back.Before.Mode != identity.RequirePeople {
		t.Errorf("%+v came back as %+v: %v", r, back, err)
	}
	off := identity.RequireSSO{}
	if b := off.AppendJSON(nil); len(b) != 0 {
		t.Errorf("off is kept as %q", b)
	}
}
