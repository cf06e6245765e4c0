package frame

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// The names of our cookies. Where the pages are reached by TLS they carry the
// prefix that binds them to this host (RFC 6265bis §4.1.3.2).
const (
	sessionCookie = "session"
	noticeCookie  = "notice"
	onceCookie    = "once"
	browserCookie = "browser"
	hintCookie    = "hint"
	arrivalCookie = "arrival"
)

// onceLife is how long what the next page is to show waits for it.
const onceLife = 5 * time.Minute

func (a *App) secure() bool { return strings.HasPrefix(a.BaseURL, "https://") }

func (a *App) cookieName(name string) string {
	if a.secure() {
		return "__Host-" + name
	}
	return name
}

// setCookie sets one of our cookies, out of reach of scripts and of other sites'
// forms. An empty value takes it away.
func (q *Request) setCookie(name, value string, life time.Duration) {
	q.setCookieFor(http.SameSiteLaxMode, name, value, life)
}

// setCookieFor is setCookie of one that other sites' forms may or may not bring.
func (q *Request) setCookieFor(site http.SameSite, name, value string, life time.Duration) {
	c := &http.Cookie{ //nolint:gosec // Secure wherever the pages are reached by TLS
		Name: q.cookieName(name), Value: value, Path: "/", Secure: q.secure(), HttpOnly: true, SameSite: site, MaxAge: int(life / time.Second),
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(q.W, c)
}

func (q *Request) cookie(name string) string {
	if c, err := q.R.Cookie(q.cookieName(name)); err == nil {
		return c.Value
	}
	return ""
}

func (q *Request) secret() string { return q.cookie(sessionCookie) }

func (q *Request) setSession(secret string, expires time.Time) {
	q.setCookie(sessionCookie, secret, expires.Sub(q.now()))
}

func (q *Request) clearSession() { q.setCookie(sessionCookie, "", 0) }

// crossing is how a cookie is marked that has to come along when an identity
// provider's form brings the browser back (RFC 6265bis §5.6.7). In clear, where a
// browser keeps no such cookie, it is Lax: Crossed then tells what to do.
func (q *Request) crossing() http.SameSite {
	if q.secure() {
		return http.SameSiteNoneMode
	}
	return http.SameSiteLaxMode
}

// Bind has the browser keep the secret that binds the answers of identity
// providers to it.
func (q *Request) Bind(secret string, life time.Duration) {
	q.setCookieFor(q.crossing(), browserCookie, secret, life)
}

// Bound is the secret that Bind gave to this browser, "" when it has none.
func (q *Request) Bound() string { return q.cookie(browserCookie) }

// Crossed reports whether the form comes from another site, so that the browser
// has left its cookies at home: in clear they are Lax. Sent once more by a page of
// ours, the form brings them.
func (q *Request) Crossed() bool {
	return !q.secure() && q.R.Method == http.MethodPost && !slices.Contains([]string{"", "same-origin", "same-site"}, q.R.Header.Get("Sec-Fetch-Site"))
}

// Withheld reports whether the browser may hold a session that it did not bring: the
// form comes from another site, which the session's cookie, being Lax, does not come
// along with. A page of ours that the browser is sent to next is told (RFC 6265bis
// §5.6.7.1).
func (q *Request) Withheld() bool {
	return q.secure() && q.R.Method == http.MethodPost && q.secret() == ""
}

// Hold has the browser keep a ticket for the next page.
func (q *Request) Hold(ticket string, life time.Duration) { q.setCookie(arrivalCookie, ticket, life) }

// Held gives the ticket that Hold kept, once; "" when there is none.
func (q *Request) Held() string {
	ticket := q.cookie(arrivalCookie)
	if ticket != "" {
		q.setCookie(arrivalCookie, "", 0)
	}
	return ticket
}

// hintRest is how long a browser has to wait before another response that nobody
// asked for begins a sign-in: so that two sides that send people to one another
// do not do so for ever.
const hintRest = time.Minute

// Hinted notes that a response nobody asked for begins a sign-in in this browser,
// and reports whether one did so a short while ago.
func (q *Request) Hinted() bool {
	before := q.cookie(hintCookie) != ""
	q.setCookieFor(q.crossing(), hintCookie, "1", hintRest)
	return before
}

// remember keeps a line for the next page.
func (q *Request) remember(name, text string) {
	q.setCookie(name, base64.RawURLEncoding.EncodeToString([]byte(text)), onceLife)
}

// recall gives the line that was kept, once.
func (q *Request) recall(name string) string {
	v := q.cookie(name)
	if v == "" {
		return ""
	}
	q.setCookie(name, "", 0)
	text, err := base64.RawURLEncoding.DecodeString(v)
	if err != nil {
		return ""
	}
	return clean(string(text))
}

// ShowOnce hands a secret to the next page, which shows it once: sealed, bound to
// the session, for five minutes at most.
func (q *Request) ShowOnce(name, secret string) {
	q.setCookie(onceCookie, name+"."+q.Box.Seal(q.oncePurpose(name), secret), onceLife)
}

// Once gives the secret of that name that the page before handed over, "" when
// there is none. It is gone afterwards.
func (q *Request) Once(name string) string {
	have, sealed, _ := strings.Cut(q.cookie(onceCookie), ".")
	if have != name {
		return ""
	}
	q.setCookie(onceCookie, "", 0)
	text, err := q.Box.Open(q.oncePurpose(name), sealed)
	if err != nil {
		return ""
	}
	return text
}

func (q *Request) oncePurpose(name string) string {
	whose := ""
	if q.Live != nil {
		whose = string(q.Live.Session.ID)
	}
	return "once " + name + " " + whose
}

// LoginFor is the address of the sign-in page that leads back to where the
// request wanted to go.
func (q *Request) LoginFor() string {
	if q.R.Method != http.MethodGet || q.R.URL.Path == "/" {
		return "/login"
	}
	return "/login?to=" + url.QueryEscape(q.R.URL.RequestURI())
}

// Inside gives to when it is an address of these pages, and otherwise the first
// page: nobody is sent elsewhere by a link to our sign-in page.
func Inside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// known finds out whose session the browser has.
func (q *Request) known() error {
	secret := q.secret()
	if secret == "" {
		return nil
	}
	live, err := q.Accounts.Check(q.Context(), secret, q.Client())
	if identity.KindOf(err) == identity.Unauthenticated {
		return nil
	}
	q.Live = live
	return err
}
