package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/anteroom-id/anteroom/lab"
)

// cadence is how often a provisioning job runs.
const cadence = 40 * time.Minute

// labRun is one provider with its directory, while a command runs.
type labRun struct {
	lab.Provider
	program *Program
	dir     *lab.Directory
	record  *lab.Recording // nil when nothing is recorded
	bar     func()         // takes the progress bar away
}

// begin makes the provider and its directory.
func (f *labFlags) begin(ctx context.Context, p *Program, name string, opt lab.Options, d *lab.Directory) (*labRun, error) {
	t, err := f.target(ctx, p)
	if err != nil {
		return nil, err
	}
	if t.HTTP, err = faulty(f.Faults, f.Seed); err != nil {
		return nil, err
	}
	r := &labRun{program: p, dir: d}
	if f.Record != "" {
		r.record = lab.NewRecording(fmt.Sprintf("%s, recorded by anteroom lab.", name))
		t = r.record.Of(t)
		opt.NoCompare = true // what the lab reads back is no part of the conversation
	}
	opt.Workers = f.Workers
	opt.OnProgress, r.bar = p.progress(f.JSON)
	r.Provider, err = lab.New(name, d, t, opt)
	return r, err
}

// end writes what is to be kept.
func (r *labRun) end(f *labFlags) error {
	r.bar()
	var err error
	if r.record != nil {
		if err = os.WriteFile(f.Record, []byte(r.record.String()), 0o600); err != nil {
			err = fmt.Errorf("write the recording: %w", err)
		}
	}
	return errors.Join(err, saveDirectory(r.dir, f.Save))
}

func (r *labRun) chapter(heading string) {
	if r.record != nil {
		r.record.Chapter(heading)
	}
}

// with runs something with a provider over the directory of the flags.
func (f *labFlags) with(ctx context.Context, p *Program, name string, opt lab.Options, do func(*labRun) error) error {
	d, err := f.directory()
	if err != nil {
		return err
	}
	return f.over(ctx, p, name, opt, d, do)
}

func (f *labFlags) over(ctx context.Context, p *Program, name string, opt lab.Options, d *lab.Directory, do func(*labRun) error) error {
	r, err := f.begin(ctx, p, name, opt, d)
	if err != nil {
		return err
	}
	err = do(r)
	return errors.Join(r.end(f), err)
}

// cycle tests the connection and runs the cycles. The status is 1 when something
// failed, or the server's state is not the directory's.
func (f *labFlags) cycle(ctx context.Context, p *Program, name string, opt lab.Options) error {
	if f.Cycles < 1 || f.Changes < 0 {
		return errors.New("--cycles takes a number from 1 on, and --changes one from 0 on")
	}
	return f.with(ctx, p, name, opt, func(r *labRun) error {
		r.chapter("Test connection")
		if err := r.TestConnection(ctx); err != nil {
			r.bar()
			return fmt.Errorf("the test connection failed: %w", err)
		}
		chance := rand.New(rand.NewPCG(f.Seed, 0x6368616e676573))
		bad := false
		for n := range f.Cycles {
			if n > 0 {
				r.dir.Advance(cadence)
				if err := change(r.dir, chance, n, f.Changes); err != nil {
					return err
				}
			}
			ok, err := r.once(ctx, n+1, f.JSON)
			if err != nil {
				return err
			}
			bad = bad || !ok
		}
		if bad {
			return errQuiet
		}
		return nil
	})
}

// once runs one cycle and prints its summary. It says whether all went well.
func (r *labRun) once(ctx context.Context, n int, asJSON bool) (ok bool, err error) {
	r.chapter(fmt.Sprintf("Cycle %d", n))
	s, err := r.Cycle(ctx)
	if err == nil && r.record != nil {
		err = r.compare(ctx, s)
	}
	r.bar()
	if s == nil {
		return false, err
	}
	if perr := r.program.show(s, asJSON); perr != nil {
		return false, perr
	}
	return s.Failed == 0 && (!s.Compared || s.Equal), err
}

// compare reads the server back without a word in the recording.
func (r *labRun) compare(ctx context.Context, s *lab.Summary) error {
	reader, can := r.Provider.(lab.Comparer)
	if !can {
		return nil
	}
	r.record.Silent()
	c, err := reader.Compare(ctx)
	if err != nil {
		return fmt.Errorf("read the server back: %w", err)
	}
	s.Compared, s.Equal, s.Differences = true, c.Equal, c.Differences
	return nil
}

// show prints an answer for people, or as a line of JSON.
func (p *Program) show(what fmt.Stringer, asJSON bool) error {
	if asJSON {
		return p.printJSON(what)
	}
	_, err := fmt.Fprint(p.Stdout, what)
	return err
}

// onDemand provisions one person or group.
func (f *labFlags) onDemand(ctx context.Context, p *Program, name string, opt lab.Options, wanted string) error {
	return f.with(ctx, p, name, opt, func(r *labRun) error {
		id, err := find(r.dir, wanted)
		if err != nil {
			return err
		}
		d, can := r.Provider.(lab.OnDemand)
		if !can {
			return fmt.Errorf("%s does not provision on demand", name)
		}
		r.chapter("Provision on demand: " + wanted)
		s, err := d.ProvisionOnDemand(ctx, id)
		r.bar()
		if err != nil {
			return err
		}
		if err := p.show(s, f.JSON); err != nil {
			return err
		}
		if s.Failed > 0 {
			return errQuiet
		}
		return nil
	})
}

// find gives the ObjectID of a person or group by name.
func find(d *lab.Directory, name string) (string, error) {
	for _, p := range d.People() {
		if p.UserPrincipalName == name || p.ObjectID == name {
			return p.ObjectID, nil
		}
	}
	for _, g := range d.Groups() {
		if g.DisplayName == name || g.ObjectID == name {
			return g.ObjectID, nil
		}
	}
	return "", fmt.Errorf("the directory has no person or group %q", name)
}
