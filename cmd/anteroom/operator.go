package main

import (
	"context"
	"errors"
	"fmt"
)

type operatorCommand struct {
	Create operatorCreate `cmd:"" help:"Make somebody one of the vendor's own people, and print a link with which they choose a password."`
	Remove operatorRemove `cmd:"" help:"Take the rights of an operator away."`
}

type operatorCreate struct {
	Address string `arg:"" help:"E-mail address."`
	Name    string `help:"Name, as people read it." placeholder:"NAME"`
	JSON    bool   `help:"Print JSON."`
	accountPlace
}

// accountPlace is which data a command on accounts works on.
type accountPlace struct {
	place
	BaseURL string `help:"Public address of the pages, for the link; the configuration's when not given." placeholder:"URL"`
}

// use opens the data with the accounts in it.
func (d *accountPlace) use(ctx context.Context, p *Program, do func(*service) error) error {
	return d.place.use(ctx, p, func(v *service) error {
		base := d.BaseURL
		if base == "" {
			base = v.api.BaseURL
		}
		if base == "" {
			return errors.New("give --base-url, the public address of the pages, or --config")
		}
		key, err := sealKey(v.keyText, v.keyFile, v.where)
		if err != nil {
			return err
		}
		if err := v.openAccounts(key, base); err != nil {
			return err
		}
		return do(v)
	})
}

// linkOut is a one-time link as the commands print it.
type linkOut struct {
	Address string `json:"address"`
	URL     string `json:"url"`
}

func (c *operatorCreate) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		link, err := v.accounts.Operator(ctx, c.Address, c.Name)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(linkOut{c.Address, link})
		}
		fmt.Fprintf(p.Stdout, "%s is an operator now. The link works once, for a day:\n%s\n", c.Address, link)
		return nil
	})
}

type operatorRemove struct {
	Address string `arg:"" help:"E-mail address."`
	accountPlace
}

func (c *operatorRemove) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		if err := v.accounts.Resign(ctx, c.Address); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "%s is no operator any more.\n", c.Address)
		return nil
	})
}

type workspaceOwner struct {
	Slug    string `arg:"" help:"Workspace ID."`
	Address string `arg:"" help:"E-mail address of the first owner."`
	Name    string `help:"Name, as people read it." placeholder:"NAME"`
	JSON    bool   `help:"Print JSON."`
	accountPlace
}

// Run makes a workspace's owner and prints the one-time link.
func (c *workspaceOwner) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, c.Slug)
		if err != nil {
			return err
		}
		_, link, err := v.accounts.Founder(ctx, w.ID, c.Address, c.Name, operator(v.store.Now()))
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(linkOut{c.Address, link})
		}
		fmt.Fprintf(p.Stdout, "%s owns %s. The link works once, for a day:\n%s\n", c.Address, w.Slug, link)
		return nil
	})
}
