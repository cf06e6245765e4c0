package main

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom-id/anteroom/internal/identity"
	"github.com/anteroom-id/anteroom/internal/token"
)

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Issue a SCIM token; its secret is shown once."`
	List   tokenList   `cmd:"" help:"List a workspace's tokens."`
	Revoke tokenRevoke `cmd:"" help:"End a token at once."`
}

type tokenCreate struct {
	Workspace  string        `required:"" help:"Workspace ID." placeholder:"SLUG"`
	Kind       string        `help:"workspace, personal, support or basic; what the product offers when not given." placeholder:"KIND"`
	Name       string        `help:"What the token is for." default:"SCIM token"`
	Connection string        `help:"Directory connection; the default one when not given, and made when it does not exist." placeholder:"NAME"`
	User       string        `help:"User name for HTTP Basic; the workspace ID when not given." placeholder:"NAME"`
	Life       time.Duration `help:"How long it lives, for instance 2160h; as long as the product says when not given." placeholder:"DURATION"`
	NoExpiry   bool          `help:"Let it live until it is revoked."`
	JSON       bool          `help:"Print JSON."`
	place
}

// tokenOut is a token as the commands print it; the secret only when it is made.
type tokenOut struct {
	ID        identity.TokenID `json:"id"`
	Workspace string           `json:"workspace"`
	Kind      string           `json:"kind"`
	Name      string           `json:"name"`
	Hint      string           `json:"hint"`
	Secret    string           `json:"scim_token,omitempty"`
	User      string           `json:"scim_user"`
	SCIMURL   string           `json:"scim_url,omitempty"`
	IssuedBy  string           `json:"issued_by"`
	Created   time.Time        `json:"created"`
	Expires   *time.Time       `json:"expires"`
	Revoked   *time.Time       `json:"revoked"`
	LastUsed  *time.Time       `json:"last_used"`
	LastFrom  string           `json:"last_from,omitempty"`
}

func describeToken(t identity.Token, slug string) tokenOut {
	return tokenOut{
		ID: t.ID, Workspace: slug, Kind: string(t.Kind), Name: t.Name, Hint: t.Hint, User: t.UserName, IssuedBy: t.IssuedBy, Created: t.Created,
		Expires: optional(t.Expires), Revoked: optional(t.Revoked), LastUsed: optional(t.LastUsed), LastFrom: t.LastFrom,
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (c *tokenCreate) Run(ctx context.Context, p *Program) error {
	if c.Life < 0 || c.NoExpiry && c.Life > 0 {
		return fmt.Errorf("--life takes a positive duration, for instance 2160h, and not together with --no-expiry")
	}
	return c.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, c.Workspace)
		if err != nil {
			return err
		}
		life := c.Life
		if c.NoExpiry {
			life = -1
		}
		t, secret, err := v.tokens.Issue(ctx, token.Request{
			Workspace: w.ID, Kind: identity.TokenKind(c.Kind), Name: c.Name, Connection: c.Connection, UserName: c.User, Life: life, Origin: operator(v.store.Now()),
		})
		if err != nil {
			return err
		}
		out := describeToken(t, w.Slug)
		out.Secret = secret
		if v.api.BaseURL != "" {
			out.SCIMURL = v.api.BaseURL + v.product.SCIM.Path(w.Slug)
		}
		if c.JSON {
			return p.printJSON(out)
		}
		fmt.Fprintf(p.Stdout, "SCIM token for %s, shown this once:\n\n  %s\n\nBy Basic: user %s, the token as password. Expires: %s.\n", w.Slug, secret, t.UserName, day(t.Expires, "never"))
		return nil
	})
}

func day(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.Format("2006-01-02 15:04")
}

type tokenList struct {
	Workspace string `required:"" help:"Workspace ID." placeholder:"SLUG"`
	JSON      bool   `help:"Print JSON, one token a line."`
	place
}

func (c *tokenList) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, c.Workspace)
		if err != nil {
			return err
		}
		all, err := v.tokens.List(ctx, w.ID)
		if err != nil {
			return err
		}
		return p.table(c.JSON, "NAME\tKIND\tHINT\tUSER\tEXPIRES\tLAST USED\tSTATE\tISSUED BY\tID", len(all), func(i int) (any, string, error) {
			t := all[i]
			return describeToken(t, w.Slug), fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", t.Name, t.Kind, t.Hint, t.UserName, day(t.Expires, "never"),
				day(t.LastUsed, "never"), stateOf(t, v.store.Now()), t.IssuedBy, t.ID), nil
		})
	})
}

func stateOf(t identity.Token, now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked"
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return "expired"
	}
	return "valid"
}

type tokenRevoke struct {
	ID        identity.TokenID `arg:"" help:"The token's id, tok_…, from the list."`
	Workspace string           `required:"" help:"Workspace ID." placeholder:"SLUG"`
	JSON      bool             `help:"Print JSON."`
	place
}

func (c *tokenRevoke) Run(ctx context.Context, p *Program) error {
	return c.use(ctx, p, func(v *service) error {
		w, err := v.store.WorkspaceBySlug(ctx, c.Workspace)
		if err != nil {
			return err
		}
		if err := v.tokens.Revoke(ctx, w.ID, c.ID, operator(v.store.Now())); err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(map[string]any{"id": c.ID, "workspace": w.Slug, "revoked": true})
		}
		fmt.Fprintf(p.Stdout, "Revoked %s. A running server refuses it within five seconds.\n", c.ID)
		return nil
	})
}
