// Package mail holds the verbs on mail: write a letter in the product's words,
// put it into the outbox in the commit of what causes it, and deliver it by SMTP
// until it is delivered or plainly cannot be.
//
// A letter waits sealed, since it may hold a link, and its text is erased once it
// has gone.
package mail

import (
	"bytes"
	_ "embed"
	"encoding/json"
	htmltemplate "html/template"
	netmail "net/mail"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

//go:embed letter.txt
var textForm string

//go:embed letter.html
var htmlForm string

// Letter is what somebody is to read.
type Letter struct {
	To         string // one address
	Subject    string
	Paragraphs []string
	Button     string // the words of the one thing to do; "" when there is none
	URL        string
	Note       string // in small print
}

// maxName bounds a workspace's name in a letter, in characters: whoever names it
// writes no more than a name into our mail.
const maxName = 80

// Invitation asks somebody into a workspace.
func Invitation(p *product.Product, to, workspace, url string, until time.Time) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "Join " + workspace + " on " + p.Name, Button: "Join " + workspace, URL: url,
		Paragraphs: []string{"You have been invited to the " + p.Words.Workspace + " " + workspace + " on " + p.Name + "."},
		Note:       "The link works once, until " + day(until) + ". If you did not expect it, you can ignore it: nothing happens until it is used.",
	}
}

// Reset lets somebody choose another password.
func Reset(p *product.Product, to, url string, until time.Time) Letter {
	return Letter{
		To: to, Subject: "Choose a new password for " + p.Name, Button: "Choose a new password", URL: url,
		Paragraphs: []string{"Somebody, probably you, asked for a new password for " + p.Name + "."},
		Note:       "The link works once, until " + day(until) + ". If it was not you, you can ignore this: your password stays as it is.",
	}
}

// NoReset tells somebody who asked for a new password why there is none to choose.
func NoReset(p *product.Product, to, why string) Letter {
	return Letter{
		To: to, Subject: "No password is needed for " + p.Name,
		Paragraphs: []string{"Somebody, probably you, asked for a new password for " + p.Name + ".", why + "."},
	}
}

// Notice tells somebody that what they sign in with has changed.
func Notice(p *product.Product, to, what string, at time.Time) Letter {
	return Letter{
		To: to, Subject: "Your sign-in to " + p.Name + " has changed",
		Paragraphs: []string{what + " on " + day(at) + ".", "If it was not you, choose a new password at once and tell an administrator."},
	}
}

// OwnerAdded tells an owner that somebody outside the workspace makes another one.
func OwnerAdded(p *product.Product, to, workspace, address string, at time.Time) Letter {
	workspace = short(workspace, maxName)
	return Letter{
		To: to, Subject: "Another owner of " + workspace + " on " + p.Name,
		Paragraphs: []string{
			"Whoever runs " + p.Name + " made " + address + " an owner of the " + p.Words.Workspace + " " + workspace + ", on " + day(at) + ".",
			"If nobody among you asked for it, take that owner out and ask " + p.Name + " why.",
		},
	}
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04") + " UTC" }

// body is what waits sealed.
type body struct {
	Text string `json:"text"`
	HTML string `json:"html"`
}

// render gives the letter's text in both forms.
func (l *Letter) render(p *product.Product) (body, error) {
	data := struct {
		*Letter
		Product, Accent string
	}{l, p.Name, p.Brand.Accent}
	text, err := template.New("text").Parse(textForm)
	if err != nil {
		return body{}, err
	}
	html, err := htmltemplate.New("html").Parse(htmlForm)
	if err != nil {
		return body{}, err
	}
	var t, h bytes.Buffer
	if err := text.Execute(&t, data); err != nil {
		return body{}, err
	}
	if err := html.Execute(&h, data); err != nil {
		return body{}, err
	}
	return body{t.String(), h.String()}, nil
}

// seal keeps the letter's text as JSON; the rest of it stands beside.
func (b *body) json() (string, error) {
	text, err := json.Marshal(b)
	return string(text), err
}

// CheckAddress says whether s is one plain e-mail address (RFC 5322 §3.4.1),
// without a name, a comment or a second line.
func CheckAddress(s string) error {
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsFunc(s, unicode.IsControl) { // RFC 5321 §4.5.3.1.3
		return identity.Errorf(identity.Invalid, "address", "%q is not an e-mail address; write one like name@example.com", s)
	}
	return nil
}

// oneLine makes a subject one line: what came from outside cannot begin another
// header.
func oneLine(s string) string { return short(s, 200) }

// short makes text that came from outside one line of at most so many
// characters, in the order in which they are read.
func short(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.TrimSpace(s)
}
