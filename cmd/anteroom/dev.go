package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/edge/console"
	"github.com/anteroom-id/anteroom/internal/edge/console/frame"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/token"
	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/lab"
)

type devCommand struct {
	Listen  string `default:"127.0.0.1:8080" help:"Address to listen on; port 0 takes any free one." placeholder:"HOST:PORT"`
	Product string `help:"Product definition; the built-in one when not given." type:"path" placeholder:"FILE"`
	JSON    bool   `help:"Print one line of JSON when ready, and nothing else."`
	Demo    bool   `help:"Let a lab Entra provision 25 people and 3 groups once it is up."`
	database
}

// Ready is the line that `anteroom dev --json` prints. Keys are added, never
// renamed.
type Ready struct {
	BaseURL      string `json:"base_url"`
	Workspace    string `json:"workspace"`
	SCIMURL      string `json:"scim_url"`
	SCIMToken    string `json:"scim_token"`
	SCIMUser     string `json:"scim_user"`
	SCIMPassword string `json:"scim_password"`
	MembersURL   string `json:"members_url"`
	Engine       string `json:"engine"`
	Product      string `json:"product"`
	Version      string `json:"version"`
	PID          int    `json:"pid"`

	ConsoleURL string   `json:"console_url"` // the sign-in page
	MailsURL   string   `json:"mails_url"`   // what would have been mailed
	SignIns    []SignIn `json:"sign_ins"`

	IDPURL string `json:"idp_url"` // of the lab's identity provider
	SSOURL string `json:"sso_url"` // signs one of its people in: the first of sign_ins that is a person
}

const (
	devWorkspace = "acme"
	devToken     = "anteroom dev"
)

// Run starts everything for one developer on one machine.
func (c *devCommand) Run(ctx context.Context, p *Program) (err error) {
	where, err := c.where("anteroom-data")
	if err != nil {
		return err
	}
	l, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	base := "http://" + l.Addr().String()
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := settings{database: where, product: c.Product, baseURL: base, log: log, local: true, private: loopback()}
	if strings.Contains(where, "://") {
		s.keyFile = filepath.Join(filepath.Dir(p.stateFile()), keyName)
	}
	if err := s.settleKey(); err != nil {
		return err
	}
	v, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.store.Close()) }()
	if err := v.useToDevelop(ctx); err != nil {
		return err
	}
	ready, live, err := v.prepareDev(ctx, base)
	if err != nil {
		return err
	}
	people := lab.Generate(1, 25, 3)
	provider, err := v.openProvider(ctx, l, people)
	if err != nil {
		return err
	}
	pages, err := v.devPages(ctx, s, &ready, live, provider)
	if err != nil {
		return err
	}
	if err := v.ready(ctx, directory.Keep{}); err != nil {
		return err
	}
	mux := v.handler()
	mux.Handle("/", pages)
	mux.Handle(live.Path(), live)
	mux.HandleFunc("GET /debug/counters", v.counters)
	mux.HandleFunc("GET /debug/profile", profile)
	defer p.announce(ready)()
	served := make(chan error, 1)
	srv := newServer(ctx, routed(local(mux), pages, v.api))
	srv.RegisterOnShutdown(live.Close)
	srv.RegisterOnShutdown(pages.Close)
	go func() { served <- web.Serve(ctx, srv, l) }()
	if err := p.greet(ready, c.JSON); err != nil {
		return err
	}
	if c.Demo {
		if err := p.demo(ctx, ready, people, c.JSON); err != nil && ctx.Err() == nil {
			fmt.Fprintf(p.Stderr, "anteroom: the demo did not finish: %v\n", err)
		}
	}
	return <-served
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("--listen takes HOST:PORT, for instance 127.0.0.1:8080: %w", err)
	}
	if !web.Loopback(addr) {
		return nil, fmt.Errorf("anteroom dev shows its people to everybody who can reach it, so it listens on this machine only, not on %s; for others to reach it, run anteroom serve", addr)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use, perhaps by another anteroom dev; stop that one, or choose another address with --listen 127.0.0.1:0", addr)
	}
	return l, err
}

