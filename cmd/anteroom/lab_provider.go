package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

type labEntra struct {
	Do string `arg:"" optional:"" default:"cycle" enum:"cycle,discover,import" help:"cycle, the usual; discover: whose are the server's accounts; import: bring the server's people into the directory."`
	labFlags
	OnDemand      string `help:"Provision this person (by user principal name) or group (by display name) at once, instead of a cycle." placeholder:"NAME"`
	OptSCIM062020 bool   `name:"aadoptscim062020" help:"Send updates in the form of the flag aadOptscim062020."`
	Timeneye      bool   `help:"Use the attribute mapping of Timeneye's help page instead of Entra's default."`
}

// Run does what Entra does.
func (c *labEntra) Run(ctx context.Context, p *Program) error {
	name, opt := "entra", lab.Options{}
	if c.OptSCIM062020 {
		name = "entra-062020"
	}
	if c.Timeneye {
		opt.Mapping, opt.NoGroups = lab.TimeneyeMapping(), true
	}
	switch {
	case c.Do == "discover":
		return c.discover(ctx, p, name, opt)
	case c.Do == "import":
		return c.bring(ctx, p, name, opt)
	case c.OnDemand != "":
		return c.onDemand(ctx, p, name, opt, c.OnDemand)
	}
	return c.cycle(ctx, p, name, opt)
}

type labOkta struct {
	Do string `arg:"" optional:"" default:"cycle" enum:"cycle,import" help:"cycle, the usual; import: bring the server's people into the directory."`
	labFlags
	Custom bool `help:"Be an application made with the wizard, which updates by PUT, instead of one from the catalogue."`
}

// Run does what Okta does.
func (c *labOkta) Run(ctx context.Context, p *Program) error {
	name := "okta"
	if c.Custom {
		name = "okta-custom"
	}
	if c.Do == "import" {
		return c.bring(ctx, p, name, lab.Options{})
	}
	return c.cycle(ctx, p, name, lab.Options{})
}

// labChoices are what the administrator of several providers can choose.
type labChoices struct {
	Updates     string `enum:"put,patch," default:"" help:"Update people by put or by patch; put when not given." placeholder:"METHOD"`
	Deprovision string `enum:"disable,delete," default:"" help:"What happens to those who lose the application: disable or delete; what the provider usually does when not given." placeholder:"WAY"`
}

func (c *labChoices) options() lab.Options {
	var opt lab.Options
	if c.Updates != "" {
		opt.Updates = strings.ToUpper(c.Updates)
	}
	if c.Deprovision != "" {
		one := lab.Deprovision{Delete: c.Deprovision == "delete"}
		opt.Deprovision = &lab.Triggers{Unassigned: one, Suspended: lab.Deprovision{}, Deleted: one}
	}
	return opt
}

type labGoogle struct {
	labFlags
	labChoices
}

// Run does what Google does.
func (c *labGoogle) Run(ctx context.Context, p *Program) error {
	return c.cycle(ctx, p, "google", c.options())
}

type labOneLogin struct {
	labFlags
	labChoices
	Template string `help:"SCIM JSON template of the application; OneLogin's own when not given." type:"existingfile" placeholder:"FILE"`
}

// Run does what OneLogin does.
func (c *labOneLogin) Run(ctx context.Context, p *Program) error {
	opt := c.options()
	if c.Template != "" {
		text, err := os.ReadFile(c.Template)
		if err != nil {
			return fmt.Errorf("read the template: %w", err)
		}
		opt.Template = string(text)
	}
	return c.cycle(ctx, p, "onelogin", opt)
}

type labJumpCloud struct {
	labFlags
}

// Run does what JumpCloud does.
func (c *labJumpCloud) Run(ctx context.Context, p *Program) error {
	return c.cycle(ctx, p, "jumpcloud", lab.Options{})
}

type labPingFederate struct {
	labFlags
	labChoices
	Filter string `help:"How to find a person, with %s for the user name; userName eq \"%s\" when not given." placeholder:"FILTER"`
}

// Run does what PingFederate does.
func (c *labPingFederate) Run(ctx context.Context, p *Program) error {
	opt := c.options()
	opt.Filter = c.Filter
	return c.cycle(ctx, p, "pingfederate", opt)
}

type labSailPoint struct {
	Do string `arg:"" optional:"" default:"cycle" enum:"cycle,import" help:"cycle, the usual; import: bring the server's people into the directory."`
	labFlags
	Deprovision string `enum:"disable,delete," default:"" help:"What happens to those who lose the application: disable or delete." placeholder:"WAY"`
}

// Run does what SailPoint does.
func (c *labSailPoint) Run(ctx context.Context, p *Program) error {
	opt := (&labChoices{Deprovision: c.Deprovision}).options()
	if c.Do == "import" {
		return c.bring(ctx, p, "sailpoint", opt)
	}
	return c.cycle(ctx, p, "sailpoint", opt)
}
