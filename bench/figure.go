package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// figure is one line of the report: something measured, beside its floor.
type figure struct {
	name   string
	asked  float64 // the least ratio (or, when most is set, the largest)
	most   bool
	floor  string
	of     func() (sample, error) // ours
	over   func() (sample, error) // the floor
	better func(ours, floor sample) float64
	ours   []sample
	floors []sample
	ratios []float64
	notes  []string
}

// rate compares throughput; slower compares the time of one request.
func rate(ours, floor sample) float64   { return ours.rate / floor.rate }
func slower(ours, floor sample) float64 { return float64(ours.p50) / float64(floor.p50) }

// figures lists what is measured.
func (b *bench) figures() {
	one, eight, many := newLoader(1), newLoader(8), newLoader(32)
	seven := func(s *server) func(i int) string { return func(i int) string { return s.ids[(i*7919)%len(s.ids)] } }
	post := func(s *server, l *loader, connections int) func() (sample, error) {
		return func() (sample, error) {
			return measure(s, connections, b.span, func(int) error {
				_, err := l.do("POST", s.url+"/Users", s.token, person(int(s.next.Add(1)), "new"), 201)
				return err
			})
		}
	}
	patch := func(s *server, l *loader, connections int) func() (sample, error) {
		return func() (sample, error) {
			id := seven(s)
			return measure(s, connections, b.span, func(int) error {
				n := int(s.turned.Add(1)) // every round through the people turns each of them over
				body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"%s"}]}`, []string{"False", "True"}[n/len(s.ids)%2])
				_, err := l.do("PATCH", s.url+"/Users/"+id(n), s.token, []byte(body), 200)
				return err
			})
		}
	}
	get := func(s *server, l *loader, connections int, path func(i int) string) func() (sample, error) {
		return func() (sample, error) {
			return measure(s, connections, b.span, func(i int) error {
				_, err := l.do("GET", s.url+path(i), s.token, nil, 200)
				return err
			})
		}
	}
	byID := func(s *server) func(i int) string { return func(i int) string { return "/Users/" + seven(s)(i) } }
	filter := func(s *server, format string) func(i int) string {
		return func(i int) string {
			return "/Users?filter=" + url.QueryEscape(fmt.Sprintf(format, (i*7919)%s.people+1))
		}
	}
	bareGet := get(b.bare, eight, 8, func(int) string { return "/Users/1" })
	floorPost := func(d *database) func() (sample, error) {
		return func() (sample, error) { return measure(nil, 1, b.span, d.post) }
	}
	floorPatch := func(d *database, s *server) func() (sample, error) {
		var n atomic.Int64 // goes on from round to round, as ours does: nobody is changed twice while others never are
		return func() (sample, error) {
			return measure(nil, 1, b.span, func(int) error { i := int(n.Add(1)); return d.patch(seven(s)(i), i) })
		}
	}
	lookUp := func(d *database, s *server) func() (sample, error) {
		return func() (sample, error) {
			return measure(nil, 8, b.span, func(i int) error { return d.lookUp(seven(s)(i)) })
		}
	}
	b.add(&figure{name: "POST /Users, 1 connection", asked: 0.6, floor: "(b) the same SQL, bare", of: post(b.large, one, 1), over: floorPost(b.base)})
	b.add(&figure{name: "POST /Users, 32 connections", asked: 1.8, floor: "(b) the same SQL, bare", of: post(b.large, many, 32), over: floorPost(b.base)})
	b.add(&figure{name: "POST /Users, 32 connections, of bare HTTP", floor: "(a) bare HTTP POST", of: post(b.large, many, 32), over: post(b.bare, many, 32)})
	b.add(&figure{name: "one-row insert, of the same SQL", floor: "(b) the same SQL, bare", of: func() (sample, error) { return measure(nil, 1, b.span, b.base.oneRow) }, over: floorPost(b.base)})
	b.add(&figure{name: "PATCH active, 1 connection", floor: "(b) the same SQL, bare", of: patch(b.large, one, 1), over: floorPatch(b.base, b.large)})
	b.add(&figure{name: "PATCH active, 32 connections", floor: "(b) the same SQL, bare", of: patch(b.large, many, 32), over: floorPatch(b.base, b.large)})
	kinds := []struct{ name, format string }{
		{"filter by userName", `userName eq "base.user.%d@contoso.example"`},
		{"filter by externalId", `externalId eq "base-ext-%d"`},
		{"filter by a custom URN attribute", `urn:ietf:params:scim:schemas:core:2.0:User:microsoftId eq "base-oid-%d"`},
	}
	b.add(&figure{name: "GET by id, 8 connections", asked: 0.35, floor: "(a) bare HTTP GET", of: get(b.large, eight, 8, byID(b.large)), over: bareGet})
	for _, k := range kinds {
		b.add(&figure{name: k.name + ", 8 connections", asked: 0.35, floor: "(a) bare HTTP GET", of: get(b.large, eight, 8, filter(b.large, k.format)), over: bareGet})
	}
	b.add(&figure{name: "GET by id, of a look-up", floor: "(c) bare look-up", of: get(b.large, eight, 8, byID(b.large)), over: lookUp(b.base, b.large)})
	b.flat("POST /Users", post(b.large, one, 1), post(b.small, one, 1), floorPost(b.base), floorPost(b.baseSmall))
	b.flat("PATCH active", patch(b.large, one, 1), patch(b.small, one, 1), floorPatch(b.base, b.large), floorPatch(b.baseSmall, b.small))
	b.flat("GET by id", get(b.large, one, 1, byID(b.large)), get(b.small, one, 1, byID(b.small)), lookUp(b.base, b.large), lookUp(b.baseSmall, b.small))
	for _, k := range kinds {
		b.flat(k.name, get(b.large, one, 1, filter(b.large, k.format)), get(b.small, one, 1, filter(b.small, k.format)), lookUp(b.base, b.large), lookUp(b.baseSmall, b.small))
	}
	b.groups(one)
	b.pages(one)
}

func (b *bench) add(f *figure) {
	if f.better == nil {
		f.better = rate
	}
	if strings.Contains(f.name, b.only) {
		b.results = append(b.results, f)
	}
}

// flat compares the large size with the small one, each measured against the
// floor at its own size, so that what the driver itself costs more is not ours.
func (b *bench) flat(name string, large, small, floorLarge, floorSmall func() (sample, error)) {
	b.flatOf(name, 1.3, large, small, floorLarge, floorSmall)
}

func (b *bench) flatOf(name string, asked float64, large, small, floorLarge, floorSmall func() (sample, error)) {
	f := &figure{name: name + fmt.Sprintf(", %d of %d people", b.people, b.few), asked: asked, most: true, floor: "itself at the small size", of: large, over: small}
	f.better = func(l, s sample) float64 {
		fl, err1 := floorLarge()
		fs, err2 := floorSmall()
		if errors.Join(err1, err2) != nil {
			return 0
		}
		growth, floor := slower(l, s), slower(fl, fs)
		f.notes = append(f.notes, fmt.Sprintf("grew %.2f, its floor %.2f (%v, and %v at the small size)", growth, floor, fl.p50, fs.p50))
		return growth / max(floor, 1)
	}
	b.add(f)
}

// groups measures one membership and a group without its members, in a group of
// ten and in one of ten thousand.
func (b *bench) groups(l *loader) {
	s := b.large
	change := func(size int) func() (sample, error) {
		return func() (sample, error) {
			who := s.ids[len(s.ids)-1-size%97]
			return measure(s, 1, b.span, func(i int) error {
				op := fmt.Sprintf(`{"op":"Add","path":"members","value":[{"$ref":null,"value":"%s"}]}`, who)
				if i%2 == 0 {
					op = fmt.Sprintf(`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"%s"}]}`, who)
				}
				_, err := l.do("PATCH", s.url+"/Groups/"+s.group[size], s.token, []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+op+`]}`), 204)
				return err
			})
		}
	}
	read := func(size int) func() (sample, error) {
		return func() (sample, error) {
			return measure(s, 1, b.span, func(int) error {
				_, err := l.do("GET", s.url+"/Groups/"+s.group[size]+"?excludedAttributes=members", s.token, nil, 200)
				return err
			})
		}
	}
	b.add(&figure{name: "add or remove one member, 10,000 of 10 members", asked: 1.3, most: true, floor: "itself in the small group", of: change(10_000), over: change(10), better: slower})
	b.add(&figure{name: "GET group without members, 10,000 of 10 members", asked: 1.3, most: true, floor: "itself in the small group", of: read(10_000), over: read(10), better: slower})
}

// pages measures a page of 100: the first, one near the end after a walk, and a
// cold one there.
func (b *bench) pages(l *loader) {
	s := b.large
	page := func(start int) error {
		_, err := l.do("GET", fmt.Sprintf("%s/Users?startIndex=%d&count=100", s.url, start), s.token, nil, 200)
		return err
	}
	first := func() (sample, error) { return measure(s, 1, b.span, func(int) error { return page(1) }) }
	last := (b.people/100 - 12) * 100
	near := func() (sample, error) {
		for start := 1; start < last; start += 100 { // the walk that the anchor remembers
			if err := page(start); err != nil {
				return sample{}, err
			}
		}
		return measure(s, 1, b.span, func(i int) error { return page(last + 1 + i%10*100) })
	}
	cold := func() (sample, error) {
		return measure(s, 1, b.span, func(i int) error { return page(last + 1 + i%10*100 + 1 + i%97) })
	}
	b.add(&figure{name: "page of 100 near the end after a walk, of the first", asked: 1.5, most: true, floor: "the first page", of: near, over: first, better: slower})
	b.add(&figure{name: "page of 100 near the end, cold, of the first", floor: "the first page", of: cold, over: first, better: slower})
}

// report runs the rounds, every figure once in each, its floor right after it,
// and prints the medians.
func (b *bench) report() error {
	for range b.rounds {
		for _, f := range b.results {
			ours, err := f.of()
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			floor, err := f.over()
			if err != nil {
				return fmt.Errorf("floor of %s: %w", f.name, err)
			}
			f.ours, f.floors, f.ratios = append(f.ours, ours), append(f.floors, floor), append(f.ratios, f.better(ours, floor))
		}
	}
	fmt.Printf("%-58s %10s %10s %7s %7s  %s\n", "figure", "ours", "floor", "ratio", "asked", "")
	missed := 0
	for _, f := range b.results {
		missed += f.print()
	}
	missed += b.process()
	fmt.Printf("\n%d figures, %d missed. Medians of %d interleaved rounds of %v; ours and floor in requests a second.\n", len(b.results), missed, b.rounds, b.span)
	return nil
}

func (f *figure) print() (missed int) {
	ratio := median(f.ratios)
	verdict, asked := "", "-"
	if f.asked > 0 {
		asked, verdict = fmt.Sprintf("≥ %.2f", f.asked), "ok"
		met := ratio >= f.asked
		if f.most {
			asked, met = fmt.Sprintf("≤ %.2f", f.asked), ratio <= f.asked
		}
		if !met {
			verdict, missed = "MISSED", 1
		}
	}
	mid := func(of func(sample) float64, in []sample) float64 {
		var all []float64
		for _, s := range in {
			all = append(all, of(s))
		}
		return median(all)
	}
	rates := func(s sample) float64 { return s.rate }
	fmt.Printf("%-58s %10.0f %10.0f %7.2f %7s  %s\n", f.name, mid(rates, f.ours), mid(rates, f.floors), ratio, asked, verdict)
	p50, p99 := mid(func(s sample) float64 { return float64(s.p50) }, f.ours), mid(func(s sample) float64 { return float64(s.p99) }, f.ours)
	fmt.Printf("    floor %s; p50 %v, p99 %v (%.1f times); server CPU %v and %.3f commits a request", f.floor, time.Duration(p50).Round(time.Microsecond),
		time.Duration(p99).Round(time.Microsecond), p99/p50, time.Duration(mid(func(s sample) float64 { return float64(s.cpu) }, f.ours)).Round(time.Microsecond), mid(func(s sample) float64 { return s.commits }, f.ours))
	if len(f.notes) > 0 {
		fmt.Printf("; %s", f.notes[len(f.notes)/2])
	}
	fmt.Println()
	return missed
}

// process prints what the process itself costs.
func (b *bench) process() (missed int) {
	if b.only != "" {
		return 0
	}
	size := int64(0)
	if st, err := os.Stat(b.binary); err == nil {
		size = st.Size()
	}
	for _, p := range []struct {
		name        string
		is, at_most float64
		unit        string
	}{
		{"anonymous memory at its peak", float64(b.large.peakRSS) / 1024, 150, "MB"},
		{"ready after start, with the people present", b.large.ready.Seconds(), 0.2, "s"},
		{"binary", float64(size) / 1e6, 30, "MB"},
	} {
		verdict := "ok"
		if p.is > p.at_most {
			verdict = "MISSED"
			missed++
		}
		fmt.Printf("%-58s %10.2f %10s %7s %7s  %s\n", p.name, p.is, p.unit, "", fmt.Sprintf("≤ %g", p.at_most), verdict)
	}
	return missed
}

func median[T cmp.Ordered](v []T) T {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}
