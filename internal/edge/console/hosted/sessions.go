package hosted

import (
	"strings"

	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
)

// sessionRow is one browser that somebody is signed in with.
type sessionRow struct {
	identity.Session
	Browser string // in words
	How     string // it was begun
	Here    bool   // the one at hand
}

func sessions(q *frame.Request) error {
	all, err := q.Accounts.Sessions(q.Context(), q.Live)
	if err != nil {
		return err
	}
	rows := make([]sessionRow, 0, len(all))
	for _, n := range all {
		rows = append(rows, sessionRow{n, browser(n.Agent), methods[n.Method], n.ID == q.Live.Session.ID})
	}
	return show(q, tabSessions, "sessions", rows)
}

var methods = map[identity.Method]string{
	identity.ByPassword: "password", identity.ByTOTP: "password and code", identity.ByRecovery: "password and recovery code",
	identity.ByPasskey: "passkey", identity.ByLink: "link", identity.BySAML: "single sign-on", identity.ByOIDC: "single sign-on",
	identity.ByRecoveryCode: "recovery code",
}

func end(q *frame.Request) error {
	id := identity.SessionID(q.Part("session"))
	if err := q.Accounts.End(q.Context(), q.Live, id); err != nil {
		return err
	}
	if id == q.Live.Session.ID {
		q.SignOut()
		return q.Redirect("/signed-out", "")
	}
	return q.Redirect(tabSessions, "That session has ended.")
}

func endOthers(q *frame.Request) error {
	n, err := q.Accounts.EndOthers(q.Context(), q.Live)
	if err != nil {
		return err
	}
	if n == 0 {
		return q.Redirect(tabSessions, "There was no other session.")
	}
	return q.Redirect(tabSessions, frame.Counted(n, "other session has", "other sessions have")+" ended.")
}

// named is a part of a User-Agent header and what people call what sends it. The
// order counts: most browsers name others as well.
type named struct{ part, name string }

var browsers = []named{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = []named{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
}

// browser tells a User-Agent in words: "Firefox on Windows".
func browser(agent string) string {
	program, system := firstNamed(browsers, agent), firstNamed(systems, agent)
	switch {
	case program != "" && system != "":
		return program + " on " + system
	case program+system != "":
		return program + system
	}
	known, _, _ := strings.Cut(agent, "/")
	if r := []rune(known); len(r) > 40 {
		known = string(r[:40]) + "…"
	}
	return frame.OrElse(known, "Unknown browser")
}

func firstNamed(all []named, agent string) string {
	for _, n := range all {
		if strings.Contains(agent, n.part) {
			return n.name
		}
	}
	return ""
}
