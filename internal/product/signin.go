package product

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// JustInTime says whether people whom no directory provisioned are made members
// by their first sign-in through a connection.
type JustInTime string

// Whether a first sign-in makes a member.
const (
	JustInTimeAuto JustInTime = "auto" // while provisioning is off
	JustInTimeOn   JustInTime = "on"
	JustInTimeOff  JustInTime = "off"
)

// Asks is what the button on the sign-in page leads to.
type Asks string

// What is asked of people who sign in through their identity provider.
const (
	AsksAddress   Asks = "address"   // the e-mail address, on AddressPath
	AsksWorkspace Asks = "workspace" // the workspace, on SlugPath
)

// SignIn is how people come in.
type SignIn struct {
	Button       string // "Sign in with SSO": the words of the button on the sign-in page
	AsksFor      Asks   // which of the next two the button leads to
	SlugPath     string // asks for the workspace, or reads it from behind the #: "/vue/sso"
	AddressPath  string // asks for the e-mail address: "/login/sso"
	EntityID     string // one SAML entity id for all workspaces; "" gives each its own
	IdPInitiated bool   // a response that nobody asked for is taken where the connection allows it
	JustInTime   JustInTime
	Password     bool // e-mail and password, for people who are not on SSO
	Passkey      bool
	TOTP         bool // a second factor beside the password
	Invitations  bool // administrators invite people by mail
}

func (s *SignIn) complete(r *reader) {
	s.Button = either(s.Button, "Sign in with SSO")
	s.SlugPath = either(s.SlugPath, "/sso")
	s.AddressPath = either(s.AddressPath, "/login/sso")
	s.AsksFor = either(s.AsksFor, AsksAddress)
	s.JustInTime = either(s.JustInTime, JustInTimeAuto)
	for key, on := range map[string]*bool{"password": &s.Password, "passkey": &s.Passkey, "totp": &s.TOTP, "invitations": &s.Invitations} {
		if !r.given("sign_in." + key) {
			*on = true
		}
	}
}

// Entrance is the page that the button leads to.
func (s *SignIn) Entrance() string {
	if s.AsksFor == AsksWorkspace {
		return s.SlugPath
	}
	return s.AddressPath
}

func signInFields(r *reader, s *SignIn) fields {
	return fields{
		"button":        text(r, &s.Button).says("the words of the button: Sign in with Okta"),
		"asks_for":      choice(r, &s.AsksFor, AsksAddress, AsksWorkspace).says("what the button asks for"),
		"slug_path":     text(r, &s.SlugPath).says("the page that asks for the workspace, or reads it from behind the #"),
		"address_path":  text(r, &s.AddressPath).says("the page that asks for the e-mail address"),
		"entity_id":     text(r, &s.EntityID).says("one SAML entity id for all workspaces; without it each has its own"),
		"idp_initiated": flag(r, &s.IdPInitiated).says("take a SAML response that nobody asked for, where the connection allows it"),
		"just_in_time":  choice(r, &s.JustInTime, JustInTimeAuto, JustInTimeOn, JustInTimeOff).says("whether a first sign-in makes a member; auto: while provisioning is off"),
		"password":      flag(r, &s.Password).says("e-mail and password for people who are not on SSO"),
		"passkey":       flag(r, &s.Passkey),
		"totp":          flag(r, &s.TOTP).says("a code from an authenticator app beside the password"),
		"invitations":   flag(r, &s.Invitations).says("administrators may invite people by mail"),
	}
}

func checkSignIn(r *reader, s SignIn) {
	for key, p := range map[string]string{"slug_path": s.SlugPath, "address_path": s.AddressPath} {
		if !strings.HasPrefix(p, "/") || path.Clean(p) != p || strings.ContainsFunc(p, notInPath) || p == "/" {
			r.fault("sign_in."+key, `write a path like "/login/sso"`, "%q is no path of a page", p)
		}
	}
	if s.SlugPath == s.AddressPath {
		r.fault("sign_in.address_path", "give each its own path", "%q asks for the workspace and for the address", s.AddressPath)
	}
	if len(s.Button) > 60 || !printable(s.Button) {
		r.fault("sign_in.button", "write at most 60 bytes on one line", "the words of the button are too long or hold control characters")
	}
	if u, err := url.Parse(s.EntityID); s.EntityID != "" && (err != nil || u.Scheme == "" || len(s.EntityID) > 1024) { // saml-core-2.0 §8.3.6
		r.fault("sign_in.entity_id", `write a URI like "https://app.example.com"`, "%q is no entity id", s.EntityID)
	}
	if s.TOTP && !s.Password && r.given("sign_in.totp") {
		r.fault("sign_in.totp", "remove it, or switch password on", "a second factor stands beside a password, which is off")
	}
}

// TokenKind is one kind of credential that the product issues.
type TokenKind struct {
	Offered bool
	Title   string // "SCIM API Token"
	Days    int    // life; 0 is until it is revoked
}

// Tokens says which credentials a directory may provision with.
type Tokens struct {
	Workspace TokenKind // an administrator issues it for the workspace
	Personal  TokenKind // somebody issues it in the own settings; it acts for the workspace
	Support   TokenKind // only the vendor issues it
	Basic     TokenKind // a user name and a password, which is also a bearer token
}

func (t *Tokens) complete(r *reader) {
	kinds := []struct {
		key, title string
		kind       *TokenKind
	}{
		{"workspace", "SCIM API Token", &t.Workspace}, {"personal", "personal access token", &t.Personal},
		{"support", "provisioning token", &t.Support}, {"basic", "Password", &t.Basic},
	}
	for _, k := range kinds {
		k.kind.Offered = r.given("tokens."+k.key) || !r.given("tokens") && k.key == "workspace"
		k.kind.Title = either(k.kind.Title, k.title)
	}
	if !r.given("tokens") {
		t.Workspace.Days = 365
	}
}

func tokensFields(r *reader, t *Tokens) fields {
	kind := func(k *TokenKind) field {
		return section(r, fields{
			"title": text(r, &k.Title).says("what the console calls it"),
			"days":  count(r, &k.Days, 3650).says("how long it lives; 0 is until it is revoked"),
		})
	}
	return fields{
		"workspace": kind(&t.Workspace).says("an administrator issues it for the workspace"),
		"personal":  kind(&t.Personal).says("somebody issues it in the own settings; it acts for the workspace"),
		"support":   kind(&t.Support).says("only the vendor issues it, on request"),
		"basic":     kind(&t.Basic).says("a user name and a password, which also works as a bearer token"),
	}
}

func checkTokens(r *reader, t Tokens) {
	if !t.Workspace.Offered && !t.Personal.Offered && !t.Support.Offered && !t.Basic.Offered {
		r.fault("tokens", `add "workspace: {}"`, "no kind of token is offered, so no directory could provision")
	}
	for key, k := range map[string]TokenKind{"workspace": t.Workspace, "personal": t.Personal, "support": t.Support, "basic": t.Basic} {
		if len(k.Title) > 60 || !printable(k.Title) {
			r.fault(fmt.Sprintf("tokens.%s.title", key), "write at most 60 bytes on one line", "the title is too long or holds control characters")
		}
	}
}
