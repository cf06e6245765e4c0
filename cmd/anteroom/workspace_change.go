package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/anteroom-id/anteroom/internal/directory"
	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/product"
)

// fullestPlan is the plan that unlocks the most.
func (v *service) fullestPlan() string {
	best := v.product.PlanOf("")
	for _, p := range v.product.Plans {
		if len(p.Unlocks) > len(best.Unlocks) {
			best = p
		}
	}
	return best.Name
}

// change does something with one workspace and shows what became of it.
func (d *place) change(ctx context.Context, p *Program, slug string, asJSON bool, do func(*service, identity.Workspace) (string, error)) error {
	return d.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, slug)
		if err != nil {
			return err
		}
		said, err := do(v, w)
		if err != nil {
			return err
		}
		if !asJSON {
			fmt.Fprintln(p.Stdout, said)
			return nil
		}
		if w, err = v.store.Read(w.ID).Details(ctx); err != nil {
			return err
		}
		out, err := v.describe(ctx, w, v.api.BaseURL)
		if err != nil {
			return err
		}
		return p.printJSON(out)
	})
}

type workspaceRename struct {
	Slug string `arg:"" help:"Workspace ID."`
	To   string `help:"New workspace ID." placeholder:"SLUG"`
	Name string `help:"New name, as people read it." placeholder:"NAME"`
	JSON bool   `help:"Print JSON."`
	place
}

func (c *workspaceRename) Run(ctx context.Context, p *Program) error {
	if c.To == "" && c.Name == "" {
		return errors.New("say what is new: --to for the workspace ID, --name for the name")
	}
	return c.change(ctx, p, c.Slug, c.JSON, func(v *service, w identity.Workspace) (string, error) {
		var change directory.WorkspaceChange
		if c.To != "" {
			change.Slug = &c.To
		}
		if c.Name != "" {
			change.Name = &c.Name
		}
		now, err := v.directory.UpdateWorkspace(ctx, w.ID, w.Version, change, operator(v.store.Now()))
		said := fmt.Sprintf("The workspace is %s, %s.", now.Slug, now.Name)
		if now.Slug != w.Slug {
			said += fmt.Sprintf(" The old ID %s still leads to it.", w.Slug)
		}
		return said, err
	})
}

type workspacePlan struct {
	Slug string `arg:"" help:"Workspace ID."`
	Plan string `arg:"" help:"Plan, by its name in the product definition."`
	JSON bool   `help:"Print JSON."`
	place
}

func (c *workspacePlan) Run(ctx context.Context, p *Program) error {
	return c.change(ctx, p, c.Slug, c.JSON, func(v *service, w identity.Workspace) (string, error) {
		err := v.directory.SetPlan(ctx, w.ID, c.Plan, operator(v.store.Now()))
		return fmt.Sprintf("The workspace %s is on the plan %s.", w.Slug, v.product.PlanOf(c.Plan).Title), err
	})
}

type workspaceEntitle struct {
	Slug    string `arg:"" help:"Workspace ID."`
	Feature string `arg:"" help:"sso, scim, groups, domains, audit or api."`
	State   string `arg:"" enum:"on,off,plan" help:"on, off, or plan: as the plan says."`
	JSON    bool   `help:"Print JSON."`
	place
}

func (c *workspaceEntitle) Run(ctx context.Context, p *Program) error {
	return c.change(ctx, p, c.Slug, c.JSON, func(v *service, w identity.Workspace) (string, error) {
		var on *bool
		if c.State != "plan" {
			is := c.State == "on"
			on = &is
		}
		if err := v.directory.SetEntitlement(ctx, w.ID, product.Feature(c.Feature), on, operator(v.store.Now())); err != nil {
			return "", err
		}
		w, err := v.store.Read(w.ID).Details(ctx)
		return fmt.Sprintf("The feature %s of %s is %s.", c.Feature, w.Slug, onOff(v.directory.Unlocked(w, product.Feature(c.Feature)))), err
	})
}
