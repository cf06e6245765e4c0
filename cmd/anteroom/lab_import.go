package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/anteroom-id/anteroom/lab"
)

// discover tells whose the server's accounts are.
func (f *labFlags) discover(ctx context.Context, p *Program, name string, opt lab.Options) error {
	return f.with(ctx, p, name, opt, func(r *labRun) error {
		d, can := r.Provider.(lab.Discoverer)
		if !can {
			return fmt.Errorf("%s does not discover accounts", name)
		}
		r.chapter("Discover accounts")
		a, err := d.DiscoverAccounts(ctx)
		r.bar()
		if err != nil {
			return err
		}
		if f.JSON {
			return p.printJSON(a)
		}
		_, err = fmt.Fprintf(p.Stdout, "%s, %s at the server, read with %s\n  assigned       %s\n  not assigned   %s\n  of nobody here %s\n%s",
			name, count(len(a.Assigned)+len(a.Unassigned)+len(a.Local), "account"), count(a.Requests, "request"), accounts(a.Assigned), accounts(a.Unassigned), accounts(a.Local), odd(a.Odd))
		return err
	})
}

// count gives a number with its noun: "1 account", "12 accounts".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// accounts counts and names the first of them.
func accounts(all []lab.Account) string {
	const most = 3
	var names []string
	for i, a := range all {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, a.UserName)
	}
	return strings.TrimSpace(fmt.Sprintf("%-4d %s", len(all), strings.Join(names, ", ")))
}

// odd lists what was wrong with the server's pages.
func odd(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return "  odd\n    - " + strings.Join(all, "\n    - ") + "\n"
}

// bring imports the server's people into the directory of the flags, which is
// empty unless a file is named.
func (f *labFlags) bring(ctx context.Context, p *Program, name string, opt lab.Options) error {
	d := lab.NewDirectory(f.Seed)
	if f.Directory != "" {
		var err error
		if d, err = f.directory(); err != nil {
			return err
		}
	}
	return f.over(ctx, p, name, opt, d, func(r *labRun) error {
		i, can := r.Provider.(lab.Importer)
		if !can {
			return fmt.Errorf("%s does not import", name)
		}
		r.chapter("Import")
		s, err := i.Import(ctx)
		r.bar()
		if err != nil {
			return err
		}
		if f.JSON {
			return p.printJSON(s)
		}
		_, err = fmt.Fprintf(p.Stdout, "%s, %s at the server, read with %s\n  known          %d\n  new            %d\n  not there      %d\n%s",
			name, count(s.Listed, "account"), count(s.Requests, "request"), len(s.Matched), len(s.Added), len(s.Missing), odd(s.Odd))
		return err
	})
}
