package people

import (
	"net/url"
	"strings"

	"github.com/anteroom-id/anteroom/internal/access"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// memberSessions is the tab that says where a member is signed in.
type memberSessions struct {
	head
	Signs    bool // somebody signs in as this member
	MayEnd   bool
	Sessions []session
	SignIns  string // where the member's sign-ins through a provider are listed; "" for who may not look
}

// session is one browser.
type session struct {
	identity.Session
	Browser, How string
}

func showSessions(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	s := memberSessions{head: headOf(q, &m)}
	if !s.showsSessions(q) {
		return identity.Errorf(identity.Forbidden, "", "where others are signed in is for those who manage %s", q.Product.Words.Members)
	}
	living, signs, err := q.Accounts.SessionsOf(q.Context(), q.Workspace.ID, m.ID)
	if err != nil {
		return err
	}
	s.Signs, s.MayEnd = signs, q.Can(access.EndSessions) && !s.Self && mayTouch(q, &m.Member)
	if q.Can(access.ViewActivity) {
		s.SignIns = q.To("activity", "signins") + "?member=" + url.QueryEscape(string(m.ID))
	}
	for _, n := range living {
		s.Sessions = append(s.Sessions, session{n, browserOf(n.Agent), methodWords(n.Method)})
	}
	return q.Render(memberPage(q, &s.head, tabSessions, "people/sessions", &s))
}

// showsSessions reports whether who is signed in may know from where the member
// is: everybody of themselves, and who manages members of all.
func (h *head) showsSessions(q *frame.Request) bool {
	return h.Self || q.Can(access.EndSessions) || q.Can(access.EditMember)
}

// endSessions signs a member out of this workspace.
func endSessions(q *frame.Request) error {
	m, err := member(q)
	if err != nil {
		return err
	}
	name := frame.OrElse(m.Name(), frame.OrElse(m.Address, "This "+q.Product.Words.Member))
	if m.ID == q.Member.ID {
		err = identity.Errorf(identity.Forbidden, "", "you end your own sessions in your own account, under Sessions & devices")
	}
	done := false
	if err == nil {
		done, err = q.Accounts.Bar(q.Context(), q.Workspace.ID, m.ID, q.Origin())
	}
	if err != nil {
		return q.Again(err, showSessions)
	}
	notice := "Nobody signs in as " + name + ", so there was nothing to end."
	if done {
		notice = name + " is signed out of this " + q.Product.Words.Workspace + " everywhere, and may sign in anew."
	}
	return q.Redirect(q.To("members", string(m.ID), tabSessions), notice)
}

func methodWords(m identity.Method) string {
	words := map[identity.Method]string{
		identity.ByPassword: "password", identity.ByTOTP: "password and code", identity.ByRecovery: "password and recovery code",
		identity.ByPasskey: "passkey", identity.ByLink: "invitation", identity.BySAML: "single sign-on (SAML)", identity.ByOIDC: "single sign-on (OpenID Connect)",
		identity.ByRecoveryCode: "recovery code",
	}
	return frame.OrElse(words[m], string(m))
}

// browserOf gives the name of a browser and its system, as far as its User-Agent
// tells them.
func browserOf(agent string) string {
	first := func(pairs [][2]string) string {
		for _, p := range pairs {
			if strings.Contains(agent, p[0]) {
				return p[1]
			}
		}
		return ""
	}
	name := first([][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := first([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}})
	switch {
	case name != "" && system != "":
		return name + " on " + system
	case name+system != "":
		return name + system
	case agent == "":
		return "Unknown browser"
	}
	if word, _, _ := strings.Cut(agent, "/"); len(word) < 40 {
		return word
	}
	return agent[:40]
}
