package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/anteroom-id/anteroom/internal/product"
)

type productCommand struct {
	Check   productCheck   `cmd:"" help:"Say every mistake of a definition file, with its line and its remedy."`
	Explain productExplain `cmd:"" help:"Say in plain sentences what a definition means."`
	Schema  productSchema  `cmd:"" help:"Print the JSON Schema of the file, for editors."`
	Example productExample `cmd:"" help:"Print the built-in definition, a good start for a file of one's own."`
}

// productFile is a definition file, or the built-in one.
type productFile struct {
	File string `arg:"" optional:"" type:"path" help:"The definition; the built-in one when not given." placeholder:"FILE"`
}

func (f *productFile) load() (*product.Product, error) {
	if f.File == "" {
		return product.Default(), nil
	}
	text, err := os.ReadFile(f.File)
	if err != nil {
		return nil, err
	}
	return product.Load(text, f.File)
}

type productCheck struct {
	productFile
	JSON bool `help:"Print one line of JSON for each mistake, and one with the sum."`
}

// mistakeLine is one mistake as --json prints it.
type mistakeLine struct {
	Line   int    `json:"line"`
	Path   string `json:"path"`
	Msg    string `json:"message"`
	Remedy string `json:"remedy"`
}

// Run checks the file. The status is 1 when it has a mistake.
func (c *productCheck) Run(p *Program) error {
	loaded, err := c.load()
	var mistakes product.Mistakes
	switch {
	case errors.As(err, &mistakes):
		return c.report(p, mistakes)
	case err != nil:
		return err
	case c.JSON:
		return p.printJSON(map[string]any{"ok": true, "mistakes": 0, "name": loaded.Name, "notes": loaded.Notes()})
	}
	fmt.Fprintf(p.Stdout, "%s is a sound definition.\n", loaded.Name)
	for _, note := range loaded.Notes() {
		fmt.Fprintf(p.Stdout, "Note: %s\n", note)
	}
	return nil
}

func (c *productCheck) report(p *Program, mistakes product.Mistakes) error {
	for _, m := range mistakes {
		if !c.JSON {
			fmt.Fprintln(p.Stdout, m)
			continue
		}
		if err := p.printJSON(mistakeLine{m.Line, m.Path, m.Msg, m.Remedy}); err != nil {
			return err
		}
	}
	if !c.JSON {
		return errQuiet
	}
	return errors.Join(p.printJSON(map[string]any{"ok": false, "mistakes": len(mistakes)}), errQuiet)
}

type productExplain struct{ productFile }

// Run prints what the definition means.
func (c *productExplain) Run(p *Program) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	fmt.Fprint(p.Stdout, loaded.Explain())
	return nil
}

type productSchema struct{}

// Run prints the JSON Schema.
func (c *productSchema) Run(p *Program) error {
	_, err := p.Stdout.Write(product.Schema())
	return err
}

type productExample struct{}

// Run prints the built-in definition.
func (c *productExample) Run(p *Program) error {
	_, err := p.Stdout.Write(product.DefaultYAML())
	return err
}
