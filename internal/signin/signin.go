// Package signin holds the verbs on signing in through a customer's identity
// provider: what is asked of the provider, what becomes of its answer, whose
// session it begins, and what is refused, with the rule and the reason.
package signin

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/anteroom-id/anteroom/internal/account"
	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/mail"
	"github.com/anteroom-id/anteroom/internal/oidc"
	"github.com/anteroom-id/anteroom/internal/product"
	"github.com/anteroom-id/anteroom/internal/seal"
	"github.com/anteroom-id/anteroom/internal/store"
	"github.com/anteroom-id/anteroom/internal/web"
)

// Config is what signing in is made of.
type Config struct {
	Store     *store.Store
	Product   *product.Product
	Directory *directory.Service
	Accounts  *account.Service
	Outbox    *mail.Outbox
	Box       *seal.Box
	BaseURL   string       // of our pages, without a slash at the end
	Client    *http.Client // for identity providers; it reaches no private address unless configured (web/outbound)
	DNS       Resolver     // for the records of domains; nil asks the system's
	Log       *slog.Logger // nil means slog.Default()
	// InsecureOneVerifier lets the strict verifier decide about SAML signatures
	// alone. Without it the second one must agree.
	InsecureOneVerifier bool
	TraceKept           time.Duration // 30 days
}

// Service is signing in through identity providers. It is safe for concurrent use.
type Service struct {
	conf   Config
	rp     *oidc.RelyingParty
	asks   *web.Limiter // look-ups of an address, by network
	begun  *web.Limiter // sign-ins that were begun, by network
	tries  *web.Limiter // answers that were refused, by network
	noise  *web.Limiter // traces of answers that nobody asked for, by workspace
	codes  *web.Limiter // recovery codes tried, by network
	looks  *web.Limiter // records of domains looked up by hand, by workspace
	opened keyCache     // our own keys in SAML
	tidied atomic.Int64 // when what is kept no longer was removed last, in microseconds
}

const limited = 100_000 // keys remembered of each sort

// New gives signing in through the identity providers of every workspace.
func New(c Config) (*Service, error) {
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.Store == nil || c.Product == nil || c.Directory == nil || c.Accounts == nil || c.Box == nil || c.BaseURL == "" {
		return nil, errors.New("signing in needs a store, a product, a directory, accounts, a box and the address of our pages")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if c.TraceKept <= 0 {
		c.TraceKept = 30 * 24 * time.Hour
	}
	now := c.Store.Now
	return &Service{
		conf: c, rp: oidc.New(c.Client, now),
		asks: web.NewLimiter(1, 60, limited, now), begun: web.NewLimiter(100, 3000, limited, now),
		tries: web.NewLimiter(2, 200, limited, now), noise: web.NewLimiter(1.0/6, 100, limited, now),
		codes: web.NewLimiter(1.0/30, 10, limited, now), looks: web.NewLimiter(1.0/3, 20, limited, now),
	}, nil
}

// Purpose is what a sign-in is for.
type Purpose string

// The purposes.
const (
	ToSignIn Purpose = ""
	ToTest   Purpose = "test" // shows what would happen and signs nobody in
)

// Start is somebody who wants to sign in through a connection.
type Start struct {
	Workspace  identity.WorkspaceID
	Connection identity.ConnectionID // "" for the workspace's only one, or its first
	To         string                // the page that it is to lead to, inside ours
	Purpose    Purpose
	Tester     identity.MemberID // of a test: who runs it
	Channel    string            // "web" or "app" of the product; "" is web
	Hint       string            // the address that was typed, for the provider's own form
	Fresh      bool              // the provider is to ask for credentials anew (ForceAuthn, prompt=login)
	Context    string            // authentication context that is needed; "" for the connection's
	Client     account.Client
	Unasked    bool // begun by a response that nobody asked for: at most once a minute in one browser
	// Browser is the secret that the browser holds from a sign-in before, so that
	// several can be under way in one browser; "" for none.
	Browser string
}

// Ask is what is asked of an identity provider: go to URL, or, when Form is not
// nil, post Form there.
type Ask struct {
	URL     string
	Form    url.Values
	Browser string        // for a cookie: only this browser can bring the answer
	Life    time.Duration // of the cookie
}

// Outcome is what came of an identity provider's answer.
type Outcome struct {
	Fresh      account.Fresh // the session; zero of a test
	Workspace  identity.Workspace
	Connection identity.ConnectionID
	Member     identity.Member
	To         string
	Purpose    Purpose
	Report     *Report // of a test
	Code       string  // of the trace
	// Prove says that an owner has to show the old credential once before the
	// provider is linked: Ticket goes to Link. No session has begun.
	Prove  bool
	Ticket string
}

// Unasked is the error of a response that nobody asked for, where such a response
// may begin a sign-in: nothing in it is believed, and Start asks the provider anew.
// Begin it, unless one was begun so in this browser a short while ago.
type Unasked struct{ Start Start }

func (e *Unasked) Error() string { return "the response answers no request; ask the provider anew" }

// LinkProof is an owner's old credential, shown once to be linked to the provider.
type LinkProof struct {
	Ticket   string // of Outcome
	Browser  string // the secret that the browser holds
	Password string
	Code     string // of the second factor, where there is one
	// Passkey is instead of a password: the ticket of a ceremony and the browser's answer.
	Passkey       string
	PasskeyAnswer []byte
	Client        account.Client
}

// Report says what a test sign-in would have done.
type Report struct {
	Assertion identity.Assertion
	Would     []string // sentences: "Sign in Ann Ames, who was provisioned by Entra ID."
	Warnings  []string
	Roles     []string // that the member would hold
}

// Refused is the error of a sign-in that did not come to its end. It unwraps to
// an *explain.Refusal; Code is what the person reads out.
type Refused struct {
	Workspace  identity.Workspace    // zero when nobody knows whose it is
	Connection identity.ConnectionID // "" when it did not come so far
	Code       string                // "S31-7KQ4M"
	Rule       string                // "S31"
	Test       bool
	Verified   bool // the workspace's provider had vouched for somebody
	err        error
}

func (e *Refused) Error() string { return e.Code + ": " + e.err.Error() }

// Unwrap gives the refusal.
func (e *Refused) Unwrap() error { return e.err }

// Addresses is what a workspace's administrator gives to the identity provider.
type Addresses struct {
	EntityID string // Audience URI (SP Entity ID), Identifier (Entity ID)
	ACS      string // Single sign-on URL, Reply URL
	SLO      string // where logout goes
	Metadata string // where all of it can be had
	OIDCWeb  string // redirect URI of the type Web
	OIDCApp  string // redirect URI of the type Public client (mobile & desktop)
	OIDCOut  string // back-channel logout URI
	Start    string // the workspace's direct address to sign in
}

// Choice is a connection that somebody can sign in through.
type Choice struct {
	Workspace  identity.Workspace
	Connection identity.Connection
	SignOn     identity.SignOn
}
