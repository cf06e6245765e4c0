package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// person is what Entra sends for a new person with its default mapping, and the
// object id as a custom attribute of the core schema: about 1.2 kB.
func person(n int, run string) []byte {
	return fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],`+
		`"externalId":"%[2]s-ext-%[1]d","userName":"%[2]s.user.%[1]d@contoso.example","active":true,"displayName":"Ada Lovelace %[1]d","title":"Engineer",`+
		`"emails":[{"primary":true,"type":"work","value":"%[2]s.user.%[1]d@contoso.example"}],"preferredLanguage":"en-GB",`+
		`"name":{"givenName":"Ada","familyName":"Lovelace %[1]d","formatted":"Ada Lovelace %[1]d"},`+
		`"addresses":[{"primary":false,"type":"work","formatted":"12 Example Road","streetAddress":"12 Example Road","locality":"London","region":"Greater London","postalCode":"N1 9GU","country":"GB"}],`+
		`"phoneNumbers":[{"type":"work","value":"+44 20 5550 %[1]d"},{"type":"mobile","value":"+44 7700 90%[1]d"},{"type":"fax","value":"+44 20 5551 %[1]d"}],`+
		`"urn:ietf:params:scim:schemas:core:2.0:User":{"microsoftId":"%[2]s-oid-%[1]d"},`+
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"%[2]s%[1]d","department":"Research"},"meta":{"resourceType":"User"}}`, n, run)
}

// loader sends requests over a fixed number of connections.
type loader struct {
	idle chan *wire
}

func newLoader(connections int) *loader {
	l := &loader{idle: make(chan *wire, connections)}
	for range connections {
		l.idle <- &wire{}
	}
	return l
}

// do sends one request and reads the whole answer.
func (l *loader) do(method, url, token string, body []byte, want int) ([]byte, error) {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	w := <-l.idle
	defer func() { l.idle <- w }()
	if w.host != host { // the same loader measures ours and the floor
		if w.conn != nil {
			_ = w.conn.Close()
		}
		*w = wire{host: host}
	}
	status, out, err := w.send(method, "/"+path, token, body)
	if err == nil && status != want {
		err = fmt.Errorf("%s %s: %d, want %d: %.300s", method, url, status, want, out)
	}
	return out, err
}

// sample is what one measurement gave.
type sample struct {
	n        int
	rate     float64 // per second
	p50, p99 time.Duration
	cpu      time.Duration // of the server, a request
	commits  float64       // of the server, a request
}

// measure calls f from so many goroutines for a span.
func measure(s *server, connections int, span time.Duration, f func(i int) error) (sample, error) {
	var commits int64
	var cpu time.Duration
	if s != nil {
		commits, cpu = s.commits(), s.cpu()
	}
	var turn atomic.Int64
	var failed atomic.Value
	times := make([][]time.Duration, connections)
	began := time.Now()
	var all sync.WaitGroup
	for c := range connections {
		all.Go(func() {
			for time.Since(began) < span && failed.Load() == nil {
				at := time.Now()
				if err := f(int(turn.Add(1))); err != nil {
					failed.CompareAndSwap(nil, err)
					return
				}
				times[c] = append(times[c], time.Since(at))
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if err, ok := failed.Load().(error); ok {
		return sample{}, err
	}
	flat := slices.Concat(times...)
	slices.Sort(flat)
	out := sample{n: len(flat), rate: float64(len(flat)) / took.Seconds(), p50: flat[len(flat)/2], p99: flat[len(flat)*99/100]}
	if s != nil {
		out.cpu = (s.cpu() - cpu) / time.Duration(len(flat))
		out.commits = float64(s.commits()-commits) / float64(len(flat))
	}
	return out, nil
}

// load provisions n people into a data folder, with groups of 10 and of up to
// 10,000 members, and stops the server again.
func load(binary, data string, n int) error {
	s, err := startAnteroom(binary, data)
	if err != nil {
		return err
	}
	defer s.stop()
	l := newLoader(32)
	var turn atomic.Int64
	var all sync.WaitGroup
	var failed atomic.Value
	for range 32 {
		all.Go(func() {
			for i := int(turn.Add(1)); i <= n && failed.Load() == nil; i = int(turn.Add(1)) {
				if _, err := l.do("POST", s.url+"/Users", s.token, person(i, "base"), 201); err != nil {
					failed.CompareAndSwap(nil, err)
				}
			}
		})
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	s.people = n
	if err := s.learnIDs(l); err != nil {
		return err
	}
	for _, size := range groupSizes {
		if size > n {
			continue
		}
		if err := s.makeGroup(l, size); err != nil {
			return err
		}
	}
	return nil
}

var groupSizes = []int{10, 10_000}

func (s *server) makeGroup(l *loader, size int) error {
	type member struct {
		Value string `json:"value"`
	}
	var members []member
	for _, id := range s.ids[:size] {
		members = append(members, member{id})
	}
	body, err := json.Marshal(map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": fmt.Sprint("group of ", size), "members": members,
	})
	if err != nil {
		return err
	}
	_, err = l.do("POST", s.url+"/Groups?attributes=id", s.token, body, 201)
	return err
}

// learn finds the ids that the measurements need.
func (s *server) learn() error {
	l := newLoader(1)
	if err := s.learnIDs(l); err != nil {
		return err
	}
	out, err := l.do("GET", s.url+"/Groups?excludedAttributes=members", s.token, nil, 200)
	if err != nil {
		return err
	}
	var page struct {
		Resources []struct{ ID, DisplayName string }
	}
	if err := json.Unmarshal(out, &page); err != nil {
		return err
	}
	for _, size := range groupSizes {
		for _, g := range page.Resources {
			if g.DisplayName == fmt.Sprint("group of ", size) {
				s.group[size] = g.ID
			}
		}
	}
	return nil
}

func (s *server) learnIDs(l *loader) error {
	s.ids = s.ids[:0]
	for start := 1; start <= s.people; start += 500 {
		out, err := l.do("GET", fmt.Sprintf("%s/Users?startIndex=%d&count=500&attributes=id", s.url, start), s.token, nil, 200)
		if err != nil {
			return err
		}
		var page struct{ Resources []struct{ ID string } }
		if err := json.Unmarshal(out, &page); err != nil {
			return err
		}
		for _, r := range page.Resources {
			s.ids = append(s.ids, r.ID)
		}
	}
	if len(s.ids) != s.people {
		return fmt.Errorf("%d people were listed, %d are there", len(s.ids), s.people)
	}
	return nil
}