// local answers only requests for an address of this machine, so that a page
// somewhere else cannot read the demo's by a name that it points here, nor can
// whoever finds the tunnel that was opened for a directory.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, _, _ := strings.Cut(r.Host, ":"); !web.Loopback(r.Host) && !strings.HasSuffix(name, ".localhost") {
			http.Error(w, "anteroom dev answers at its own address only, such as http://127.0.0.1:8080", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// prepareDev makes the demo workspace and a fresh token for it.
func (v *service) prepareDev(ctx context.Context, base string) (Ready, *console.Live, error) {
	w, err := v.workspace(ctx, devWorkspace, "Acme")
	if err != nil {
		return Ready{}, nil, err
	}
	secret, err := v.freshToken(ctx, w)
	if err != nil {
		return Ready{}, nil, err
	}
	scimURL := base + v.product.SCIM.Path(w.Slug)
	var key [12]byte
	rand.Read(key[:])
	live := console.New(console.Config{
		Store: v.store, Directory: v.directory, Product: v.product, Workspace: w, SCIMURL: scimURL, Key: hex.EncodeToString(key[:]), Log: v.log,
	})
	return Ready{
		BaseURL: base, Workspace: w.Slug, SCIMURL: scimURL, SCIMToken: secret, SCIMUser: w.Slug, SCIMPassword: secret, MembersURL: base + live.Path(),
		Engine: v.store.Engine(), Product: v.product.Name, Version: buildVersion(), PID: os.Getpid(),
	}, live, nil
}

// devPages makes the console with an entrance for the developer.
func (v *service) devPages(ctx context.Context, s settings, r *Ready, live *console.Live, provider *devProvider) (*frame.App, error) {
	key, err := sealKey(s.keyText, s.keyFile, s.database)
	if err != nil {
		return nil, err
	}
	s.keyText = hex.EncodeToString(key) // in memory each reading makes another one
	s.baseURL = localhost(s.baseURL)
	e := &entrance{service: v, workspace: live.Workspace.ID, seed: []byte(s.keyText), key: live.Key, base: s.baseURL, provider: provider}
	provider.workspace, provider.base = live.Workspace, s.baseURL
	r.ConsoleURL, r.MailsURL, r.SignIns = s.baseURL+"/login", s.baseURL+"/dev/mails", e.all()
	r.IDPURL, r.SSOURL = provider.address+"/", r.SignIns[2].URL
	pages, err := v.pages(ctx, s, nil, e.section())
	if err == nil {
		provider.again(ctx)
	}
	return pages, err
}

// freshToken issues the token of this run and ends those of earlier runs: a
// secret is shown once and cannot be shown again.
func (v *service) freshToken(ctx context.Context, w identity.Workspace) (string, error) {
	o := operator(v.store.Now())
	old, err := v.tokens.List(ctx, w.ID)
	if err != nil {
		return "", err
	}
	for _, t := range old {
		if t.Name == devToken && t.Revoked.IsZero() {
			if err := v.tokens.Revoke(ctx, w.ID, t.ID, o); err != nil {
				return "", err
			}
		}
	}
	_, secret, err := v.tokens.Issue(ctx, token.Request{Workspace: w.ID, Name: devToken, Origin: o})
	return secret, err
}

func (p *Program) greet(r Ready, asJSON bool) error {
	if asJSON {
		return p.printJSON(r)
	}
	_, err := fmt.Fprintf(p.Stdout, `
  Anteroom is ready.

  Console          %s      (as the owner of %s)
  Operator         %s
  Members, live    %s
  Single sign-on   %s      (as one of the lab's people)

  Paste these into a directory:
  SCIM URL         %s      (Entra: Tenant URL; Okta: SCIM connector base URL)
  SCIM token       %s      (Entra: Secret Token; Okta: API Token)
  or by Basic      user %s, password as the token

  Try it without one:   anteroom lab entra --users 25 --groups 3
  Stop with Ctrl-C.

`, r.SignIns[0].URL, r.Workspace, r.SignIns[1].URL, r.MembersURL, r.SSOURL, r.SCIMURL, r.SCIMToken, r.SCIMUser)
	return err
}

// announce leaves word of how to reach this server, and gives the function that
// takes it back.
func (p *Program) announce(r Ready) (withdraw func()) {
	file := p.stateFile()
	text, err := json.Marshal(r)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return func() {}
	}
	return func() {
		if now, err := os.ReadFile(file); err == nil && string(now) == string(text) {
			_ = os.Remove(file)
		}
	}
}
