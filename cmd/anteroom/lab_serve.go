package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"

	"github.com/anteroom-id/anteroom/internal/labpage"
	"github.com/anteroom-id/anteroom/internal/web"
	"github.com/anteroom-id/anteroom/lab"
)

type labServe struct {
	Provider string `default:"entra" help:"Which one, a name from anteroom lab providers; entra when not given." placeholder:"NAME"`
	labWorld
	Listen string `default:"127.0.0.1:8090" help:"Address to listen on, 127.0.0.1:8090 when not given; port 0 takes any free one." placeholder:"HOST:PORT"`
	JSON   bool   `help:"Print one line of JSON when ready, and nothing else."`
}

// LabReady is the line that `anteroom lab serve --json` prints. Keys are added,
// never renamed.
type LabReady struct {
	URL      string `json:"url"`
	Provider string `json:"provider"`
	Target   string `json:"target"`
	Users    int    `json:"users"`
	Groups   int    `json:"groups"`
	PID      int    `json:"pid"`
}

// Run keeps a lab running until it is told to stop.
func (c *labServe) Run(ctx context.Context, p *Program) error {
	if c.Provider == "ping-federate" { // as its command is called
		c.Provider = "pingfederate"
	}
	d, err := c.directory()
	if err != nil {
		return err
	}
	page, err := c.page(ctx, p, d)
	if err != nil {
		return err
	}
	defer page.Close()
	l, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	srv := newServer(ctx, page)
	srv.RegisterOnShutdown(page.Close)
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, srv, l) }()
	if err := p.welcome(LabReady{
		URL: "http://" + l.Addr().String() + "/", Provider: c.Provider, Target: page.Target.URL,
		Users: len(d.People()), Groups: len(d.Groups()), PID: os.Getpid(),
	}, page.Name, c.JSON); err != nil {
		return err
	}
	return <-served
}

// page makes the lab's page.
func (c *labServe) page(ctx context.Context, p *Program, d *lab.Directory) (*labpage.Page, error) {
	t, err := c.target(ctx, p)
	if err != nil {
		return nil, err
	}
	if t.HTTP, err = faulty(c.Faults, c.Seed); err != nil {
		return nil, err
	}
	members := ""
	if r, found := p.running(ctx); found && r.SCIMURL == t.URL {
		members = r.MembersURL
	}
	return labpage.New(labpage.Config{
		Name: titleOf(c.Provider), Directory: d, Target: t, Members: members, Log: slog.New(slog.NewTextHandler(p.Stderr, nil)),
		Open: func(to lab.Target, progress func(lab.Progress)) (lab.Provider, error) {
			return lab.New(c.Provider, d, to, lab.Options{Workers: c.Workers, OnProgress: progress, NoCompare: true})
		},
	})
}

// titleOf gives a provider's name as people say it.
func titleOf(provider string) string {
	titles := map[string]string{
		"entra": "Microsoft Entra ID", "entra-062020": "Microsoft Entra ID", "okta": "Okta", "okta-custom": "Okta, custom app", "google": "Google Workspace",
		"onelogin": "OneLogin", "jumpcloud": "JumpCloud", "pingfederate": "PingFederate", "sailpoint": "SailPoint",
	}
	if t := titles[provider]; t != "" {
		return t
	}
	return provider
}

func (c *labServe) listen(ctx context.Context) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return nil, fmt.Errorf("--listen takes HOST:PORT, for instance 127.0.0.1:8090: %w", err)
	}
	if !web.Loopback(c.Listen) {
		return nil, fmt.Errorf("whoever reaches the lab can press its buttons, so it listens on this machine only, not on %s", c.Listen)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use, perhaps by another lab; stop that one, or take any free port with --listen 127.0.0.1:0", c.Listen)
	}
	return l, err
}

func (p *Program) welcome(r LabReady, name string, asJSON bool) error {
	if asJSON {
		return p.printJSON(r)
	}
	_, err := fmt.Fprintf(p.Stdout, `
  The lab is ready: %s, with %d people and %d groups.

  Open             %s
  It pushes to     %s

  Press Start provisioning, change somebody, and press it again.
  Stop with Ctrl-C.

`, name, r.Users, r.Groups, r.URL, r.Target)
	return err
}
