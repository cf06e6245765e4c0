// Command bench measures a whole Anteroom, as a directory meets it, beside the
// floor under each figure: the same work by the bare HTTP server, the bare
// driver, the bare look-up, in the same run and interleaved with it. README.md
// explains each figure. It starts and stops everything itself, on loopback.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "bare-http" {
		bareHTTP()
		return
	}
	var o options
	flag.StringVar(&o.binary, "binary", "bin/anteroom", "the program to measure")
	flag.IntVar(&o.people, "people", 100_000, "people present at the large size")
	flag.IntVar(&o.few, "few", 1000, "people present at the small size")
	flag.IntVar(&o.rounds, "rounds", 5, "interleaved rounds; medians are printed")
	flag.DurationVar(&o.span, "span", time.Second, "how long each measurement of a round takes")
	flag.StringVar(&o.only, "only", "", "measure only the figures whose name contains this")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	binary      string
	people, few int
	rounds      int
	span        time.Duration
	only        string
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "anteroom-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir}
	defer b.stop()
	parts := b.parts()
	alone := slices.ContainsFunc(parts, func(p part) bool { return strings.HasPrefix(o.only, p.name) })
	if !alone {
		if err := b.start(); err != nil {
			return err
		}
		b.figures()
	}
	for _, p := range parts {
		if o.only != "" && !strings.HasPrefix(o.only, p.name) {
			continue
		}
		if err := p.add(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return b.report()
}

// part is what can be measured without a server, by -only and its name.
type part struct {
	name string
	add  func() error
}

func (b *bench) parts() []part {
	return []part{{"console", b.consoleFigures}, {"saml", b.samlFigures}, {"sign-on", b.signOnFigures}, {"oidc", b.oidcFigures}}
}

// bench is everything that runs while it measures.
type bench struct {
	options
	dir          string
	large, small *server   // Anteroom with many people and with few
	bare         *server   // the bare HTTP server
	base         *database // the bare driver, on a copy of the large database
	baseSmall    *database
	manyPages    *pages // the console, with many members and with few
	fewPages     *pages
	results      []*figure
}

func (b *bench) stop() {
	for _, s := range []*server{b.large, b.small, b.bare} {
		s.stop()
	}
	for _, d := range []*database{b.base, b.baseSmall} {
		d.close()
	}
	b.manyPages.close()
	b.fewPages.close()
}

// start brings up both sizes, the bare server, and copies of both databases for
// the bare driver.
func (b *bench) start() (err error) {
	if b.bare, err = startBare(); err != nil {
		return err
	}
	sizes := []struct {
		n    int
		to   **server
		base **database
	}{{b.people, &b.large, &b.base}, {b.few, &b.small, &b.baseSmall}}
	for _, s := range sizes {
		data := filepath.Join(b.dir, fmt.Sprint("data-", s.n))
		if err := load(b.binary, data, s.n); err != nil {
			return fmt.Errorf("load %d people: %w", s.n, err)
		}
		if *s.base, err = copyDatabase(data, data+"-floor"); err != nil {
			return err
		}
		if *s.to, err = startAnteroom(b.binary, data); err != nil {
			return err
		}
		(*s.to).people = s.n
		if err := (*s.to).learn(); err != nil {
			return err
		}
	}
	return nil
}
