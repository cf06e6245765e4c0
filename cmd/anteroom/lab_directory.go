package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/anteroom-id/anteroom/lab"
)

// labSize is how large a made-up directory is.
type labSize struct {
	Users  int    `default:"25" help:"People in the directory; 25 when not given." placeholder:"N"`
	Groups int    `default:"3" help:"Groups in the directory; 3 when not given." placeholder:"N"`
	Seed   uint64 `default:"1" help:"The same seed makes the same directory; 1 when not given." placeholder:"N"`
}

func (s *labSize) generate() *lab.Directory { return lab.Generate(s.Seed, s.Users, s.Groups) }

// directory is the one that the flags name, or a made-up one.
func (f *labWorld) directory() (*lab.Directory, error) {
	if f.Directory == "" {
		return f.generate(), nil
	}
	file, err := os.Open(f.Directory)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	defer file.Close()
	d, err := lab.Load(file)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", f.Directory, err)
	}
	return d, nil
}

// saveDirectory writes a directory to a file; "" is none.
func saveDirectory(d *lab.Directory, name string) error {
	if name == "" {
		return nil
	}
	file, err := os.Create(name)
	if err == nil {
		err = errors.Join(d.Save(file), file.Close())
	}
	if err != nil {
		return fmt.Errorf("save the directory: %w", err)
	}
	return nil
}

type labGenerate struct {
	labSize
}

// Run prints a directory as the file that --directory reads.
func (c *labGenerate) Run(p *Program) error { return c.generate().Save(p.Stdout) }

type labProviders struct {
	JSON bool `help:"Print JSON, one provider a line."`
}

// Run lists the providers by the names that lab serve takes.
func (c *labProviders) Run(p *Program) error {
	all := lab.Providers()
	return p.table(c.JSON, "PROVIDER\tWHAT IT DOES", len(all), func(i int) (any, string, error) {
		return all[i], all[i].Name + "\t" + all[i].Does, nil
	})
}
