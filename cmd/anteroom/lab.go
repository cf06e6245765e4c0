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
	Entra labEntra `cmd:"" help:"Provision as Microsoft Entra ID does."`
	Okta  labOkta  `cmd:"" help:"Provision as Okta does."`
}

// labFlags are what every lab directory takes.
type labFlags struct {
	Users    int    `default:"25" help:"People in the directory." placeholder:"N"`
	Groups   int    `default:"3" help:"Groups in the directory." placeholder:"N"`
	Seed     uint64 `default:"1" help:"The same seed makes the same directory." placeholder:"N"`
	Target   string `help:"SCIM base URL; a running anteroom dev when not given." placeholder:"URL"`
	Token    string `help:"SCIM token, sent as Bearer." env:"ANTEROOM_SCIM_TOKEN" placeholder:"TOKEN"`
	User     string `help:"User name for HTTP Basic." placeholder:"NAME"`
	Password string `help:"Password for HTTP Basic." placeholder:"PASSWORD"`
	Workers  int    `default:"4" help:"Requests at the same time." placeholder:"N"`
	JSON     bool   `help:"Print the summary as one line of JSON."`
}

type labEntra struct {
	labFlags
	OptSCIM062020 bool `name:"aadoptscim062020" help:"Send updates in the form of the flag aadOptscim062020."`
	Timeneye      bool `help:"Use the attribute mapping of Timeneye's help page instead of Entra's default."`
}

type labOkta struct {
	labFlags
	Custom bool `help:"Be an application made with the wizard, which updates by PUT, instead of one from the catalogue."`
}

// identityProvider is one of the lab, whichever.
type identityProvider interface {
	TestConnection(ctx context.Context) error
	Cycle(ctx context.Context) (*lab.Summary, error)
}

func (c *labEntra) Run(ctx context.Context, p *Program) error {
	t, err := c.target(ctx, p)
	if err != nil {
		return err
	}
	progress, done := p.progress(c.JSON)
	opt := lab.EntraOptions{OptSCIM062020: c.OptSCIM062020, Workers: c.Workers, OnProgress: progress}
	if c.Timeneye {
		opt.Mapping, opt.NoGroups = lab.TimeneyeMapping(), true
	}
	return p.cycle(ctx, lab.NewEntra(lab.Generate(c.Seed, c.Users, c.Groups), t, opt), c.JSON, done)
}

func (c *labOkta) Run(ctx context.Context, p *Program) error {
	t, err := c.target(ctx, p)
	if err != nil {
		return err
	}
	progress, done := p.progress(c.JSON)
	opt := lab.OktaOptions{Custom: c.Custom, Workers: c.Workers, OnProgress: progress}
	return p.cycle(ctx, lab.NewOkta(lab.Generate(c.Seed, c.Users, c.Groups), t, opt), c.JSON, done)
}

// target is where to push: as told, or the running `anteroom dev`.
func (f *labFlags) target(ctx context.Context, p *Program) (lab.Target, error) {
	t := lab.Target{URL: f.Target, Token: f.Token, User: f.User, Password: f.Password}
	if f.Target != "" {
		if f.Token == "" && f.Password == "" {
			return t, errors.New("give the SCIM token of the target with --token, or --user and --password")
		}
		return t, nil
	}
	var r Ready
	text, err := os.ReadFile(p.stateFile())
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil || !answers(ctx, r.BaseURL) {
		return t, errors.New("there is no anteroom dev running here; start one in another terminal with anteroom dev, or give --target URL --token TOKEN")
	}
	t.URL, t.Token = r.SCIMURL, r.SCIMToken
	return t, nil
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

// cycle runs one cycle and prints its summary. The status is 1 when something
// failed, or the server's state is not the directory's.
func (p *Program) cycle(ctx context.Context, d identityProvider, asJSON bool, done func()) error {
	if err := d.TestConnection(ctx); err != nil {
		done()
		return fmt.Errorf("the test connection failed: %w", err)
	}
	s, err := d.Cycle(ctx)
	done()
	if s == nil {
		return err
	}
	if asJSON {
		if perr := p.printJSON(s); perr != nil {
			return perr
		}
	} else {
		fmt.Fprint(p.Stdout, s)
	}
	if err != nil {
		return err
	}
	if s.Failed > 0 || s.Compared && !s.Equal {
		return errQuiet
	}
	return nil
}

// demo lets a lab Entra provision a small company, slowly enough to be watched.
func (p *Program) demo(ctx context.Context, r Ready, quiet bool) error {
	t := lab.Target{URL: r.SCIMURL, Token: r.SCIMToken, HTTP: &http.Client{Transport: unhurried{http.DefaultTransport}}}
	if !quiet {
		fmt.Fprintf(p.Stdout, "  A lab Entra provisions 25 people and 3 groups now. Watch them arrive at\n  %s\n\n", r.MembersURL)
	}
	progress, done := p.progress(quiet)
	s, err := lab.NewEntra(lab.Generate(1, 25, 3), t, lab.EntraOptions{Workers: 2, OnProgress: progress}).Cycle(ctx)
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
