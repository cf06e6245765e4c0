package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/anteroom-id/anteroom/lab"
)

type labCommand struct {
	Entra        labEntra        `cmd:"" help:"Provision as Microsoft Entra ID does."`
	Okta         labOkta         `cmd:"" help:"Provision as Okta does."`
	Google       labGoogle       `cmd:"" help:"Provision as Google Workspace does."`
	OneLogin     labOneLogin     `cmd:"" name:"onelogin" help:"Provision as OneLogin does."`
	JumpCloud    labJumpCloud    `cmd:"" name:"jumpcloud" help:"Provision as JumpCloud does."`
	PingFederate labPingFederate `cmd:"" name:"ping-federate" help:"Provision as PingFederate does."`
	SailPoint    labSailPoint    `cmd:"" name:"sailpoint" help:"Provision as SailPoint does."`
	Serve        labServe        `cmd:"" help:"Keep a lab running, with a page to click on."`
	IDP          labIDP          `cmd:"" name:"idp" help:"Be an identity provider that people sign in at, by SAML and OpenID Connect."`
	Generate     labGenerate     `cmd:"" help:"Print a made-up directory as a file to edit."`
	Providers    labProviders    `cmd:"" help:"List the identity providers of the lab."`
}

// labWorld is the directory that a lab begins with, and the server that it
// pushes to.
type labWorld struct {
	labSize
	Directory string `help:"Directory file, instead of a made-up directory." type:"path" placeholder:"FILE"`
	Target    string `help:"SCIM base URL; a running anteroom dev when not given." placeholder:"URL"`
	Token     string `help:"SCIM token, sent as Bearer." env:"ANTEROOM_SCIM_TOKEN" placeholder:"TOKEN"`
	User      string `help:"User name for HTTP Basic." placeholder:"NAME"`
	Password  string `help:"Password for HTTP Basic." placeholder:"PASSWORD"`
	Workers   int    `default:"4" help:"Requests at the same time; 4 when not given." placeholder:"N"`
	Faults    string `help:"Let the network fail: lose, double, refuse, break, delay, or all; with shares of the requests as in lose=0.05,refuse=0.1." placeholder:"KINDS"`
}

// labFlags are what every lab directory takes.
type labFlags struct {
	labWorld
	Cycles  int    `default:"1" help:"Provisioning cycles, forty minutes apart by the lab's own clock; 1 when not given." placeholder:"N"`
	Changes int    `help:"Changes of the directory between two cycles: joiners, leavers, moves, new names." placeholder:"N"`
	Record  string `help:"Write the conversation to a file, as readable text." type:"path" placeholder:"FILE"`
	Save    string `help:"Write the directory to a file at the end." type:"path" placeholder:"FILE"`
	JSON    bool   `help:"Print one line of JSON for each cycle."`
}

// target is where to push: as told, or the running `anteroom dev`.
func (f *labWorld) target(ctx context.Context, p *Program) (lab.Target, error) {
	t := lab.Target{URL: f.Target, Token: f.Token, User: f.User, Password: f.Password}
	if f.Target != "" {
		if f.Token == "" && f.Password == "" {
			return t, errors.New("give the SCIM token of the target with --token, or --user and --password")
		}
		return t, nil
	}
	r, found := p.running(ctx)
	if !found {
		return t, errors.New("there is no anteroom dev running here; start one in another terminal with anteroom dev, or give --target URL --token TOKEN")
	}
	t.URL, t.Token = r.SCIMURL, r.SCIMToken
	return t, nil
}

// running finds the `anteroom dev` of this machine.
func (p *Program) running(ctx context.Context) (r Ready, found bool) {
	text, err := os.ReadFile(p.stateFile())
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err == nil && answers(ctx, r.BaseURL)
}

func answers(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusOK
}

// progress shows a bar on the error stream, when that is a terminal and JSON is
// not wanted.
func (p *Program) progress(quiet bool) (step func(lab.Progress), done func()) {
	if quiet || !terminal(p.Stderr) {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(p.Stderr), progressbar.OptionSetWidth(30), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(60*time.Millisecond), progressbar.OptionClearOnFinish())
	return func(at lab.Progress) {
			bar.ChangeMax(max(at.Total, 1))
			bar.Describe(fmt.Sprintf("%-12s", at.Phase))
			_ = bar.Set(min(at.Done, max(at.Total, 1)))
		}, func() {
			_ = bar.Finish()
			bar.Reset() // for a cycle that follows
		}
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// demo lets a lab Entra provision a small company, slowly enough to be watched.
func (p *Program) demo(ctx context.Context, r Ready, people *lab.Directory, quiet bool) error {
	t := lab.Target{URL: r.SCIMURL, Token: r.SCIMToken, HTTP: &http.Client{Transport: unhurried{http.DefaultTransport}}}
	if !quiet {
		fmt.Fprintf(p.Stdout, "  A lab Entra provisions 25 people and 3 groups now. Watch them arrive at\n  %s\n\n", r.MembersURL)
	}
	progress, done := p.progress(quiet)
	s, err := lab.NewEntra(people, t, lab.EntraOptions{Workers: 2, OnProgress: progress}).Cycle(ctx)
	done()
	if s != nil && !quiet {
		fmt.Fprintln(p.Stdout, s)
	}
	return err
}

// unhurried waits a moment before each request.
type unhurried struct{ http.RoundTripper }

func (u unhurried) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(40 * time.Millisecond):
		return u.RoundTripper.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}
