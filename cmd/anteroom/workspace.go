package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
)

// place is which data a command works on: flags, or a configuration file.
type place struct {
	database
	Config  string `help:"Configuration file of the server, instead of --data or --database." type:"path" placeholder:"FILE"`
	Product string `help:"Product definition that the data is of; the configuration file's or the built-in one when not given." type:"path" placeholder:"FILE"`
}

func (d *place) open(ctx context.Context, p *Program) (*service, error) {
	s := settings{log: slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	where, err := d.where("")
	if err != nil {
		return nil, err
	}
	if d.Config != "" {
		conf, err := readConfig(d.Config)
		if err != nil {
			return nil, err
		}
		if where != "" {
			return nil, errors.New("give --config, or --data or --database, not both")
		}
		if where = conf.Data; where == "" {
			where = conf.Database
		}
		s.product, s.baseURL, s.keyText, s.keyFile = conf.Product, conf.BaseURL, conf.Key, conf.KeyFile
		if s.private, err = networks(conf.AllowPrivateNetworks); err != nil {
			return nil, err
		}
	}
	if where == "" {
		where = "anteroom-data"
	}
	s.product = cmp.Or(d.Product, s.product)
	s.database = where
	return openService(ctx, s)
}

// use opens the data, does something with it, and closes it.
func (d *place) use(ctx context.Context, p *Program, do func(*service) error) error {
	v, err := d.open(ctx, p)
	if err != nil {
		return err
	}
	return errors.Join(do(v), v.store.Close())
}

type workspaceCommand struct {
	Create       workspaceCreate       `cmd:"" help:"Create a workspace."`
	List         workspaceList         `cmd:"" help:"List the workspaces."`
	Rename       workspaceRename       `cmd:"" help:"Give a workspace another ID or name; its old ID still leads to it."`
	Plan         workspacePlan         `cmd:"" help:"Put a workspace on a plan of the product."`
	Entitle      workspaceEntitle      `cmd:"" help:"Switch a feature on or off for a workspace, whatever its plan says."`
	Owner        workspaceOwner        `cmd:"" help:"Make a workspace's first owner, and print a one-time link."`
	Provisioning workspaceProvisioning `cmd:"" help:"Switch a workspace's provisioning on or off."`
}

type workspaceCreate struct {
	Slug string `arg:"" help:"Workspace ID, as it stands in addresses: acme."`
	Name string `help:"Name, as people read it." placeholder:"NAME"`
	Plan string `help:"Plan; the product's for new workspaces when not given." placeholder:"PLAN"`
	JSON bool   `help:"Print JSON."`
	place
}

// workspaceOut is a workspace as the commands print it.
type workspaceOut struct {
	ID           identity.WorkspaceID `json:"id"`
	Slug         string               `json:"workspace"`
	Name         string               `json:"name"`
	Plan         string               `json:"plan"`
	Entitlements map[string]bool      `json:"entitlements,omitempty"`
	Provisioning bool                 `json:"provisioning"`
	Users        int64                `json:"users"`
	Groups       int64                `json:"groups"`
	Created      time.Time            `json:"created"`
	SCIMURL      string               `json:"scim_url,omitempty"`
}

func (v *service) describe(ctx context.Context, w identity.Workspace, base string) (workspaceOut, error) {
	t, err := v.store.Read(w.ID).Tally(ctx)
	out := workspaceOut{ID: w.ID, Slug: w.Slug, Name: w.Name, Plan: v.product.PlanOf(w.Plan).Name, Entitlements: w.Entitlements, Provisioning: w.Provisioning, Users: t.Users, Groups: t.Groups, Created: w.Created}
	if base != "" {
		out.SCIMURL = base + v.product.SCIM.Path(w.Slug)
	}
	return out, err
}

func (c *workspaceCreate) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		w, err := v.directory.OpenWorkspace(ctx, operator(v.store.Now()), c.Slug, c.Name, cmp.Or(c.Plan, v.product.NewPlan))
		if err != nil {
			return err
		}
		out, err := v.describe(ctx, w, v.api.BaseURL)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(out)
		}
		fmt.Fprintf(p.Stdout, "Created the workspace %s (%s).\nIssue a token for its directory: anteroom token create --workspace %s\n", out.Slug, out.ID, out.Slug)
		return nil
	})
}

type workspaceList struct {
	JSON bool `help:"Print JSON, one workspace a line."`
	place
}

func (c *workspaceList) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		all, err := v.store.Workspaces(ctx)
		if err != nil {
			return err
		}
		return p.table(c.JSON, "WORKSPACE\tNAME\tPLAN\tUSERS\tGROUPS\tPROVISIONING\tID", len(all), func(i int) (any, string, error) {
			o, err := v.describe(ctx, all[i], v.api.BaseURL)
			return o, fmt.Sprintf("%s\t%s\t%s\t%d\t%d\t%s\t%s", o.Slug, o.Name, o.Plan, o.Users, o.Groups, onOff(o.Provisioning), o.ID), err
		})
	})
}

// table prints rows as JSON lines, or in columns under a heading.
func (p *Program) table(asJSON bool, heading string, n int, row func(i int) (any, string, error)) error {
	out := tabwriter.NewWriter(p.Stdout, 0, 4, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(out, heading)
	}
	for i := range n {
		v, line, err := row(i)
		if err != nil {
			return err
		}
		if asJSON {
			err = p.printJSON(v)
		} else {
			_, err = io.WriteString(out, line+"\n")
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

type workspaceProvisioning struct {
	Slug  string `arg:"" help:"Workspace ID."`
	State string `arg:"" enum:"on,off" help:"on, or off: the directory may then only take people out."`
	place
}

func (c *workspaceProvisioning) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, c.Slug)
		if err != nil {
			return err
		}
		if err := v.directory.SetProvisioning(ctx, w.ID, operator(v.store.Now()), c.State == "on"); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "Provisioning of %s is %s.\n", w.Slug, c.State)
		return nil
	})
}
