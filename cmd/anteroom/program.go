package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/alecthomas/kong"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// Program is the whole program as a value: tests start it as main does.
type Program struct {
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// commands is the command line.
type commands struct {
	Dev        devCommand        `cmd:"" help:"Start everything on this machine, with a demo workspace."`
	Serve      serveCommand      `cmd:"" help:"Run in production from a configuration file."`
	Lab        labCommand        `cmd:"" help:"Be a customer's directory: push people and groups to any SCIM server."`
	Check      checkCommand      `cmd:"" help:"Check any SCIM server for conformance and for what real directories trip over."`
	Workspace  workspaceCommand  `cmd:"" help:"Create, list and change workspaces."`
	Connection connectionCommand `cmd:"" help:"Connect identity providers that people sign in through."`
	Token      tokenCommand      `cmd:"" help:"Create, list and revoke SCIM tokens."`
	Operator   operatorCommand   `cmd:"" help:"The vendor's own people, who see every workspace's plan."`
	Product    productCommand    `cmd:"" help:"Check and explain product definition files."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// Run runs the program and gives its exit status: 0 when all went well, 1 when
// something failed, 2 when the command line cannot be understood or a check
// could not run.
func (p *Program) Run(ctx context.Context, args []string) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("anteroom"), kong.Description("The room your customers' people walk through: SCIM 2.0 provisioning in one binary."),
		kong.Writers(p.Stdout, p.Stderr), kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p))
	if err != nil {
		return p.fail(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	run, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(p.Stderr, "anteroom: %v\nRun anteroom --help for the commands.\n", err)
		return 2
	}
	return p.fail(run.Run())
}

// errQuiet ends with status 1 when everything has been said already.
var errQuiet = exitStatus(1)

// exitStatus ends the program with a status when everything has been said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("status %d", int(s)) }

func (p *Program) fail(err error) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return 0
	}
	if status := exitStatus(0); errors.As(err, &status) {
		return int(status)
	}
	var known *identity.Error
	if errors.As(err, &known) && known.Kind != identity.Internal {
		fmt.Fprintf(p.Stderr, "anteroom: %s\n", known.Msg)
		return 1
	}
	fmt.Fprintf(p.Stderr, "anteroom: %v\n", err)
	return 1
}

// printJSON writes one value as one line.
func (p *Program) printJSON(v any) error {
	e := json.NewEncoder(p.Stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

type versionCommand struct{}

func (versionCommand) Run(p *Program) error {
	_, err := fmt.Fprintln(p.Stdout, "anteroom", buildVersion())
	return err
}

// version is set when a release is built: -ldflags "-X main.version=v1.2.3".
var version string

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// operator is who runs a command, for the log.
func operator(now time.Time) identity.Origin {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return identity.Origin{Actor: identity.Actor{Kind: identity.ActorOperator, ID: name}, Source: "cli", RequestID: identity.NewRequestID(now), At: now}
}

// stateFile is where a running `anteroom dev` says how to reach it, so that the
// lab finds it without being told.
func (p *Program) stateFile() string {
	if dir := p.Getenv("ANTEROOM_STATE"); dir != "" {
		return filepath.Join(dir, "dev.json")
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "anteroom", "dev.json")
}
