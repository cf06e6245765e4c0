package frame

import (
	"context"
	"sync"
	"time"
)

// Places bounds how much goes on at once: in all, and in each share of it, so that
// nobody keeps the others out. It is safe for concurrent use.
type Places struct {
	mu    sync.Mutex
	all   int
	taken int
	of    map[string]int
}

// Share is a part of the places: at most so many are taken under the key.
type Share struct {
	Key  string
	Most int
}

// NewPlaces gives so many places.
func NewPlaces(all int) *Places { return &Places{all: all, of: map[string]int{}} }

// Enter takes a place, which counts in every share, and gives the function that
// leaves it, to be called once; false means that none is left, or none of a share.
func (p *Places) Enter(shares ...Share) (leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.all {
		return nil, false
	}
	for _, s := range shares {
		if p.of[s.Key] >= s.Most {
			return nil, false
		}
	}
	p.taken++
	for _, s := range shares {
		p.of[s.Key]++
	}
	return func() { p.leave(shares) }, true
}

// Wait is Enter that waits for a place while the context goes on.
func (p *Places) Wait(ctx context.Context, shares ...Share) (leave func(), ok bool) {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if leave, ok := p.Enter(shares...); ok || ctx.Err() != nil {
			return leave, ok
		}
		select {
		case <-ctx.Done():
		case <-again.C:
		}
	}
}

func (p *Places) leave(shares []Share) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	for _, s := range shares {
		if p.of[s.Key]--; p.of[s.Key] == 0 {
			delete(p.of, s.Key)
		}
	}
}
